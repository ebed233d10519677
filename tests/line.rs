//! Whatever a bad line does to requests and answers, every rating is counted exactly once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::collector::{Collector, Data};
use end_to_end::fleet::{self, Fleet, Pace};
use end_to_end::line::{Fate, Faults, Line};
use end_to_end::ratings;
use end_to_end::wait::PATIENCE;
use tokio::sync::Barrier;

/// 512 kbit/s.
const SLOW: u32 = 64_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_ratings_over_a_bad_line_are_counted_exactly_once() -> Result<()> {
    let data = Data::new()?;
    let keys = fleet::enrol(&data)?;
    let collector = Collector::start(&data, &["--threshold", "1"])?;
    let line = Line::open(&collector.address, Faults::bad(3)).await?;
    let pace = Pace {
        batch: (1, 8),
        ..Pace::quick()
    };
    let fleet = Fleet::start(&line.address, &keys, pace, 3)?;
    let given = ratings::several(0..1_000);
    fleet.give(given.iter().cloned());
    fleet.empty(PATIENCE).await?;
    // Requests that the line held back arrive long after their ratings have been acknowledged.
    line.release().await;

    let passages = line.passages();
    for (fate, collector_answered) in [
        (Fate::CutBefore, false),
        (Fate::CutInBody, false),
        (Fate::CutAnswer, true),
        (Fate::Duplicate, true),
        (Fate::Hold(5), true),
    ] {
        let status = collector_answered.then_some(200);
        let happened = passages
            .iter()
            .any(|p| p.fate == fate && p.status == status);
        assert!(happened, "the line never did this: {fate:?}");
    }
    ratings::expect_exactly_once(&collector, &fleet.ledger(), &given).await?;
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_line_that_comes_and_goes_delivers_all_exactly_once() -> Result<()> {
    let data = Data::new()?;
    let keys = fleet::enrol(&data)?;
    let collector = Collector::start(&data, &["--threshold", "1"])?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    line.throttle(Some(SLOW));
    line.down();
    let pace = Pace {
        batch: (1, 4),
        ..Pace::quick()
    };
    let fleet = Fleet::start(&line.address, &keys, pace, 4)?;
    let given = ratings::several(0..200);
    fleet.give(given.iter().cloned());
    let mut windows = 0;
    while fleet.waiting() > 0 {
        // A third of a second at full speed: most windows end in the middle of several requests.
        line.up_for(u64::from(SLOW) / 3);
        windows += 1;
        tokio::select! {
            () = line.gone() => {}
            emptied = fleet.empty(PATIENCE) => emptied?,
        }
    }
    assert!(
        windows > 1,
        "{} bytes fitted into one window",
        line.carried()
    );
    ratings::expect_exactly_once(&collector, &fleet.ledger(), &given).await?;
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_copies_at_once_exactly_one_is_stored() -> Result<()> {
    const COPIES: usize = 8;
    const RATINGS: u64 = 20;

    let data = Data::new()?;
    let keys = fleet::enrol(&data)?;
    let collector = Collector::start(&data, &["--threshold", "1"])?;
    let delays = (0..3).map(|ms| (1, Fate::Delay(Duration::from_millis(ms))));
    let line = Line::open(&collector.address, Faults::new(5, delays.collect())).await?;
    let address: Arc<str> = line.address.as_str().into();
    let barrier = Arc::new(Barrier::new(COPIES));
    for number in 0..RATINGS {
        let copies: Vec<_> = keys[..COPIES]
            .iter()
            .map(|key| {
                let (key, address, barrier) =
                    (key.clone(), Arc::clone(&address), Arc::clone(&barrier));
                tokio::spawn(async move {
                    let copy = [ratings::one(number, number)];
                    barrier.wait().await;
                    ratings::send_once(&address, &key, &copy).await
                })
            })
            .collect();
        let mut told = Vec::new();
        for copy in copies {
            told.extend(copy.await??);
        }
        told.sort_unstable();
        let mut expected = vec!["duplicate"; COPIES - 1];
        expected.push("stored");
        assert_eq!(told, expected);
    }
    let counted: u64 = ratings::counted(&collector).await?.values().sum();
    assert_eq!(counted, RATINGS);
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_browser_works_over_the_line_and_notices_when_it_is_gone() -> Result<()> {
    let data = Data::new()?;
    let profile = tempfile::tempdir()?;
    let collector = Collector::start(&data, &[])?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let browser = Browser::start(profile.path()).await?;
    let report = format!("{}/", line.address);
    browser.page.goto(&report).await?;
    let title = browser.page.title().await?;
    ensure!(!title.is_empty(), "no page came over the line");
    line.down();
    // The driver takes some broken connections for a page of the browser's own.
    let reached = browser.page.goto(&report).await.is_ok() && browser.page.title().await? == title;
    ensure!(!reached, "a page came over a line that is gone");
    line.up();
    browser.page.goto(&report).await?;
    assert_eq!(browser.page.title().await?, title);
    Ok(())
}

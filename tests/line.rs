//! Whatever a bad line does to requests and answers, every rating is counted exactly once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use end_to_end::collector::{Collector, Data};
use end_to_end::fleet::{self, Fleet, Pace};
use end_to_end::line::{Fate, Faults, Line};
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
    let given = fleet::ratings(0..1_000);
    fleet.give(given.iter().cloned());
    fleet.empty(PATIENCE).await?;
    // Requests that the line held back arrive long after their ratings have been acknowledged.
    line.release().await;

    let passages = line.passages();
    let met = |fate: Fate| {
        passages
            .iter()
            .any(|passage| passage.fate == fate && passage.status.is_none_or(|s| s == 200))
    };
    for fate in [
        Fate::CutBefore,
        Fate::CutInBody,
        Fate::CutAnswer,
        Fate::Duplicate,
        Fate::Hold(5),
    ] {
        assert!(met(fate), "the line never did this: {fate:?}");
    }
    fleet::expect_exactly_once(&collector, &fleet.ledger(), &given).await?;
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
    let given = fleet::ratings(0..200);
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
    fleet::expect_exactly_once(&collector, &fleet.ledger(), &given).await?;
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
                    let copy = [fleet::rating(number, number)];
                    barrier.wait().await;
                    fleet::send_again(&address, &key, &copy).await
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
    let counted: u64 = fleet::counted(&collector).await?.values().sum();
    assert_eq!(counted, RATINGS);
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

//! Three days without a line: everything that people gave in that time is delivered once and in order when the line comes
//! back for moments, and in as few of them as its bytes allow, plus one.
//!
//! `OFFLINE_RATINGS` says how many ratings (150; the harness uses 500), `OFFLINE_SEED` chooses the answers.

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::citizen::{self, Clock, Scene};
use end_to_end::hall::{self, Hall};
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Faults, Line};
use end_to_end::wait::{PATIENCE, setting, until};
use hyper::body::Bytes;
use serde_json::Value;
use tempfile::tempdir;

/// Milliseconds of three days.
const THREE_DAYS_MS: i64 = 72 * 3_600_000;
/// How often the kiosk is switched off and on in that time.
const REBOOTS: u64 = 4;
/// 512 kbit/s.
const SLOW: u32 = 64_000;
/// Bytes of a window: one second of the thirty that the line is there for, so that several are needed.
const WINDOW: u64 = SLOW as u64;

/// The numbers on the device of the responses in a request, in its order.
fn numbers(body: &Bytes) -> Result<Vec<u64>> {
    let batch: Value = serde_json::from_slice(body)?;
    let responses = batch["responses"].as_array().context("responses")?;
    responses
        .iter()
        .map(|response| response["seq"].as_u64().context("seq"))
        .collect()
}

/// Bodies of the requests with ratings that the collector took.
fn taken(line: &Line) -> Vec<Bytes> {
    let passages = line.passages().into_iter();
    let taken = passages
        .filter(|passage| passage.path == "/api/v1/responses" && passage.status == Some(200));
    taken.map(|passage| passage.body).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_three_days_offline_brought_is_delivered_once_in_order_and_in_few_moments()
-> Result<()> {
    let ratings = setting("OFFLINE_RATINGS", 150)?;
    let seed = setting("OFFLINE_SEED", 1)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    hall.settle(&browser, &line.address).await?;
    drop(browser);

    line.down();
    let kiosk = format!("{}/kiosk", line.address);
    let step_ms = THREE_DAYS_MS / ratings as i64;
    let lives = REBOOTS + 1;
    let mut given = 0;
    let mut last = None;
    for life in 1..=lives {
        let browser = Browser::start(profile.path()).await?;
        let scene = Scene {
            clock: Some(Clock {
                ahead_ms: given as i64 * step_ms,
                speed: 1,
            }),
            ..Scene::default()
        };
        citizen::enter(&browser, &scene).await?;
        browser.page.goto(&kiosk).await?;
        Kiosk::shown(&browser).wait_for("attract").await?;
        while given < ratings * life / lives {
            let levels: Vec<u8> = (0..5).map(|_| random.u8(1..=5)).collect();
            let visited = citizen::visit(&browser, &levels).await?;
            ensure!(visited.end == "thanks", "rating {given}: {}", visited.end);
            browser.eval(&format!("hlClock.pass({step_ms})")).await?;
            given += 1;
        }
        if life < lives {
            browser.kill()?;
        } else {
            last = Some(browser);
        }
    }
    let browser = last.context("a life")?;
    let waiting = hall::rows(&browser, "responses").await?;
    ensure!(waiting.len() as u64 == ratings, "{} wait", waiting.len());
    ensure!(
        taken(&line).is_empty(),
        "something passed a line that is gone"
    );

    line.throttle(Some(SLOW));
    let before = line.carried();
    let mut windows = 0;
    while !hall::rows(&browser, "responses").await?.is_empty() {
        windows += 1;
        ensure!(windows <= ratings, "the queue does not drain");
        line.up_for(WINDOW);
        // Of the first one nobody tells the browser: it has to be found.
        if windows > 1 {
            browser
                .eval("window.dispatchEvent(new Event('online'))")
                .await?;
        }
        tokio::select! {
            () = line.gone() => {}
            emptied = hall::emptied(&browser) => emptied?,
        }
    }

    let taken = taken(&line);
    let mut arrived = Vec::new();
    for number in taken
        .iter()
        .map(numbers)
        .collect::<Result<Vec<_>>>()?
        .concat()
    {
        // One that is sent again, because the window ended before the answer, has arrived before.
        if !arrived.contains(&number) {
            arrived.push(number);
        }
    }
    let expected: Vec<u64> = (1..=ratings).collect();
    ensure!(arrived == expected, "the order of arrival: {arrived:?}");
    let payload: u64 = taken.iter().map(|body| body.len() as u64).sum();
    let least = payload.div_ceil(WINDOW);
    println!(
        "{ratings} ratings, {payload} bytes in {} requests, {} bytes over the line, {windows} windows of {WINDOW} bytes, at least {least}",
        taken.len(),
        line.carried() - before,
    );
    ensure!(least > 1, "one window was enough for {payload} bytes");
    ensure!(windows <= least + 1, "{windows} windows, at least {least}");
    until(format!("{ratings} counted"), PATIENCE, async || {
        Ok((hall::counted(&collector).await? == ratings).then_some(()))
    })
    .await?;
    hall.data.hai_long(&["verify"])?;
    Ok(())
}

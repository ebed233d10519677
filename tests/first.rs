//! The first screen is there before the code is, and a tap on it is never lost and never counted twice.
//!
//! `SWEEP_LOADS` says how many loads of the page the start is swept with (40; the harness uses 200, 20 ms apart).

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::hall::{self, Hall};
use end_to_end::kiosk::Kiosk;
use end_to_end::phone::Homes;
use end_to_end::wait::{PATIENCE, setting, until};
use serde_json::{Value, json};
use tempfile::tempdir;

const PHONE: (u32, u32) = (412, 915);
/// How much slower than this machine an old PC is.
const SLOWER: u32 = 6;
/// The level that is tapped.
const LEVEL: u64 = 4;

/// Sum of all layout shifts since the page was opened.
const SHIFTS: &str = "let sum = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
        .observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum))));";

async fn live(browser: &Browser) -> Result<()> {
    until("the live screen", PATIENCE, async || {
        let live = browser
            .eval("document.querySelector('[data-live]') !== null")
            .await?;
        Ok((live == Value::Bool(true)).then_some(()))
    })
    .await
}

async fn slow_down(browser: &Browser, rate: u32) -> Result<()> {
    browser
        .tell("Emulation.setCPUThrottlingRate", json!({ "rate": rate }))
        .await?;
    Ok(())
}

#[tokio::test]
async fn nothing_moves_when_the_live_screen_takes_the_place_of_the_static_one() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    for size in [(360, 640), (412, 915), (1366, 768), (1080, 1920)] {
        browser.resize(size).await?;
        browser.page.goto(&links[0]).await?;
        live(&browser).await?;
        let shifted = browser.ask(SHIFTS).await?;
        assert_eq!(shifted.as_f64(), Some(0.0), "phone page at {size:?}");
    }
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    browser.resize((1366, 768)).await?;
    Kiosk::open(&browser, &collector.address, &hall.key).await?;
    for size in [(800, 480), (1366, 768), (1080, 1920)] {
        browser.resize(size).await?;
        browser
            .page
            .goto(format!("{}/kiosk", collector.address))
            .await?;
        live(&browser).await?;
        let shifted = browser.ask(SHIFTS).await?;
        assert_eq!(shifted.as_f64(), Some(0.0), "kiosk at {size:?}");
    }
    Ok(())
}

/// The middle of the tile, if a finger there would meet it.
const TILE: &str = "(() => {
    const input = document.querySelector('[data-item=overall] input[value=\"4\"]');
    const box = input?.getBoundingClientRect();
    if (!box?.width) return null;
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    return document.elementFromPoint(x, y)?.closest('label')?.contains(input) ? [x, y] : null;
})()";

/// Opens the page and taps the tile so long afterwards, holding the finger down for `held`. False when the tile was not to
/// be seen yet, and nothing was tapped.
async fn tap_after(browser: &Browser, link: &str, wait: Duration, held: Duration) -> Result<bool> {
    let started = Instant::now();
    browser
        .tell("Page.navigate", json!({ "url": link }))
        .await?;
    tokio::time::sleep(wait.saturating_sub(started.elapsed())).await;
    // A page that is being exchanged for the next has no tile.
    let place = browser.eval(TILE).await.unwrap_or(Value::Null);
    let Some(place) = place.as_array() else {
        return Ok(false);
    };
    let point = json!([{"x": place[0], "y": place[1]}]);
    browser
        .tell(
            "Input.dispatchTouchEvent",
            json!({"type": "touchStart", "touchPoints": point}),
        )
        .await?;
    tokio::time::sleep(held).await;
    browser
        .tell(
            "Input.dispatchTouchEvent",
            json!({"type": "touchEnd", "touchPoints": []}),
        )
        .await?;
    Ok(true)
}

#[tokio::test]
async fn a_tap_at_any_moment_of_the_start_is_recorded_exactly_once() -> Result<()> {
    let loads = setting("SWEEP_LOADS", 40)?;
    let homes = Homes::build(usize::try_from(loads)? + 1)?;
    let mut links = homes.links().await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(PHONE).await?;
    slow_down(&browser, SLOWER).await?;
    // How long a start takes here: the sweep reaches a little beyond it.
    let started = Instant::now();
    browser.page.goto(links.pop().context("a link")?).await?;
    live(&browser).await?;
    let start = started.elapsed() + Duration::from_millis(200);
    let step = start / u32::try_from(loads)?;
    println!("{loads} loads, {} ms apart", step.as_millis());

    let (mut tapped, mut early) = (0, 0);
    for (load, link) in links.iter().enumerate() {
        let load = u32::try_from(load)?;
        let held = Duration::from_millis(u64::from(20 + load * 37 % 120));
        if !tap_after(&browser, link, step * load, held).await? {
            early += 1;
            continue;
        }
        tapped += 1;
        let at = format!("a tap {} ms after the start", (step * load).as_millis());
        let shown = async {
            live(&browser).await?;
            // The choice leads on by itself; the tap has not answered the next question, too.
            Kiosk::shown(&browser).wait_for_question("timeliness").await
        };
        shown.await.context(at.clone())?;
        let chosen = browser
            .eval("document.querySelectorAll('[data-item] input:checked').length")
            .await?;
        ensure!(chosen == 0, "{at} has answered the next question, too");
        let token = link.rsplit('/').next().unwrap_or_default();
        // The page leads on while the answer is still on its way to the disk.
        let rows = until(format!("{at} to be written"), PATIENCE, async || {
            let mut rows = hall::rows(&browser, "responses").await?;
            rows.retain(|row| {
                row["body"]
                    .as_str()
                    .is_some_and(|body| body.contains(token))
            });
            Ok((!rows.is_empty()).then_some(rows))
        })
        .await?;
        ensure!(rows.len() == 1, "{at} has made {} responses", rows.len());
        let body: Value = serde_json::from_str(rows[0]["body"].as_str().context("body")?)?;
        ensure!(
            body["answers"] == json!({ "overall": LEVEL }),
            "{at}: {body}"
        );
    }
    println!("{tapped} taps recorded, {early} times the tile was not there yet");
    ensure!(
        tapped > early,
        "the tile was seen too seldom to prove anything"
    );
    // A page that is left sends what was answered.
    browser.page.goto("about:blank").await?;
    Ok(())
}

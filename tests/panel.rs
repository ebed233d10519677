//! The attendant's panel in a real browser: behind a PIN, true to what lies on the device, and a way out for the ratings
//! when the line is gone for good. And clocks that are years off.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::citizen::{self, Clock, Scene};
use end_to_end::collector::Collector;
use end_to_end::hall::{self, DEVICE, Hall, SERVE};
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Fate, Faults, Line};
use end_to_end::wait::{PATIENCE, until};
use serde_json::{Value, json};
use tempfile::tempdir;

const PIN: &str = "271828";
const RATINGS: &str = "/api/v1/responses";

/// What the screens say, by key.
fn say(key: &str) -> Result<String> {
    let words: Value = serde_json::from_str(include_str!("../src/words/vi.json"))?;
    Ok(words[key].as_str().context("words")?.to_owned())
}

/// Waits until the screen's alert says this.
async fn alert(browser: &Browser, key: &str) -> Result<()> {
    let words = say(key)?;
    until(&words, PATIENCE, async || {
        let said = browser
            .eval("document.querySelector('[role=alert]')?.textContent ?? null")
            .await?;
        Ok((said == words.as_str()).then_some(()))
    })
    .await
}

/// Waits until the heading says this.
async fn heading(browser: &Browser, key: &str) -> Result<()> {
    let words = say(key)?;
    until(&words, PATIENCE, async || {
        let said = browser
            .eval("document.querySelector('h1')?.textContent ?? null")
            .await?;
        Ok((said == words.as_str()).then_some(()))
    })
    .await
}

/// Waits until the panel's line of this key begins so; whether it is marked as wrong, too.
async fn fact(browser: &Browser, key: &str, begins: &str, wrong: bool) -> Result<String> {
    let line = format!("document.querySelector('[data-fact=\"{key}\"]')");
    until(format!("{key}: {begins}"), PATIENCE, async || {
        let found = browser
            .eval(&format!(
                "{line} && [{line}.querySelector('dd').textContent, 'wrong' in {line}.dataset]"
            ))
            .await?;
        let said = found[0].as_str().unwrap_or_default();
        Ok((said.starts_with(begins) && found[1] == wrong).then(|| said.to_owned()))
    })
    .await
}

/// Opens the panel for the first time, with a PIN chosen for it.
async fn enter(kiosk: &Kiosk<'_>) -> Result<()> {
    kiosk.tap("[data-action=staff]").await?;
    kiosk.wait_for("pin").await?;
    kiosk.type_pin(PIN).await?;
    kiosk.type_pin(PIN).await?;
    kiosk.wait_for("panel").await
}

#[tokio::test]
async fn the_panel_opens_to_a_pin_that_is_not_easily_guessed_and_to_no_other() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &hall.key).await?;
    kiosk.tap("[data-action=staff]").await?;
    kiosk.wait_for("pin").await?;
    heading(&browser, "pin.new").await?;
    kiosk.type_pin("123456").await?;
    alert(&browser, "pin.weak").await?;
    kiosk.type_pin(PIN).await?;
    heading(&browser, "pin.repeat").await?;
    kiosk.type_pin("271829").await?;
    alert(&browser, "pin.differs").await?;
    heading(&browser, "pin.new").await?;
    kiosk.type_pin(PIN).await?;
    heading(&browser, "pin.repeat").await?;
    kiosk.type_pin(PIN).await?;
    kiosk.wait_for("panel").await?;
    kiosk.tap("[data-action=close]").await?;
    kiosk.wait_for("attract").await?;

    kiosk.tap("[data-action=staff]").await?;
    heading(&browser, "pin.ask").await?;
    kiosk.type_pin("271829").await?;
    alert(&browser, "pin.wrong").await?;
    kiosk.type_pin(PIN).await?;
    kiosk.wait_for("panel").await
}

/// The file that the browser has saved in this folder, once it is whole.
async fn saved(folder: &Path) -> Result<PathBuf> {
    until("the saved file", PATIENCE, async || {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") {
                return Ok(Some(path));
            }
        }
        Ok(None)
    })
    .await
}

#[tokio::test]
async fn a_rescue_file_and_the_kiosks_own_delivery_count_once_together() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let (profile, downloads) = (tempdir()?, tempdir()?);
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    citizen::enter(&browser, &Scene::default()).await?;
    let kiosk = Kiosk::open(&browser, &line.address, &hall.key).await?;
    // One arrives; then two come after which nothing gets through.
    ensure!(citizen::visit(&browser, &[5]).await?.end == "thanks");
    hall::emptied(&browser).await?;
    line.set_faults(Faults::new(0, vec![(1, Fate::CutBefore)]).only(RATINGS));
    ensure!(citizen::visit(&browser, &[4, 4, 4, 4, 4]).await?.end == "thanks");
    ensure!(citizen::visit(&browser, &[3]).await?.end == "thanks");

    enter(&kiosk).await?;
    fact(&browser, "panel.waiting", "2", false).await?;
    fact(&browser, "panel.sent", "1", false).await?;
    fact(&browser, "panel.parked", "0", false).await?;
    fact(&browser, "panel.clock", &say("panel.clock-right")?, false).await?;
    let contact = fact(&browser, "panel.contact", "", false).await?;
    ensure!(contact != say("panel.never")?, "never in contact");
    let storage = browser
        .eval("document.querySelector('[data-fact=\"panel.storage\"] dd').textContent")
        .await?;
    let strict = say("panel.strict")?;
    ensure!(
        storage.as_str().is_some_and(|said| said.contains(&strict)),
        "{storage}"
    );
    browser
        .tell(
            "Page.setDownloadBehavior",
            json!({"behavior": "allow", "downloadPath": downloads.path()}),
        )
        .await?;
    kiosk.tap("[data-action=export]").await?;
    let file = saved(downloads.path()).await?;
    let file = file.to_str().context("path")?;

    // The collector's folder is carried to, not the line: the administrator stops it for the import.
    let place = collector.listen().to_owned();
    collector.stop()?;
    for _ in 0..2 {
        hall.data
            .hai_long(&["import", "responses", file, "--device", DEVICE])?;
    }
    let collector = Collector::start_at(&hall.data, &place, &SERVE)?;
    ensure!(hall::counted(&collector).await? == 3, "not once each");

    // The line comes back: the kiosk sends the same ratings, and hears that they are there.
    line.set_faults(Faults::none());
    kiosk.tap("[data-action=send]").await?;
    fact(&browser, "panel.waiting", "0", false).await?;
    fact(&browser, "panel.sent", "3", false).await?;
    fact(&browser, "panel.parked", "0", false).await?;
    hall::emptied(&browser).await?;
    ensure!(hall::counted(&collector).await? == 3, "counted again");
    collector.stop()?;
    hall.data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test]
async fn a_rating_that_the_collector_never_takes_is_kept_and_told() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    // Nothing is sent before the attendant says so: the kiosk may look for what waits at any moment.
    let cut = Faults::new(0, vec![(1, Fate::CutBefore)]).only(RATINGS);
    let line = Line::open(&collector.address, cut).await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let kiosk = Kiosk::open(&browser, &line.address, &hall.key).await?;
    let body = json!({
        "id": "019a0000-0000-7000-8000-000000000001", "form": "no-such-form", "form_version": 1,
        "touchpoint": "result", "channel": "kiosk", "answers": {"overall": 4}, "seq": 1,
    });
    let row = json!({
        "id": body["id"], "format": 2, "body": body.to_string(), "created": "2026-08-04T02:00:00.000Z",
        "revision": 0, "seq": 1,
    });
    hall::put(&browser, "responses", &row).await?;
    enter(&kiosk).await?;
    fact(&browser, "panel.waiting", "1", false).await?;
    line.set_faults(Faults::none());
    kiosk.tap("[data-action=send]").await?;
    let parked = fact(&browser, "panel.parked", "1", true).await?;
    ensure!(parked.contains(&say("parked.unknown-form")?), "{parked}");
    fact(&browser, "panel.waiting", "0", false).await?;
    fact(&browser, "panel.sent", "0", false).await?;
    let kept = hall::rows(&browser, "parked").await?;
    ensure!(
        kept.len() == 1 && kept[0]["body"] == body.to_string().as_str(),
        "{kept:?}"
    );
    Ok(())
}

/// Milliseconds from now to a moment in milliseconds since 1970.
fn until_ms(moment: i64) -> Result<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    Ok(moment - i64::try_from(now)?)
}

/// A kiosk whose clock stands at this moment tells the attendant, as `told`, and what it takes counts today; with and
/// without having heard the collector's time.
async fn wrong_clock(moment: i64, told: &str) -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let clock = Clock {
        ahead_ms: until_ms(moment)?,
        speed: 1,
    };
    let scene = Scene {
        clock: Some(clock),
        ..Scene::default()
    };
    citizen::enter(&browser, &scene).await?;
    hall.settle(&browser, &line.address).await?;
    ensure!(citizen::visit(&browser, &[4]).await?.end == "thanks");
    hall::emptied(&browser).await?;
    // A start without the line: nobody has told the time in this run.
    line.down();
    browser.page.refresh().await?;
    let kiosk = Kiosk::shown(&browser);
    kiosk.wait_for("attract").await?;
    ensure!(citizen::visit(&browser, &[2]).await?.end == "thanks");
    let body = hall::rows(&browser, "responses").await?[0]["body"].clone();
    let body: Value = serde_json::from_str(body.as_str().context("body")?)?;
    ensure!(body["clock_offset_ms"].is_null(), "{body}");
    line.up();
    browser
        .eval("window.dispatchEvent(new Event('online'))")
        .await?;
    hall::emptied(&browser).await?;

    enter(&kiosk).await?;
    let words = say(told)?;
    let (begins, _) = words.split_once('{').context("words with a number")?;
    fact(&browser, "panel.clock", begins, true).await?;

    let month = until("both in one month", PATIENCE, async || {
        let index = collector
            .get("/api/v1/index?form=one-stop-quick&method=mean100&by=month")
            .await?;
        let cells = index["cells"].as_array().context("cells")?;
        let both = cells.len() == 1 && cells[0]["n"] == 2;
        Ok(both.then(|| cells[0]["key"]["month"].clone()))
    })
    .await?;
    // The collector's own month, as a rating without any clock gets it.
    let rating = json!({
        "id": "019a0000-0000-7000-8000-000000000002", "form": "one-stop-quick", "form_version": 1,
        "touchpoint": "result", "channel": "kiosk", "answers": {"overall": 4}, "partial": true,
    });
    end_to_end::ratings::send_once(&collector.address, &hall.key, &[rating]).await?;
    until(format!("three in {month}"), PATIENCE, async || {
        let index = collector
            .get("/api/v1/index?form=one-stop-quick&method=mean100&by=month")
            .await?;
        let cells = index["cells"].as_array().context("cells")?;
        Ok((cells.len() == 1 && cells[0]["n"] == 3).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_clock_of_1970_is_told_and_ratings_count_today() -> Result<()> {
    wrong_clock(86_400_000, "panel.clock-slow").await
}

#[tokio::test]
async fn a_clock_of_2036_is_told_and_ratings_count_today() -> Result<()> {
    wrong_clock(2_083_000_000_000, "panel.clock-fast").await
}

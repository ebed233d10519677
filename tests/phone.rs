//! The page behind a citizen's link: rates once, says whose office and which procedure, and remembers nothing.

use anyhow::{Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::hall;
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Faults, Line};
use end_to_end::look::look;
use end_to_end::phone::{Homes, PROCEDURE, UNIT_NAME};
use end_to_end::wait::{PATIENCE, until};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

const PHONE: (u32, u32) = (412, 915);

async fn open(link: &str) -> Result<(Browser, TempDir)> {
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(PHONE).await?;
    browser.page.goto(link).await?;
    Ok((browser, profile))
}

async fn rate_all(page: &Kiosk<'_>, level: u8) -> Result<()> {
    for question in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
        page.rate(question, level).await?;
    }
    page.wait_for("thanks").await
}

#[tokio::test]
async fn a_citizen_rates_once_by_link_and_the_page_remembers_nothing() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let (browser, _profile) = open(&links[0]).await?;
    let page = Kiosk::shown(&browser);
    page.wait_for_question("overall").await?;
    let head = page.texts(".hl-phone__head p").await?;
    ensure!(head == [UNIT_NAME, PROCEDURE], "{head:?}");
    rate_all(&page, 4).await?;
    let index = until("the rating in the index", PATIENCE, async || {
        let path =
            "/api/v1/index?form=one-stop-quick&method=mean100&by=provenance,channel,procedure";
        let index = homes.collector.get(path).await?;
        Ok((index["cells"][0]["n"] == 1).then_some(index))
    })
    .await?;
    assert_eq!(index["cells"][0]["value"], 75.0);
    assert_eq!(
        index["cells"][0]["key"],
        serde_json::json!({"provenance": "invited", "channel": "phone", "procedure": "1.011441"})
    );
    page.tap("[data-action=end]").await?;
    page.wait_for("farewell").await?;
    hall::emptied(&browser).await?;
    let kept = browser
        .eval("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])")
        .await?;
    assert_eq!(kept, "[{},{},\"\",null]");
    let kept = browser
        .ask(
            "caches.keys().then(async (names) => {
               const all = [];
               for (const name of names) for (const request of await (await caches.open(name)).keys()) all.push(request.url);
               done(all.join(' '));
             })",
        )
        .await?;
    let token = links[0].rsplit('/').next().unwrap_or_default();
    assert!(!kept.as_str().unwrap_or_default().contains(token), "{kept}");

    // The link has done its work.
    browser.page.goto(&links[0]).await?;
    let said = browser
        .eval("document.querySelector('main').innerText")
        .await?;
    assert!(
        said.as_str()
            .unwrap_or_default()
            .contains("đã được ghi nhận"),
        "{said}"
    );
    homes.data.hai_long(&["verify"])?;
    Ok(())
}

/// As in the browsers within Zalo and Messenger on Android, as far as that can be emulated: no service worker, no background
/// sync, no speech, no lock, no promise of storage, and a preview that looked first.
#[tokio::test]
async fn the_browser_within_a_messenger_does() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let preview = reqwest::Client::new()
        .get(&links[0])
        .header("User-Agent", "facebookexternalhit/1.1 ZaloPC-win32-24v1")
        .send()
        .await?;
    ensure!(preview.status().is_success(), "{}", preview.status());
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((360, 640)).await?;
    browser
        .before_scripts(
            "for (const [of, names] of [
               [Navigator.prototype, ['serviceWorker', 'locks', 'storage', 'wakeLock']],
               [window, ['speechSynthesis', 'SyncManager', 'caches']],
             ]) for (const name of names) Object.defineProperty(of, name, { value: undefined, configurable: true });",
        )
        .await?;
    browser.page.goto(&links[0]).await?;
    let lacks = browser
        .eval("[navigator.serviceWorker, navigator.locks, navigator.storage, window.speechSynthesis, window.caches]")
        .await?;
    ensure!(
        lacks == serde_json::json!([null, null, null, null, null]),
        "{lacks}"
    );
    let page = Kiosk::shown(&browser);
    rate_all(&page, 5).await?;
    until("one counted", PATIENCE, async || {
        Ok((hall::counted(&homes.collector).await? == 1).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_rating_given_without_a_line_arrives_when_there_is_one() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let line = Line::open(&homes.collector.address, Faults::none()).await?;
    let link = links[0].replace(&homes.collector.address, &line.address);
    let (browser, _profile) = open(&link).await?;
    let page = Kiosk::shown(&browser);
    page.wait_for_question("overall").await?;
    until("the service worker", PATIENCE, async || {
        let active = "navigator.serviceWorker.getRegistration('/r/').then((found) => done(Boolean(found?.active)))";
        Ok((browser.ask(active).await? == Value::Bool(true)).then_some(()))
    })
    .await?;
    line.down();
    for question in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
        page.rate(question, 2).await?;
    }
    page.tap("[data-screen=reasons] [data-action=next]").await?;
    page.wait_for("thanks").await?;
    ensure!(
        hall::rows(&browser, "responses").await?.len() == 1,
        "the rating is not in the outbox"
    );

    // Opened again without a line, the page that is kept says so, and sends as soon as there is one.
    browser.page.refresh().await?;
    page.wait_for("error").await?;
    line.up();
    hall::emptied(&browser).await?;
    ensure!(hall::counted(&homes.collector).await? == 1, "not counted");
    Ok(())
}

#[tokio::test]
async fn a_citizen_who_prefers_english_is_asked_in_english() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let (browser, _profile) = open(&links[0]).await?;
    let page = Kiosk::shown(&browser);
    page.tap("[data-lang=en]").await?;
    until("the question in English", PATIENCE, async || {
        let shown = page.texts("h1").await.unwrap_or_default();
        Ok((shown == ["Are you satisfied with how this dossier was handled?"]).then_some(()))
    })
    .await?;
    page.rate("overall", 5).await?;
    page.wait_for_question("timeliness").await?;
    // Whoever has begun is not led back to the beginning by a stray tap.
    ensure!(
        page.texts("[data-lang]").await?.is_empty(),
        "languages are still offered"
    );
    Ok(())
}

/// The page on every panel, in text of usual and of twice the size.
#[tokio::test]
async fn the_phone_page_fits_every_panel() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let (browser, _profile) = open(&links[0]).await?;
    let page = Kiosk::shown(&browser);
    page.wait_for_question("overall").await?;
    let mut faults = Vec::new();
    for text in [100, 200] {
        browser
            .eval(&format!(
                "document.documentElement.style.fontSize = '{text}%'"
            ))
            .await?;
        faults.extend(look(&browser, "phone-1-overall", "vi", text).await?);
    }
    browser
        .eval("document.documentElement.style.fontSize = ''")
        .await?;
    page.rate("overall", 3).await?;
    page.wait_for_question("timeliness").await?;
    faults.extend(look(&browser, "phone-2-criterion", "vi", 100).await?);
    page.tap("[data-action=end]").await?;
    page.wait_for("thanks").await?;
    faults.extend(look(&browser, "phone-3-thanks", "vi", 100).await?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

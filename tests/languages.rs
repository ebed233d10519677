//! Languages and letters at the kiosk: they come when nobody waits for them, and are there when the line is not.

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::hall::Hall;
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Faults, Line};
use end_to_end::phone::Homes;
use end_to_end::wait::{PATIENCE, until};
use serde_json::{Value, json};
use tempfile::tempdir;

/// As over plain HTTP in a hall, where browsers have no service worker: what is kept is kept by the page.
const NO_WORKER: &str =
    "Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined });";
const FONTS: &str = "/assets/fonts/";
const WORDS: &str = "/assets/words/";

/// The letters in which the first element that matches is written: whether the page has brought them, and their name.
async fn letters(browser: &Browser, selector: &str) -> Result<Vec<(bool, String)>> {
    browser.tell("DOM.enable", json!({})).await?;
    browser.tell("CSS.enable", json!({})).await?;
    let document = browser.tell("DOM.getDocument", json!({})).await?;
    let root = document["root"]["nodeId"].clone();
    let found = browser
        .tell(
            "DOM.querySelector",
            json!({"nodeId": root, "selector": selector}),
        )
        .await?;
    let used = browser
        .tell(
            "CSS.getPlatformFontsForNode",
            json!({"nodeId": found["nodeId"]}),
        )
        .await?;
    let used = used["fonts"].as_array().context("fonts")?;
    let told = |font: &Value| {
        let name = font["familyName"].as_str().unwrap_or_default();
        (font["isCustomFont"] == true, name.to_owned())
    };
    Ok(used.iter().map(told).collect())
}

/// Fails unless every letter of the element is one that the page has brought.
async fn expect_own(browser: &Browser, selector: &str) -> Result<()> {
    let used = letters(browser, selector).await?;
    ensure!(
        !used.is_empty() && used.iter().all(|(own, _)| *own),
        "{selector}: {used:?}"
    );
    Ok(())
}

/// Waits until the page has got so many files from this folder.
async fn fetched(browser: &Browser, folder: &str, files: u64) -> Result<()> {
    until(format!("{files} files of {folder}"), PATIENCE, async || {
        let got = browser
            .eval(&format!(
                "performance.getEntriesByType('resource').filter((one) => one.name.includes('{folder}') && one.responseEnd > 0).length"
            ))
            .await?;
        Ok((got.as_u64() >= Some(files)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_language_chosen_when_the_line_is_gone_is_there_with_its_letters() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    browser.before_scripts(NO_WORKER).await?;
    let kiosk = Kiosk::open(&browser, &line.address, &hall.key).await?;
    // Who looks for it finds it on a machine that has no such letters, before anything is fetched for it.
    // The browser opens even the letters that stand in the page a little later; fetched ones are not put on before the next
    // screen.
    until("the letters of the name", PATIENCE, async || {
        let used = letters(&browser, "[data-lang=km]").await?;
        Ok((!used.is_empty() && used.iter().all(|(own, _)| *own)).then_some(()))
    })
    .await?;
    fetched(&browser, FONTS, 4).await?;
    fetched(&browser, WORDS, 2).await?;
    // Nothing of it before the kiosk could serve somebody.
    let passages = line.passages();
    let place = |start: &str| passages.iter().position(|one| one.path.starts_with(start));
    let (ahead, form) = (
        place(FONTS)
            .context("fonts")?
            .min(place(WORDS).context("words")?),
        place("/api/v1/forms/").context("the form")?,
    );
    ensure!(form < ahead, "{passages:#?}");

    line.down();
    for (lang, back) in [("km", "ត្រឡប់ក្រោយ"), ("en", "Back")] {
        kiosk.tap(&format!("[data-lang={lang}]")).await?;
        until(format!("the language {lang}"), PATIENCE, async || {
            let shown = browser.eval("document.querySelector('main').lang").await?;
            Ok((shown == lang).then_some(()))
        })
        .await?;
        for written in ["h1", "[data-action=start]", "[data-lang=vi]"] {
            expect_own(&browser, written).await?;
        }
        if lang == "km" {
            expect_own(&browser, "[data-lang=km]").await?;
            expect_own(&browser, ".hl-review span").await?;
            kiosk.tap("[data-action=start]").await?;
            kiosk.tap("[data-action=no-dossier]").await?;
            kiosk.wait_for_question("overall").await?;
            let said = kiosk.texts("[data-action=back]").await?;
            ensure!(said == [back], "{said:?}");
            for written in ["h1", ".hl-tile__label", "[data-action=back]"] {
                expect_own(&browser, written).await?;
            }
            kiosk.tap("[data-action=end]").await?;
            kiosk.wait_for("attract").await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn words_that_no_native_speaker_has_read_say_so_in_their_language_and_in_vietnamese()
-> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &hall.key).await?;
    ensure!(kiosk.texts(".hl-review").await?.is_empty());
    kiosk.tap("[data-lang=km]").await?;
    until("the note", PATIENCE, async || {
        Ok((kiosk.texts(".hl-review").await?.len() == 1).then_some(()))
    })
    .await?;
    let languages = browser
        .eval("[...document.querySelectorAll('.hl-review span')].map((said) => said.lang)")
        .await?;
    ensure!(languages == json!(["km", "vi"]), "{languages}");
    let listed: Value = reqwest::get(format!("{}/assets/words/index.json", collector.address))
        .await?
        .json()
        .await?;
    let km = listed
        .as_array()
        .context("a list")?
        .iter()
        .find(|one| one["lang"] == "km");
    ensure!(km.context("Khmer")?["review"] == "awaiting", "{listed}");
    Ok(())
}

#[tokio::test]
async fn the_phone_page_fetches_no_letters_and_no_words_that_nobody_has_chosen() -> Result<()> {
    let homes = Homes::build(1)?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((412, 915)).await?;
    browser.page.goto(&homes.links().await?[0]).await?;
    let phone = Kiosk::shown(&browser);
    phone.rate("overall", 4).await?;
    phone.wait_for_question("timeliness").await?;
    let asked = browser
        .eval(&format!(
            "performance.getEntriesByType('resource').map((one) => one.name).filter((name) => name.includes('{FONTS}') || name.includes('{WORDS}'))"
        ))
        .await?;
    ensure!(asked == json!([]), "{asked}");
    Ok(())
}

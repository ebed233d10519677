//! Every screen of the kiosk on every panel: nothing overflows, nothing is clipped, tiles are large enough.
//! The pictures are left in `target/screenshots` to be looked at.

use anyhow::Result;
use end_to_end::browser::{Browser, pictures};
use end_to_end::collector::{Collector, Data};
use end_to_end::kiosk::Kiosk;
use end_to_end::look::{SIZES, look};
use end_to_end::wait::{PATIENCE, until};
use tempfile::tempdir;

/// Walks through the whole journey and looks at every screen on every panel, with what a person may wish of the screen.
async fn walk(language: &str, text: u32, wishes: &[&str]) -> Result<()> {
    let data = Data::new()?;
    data.import(
        "units",
        "code,name,kind,parent,valid_from,valid_to\n000.01.02.H10,Xã Tiến Hưng,commune,,,\n",
    )?;
    let key = data.hai_long(&[
        "device",
        "create",
        "--name",
        "k",
        "--unit",
        "000.01.02.H10",
        "--form",
        "one-stop-quick",
    ])?;
    let collector = Collector::start(&data, &[])?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &key).await?;
    browser
        .eval(&format!(
            "document.documentElement.style.fontSize = '{text}%'"
        ))
        .await?;
    if language != "vi" {
        kiosk.tap(&format!("[data-lang={language}]")).await?;
        // The words are fetched first, and the screen is drawn anew with them.
        until(language, PATIENCE, async || {
            let lang = browser.eval("document.querySelector('main').lang").await?;
            Ok((lang == language).then_some(()))
        })
        .await?;
    }
    for wish in wishes {
        kiosk.tap(&format!("[data-action={wish}]")).await?;
    }
    let named = |screen: &str| [&[screen][..], wishes].concat().join("-");
    let mut faults = look(&browser, &named("1-attract"), language, text).await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.type_digits("2608040001").await?;
    faults.extend(look(&browser, &named("2-dossier"), language, text).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("confirm").await?;
    faults.extend(look(&browser, &named("3-confirm"), language, text).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for_question("overall").await?;
    faults.extend(look(&browser, &named("4-overall"), language, text).await?);
    kiosk.rate("overall", 1).await?;
    kiosk.wait_for_question("timeliness").await?;
    faults.extend(look(&browser, &named("5-criterion"), language, text).await?);
    for criterion in ["timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(criterion, 2).await?;
    }
    kiosk.wait_for("reasons").await?;
    faults.extend(look(&browser, &named("6-reasons"), language, text).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("thanks").await?;
    browser.resize(SIZES[3]).await?;
    browser
        .screenshot(&pictures().join(format!(
            "{}-{language}-1366x768-{text}.png",
            named("7-thanks")
        )))
        .await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_vietnamese() -> Result<()> {
    walk("vi", 100, &[]).await
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_english() -> Result<()> {
    walk("en", 100, &[]).await
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_khmer() -> Result<()> {
    walk("km", 100, &[]).await
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_khmer_of_twice_the_size() -> Result<()> {
    walk("km", 200, &[]).await
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_text_of_twice_the_size() -> Result<()> {
    walk("vi", 200, &[]).await
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_larger_letters_and_strong_contrast() -> Result<()> {
    walk("vi", 100, &["large", "contrast"]).await
}

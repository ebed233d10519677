//! What a screen reader gets of each screen of the kiosk, in Vietnamese, beside what it got when somebody last read it
//! through (`tests/accessibility/*.txt`). After a change that is meant, `WRITE_TREES=1 cargo nextest run -p end-to-end
//! --test tree` writes the files anew; read the difference before it is committed.

use std::path::Path;

use anyhow::{Context, Result};
use end_to_end::browser::Browser;
use end_to_end::citizen::{self, Clock, Scene};
use end_to_end::hall::{self, Hall};
use end_to_end::kiosk::Kiosk;
use end_to_end::tree::tree;
use end_to_end::wait::{PATIENCE, until};
use tempfile::tempdir;

/// Compares the screen that is shown with its file; what is different, or nothing.
async fn compare(browser: &Browser, name: &str) -> Result<Option<String>> {
    Kiosk::shown(browser).ready().await?;
    // The days that are offered are others each day.
    let days = "document.querySelectorAll('[data-action=day]').forEach((day, at) => { day.textContent = `${at + 1}/1`; })";
    browser.eval(days).await?;
    let heard = tree(browser).await?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("accessibility/{name}.txt"));
    if std::env::var_os("WRITE_TREES").is_some() {
        std::fs::create_dir_all(file.parent().context("a folder")?)?;
        std::fs::write(&file, &heard)?;
        return Ok(None);
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    Ok((known != heard).then(|| format!("{name} was\n{known}and is\n{heard}")))
}

#[tokio::test]
async fn each_screen_is_heard_as_it_was_when_somebody_read_it_through() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let clock = Some(Clock {
        ahead_ms: 0,
        speed: 1,
    });
    let scene = Scene {
        clock,
        ..Scene::default()
    };
    citizen::enter(&browser, &scene).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &hall.key).await?;
    let mut changed = Vec::new();
    changed.extend(compare(&browser, "1-attract").await?);
    kiosk.tap("[data-action=staff]").await?;
    kiosk.wait_for("pin").await?;
    changed.extend(compare(&browser, "8-pin").await?);
    kiosk.tap("[data-action=close]").await?;
    kiosk.wait_for("attract").await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.type_digits("2608040001").await?;
    changed.extend(compare(&browser, "2-dossier").await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("confirm").await?;
    changed.extend(compare(&browser, "3-confirm").await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for_question("overall").await?;
    changed.extend(compare(&browser, "4-overall").await?);
    browser.eval("hlClock.pass(46_000)").await?;
    until("the dialog", PATIENCE, async || {
        let open = browser
            .eval("document.querySelector('dialog[open]') !== null")
            .await?;
        Ok((open == true).then_some(()))
    })
    .await?;
    // The seconds that are left are another number each time.
    let idle = "document.querySelector('#hl-idle-left').textContent = '…'";
    browser.eval(idle).await?;
    changed.extend(compare(&browser, "9-idle").await?);
    kiosk.tap("[data-action=stay]").await?;
    kiosk.rate("overall", 1).await?;
    kiosk.wait_for_question("timeliness").await?;
    changed.extend(compare(&browser, "5-criterion").await?);
    for criterion in ["timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(criterion, 2).await?;
    }
    kiosk.wait_for("reasons").await?;
    changed.extend(compare(&browser, "6-reasons").await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("thanks").await?;
    hall::emptied(&browser).await?;
    until("the rating to have arrived", PATIENCE, async || {
        let note = browser
            .eval("document.querySelector('[role=status]').textContent")
            .await?;
        Ok((note == "").then_some(()))
    })
    .await?;
    changed.extend(compare(&browser, "7-thanks").await?);
    assert!(changed.is_empty(), "{}", changed.join("\n"));
    Ok(())
}

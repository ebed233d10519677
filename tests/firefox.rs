//! The same promises in Firefox: a rating by hand, one that waits for the line over a restart, two pages with one outbox,
//! and the ways of a keyboard and of a scanner.

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::hall::{self, Hall};
use end_to_end::keyboard::Keyboard;
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Faults, Line};
use end_to_end::scan::{Method, read_code, scan_inside};
use end_to_end::wait::{PATIENCE, until};
use tempfile::tempdir;

const QUESTIONS: [&str; 5] = ["overall", "timeliness", "attitude", "guidance", "procedure"];

/// A visit without a dossier, with the same answer to every question, as far as the thank-you.
async fn rate_all(kiosk: &Kiosk<'_>, level: u8) -> Result<()> {
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    for question in QUESTIONS {
        kiosk.rate(question, level).await?;
    }
    kiosk.wait_for("thanks").await
}

/// Tells the page that the line is back, as the system does, and waits until all is sent.
async fn deliver(browser: &Browser) -> Result<()> {
    browser
        .eval("void window.dispatchEvent(new Event('online'))")
        .await?;
    hall::emptied(browser).await
}

#[tokio::test]
async fn a_rating_in_firefox_is_in_the_index_and_one_without_a_line_arrives_after_a_restart()
-> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let profile = tempdir()?;
    let browser = Browser::firefox(profile.path()).await?;
    hall.settle(&browser, &line.address).await?;
    let kiosk = Kiosk::shown(&browser);
    rate_all(&kiosk, 5).await?;
    // The thanks close by themselves: first of all this.
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("attract").await?;
    hall::emptied(&browser).await?;
    until("one counted", PATIENCE, async || {
        Ok((hall::counted(&collector).await? == 1).then_some(()))
    })
    .await?;

    line.down();
    rate_all(&kiosk, 4).await?;
    drop(browser);
    let browser = Browser::firefox(profile.path()).await?;
    browser.page.goto(format!("{}/kiosk", line.address)).await?;
    let kiosk = Kiosk::shown(&browser);
    kiosk.wait_for("attract").await?;
    rate_all(&kiosk, 3).await?;
    let waiting = hall::rows(&browser, "responses").await?;
    ensure!(waiting.len() == 2, "{} wait", waiting.len());
    line.up();
    deliver(&browser).await?;
    hall::expect_sent_once(&line, 3)?;
    until("three counted", PATIENCE, async || {
        Ok((hall::counted(&collector).await? == 3).then_some(()))
    })
    .await?;
    hall.data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test]
async fn two_pages_in_firefox_send_each_rating_once() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let profile = tempdir()?;
    let browser = Browser::firefox(profile.path()).await?;
    browser.page.new_tab().await?;
    let windows = browser.page.windows().await?;
    for window in &windows {
        browser.page.switch_to_window(window.clone()).await?;
        Kiosk::open(&browser, &line.address, &hall.key).await?;
    }
    line.down();
    for window in &windows {
        browser.page.switch_to_window(window.clone()).await?;
        rate_all(&Kiosk::shown(&browser), 4).await?;
    }
    line.up();
    for window in &windows {
        browser.page.switch_to_window(window.clone()).await?;
        deliver(&browser).await?;
    }
    hall::expect_sent_once(&line, 2)?;
    until("two counted", PATIENCE, async || {
        Ok((hall::counted(&collector).await? == 2).then_some(()))
    })
    .await
}

/// One browser for all that keys can do: Firefox takes long to start.
#[tokio::test]
async fn keyboard_and_scanner_lead_through_firefox_as_well() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::firefox(profile.path()).await?;
    Kiosk::open(&browser, &collector.address, &hall.key).await?;
    let keyboard = Keyboard::of(&browser);
    keyboard.visit("2608040001").await.context("visit")?;
    keyboard.idle().await.context("idle")?;
    keyboard.attend("271828").await.context("attend")?;
    for method in [Method::Telex, Method::System] {
        read_code(&browser, async |code| {
            scan_inside(&browser, code, method).await
        })
        .await
        .with_context(|| format!("{method:?}"))?;
    }
    Ok(())
}

//! A person with a keyboard and nothing else, and a scanner that is one, in Chromium; [`firefox`](firefox.rs) goes the same
//! ways.

use anyhow::{Context, Result};
use end_to_end::browser::Browser;
use end_to_end::collector::Collector;
use end_to_end::hall::Hall;
use end_to_end::keyboard::Keyboard;
use end_to_end::kiosk::Kiosk;
use end_to_end::scan::{Method, read_code, scan};
use tempfile::{TempDir, tempdir};

struct Open {
    _profile: TempDir,
    browser: Browser,
    _collector: Collector,
    _hall: Hall,
}

async fn open() -> Result<Open> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    Kiosk::open(&browser, &collector.address, &hall.key).await?;
    Ok(Open {
        _profile: profile,
        browser,
        _collector: collector,
        _hall: hall,
    })
}

#[tokio::test]
async fn a_whole_visit_by_keyboard_alone() -> Result<()> {
    let open = open().await?;
    Keyboard::of(&open.browser).visit("2608040001").await
}

#[tokio::test]
async fn the_question_whether_somebody_is_there_is_answered_by_keyboard() -> Result<()> {
    let open = open().await?;
    Keyboard::of(&open.browser).idle().await
}

#[tokio::test]
async fn the_attendant_gets_in_by_number_keys() -> Result<()> {
    let open = open().await?;
    Keyboard::of(&open.browser).attend("271828").await
}

#[tokio::test]
async fn a_scanner_is_understood_whatever_the_input_method_makes_of_its_keys() -> Result<()> {
    let open = open().await?;
    for method in [Method::Telex, Method::System] {
        read_code(&open.browser, async |code| {
            scan(&open.browser, code, method).await
        })
        .await
        .with_context(|| format!("{method:?}"))?;
    }
    Ok(())
}

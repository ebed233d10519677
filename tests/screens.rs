//! Every screen of the kiosk on every panel: nothing overflows, nothing is clipped, tiles are large enough.
//! The pictures are left in `target/screenshots` to be looked at.

use anyhow::{Context, Result};
use end_to_end::browser::{Browser, Size, pictures};
use end_to_end::collector::{Collector, Data};
use end_to_end::kiosk::Kiosk;
use tempfile::tempdir;

const SIZES: [Size; 5] = [
    (360, 640),
    (800, 480),
    (1024, 768),
    (1366, 768),
    (1080, 1920),
];

/// What is wrong with the layout of the screen that is shown, in words; empty when all is well.
const FAULTS: &str = r"(() => {
  const faults = [], width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push(`scrolls sideways: ${document.documentElement.scrollWidth} > ${width}`);
  for (const control of document.querySelectorAll('button, label, a[href]')) {
    const box = control.getBoundingClientRect();
    if (box.width === 0) continue;
    const name = control.innerText.trim().slice(0, 30);
    if (box.left < -1 || box.right > width + 1) faults.push(`${name}: outside the screen`);
    if (control.scrollWidth > control.clientWidth + 1) faults.push(`${name}: words are clipped`);
    if (box.width < 44 || box.height < 44) faults.push(`${name}: ${Math.round(box.width)}×${Math.round(box.height)} is too small to touch`);
  }
  for (const tile of document.querySelectorAll('[data-screen=question] fieldset label')) {
    const box = tile.getBoundingClientRect();
    if (Math.min(box.width, box.height) < 71.5) faults.push(`tile ${tile.innerText}: ${Math.round(box.width)}×${Math.round(box.height)}`);
  }
  return faults;
})()";

async fn look(browser: &Browser, name: &str, language: &str, text: u32) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for size in SIZES {
        browser.resize(size).await?;
        let shown = format!("{name}-{language}-{}x{}-{text}", size.0, size.1);
        browser
            .screenshot(&pictures().join(format!("{shown}.png")))
            .await?;
        let found = browser.eval(FAULTS).await?;
        for fault in found.as_array().context("faults")? {
            faults.push(format!("{shown}: {fault}"));
        }
    }
    Ok(faults)
}

/// Walks through the whole journey and looks at every screen on every panel.
async fn walk(language: &str, text: u32) -> Result<()> {
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
    }
    let mut faults = look(&browser, "1-attract", language, text).await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.type_digits("2608040001").await?;
    faults.extend(look(&browser, "2-dossier", language, text).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("confirm").await?;
    faults.extend(look(&browser, "3-confirm", language, text).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for_question("overall").await?;
    faults.extend(look(&browser, "4-overall", language, text).await?);
    kiosk.rate("overall", 1).await?;
    kiosk.wait_for_question("timeliness").await?;
    faults.extend(look(&browser, "5-criterion", language, text).await?);
    for criterion in ["timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(criterion, 2).await?;
    }
    kiosk.wait_for("reasons").await?;
    faults.extend(look(&browser, "6-reasons", language, text).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("thanks").await?;
    browser.resize(SIZES[3]).await?;
    browser
        .screenshot(&pictures().join(format!("7-thanks-{language}-1366x768-{text}.png")))
        .await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_vietnamese() -> Result<()> {
    walk("vi", 100).await
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_english() -> Result<()> {
    walk("en", 100).await
}

#[tokio::test]
async fn every_screen_fits_every_panel_in_text_of_twice_the_size() -> Result<()> {
    walk("vi", 200).await
}

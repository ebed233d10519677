//! Looks at a screen on every panel: nothing overflows, nothing is clipped, tiles are large enough. The pictures are left in
//! `target/screenshots` to be looked at.

use anyhow::{Context, Result};

use crate::browser::{Browser, Size, pictures};

/// Phone, two old panels, a laptop's, and a totem.
pub const SIZES: [Size; 5] = [
    (360, 640),
    (800, 480),
    (1024, 768),
    (1366, 768),
    (1080, 1920),
];

/// What is wrong with the layout of the screen that is shown, in words; empty when all is well.
const FAULTS: &str = r"(() => {
  const faults = [], width = document.documentElement.clientWidth;
  const root = document.querySelector('hai-long-survey')?.shadowRoot ?? document;
  if (document.documentElement.scrollWidth > width) faults.push(`scrolls sideways: ${document.documentElement.scrollWidth} > ${width}`);
  for (const control of root.querySelectorAll('button, label, a[href]')) {
    const box = control.getBoundingClientRect();
    if (box.width === 0) continue;
    const name = control.innerText.trim().slice(0, 30);
    if (box.left < -1 || box.right > width + 1) faults.push(`${name}: outside the screen`);
    if (control.scrollWidth > control.clientWidth + 1) faults.push(`${name}: words are clipped`);
    if (box.width < 44 || box.height < 44) faults.push(`${name}: ${Math.round(box.width)}×${Math.round(box.height)} is too small to touch`);
  }
  for (const tile of root.querySelectorAll('[data-screen=question] fieldset label')) {
    const box = tile.getBoundingClientRect();
    if (Math.min(box.width, box.height) < 71.5) faults.push(`tile ${tile.innerText}: ${Math.round(box.width)}×${Math.round(box.height)}`);
  }
  return faults;
})()";

/// Takes a picture of the screen on every panel, and tells what is wrong with its layout; nothing when all is well.
pub async fn look(browser: &Browser, name: &str, language: &str, text: u32) -> Result<Vec<String>> {
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

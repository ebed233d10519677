//! axe-core in the pages: every rule that it has, on every panel and in every way that a person may have the screen shown.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::{Browser, Size, pictures};
use crate::look::SIZES;
use crate::wait::{PATIENCE, until};

/// Where `cargo xtask test` puts it.
const SOURCE: &str = "../target/tools/axe/node_modules/axe-core/axe.min.js";

/// All rules, the experimental and those that are off by default, too. Left out is what axe itself calls outdated, and
/// `hidden-content`, which judges nothing: it lists what is hidden, and each of our hidden things is shown by a step of the
/// gate (the dialog, the button of tall screens) or read aloud as a description (the levels' "4 trên 5").
///
/// What it cannot decide (`incomplete`) counts as a fault unless [`DECIDED`] or [`COVERED`] says why it is none.
const RUN: &str = r"
  const rules = {};
  for (const { ruleId, tags } of axe.getRules()) rules[ruleId] = { enabled: !tags.includes('deprecated') && ruleId !== 'hidden-content' };
  axe.run(document, { rules, resultTypes: ['violations', 'incomplete'] }).then(
    ({ violations, incomplete }) => done([...violations, ...incomplete].flatMap(({ id, nodes }) => nodes.map((node) => ({
      rule: id,
      target: node.target.join(' '),
      why: [...node.any, ...node.all, ...node.none].map(({ message }) => message).join('; '),
    })))),
    (error) => done(`axe: ${error.message}`),
  );";

/// What axe leaves to a person, by the beginnings of its rule and of its reason; each was looked at.
const DECIDED: [(&str, &str); 4] = [
    // The words of a chart are drawn, black on the page's white, which axe cannot see behind a drawing.
    (
        "color-contrast",
        "Element's background color could not be determined because element contains an image node",
    ),
    // The dots of the PIN and the single digits of the panel have the colours of the text beside them, which is measured.
    ("color-contrast", "Element content contains only non-text"),
    ("color-contrast", "Element content is too short"),
    // The dots of the PIN are large, and no heading.
    ("p-as-heading", "Unable to determine"),
];

/// Text that has something over it where a screen is too low for all of it: the panel's buttons stand over the list that is
/// scrolled under them, and axe itself scrolls. The same text is measured on [`TALLEST`], where everything has room and
/// these reasons are faults.
const COVERED: [&str; 3] = [
    "Element's background color could not be determined because it's partially obscured",
    "Element's background color could not be determined because it is overlapped",
    "Element's background color could not be determined because it partially overlaps",
];
const TALLEST: Size = SIZES[4];

/// How a person may have a screen shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As anybody finds it.
    Usual,
    /// The kiosk's larger letters.
    Large,
    /// The kiosk's strong contrast.
    Contrast,
    /// The system's own few colours.
    Forced,
    /// The system's wish for more contrast.
    More,
    /// The browser's text at twice its size.
    Twice,
}

/// At the kiosk.
pub const AT_KIOSK: [Mode; 5] = [
    Mode::Usual,
    Mode::Large,
    Mode::Contrast,
    Mode::Forced,
    Mode::Twice,
];
/// On a phone, whose own settings do what the kiosk's buttons do.
pub const ON_PHONE: [Mode; 4] = [Mode::Usual, Mode::More, Mode::Forced, Mode::Twice];

/// Puts axe into every page that this window opens from now on.
pub async fn enter(browser: &Browser) -> Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(SOURCE);
    let source = std::fs::read_to_string(source)
        .context("axe-core is missing: `cargo xtask test` installs it")?;
    browser.before_scripts(&source).await
}

impl Mode {
    /// Shows the page so.
    pub async fn begin(self, browser: &Browser) -> Result<()> {
        self.set(browser, true).await
    }

    /// Shows the page again as anybody finds it.
    pub async fn end(self, browser: &Browser) -> Result<()> {
        self.set(browser, false).await
    }

    async fn set(self, browser: &Browser, on: bool) -> Result<()> {
        let feature = |wanted: Self, set: &'static str| match on && self == wanted {
            true => set,
            false => "",
        };
        // Colours that are on their way to others would be measured as they are in between.
        let features = json!([
            {"name": "prefers-reduced-motion", "value": "reduce"},
            {"name": "forced-colors", "value": feature(Self::Forced, "active")},
            {"name": "prefers-contrast", "value": feature(Self::More, "more")},
        ]);
        browser
            .tell("Emulation.setEmulatedMedia", json!({"features": features}))
            .await?;
        match self {
            Self::Large => wish(browser, "large", on).await,
            Self::Contrast => wish(browser, "contrast", on).await,
            Self::Twice => {
                let size = if on { "200%" } else { "" };
                let script = format!("document.documentElement.style.fontSize = '{size}'");
                browser.eval(&script).await.map(drop)
            }
            Self::Usual | Self::Forced | Self::More => Ok(()),
        }
    }
}

/// Presses the button where there is one, so that it is seen pressed, until it has heard, which it does not at once after the
/// last time; sets the mark itself on screens without buttons.
async fn wish(browser: &Browser, action: &str, on: bool) -> Result<()> {
    until(format!("{action}: {on}"), PATIENCE, async || {
        let script = format!(
            "(() => {{
               const root = document.documentElement, button = document.querySelector('[data-action={action}]');
               const is = () => root.hasAttribute('data-{action}') === {on};
               if (is()) return true;
               if (button) button.click();
               else root.toggleAttribute('data-{action}', {on});
               return is();
             }})()"
        );
        Ok((browser.eval(&script).await? == true).then_some(()))
    })
    .await
}

/// What axe finds on the screen as it is shown, on every panel.
pub async fn on_every_panel(browser: &Browser, name: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for size in SIZES {
        browser.resize(size).await?;
        let found = browser.ask(RUN).await?;
        let found = found.as_array().with_context(|| found.to_string())?;
        for fault in found {
            let said = |key: &str| fault[key].as_str().unwrap_or_default();
            let decided = DECIDED
                .iter()
                .any(|(rule, why)| said("rule").starts_with(rule) && said("why").starts_with(why));
            let covered = size != TALLEST
                && said("rule").starts_with("color-contrast")
                && COVERED.iter().any(|why| said("why").starts_with(why));
            if !decided && !covered {
                let (width, height) = size;
                faults.push(format!(
                    "{name} {width}x{height}: {}: {}: {}",
                    said("rule"),
                    said("target"),
                    said("why")
                ));
            }
        }
    }
    Ok(faults)
}

/// What axe finds on the screen, on every panel and in each of these ways.
pub async fn in_every_way(browser: &Browser, name: &str, ways: &[Mode]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for mode in ways {
        mode.begin(browser).await?;
        if *mode == Mode::Forced {
            let picture = format!("forced-{}.png", name.replace(' ', "-"));
            browser.screenshot(&pictures().join(picture)).await?;
        }
        faults.extend(on_every_panel(browser, &format!("{name} {mode:?}")).await?);
        mode.end(browser).await?;
    }
    Ok(faults)
}

/// The languages that the collector serves, as their tags.
pub async fn languages(address: &str) -> Result<Vec<String>> {
    let listed = reqwest::get(format!("{address}/assets/words/index.json")).await?;
    let listed: Value = listed.error_for_status()?.json().await?;
    let listed = listed.as_array().context("a list of languages")?;
    listed
        .iter()
        .map(|language| Ok(language["lang"].as_str().context("a tag")?.to_owned()))
        .collect()
}

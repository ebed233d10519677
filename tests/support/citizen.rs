//! A citizen inside the page ([`citizen.js`](../page/citizen.js)), and a clock that the test moves.

use anyhow::{Context, Result};
use serde_json::json;

use crate::browser::Browser;
use crate::witness::Witness;

/// What the scripts are told before they run.
#[derive(Clone, Debug, Default)]
pub struct Scene<'a> {
    /// Who hears of each record and each thank-you.
    pub witness: Option<&'a Witness>,
    /// The clock of the page; `None` leaves it alone.
    pub clock: Option<Clock>,
}

/// A clock that the test moves, besides with `hlClock.pass(milliseconds)` in the page.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Milliseconds that it is ahead of the real one.
    pub ahead_ms: i64,
    /// How fast time passes in the page; 1 is real.
    pub speed: u32,
}

/// How a visit went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visited {
    /// Id of the response.
    pub id: String,
    /// `thanks`, or the key of the error that the screen told.
    pub end: String,
}

/// Puts the citizen into every page that this window opens from now on.
pub async fn enter(browser: &Browser, scene: &Scene<'_>) -> Result<()> {
    let told = json!({
        "witness": scene.witness.map(|witness| &witness.address),
        "ahead": scene.clock.map(|clock| clock.ahead_ms),
        "speed": scene.clock.map(|clock| clock.speed),
    });
    let clock = match scene.clock {
        Some(_) => include_str!("page/clock.js"),
        None => "",
    };
    let citizen = include_str!("page/citizen.js");
    // The witness is another origin, which the page's own policy does not let it speak to.
    browser
        .tell("Page.setBypassCSP", json!({"enabled": true}))
        .await?;
    browser
        .before_scripts(&format!("window.hlTest = {told};\n{clock}\n{citizen}"))
        .await
}

/// One visit without a dossier, from the first screen back to it, with these answers in the order of the questions.
pub async fn visit(browser: &Browser, levels: &[u8]) -> Result<Visited> {
    let told = browser
        .ask(&format!("hlCitizen.visit({}).then(done)", json!(levels)))
        .await?;
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    Ok(Visited {
        id: text("id").with_context(|| format!("no record was written: {told}"))?,
        end: text("end").context("end")?,
    })
}

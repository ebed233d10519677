//! A citizen at the kiosk: finds what a person would find, by what the screen says it is, and taps it.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::browser::Browser;
use crate::wait::{PATIENCE, until};

/// The kiosk page in a browser.
pub struct Kiosk<'a> {
    browser: &'a Browser,
}

impl<'a> Kiosk<'a> {
    /// Opens the kiosk as the attendant does on the first day, with the device's key in the address, and waits until the
    /// code runs and knows its form: the static first screen stands before, and would be left alone by a line that is cut.
    pub async fn open(browser: &'a Browser, address: &str, key: &str) -> Result<Self> {
        browser
            .page
            .goto(format!("{address}/kiosk#key={key}"))
            .await?;
        let kiosk = Self { browser };
        kiosk.wait_for("attract").await?;
        until("the kiosk to run", PATIENCE, async || {
            let live = "document.querySelector('[data-live] [data-screen=attract]') !== null";
            Ok((browser.eval(live).await? == Value::Bool(true)).then_some(()))
        })
        .await?;
        Ok(kiosk)
    }

    /// The kiosk page as the browser shows it already.
    pub fn shown(browser: &'a Browser) -> Self {
        Self { browser }
    }

    /// Which screen is shown, by its `data-screen`.
    pub async fn screen(&self) -> Result<Option<String>> {
        let screen = self
            .browser
            .eval("document.querySelector('[data-screen]')?.dataset.screen ?? null")
            .await?;
        Ok(screen.as_str().map(str::to_owned))
    }

    /// Waits until this screen is shown.
    pub async fn wait_for(&self, screen: &str) -> Result<()> {
        let seen = until(format!("screen {screen:?}"), PATIENCE, async || {
            Ok((self.screen().await?.as_deref() == Some(screen)).then_some(()))
        })
        .await;
        if seen.is_err() {
            let body = self.browser.eval("document.body.innerText").await?;
            return seen.with_context(|| format!("the page shows: {body}"));
        }
        seen
    }

    /// Waits until the question of this item is shown and takes taps (screens ignore them for the first half second).
    pub async fn wait_for_question(&self, item: &str) -> Result<()> {
        until(format!("question {item:?}"), PATIENCE, async || {
            let shown = self.browser.eval("document.querySelector('[data-screen=question] [data-item]')?.dataset.item ?? null").await?;
            Ok((shown == item).then_some(()))
        })
        .await?;
        self.ready().await
    }

    /// Waits until the screen takes taps: it ignores them for half a second after a change (`data-guard`), and the static
    /// first screen gives way to the live one (`data-live`).
    pub async fn ready(&self) -> Result<()> {
        until("the screen to take taps", PATIENCE, async || {
            Ok((self
                .browser
                .eval("document.querySelector('[data-guard]') === null && document.querySelector('[data-live]') !== null")
                .await?
                == Value::Bool(true))
            .then_some(()))
        })
        .await
    }

    /// Taps the control that matches.
    pub async fn tap(&self, selector: &str) -> Result<()> {
        self.ready().await?;
        let control = self
            .browser
            .page
            .query(By::Css(selector))
            .wait(PATIENCE, std::time::Duration::from_millis(50))
            .first()
            .await;
        let Ok(control) = control else {
            let body = self.browser.eval("document.body.innerText").await?;
            bail!("there is no {selector}; the page shows: {body}");
        };
        control
            .click()
            .await
            .with_context(|| format!("tap {selector}"))
    }

    /// Taps the tile of this level of the item in question.
    pub async fn rate(&self, item: &str, level: u8) -> Result<()> {
        self.wait_for_question(item).await?;
        self.tap(&format!(
            "[data-item='{item}'] label:has(input[value='{level}'])"
        ))
        .await
    }

    /// Types digits on the keypad of the dossier screen.
    pub async fn type_digits(&self, digits: &str) -> Result<()> {
        for digit in digits.chars() {
            ensure!(digit.is_ascii_digit(), "the keypad has digits only");
            self.tap(&format!("[data-screen=dossier] [data-digit='{digit}']"))
                .await?;
        }
        Ok(())
    }

    /// Types digits on the keypad that asks for the attendant's PIN.
    pub async fn type_pin(&self, digits: &str) -> Result<()> {
        for digit in digits.chars() {
            self.tap(&format!("[data-screen=pin] [data-digit='{digit}']"))
                .await?;
        }
        Ok(())
    }

    /// Texts of all visible elements that match, in order.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.browser.page.find_all(By::Css(selector)).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }
}

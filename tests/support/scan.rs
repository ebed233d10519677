//! A code scanner that acts as a keyboard, on a machine whose Vietnamese input method takes its letters for typing: each
//! key says with `key` what the method would make of it, and with `code` where it lies.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::browser::Browser;
use crate::kiosk::Kiosk;
use crate::wait::{PATIENCE, until};

/// Notes which dossier each rating is about that is written to the outbox.
const LISTEN: &str = r"(() => {
  window.hlWritten = [];
  const put = window.hlPut ??= IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, ...key) {
    if (this.name === 'responses') window.hlWritten.push(JSON.parse(value.body).dossier);
    return put.call(this, value, ...key);
  };
})()";

/// What an input method makes of the keys.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// Telex, as a program that sends other letters: `aa` is `â`, `dd` is `đ`, `w` is `ư`, and so on.
    Telex,
    /// Any method that works inside the system: the page only hears that something is being typed.
    System,
}

/// One key: its place, and what the page hears of its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// `KeyboardEvent.code`.
    pub code: String,
    /// `KeyboardEvent.key`.
    pub key: String,
}

/// The keys of a scan, with Enter at its end.
pub fn keys(text: &str, method: Method) -> Vec<Key> {
    let mut typed = String::new();
    let mut keys: Vec<Key> = text
        .chars()
        .map(|character| {
            let code = match character {
                '.' => "Period".to_owned(),
                '-' => "Minus".to_owned(),
                '0'..='9' => format!("Digit{character}"),
                _ => format!("Key{character}"),
            };
            let key = match method {
                Method::Telex => telex(&mut typed, character),
                Method::System => "Process".to_owned(),
            };
            Key { code, key }
        })
        .collect();
    keys.push(Key {
        code: "Enter".to_owned(),
        key: "Enter".to_owned(),
    });
    keys
}

/// What Telex makes of a key after what stands there already.
fn telex(typed: &mut String, character: char) -> String {
    let changed = match (typed.pop(), character) {
        (Some('A'), 'A') => Some('Â'),
        (Some('E'), 'E') => Some('Ê'),
        (Some('O'), 'O') => Some('Ô'),
        (Some('D'), 'D') => Some('Đ'),
        (Some('A'), 'W') => Some('Ă'),
        (Some('A'), 'S') => Some('Á'),
        (Some('A'), 'F') => Some('À'),
        (Some('Â'), 'S') => Some('Ấ'),
        (before, 'W') => {
            typed.extend(before);
            Some('Ư')
        }
        (before, _) => {
            typed.extend(before);
            None
        }
    };
    let key = changed.unwrap_or(character);
    typed.push(key);
    key.to_string()
}

/// Reads a code with the scanner. The page's clock stands still meanwhile: keys are as close as a scanner sends them,
/// however busy this machine is.
pub async fn scan(browser: &Browser, text: &str, method: Method) -> Result<()> {
    let keys = keys(text, method);
    browser
        .eval("(() => { const now = performance.now(); window.hlNow = performance.now; performance.now = () => now; })()")
        .await?;
    for Key { code, key } in keys {
        // 229 is what a key has that an input method has taken.
        let number = if key == "Process" { 229 } else { 0 };
        for kind in ["rawKeyDown", "keyUp"] {
            let event =
                json!({"type": kind, "code": code, "key": key, "windowsVirtualKeyCode": number});
            browser.tell("Input.dispatchKeyEvent", event).await?;
        }
    }
    browser.eval("(performance.now = window.hlNow, 0)").await?;
    Ok(())
}

/// The same in a browser that takes no orders from outside: the events are made in the page.
pub async fn scan_inside(browser: &Browser, text: &str, method: Method) -> Result<()> {
    let keys: Vec<_> = keys(text, method)
        .into_iter()
        .map(|Key { code, key }| json!({"code": code, "key": key}))
        .collect();
    let script = format!(
        "(() => {{
           for (const one of {})
             for (const kind of ['keydown', 'keyup'])
               document.activeElement.dispatchEvent(new KeyboardEvent(kind, {{ ...one, bubbles: true, cancelable: true }}));
         }})()",
        json!(keys)
    );
    browser.eval(&script).await?;
    Ok(())
}

/// A code with all that Telex would change: `aa`, `dd`, `aw`, a tone after a vowel. Its last digits are those of no other.
const CODE: &str = "AA.DD.AW.OOAS-260804-0583";

/// A receipt under the scanner on the attract screen, and another on the dossier screen: the code that stands on it is
/// confirmed, and it alone is what the rating is about.
pub async fn read_code(browser: &Browser, scan: impl AsyncFn(&str) -> Result<()>) -> Result<()> {
    let kiosk = Kiosk::shown(browser);
    for first in ["attract", "dossier"] {
        kiosk.wait_for("attract").await?;
        kiosk.ready().await?;
        if first == "dossier" {
            kiosk.tap("[data-action=start]").await?;
            kiosk.wait_for("dossier").await?;
        }
        browser.eval(LISTEN).await?;
        scan(CODE).await?;
        kiosk.wait_for("confirm").await?;
        let digits = kiosk.texts(".hl-confirm__digits").await?;
        ensure!(digits == ["0583"], "{digits:?}");
        kiosk.tap("[data-action=next]").await?;
        kiosk.rate("overall", 4).await?;
        until("the code with the rating", PATIENCE, async || {
            let written = browser.eval("hlWritten").await?;
            let codes = written.as_array().context("codes")?;
            ensure!(
                codes.iter().all(|code| code == CODE),
                "another code: {written}"
            );
            Ok((!codes.is_empty()).then_some(()))
        })
        .await?;
        kiosk.wait_for_question("timeliness").await?;
        kiosk.tap("[data-action=end]").await?;
        kiosk.wait_for("thanks").await?;
        kiosk.tap("[data-action=end]").await?;
    }
    Ok(())
}

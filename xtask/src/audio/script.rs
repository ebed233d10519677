//! What is to be said in a language: every text that a citizen meets at the kiosk, by key.
//!
//! The kiosk finds a prompt by the text on the screen, so a prompt is never read for a text that has changed meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// What the keys of words begin with that a citizen may hear …
const SAID: [&str; 18] = [
    "attract.",
    "audio.",
    "back",
    "choose",
    "confirm.",
    "continue",
    "display.",
    "dossier.",
    "end",
    "error.not-saved",
    "idle.ask",
    "name",
    "restart",
    "saving",
    "skip",
    "staff",
    "thanks",
    "thanks.",
];
/// … but for those that are there for screen readers alone.
const SILENT: [&str; 4] = [
    "attract.languages",
    "dossier.code",
    "dossier.empty",
    "dossier.keys",
];
/// The shipped forms that are made for a kiosk; those of an interview or a portal are made with `--forms`.
const FORMS: [&str; 3] = [
    "one-stop-quick.v1.json",
    "three-level.v1.json",
    "one-stop-nine.v1.json",
];

/// Text by key.
pub type Script = BTreeMap<String, String>;

/// The script of a language, with the forms in the folder `own`, too.
pub fn of(root: &Path, lang: &str, own: Option<&Path>) -> Result<Script> {
    let mut script = Script::new();
    let words: BTreeMap<String, String> =
        serde_json::from_value(json(&root.join(format!("src/words/{lang}.json")))?)?;
    for (key, text) in &words {
        let said = SAID.iter().any(|start| {
            key == start
                || (key.starts_with(start) && (start.ends_with('.') || is_mend(key, start)))
        });
        if said && !SILENT.contains(&key.as_str()) {
            pieces(&mut script, key, text);
        }
    }
    for digit in 0..10 {
        script.insert(format!("digit.{digit}"), digit.to_string());
    }
    let shipped = root.join("crates/survey/forms");
    for file in FORMS {
        form(&mut script, lang, &json(&shipped.join(file))?)?;
    }
    if let Some(own) = own {
        for entry in fs::read_dir(own).with_context(|| own.display().to_string())? {
            let path = entry?.path();
            let name = path.to_string_lossy();
            if name.ends_with(".json") && !name.ends_with(".schema.json") {
                form(&mut script, lang, &json(&path)?)?;
            }
        }
    }
    Ok(script)
}

/// A trouble has two texts: what is wrong, and what to do.
fn is_mend(key: &str, start: &str) -> bool {
    key.strip_prefix(start) == Some(".mend")
}

/// A text with blanks is said in pieces around what fills them.
fn pieces(script: &mut Script, key: &str, text: &str) {
    if !text.contains('{') {
        script.insert(key.to_owned(), text.to_owned());
        return;
    }
    let pieces = text
        .split('{')
        .map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest))
        .map(|piece| piece.trim().trim_start_matches([':', '.']).trim());
    for (at, piece) in pieces.filter(|piece| !piece.is_empty()).enumerate() {
        script.insert(format!("{key}.{}", at + 1), piece.to_owned());
    }
}

/// The questions of a form, the levels of their scales, and the reasons.
fn form(script: &mut Script, lang: &str, form: &Value) -> Result<()> {
    let id = form["id"].as_str().context("a form without id")?;
    let start = format!("form.{id}.v{}", form["version"]);
    // A text that is not there in this language is shown in another, which this voice cannot speak.
    let mut say = |key: String, text: &Value| {
        if let Some(text) = text[lang].as_str() {
            script.insert(format!("{start}.{key}"), text.to_owned());
        }
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for item in list(&form["items"]) {
        let item_id = item["id"].as_str().context("an item without id")?;
        say(format!("item.{item_id}"), &item["text"]);
        let scale_id = item["scale"].as_str().context("an item without scale")?;
        let scale = &form["scales"][scale_id];
        for level in list(&scale["levels"]) {
            say(
                format!("level.{scale_id}.{}", level["value"]),
                &level["text"],
            );
        }
        say(format!("level.{scale_id}.na"), &scale["not-applicable"]);
    }
    say("reasons".to_owned(), &form["reasons"]["text"]);
    for reason in list(&form["reasons"]["options"]) {
        let reason_id = reason["id"].as_str().context("a reason without id")?;
        say(format!("reason.{reason_id}"), &reason["text"]);
    }
    Ok(())
}

fn json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_blanks_is_said_in_pieces() {
        let mut script = Script::new();
        pieces(
            &mut script,
            "day",
            "Tháng {month} không có ngày {given}. Mời xem lại: {x}",
        );
        let said: Vec<(&str, &str)> = script
            .iter()
            .map(|(key, text)| (key.as_str(), text.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("day.1", "Tháng"),
                ("day.2", "không có ngày"),
                ("day.3", "Mời xem lại:")
            ]
        );
    }

    #[test]
    fn a_form_is_said_with_its_levels_and_reasons_and_the_attendants_words_are_not() {
        let script = of(&crate::step::root(), "vi", None).expect("a script");
        for key in [
            "attract.invite",
            "confirm.digits",
            "digit.7",
            "error.not-saved.mend",
            "form.one-stop-quick.v1.item.overall",
            "form.one-stop-quick.v1.level.satisfaction-5.4",
            "form.one-stop-quick.v1.reason.slow",
        ] {
            assert!(script.contains_key(key), "{key} is not said");
        }
        for key in [
            "panel",
            "pin.ask",
            "error.storage",
            "display",
            "dossier.keys",
        ] {
            assert!(!script.contains_key(key), "{key} is said");
        }
    }
}

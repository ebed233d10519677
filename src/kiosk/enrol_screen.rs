//! Asks for the code that enrols this machine: eight digits from the staff page, so that no long key has to be typed where
//! there is no keyboard.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::enrolment;
use super::setup::Trouble;
use crate::browser;
use crate::collector::{Client, Failure};
use crate::keys::keys;
use crate::rating::focused;
use crate::view::{El, el};
use crate::words::Words;

/// Digits of a code.
const DIGITS: usize = 8;
/// Languages that the screen has room for beside the keypad.
const LANGUAGES: usize = 2;

/// The screen; says why the machine needs a code, in the first of these languages.
pub(super) fn enrol_screen(said: &[Arc<Words>], trouble: Trouble) -> El {
    let words = said
        .first()
        .cloned()
        .unwrap_or_else(|| Arc::new(Words::vietnamese()));
    let typed = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<&'static str>);
    let asking = StoredValue::new(false);
    let press = move |digit: char| {
        if asking.get_value() {
            return;
        }
        fault.set(None);
        typed.update(|typed| typed.push(digit));
        let code = typed.get_untracked();
        if code.len() < DIGITS {
            return;
        }
        asking.set_value(true);
        spawn_local(async move {
            let why = match Client::of_citizen().enrol(&code).await {
                Ok(key) => {
                    enrolment::keep(&key);
                    // Refused only while the page is being left anyway.
                    let _ = browser::window().location().reload();
                    return;
                }
                Err(Failure::Status { status: 404, .. }) => "enrol.wrong",
                Err(Failure::Status { status: 429, .. }) => "enrol.held",
                Err(_) => "error.unreachable",
            };
            fault.set(Some(why));
            typed.set(String::new());
            asking.set_value(false);
        });
    };
    let delete = move || {
        if !asking.get_value() {
            fault.set(None);
            typed.update(|typed| {
                typed.pop();
            });
        }
    };
    let hints = said.iter().take(LANGUAGES).map(|words| {
        el("p")
            .class("hl-hint")
            .attr_of("lang", words.lang().to_owned())
            .text(words.say("enrol.hint"))
    });
    let (count, spoken) = (words.clone(), words.clone());
    let number = move || {
        let n = typed.with(String::len).to_string();
        count.fill("pin.typed", &[("n", &n), ("total", &DIGITS.to_string())])
    };
    let shown = move || {
        let digits = typed.get();
        let mut shown: String = digits
            .chars()
            .chain("\u{2013}".repeat(DIGITS).chars().skip(digits.len()))
            .collect();
        shown.insert(
            shown.char_indices().nth(DIGITS / 2).map_or(0, |(at, _)| at),
            ' ',
        );
        shown
    };
    let code = el("p")
        .class("hl-pin")
        .attr("role", "status")
        .child(el("span").class("hl-hidden").text_live(number))
        .child(el("span").attr("aria-hidden", "true").text_live(shown));
    let fault = el("p")
        .class("hl-fault")
        .attr("role", "alert")
        .text_live(move || fault.get().map(|key| spoken.say(key)).unwrap_or_default());
    el("section")
        .class("hl-screen hl-screen--dossier")
        .attr("data-screen", "enrol")
        .attr("data-error", trouble.key())
        .child(
            el("div")
                .class("hl-dossier__ask")
                .child(focused(el("h1").class("hl-heading")).text(words.say(trouble.key())))
                .children(hints),
        )
        .child(
            el("div")
                .class("hl-dossier__answer")
                .child(code)
                .child(fault)
                .child(keys(&words, press, delete)),
        )
}

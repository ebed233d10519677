//! Asks whether the dossier is the right one by its last digits alone: a passer-by must not read the code. Where the
//! collector knows the dossier, its procedure is named; never its owner.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::collector::Client;
use crate::rating::{TapGuard, button, heading};
use crate::view::{El, el};
use crate::words::Words;

/// How many characters of the code are shown.
const SHOWN: usize = 4;

/// What the screen leads to.
pub(super) struct Leads {
    pub on_yes: Callback<()>,
    pub on_no: Callback<()>,
    pub on_leave: Callback<()>,
}

pub(super) fn confirm(words: &Arc<Words>, code: &str, client: Client, leads: Leads) -> El {
    let Leads {
        on_yes,
        on_no,
        on_leave,
    } = leads;
    let guard = TapGuard::new();
    guard.arm();
    let digits = el("p")
        .class("hl-confirm__code")
        .text([&words.say("confirm.digits"), " "].concat())
        .child(el("strong").class("hl-confirm__digits").text(last(code)));
    // Nobody waits for it: without a line the digits alone are asked about.
    let procedure = RwSignal::new(String::new());
    let (asked, said) = (code.to_owned(), words.clone());
    spawn_local(async move {
        if let Ok(Some(name)) = client.procedure_of(&asked).await {
            let _ = procedure.try_set(said.fill("confirm.procedure", &[("name", &name)]));
        }
    });
    let named = el("p")
        .class("hl-confirm__procedure")
        .attr("role", "status")
        .text_live(move || procedure.get());
    let actions = el("div").class("hl-actions").children([
        button("hl-button", "back", words.say("confirm.no"), move || {
            on_no.run(());
        }),
        button("hl-button", "end", words.say("end"), move || {
            on_leave.run(());
        }),
        button(
            "hl-button hl-button--next hl-button--main",
            "next",
            words.say("confirm.yes"),
            move || on_yes.run(()),
        ),
    ]);
    el("section")
        .class("hl-screen")
        .attr("data-screen", "confirm")
        .attr_live("data-guard", guard.attribute())
        .child(heading(words.say("confirm.ask")))
        .child(el("div").class("hl-confirm").child(digits).child(named))
        .child(actions)
}

fn last(code: &str) -> String {
    let skip = code.chars().count().saturating_sub(SHOWN);
    code.chars().skip(skip).collect()
}

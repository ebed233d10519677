//! The reasons behind a low rating: boxes to tick, none of them needed.

use std::sync::Arc;

use leptos::prelude::*;

use super::actions::Actions;
use super::heading::heading;
use super::run::Run;
use crate::view::{El, act, el};
use crate::words::Words;

pub(super) fn reasons_screen(run: Run, words: &Arc<Words>) -> El {
    let lang = words.lang();
    let (question, options) = run.peek(|journey| {
        let offered = journey.form().reasons.as_ref();
        let question = offered.map(|reasons| reasons.text.get(lang).to_owned());
        let options: Vec<El> = offered
            .into_iter()
            .flat_map(|reasons| &reasons.options)
            .map(|option| chip(run, option.id.clone(), option.text.get(lang).to_owned()))
            .collect();
        (question.unwrap_or_default(), options)
    });
    let next = words.say("continue");
    let actions = Actions {
        on_back: Some(act(move || run.go_back())),
        on_restart: act(move || run.restart()),
        on_end: act(move || run.end()),
        on_next: act(move || run.go_on()),
        next: Box::new(move || next.clone()),
        ready: Box::new(|| true),
    };
    let legend = el("legend")
        .class("hl-question__legend")
        .child(heading(question));
    let chips = el("div").class("hl-chips").children(options);
    let question = el("fieldset")
        .class("hl-question")
        .child(legend)
        .child(chips);
    el("section")
        .class("hl-screen")
        .attr("data-screen", "reasons")
        .child(question)
        .child(actions.row(words))
}

fn chip(run: Run, id: String, text: String) -> El {
    let ticked = id.clone();
    let shown = id.clone();
    let input = el("input")
        .class("hl-chip__box")
        .attr("type", "checkbox")
        .attr_of("value", id)
        .on("change", move |event| {
            run.tick(&ticked, event_target_checked(&event));
        });
    let input = checked(input, move || {
        run.read(|journey| journey.reasons().contains(&shown))
    });
    el("label")
        .class("hl-chip")
        .child(input)
        .child(el("span").class("hl-chip__label").text(text))
}

/// Has a box or a radio button follow signals.
pub(super) fn checked(input: El, is: impl Fn() -> bool + Send + 'static) -> El {
    use wasm_bindgen::JsCast;
    input.follow(move |input| {
        if let Some(input) = input.dyn_ref::<web_sys::HtmlInputElement>() {
            input.set_checked(is());
        }
    })
}

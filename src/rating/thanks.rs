//! The end: thanks when the response is durable, the truth when it is not.

use std::sync::Arc;

use leptos::prelude::*;

use super::Delivery;
use super::actions::button;
use super::heading::large_heading;
use super::notice::notice;
use crate::view::{El, el};
use crate::words::Words;

pub(super) fn thanks(words: &Arc<Words>, delivery: Signal<Delivery>, on_leave: Callback<()>) -> El {
    // Another note under the thanks must not draw the screen, and move the focus, again.
    let kind = Memo::new(move |_| match delivery.get() {
        Delivery::Saved { .. } => Delivery::Saved { queued: false },
        other => other,
    });
    let words = words.clone();
    el("div").class("hl-survey").child_live(move || {
        Some(match kind.get() {
            Delivery::Pending => el("section")
                .class("hl-screen hl-screen--calm")
                .attr("data-screen", "saving")
                .child(el("p").class("hl-heading").text(words.say("saving"))),
            Delivery::Saved { .. } => saved(&words, delivery, on_leave),
            Delivery::Failed => notice(
                std::slice::from_ref(&words),
                "error.not-saved",
                Some(on_leave),
            ),
        })
    })
}

fn saved(words: &Words, delivery: Signal<Delivery>, on_leave: Callback<()>) -> El {
    let note = words.say("thanks.queued");
    let queued = el("p")
        .class("hl-hint")
        .attr("role", "status")
        .text_live(move || {
            if delivery.get() == (Delivery::Saved { queued: true }) {
                note.clone()
            } else {
                String::new()
            }
        });
    el("section")
        .class("hl-screen hl-screen--calm")
        .attr("data-screen", "thanks")
        .child(large_heading(words.say("thanks")))
        .child(queued)
        .child(button("hl-button", "end", words.say("end"), move || {
            on_leave.run(());
        }))
}

//! The end: thanks when the response is durable, the truth when it is not.

use std::sync::Arc;

use leptos::prelude::*;

use super::actions::button;
use super::heading::large_heading;
use super::notice::notice;
use super::{Delivery, Outcome};
use crate::view::{El, el};
use crate::words::Words;

/// On a note that is not told yet: what it will say.
const ROOM: &str = "data-room";

pub(super) fn thanks(words: &Arc<Words>, delivery: Outcome, on_leave: Callback<()>) -> El {
    let kind = RwSignal::new(Delivery::Pending);
    let words = words.clone();
    let told = delivery.clone();
    let screen = move || {
        Some(match kind.get() {
            Delivery::Pending => el("section")
                .class("hl-screen hl-screen--calm")
                .attr("data-screen", "saving")
                .child(el("p").class("hl-heading").text(words.say("saving"))),
            Delivery::Saved { .. } => saved(&words, delivery.clone(), on_leave),
            Delivery::Failed => notice(
                std::slice::from_ref(&words),
                "error.not-saved",
                Some(on_leave),
            ),
        })
    };
    el("div")
        .class("hl-survey")
        .follow(move |_| {
            // Another note under the thanks must not draw the screen, and move the focus, again.
            let now = match told() {
                Delivery::Saved { .. } => Delivery::Saved { queued: false },
                other => other,
            };
            if kind.get_untracked() != now {
                kind.set(now);
            }
        })
        .child_live(screen)
}

fn saved(words: &Words, delivery: Outcome, on_leave: Callback<()>) -> El {
    // It may come while the thanks are read, and moves nothing: room is kept for it.
    let queued = el("p")
        .class("hl-hint")
        .attr("role", "status")
        .attr_of(ROOM, words.say("thanks.queued"))
        .follow(move |note| {
            let waits = delivery() == (Delivery::Saved { queued: true });
            let told = note.get_attribute(ROOM).filter(|_| waits);
            note.set_text_content(told.as_deref());
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

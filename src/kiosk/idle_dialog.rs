//! Asks a person who has not touched anything for a while whether they need more time, and ends the visit if nobody
//! answers.

use std::borrow::Cow;
use std::sync::Arc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::idle::{Idle, IdleWatch, Patience};
use crate::browser::{self, Listener, Phase};
use crate::rating::button;
use crate::view::{El, el};
use crate::words::Words;

/// How often the watch is read, in milliseconds.
const TICK_MS: u32 = 250;

/// The dialog, which shows itself. `watched` is false while the thanks are shown, which close by themselves; `on_gone` is
/// called when nobody is there, or the person wants to end. `patience` is asked for again and again.
pub(super) fn idle_dialog(
    words: &Arc<Words>,
    patience: impl Fn() -> Patience + 'static,
    watched: Signal<bool>,
    on_gone: Callback<()>,
) -> El {
    let watch = StoredValue::new(IdleWatch::new(browser::monotonic_ms()));
    let left = RwSignal::new(None::<u32>);
    let touched = move || watch.update_value(|watch| watch.touched(browser::monotonic_ms()));
    let tick = Interval::new(TICK_MS, move || {
        let verdict = watch.with_value(|watch| watch.at(browser::monotonic_ms(), patience()));
        let seconds = match verdict {
            _ if !watched.get_untracked() => None,
            Idle::Active => None,
            Idle::Asking(seconds) => Some(seconds),
            Idle::Gone => {
                watch.update_value(|watch| watch.touched(browser::monotonic_ms()));
                on_gone.run(());
                return;
            }
        };
        if left.get_untracked() != seconds {
            left.set(seconds);
        }
    });
    let listeners: Vec<Listener> = browser::window()
        .document()
        .into_iter()
        .flat_map(|document| {
            ["pointerdown", "keydown", "wheel"].map(|event| {
                Listener::new(&document, event, Phase::Capture, move |event| {
                    // The dialog's own buttons say themselves what they mean.
                    let own = event
                        .target()
                        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                        .is_some_and(|target| {
                            target
                                .closest("dialog button")
                                .is_ok_and(|found| found.is_some())
                        });
                    if !own {
                        touched();
                    }
                })
            })
        })
        .collect();
    let _held = StoredValue::new_local((tick, listeners));

    let asking = Memo::new(move |_| left.get().is_some());
    let counting = words.clone();
    let stay = move || {
        touched();
        left.set(None);
    };
    let answers = el("div").class("hl-idle__answers").children([
        button(
            "hl-button hl-button--main",
            "stay",
            words.say("continue"),
            stay,
        ),
        button("hl-button", "end", words.say("end"), move || {
            on_gone.run(());
        }),
    ]);
    el("dialog")
        .class("hl-idle")
        .attr_live("data-screen", move || {
            asking.get().then_some(Cow::Borrowed("idle"))
        })
        .attr("aria-labelledby", "hl-idle-ask")
        .attr("aria-describedby", "hl-idle-left")
        // Escape closes the dialog whatever we think of it: somebody is there.
        .on("cancel", move |_| stay())
        .follow(move |dialog| {
            let Some(dialog) = dialog.dyn_ref::<web_sys::HtmlDialogElement>() else {
                return;
            };
            if asking.get() {
                // Fails only when it is open already.
                let _ = dialog.show_modal();
            } else {
                dialog.close();
            }
        })
        .child(
            el("h2")
                .class("hl-heading")
                .attr("id", "hl-idle-ask")
                .text(words.say("idle.ask")),
        )
        .child(
            el("p")
                .class("hl-hint")
                .attr("id", "hl-idle-left")
                .text_live(move || {
                    left.get().map_or_else(String::new, |seconds| {
                        counting.fill("idle.left", &[("seconds", &seconds.to_string())])
                    })
                }),
        )
        .child(answers)
}

//! Asks a person who has not touched anything for a while whether they need more time, and ends the visit if nobody
//! answers.

use std::sync::Arc;

use gloo_timers::callback::Interval;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::idle::{Idle, IdleWatch, Patience};
use crate::browser::{self, Listener, Phase};
use crate::words::Words;

/// How often the watch is read, in milliseconds.
const TICK_MS: u32 = 250;

#[component]
pub(super) fn IdleDialog(
    words: Arc<Words>,
    patience: Patience,
    /// Not while the thanks are shown, which close by themselves.
    watched: Signal<bool>,
    /// Nobody is there, or the person wants to end.
    on_gone: Callback<()>,
) -> impl IntoView {
    let watch = StoredValue::new(IdleWatch::new(patience, browser::monotonic_ms()));
    let left = RwSignal::new(None::<u32>);
    let touched = move || watch.update_value(|watch| watch.touched(browser::monotonic_ms()));
    let tick = Interval::new(TICK_MS, move || {
        let verdict = watch.with_value(|watch| watch.at(browser::monotonic_ms()));
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
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if asking.get() {
            // Fails only when it is open already.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    let counting = words.clone();
    view! {
        <dialog
            class="hl-idle"
            node_ref=dialog
            data-screen=move || asking.get().then_some("idle")
            aria-labelledby="hl-idle-ask"
        >
            <h2 class="hl-heading" id="hl-idle-ask">{words.say("idle.ask")}</h2>
            <p class="hl-hint">
                {move || {
                    left.get()
                        .map(|seconds| counting.fill("idle.left", &[("seconds", &seconds.to_string())]))
                }}
            </p>
            <div class="hl-idle__answers">
                <button
                    class="hl-button hl-button--main"
                    type="button"
                    data-action="stay"
                    on:click=move |_| {
                        touched();
                        left.set(None);
                    }
                >
                    {words.say("continue")}
                </button>
                <button class="hl-button" type="button" data-action="end" on:click=move |_| on_gone.run(())>
                    {words.say("end")}
                </button>
            </div>
        </dialog>
    }
}

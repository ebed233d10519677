//! The keypad that asks for the PIN. What is typed is never shown, only how much of it.

use std::sync::Arc;

use leptos::prelude::*;

use super::pin::{Asked, DIGITS, Gate, Sealed, Verdict};
use crate::browser;
use crate::keys::keys;
use crate::kiosk::{Input, Wedge};
use crate::rating::{TapGuard, button, focused};
use crate::view::{El, el};
use crate::words::Words;

/// Asks for the PIN; `on_opened` is called with the PIN to keep, if it was chosen just now.
pub(super) fn pin_screen(
    words: &Arc<Words>,
    gate: StoredValue<Gate, LocalStorage>,
    on_opened: Callback<Option<Sealed>>,
    on_close: Callback<()>,
) -> El {
    let guard = TapGuard::new();
    guard.arm();
    let asked = RwSignal::new(gate.with_value(Gate::asked));
    let typed = RwSignal::new(0);
    let fault = RwSignal::new(None::<String>);
    let said = StoredValue::new(words.clone());
    let say = move |key: &str| said.with_value(|words| words.say(key));
    let press =
        move |digit| {
            let now = browser::monotonic_ms();
            let Some(verdict) = gate.try_update_value(|gate| gate.press(digit, now)) else {
                return;
            };
            asked.set(gate.with_value(Gate::asked));
            typed.set(gate.with_value(Gate::typed));
            fault.set(match verdict {
                Verdict::More | Verdict::Next => None,
                Verdict::Weak => Some(say("pin.weak")),
                Verdict::Differs => Some(say("pin.differs")),
                Verdict::Wrong => Some(say("pin.wrong")),
                Verdict::Held(seconds) => Some(said.with_value(|words| {
                    words.fill("pin.held", &[("seconds", &seconds.to_string())])
                })),
                Verdict::Open(chosen) => {
                    on_opened.run(chosen);
                    return;
                }
            });
        };
    let delete = move || {
        gate.update_value(Gate::delete);
        typed.set(gate.with_value(Gate::typed));
        fault.set(None);
    };
    // Digits by a keyboard, too; what a scanner reads is no PIN.
    let keyboard = Wedge::listen(move |input| match input {
        Input::Digit(digit) => press(digit),
        Input::Delete => delete(),
        Input::Code(_) | Input::Unread => {}
    });
    let _keyboard = StoredValue::new_local(keyboard);
    let count = words.clone();
    let number = move || {
        count.fill(
            "pin.typed",
            &[
                ("n", &typed.get().to_string()),
                ("total", &DIGITS.to_string()),
            ],
        )
    };
    let dots = move || {
        (0..DIGITS)
            .map(|at| if at < typed.get() { '●' } else { '○' })
            .collect()
    };
    let question = focused(el("h1").class("hl-heading")).text_live(move || {
        say(match asked.get() {
            Asked::Pin => "pin.ask",
            Asked::New => "pin.new",
            Asked::Repeat => "pin.repeat",
        })
    });
    let hint = el("p").class("hl-hint").text_live(move || {
        say(match asked.get() {
            Asked::Pin => "pin.hint",
            Asked::New | Asked::Repeat => "pin.new-hint",
        })
    });
    let shown = el("p")
        .class("hl-pin")
        .attr("role", "status")
        .child(el("span").class("hl-hidden").text_live(number))
        .child(el("span").attr("aria-hidden", "true").text_live(dots));
    let fault = el("p")
        .class("hl-fault")
        .attr("role", "alert")
        .text_live(move || fault.get().unwrap_or_default());
    let close = button("hl-button", "close", words.say("panel.close"), move || {
        on_close.run(());
    });
    el("section")
        .class("hl-screen hl-screen--dossier")
        .attr("data-screen", "pin")
        .attr_live("data-guard", guard.attribute())
        .child(
            el("div")
                .class("hl-dossier__ask")
                .child(question)
                .child(hint),
        )
        .child(
            el("div")
                .class("hl-dossier__answer")
                .child(shown)
                .child(fault)
                .child(keys(words, press, delete)),
        )
        .child(el("div").class("hl-actions").child(close))
}

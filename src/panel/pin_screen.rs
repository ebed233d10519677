//! The keypad that asks for the PIN. What is typed is never shown, only how much of it.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::pin::{Asked, DIGITS, Gate, Sealed, Verdict};
use crate::browser;
use crate::rating::{TapGuard, focus_when_shown};
use crate::words::Words;

const KEYS: [char; 10] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

#[component]
pub(super) fn PinScreen(
    words: Arc<Words>,
    gate: StoredValue<Gate, LocalStorage>,
    /// With the PIN to keep, if it was chosen just now.
    on_opened: Callback<Option<Sealed>>,
    on_close: Callback<()>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    focus_when_shown(heading);
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
    let delete = move |_| {
        gate.update_value(Gate::delete);
        typed.set(gate.with_value(Gate::typed));
        fault.set(None);
    };
    let count = words.clone();
    view! {
        <section class="hl-screen hl-screen--dossier" data-screen="pin" data-guard=guard.attribute()>
            <div class="hl-dossier__ask">
                <h1 class="hl-heading" tabindex="-1" node_ref=heading>
                    {move || {
                        say(match asked.get() {
                            Asked::Pin => "pin.ask",
                            Asked::New => "pin.new",
                            Asked::Repeat => "pin.repeat",
                        })
                    }}
                </h1>
                <p class="hl-hint">
                    {move || {
                        say(match asked.get() {
                            Asked::Pin => "pin.hint",
                            Asked::New | Asked::Repeat => "pin.new-hint",
                        })
                    }}
                </p>
            </div>
            <div class="hl-dossier__answer">
                <p class="hl-pin" role="status">
                    <span class="hl-hidden">
                        {move || {
                            count
                                .fill(
                                    "pin.typed",
                                    &[("n", &typed.get().to_string()), ("total", &DIGITS.to_string())],
                                )
                        }}
                    </span>
                    <span aria-hidden="true">
                        {move || {
                            (0..DIGITS)
                                .map(|at| if at < typed.get() { '●' } else { '○' })
                                .collect::<String>()
                        }}
                    </span>
                </p>
                <p class="hl-fault" role="alert">{move || fault.get()}</p>
                <div class="hl-keys" role="group" aria-label=words.say("dossier.keys")>
                    {KEYS
                        .into_iter()
                        .map(|digit| {
                            view! {
                                <button
                                    class="hl-key"
                                    type="button"
                                    data-digit=digit.to_string()
                                    on:click=move |_| press(digit)
                                >
                                    {digit.to_string()}
                                </button>
                            }
                        })
                        .collect_view()}
                    <button class="hl-key hl-key--wide" type="button" data-action="delete" on:click=delete>
                        {words.say("dossier.delete")}
                    </button>
                </div>
            </div>
            <div class="hl-actions">
                <button class="hl-button" type="button" data-action="close" on:click=move |_| on_close.run(())>
                    {words.say("panel.close")}
                </button>
            </div>
        </section>
    }
}

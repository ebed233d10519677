//! Asks for the dossier: by keypad, by scanner, or not at all.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::keypad::{Fault, Keypad};
use super::wedge::{Input, Wedge};
use crate::rating::{Actions, TapGuard, focus_when_shown};
use crate::words::Words;

/// Keys in the order of a telephone, which people know from their hands; the last row is completed by the delete key.
const DIGITS: [char; 10] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/// What is wrong, in words.
fn told(words: &Words, fault: &Fault) -> String {
    match fault {
        Fault::Short => words.say("dossier.short"),
        Fault::Full => words.say("dossier.full"),
        Fault::Month { given } => words.fill("dossier.month", &[("given", given)]),
        Fault::Day { month, given } => {
            words.fill("dossier.day", &[("month", month), ("given", given)])
        }
    }
}

#[component]
pub(super) fn DossierScreen(
    words: Arc<Words>,
    /// How the codes of this unit begin; without it only the scanner can tell a code.
    prefix: Option<String>,
    on_code: Callback<String>,
    on_none: Callback<()>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    focus_when_shown(heading);
    let guard = TapGuard::new();
    guard.arm();
    let typing = prefix.is_some();
    let keypad = RwSignal::new(Keypad::new(&prefix.unwrap_or_default()));
    let fault = RwSignal::new(None::<String>);
    let said = StoredValue::new(words.clone());
    let tell = move |outcome: Result<(), Fault>| {
        fault.set(
            outcome
                .err()
                .map(|fault| said.with_value(|words| told(words, &fault))),
        );
    };
    let press = move |digit| {
        if let Some(outcome) = keypad.try_update(|keypad| keypad.press(digit)) {
            tell(outcome);
        }
    };
    let delete = move |_| {
        keypad.update(Keypad::delete);
        fault.set(None);
    };
    let go_on = Callback::new(move |()| match keypad.with_untracked(Keypad::code) {
        Ok(code) => on_code.run(code),
        Err(fault) => tell(Err(fault)),
    });
    let wedge = Wedge::listen(move |input| match input {
        Input::Code(code) => on_code.run(code),
        Input::Unread => fault.set(Some(said.with_value(|words| words.say("dossier.unread")))),
        Input::Digit(digit) if typing => press(digit),
        Input::Digit(_) => {}
    });
    let _wedge = StoredValue::new_local(wedge);

    let empty = words.say("dossier.empty");
    let spelled = move || {
        keypad.with(|keypad| {
            if keypad.is_empty() {
                empty.clone()
            } else {
                keypad.parts().join(" ").replace('_', "")
            }
        })
    };
    let part = move |at: usize| move || keypad.with(|keypad| keypad.parts()[at].clone());
    let keys = typing.then(|| {
        view! {
            <div class="hl-code">
                <span class="hl-hidden">{words.say("dossier.code")} ": " {spelled}</span>
                <span class="hl-code__text" aria-hidden="true">
                    <span class="hl-code__part">{part(0)} "-"</span>
                    <span class="hl-code__part">{part(1)} "-"</span>
                    <span class="hl-code__part">{part(2)}</span>
                </span>
            </div>
            <p class="hl-fault" role="alert">{move || fault.get()}</p>
            <div class="hl-keys" role="group" aria-label=words.say("dossier.keys")>
                {DIGITS
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
        }
    });
    let hint = if typing {
        [words.say("dossier.hint"), words.say("dossier.scan-too")].join(" ")
    } else {
        words.say("dossier.scan")
    };
    view! {
        <section class="hl-screen hl-screen--dossier" data-screen="dossier" data-guard=guard.attribute()>
            <div class="hl-dossier__ask">
                <h1 class="hl-heading" tabindex="-1" node_ref=heading>{words.say("dossier.ask")}</h1>
                <p class="hl-hint">{hint}</p>
                <button
                    class="hl-button hl-button--none"
                    type="button"
                    data-action="no-dossier"
                    on:click=move |_| on_none.run(())
                >
                    {words.say("dossier.none")}
                </button>
            </div>
            <div class="hl-dossier__answer">{keys}</div>
            <Actions
                on_back=on_leave
                on_restart=Callback::new(move |()| {
                    keypad.update(Keypad::clear);
                    fault.set(None);
                })
                on_end=on_leave
                next=words.say("continue")
                ready=Signal::derive(move || keypad.with(|keypad| keypad.code().is_ok()))
                on_next=go_on
                words
            />
        </section>
    }
}

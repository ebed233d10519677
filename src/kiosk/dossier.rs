//! Asks for the dossier: by keypad, by scanner, or not at all.

use std::sync::Arc;

use leptos::prelude::*;

use super::keypad::{Fault, Keypad};
use super::recent::Receipt;
use super::wedge::{Input, Wedge};
use crate::keys::keys;
use crate::rating::{Actions, TapGuard, button, heading};
use crate::view::{El, act, el};
use crate::words::Words;

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

/// What the screen leads to.
pub(super) struct Leads {
    pub on_code: Callback<String>,
    pub on_none: Callback<()>,
    pub on_leave: Callback<()>,
}

/// The screen; `prefix` is how the codes of this unit begin, without it only the scanner can tell a code. `recent` are the
/// days that spare people six digits.
pub(super) fn dossier_screen(
    words: &Arc<Words>,
    prefix: Option<String>,
    recent: Vec<Receipt>,
    leads: Leads,
) -> El {
    let Leads {
        on_code,
        on_none,
        on_leave,
    } = leads;
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
    let delete = move || {
        keypad.update(Keypad::delete);
        fault.set(None);
    };
    let wedge = Wedge::listen(move |input| match input {
        Input::Code(code) => on_code.run(code),
        Input::Unread => fault.set(Some(said.with_value(|words| words.say("dossier.unread")))),
        Input::Digit(digit) if typing => press(digit),
        Input::Delete if typing => delete(),
        Input::Digit(_) | Input::Delete => {}
    });
    let _wedge = StoredValue::new_local(wedge);

    let keys = typing.then(|| keys(words, press, delete));
    let hint = if typing {
        [words.say("dossier.hint"), words.say("dossier.scan-too")].join(" ")
    } else {
        words.say("dossier.scan")
    };
    let next = words.say("continue");
    let actions = Actions {
        on_back: Some(on_leave),
        on_restart: act(move || {
            keypad.update(Keypad::clear);
            fault.set(None);
        }),
        on_end: on_leave,
        on_next: act(move || match keypad.with_untracked(Keypad::code) {
            Ok(code) => on_code.run(code),
            Err(fault) => tell(Err(fault)),
        }),
        next: Box::new(move || next.clone()),
        ready: Box::new(move || keypad.with(|keypad| keypad.code().is_ok())),
    };
    let ask = el("div")
        .class("hl-dossier__ask")
        .child(heading(words.say("dossier.ask")))
        .child(el("p").class("hl-hint").text(hint))
        .child(button(
            "hl-button hl-button--none",
            "no-dossier",
            words.say("dossier.none"),
            move || on_none.run(()),
        ));
    let ask = ask.child_if((typing && !recent.is_empty()).then(|| {
        let begin = move |date: &str| {
            keypad.update(|keypad| keypad.begin(date));
            fault.set(None);
        };
        days(words, recent, begin)
    }));
    let fault = el("p")
        .class("hl-fault")
        .attr("role", "alert")
        .text_live(move || fault.get().unwrap_or_default());
    let mut answer = el("div").class("hl-dossier__answer");
    if let Some(keys) = keys {
        answer = answer.child(code(words, keypad)).child(fault).child(keys);
    }
    el("section")
        .class("hl-screen hl-screen--dossier")
        .attr("data-screen", "dossier")
        .attr_live("data-guard", guard.attribute())
        .child(ask)
        .child(answer)
        .child(actions.row(words))
}

/// The days of receipt that are most likely, each a tap for six digits.
fn days(words: &Words, recent: Vec<Receipt>, begin: impl Fn(&str) + Copy + Send + 'static) -> El {
    let said = words.say("dossier.received");
    el("div")
        .class("hl-days")
        .attr("role", "group")
        .attr_of("aria-label", said.clone())
        .child(
            el("span")
                .class("hl-hint")
                .attr("aria-hidden", "true")
                .text(said),
        )
        .children(recent.into_iter().map(move |day| {
            let text = if day.is_today {
                words.fill("dossier.today", &[("day", &day.said)])
            } else {
                day.said
            };
            button("hl-button", "day", text, move || begin(&day.digits))
        }))
}

/// The code as it is typed: once for the eye, once to be read aloud.
fn code(words: &Words, keypad: RwSignal<Keypad>) -> El {
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
    let part = |at: usize, end: &'static str| {
        el("span")
            .class("hl-code__part")
            .text_live(move || keypad.with(|keypad| keypad.parts()[at].clone()))
            .text(end.to_owned())
    };
    let aloud = el("span")
        .class("hl-hidden")
        .text([&words.say("dossier.code"), ": "].concat())
        .text_live(spelled);
    let shown = el("span")
        .class("hl-code__text")
        .attr("aria-hidden", "true")
        .children([part(0, "-"), part(1, "-"), part(2, "")]);
    el("div").class("hl-code").child(aloud).child(shown)
}

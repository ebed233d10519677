//! The screen between two visits: one sentence, one button.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::Kiosk;
use super::attendant::staff_button;
use super::display::wishes;
use super::visit::patience;
use super::wedge::{Input, Wedge};
use crate::languages::choice;
use crate::rating::{TapGuard, button, large_heading};
use crate::view::{El, act, act_with, el};
use crate::words::{Language, Words};

/// What the attract screen says and offers.
pub struct Attract {
    /// Name of the unit, where it is known.
    pub unit: Option<String>,
    /// Says that the data are made up.
    pub demo: bool,
    /// Languages to choose from.
    pub languages: Vec<Language>,
}

impl Attract {
    /// The screen; `start` begins a visit, `speak` changes the language.
    pub fn screen(
        self,
        words: &Words,
        start: impl Fn() + Send + 'static,
        speak: Callback<String>,
    ) -> El {
        let choice = choice(&self.languages, words, speak);
        let invitation = el("section")
            .class("hl-screen hl-screen--attract")
            .attr("data-screen", "attract")
            .child(
                el("p")
                    .class("hl-unit")
                    .attr("data-fill", "unit_name")
                    .text(self.unit.unwrap_or_default()),
            )
            .child(large_heading(words.say("attract.invite")))
            .child(el("p").class("hl-hint").text(words.say("attract.note")))
            .child(button(
                "hl-button hl-button--main hl-button--start",
                "start",
                words.say("attract.start"),
                start,
            ))
            .child(choice);
        frame(words.lang())
            .child_if(self.demo.then(|| demo_note(words)))
            .child(wishes(words))
            .child(invitation)
    }
}

/// The frame around every screen of the kiosk.
pub fn frame(lang: &str) -> El {
    el("main")
        .class("hl-kiosk")
        .attr_of("lang", lang.to_owned())
}

/// Says that the data are made up.
pub fn demo_note(words: &Words) -> El {
    el("p").class("hl-demo").text(words.say("demo"))
}

pub(super) fn attract(kiosk: Rc<Kiosk>) -> El {
    let words = kiosk.words.borrow().clone();
    let attract = {
        let setup = kiosk.setup.borrow();
        Attract {
            unit: setup.device.unit_name.clone(),
            demo: setup.device.demo,
            languages: kiosk.languages.clone(),
        }
    };
    let guard = TapGuard::new();
    // The static screen before it was the same one.
    if kiosk.stage.is_live() {
        guard.arm();
    }
    let kiosk = StoredValue::new_local(kiosk);
    // A receipt held under the scanner starts the visit; a scan that is no code is asked for again on the next screen.
    let wedge = Wedge::listen(move |input| {
        if let Input::Code(code) = input {
            kiosk.with_value(|kiosk| kiosk.visit(Some(code)));
        }
    });
    let _wedge = StoredValue::new_local(wedge);
    let leaving = StoredValue::new_local(None::<Timeout>);
    // What somebody chose here is taken back after as long as a visit would wait.
    let touched = move || {
        let left = move || kiosk.with_value(|kiosk| kiosk.left_alone());
        leaving.set_value(Some(Timeout::new(patience().in_all_ms(), left)));
    };
    touched();
    attract
        .screen(
            &words,
            move || kiosk.with_value(|kiosk| kiosk.visit(None)),
            act_with(move |lang| kiosk.with_value(|kiosk| kiosk.speak(lang))),
        )
        .attr_live("data-guard", guard.attribute())
        .on("pointerdown", move |_| touched())
        .on("click", move |_| touched())
        .on("keydown", move |_| touched())
        .child(staff_button(
            &words,
            act(move || kiosk.with_value(|kiosk| kiosk.attend())),
        ))
}

//! The screen between two visits: one sentence, one button.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use survey::text::Lang;

use super::Kiosk;
use super::attendant::staff_button;
use super::audio::controls;
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
    /// The screen; `listen` holds the buttons for the sound, `start` begins a visit, `speak` changes the language.
    pub fn screen(
        self,
        words: &Words,
        listen: El,
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
        frame(words)
            .child_if(self.demo.then(|| demo_note(words)))
            .child(top(words, listen))
            .child(invitation)
    }
}

/// The frame around every screen of the kiosk.
pub fn frame(words: &Words) -> El {
    el("main")
        .class("hl-kiosk")
        .attr_of("lang", words.lang().to_owned())
        .child_if(words.await_review().then(|| review_note(words)))
}

/// Says that the words may be wrong: in their own language, and in the one that counts.
fn review_note(words: &Words) -> El {
    let said = |words: &Words| {
        el("span")
            .attr_of("lang", words.lang().to_owned())
            .text(words.say("unreviewed"))
    };
    el("p")
        .class("hl-review")
        .children([said(words), said(&Words::vietnamese())])
}

/// What stands above every screen: how it is shown, and how it is read.
pub(super) fn top(words: &Words, listen: El) -> El {
    el("div").class("hl-top").child(wishes(words)).child(listen)
}

/// Says that the data are made up.
pub fn demo_note(words: &Words) -> El {
    el("p").class("hl-demo").text(words.say("demo"))
}

/// The languages that the authority has chosen, in its order; all when it has chosen none. Vietnamese is always among them.
fn chosen(served: &[Language], tags: &[String]) -> Vec<Language> {
    if tags.is_empty() {
        return served.to_vec();
    }
    let default = Lang::DEFAULT.to_owned();
    let vietnamese = (!tags.contains(&default)).then_some(&default);
    let tags = vietnamese.into_iter().chain(tags);
    tags.filter_map(|tag| served.iter().find(|language| language.lang == *tag))
        .cloned()
        .collect()
}

pub(super) fn attract(kiosk: Rc<Kiosk>) -> El {
    let words = kiosk.words.borrow().clone();
    let attract = {
        let setup = kiosk.setup.borrow();
        Attract {
            unit: setup.device.unit_name.clone(),
            demo: setup.device.demo,
            languages: chosen(&kiosk.speech.languages(), &setup.device.chosen.languages),
        }
    };
    let idle_s = kiosk.setup.borrow().device.chosen.idle_s;
    let guard = TapGuard::new();
    // The static screen before it was the same one.
    if kiosk.stage.is_live() {
        guard.arm();
    }
    let listen = controls(&words, &kiosk);
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
        leaving.set_value(Some(Timeout::new(patience(idle_s).in_all_ms(), left)));
    };
    touched();
    attract
        .screen(
            &words,
            listen,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_chooses_languages_and_their_order_and_vietnamese_is_always_there() {
        let served: Vec<Language> = ["vi", "en", "km"]
            .map(|lang| Language {
                lang: lang.to_owned(),
                name: lang.to_owned(),
                audio: None,
            })
            .into();
        let tags = |tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            let all = chosen(&served, &tags).into_iter();
            all.map(|language| language.lang).collect::<Vec<_>>()
        };
        assert_eq!(tags(&[]), ["vi", "en", "km"]);
        assert_eq!(tags(&["km", "vi"]), ["km", "vi"]);
        assert_eq!(tags(&["km", "rad"]), ["vi", "km"]);
    }
}

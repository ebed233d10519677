//! The buttons for the sound, above every screen of a citizen.

use std::rc::Rc;

use leptos::prelude::*;

use super::{Audio, INTRODUCTION, State, player};
use crate::kiosk::Kiosk;
use crate::rating::button;
use crate::view::{El, el};
use crate::words::Words;

const WISH: &str = "hl-button hl-button--wish";
/// Left out on small panels where a question needs the room.
const TUNE: &str = "hl-button hl-button--wish hl-button--tune";
const PACES: [&str; player::STEPS] = ["audio.slow", "audio.usual", "audio.fast"];
const LOUDNESSES: [&str; player::STEPS] = ["audio.soft", "audio.middle", "audio.loud"];

/// The button that switches the sound on, without the sound; for the static first screen, where the loader remembers
/// that it was pressed.
pub fn listen_button(words: &Words) -> El {
    group(words).child(
        el("button")
            .class(WISH)
            .attr("type", "button")
            .attr("data-action", "audio")
            .attr("aria-pressed", "false")
            .text(words.say("audio.listen")),
    )
}

/// The buttons; those that need a sound are there only while it is on.
pub(in crate::kiosk) fn controls(words: &Words, kiosk: &Rc<Kiosk>) -> El {
    let audio = kiosk.audio.clone();
    let state = audio.shown();
    // What is drawn anew loses the focus: only when this changes.
    let on = Memo::new(move |_| state.get().on);
    let fresh = Memo::new(move |_| state.get().fresh);
    let kiosk = StoredValue::new_local(kiosk.clone());
    let introduction = INTRODUCTION.map(|key| words.say(key));
    let note = introduction.join(" ");
    let listen = button(WISH, "audio", words.say("audio.listen"), move || {
        kiosk.with_value(|kiosk| {
            if super::is_on() {
                kiosk.audio.off();
                return;
            }
            let form = kiosk.setup.borrow().form.clone();
            let form = ["form.", &form.id, ".v", &form.version.to_string(), "."].concat();
            kiosk.audio.switch_on(introduction.to_vec(), form);
        });
    })
    .attr_live("aria-pressed", move || {
        Some(if on.get() { "true" } else { "false" }.into())
    });
    let held = StoredValue::new_local(audio);
    let said = StoredValue::new_local(words.clone());
    group(words)
        .child(listen)
        .child_live(move || {
            on.get().then(|| {
                held.with_value(|audio| said.with_value(|words| tuning(words, audio, state)))
            })
        })
        .child_live(move || {
            fresh
                .get()
                .then(|| el("p").class("hl-audio__note").text(note.clone()))
        })
}

fn group(words: &Words) -> El {
    el("div")
        .class("hl-audio")
        .attr("role", "group")
        .attr_of("aria-label", words.say("audio"))
}

/// Pause, repeat, how fast, how loud.
fn tuning(words: &Words, audio: &Rc<Audio>, state: RwSignal<State>) -> El {
    let (pause, resume) = (words.say("audio.pause"), words.say("audio.resume"));
    let held = StoredValue::new_local(audio.clone());
    let pausing = el("button")
        .class(WISH)
        .attr("type", "button")
        .attr("data-action", "audio-pause")
        .on("click", move |_| {
            held.with_value(|audio| audio.set_paused(!audio.state.get().paused));
        })
        .text_live(move || if state.get().paused { &resume } else { &pause }.clone());
    let repeat = button(WISH, "audio-repeat", words.say("audio.repeat"), move || {
        held.with_value(|audio| audio.repeat());
    });
    let pace = stepping(
        "audio-pace",
        PACES.map(|key| words.say(key)),
        move || state.get().pace,
        move |step| {
            held.with_value(|audio| {
                audio.with_player(|player| player.set_pace(step));
                audio.change(|state| state.pace = step);
            });
        },
        held,
    );
    let loudness = stepping(
        "audio-volume",
        LOUDNESSES.map(|key| words.say(key)),
        move || state.get().loudness,
        move |step| {
            held.with_value(|audio| {
                audio.with_player(|player| player.set_loudness(step));
                audio.change(|state| state.loudness = step);
            });
        },
        held,
    );
    el("div")
        .class("hl-audio__tuning")
        .children([pausing, repeat, pace, loudness])
}

/// A button that says at which step something stands, and sets the next one.
fn stepping(
    action: &'static str,
    names: [String; player::STEPS],
    step: impl Fn() -> usize + Copy + Send + 'static,
    set: impl Fn(usize) + Send + 'static,
    audio: StoredValue<Rc<Audio>, LocalStorage>,
) -> El {
    let said = names.clone();
    el("button")
        .class(TUNE)
        .attr("type", "button")
        .attr("data-action", action)
        .on("click", move |_| {
            let next = (untrack(step) + 1) % player::STEPS;
            set(next);
            audio.with_value(|audio| audio.say(vec![said[next].clone()]));
        })
        .text_live(move || names[step()].clone())
}

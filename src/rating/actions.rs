//! The row of buttons that every screen ends with, always in the same places.

use leptos::prelude::*;

use crate::view::{El, el};
use crate::words::Words;

/// A button with these classes that does `action`, which is also its mark for tests.
pub fn button(
    classes: &'static str,
    action: &'static str,
    text: String,
    act: impl Fn() + Send + 'static,
) -> El {
    el("button")
        .class(classes)
        .attr("type", "button")
        .attr("data-action", action)
        .on("click", move |_| act())
        .text(text)
}

/// What the row of buttons does.
pub struct Actions {
    /// To the screen before, if there is one.
    pub on_back: Option<Callback<()>>,
    /// To the beginning, with nothing answered.
    pub on_restart: Callback<()>,
    /// No more questions.
    pub on_end: Callback<()>,
    /// To the next screen.
    pub on_next: Callback<()>,
    /// What the button that leads on says.
    pub next: Box<dyn Fn() -> String + Send>,
    /// Whether leading on is what most people will want now; the button stays quiet until then, so that it does not
    /// draw people past a question.
    pub ready: Box<dyn Fn() -> bool + Send>,
}

impl Actions {
    /// Back, start over, end, and on.
    pub fn row(self, words: &Words) -> El {
        let Self {
            on_back,
            on_restart,
            on_end,
            on_next,
            next,
            ready,
        } = self;
        let back = on_back.map(|on_back| {
            button("hl-button", "back", words.say("back"), move || {
                on_back.run(());
            })
        });
        el("div").class("hl-actions").child_if(back).children([
            button("hl-button", "restart", words.say("restart"), move || {
                on_restart.run(());
            }),
            button("hl-button", "end", words.say("end"), move || on_end.run(())),
            el("button")
                .attr_live("class", move || {
                    Some(if ready() {
                        "hl-button hl-button--next hl-button--main".into()
                    } else {
                        "hl-button hl-button--next".into()
                    })
                })
                .attr("type", "button")
                .attr("data-action", "next")
                .on("click", move |_| on_next.run(()))
                .text_live(next),
        ])
    }
}

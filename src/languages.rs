//! A button for each language, in its own name.

use leptos::prelude::*;

use crate::view::{El, el};
use crate::words::{Language, Words};

/// The buttons; `spoken` is pressed. Empty where there is no choice.
pub fn choice(languages: &[Language], words: &Words, speak: Callback<String>) -> El {
    let spoken = words.lang();
    let several = languages.len() > 1;
    let buttons = languages.iter().filter(|_| several).map(|language| {
        let lang = language.lang.clone();
        el("button")
            .class("hl-button")
            .attr("type", "button")
            .attr_of("lang", language.lang.clone())
            .attr_of("aria-pressed", (language.lang == spoken).to_string())
            .attr_of("data-lang", language.lang.clone())
            .on("click", move |_| speak.run(lang.clone()))
            .text(language.name.clone())
    });
    el("div")
        .class("hl-languages")
        .attr("role", "group")
        .attr_of("aria-label", words.say("attract.languages"))
        .children(buttons)
}

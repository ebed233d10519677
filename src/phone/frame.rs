//! What stands around the survey on a phone: whose office, which procedure, which language.

use std::sync::Arc;

use leptos::prelude::*;

use crate::languages::choice;
use crate::rating::large_heading;
use crate::view::{El, el};
use crate::words::{Language, Words};

/// What the page says around the survey.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Name of the unit; the loader fills it in on the static screen.
    pub unit: Option<String>,
    /// Name of the procedure; likewise.
    pub procedure: Option<String>,
    /// Says that the data are made up.
    pub demo: bool,
    /// Languages to choose from.
    pub languages: Vec<Language>,
}

impl Frame {
    /// The frame with the survey in it; languages are offered as long as `at_start`.
    pub fn around(
        self,
        words: &Arc<Words>,
        survey: El,
        at_start: impl Fn() -> bool + Send + 'static,
        speak: Callback<String>,
    ) -> El {
        let head = el("div")
            .class("hl-phone__head")
            .child(
                el("p")
                    .class("hl-unit")
                    .attr("data-fill", "unit_name")
                    .text(self.unit.unwrap_or_default()),
            )
            .child(
                el("p")
                    .class("hl-procedure")
                    .attr("data-fill", "procedure_name")
                    .text(self.procedure.unwrap_or_default()),
            );
        let (languages, said) = (self.languages, words.clone());
        el("main")
            .class("hl-phone")
            .attr_of("lang", words.lang().to_owned())
            .child_if(
                self.demo
                    .then(|| el("p").class("hl-demo").text(words.say("demo"))),
            )
            .child(head)
            .child(survey)
            .child_live(move || at_start().then(|| choice(&languages, &said, speak)))
    }
}

/// Nothing more to do.
pub(super) fn farewell(words: &Words) -> El {
    let screen = el("section")
        .class("hl-screen hl-screen--calm")
        .attr("data-screen", "farewell")
        .child(large_heading(words.say("phone.farewell")));
    el("main")
        .class("hl-phone")
        .attr_of("lang", words.lang().to_owned())
        .child(screen)
}

//! The survey: one question a screen, from the first rating to the thanks.

mod actions;
mod draft;
mod face;
#[cfg(test)]
pub(crate) mod fixture;
mod guard;
mod journey;
mod notice;
mod question;
mod reasons;
mod run;
mod thanks;

use std::sync::Arc;

use leptos::prelude::*;
use survey::form::Form;
use survey::response::{Channel, Response, ScaleOrder, Touchpoint};

pub use actions::Actions;
pub use draft::{Draft, Stamps};
pub use face::Face;
pub use guard::TapGuard;
pub use journey::{Journey, Step};
pub use notice::Notice;
pub use question::focus_when_shown;

use crate::words::Words;
use question::Question;
use reasons::ReasonsScreen;
use run::Run;
use thanks::Thanks;

/// What became of the response after `on_finished`; the frame tells the survey, which tells the person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Not finished, or still being written.
    #[default]
    Pending,
    /// Durable on the device: the person may be thanked.
    Saved {
        /// It has not reached the collector yet.
        queued: bool,
    },
    /// The device could not keep it: nobody may be thanked.
    Failed,
}

/// Asks the questions of a form, one a screen, and hands over the response.
///
/// Every question is a native radio group with the form's own words; nothing is chosen at first and a second tap never
/// clears. A choice by touch, Space or Enter leads on after half a second in which it can be seen and corrected; arrow
/// keys only choose. Taps in the half second after a screen change are ignored.
///
/// The survey keeps nothing: the frame around it stores what `on_finished` brings and sets `delivery`; thanks appear
/// only at [`Delivery::Saved`].
#[component]
pub fn SatisfactionSurvey(
    /// The questionnaire.
    form: Arc<Form>,
    /// What the screen says around the form's own words; their language is the survey's.
    words: Arc<Words>,
    /// Order of the levels, where the authority has chosen one and the form does not prescribe its own.
    #[prop(optional_no_strip)]
    scale_order: Option<ScaleOrder>,
    /// At which moment of the procedure the person is asked.
    #[prop(default = Touchpoint::Result)]
    touchpoint: Touchpoint,
    /// The door through which the response comes.
    channel: Channel,
    /// The dossier that is rated, if it is known.
    #[prop(optional_no_strip)]
    dossier: Option<String>,
    /// Sensitive items that the authority has switched on, by id.
    #[prop(optional)]
    enabled: Vec<String>,
    /// What became of the finished response.
    #[prop(into)]
    delivery: Signal<Delivery>,
    /// After each change of the answers: the response so far, marked partial; without answers after a fresh start.
    on_answer: Callback<Response>,
    /// The person is through, or has ended with at least one answer (then marked partial).
    on_finished: Callback<Response>,
    /// Another screen is shown.
    #[prop(optional)]
    on_step: Option<Callback<Step>>,
    /// Back from the first question.
    on_back: Callback<()>,
    /// The person is done with the survey: it was ended without an answer, or the last screen was left.
    on_leave: Callback<()>,
) -> impl IntoView {
    let order = match scale_order {
        Some(order) if !form.order_fixed => order,
        _ => form.scale_order,
    };
    let draft = Draft {
        dossier,
        touchpoint,
        channel,
        locale: words.lang().to_owned(),
        scale_order: order,
    };
    let run = Run::new(
        Journey::new(form, enabled),
        draft,
        run::Callbacks {
            on_answer,
            on_finished,
            on_step,
            on_back,
            on_leave,
        },
    );
    let words = StoredValue::new(words);
    let step = run.step();
    view! {
        <div class="hl-survey" data-guard=run.guard.attribute()>
            {move || {
                let words = words.get_value();
                match step.get() {
                    Step::Item(id) => view! { <Question run words id/> }.into_any(),
                    Step::Reasons => view! { <ReasonsScreen run words/> }.into_any(),
                    Step::Done => view! { <Thanks words delivery on_leave/> }.into_any(),
                }
            }}
        </div>
    }
}

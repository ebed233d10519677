//! The survey: one question a screen, from the first rating to the thanks.

mod actions;
mod draft;
mod face;
#[cfg(test)]
pub(crate) mod fixture;
mod guard;
mod heading;
mod journey;
mod notice;
mod question;
mod reasons;
mod run;
mod thanks;
#[cfg(feature = "kiosk")]
mod two_step;

use std::sync::Arc;

use leptos::prelude::*;
use survey::form::Form;
use survey::response::{Channel, Response, ScaleOrder, Touchpoint};

pub use actions::{Actions, button};
pub use draft::{Draft, Stamps};
pub use face::face;
pub use guard::TapGuard;
pub use heading::{focused, heading, large_heading};
pub use journey::{Journey, Step};
pub use notice::notice;
pub use run::Callbacks;

use crate::view::{El, el};
#[cfg(feature = "first-screens")]
use crate::view::{act, act_with};
use crate::words::Words;
use question::question;
use reasons::reasons_screen;
use run::{Begun, Run};
use thanks::thanks;

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

/// Tells what became of the response; follows signals.
pub type Outcome = Arc<dyn Fn() -> Delivery + Send + Sync>;

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
    /// Asks five levels with faces in two steps: three faces first, then the strength. Only the kiosk's build does.
    #[prop(optional)]
    two_step: bool,
    /// At which moment of the procedure the person is asked.
    #[prop(default = Touchpoint::Result)]
    touchpoint: Touchpoint,
    /// The door through which the response comes.
    channel: Channel,
    /// The dossier that is rated, if it is known.
    #[prop(optional_no_strip)]
    dossier: Option<String>,
    /// The right to rate that the person brought with a link; the collector knows the dossier by it.
    #[prop(optional_no_strip)]
    invite: Option<String>,
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
    /// Back from the first question, which has no way back without it.
    #[prop(optional_no_strip)]
    on_back: Option<Callback<()>>,
    /// The person is done with the survey: it was ended without an answer, or the last screen was left.
    on_leave: Callback<()>,
) -> impl IntoView {
    let survey = Survey {
        form,
        words,
        scale_order,
        two_step,
        touchpoint,
        channel,
        dossier,
        invite,
        enabled,
        guarded: true,
    };
    let callbacks = Callbacks {
        on_answer,
        on_finished,
        on_step,
        on_back,
        on_leave,
    };
    survey.shown(Arc::new(move || delivery.get()), callbacks)
}

/// What a survey asks, of whom and through which door: see [`SatisfactionSurvey`] for each field.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The questionnaire.
    pub form: Arc<Form>,
    /// What the screen says around the form's own words.
    pub words: Arc<Words>,
    /// Order of the levels, where the authority has chosen one.
    pub scale_order: Option<ScaleOrder>,
    /// Three faces first, then the strength.
    pub two_step: bool,
    /// At which moment of the procedure the person is asked.
    pub touchpoint: Touchpoint,
    /// The door.
    pub channel: Channel,
    /// The dossier, if it is known here.
    pub dossier: Option<String>,
    /// The right to rate that the person brought.
    pub invite: Option<String>,
    /// Sensitive items that are switched on.
    pub enabled: Vec<String>,
    /// Taps are ignored for the first half second; not where the same question stood on the screen already.
    pub guarded: bool,
}

impl Survey {
    /// The survey as an element: what [`SatisfactionSurvey`] shows, for frames of our own.
    pub fn shown(self, delivery: Outcome, callbacks: Callbacks) -> El {
        let words = self.words.clone();
        let guarded = self.guarded;
        let run = self.run(Begun::now(), callbacks);
        if guarded {
            run.guard.arm();
        }
        el("div")
            .class("hl-survey")
            .attr_live("data-guard", run.guard.attribute())
            .child_live(move || match run.step.get() {
                Step::Item(id) => question(run, &words, &id),
                Step::Reasons => Some(reasons_screen(run, &words)),
                Step::Done => Some(thanks(&words, delivery.clone(), callbacks.on_leave)),
            })
    }

    /// The first question as it stands before anybody has done anything; for a static page.
    #[cfg(feature = "first-screens")]
    pub fn first(self) -> El {
        let words = self.words.clone();
        let nowhere = act_with(|_: Response| ());
        let run = self.run(
            Begun::default(),
            Callbacks {
                on_answer: nowhere,
                on_finished: nowhere,
                on_step: None,
                on_back: None,
                on_leave: act(|| ()),
            },
        );
        let question = match run.step.get_untracked() {
            Step::Item(id) => question(run, &words, &id),
            Step::Reasons | Step::Done => None,
        };
        el("div").class("hl-survey").child_if(question)
    }

    fn run(self, begun: Begun, callbacks: Callbacks) -> Run {
        let scale_order = match self.scale_order {
            Some(order) if !self.form.order_fixed => order,
            _ => self.form.scale_order,
        };
        let draft = Draft {
            dossier: self.dossier,
            invite: self.invite,
            touchpoint: self.touchpoint,
            channel: self.channel,
            locale: self.words.lang().to_owned(),
            scale_order,
            two_step: self.two_step,
        };
        Run::new(
            Journey::new(self.form, self.enabled),
            draft,
            begun,
            callbacks,
        )
    }
}

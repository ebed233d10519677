//! One run through the survey in the browser: the journey with its clocks, timers and callbacks.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use survey::answers::Answer;
use survey::response::Response;
use uuid::Uuid;

use super::draft::{Draft, Stamps};
use super::guard::TapGuard;
use super::journey::{Journey, Step};
use crate::browser;

/// How long a choice is seen before the next question comes, in milliseconds (ux: 400 to 600).
const SEEN_MS: u32 = 500;

/// What the survey tells its frame: see [`super::SatisfactionSurvey`].
#[derive(Clone, Copy)]
pub struct Callbacks {
    /// After each change of the answers.
    pub on_answer: Callback<Response>,
    /// The person is through.
    pub on_finished: Callback<Response>,
    /// Another screen is shown.
    pub on_step: Option<Callback<Step>>,
    /// Back from the first question; it has no way back if absent.
    pub on_back: Option<Callback<()>>,
    /// The person is done with the survey.
    pub on_leave: Callback<()>,
}

/// When the run began, by both clocks, and the id of its response once there is an answer.
#[derive(Default)]
pub(super) struct Begun {
    at: String,
    monotonic_ms: f64,
    id: Option<Uuid>,
}

impl Begun {
    /// Now.
    pub fn now() -> Self {
        Self {
            at: browser::rfc3339_now(),
            monotonic_ms: browser::monotonic_ms(),
            id: None,
        }
    }
}

/// Handle on the run; every screen of the survey holds one.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// Ignores taps right after a screen change.
    pub guard: TapGuard,
    /// The person wanted to go on without a choice that is required.
    pub must_choose: RwSignal<bool>,
    /// The screen to show: the journey's step, told only when it changes, so that an answer does not draw it again.
    pub step: RwSignal<Step>,
    journey: RwSignal<Journey>,
    held: StoredValue<Held, LocalStorage>,
    callbacks: Callbacks,
}

/// What the run holds beside the journey.
struct Held {
    draft: Draft,
    begun: Begun,
    /// Leads on once a choice has been seen.
    next: Option<Timeout>,
}

impl Run {
    pub fn new(journey: Journey, draft: Draft, begun: Begun, callbacks: Callbacks) -> Self {
        let held = Held {
            draft,
            begun,
            next: None,
        };
        Self {
            guard: TapGuard::new(),
            must_choose: RwSignal::new(false),
            step: RwSignal::new(journey.step().clone()),
            journey: RwSignal::new(journey),
            held: StoredValue::new_local(held),
            callbacks,
        }
    }

    /// Reads the journey as it is now.
    pub fn peek<T>(self, read: impl FnOnce(&Journey) -> T) -> T {
        self.journey.with_untracked(read)
    }

    /// Reads the journey, and follows its changes.
    pub fn read<T>(self, read: impl FnOnce(&Journey) -> T) -> T {
        self.journey.with(read)
    }

    /// Order of the levels.
    pub fn scale_order(self) -> survey::response::ScaleOrder {
        self.held.with_value(|held| held.draft.scale_order)
    }

    /// Are levels with faces asked in two steps?
    #[cfg(feature = "kiosk")]
    pub fn two_step(self) -> bool {
        self.held.with_value(|held| held.draft.two_step)
    }

    /// Answers the question on the screen.
    pub fn choose(self, answer: Answer) {
        self.must_choose.set(false);
        if self.journey.with_untracked(Journey::answer) != Some(answer) {
            self.journey.update(|journey| journey.choose(answer));
            self.tell(true, self.callbacks.on_answer);
        }
    }

    /// Ticks or unticks a reason.
    pub fn tick(self, reason: &str, on: bool) {
        self.journey.update(|journey| journey.tick(reason, on));
        self.tell(true, self.callbacks.on_answer);
    }

    /// Goes on once the choice has been seen; another choice in between starts the time over.
    pub fn go_on_soon(self) {
        self.leads_on(Some(Timeout::new(SEEN_MS, move || self.go_on())));
    }

    /// Goes on now, or asks for the choice that is missing.
    pub fn go_on(self) {
        self.leads_on(None);
        if !self.journey.with_untracked(Journey::may_go_on) {
            self.must_choose.set(true);
            return;
        }
        self.journey.update(Journey::go_on);
        self.moved();
        if self.at_the_end() {
            self.tell(false, self.callbacks.on_finished);
        }
    }

    /// Back to the question before, or out of the survey from the first.
    pub fn go_back(self) {
        self.leads_on(None);
        if self.journey.try_update(Journey::go_back) == Some(true) {
            self.moved();
        } else if let Some(on_back) = self.callbacks.on_back {
            on_back.run(());
        }
    }

    /// Does going back lead anywhere?
    pub fn has_way_back(self) -> bool {
        self.callbacks.on_back.is_some() || self.peek(|journey| !journey.at_first())
    }

    /// To the first question, with nothing answered.
    pub fn restart(self) {
        self.leads_on(None);
        self.journey.update(Journey::restart);
        self.tell(true, self.callbacks.on_answer);
        self.moved();
    }

    /// The person wants no more questions: what was answered counts.
    pub fn end(self) {
        self.leads_on(None);
        if self
            .journey
            .with_untracked(|journey| journey.answers().is_empty())
        {
            self.callbacks.on_leave.run(());
            return;
        }
        self.journey.update(Journey::leave);
        self.moved();
        self.tell(true, self.callbacks.on_finished);
    }

    fn at_the_end(self) -> bool {
        self.journey
            .with_untracked(|journey| *journey.step() == Step::Done)
    }

    fn leads_on(self, next: Option<Timeout>) {
        self.held.update_value(|held| held.next = next);
    }

    fn moved(self) {
        self.guard.arm();
        self.must_choose.set(false);
        let step = self.peek(|journey| journey.step().clone());
        if self.step.get_untracked() != step {
            self.step.set(step.clone());
        }
        if let Some(on_step) = self.callbacks.on_step {
            on_step.run(step);
        }
    }

    /// Hands over the response as it is now.
    fn tell(self, partial: bool, hear: Callback<Response>) {
        let (now, monotonic_ms) = (browser::rfc3339_now(), browser::monotonic_ms());
        // The survey may be gone when a timer comes late; then there is nothing to tell.
        let written = self.held.try_update_value(|held| {
            let begun = &mut held.begun;
            let stamps = Stamps {
                id: *begun.id.get_or_insert_with(browser::new_id),
                started_at: begun.at.clone(),
                submitted_at: now,
                elapsed_ms: (monotonic_ms - begun.monotonic_ms).max(0.0) as u64,
            };
            self.peek(|journey| held.draft.response(journey, stamps, partial))
        });
        if let Some(response) = written {
            hear.run(response);
        }
    }
}

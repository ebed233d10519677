//! The way through a form: which question stands on the screen, and what has been answered. Pure: no browser, no clock.

use std::sync::Arc;

use survey::answers::{Answer, Answers};
use survey::form::{Form, Item};

/// What stands on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The question with this id.
    Item(String),
    /// The reasons behind a low rating.
    Reasons,
    /// Nothing more to ask.
    Done,
}

/// Where somebody stands in a form, and the answers so far. Questions whose condition is no longer met lose their
/// answers, so the answers always fit the form.
#[derive(Clone, Debug)]
pub struct Journey {
    form: Arc<Form>,
    enabled: Vec<String>,
    answers: Answers,
    reasons: Vec<String>,
    step: Step,
}

impl Journey {
    /// At the first question of `form`; `enabled` lists the sensitive items that the authority has switched on.
    pub fn new(form: Arc<Form>, enabled: Vec<String>) -> Self {
        let mut journey = Self {
            form,
            enabled,
            answers: Answers::new(),
            reasons: Vec::new(),
            step: Step::Done,
        };
        journey.restart();
        journey
    }

    /// The form.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// What stands on the screen.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// The answers so far.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The reasons ticked so far, in the form's order.
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }

    /// The question on the screen, if it is one.
    pub fn item(&self) -> Option<&Item> {
        match &self.step {
            Step::Item(id) => self.form.item(id),
            Step::Reasons | Step::Done => None,
        }
    }

    /// The answer to the question on the screen.
    pub fn answer(&self) -> Option<Answer> {
        self.item()
            .and_then(|item| self.answers.get(&item.id))
            .copied()
    }

    /// Answers the question on the screen; a second answer replaces the first, and nothing clears it.
    pub fn choose(&mut self, answer: Answer) {
        let Step::Item(id) = &self.step else { return };
        self.answers.insert(id.clone(), answer);
        self.drop_what_no_longer_applies();
    }

    /// Ticks or unticks a reason that the form offers.
    pub fn tick(&mut self, reason: &str, on: bool) {
        let Some(offered) = self.form.offers_reasons(&self.answers) else {
            return;
        };
        self.reasons = offered
            .options
            .iter()
            .map(|option| &option.id)
            .filter(|id| {
                if *id == reason {
                    on
                } else {
                    self.reasons.contains(id)
                }
            })
            .cloned()
            .collect();
    }

    /// May the screen be left forwards? Only a required question without an answer holds it.
    pub fn may_go_on(&self) -> bool {
        self.item()
            .is_none_or(|item| !item.required || self.answers.contains_key(&item.id))
    }

    /// To the next question that applies, then to the reasons if the form offers them, then to the end.
    pub fn go_on(&mut self) {
        if !self.may_go_on() {
            return;
        }
        self.step = match &self.step {
            Step::Item(id) => match self.form.next_item(Some(id), &self.answers, &self.enabled) {
                Some(item) => Step::Item(item.id.clone()),
                None if self.form.offers_reasons(&self.answers).is_some() => Step::Reasons,
                None => Step::Done,
            },
            Step::Reasons | Step::Done => Step::Done,
        };
    }

    /// To the question before; `false` on the first one and after the end.
    pub fn go_back(&mut self) -> bool {
        let before = match &self.step {
            Step::Item(id) => self
                .asked()
                .take_while(|item| item.id != *id)
                .last()
                .map(|item| item.id.clone()),
            Step::Reasons => self.asked().last().map(|item| item.id.clone()),
            Step::Done => None,
        };
        match before {
            Some(id) => {
                self.step = Step::Item(id);
                true
            }
            None => false,
        }
    }

    /// To the first question, with nothing answered.
    pub fn restart(&mut self) {
        self.answers.clear();
        self.reasons.clear();
        self.step = self
            .form
            .next_item(None, &self.answers, &self.enabled)
            .map_or(Step::Done, |item| Step::Item(item.id.clone()));
    }

    /// To the end, leaving the rest unanswered.
    pub fn leave(&mut self) {
        self.step = Step::Done;
    }

    /// The number of the question on the screen and how many there are, as far as the answers so far can tell.
    pub fn progress(&self) -> Option<(usize, usize)> {
        let item = self.item()?;
        let at = self.asked().position(|asked| asked.id == item.id)?;
        Some((at + 1, self.asked().count()))
    }

    /// Is it the first question?
    pub fn at_first(&self) -> bool {
        self.progress().is_some_and(|(n, _)| n == 1)
    }

    fn asked(&self) -> impl Iterator<Item = &Item> {
        self.form
            .items
            .iter()
            .filter(|item| self.form.applies(item, &self.answers, &self.enabled))
    }

    fn drop_what_no_longer_applies(&mut self) {
        // In form order, because a condition may hang on an answer that has just been dropped.
        for item in &self.form.items {
            if !self.form.applies(item, &self.answers, &self.enabled) {
                self.answers.remove(&item.id);
            }
        }
        if self.form.offers_reasons(&self.answers).is_none() {
            self.reasons.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rating::fixture;

    fn walk(journey: &mut Journey, values: &[u8]) {
        for &value in values {
            journey.choose(Answer::Level(value));
            journey.go_on();
        }
    }

    fn at(journey: &Journey) -> &str {
        journey.item().map_or("", |item| &item.id)
    }

    #[test]
    fn a_satisfied_person_sees_every_question_that_applies_and_no_reasons() {
        let mut journey = fixture::journey();
        assert_eq!(
            (at(&journey), journey.progress()),
            ("overall", Some((1, 3)))
        );
        walk(&mut journey, &[5]);
        assert_eq!(
            (at(&journey), journey.progress()),
            ("attitude", Some((2, 3)))
        );
        walk(&mut journey, &[4, 2]);
        assert_eq!(journey.step(), &Step::Done);
    }

    #[test]
    fn a_low_rating_leads_to_the_reasons_and_a_corrected_one_takes_them_back() {
        let mut journey = fixture::journey();
        walk(&mut journey, &[2, 4, 2]);
        assert_eq!(journey.step(), &Step::Reasons);
        journey.tick("rude", true);
        journey.tick("slow", true);
        journey.tick("unheard-of", true);
        assert_eq!(journey.reasons(), ["slow", "rude"]);
        journey.tick("rude", false);
        assert_eq!(journey.reasons(), ["slow"]);
        while journey.go_back() {}
        assert_eq!(at(&journey), "overall");
        journey.choose(Answer::Level(5));
        assert!(journey.reasons().is_empty());
    }

    #[test]
    fn a_question_that_hangs_on_another_appears_and_goes_with_its_answer() {
        let mut journey = fixture::journey();
        walk(&mut journey, &[5, 4, 1]);
        assert_eq!((at(&journey), journey.progress()), ("heard", Some((4, 4))));
        walk(&mut journey, &[3]);
        assert!(journey.answers().contains_key("heard"));
        let mut journey = fixture::journey();
        walk(&mut journey, &[5, 4, 1]);
        journey.choose(Answer::Level(3));
        assert!(journey.go_back());
        journey.choose(Answer::Level(2));
        assert!(!journey.answers().contains_key("heard"));
    }

    #[test]
    fn a_required_question_holds_the_screen_and_an_optional_one_may_be_skipped() {
        let mut journey = fixture::journey();
        journey.go_on();
        assert_eq!(at(&journey), "overall");
        walk(&mut journey, &[5]);
        journey.go_on();
        assert_eq!(at(&journey), "feedback");
        assert!(!journey.answers().contains_key("attitude"));
    }

    #[test]
    fn starting_over_forgets_every_answer() {
        let mut journey = fixture::journey();
        walk(&mut journey, &[1, 1, 1, 1]);
        journey.tick("slow", true);
        journey.restart();
        assert_eq!(at(&journey), "overall");
        assert!(journey.answers().is_empty() && journey.reasons().is_empty());
    }

    #[derive(Clone, Debug)]
    enum Act {
        Choose(u8),
        Tick(bool),
        GoOn,
        GoBack,
        Restart,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => (1u8..=5).prop_map(Act::Choose),
            1 => any::<bool>().prop_map(Act::Tick),
            4 => Just(Act::GoOn),
            2 => Just(Act::GoBack),
            1 => Just(Act::Restart),
        ]
    }

    proptest! {
        /// Whatever a person does, what was answered is a response that the collector would take.
        #[test]
        fn the_answers_always_fit_the_form(acts in prop::collection::vec(act(), 0..40)) {
            let mut journey = fixture::journey();
            for act in acts {
                match act {
                    Act::Choose(value) => {
                        let fits = journey.item().and_then(|item| journey.form().scale_of(item))
                            .is_some_and(|scale| scale.level(value).is_some());
                        if fits {
                            journey.choose(Answer::Level(value));
                        }
                    }
                    Act::Tick(on) => journey.tick("slow", on),
                    Act::GoOn => journey.go_on(),
                    Act::GoBack => { journey.go_back(); }
                    Act::Restart => journey.restart(),
                }
                if !journey.answers().is_empty() {
                    let partial = journey.step() != &Step::Done;
                    let faults = fixture::response(&journey, partial).check(journey.form());
                    prop_assert!(faults.is_empty(), "{faults:?}");
                }
                if let Some((n, total)) = journey.progress() {
                    prop_assert!(1 <= n && n <= total);
                }
            }
        }

        /// However the scale is answered, going on from every question ends.
        #[test]
        fn every_way_ends(values in prop::collection::vec(1u8..=2, 8)) {
            let mut journey = fixture::journey();
            walk(&mut journey, &values);
            prop_assert_eq!(journey.step(), &Step::Done);
        }
    }
}

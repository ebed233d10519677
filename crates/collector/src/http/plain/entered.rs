//! What a person has entered into the plain form, and the response that it makes. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use survey::answers::{Answer, Answers, NotApplicable};
use survey::form::{Form, Item, Judge};
use survey::response::{Channel, Presentation, Response, ScaleOrder, Touchpoint};
use uuid::Uuid;

/// Before the id of an item, in the name of its radio buttons.
pub(super) const ANSWER: &str = "a.";
/// The boxes of the reasons.
pub(super) const REASON: &str = "reason";
/// The free text.
pub(super) const COMMENT: &str = "comment";
/// The language of the page.
pub(super) const LOCALE: &str = "locale";
/// When the page was made.
pub(super) const STARTED: &str = "started";
/// In the place of a level: "does not apply to me".
pub(super) const NOT_APPLICABLE: &str = "na";

/// A page that was open for longer tells nothing about how long somebody took.
const LONGEST_MS: i64 = 24 * 3_600_000;

/// What was entered, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entered {
    /// By item.
    answers: BTreeMap<String, String>,
    reasons: BTreeSet<String>,
    pub(super) comment: String,
    pub(super) locale: String,
    pub(super) started: Option<Timestamp>,
}

impl Entered {
    /// A form that nobody has filled in.
    pub(super) fn nothing(locale: &str, now: Timestamp) -> Self {
        Self {
            locale: locale.to_owned(),
            started: Some(now),
            ..Self::default()
        }
    }

    /// From the body of a form; what the page does not ask for is passed over.
    pub(super) fn read(body: &[u8]) -> Self {
        let mut entered = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                REASON => {
                    entered.reasons.insert(value.into_owned());
                }
                // Browsers send line breaks as two characters, and count them as one.
                COMMENT => entered.comment = value.replace("\r\n", "\n"),
                LOCALE => entered.locale = value.into_owned(),
                STARTED => entered.started = value.parse().ok(),
                other => {
                    if let Some(item) = other.strip_prefix(ANSWER) {
                        entered.answers.insert(item.to_owned(), value.into_owned());
                    }
                }
            }
        }
        entered
    }

    /// Was this chosen as the answer to the item? Nothing at all is what skips it.
    pub(super) fn has_chosen(&self, item: &str, value: &str) -> bool {
        self.answers.get(item).is_some_and(|chosen| chosen == value)
    }

    /// Was this reason ticked?
    pub(super) fn has_ticked(&self, reason: &str) -> bool {
        self.reasons.contains(reason)
    }

    /// The answers that fit the form, as the widget keeps them: what hangs on another answer goes with it.
    fn answers(&self, form: &Form) -> Answers {
        let mut answers = Answers::new();
        for item in asked(form) {
            let answer = match self.answers.get(&item.id).map(String::as_str) {
                None | Some("") => None,
                Some(NOT_APPLICABLE) => Some(Answer::NotApplicable(NotApplicable::Na)),
                Some(level) => level.parse().ok().map(Answer::Level),
            };
            if let Some(answer) = answer
                && form.applies(item, &answers, &[])
            {
                answers.insert(item.id.clone(), answer);
            }
        }
        answers
    }

    /// The response that this makes.
    pub(super) fn response(
        &self,
        form: &Form,
        token: String,
        touchpoint: Touchpoint,
        scale_order: ScaleOrder,
        now: Timestamp,
    ) -> Response {
        let answers = self.answers(form);
        let offered = form.offers_reasons(&answers);
        let reasons = offered
            .into_iter()
            .flat_map(|reasons| &reasons.options)
            .map(|option| option.id.clone())
            .filter(|id| self.has_ticked(id))
            .collect();
        let comment = self.comment.trim();
        let taken = self
            .started
            .map(|started| now.duration_since(started).as_millis());
        let elapsed_ms = taken
            .and_then(|taken| i64::try_from(taken).ok())
            .filter(|taken| (0..=LONGEST_MS).contains(taken));
        Response {
            id: Uuid::now_v7(),
            revision: 0,
            form: form.id.clone(),
            form_version: form.version,
            dossier: None,
            invite: Some(token),
            unit: None,
            touchpoint,
            channel: Channel::Phone,
            answers,
            reasons,
            comment: (!comment.is_empty()).then(|| comment.to_owned()),
            locale: Some(self.locale.clone()),
            scale_order: Some(scale_order),
            presentation: Some(Presentation::Words),
            audio: false,
            assisted: false,
            partial: false,
            device: None,
            boot: None,
            seq: None,
            started_at: elapsed_ms
                .and(self.started)
                .map(|started| started.to_string()),
            submitted_at: Some(now.to_string()),
            elapsed_ms: elapsed_ms.and_then(|taken| u64::try_from(taken).ok()),
            clock_offset_ms: None,
        }
    }
}

/// The items that a page can ask, those that hang on another answer among them.
pub(super) fn asked(form: &Form) -> impl Iterator<Item = &Item> {
    form.items
        .iter()
        .filter(|item| item.judge == Judge::Person && !item.off_by_default)
}

#[cfg(test)]
mod tests {
    use survey::form::{load, shipped};

    use super::*;

    fn forms() -> Vec<Form> {
        let read = |(name, text): &(&str, &str)| load(text, name).expect("a shipped form");
        shipped().iter().map(read).collect()
    }

    fn response(form: &Form, body: &str) -> Response {
        Entered::read(body.as_bytes()).response(
            form,
            "4017932588091746335261".to_owned(),
            Touchpoint::Result,
            form.scale_order,
            "2026-08-30T02:00:00Z".parse().expect("a time"),
        )
    }

    #[test]
    fn whatever_is_chosen_on_the_page_is_a_response_that_fits_the_form() {
        for form in forms() {
            for last in [false, true] {
                let mut body = form_urlencoded::Serializer::new(String::new());
                for item in asked(&form) {
                    let levels = &form.scale_of(item).expect("a scale").levels;
                    let level = if last { levels.last() } else { levels.first() };
                    let value = level.expect("levels").value.to_string();
                    body.append_pair(&format!("{ANSWER}{}", item.id), &value);
                }
                for option in form.reasons.iter().flat_map(|reasons| &reasons.options) {
                    body.append_pair(REASON, &option.id);
                }
                let response = response(&form, &body.finish());
                assert_eq!(response.check(&form), [], "{}", form.id);
                let low = form.offers_reasons(&response.answers).is_some();
                assert_eq!(response.reasons.is_empty(), !low, "{}", form.id);
            }
        }
    }

    #[test]
    fn what_hangs_on_another_answer_goes_with_it() {
        let form = forms()
            .into_iter()
            .find(|form| form.id == "sipas-services-2023");
        let form = form.expect("the form");
        let hanging = form.items.iter().find(|item| item.when.is_some());
        let hanging = hanging.expect("such an item");
        let condition = hanging.when.as_ref().expect("a condition");
        for (level, kept) in [(condition.is[0], true), (0, false)] {
            let body = format!("a.{}={level}&a.{}=4", condition.item, hanging.id);
            let response = response(&form, &body);
            assert_eq!(response.answers.contains_key(&hanging.id), kept, "{level}");
        }
    }

    #[test]
    fn a_page_that_was_open_for_days_tells_no_time() {
        let form = forms().remove(0);
        let took = |started: &str| {
            let response = response(&form, &format!("started={started}"));
            assert_eq!(response.elapsed_ms.is_some(), response.started_at.is_some());
            response.elapsed_ms
        };
        assert_eq!(took("2026-08-30T01:59:00Z"), Some(60_000));
        for odd in ["2026-08-20T01:59:00Z", "2026-08-30T03:00:00Z", "x", ""] {
            assert_eq!(took(odd), None, "{odd}");
        }
    }
}

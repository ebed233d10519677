//! The plain form as a page: what stands where, and what is chosen in it.

use askama::Template;
use survey::form::{Form, Item, Scale};
use survey::response::ScaleOrder;

use super::entered::{self, Entered, NOT_APPLICABLE};
use super::words::{Language, Words, words};
use crate::http::api::invites::Opened;
use crate::staff::words::fill;

/// What keeps a rating from being sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nothing.
    Nothing,
    /// These items, and perhaps the comment.
    Fields {
        /// By id.
        items: Vec<String>,
        /// It is too long.
        comment: bool,
    },
    /// The collector cannot store it now.
    Busy,
}

impl Wrong {
    fn is_item(&self, id: &str) -> bool {
        matches!(self, Self::Fields { items, .. } if items.iter().any(|item| item == id))
    }
}

/// `GET /r/{token}/plain`
#[derive(Template)]
#[template(path = "plain.html")]
pub(super) struct Page<'a> {
    words: &'static Words,
    lang: &'a str,
    languages: Vec<&'static Language>,
    awaits_review: bool,
    token: &'a str,
    title: &'a str,
    opened: &'a Opened,
    questions: Vec<Question<'a>>,
    reasons: Option<Reasons<'a>>,
    comment: Option<Comment<'a>>,
    started: String,
    wrong: &'a Wrong,
    /// Places on the page and what to do there.
    mends: Vec<(String, String)>,
}

/// After the form: the rating is on the disk.
#[derive(Template)]
#[template(path = "plain_thanks.html")]
pub(super) struct Thanks<'a> {
    pub(super) words: &'static Words,
    pub(super) lang: &'a str,
    pub(super) demo: bool,
}

struct Question<'a> {
    n: usize,
    id: &'a str,
    /// Stands above the first item of its role.
    lead: Option<&'a str>,
    text: &'a str,
    /// When it is to be answered at all.
    only: Option<String>,
    required: bool,
    wrong: bool,
    choices: Vec<Choice<'a>>,
    /// Is "skip" chosen?
    skipped: bool,
}

struct Choice<'a> {
    value: String,
    text: &'a str,
    chosen: bool,
}

struct Reasons<'a> {
    text: &'a str,
    only: Option<String>,
    boxes: Vec<Choice<'a>>,
}

struct Comment<'a> {
    text: &'a str,
    hint: String,
    max: u16,
    entered: &'a str,
    wrong: Option<String>,
}

/// The order of the levels on the page.
pub(super) fn scale_order(form: &Form, opened: &Opened) -> ScaleOrder {
    match opened.scale_order {
        Some(order) if !form.order_fixed => order,
        _ => form.scale_order,
    }
}

impl<'a> Page<'a> {
    pub(super) fn of(
        form: &'a Form,
        opened: &'a Opened,
        token: &'a str,
        entered: &'a Entered,
        wrong: &'a Wrong,
    ) -> Self {
        let words = words();
        let lang = words.chosen(form, &entered.locale);
        let questions = questions(form, opened, entered, wrong, lang);
        let comment = form.comment.as_ref().map(|comment| {
            let filled = |text: &survey::text::Text| {
                fill(text.get(lang), &[("max", &comment.max_chars.to_string())])
            };
            let too_long = matches!(wrong, Wrong::Fields { comment: true, .. });
            Comment {
                text: comment.text.get(lang),
                hint: filled(&words.comment_hint),
                max: comment.max_chars,
                entered: &entered.comment,
                wrong: too_long.then(|| filled(&words.too_long)),
            }
        });
        let mut mends: Vec<(String, String)> = questions
            .iter()
            .filter(|question| question.wrong)
            .map(|question| {
                let choose = words.choose.get(lang);
                (
                    format!("i-{}", question.id),
                    format!("{}. {choose}", question.n),
                )
            })
            .collect();
        if let Some(too_long) = comment.as_ref().and_then(|comment| comment.wrong.clone()) {
            mends.push((entered::COMMENT.to_owned(), too_long));
        }
        let languages = words.shared_with(form);
        Self {
            awaits_review: languages
                .iter()
                .any(|one| one.tag == lang && one.awaits_review),
            languages,
            title: form.title.get(lang),
            reasons: reasons(form, entered, &questions, lang),
            started: entered.started.map(|at| at.to_string()).unwrap_or_default(),
            words,
            lang,
            token,
            opened,
            questions,
            comment,
            wrong,
            mends,
        }
    }
}

fn questions<'a>(
    form: &'a Form,
    opened: &Opened,
    entered: &Entered,
    wrong: &Wrong,
    lang: &str,
) -> Vec<Question<'a>> {
    let items: Vec<&Item> = entered::asked(form).collect();
    let number = |id: &str| items.iter().position(|item| item.id == id).map(|at| at + 1);
    let mut role_before = None;
    items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| {
            let scale = form.scale_of(item)?;
            let lead = form
                .lead_of(item)
                .filter(|_| role_before.replace(item.role) != Some(item.role));
            let only = item.when.as_ref().and_then(|condition| {
                let scale = form
                    .item(&condition.item)
                    .and_then(|one| form.scale_of(one))?;
                let levels = texts(scale, lang, |value| condition.is.contains(&value));
                Some(only_if(number(&condition.item)?, &levels, lang))
            });
            Some(Question {
                n: at + 1,
                id: &item.id,
                lead: lead.map(|lead| lead.get(lang)),
                text: item.text.get(lang),
                // Whether it is to be answered hangs on another answer, which a page without code cannot know.
                required: item.required && item.when.is_none(),
                only,
                wrong: wrong.is_item(&item.id),
                choices: choices(form, opened, item, scale, entered, lang),
                skipped: entered.has_chosen(&item.id, ""),
            })
        })
        .collect()
}

fn choices<'a>(
    form: &Form,
    opened: &Opened,
    item: &Item,
    scale: &'a Scale,
    entered: &Entered,
    lang: &str,
) -> Vec<Choice<'a>> {
    let choice = |value: String, text: &'a str| Choice {
        chosen: entered.has_chosen(&item.id, &value),
        value,
        text,
    };
    let mut choices: Vec<Choice<'a>> = scale
        .levels
        .iter()
        .map(|level| choice(level.value.to_string(), level.text.get(lang)))
        .collect();
    if scale_order(form, opened) == ScaleOrder::Descending {
        choices.reverse();
    }
    if let Some(text) = &scale.not_applicable {
        choices.push(choice(NOT_APPLICABLE.to_owned(), text.get(lang)));
    }
    choices
}

fn reasons<'a>(
    form: &'a Form,
    entered: &Entered,
    questions: &[Question<'_>],
    lang: &str,
) -> Option<Reasons<'a>> {
    let reasons = form.reasons.as_ref()?;
    let question = questions.iter().find(|one| one.id == reasons.item);
    let scale = form
        .item(&reasons.item)
        .and_then(|item| form.scale_of(item));
    let only = question.zip(scale).map(|(question, scale)| {
        let levels = texts(scale, lang, |value| value <= reasons.at_or_below);
        only_if(question.n, &levels, lang)
    });
    let boxes = reasons.options.iter().map(|option| Choice {
        value: option.id.clone(),
        text: option.text.get(lang),
        chosen: entered.has_ticked(&option.id),
    });
    Some(Reasons {
        text: reasons.text.get(lang),
        only,
        boxes: boxes.collect(),
    })
}

/// The words of some levels, one behind the other.
fn texts(scale: &Scale, lang: &str, is: impl Fn(u8) -> bool) -> String {
    let texts: Vec<&str> = scale
        .levels
        .iter()
        .filter(|level| is(level.value))
        .map(|level| level.text.get(lang))
        .collect();
    texts.join(", ")
}

fn only_if(n: usize, levels: &str, lang: &str) -> String {
    fill(
        words().only.get(lang),
        &[("n", &n.to_string()), ("levels", levels)],
    )
}

#[cfg(test)]
mod tests;

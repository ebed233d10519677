//! Reads whole months of what citizens wrote and ticked, as far as they may be shown, and tells what was ticked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Serialize;
use survey::form::Form;

use super::{Narrowed, Shown, show};
use crate::delay;
use crate::http::Settings;
use crate::index::DEMO_NOTE;
use crate::rounding::share;
use crate::store::{FormKey, SaidQuery, Store, StoreError};

/// Months that are read unless others are asked for, and at most.
const USUAL_MONTHS: i32 = 3;
const MOST_MONTHS: i32 = 12;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// A day of the first month; three months up to the last one when absent, twelve at most.
    pub from: Option<Date>,
    /// A day of the last month; that of the last rating when absent.
    pub to: Option<Date>,
    /// Only this unit.
    pub unit: Option<String>,
    /// Only these units, as if there were no others.
    pub within: Option<BTreeSet<String>>,
    /// What it is narrowed to beside the unit.
    pub narrowed: Narrowed,
    /// Last business day that may be shown ([`crate::delay::Delay::last_day`]); none: every day.
    pub shown_to: Option<Date>,
}

/// What was found, with the days that it was looked for in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// First business day: the first of a month.
    pub from: Date,
    /// Last business day: the last of a month, or the last that may be shown.
    pub to: Date,
    /// What may be read of it.
    pub shown: Shown,
}

/// Reads what was said to a form; `None` when it has no ratings that may be shown, or the last month comes before the first.
///
/// # Errors
///
/// When the store cannot be read.
pub async fn read(
    store: &dyn Store,
    settings: &Settings,
    form: &Form,
    request: Request,
) -> Result<Option<Read>, StoreError> {
    let key = FormKey::of(form);
    let Some((_, last)) = store.span(&key, request.shown_to).await? else {
        return Ok(None);
    };
    let to = request
        .to
        .unwrap_or_else(|| request.from.map_or(last, |from| from.max(last)));
    let back = |months: i32| {
        let span = Span::new().try_months(months - 1).ok()?;
        to.first_of_month().checked_sub(span).ok()
    };
    let usual = back(USUAL_MONTHS).unwrap_or(to);
    let from = request.from.unwrap_or(usual).first_of_month();
    let from = back(MOST_MONTHS).map_or(from, |most| from.max(most));
    let to = to.last_of_month();
    if from > to {
        return Ok(None);
    }
    let shown = delay::shown((from, to), request.shown_to);
    let to = shown.map_or(to, |(_, to)| to);
    let mut groups = match shown {
        None => Vec::new(),
        Some((from, to)) => {
            // Demonstration data came in when they were loaded, whatever day they tell of; they are nobody's words.
            let demo = store.note(DEMO_NOTE).await?.is_some();
            let released = settings.delay.released_before(Timestamp::now());
            let query = SaidQuery {
                form: key,
                from,
                to,
                unit: request.unit,
                received_before: if demo { Timestamp::MAX } else { released },
            };
            store.said(query).await?
        }
    };
    if let Some(within) = &request.within {
        groups.retain(|group| within.contains(&*group.unit));
    }
    Ok(Some(Read {
        from,
        to,
        shown: show(groups, &request.narrowed, settings.threshold),
    }))
}

/// The answer of `GET /api/v1/reasons`. A person may tick several reasons, so the counts add up to more than people.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReasonsAnswer {
    /// Form id.
    pub form: String,
    /// Form version.
    pub form_version: u16,
    /// First business day, `YYYY-MM-DD` in Asia/Ho_Chi_Minh: the first of a month. Null when there is nothing to read.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// Last business day: the last of a month, or `shown_to`.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    /// Last business day that is shown by now, since each is held back for some time after its end; null when none is.
    #[schema(value_type = Option<String>, format = Date)]
    pub shown_to: Option<Date>,
    /// Why there is nothing, when the first month begins after `shown_to`.
    pub held_back: Option<String>,
    /// A unit's month of fewer responses than this is left out.
    pub threshold: u64,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// Responses that are counted, silent ones too.
    pub responses: u64,
    /// Months of units that are left out, since too few people rated there or the rest would be too few.
    pub hidden: u64,
    /// One for each reason of the form, in its order.
    pub reasons: Vec<ReasonCount>,
}

/// How often one reason was ticked.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReasonCount {
    /// Its id.
    pub reason: String,
    /// Its words, by language: `vi`, `en`.
    pub label: BTreeMap<&'static str, String>,
    /// Responses in which it was ticked.
    pub count: u64,
    /// Their share of the responses, 0 to 1; null of none.
    pub share: Option<f64>,
}

impl ReasonsAnswer {
    /// What was ticked of a form's reasons.
    pub fn of(
        form: &Form,
        read: Option<&Read>,
        shown_to: Option<Date>,
        threshold: u64,
        demo: bool,
    ) -> Self {
        let responses = read.map_or(0, |read| read.shown.responses);
        let ticked = |id: &str| {
            read.and_then(|read| read.shown.reasons.get(id).copied())
                .unwrap_or_default()
        };
        let options = form.reasons.iter().flat_map(|reasons| &reasons.options);
        Self {
            form: form.id.clone(),
            form_version: form.version,
            from: read.map(|read| read.from),
            to: read.map(|read| read.to),
            shown_to,
            held_back: shown_to
                .filter(|last| read.is_some_and(|read| read.from > *last))
                .map(delay::told),
            threshold,
            demo,
            responses,
            hidden: read.map_or(0, |read| read.shown.hidden),
            reasons: options
                .map(|one| {
                    let count = ticked(&one.id);
                    ReasonCount {
                        reason: one.id.clone(),
                        label: ["vi", "en"]
                            .map(|lang| (lang, one.text.get(lang).to_owned()))
                            .into(),
                        count,
                        share: share(count, responses),
                    }
                })
                .collect(),
        }
    }
}

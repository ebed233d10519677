//! What was asked about coverage, checked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use survey::response::Touchpoint;

use crate::delay;
use crate::forms::USUAL_FORM;
use crate::index::IndexError;
use crate::intake::Intake;
use crate::store::calendar::business_day;
use crate::store::terms::Term;
use crate::store::{FinishedBy, FinishedFilter};
use crate::units::UnitsAs;

/// Moments that end a dossier. Who was refused has no result to rate and is asked with the refusal: without it they would
/// count as asked by nobody, and be invited again.
pub const USUAL: [Touchpoint; 2] = [Touchpoint::Result, Touchpoint::Refusal];

/// What finished dossiers may be filtered by.
pub const FILTERS: [&str; 6] = [
    "unit",
    "field",
    "procedure",
    "filing_channel",
    "authority",
    "outcome",
];

/// What `GET /api/v1/coverage` was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoverageRequest {
    /// Form id; the usual form when absent.
    pub form: Option<String>,
    /// Touchpoint by name; when absent, [`USUAL`].
    pub touchpoint: Option<String>,
    /// First business day of finishing; the first there is when absent.
    pub from: Option<Date>,
    /// Last business day of finishing; the last there is when absent.
    pub to: Option<Date>,
    /// Names of dimensions: unit, field, procedure, filing_channel, month, timeliness, authority, outcome.
    pub by: Vec<String>,
    /// Allowed values by name, those of [`FILTERS`].
    pub filters: BTreeMap<String, Vec<String>>,
    /// Under which unit a dossier counts when units have changed since.
    pub units: UnitsAs,
    /// Last business day of finishing and of rating that may be shown ([`crate::delay::Delay::last_day`]); none: every day.
    pub shown_to: Option<Date>,
}

/// The same, with everything filled in.
pub(super) struct Question {
    pub form: String,
    /// At least one.
    pub touchpoints: Vec<Touchpoint>,
    pub from: Date,
    pub to: Date,
    pub by: Vec<FinishedBy>,
    pub filter: FinishedFilter,
    pub units: UnitsAs,
    pub shown_to: Option<Date>,
    /// All of the period is held back.
    pub is_held_back: bool,
    /// The part of the period that has finished dossiers.
    busy: Option<(Date, Date)>,
}

impl Question {
    pub async fn of(intake: &Intake, request: CoverageRequest) -> Result<Self, IndexError> {
        let form = request.form.unwrap_or_else(|| USUAL_FORM.to_owned());
        if intake.forms.newest(&form).is_none() {
            return Err(IndexError::request(
                "form",
                "unknown-form",
                format!("there is no form {form:?}; GET /api/v1/forms lists those there are"),
            ));
        }
        let touchpoints = match request.touchpoint {
            None => USUAL.to_vec(),
            Some(name) => vec![Touchpoint::of_name(&name).ok_or_else(|| {
                IndexError::request(
                    "touchpoint",
                    "unknown-value",
                    format!("{name:?} is none of {}", Touchpoint::names().join(", ")),
                )
            })?],
        };
        let mut by = Vec::new();
        for name in &request.by {
            match FinishedBy::of_name(name) {
                Some(known) if !by.contains(&known) => by.push(known),
                Some(_) => {
                    return Err(IndexError::request(
                        "by",
                        "repeated",
                        format!("name {name} once"),
                    ));
                }
                None => {
                    return Err(IndexError::request(
                        "by",
                        "unknown-dimension",
                        format!(
                            "finished dossiers have no {name:?}; group by {}",
                            FinishedBy::names().join(", ")
                        ),
                    ));
                }
            }
        }
        let filter = filter(request.filters)?;
        let span = intake.store.finished_span().await?;
        let today = business_day(Timestamp::now());
        let (first, last) = span.unwrap_or((today, today));
        let [first, last] =
            [first, last].map(|day| request.shown_to.map_or(day, |last| day.min(last)));
        let (from, to) = match (request.from, request.to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, last.max(from)),
            (None, Some(to)) => (first.min(to), to),
            (None, None) => (first, last),
        };
        if from > to {
            return Err(IndexError::request(
                "from",
                "wrong-period",
                format!("the first day, {from}, must not come after the last, {to}"),
            ));
        }
        let shown = delay::shown((from, to), request.shown_to);
        let to = shown.map_or(to, |(_, to)| to);
        Ok(Self {
            form,
            touchpoints,
            from,
            to,
            by,
            filter,
            units: request.units,
            shown_to: request.shown_to,
            is_held_back: shown.is_none(),
            busy: span.map(|(first, last)| (from.max(first), to.min(last))),
        })
    }

    /// The moment that stands for all that count.
    pub fn first_touchpoint(&self) -> Touchpoint {
        let [usual, _] = USUAL;
        self.touchpoints.first().copied().unwrap_or(usual)
    }

    /// The moments that count, in words.
    pub fn told_touchpoints(&self) -> String {
        let names = self.touchpoints.iter().map(|at| at.name());
        names.collect::<Vec<_>>().join(" or ")
    }

    /// The days of the period that may have finished dossiers.
    pub fn days(&self) -> impl Iterator<Item = Date> + Send + use<> {
        let (mut next, end) = match self.busy {
            Some((from, to)) => (Some(from), Some(to)),
            None => (None, None),
        };
        std::iter::from_fn(move || {
            let day = next.filter(|day| Some(*day) <= end)?;
            next = day.tomorrow().ok();
            Some(day)
        })
    }
}

fn filter(filters: BTreeMap<String, Vec<String>>) -> Result<FinishedFilter, IndexError> {
    let mut filter = FinishedFilter::default();
    for (name, values) in filters {
        match name.as_str() {
            "unit" => filter.units = values,
            "field" => filter.fields = values,
            "procedure" => filter.procedures = values,
            "filing_channel" => filter.filing_channels = values,
            "authority" => filter.authorities = values,
            "outcome" => filter.outcomes = values,
            _ => {
                return Err(IndexError::request(
                    &name,
                    "unknown-filter",
                    format!("{name:?} is no filter here; use {}", FILTERS.join(", ")),
                ));
            }
        }
    }
    Ok(filter)
}

//! Whom nobody asked: finished dossiers against invites and ratings, and the draw of those to be invited.
//!
//! A response and an invite hold a pseudonym and no dossier code, so each finished dossier of the period is looked for
//! by the pseudonym that the intake's key gives it. "Rated" is a counted response to the form at the touchpoint, by
//! whatever door; "invited" an invite that was given out for them; "unasked" neither.

pub mod draw;
mod question;
mod unasked;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use survey::dossier::DossierCode;
use survey::response::Touchpoint;

use crate::index::{CellKey, DEMO_NOTE, IndexError};
use crate::intake::Intake;
use crate::intake::admit::timeliness;
use crate::store::calendar::{business_day, month_name, month_number};
use crate::store::terms::Term;
use crate::store::{Asked, Dimension, Filed, Pseudonym, StoreError};

pub use question::CoverageRequest;
use question::Question;
pub use unasked::{Cursor, Unasked, UnaskedPage, UnaskedRequest, list};

/// The answer of `GET /api/v1/coverage`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CoverageAnswer {
    /// Form id; ratings of all its versions count.
    pub form: String,
    /// The moment that is rated.
    pub touchpoint: Touchpoint,
    /// First business day of finishing.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last business day of finishing.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Dimensions of the cells' keys, in order.
    pub by: Vec<String>,
    /// Numbers of ratings below this are suppressed.
    pub threshold: u64,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// All groups together.
    pub total: CoverageCell,
    /// One for each group that has finished dossiers.
    pub cells: Vec<CoverageCell>,
}

/// How many of a group were asked.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CoverageCell {
    /// Value of each dimension of `by`; null where the registers say nothing.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub key: CellKey,
    /// Dossiers finished in the period.
    pub closed: u64,
    /// Of these, with an invite.
    pub invited: u64,
    /// Of these, with a counted rating; null when suppressed.
    pub rated: Option<u64>,
    /// Of these, with neither; null when suppressed.
    pub unasked: Option<u64>,
    /// invited / closed, 0 to 1; null when nothing was finished.
    pub invited_share: Option<f64>,
    /// rated / closed, 0 to 1; null when suppressed or when nothing was finished.
    pub rated_share: Option<f64>,
    /// Too few ratings, or the group would reveal one that has too few.
    pub suppressed: bool,
}

/// Counts of a group.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    closed: u64,
    invited: u64,
    rated: u64,
    unasked: u64,
}

impl Counts {
    fn add(&mut self, asked: Asked) {
        self.closed += 1;
        self.invited += u64::from(asked.invited);
        self.rated += u64::from(asked.rated);
        self.unasked += u64::from(asked.is_not());
    }

    fn cell(self, key: CellKey, suppressed: bool) -> CoverageCell {
        let share = |part: u64| {
            (self.closed > 0)
                .then(|| (part as f64 / self.closed as f64 * 10_000.0).round() / 10_000.0)
        };
        let shown = |value: u64| (!suppressed).then_some(value);
        CoverageCell {
            key,
            closed: self.closed,
            invited: self.invited,
            rated: shown(self.rated),
            unasked: shown(self.unasked),
            invited_share: share(self.invited),
            rated_share: share(self.rated).filter(|_| !suppressed),
            suppressed,
        }
    }
}

/// Tells how many of those whose dossiers were finished were asked. Numbers of ratings from 1 to below `threshold` are
/// suppressed, and the next smallest with them where they would follow from the total.
///
/// # Errors
///
/// [`IndexError::Request`] names the parameter at fault and the values it may have.
pub async fn answer(
    intake: &Intake,
    threshold: u64,
    request: CoverageRequest,
) -> Result<CoverageAnswer, IndexError> {
    let question = Question::of(intake, request).await?;
    let mut total = Counts::default();
    let mut groups: BTreeMap<Vec<Option<String>>, Counts> = BTreeMap::new();
    for day in question.days() {
        let filed = intake.store.finished_on(day, &question.filter).await?;
        let asked = asked(intake, &question.form, question.touchpoint, &filed).await?;
        for (filed, (_, asked)) in filed.iter().zip(asked) {
            let place = question.by.iter().map(|by| value(*by, filed));
            groups.entry(place.collect()).or_default().add(asked);
            total.add(asked);
        }
    }
    let hidden = hidden(
        &groups.values().map(|group| group.rated).collect::<Vec<_>>(),
        threshold,
    );
    let names: Vec<&'static str> = question.by.iter().map(|by| by.name()).collect();
    let cells = groups
        .into_iter()
        .zip(hidden)
        .map(|((place, counts), hidden)| {
            counts.cell(CellKey::of(names.iter().copied().zip(place)), hidden)
        });
    Ok(CoverageAnswer {
        touchpoint: question.touchpoint,
        from: question.from,
        to: question.to,
        by: names.iter().map(|name| (*name).to_owned()).collect(),
        threshold,
        demo: intake.store.note(DEMO_NOTE).await?.is_some(),
        total: total.cell(
            CellKey::of(std::iter::empty()),
            is_few(total.rated, threshold),
        ),
        cells: cells.collect(),
        form: question.form,
    })
}

fn is_few(rated: u64, threshold: u64) -> bool {
    rated > 0 && rated < threshold
}

/// Which groups hide how many have rated.
fn hidden(rated: &[u64], threshold: u64) -> Vec<bool> {
    let mut hidden: Vec<bool> = rated
        .iter()
        .map(|rated| is_few(*rated, threshold))
        .collect();
    loop {
        let of_hidden = || rated.iter().zip(&hidden).filter(|(_, hidden)| **hidden);
        let sum: u64 = of_hidden().map(|(rated, _)| rated).sum();
        if of_hidden().count() != 1 && (sum >= threshold || sum == 0) {
            return hidden;
        }
        let shown = rated.iter().zip(&mut hidden);
        let next = shown
            .filter(|(rated, hidden)| !**hidden && **rated > 0)
            .min_by_key(|(rated, _)| **rated);
        match next {
            Some((_, next)) => *next = true,
            None => return hidden,
        }
    }
}

/// The value of a finished dossier on a dimension that finished dossiers have.
fn value(by: Dimension, filed: &Filed) -> Option<String> {
    let dossier = &filed.dossier;
    match by {
        Dimension::Unit => Some(dossier.unit.clone()),
        Dimension::Procedure => Some(dossier.procedure.clone()),
        Dimension::Field => filed.field.clone(),
        Dimension::Month => dossier
            .finished_at
            .map(|at| month_name(month_number(business_day(at)))),
        Dimension::Timeliness => Some(timeliness(dossier).name().to_owned()),
        Dimension::Channel | Dimension::Touchpoint | Dimension::Provenance => None,
    }
}

/// For each dossier its pseudonym, and whether its citizen was asked.
async fn asked(
    intake: &Intake,
    form: &str,
    touchpoint: Touchpoint,
    filed: &[Filed],
) -> Result<Vec<(Pseudonym, Asked)>, StoreError> {
    if filed.is_empty() {
        return Ok(Vec::new());
    }
    let pseudonyms: Vec<Pseudonym> = filed
        .iter()
        .map(|filed| {
            let code = DossierCode::parse(&filed.dossier.code)
                .map_err(|error| StoreError::Corrupt(format!("a dossier code: {error}")))?;
            Ok(intake.pseudonym(&code, form, touchpoint))
        })
        .collect::<Result<_, StoreError>>()?;
    let asked = intake.store.asked(pseudonyms.clone()).await?;
    Ok(pseudonyms.into_iter().zip(asked).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_small_group_does_not_follow_from_the_total() {
        assert_eq!(hidden(&[9, 3, 7, 0], 5), [false, true, true, false]);
        assert_eq!(hidden(&[9, 3, 2], 5), [false, true, true]);
        assert_eq!(hidden(&[9, 1, 2], 5), [true, true, true]);
        assert_eq!(hidden(&[9, 8, 0], 5), [false, false, false]);
        assert_eq!(hidden(&[3], 5), [true]);
    }
}

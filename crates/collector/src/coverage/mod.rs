//! Whom nobody asked: finished dossiers against invites and ratings, and the draw of those to be invited.
//!
//! A response and an invite hold a pseudonym and no dossier code, so each finished dossier is looked for by the
//! pseudonym that the intake's key gives it; the store remembers what it found as long as nothing has changed. "Rated" is a counted response to the form, by
//! whatever door, at the touchpoint that is asked for, else at the result or the refusal; "invited" an invite that was given out for
//! them there; "unasked" neither.

pub mod draw;
mod invite;
mod question;
mod unasked;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use survey::dossier::DossierCode;
use survey::response::Touchpoint;

use crate::delay;
use crate::index::{CellKey, DEMO_NOTE, IndexError};
use crate::intake::Intake;
use crate::rounding::share;
use crate::store::calendar::business_day;
use crate::store::terms::Term;
use crate::store::{
    Asked, CoverageQuery, Covered, Filed, FinishedBy, FinishedFilter, GroupKey, Pseudonym,
    StoreError,
};
use crate::units::{KeptAsWas, Lineage, Segment};

pub use invite::{Invited, MAX_INVITED, UnaskedError, count, invite};
use question::Question;
pub use question::{CoverageRequest, FILTERS};
pub use unasked::{Cursor, DrawTold, Unasked, UnaskedPage, UnaskedRequest, list};

/// The answer of `GET /api/v1/coverage`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CoverageAnswer {
    /// Form id; ratings of all its versions count.
    pub form: String,
    /// The moment that is rated: the first of `touchpoints`.
    pub touchpoint: Touchpoint,
    /// Moments of which one is enough: the one that was asked for, else result and refusal.
    pub touchpoints: Vec<Touchpoint>,
    /// First business day of finishing.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last business day of finishing; not after `shown_to`, unless all of the period is held back.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Last business day of finishing and of rating that is shown by now, since each is held back for some time after its end;
    /// null when none is. A rating of a later day is not counted yet: its dossier counts as not rated.
    #[schema(value_type = Option<String>, format = Date)]
    pub shown_to: Option<Date>,
    /// Why nothing is counted, when the period begins after `shown_to`.
    pub held_back: Option<String>,
    /// Dimensions of the cells' keys, in order.
    pub by: Vec<String>,
    /// `as-was`: units as they were on the day of finishing, an earlier meaning of a code as `code@last-day`; `as-is`: the
    /// units of today that took their place.
    pub units: String,
    /// Units of the cells that are no more and that no single unit of today stands for, when asked `as-is`.
    pub kept_as_was: Vec<KeptAsWas>,
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
    /// Of these, of years whose key is destroyed: whether their citizens were asked is not known, and the figures below
    /// are null.
    pub not_known: u64,
    /// Of these, with an invite; null when not known.
    pub invited: Option<u64>,
    /// Of these, with a counted rating; null when suppressed or not known.
    pub rated: Option<u64>,
    /// Of these, with neither; null when suppressed or not known.
    pub unasked: Option<u64>,
    /// invited / closed, 0 to 1; null when not known or when nothing was finished.
    pub invited_share: Option<f64>,
    /// rated / closed, 0 to 1; null when suppressed, not known, or when nothing was finished.
    pub rated_share: Option<f64>,
    /// Too few ratings, or the group would reveal one that has too few.
    pub suppressed: bool,
}

impl CoverageCell {
    fn of(covered: Covered, key: CellKey, suppressed: bool) -> Self {
        // Counted of those whose citizens are known, they would pass for figures of all, and be too low.
        let known = |value: u64| (covered.not_known == 0).then_some(value);
        let shown = |value: u64| known(value).filter(|_| !suppressed);
        let share = |part: Option<u64>| share(part?, covered.closed);
        Self {
            key,
            closed: covered.closed,
            not_known: covered.not_known,
            invited: known(covered.invited),
            rated: shown(covered.rated),
            unasked: shown(covered.unasked),
            invited_share: share(known(covered.invited)),
            rated_share: share(shown(covered.rated)),
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
    let (groups, kept_as_was) = groups(intake, &question).await?;
    let mut total = Covered::default();
    for covered in groups.values() {
        total.merge(*covered);
    }
    let hidden = hidden(
        &groups.values().map(|group| group.rated).collect::<Vec<_>>(),
        threshold,
    );
    let names: Vec<&'static str> = question.by.iter().map(|by| by.name()).collect();
    let cells = groups
        .into_iter()
        .zip(hidden)
        .map(|((place, covered), hidden)| {
            let key = CellKey::of(names.iter().copied().zip(place));
            CoverageCell::of(covered, key, hidden)
        });
    Ok(CoverageAnswer {
        touchpoint: question.first_touchpoint(),
        touchpoints: question.touchpoints,
        from: question.from,
        to: question.to,
        shown_to: question.shown_to,
        held_back: question
            .shown_to
            .filter(|_| question.is_held_back)
            .map(delay::told),
        by: names.iter().map(|name| (*name).to_owned()).collect(),
        units: question.units.name().to_owned(),
        kept_as_was,
        threshold,
        demo: intake.store.note(DEMO_NOTE).await?.is_some(),
        total: CoverageCell::of(
            total,
            CellKey::of(std::iter::empty()),
            is_few(total.rated, threshold),
        ),
        cells: cells.collect(),
        form: question.form,
    })
}

/// Counts the usual form's coverage ahead, so that the first to ask need not wait for all dossiers to be looked for.
///
/// # Errors
///
/// As [`answer`].
pub async fn warm(intake: &Intake) -> Result<(), IndexError> {
    let question = Question::of(intake, CoverageRequest::default()).await?;
    groups(intake, &question).await?;
    Ok(())
}

/// A part of the period in which no unit changes, with the filter in the codes that units had then.
struct Part {
    from: Date,
    to: Date,
    filter: FinishedFilter,
}

/// The parts of the period that have units of the filter; with the tables of units where they are needed for keys or filter.
async fn parts(
    intake: &Intake,
    question: &Question,
) -> Result<(Vec<Part>, Option<Lineage>), StoreError> {
    let is_by_unit = question.by.contains(&FinishedBy::Unit);
    let filter = Some(question.filter.units.as_slice()).filter(|keys| !keys.is_empty());
    let today = business_day(Timestamp::now());
    let lineage = if is_by_unit || filter.is_some() {
        Lineage::load(&*intake.store, question.units, today).await?
    } else {
        None
    };
    let segments = match &lineage {
        _ if question.is_held_back => Vec::new(),
        None => vec![Segment {
            from: question.from,
            to: question.to,
            units: None,
        }],
        Some(lineage) => lineage.segments(question.from, question.to, filter),
    };
    let mut parts = Vec::with_capacity(segments.len());
    for Segment { from, to, units } in segments {
        let mut filter = question.filter.clone();
        match units {
            // An empty filter would be none.
            Some(codes) if codes.is_empty() => continue,
            Some(codes) => filter.units = codes,
            None => {}
        }
        parts.push(Part { from, to, filter });
    }
    Ok((parts, lineage))
}

/// Counts the parts of the period in which no unit changes, and adds them up under the keys that units are asked for by.
async fn groups(
    intake: &Intake,
    question: &Question,
) -> Result<(BTreeMap<GroupKey, Covered>, Vec<KeptAsWas>), StoreError> {
    let at = question.by.iter().position(|by| *by == FinishedBy::Unit);
    let (parts, lineage) = parts(intake, question).await?;
    let mut groups: BTreeMap<GroupKey, Covered> = BTreeMap::new();
    let mut kept: BTreeSet<KeptAsWas> = BTreeSet::new();
    for Part { from, to, filter } in parts {
        let query = CoverageQuery {
            form: question.form.clone(),
            touchpoints: question.touchpoints.clone(),
            from,
            to,
            by: question.by.clone(),
            filter,
            rated_to: question.shown_to,
        };
        let namings = query.touchpoints.iter();
        let namings = namings.map(|touchpoint| intake.naming(&question.form, *touchpoint));
        let namings = namings.collect();
        for (mut key, covered) in intake.store.coverage(query, namings).await? {
            let code = at.and_then(|at| key.get_mut(at)?.as_mut());
            if let (Some(lineage), Some(code)) = (&lineage, code) {
                kept.extend(lineage.kept_as_was(code, from));
                *code = lineage.key(code, from);
            }
            groups.entry(key).or_default().merge(covered);
        }
    }
    Ok((groups, kept.into_iter().collect()))
}

pub(crate) fn is_few(rated: u64, threshold: u64) -> bool {
    rated > 0 && rated < threshold
}

/// Which groups hide how many have rated.
pub(crate) fn hidden(rated: &[u64], threshold: u64) -> Vec<bool> {
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

/// Those of the dossiers whose citizens were asked at none of the touchpoints, each with its pseudonym at the first; without those
/// of whom it cannot be known.
async fn unasked_of(
    intake: &Intake,
    form: &str,
    touchpoints: &[Touchpoint],
    filed: Vec<Filed>,
) -> Result<Vec<(Filed, Pseudonym)>, StoreError> {
    if filed.is_empty() {
        return Ok(Vec::new());
    }
    let keys = intake.keys().await?;
    let name = |code: &DossierCode, touchpoint| keys.pseudonym(code, form, touchpoint);
    let mut left = Vec::with_capacity(filed.len());
    for filed in filed {
        let code = DossierCode::parse(&filed.dossier.code)
            .map_err(|error| StoreError::Corrupt(format!("a dossier code: {error}")))?;
        if let Some(pseudonym) = touchpoints.first().and_then(|first| name(&code, *first)) {
            left.push((filed, code, pseudonym));
        }
    }
    for (at, touchpoint) in touchpoints.iter().enumerate() {
        // Those who were asked at one are not looked for at the next. Each has a pseudonym there, too: all are made with the key of
        // one year.
        let pseudonyms = left.iter().filter_map(|(_, code, first)| match at {
            0 => Some(*first),
            _ => name(code, *touchpoint),
        });
        let asked = intake.store.asked(pseudonyms.collect()).await?;
        let mut asked = asked.into_iter();
        left.retain(|_| asked.next().is_some_and(Asked::is_not));
    }
    let unasked = left.into_iter().map(|(filed, _, first)| (filed, first));
    Ok(unasked.collect())
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

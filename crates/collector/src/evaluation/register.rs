//! What the register of dossiers proposes for an indicator that the records judge.
//!
//! Indicator 1 compares the time of handling with the regulated one: 2 points for shorter, 1 for equal, 0 for longer. The register
//! knows when a dossier was finished and when it was due, so each dossier that was finished before its due day is taken for
//! shorter, on that day for equal, after it for longer, and the indicator is the mean, as it is for answers. Indicator 2 asks the same
//! of each agency that takes part; the register does not know their times, so nothing is proposed for it.

use jiff::Timestamp;
use jiff::civil::Date;
use survey::form::Form;
use survey::ratio::Decimal;

use super::{EvaluationProposal, is_proposed, mean, typable};
use crate::index::{IndexAnswer, IndexRequest};
use crate::store::calendar::business_day;
use crate::store::{AgainstDue, DueQuery, FinishedFilter, Store, StoreError};
use crate::units::{Lineage, Segment, UnitsAs};

/// The item that points are proposed for, if the records judge it: total time of handling, compared with the law.
pub(super) const ITEM: &str = "total-time";
/// Points of a dossier that was finished before its due day, and of one that was finished on it.
const BEFORE: u64 = 2;
const ON: u64 = 1;

/// What of a proposal is our own reading.
pub(super) const UNVERIFIED: [&str; 2] = [
    "that the due day of the register is the time that the law allows, and that times are compared by the day",
    "that the points of a unit are the mean of those of its dossiers, and which dossiers belong to a period: those finished in it that had a due day",
];

/// What the register proposes for the days of an answer of the index. None where the form has no such indicator, where the days are
/// held back, where a filter chooses among ratings by what dossiers do not have, and where no dossier had a due day.
pub(super) async fn proposal(
    store: &dyn Store,
    form: &Form,
    asked: &IndexRequest,
    told: &IndexAnswer,
) -> Result<Option<EvaluationProposal>, StoreError> {
    if told.held_back.is_some() || !typable(form).any(|(_, item)| is_proposed(item)) {
        return Ok(None);
    }
    let Some(filter) = filter(asked) else {
        return Ok(None);
    };
    let counted = against_due(store, (told.from, told.to), filter, asked.units).await?;
    Ok(proposed(counted, form.index.decimals))
}

/// The points that these dossiers earn; none of none.
fn proposed(counted: AgainstDue, decimals: u8) -> Option<EvaluationProposal> {
    let numerator = BEFORE * counted.before + ON * counted.on;
    let denominator = counted.before + counted.on + counted.after;
    let points = mean([numerator, denominator])?;
    Some(EvaluationProposal {
        points: points.round(decimals).map(Decimal::to_f64)?,
        numerator,
        denominator,
        before_due: counted.before,
        on_due: counted.on,
        after_due: counted.after,
        without_due: counted.without,
    })
}

/// The same choice among finished dossiers; none where they cannot be chosen by it.
fn filter(asked: &IndexRequest) -> Option<FinishedFilter> {
    let mut filter = FinishedFilter::default();
    for (name, values) in &asked.filters {
        let allowed = match name.as_str() {
            "unit" => &mut filter.units,
            "field" => &mut filter.fields,
            "procedure" => &mut filter.procedures,
            _ => return None,
        };
        // Here an empty list would let all pass.
        if values.is_empty() {
            return None;
        }
        allowed.clone_from(values);
    }
    Some(filter)
}

/// Counts the parts of the period in which no unit changes.
async fn against_due(
    store: &dyn Store,
    (from, to): (Date, Date),
    filter: FinishedFilter,
    units: UnitsAs,
) -> Result<AgainstDue, StoreError> {
    let keys = filter.units.as_slice();
    let lineage = match keys {
        [] => None,
        _ => Lineage::load(store, units, business_day(Timestamp::now())).await?,
    };
    let segments = match &lineage {
        Some(lineage) => lineage.segments(from, to, Some(keys)),
        None => vec![Segment {
            from,
            to,
            units: None,
        }],
    };
    let mut counted = AgainstDue::default();
    for segment in segments {
        let mut filter = filter.clone();
        match segment.units {
            Some(codes) if codes.is_empty() => continue,
            Some(codes) => filter.units = codes,
            None => {}
        }
        let query = DueQuery {
            from: segment.from,
            to: segment.to,
            filter,
        };
        counted.merge(store.against_due(query).await?);
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dossier_with_a_due_day_earns_two_one_or_no_points() {
        let counted = AgainstDue {
            before: 3,
            on: 2,
            after: 1,
            without: 4,
        };
        let told = proposed(counted, 2).expect("there are dossiers");
        assert_eq!((told.numerator, told.denominator), (8, 6));
        assert_eq!((told.points, told.without_due), (1.33, 4));
        let without = AgainstDue {
            without: 4,
            ..AgainstDue::default()
        };
        assert_eq!(proposed(without, 2), None);
    }

    #[test]
    fn dossiers_are_not_chosen_by_what_they_do_not_have() {
        let by = |name: &str, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned());
            filter(&IndexRequest {
                filters: [(name.to_owned(), values.collect())].into(),
                ..IndexRequest::default()
            })
        };
        assert_eq!(by("unit", &["A", "B"]).expect("chosen").units, ["A", "B"]);
        assert_eq!(by("field", &["F"]).expect("chosen").fields, ["F"]);
        for name in ["channel", "provenance", "touchpoint", "month", "timeliness"] {
            assert_eq!(by(name, &["x"]), None, "{name}");
        }
        assert_eq!(by("unit", &[]), None);
    }
}

//! Rows of the table: a group and a cut each, with and without what is flagged.

use std::collections::HashMap;

use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::{Measure, estimate};
use statistics::interval::{IntervalKind, Population};
use survey::cell::Cell;
use survey::form::Form;
use survey::method::{Figure, Method, MethodError, figure};

use super::question::{Axis, Cut, Question};
use super::{CellKey, Flagged, IndexCell, IndexError, IndexRequest, Of, Without};
use crate::rounding::share;
use crate::store::{Examined, GroupKey, StoreError};

/// A row of the table before anything is hidden.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its value on each axis.
    pub place: Vec<Place>,
    pub figure: Figure,
    /// Whose satisfaction the interval speaks of.
    pub of: Of,
    pub sums: Option<(ClusterSums, Measure)>,
    pub responses: u64,
    pub flagged: u64,
    /// How many each rule flags; empty where none does.
    pub raised: Vec<u64>,
    /// The figure without flagged responses, where some are flagged and the figure is made with them.
    pub rest: Option<Figure>,
    /// Respondents among the flagged, and among the others.
    pub people: [u64; 2],
    pub closed: Option<u64>,
    pub suppressed: bool,
    /// The figure without flagged responses must not be shown.
    pub rest_hidden: bool,
}

/// A value on an axis; sorts by text, and factors and items as they stand in the form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// Value of a dimension.
    Value(Option<String>),
    /// Number of a factor or item.
    Number(usize),
}

impl Place {
    /// The value of a dimension; none of a factor or item.
    pub(crate) fn value(&self) -> Option<String> {
        match self {
            Self::Value(value) => value.clone(),
            Self::Number(_) => None,
        }
    }
}

/// One row for each group and cut.
pub(crate) fn rows(
    question: &Question<'_>,
    groups: Vec<(GroupKey, Examined)>,
    closed: Option<&HashMap<GroupKey, u64>>,
    request: &IndexRequest,
) -> Result<Vec<Row>, IndexError> {
    let mut rows = Vec::with_capacity(groups.len() * question.cuts.len());
    for (key, examined) in groups {
        // A group that dossiers cannot have (no field, say) has no count; any other has one, be it none.
        let finished = closed
            .filter(|_| key.iter().all(Option::is_some))
            .map(|closed| closed.get(&key).copied().unwrap_or(0));
        let rest = examined.flagged.as_ref().map(|_| examined.rest());
        for cut in &question.cuts {
            let place = place(&question.axes, &key, cut);
            rows.push(row(
                question,
                (&examined, rest.as_ref()),
                finished,
                request,
                (place, cut),
            )?);
        }
    }
    Ok(rows)
}

fn row(
    question: &Question<'_>,
    (examined, rest): (&Examined, Option<&Cell>),
    closed: Option<u64>,
    request: &IndexRequest,
    (place, cut): (Vec<Place>, &Cut),
) -> Result<Row, IndexError> {
    let form = question.form;
    let compute = |cell: &Cell| compute(form, cell, question.method, cut);
    let with = compute(&examined.all)?;
    let without = rest.map(compute).transpose()?;
    let people = [
        match &examined.flagged {
            Some(flagged) => compute(flagged)?.respondents,
            None => 0,
        },
        without.as_ref().unwrap_or(&with).respondents,
    ];
    let (cell, tied) = match (request.flagged, rest) {
        (Flagged::Exclude, Some(rest)) => {
            (rest, examined.tied.saturating_sub(examined.tied_flagged))
        }
        _ => (&examined.all, examined.tied),
    };
    let (mut figure, rest) = match request.flagged {
        Flagged::Include => (with, without),
        Flagged::Exclude => (without.unwrap_or(with), None),
    };
    let sums = statistics::index::sums(form, cell, question.method, cut.scope()).ok();
    let mut of = Of::Process;
    if request.of == Of::Closed
        && let Some(population) = population(closed, cell.responses, tied)
        && let Some(interval) = corrected(&figure, sums, population, form.index.decimals)
    {
        (figure.interval, of) = (Some(interval), Of::Closed);
    }
    Ok(Row {
        place,
        figure,
        of,
        sums,
        responses: cell.responses,
        flagged: examined.flagged_responses(),
        raised: examined.raised.clone(),
        rest,
        people,
        closed,
        suppressed: false,
        rest_hidden: false,
    })
}

/// The dossiers that responses are a part of, for the finite-population correction. Only ratings of known, finished dossiers
/// were drawn from the closed ones; the others may be of anything. So with `tied` of `responses` such ratings the share
/// that is taken for known is tied/closed and not responses/closed: as if there were closed·responses/tied dossiers, rounded
/// up. None where the number of closed dossiers is unknown or smaller than that of responses.
fn population(closed: Option<u64>, responses: u64, tied: u64) -> Option<Population> {
    let closed = closed.filter(|closed| *closed > 0 && responses <= *closed)?;
    let tied = tied.min(responses);
    let whole = (u128::from(closed) * u128::from(responses)).checked_div(tied.into())?;
    let part = u128::from(closed) * u128::from(responses) % u128::from(tied) != 0;
    let dossiers = u64::try_from(whole + u128::from(part)).ok()?;
    Some(Population::Closed(dossiers))
}

/// The interval with finite-population correction, in per cent, rounded as the figure is.
fn corrected(
    figure: &Figure,
    sums: Option<(ClusterSums, Measure)>,
    population: Population,
    decimals: u8,
) -> Option<[f64; 2]> {
    let value = figure.value?;
    figure.interval?;
    let (sums, measure) = sums?;
    let interval = estimate(&sums, measure, population, Confidence::P95)
        .ok()?
        .interval?;
    let scale = 10f64.powi(decimals.into());
    Some(match interval.kind {
        IntervalKind::Census => [value, value],
        _ => [interval.low, interval.high].map(|end| (end * 100.0 * scale).round() / scale),
    })
}

fn place(axes: &[Axis], key: &GroupKey, cut: &Cut) -> Vec<Place> {
    let mut values = key.iter();
    axes.iter()
        .map(|axis| match axis {
            Axis::Dimension(_) => Place::Value(values.next().cloned().flatten()),
            Axis::Factor | Axis::Item => Place::Number(cut.number()),
        })
        .collect()
}

fn compute(form: &Form, cell: &Cell, method: Method, cut: &Cut) -> Result<Figure, IndexError> {
    figure(form, cell, method, cut.scope()).map_err(|error| match error {
        MethodError::OtherForm => StoreError::Corrupt(error.to_string()).into(),
        misfit => IndexError::request("method", "wrong-method", misfit.to_string()),
    })
}

impl Row {
    pub(super) fn into_cell(self, question: &Question<'_>) -> IndexCell {
        let values = question.axes.iter().zip(self.place);
        let key = CellKey::of(values.map(|(axis, place)| {
            let value = match place {
                Place::Value(value) => value,
                Place::Number(number) => axis.id(question.form, number),
            };
            (axis.name(), value)
        }));
        let coverage = self.closed.and_then(|closed| share(self.responses, closed));
        let figure = self.figure;
        let hidden = self.suppressed;
        fn unless<T>(hidden: bool, value: Option<T>) -> Option<T> {
            value.filter(|_| !hidden)
        }
        let without = self.rest.map(|rest| Without {
            value: rest.value,
            n: rest.n,
            respondents: rest.respondents,
            interval: rest.interval,
        });
        let interval = unless(hidden, figure.interval);
        IndexCell {
            key,
            value: unless(hidden, figure.value),
            n: unless(hidden, Some(figure.n)),
            respondents: unless(hidden, Some(figure.respondents)),
            satisfied: unless(hidden, figure.satisfied),
            missing: unless(hidden, Some(figure.missing)),
            not_applicable: unless(hidden, Some(figure.not_applicable)),
            interval_of: interval.map(|_| self.of),
            interval,
            grade: unless(hidden, figure.grade),
            closed: self.closed,
            coverage: unless(hidden, coverage),
            flagged: unless(hidden, Some(self.flagged)),
            without_flagged: unless(hidden || self.rest_hidden, without),
            suppressed: hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_known_dossiers_make_an_interval_narrower() {
        assert_eq!(population(None, 10, 10), None);
        assert_eq!(population(Some(0), 0, 0), None);
        assert_eq!(population(Some(9), 10, 9), None, "coverage above 1");
        assert_eq!(population(Some(40), 10, 0), None, "no known dossier");
        assert_eq!(population(Some(40), 10, 10), Some(Population::Closed(40)));
        assert_eq!(population(Some(40), 10, 5), Some(Population::Closed(80)));
        assert_eq!(population(Some(40), 10, 3), Some(Population::Closed(134)));
    }

    proptest! {
        /// What is left of the variance is never less than if all closed dossiers but the rated ones were unknown.
        #[test]
        fn the_correction_is_never_stronger_than_the_known_dossiers_allow(
            closed in 1..5_000u64, responses in 1..5_000u64, tied in 0..5_000u64
        ) {
            let tied = tied.min(responses);
            if let Some(population) = population(Some(closed), responses, tied) {
                let left = population.correction(responses).unwrap();
                prop_assert!(left >= 1.0 - tied as f64 / closed as f64 - 1e-12);
                prop_assert!(left <= 1.0);
            }
        }
    }
}

//! The headline figure of a form that gives its factors weights.

use super::Method;
use super::figure::{Figure, MethodError, Scoped, printed};
use crate::cell::Cell;
use crate::form::Form;
use crate::ratio::Ratio;

/// Factors with their weights, as places among the form's factors; empty for a form without weights.
pub fn factor_weights(form: &Form) -> Vec<(usize, u16)> {
    let factors = form.factors.iter().enumerate();
    factors
        .filter_map(|(at, factor)| Some((at, factor.weight?)))
        .collect()
}

/// Σ w·figure / Σ w over the factors; none while a factor has no valid answers.
///
/// The interval's ends are the same means of the factors' ends: as wide as if the factors rose and fell together, since a cell
/// does not hold how they hang together; so it holds the 95 % or more. None where a factor has none.
pub(super) fn weighted(
    form: &Form,
    cell: &Cell,
    method: Method,
    weights: &[(usize, u16)],
    counts: Figure,
) -> Result<Figure, MethodError> {
    let total: u128 = weights.iter().map(|(_, weight)| u128::from(*weight)).sum();
    let mut shares = Some(Vec::with_capacity(weights.len()));
    let mut ends = Some([0.0, 0.0]);
    let mut satisfied = 0u64;
    for &(factor, weight) in weights {
        let scoped = Scoped::factor(form, cell, method, factor)?;
        let (numerator, denominator) = scoped.share();
        let part = Ratio::new(
            numerator * u128::from(weight),
            denominator.saturating_mul(total),
        );
        shares = shares.zip(part).map(|(mut shares, part)| {
            shares.push(part);
            shares
        });
        ends = ends.zip(scoped.interval()).map(|(ends, more)| {
            let [low, high] = more.map(|end| end * f64::from(weight) / total as f64);
            [ends[0] + low, ends[1] + high]
        });
        satisfied = satisfied.saturating_add(scoped.satisfied());
    }
    let value = shares.map(|shares| shares.into_iter().sum::<Ratio>().percent());
    Ok(Figure {
        value: value.and_then(|value| printed(&value, form.index.decimals)),
        satisfied: (method == Method::Top2).then_some(satisfied),
        ..counts
    }
    .with_interval(ends, "weighted-factors", form.index.decimals))
}

//! One figure of one cell.

use super::Method;
use super::points::{Indicator, points18};
use super::weighted::{factor_weights, weighted};
use crate::cell::{Cell, ItemCount, Moments, ends, pooled_items, rated_scale};
use crate::form::{Form, Item, Judge, Scale, ScaleKind};
use crate::interval;
use crate::ratio::{Decimal, Ratio};

/// Which answers of a cell a figure is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The items that the form declares as its headline, pooled.
    Headline,
    /// The ratings of one factor, pooled: index into the form's factors.
    Factor(usize),
    /// One rating: index into the form's items.
    Item(usize),
}

/// A figure with what is needed to believe or doubt it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Rounded half up to the form's decimals: 0 to 100 for `top2` and `mean100`, points for `points18`. None without
    /// valid answers, and for `points18` as long as one indicator has none.
    pub value: Option<f64>,
    /// Valid answers: the denominator.
    pub n: u64,
    /// Respondents who gave at least one of them.
    pub respondents: u64,
    /// Satisfied answers; only for `top2`.
    pub satisfied: Option<u64>,
    /// Asked and not answered.
    pub missing: u64,
    /// Answered "does not apply".
    pub not_applicable: u64,
    /// 95 % interval on the scale of `value`, each end rounded as `value` is; none where it cannot be given.
    pub interval: Option<[f64; 2]>,
    /// How the interval was made: `wilson`, `cluster-wilson`, `t`, `cluster-t` or `weighted-factors`.
    pub interval_kind: Option<&'static str>,
    /// Id of the grade; only for the headline of `points18`, only when every indicator has answers.
    pub grade: Option<String>,
}

/// Why a figure cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    /// The form does not offer the method.
    #[error("form {form} does not declare method {}; it declares: {declared}", .method.id())]
    NotDeclared {
        /// The form's id.
        form: String,
        /// The method that was asked for.
        method: Method,
        /// The methods that the form declares, separated by commas.
        declared: String,
    },
    /// The item's answers are no rating.
    #[error(
        "item {0} is not a rating on a scale of satisfaction or points; choose an item with role rating"
    )]
    NotRating(String),
    /// The item's scale does not fit the method.
    #[error("method {} cannot be computed from item {item}, whose scale is of another kind; choose another method or scope", .method.id())]
    WrongScale {
        /// The method that was asked for.
        method: Method,
        /// The first item that does not fit.
        item: String,
    },
    /// Pooled items whose scales differ in length, for `mean100`.
    #[error(
        "item {0} has a scale of another length than the items before it, so their mean says nothing; ask for the items one by one"
    )]
    MixedScales(String),
    /// The form has no such factor or item, or none of its ratings are in the scope.
    #[error("the form has no such scope, or no rating in it; choose a factor or item of the form")]
    NoScope,
    /// The headline is a mean of factors by their weights and no ratio of two sums.
    #[error(
        "form {0} gives its factors weights, so its headline is no ratio of sums; ask for a factor or an item"
    )]
    Weighted(String),
    /// The cell was counted for another form or form version.
    #[error("the cell was counted for another form; use the form version of its responses")]
    OtherForm,
}

/// Items of a scope with their scales and counts.
struct Part<'a> {
    item: &'a Item,
    scale: &'a Scale,
    count: &'a ItemCount,
}

/// Computes one figure of a cell.
///
/// Everything is counted in integers and fractions; the last step rounds half up to the form's decimals.
///
/// # Errors
///
/// [`MethodError`] when the form, the method, the scope and the cell do not fit each other. A cell without answers is no
/// error: it has no value.
pub fn figure(
    form: &Form,
    cell: &Cell,
    method: Method,
    scope: Scope,
) -> Result<Figure, MethodError> {
    let parts = checked(form, cell, method, scope)?;
    let sums = moments(cell, scope, &parts);
    let counts = Figure {
        n: sums.m,
        respondents: sums.respondents,
        missing: sum(parts.iter().map(|part| part.count.missing)),
        not_applicable: sum(parts.iter().map(|part| part.count.not_applicable)),
        ..Figure::default()
    };
    let decimals = form.index.decimals;
    let weights = factor_weights(form);
    if scope == Scope::Headline && !weights.is_empty() && method != Method::Points18 {
        return weighted(form, cell, method, &weights, counts);
    }
    Ok(match method {
        Method::Top2 => top2(decimals, &parts, &sums, counts),
        Method::Mean100 => mean100(decimals, &parts, &sums, counts)?,
        Method::Points18 => points(form, &parts, scope, counts),
    })
}

/// The sums over respondents that a figure of one scope is made of, so that whoever weighs or compares figures starts
/// from the same numbers; with the greatest score of one answer, which `mean100` divides by.
///
/// # Errors
///
/// As [`figure`]; a headline of weighted factors has no such sums, [`MethodError::Weighted`]; and `points18` has none, since its figure adds up means of items: [`MethodError::WrongScale`].
pub fn sums(
    form: &Form,
    cell: &Cell,
    method: Method,
    scope: Scope,
) -> Result<(Moments, u8), MethodError> {
    let parts = checked(form, cell, method, scope)?;
    if scope == Scope::Headline && !factor_weights(form).is_empty() {
        return Err(MethodError::Weighted(form.id.clone()));
    }
    let span = match method {
        Method::Top2 => 1,
        Method::Mean100 => common_span(&parts)?,
        Method::Points18 => {
            let item = parts.first().map_or("", |part| part.item.id.as_str());
            return Err(MethodError::WrongScale {
                method,
                item: item.to_owned(),
            });
        }
    };
    Ok((moments(cell, scope, &parts), span))
}

/// The sums of one factor, for the weighted headline.
pub(super) struct Scoped {
    method: Method,
    single: bool,
    sums: Moments,
    span: u8,
}

impl Scoped {
    pub(super) fn factor(
        form: &Form,
        cell: &Cell,
        method: Method,
        factor: usize,
    ) -> Result<Self, MethodError> {
        let scope = Scope::Factor(factor);
        let parts = checked(form, cell, method, scope)?;
        let sums = moments(cell, scope, &parts);
        Ok(Self {
            method,
            single: parts.len() == 1 || sums.mm == sums.respondents,
            sums,
            span: match method {
                Method::Mean100 => common_span(&parts)?,
                Method::Top2 | Method::Points18 => 1,
            },
        })
    }

    /// Numerator and denominator of the figure from 0 to 1.
    pub(super) fn share(&self) -> (u128, u128) {
        match self.method {
            Method::Mean100 => (
                self.sums.x.into(),
                u128::from(self.sums.m) * u128::from(self.span),
            ),
            Method::Top2 | Method::Points18 => (self.sums.s.into(), self.sums.m.into()),
        }
    }

    pub(super) fn interval(&self) -> Option<[f64; 2]> {
        match self.method {
            Method::Mean100 => interval::ratio_t(&self.sums, self.span),
            Method::Top2 | Method::Points18 if self.single => {
                interval::wilson(self.sums.s, self.sums.m)
            }
            Method::Top2 | Method::Points18 => interval::cluster_wilson(&self.sums),
        }
    }

    pub(super) fn satisfied(&self) -> u64 {
        self.sums.s
    }
}

/// The items of a scope, when form, method, scope and cell fit each other.
fn checked<'a>(
    form: &'a Form,
    cell: &'a Cell,
    method: Method,
    scope: Scope,
) -> Result<Vec<Part<'a>>, MethodError> {
    if !form.index.methods.contains(&method) {
        let declared: Vec<_> = form
            .index
            .methods
            .iter()
            .map(|method| method.id())
            .collect();
        return Err(MethodError::NotDeclared {
            form: form.id.clone(),
            method,
            declared: declared.join(", "),
        });
    }
    if !cell.fits(form) {
        return Err(MethodError::OtherForm);
    }
    let parts = parts(form, cell, scope)?;
    let wrong = |part: &&Part| match method {
        Method::Top2 => part.scale.kind != ScaleKind::Satisfaction,
        Method::Mean100 => false,
        Method::Points18 => part.scale.kind != ScaleKind::Points,
    };
    if let Some(part) = parts.iter().find(wrong) {
        return Err(MethodError::WrongScale {
            method,
            item: part.item.id.clone(),
        });
    }
    Ok(parts)
}

/// The items whose answers a scope pools, as indexes into the form's items; none when the form has no such scope.
pub fn items(form: &Form, scope: Scope) -> Vec<usize> {
    match scope {
        Scope::Headline => pooled_items(form, None),
        Scope::Factor(at) => pooled_items(form, Some(at)),
        Scope::Item(at) => form.items.get(at).map_or_else(Vec::new, |item| {
            rated_scale(form, item).map(|_| at).into_iter().collect()
        }),
    }
}

fn parts<'a>(form: &'a Form, cell: &'a Cell, scope: Scope) -> Result<Vec<Part<'a>>, MethodError> {
    if let Scope::Item(at) = scope {
        let item = form.items.get(at).ok_or(MethodError::NoScope)?;
        if rated_scale(form, item).is_none() {
            return Err(MethodError::NotRating(item.id.clone()));
        }
    }
    let parts: Vec<_> = items(form, scope)
        .into_iter()
        .filter_map(|at| {
            let item = form.items.get(at)?;
            Some(Part {
                item,
                scale: form.scale_of(item)?,
                count: cell.items.get(at)?,
            })
        })
        .collect();
    if parts.is_empty() {
        return Err(MethodError::NoScope);
    }
    Ok(parts)
}

/// The sums of a scope; those of a single item follow from its counts, since a respondent gives one answer.
fn moments(cell: &Cell, scope: Scope, parts: &[Part]) -> Moments {
    match (scope, parts) {
        (_, [part]) => part.moments(),
        (Scope::Factor(at), _) => cell.scopes.get(at + 1).copied().unwrap_or_default(),
        _ => cell.scopes.first().copied().unwrap_or_default(),
    }
}

impl Part<'_> {
    fn moments(&self) -> Moments {
        let lowest = ends(self.scale).map_or(0, |(lowest, _)| lowest);
        let mut sums = Moments::default();
        for (level, &count) in self.scale.levels.iter().zip(&self.count.levels) {
            let score = u64::from(level.value - lowest);
            let satisfied = if level.satisfied { count } else { 0 };
            for (sum, more) in [
                (&mut sums.m, count),
                (&mut sums.s, satisfied),
                (&mut sums.x, count.saturating_mul(score)),
                (&mut sums.xx, count.saturating_mul(score * score)),
            ] {
                *sum = sum.saturating_add(more);
            }
        }
        Moments {
            respondents: sums.m,
            mm: sums.m,
            ss: sums.s,
            sm: sums.s,
            xm: sums.x,
            ..sums
        }
    }
}

fn top2(decimals: u8, parts: &[Part], sums: &Moments, counts: Figure) -> Figure {
    let share = Ratio::new(sums.s.into(), sums.m.into());
    // Pooled answers are correlated within a person; where everyone gave one there is nothing to correlate.
    let (interval, kind) = match parts {
        [_] => (interval::wilson(sums.s, sums.m), "wilson"),
        _ if sums.mm == sums.respondents => (interval::wilson(sums.s, sums.m), "wilson"),
        _ => (interval::cluster_wilson(sums), "cluster-wilson"),
    };
    Figure {
        value: share.and_then(|share| printed(&share.percent(), decimals)),
        satisfied: Some(sums.s),
        ..counts
    }
    .with_interval(interval, kind, decimals)
}

/// The greatest score of one answer, which must be the same for all pooled items.
fn common_span(parts: &[Part]) -> Result<u8, MethodError> {
    let span_of = |part: &Part| ends(part.scale).map_or(0, |(lowest, highest)| highest - lowest);
    let length = |part: &Part| (span_of(part), part.scale.levels.len());
    let (first, others) = parts.split_first().ok_or(MethodError::NoScope)?;
    if let Some(other) = others.iter().find(|other| length(other) != length(first)) {
        return Err(MethodError::MixedScales(other.item.id.clone()));
    }
    Ok(span_of(first))
}

fn mean100(
    decimals: u8,
    parts: &[Part],
    sums: &Moments,
    counts: Figure,
) -> Result<Figure, MethodError> {
    let span = common_span(parts)?;
    let share = Ratio::new(sums.x.into(), u128::from(sums.m) * u128::from(span));
    let single = parts.len() == 1 || sums.mm == sums.respondents;
    let kind = if single { "t" } else { "cluster-t" };
    Ok(Figure {
        value: share.and_then(|share| printed(&share.percent(), decimals)),
        ..counts
    }
    .with_interval(interval::ratio_t(sums, span), kind, decimals))
}

fn points(form: &Form, parts: &[Part], scope: Scope, counts: Figure) -> Figure {
    let indicators: Vec<_> = parts
        .iter()
        .map(|part| {
            let highest = ends(part.scale).map_or(0, |(_, highest)| highest);
            let mean = match part.item.judge {
                Judge::Person => mean_value(part),
                Judge::Records => None,
            };
            Indicator { mean, highest }
        })
        .collect();
    // Grades are defined for the sum of all indicators, not for one of them or a group.
    let bands: &[_] = match scope {
        Scope::Headline => &form.index.bands,
        Scope::Factor(_) | Scope::Item(_) => &[],
    };
    let points = points18(bands, &indicators);
    Figure {
        value: points
            .total
            .and_then(|total| printed(&total, form.index.decimals)),
        grade: points.grade,
        ..counts
    }
}

/// Mean of the levels' own values.
fn mean_value(part: &Part) -> Option<Ratio> {
    let levels = || part.scale.levels.iter().zip(&part.count.levels);
    let sum: u128 = levels()
        .map(|(level, &count)| u128::from(level.value) * u128::from(count))
        .sum();
    let n = levels().map(|(_, &count)| u128::from(count)).sum();
    Ratio::new(sum, n)
}

pub(super) fn printed(ratio: &Ratio, decimals: u8) -> Option<f64> {
    Some(ratio.round(decimals)?.to_f64())
}

/// Saturating, since a damaged cell may hold any number and a figure must not panic.
fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}

impl Figure {
    /// With an interval given as shares; each end rounded half up as the value is.
    pub(super) fn with_interval(
        self,
        shares: Option<[f64; 2]>,
        kind: &'static str,
        decimals: u8,
    ) -> Self {
        let scale = 10f64.powi(decimals.min(Decimal::MAX_PLACES).into());
        Self {
            interval: shares.map(|ends| ends.map(|end| (end * 100.0 * scale).round() / scale)),
            interval_kind: shares.map(|_| kind),
            ..self
        }
    }
}

//! The difference of two figures of different people, and whether it can be told from none.

use serde::Serialize;

use crate::confidence::Confidence;
use crate::distribution::student_upper;
use crate::estimate::{Estimate, Measure};
use crate::interval::Population;

/// What may be said about a difference. The names are those of `words/verdicts.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The first is higher.
    Higher,
    /// The first is lower.
    Lower,
    /// These ratings cannot tell. Not the same as "equal".
    Undecided,
}

/// A difference of two figures, both on the scale from 0 to 1: −1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// First minus second.
    pub value: f64,
    /// Its two-sided interval; excludes 0 exactly when the verdict is decided.
    pub interval: [f64; 2],
    /// Probability of a difference as large as this, either way, if there was none.
    pub p: f64,
    /// What may be said.
    pub verdict: Verdict,
    /// How sure interval and verdict are meant to be.
    pub confidence: Confidence,
    #[serde(skip)]
    pub(crate) shift: Shift,
}

/// The tested difference, its variance and degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shift {
    pub centre: f64,
    pub variance: f64,
    pub freedom: f64,
}

/// Why two figures cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// A share and a mean, or means of scales of different length.
    #[error("the figures measure different things; compare figures of one method and one scale")]
    Measures,
    /// A figure is of exactly its closed dossiers.
    #[error(
        "a figure has a finite-population correction; a comparison is of the ways two offices or periods work, so compute both figures without it"
    )]
    Finite,
    /// Fewer than two respondents, or means without spread.
    #[error(
        "one of the figures has fewer than two respondents or no spread, so nobody can say how sure it is; wait for more ratings or take a longer period"
    )]
    TooFew,
    /// Different forms, form versions or methods.
    #[error(
        "{first} and {second} are different instruments; no figure is compared across forms, form versions or methods"
    )]
    Instruments {
        /// The first.
        first: String,
        /// The second.
        second: String,
    },
}

/// First minus second. The respondents of the two must be different people.
///
/// Shares: Agresti and Caffo's interval (2000, American Statistician 54:280), which adds one satisfied and one other
/// answer to each side and so stays honest near 100 %, with effective numbers of answers n: p̃ = (np + 1)/(n + 2),
/// variance Σ p̃(1 − p̃)/(n + 2). Means: the variances of the figures. Both with Student's t and the degrees of freedom
/// of Welch and Satterthwaite.
///
/// # Errors
///
/// [`NotComparable`]: different measures, a finite-population correction, or too few respondents.
pub fn difference(
    first: &Estimate,
    second: &Estimate,
    confidence: Confidence,
) -> Result<Difference, NotComparable> {
    let shift = shift(first, second)?;
    Ok(Difference::new(
        first.value - second.value,
        shift,
        confidence,
    ))
}

/// What [`difference`] tests, without the interval.
pub(crate) fn shift(first: &Estimate, second: &Estimate) -> Result<Shift, NotComparable> {
    if first.measure != second.measure {
        return Err(NotComparable::Measures);
    }
    let [a, b] = [side(first)?, side(second)?];
    let variance = a.variance + b.variance;
    let freedom =
        variance * variance / (a.variance.powi(2) / a.freedom + b.variance.powi(2) / b.freedom);
    Ok(Shift {
        centre: a.centre - b.centre,
        variance,
        freedom,
    })
}

/// One figure as it enters a difference.
fn side(estimate: &Estimate) -> Result<Shift, NotComparable> {
    if estimate.population != Population::Process {
        return Err(NotComparable::Finite);
    }
    if estimate.freedom < 1.0 {
        return Err(NotComparable::TooFew);
    }
    let (centre, variance) = match (
        estimate.measure,
        estimate.effective_answers,
        estimate.variance,
    ) {
        (Measure::Share, Some(n), _) => {
            let share = (estimate.value * n + 1.0) / (n + 2.0);
            (share, share * (1.0 - share) / (n + 2.0))
        }
        (Measure::Mean { .. }, _, Some(variance)) if variance > 0.0 => {
            let fitted = (estimate.respondents - 1) as f64 / estimate.freedom;
            (estimate.value, variance * fitted)
        }
        _ => return Err(NotComparable::TooFew),
    };
    Ok(Shift {
        centre,
        variance,
        freedom: estimate.freedom,
    })
}

impl Shift {
    /// Probability of a difference at least this far above none, if there was none.
    pub fn upper(&self) -> f64 {
        student_upper(self.centre / self.variance.sqrt(), self.freedom)
    }
}

impl Difference {
    pub(crate) fn new(value: f64, shift: Shift, confidence: Confidence) -> Self {
        let half = confidence.t(shift.freedom) * shift.variance.sqrt();
        let [low, high] = [shift.centre - half, shift.centre + half];
        let upper = shift.upper();
        let verdict = if low > 0.0 {
            Verdict::Higher
        } else if high < 0.0 {
            Verdict::Lower
        } else {
            Verdict::Undecided
        };
        Self {
            value,
            interval: [low.clamp(-1.0, 1.0), high.clamp(-1.0, 1.0)],
            p: (2.0 * upper.min(1.0 - upper)).clamp(0.0, 1.0),
            verdict,
            confidence,
            shift,
        }
    }
}

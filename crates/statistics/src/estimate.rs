//! A figure of received ratings with what is needed to say how sure it is.

use serde::Serialize;

use crate::cluster::ClusterSums;
use crate::confidence::Confidence;
use crate::interval::{self, Interval, IntervalKind, MoreThanClosed, Population};

/// What Σy/Σm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Satisfied answers over valid answers.
    Share,
    /// Scores over valid answers, as a share of the greatest score `span` of one answer (at least 1).
    Mean {
        /// Steps from the lowest to the highest level of the scale.
        span: u8,
    },
}

impl Measure {
    /// What a ratio Σy/Σm is divided by to lie from 0 to 1.
    pub(crate) fn unit(self) -> f64 {
        match self {
            Self::Share => 1.0,
            Self::Mean { span } => f64::from(span.max(1)),
        }
    }
}

/// A figure with its uncertainty, on the scale from 0 to 1. What is shown is the hundredfold, rounded half up once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// What it measures.
    pub measure: Measure,
    /// The figure.
    pub value: f64,
    /// Respondents with at least one valid answer.
    pub respondents: u64,
    /// Valid answers: the unweighted denominator.
    pub answers: u64,
    /// Its variance with respondents as sampling units, finite-population correction included; none where it cannot be
    /// estimated. Zero does not mean certain: everyone said the same.
    pub variance: Option<f64>,
    /// Degrees of freedom of the variance: respondents − 1; of a weighted figure, respondents less the categories that the
    /// margins fit. The interval takes the variance times (respondents − 1)/freedom, which is 1 for unweighted figures.
    pub freedom: f64,
    /// For a share: of how many independent answers it is as sure; at most all of them, over the finite-population
    /// correction. None where nothing is uncertain.
    pub effective_answers: Option<f64>,
    /// The interval; none where it cannot be given.
    pub interval: Option<Interval>,
    /// Whose satisfaction variance and interval speak of.
    pub population: Population,
}

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EstimateError {
    /// Nobody gave a valid answer.
    #[error("there are no valid answers, so there is no figure")]
    NoAnswers,
    /// No respondents could have such sums.
    #[error("the sums contradict each other; rebuild the roll-ups from the log")]
    Impossible,
    /// The finite-population correction cannot be.
    #[error(transparent)]
    MoreThanClosed(#[from] MoreThanClosed),
}

impl Estimate {
    /// The standard error; none where the variance is none.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance.map(f64::sqrt)
    }

    /// Variance over that of as many independent answers, drawn with replacement: p(1 − p)/(n − 1), as R's `survey` has
    /// it. For shares only; none where either variance is zero or unknown.
    pub fn design_effect(&self) -> Option<f64> {
        let simple = match self.measure {
            Measure::Share if self.answers > 1 => {
                self.value * (1.0 - self.value) / (self.answers - 1) as f64
            }
            _ => return None,
        };
        self.variance
            .filter(|_| simple > 0.0)
            .map(|variance| variance / simple)
    }
}

/// The unweighted figure of a group of respondents. To pool groups, add up their sums first.
///
/// A share of one answer per respondent has Wilson's interval; a pooled one Wilson's with p(1 − p)/variance answers,
/// shrunk by (z/t)² for R − 1 degrees of freedom and never more than there are; where all answers agree, (Σm)²/Σm². A
/// mean has Student's t interval of the ratio. Same rules as `survey::interval`, for any confidence and with
/// finite-population correction: the effective number is divided, the variance multiplied by 1 − n/N.
///
/// # Errors
///
/// [`EstimateError`]: no valid answers, sums that contradict each other, or more respondents than closed dossiers.
pub fn estimate(
    sums: &ClusterSums,
    measure: Measure,
    population: Population,
    confidence: Confidence,
) -> Result<Estimate, EstimateError> {
    let ratio = sums.ratio().ok_or(EstimateError::NoAnswers)?;
    if sums.clusters == 0 || sums.clusters > sums.m || sums.mm < sums.m {
        return Err(EstimateError::Impossible);
    }
    let left = population.correction(sums.clusters)?;
    let unit = measure.unit();
    let variance = match sums.clusters {
        0 | 1 => None,
        _ => Some(sums.variance().ok_or(EstimateError::Impossible)? / unit / unit),
    };
    Uncertain {
        measure,
        value: ratio / unit,
        respondents: sums.clusters,
        answers: sums.m,
        variance,
        agreed: sums.m as f64 * sums.m as f64 / sums.mm as f64,
        single: sums.is_single(),
        fitted: 1,
        left,
        population,
    }
    .estimate(confidence)
}

/// What unweighted and weighted figures have in common on the way to an interval.
pub(crate) struct Uncertain {
    pub measure: Measure,
    /// From 0 to 1.
    pub value: f64,
    pub respondents: u64,
    pub answers: u64,
    /// Without finite-population correction.
    pub variance: Option<f64>,
    /// Effective number of answers should all agree.
    pub agreed: f64,
    /// One answer per respondent, all of the same weight.
    pub single: bool,
    /// Parameters that were fitted to the respondents before looking at what is left: 1 for a ratio alone.
    pub fitted: u64,
    /// Share of the variance that a finite population leaves.
    pub left: f64,
    pub population: Population,
}

impl Uncertain {
    pub(crate) fn estimate(self, confidence: Confidence) -> Result<Estimate, EstimateError> {
        let value = self.value;
        if !(0.0..=1.0).contains(&value) {
            return Err(EstimateError::Impossible);
        }
        let freedom = self.respondents.saturating_sub(self.fitted) as f64;
        // What is left after fitting is smaller than what was there before, the more so the more was fitted.
        let spread = (freedom > 0.0)
            .then(|| Some(self.variance? * (self.respondents - 1) as f64 / freedom))
            .flatten();
        let effective = self.effective(spread);
        let kind = match (self.left == 0.0, self.measure, self.single) {
            (true, ..) => IntervalKind::Census,
            (_, Measure::Share, true) => IntervalKind::Wilson,
            (_, Measure::Share, false) => IntervalKind::ClusterWilson,
            (_, Measure::Mean { .. }, true) => IntervalKind::T,
            (_, Measure::Mean { .. }, false) => IntervalKind::ClusterT,
        };
        let variance = self.variance.map(|variance| variance * self.left);
        let ends = match kind {
            IntervalKind::Census => Some([value, value]),
            IntervalKind::Wilson => Some(interval::wilson(
                value,
                self.answers as f64 / self.left,
                confidence,
            )),
            IntervalKind::ClusterWilson => effective.map(|effective| {
                let shrink = (confidence.z() / confidence.t(freedom)).powi(2);
                // Where all agree there is no variance, so none that is estimated with few degrees of freedom.
                let shrunk = match value > 0.0 && value < 1.0 {
                    true => (effective * shrink).min(self.answers as f64),
                    false => effective,
                };
                interval::wilson(value, shrunk / self.left, confidence)
            }),
            IntervalKind::T | IntervalKind::ClusterT => spread
                .map(|spread| spread * self.left)
                .filter(|&variance| variance > 0.0)
                .map(|variance| interval::student(value, variance, freedom, confidence)),
        };
        Ok(Estimate {
            measure: self.measure,
            value,
            respondents: self.respondents,
            answers: self.answers,
            variance,
            freedom,
            effective_answers: effective
                .map(|effective| effective.min(self.answers as f64) / self.left)
                .filter(|effective| effective.is_finite()),
            interval: ends.map(|[low, high]| Interval {
                low,
                high,
                kind,
                confidence,
            }),
            population: self.population,
        })
    }

    /// Effective number of answers of a share before the finite-population correction; may exceed all of them.
    fn effective(&self, spread: Option<f64>) -> Option<f64> {
        if self.measure != Measure::Share {
            return None;
        }
        if self.single {
            return Some(self.answers as f64);
        }
        let variance = spread?;
        Some(if self.value <= 0.0 || self.value >= 1.0 {
            self.agreed
        } else if variance > 0.0 {
            self.value * (1.0 - self.value) / variance
        } else {
            f64::INFINITY // cut to all answers by whoever asks
        })
    }
}

//! Keeping single weights from deciding a figure.

use super::WeightError;
use super::rake::{Problem, Solution};

/// Bounds of weights, as multiples of the mean weight (closed dossiers over responses).
///
/// Rule: rake; set weights outside the bounds to the bounds, give what was cut off in equal parts to the responses that
/// were within (the rule of `trimWeights` of R's `survey`); rake again from there; and so on until raked weights keep the
/// bounds to a millionth, at most 500 times. So the margins hold in the end, which trimming alone would undo, and a bound
/// that cannot be kept is an error rather than a quiet compromise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trim {
    /// At least 0, less than 1.
    pub lower: f64,
    /// Greater than 1.
    pub upper: f64,
}

impl Default for Trim {
    /// From a fifth to five times the mean: five is what the raking of large election studies caps at (DeBell and Krosnick 2009).
    fn default() -> Self {
        Self {
            lower: 0.2,
            upper: 5.0,
        }
    }
}

/// Rounds of trimming and raking.
const ROUNDS: usize = 500;
/// How far, relatively, a weight may stand beyond its bound in the end.
const CLOSE_ENOUGH: f64 = 1e-6;

impl Trim {
    /// Trims and re-rakes; with the number of responses whose weight was at a bound in the end or cut in the first round.
    pub(super) fn apply(
        self,
        problem: &Problem,
        mut solution: Solution,
    ) -> Result<(Solution, u64), WeightError> {
        let Self { lower, upper } = self;
        let sound = (0.0..1.0).contains(&lower) && upper > 1.0 && upper.is_finite();
        if !sound {
            return Err(WeightError::Bounds { lower, upper });
        }
        let mean = problem.closed as f64 / problem.responses as f64;
        let counts: Vec<_> = problem.groups.iter().map(|group| group.responses).collect();
        let outside = |weight: f64| {
            weight > upper * mean * (1.0 + CLOSE_ENOUGH)
                || weight < lower * mean * (1.0 - CLOSE_ENOUGH)
        };
        let worst = |weights: &[f64]| {
            let rated = (0..weights.len()).filter(|&at| counts[at] > 0 && outside(weights[at]));
            let off = |at: usize| (weights[at] / mean).ln().abs();
            rated.max_by(|&a, &b| off(a).total_cmp(&off(b)))
        };
        let trimmed = counts
            .iter()
            .zip(&solution.weights)
            .filter(|(_, weight)| outside(**weight))
            .map(|(count, _)| count)
            .sum();
        let mut rounds = solution.rounds;
        for _ in 0..ROUNDS {
            if worst(&solution.weights).is_none() {
                return Ok((Solution { rounds, ..solution }, trimmed));
            }
            let cut = trim_once(&solution.weights, &counts, lower * mean, upper * mean);
            // What is given back must not turn a small weight into none.
            let kept: Vec<_> = cut.iter().map(|cut| cut.max(mean * 1e-6)).collect();
            solution = problem.rake(&kept)?;
            rounds += solution.rounds;
        }
        match worst(&solution.weights) {
            None => Ok((Solution { rounds, ..solution }, trimmed)),
            Some(at) => Err(WeightError::CannotTrim {
                lower,
                upper,
                found: solution.weights[at] / mean,
                kind: problem.kind_of(at),
            }),
        }
    }
}

/// Sets weights outside `lower..=upper` to the bound and adds what was cut off, in equal parts, to every response that was
/// within, so that the sum of weights stays; where none was within, it does not. Equal to `trimWeights(strict = FALSE)` of R's `survey` 4.1. `weights`
/// holds the weight of one response of each group, `responses` their numbers; both of one length.
pub fn trim_once(weights: &[f64], responses: &[u64], lower: f64, upper: f64) -> Vec<f64> {
    let within = |weight: f64| (lower..=upper).contains(&weight);
    let (mut cut, mut receivers) = (0.0, 0u64);
    for (&weight, &count) in weights.iter().zip(responses) {
        if within(weight) {
            receivers += count;
        } else {
            cut += (weight - weight.clamp(lower, upper)) * count as f64;
        }
    }
    let each = if receivers > 0 {
        cut / receivers as f64
    } else {
        0.0
    };
    weights
        .iter()
        .map(|&weight| match within(weight) {
            true => weight + each,
            false => weight.clamp(lower, upper),
        })
        .collect()
}

//! Weights of groups, and figures with them.

use super::rake::{Problem, Solution};
use super::{SideBySide, WeightError};
use crate::cluster::ClusterSums;
use crate::confidence::Confidence;
use crate::estimate::{Measure, Uncertain, estimate};
use crate::interval::Population;

/// Weights that make groups of responses add up to the margins; made by [`weigh`](super::weigh).
#[derive(Clone, Debug)]
pub struct Weights {
    problem: Problem,
    solution: Solution,
    trimmed: u64,
}

impl Weights {
    pub(super) fn new(problem: Problem, solution: Solution, trimmed: u64) -> Self {
        Self {
            problem,
            solution,
            trimmed,
        }
    }

    /// For each group, in the order given, the weight of one of its responses: how many closed dossiers it speaks for.
    pub fn each(&self) -> &[f64] {
        &self.solution.weights
    }

    /// Responses that were weighed.
    pub fn responses(&self) -> u64 {
        self.problem.responses
    }

    /// Closed dossiers that the weights add up to.
    pub fn closed(&self) -> u64 {
        self.problem.closed
    }

    /// Rounds of raking, those after trimming included.
    pub fn rounds(&self) -> usize {
        self.solution.rounds
    }

    /// Largest gap of a margin, as a share of its closed dossiers.
    pub fn gap(&self) -> f64 {
        self.solution.gap
    }

    /// Responses whose weight lay outside the bounds before trimming.
    pub fn trimmed(&self) -> u64 {
        self.trimmed
    }

    /// Kish's effective number of responses (Σw)²/Σw² (Kish 1965, Survey Sampling, 11.7).
    pub fn effective_responses(&self) -> f64 {
        let [sum, squares] = self.groups().fold([0.0, 0.0], |[sum, squares], (n, w)| {
            [sum + n * w, squares + n * w * w]
        });
        sum * sum / squares
    }

    /// Kish's design effect of unequal weights, n Σw²/(Σw)²: by how much they widen the variance of answers that they have
    /// nothing to do with; at least 1.
    pub fn design_effect(&self) -> f64 {
        self.problem.responses as f64 / self.effective_responses()
    }

    /// The largest weight as a multiple of the mean.
    pub fn largest(&self) -> f64 {
        let mean = self.problem.closed as f64 / self.problem.responses as f64;
        self.groups().fold(0.0, |most, (_, w)| w.max(most)) / mean
    }

    /// Free categories of all margins, and the ratio itself.
    fn fitted(&self) -> u64 {
        let free = |targets: &Vec<f64>| targets.len() as u64 - 1;
        let margins = self.problem.margins.iter();
        1 + margins.map(|margin| free(&margin.targets)).sum::<u64>()
    }

    fn groups(&self) -> impl Iterator<Item = (f64, f64)> {
        self.problem
            .groups
            .iter()
            .zip(&self.solution.weights)
            .filter(|(group, _)| group.responses > 0)
            .map(|(group, &weight)| (group.responses as f64, weight))
    }

    /// The figure Σwy/Σwm of the groups' sums, unweighted and weighted. `sums` has one entry per group, in their order.
    ///
    /// The weighted variance is that of the linearised ratio, with respondents as sampling units, after taking from each
    /// respondent's e = y − ratio·m what the margins explain of it (Deville, Särndal and Sautory 1993, JASA 88:1013): with
    /// one margin the mean of its category, with several the additive fit, by base weights. It is that of R's `survey`
    /// for `postStratify` and `rake` with equal base weights. That trimming moved some weights is not part of it. The
    /// interval takes it times (n − 1)/(n − p), p categories fitted by the margins, as what is left of few respondents after fitting
    /// many categories is too little; with no more respondents than categories there is no interval.
    ///
    /// # Errors
    ///
    /// [`WeightError::OtherGroups`], [`WeightError::Responses`] or [`WeightError::Estimate`].
    pub fn estimate(
        &self,
        sums: &[ClusterSums],
        measure: Measure,
        population: Population,
        confidence: Confidence,
    ) -> Result<SideBySide, WeightError> {
        let groups = &self.problem.groups;
        if sums.len() != groups.len() {
            return Err(WeightError::OtherGroups {
                sums: sums.len(),
                groups: groups.len(),
            });
        }
        let mut together = ClusterSums::default();
        let [mut numerator, mut denominator, mut squares] = [0.0; 3];
        for (at, (sums, group)) in sums.iter().zip(groups).enumerate() {
            if sums.clusters > group.responses {
                return Err(WeightError::Responses {
                    kind: self.problem.kind_of(at),
                });
            }
            together.merge(sums);
            let weight = self.solution.weights[at];
            numerator += weight * sums.y as f64;
            denominator += weight * sums.m as f64;
            squares += weight * weight * sums.mm as f64;
        }
        let unweighted = estimate(&together, measure, population, confidence)?;
        let unit = measure.unit();
        // Rounding must not lift a share of all answers above 1.
        let ratio = (numerator / denominator).clamp(0.0, unit);
        let left = population
            .correction(self.problem.responses)
            .map_err(crate::estimate::EstimateError::from)?;
        let weighted = Uncertain {
            measure,
            value: ratio / unit,
            respondents: together.clusters,
            answers: together.m,
            variance: self
                .variance(sums, ratio, denominator)
                .map(|variance| variance / unit / unit),
            agreed: denominator * denominator / squares,
            single: false,
            fitted: self.fitted(),
            left,
            population,
        }
        .estimate(confidence)?;
        Ok(SideBySide::new(unweighted, weighted, self))
    }

    /// Variance of the weighted ratio without finite-population correction.
    fn variance(&self, sums: &[ClusterSums], ratio: f64, denominator: f64) -> Option<f64> {
        let groups = &self.problem.groups;
        let n = self.problem.responses as f64;
        if self.problem.responses < 2 {
            return None;
        }
        let residuals = self.residuals(sums, ratio);
        let [mut total, mut squares] = [0.0, 0.0];
        for (((group, sums), weight), residual) in groups
            .iter()
            .zip(sums)
            .zip(&self.solution.weights)
            .zip(residuals)
        {
            let [count, weight] = [group.responses as f64, weight / denominator];
            total += weight * count * residual;
            squares += weight
                * weight
                * (sums.spread(ratio, group.responses)? + count * residual * residual);
        }
        Some((squares - total * total / n).max(0.0) * n / (n - 1.0))
    }

    /// Mean of e of each group less what the margins explain: alternating projections, which settle at the residuals of
    /// the additive fit.
    fn residuals(&self, sums: &[ClusterSums], ratio: f64) -> Vec<f64> {
        let groups = &self.problem.groups;
        let mut residuals: Vec<f64> = sums
            .iter()
            .zip(groups)
            .map(|(sums, group)| match group.responses {
                0 => 0.0,
                count => (sums.y as f64 - ratio * sums.m as f64) / count as f64,
            })
            .collect();
        let scale = residuals.iter().fold(0.0, |most: f64, e| e.abs().max(most));
        for _ in 0..10_000 {
            let mut moved: f64 = 0.0;
            for margin in &self.problem.margins {
                let mut means = vec![[0.0, 0.0]; margin.targets.len()];
                for ((group, residual), place) in
                    groups.iter().zip(&residuals).zip(&margin.category)
                {
                    if let Some([sum, mass]) = means.get_mut(*place) {
                        let responses = group.responses as f64 * group.base;
                        *sum += responses * residual;
                        *mass += responses;
                    }
                }
                for (residual, place) in residuals.iter_mut().zip(&margin.category) {
                    if let Some([sum, mass]) = means.get(*place) {
                        *residual -= sum / mass;
                        moved = moved.max((sum / mass).abs());
                    }
                }
            }
            // One margin is done at once; several approach their fit.
            if self.problem.margins.len() == 1 || moved <= 1e-14 * scale {
                break;
            }
        }
        residuals
    }
}

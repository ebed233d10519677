//! Iterative proportional fitting over groups.

use std::collections::BTreeMap;

use super::{Group, Margin, WeightError};

/// Rounds before raking is given up; well-behaved margins need some ten.
const ROUNDS: usize = 10_000;
/// Beyond every category: raking asks for them so often that an option for each would cost a third of its time.
const NO_CATEGORY: usize = usize::MAX;
/// Largest gap of a margin, as a share of its closed dossiers, that counts as met.
const CLOSE_ENOUGH: f64 = 1e-12;

/// A checked set of groups and margins.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub dimensions: Vec<String>,
    pub groups: Vec<Group>,
    /// Responses of each group.
    pub counts: Vec<f64>,
    pub margins: Vec<Indexed>,
    pub closed: u64,
    pub responses: u64,
}

/// A margin with its categories by number.
#[derive(Clone, Debug)]
pub(super) struct Indexed {
    pub dimensions: Vec<usize>,
    /// For each group its category; [`NO_CATEGORY`] for groups without responses in a category that has no target.
    pub category: Vec<usize>,
    pub names: Vec<Vec<String>>,
    pub targets: Vec<f64>,
}

/// Weights that meet the margins.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// For each group, of one response.
    pub weights: Vec<f64>,
    pub rounds: usize,
    pub gap: f64,
}

impl Problem {
    pub fn new(
        dimensions: &[String],
        groups: &[Group],
        margins: &[Margin],
    ) -> Result<Self, WeightError> {
        let responses = groups.iter().map(|group| group.responses).sum();
        if margins.is_empty() || responses == 0 {
            return Err(WeightError::Nothing);
        }
        let mut problem = Self {
            dimensions: dimensions.to_vec(),
            groups: groups.to_vec(),
            counts: groups.iter().map(|group| group.responses as f64).collect(),
            margins: Vec::new(),
            closed: margins.first().map_or(0, total),
            responses,
        };
        for (at, group) in groups.iter().enumerate() {
            if group.categories.len() != dimensions.len() {
                return Err(WeightError::Shape(group.categories.join(", ")));
            }
            if !(group.base > 0.0 && group.base.is_finite()) {
                return Err(WeightError::Base {
                    kind: problem.kind_of(at),
                    base: group.base,
                });
            }
        }
        for margin in margins {
            let indexed = problem.index(margin)?;
            problem.margins.push(indexed);
        }
        Ok(problem)
    }

    /// Checks one margin against the groups and the first margin.
    fn index(&self, margin: &Margin) -> Result<Indexed, WeightError> {
        let at = &margin.dimensions;
        let name = |at: &[usize]| {
            let names = at.iter().filter_map(|&at| self.dimensions.get(at));
            names.map(String::as_str).collect::<Vec<_>>().join(" × ")
        };
        let twice = (1..at.len()).any(|i| at[..i].contains(&at[i]));
        let beyond = at.iter().any(|&at| at >= self.dimensions.len());
        if at.is_empty() || twice || beyond || margin.closed.keys().any(|key| key.len() != at.len())
        {
            return Err(WeightError::Shape(format!("the margin of {}", name(at))));
        }
        if let Some(first) = self.margins.first()
            && total(margin) != self.closed
        {
            return Err(WeightError::Inconsistent {
                first: name(&first.dimensions),
                first_total: self.closed,
                second: name(at),
                second_total: total(margin),
            });
        }
        let kinds: Vec<_> = margin
            .closed
            .iter()
            .filter(|(_, closed)| **closed > 0)
            .collect();
        let number: BTreeMap<_, _> = kinds
            .iter()
            .enumerate()
            .map(|(at, (key, _))| (*key, at))
            .collect();
        let mut rated = vec![0u64; kinds.len()];
        let mut category = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let key: Vec<_> = at.iter().map(|&at| group.categories[at].clone()).collect();
            let place = number.get(&key).copied();
            match place {
                Some(place) => rated[place] += group.responses,
                None if group.responses > 0 => {
                    return Err(WeightError::NotClosed {
                        kind: self.kind(at, &key),
                        responses: group.responses,
                    });
                }
                None => {}
            }
            category.push(place.unwrap_or(NO_CATEGORY));
        }
        if let Some(((key, closed), _)) = kinds.iter().zip(&rated).find(|(_, rated)| **rated == 0) {
            return Err(WeightError::EmptyCell {
                kind: self.kind(at, key),
                closed: **closed,
            });
        }
        Ok(Indexed {
            dimensions: at.clone(),
            category,
            names: kinds.iter().map(|(key, _)| (*key).clone()).collect(),
            targets: kinds.iter().map(|(_, closed)| **closed as f64).collect(),
        })
    }

    pub fn bases(&self) -> Vec<f64> {
        self.groups.iter().map(|group| group.base).collect()
    }

    /// Weights closest to `start` in the sense of raking that meet all margins.
    pub fn rake(&self, start: &[f64]) -> Result<Solution, WeightError> {
        let mut weights = start.to_vec();
        let mut worst = (f64::INFINITY, 0, 0);
        let mut sums: Vec<Vec<f64>> = self
            .margins
            .iter()
            .map(|margin| vec![0.0; margin.targets.len()])
            .collect();
        for rounds in 1..=ROUNDS {
            for (margin, sums) in self.margins.iter().zip(&mut sums) {
                self.sum(margin, &weights, sums);
                for (sum, target) in sums.iter_mut().zip(&margin.targets) {
                    *sum = target / *sum;
                }
                for (weight, place) in weights.iter_mut().zip(&margin.category) {
                    if let Some(factor) = sums.get(*place) {
                        *weight *= factor;
                    }
                }
            }
            // The margin that was met first is the furthest off: unless it holds, the others need not be looked at.
            if let (Some(margin), Some(sums)) = (self.margins.first(), sums.first_mut()) {
                self.sum(margin, &weights, sums);
                if rounds < ROUNDS && widest(margin, sums).0 > CLOSE_ENOUGH {
                    continue;
                }
            }
            worst = self.worst_gap(&weights);
            if worst.0 <= CLOSE_ENOUGH {
                return Ok(Solution {
                    weights,
                    rounds,
                    gap: worst.0,
                });
            }
        }
        let (gap, margin, place) = worst;
        let margin = &self.margins[margin];
        Err(WeightError::NotConverged {
            rounds: ROUNDS,
            kind: self.kind(&margin.dimensions, &margin.names[place]),
            gap,
        })
    }

    /// Weighted responses of each category of a margin.
    fn sum(&self, margin: &Indexed, weights: &[f64], sums: &mut [f64]) {
        sums.fill(0.0);
        for ((count, weight), place) in self.counts.iter().zip(weights).zip(&margin.category) {
            if let Some(sum) = sums.get_mut(*place) {
                *sum += count * weight;
            }
        }
    }

    /// The largest gap as a share of the target, with its margin and category.
    fn worst_gap(&self, weights: &[f64]) -> (f64, usize, usize) {
        let mut worst = (0.0, 0, 0);
        for (at, margin) in self.margins.iter().enumerate() {
            let mut sums = vec![0.0; margin.targets.len()];
            self.sum(margin, weights, &mut sums);
            let (gap, place) = widest(margin, &sums);
            if gap > worst.0 {
                worst = (gap, at, place);
            }
        }
        worst
    }

    /// Categories of some dimensions in words: `unit H57.132, timeliness late`.
    fn kind(&self, at: &[usize], categories: &[String]) -> String {
        let names = at.iter().filter_map(|&at| self.dimensions.get(at));
        let named = names
            .zip(categories)
            .map(|(name, category)| format!("{name} {category}"));
        named.collect::<Vec<_>>().join(", ")
    }

    /// All categories of a group in words.
    pub fn kind_of(&self, group: usize) -> String {
        let all: Vec<_> = (0..self.dimensions.len()).collect();
        self.kind(&all, &self.groups[group].categories)
    }
}

/// The largest gap of a margin with its category; a number that is none counts as infinite.
fn widest(margin: &Indexed, sums: &[f64]) -> (f64, usize) {
    let mut widest = (0.0, 0);
    for (place, (sum, target)) in sums.iter().zip(&margin.targets).enumerate() {
        let gap = (sum / target - 1.0).abs();
        let gap = if gap.is_nan() { f64::INFINITY } else { gap };
        if gap > widest.0 {
            widest = (gap, place);
        }
    }
    widest
}

fn total(margin: &Margin) -> u64 {
    margin.closed.values().sum()
}

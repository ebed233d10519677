//! Weighting: what the figure would be had every kind of dossier been rated as often as it was closed.
//!
//! Who rates is not who was served: late dossiers, other units, other channels answer more or less often. Where the
//! number of closed dossiers of each kind is known (unit × field × timeliness × channel), responses are given weights
//! so that they add up to those numbers: by post-stratification where every kind has responses, by raking to several
//! smaller margins where not. This mends unequal silence *between* the kinds and nothing else: neither silence of the
//! dissatisfied within a kind, nor what people say when somebody looks over their shoulder.
//!
//! Everything works on groups of responses that share all categories, with the exact sums of each group, and never on
//! single responses: [`weigh`] makes [`Weights`], and [`Weights::estimate`] a [`SideBySide`], which has the unweighted
//! figure always beside the weighted.

mod fault;
mod rake;
mod side_by_side;
mod trim;
mod weights;

use std::collections::BTreeMap;

pub use fault::WeightError;
pub use side_by_side::SideBySide;
pub use trim::{Trim, trim_once};
pub use weights::Weights;

/// Responses that share the category of every dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// One category for each dimension, in the order of the frame's dimensions.
    pub categories: Vec<String>,
    /// Responses, also those without a valid answer in the scope of interest: they have weight too.
    pub responses: u64,
    /// Weight of each before adjustment: one over its chance of being invited; 1 where all had the same chance. Finite, greater than 0.
    pub base: f64,
}

/// Closed dossiers by the categories of one or more dimensions crossed. All margins count the same dossiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Margin {
    /// Places of its dimensions among the frame's.
    pub dimensions: Vec<usize>,
    /// For each combination of categories, in the order of `dimensions`, how many dossiers were closed.
    pub closed: BTreeMap<Vec<String>, u64>,
}

impl Margin {
    /// The margin of one dimension.
    pub fn of(dimension: usize, closed: impl IntoIterator<Item = (String, u64)>) -> Self {
        Self {
            dimensions: vec![dimension],
            closed: closed
                .into_iter()
                .map(|(category, closed)| (vec![category], closed))
                .collect(),
        }
    }

    /// All dimensions crossed: post-stratification.
    pub fn full(dimensions: usize, closed: impl IntoIterator<Item = (Vec<String>, u64)>) -> Self {
        Self {
            dimensions: (0..dimensions).collect(),
            closed: closed.into_iter().collect(),
        }
    }
}

/// Weighs groups so that they add up to the margins: with one margin over all dimensions this is post-stratification,
/// with several it is raking, also called iterative proportional fitting (Deming and Stephan 1940, Annals of
/// Mathematical Statistics 11:427). Groups without responses are left out of the sums but may be given.
///
/// Convergence: no margin is off by more than 10⁻¹² of its number of closed dossiers, within 10,000 rounds. Trimming, if
/// asked for, follows the rule of [`Trim`]; the margins hold afterwards too.
///
/// # Errors
///
/// [`WeightError`]: closed dossiers of a kind that nobody rated, responses of a kind of which none was closed, margins that do not
/// count the same dossiers, no convergence, or bounds that cannot be kept together with the margins.
pub fn weigh(
    dimensions: &[String],
    groups: &[Group],
    margins: &[Margin],
    trim: Option<Trim>,
) -> Result<Weights, WeightError> {
    let problem = rake::Problem::new(dimensions, groups, margins)?;
    let mut solution = problem.rake(&problem.bases())?;
    let mut trimmed = 0;
    if let Some(trim) = trim {
        (solution, trimmed) = trim.apply(&problem, solution)?;
    }
    Ok(Weights::new(problem, solution, trimmed))
}

//! The weighted figure, which never goes without the unweighted one.

use serde::Serialize;

use crate::estimate::Estimate;

/// One figure, unweighted and weighted. There is no other way to a weighted figure than through this pair: it is made by
/// [`Weights::estimate`](super::Weights::estimate) alone, read as a whole by [`both`](Self::both), and written to JSON as
/// a whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use = "a weighted figure is shown beside the unweighted one"]
pub struct SideBySide {
    unweighted: Estimate,
    weighted: Estimate,
    responses: u64,
    effective_responses: f64,
    trimmed: u64,
}

impl SideBySide {
    pub(super) fn new(unweighted: Estimate, weighted: Estimate, weights: &super::Weights) -> Self {
        Self {
            unweighted,
            weighted,
            responses: weights.responses(),
            effective_responses: weights.effective_responses(),
            trimmed: weights.trimmed(),
        }
    }

    /// The unweighted figure and the weighted one, in this order.
    pub fn both(&self) -> [&Estimate; 2] {
        [&self.unweighted, &self.weighted]
    }

    /// Weighted minus unweighted, on the scale from 0 to 1: what unequal silence had added or taken.
    pub fn shift(&self) -> f64 {
        self.weighted.value - self.unweighted.value
    }

    /// Responses that were weighed.
    pub fn responses(&self) -> u64 {
        self.responses
    }

    /// As many responses of equal weight would be as sure, for answers unrelated to the weights (Kish): from 1 to all of
    /// them.
    pub fn effective_responses(&self) -> f64 {
        self.effective_responses
    }

    /// Responses whose weight lay outside the bounds before trimming.
    pub fn trimmed(&self) -> u64 {
        self.trimmed
    }
}

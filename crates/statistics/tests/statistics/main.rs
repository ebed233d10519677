//! What a user of the statistics may rely on.

#![allow(clippy::unwrap_used)] // helpers of tests may unwrap like the tests themselves

mod chart;
mod cluster;
mod compare;
mod documented;
mod estimate;
mod flag;
mod index;
mod promises;
mod rank;
mod weight;
mod words;

use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::{Estimate, Measure, estimate};
use statistics::interval::Population;

/// Sums of respondents given as (counted, valid answers).
fn sums(people: &[(u32, u32)]) -> ClusterSums {
    let mut sums = ClusterSums::default();
    for &(y, m) in people {
        sums.add(y, m);
    }
    sums
}

/// A share of one answer each, as a comparison takes it.
fn share(satisfied: u64, answers: u64) -> Estimate {
    let sums = ClusterSums::single(satisfied, answers);
    estimate(&sums, Measure::Share, Population::Process, Confidence::P95).unwrap()
}

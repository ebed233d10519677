//! What intervals and rank intervals promise, counted out or simulated.

use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::difference::difference;
use statistics::estimate::{Estimate, Measure, estimate};
use statistics::interval::{Population, korn_graubard, wilson};
use statistics::rank::rank;

use crate::share;

/// Probabilities of 0..=n satisfied of n.
fn binomial(n: u64, p: f64) -> Vec<f64> {
    let mut chance = (1.0 - p).powi(n as i32);
    let mut all = vec![chance];
    for k in 0..n {
        chance *= (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        all.push(chance);
    }
    all
}

/// Exact: every outcome of both sides with its probability.
fn coverage_of_difference([n, m]: [u64; 2], [p, q]: [f64; 2]) -> f64 {
    let shares = |n| {
        (0..=n)
            .map(|satisfied| share(satisfied, n))
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (shares(n), shares(m));
    let mut covered = 0.0;
    for (a, chance_a) in ours.iter().zip(binomial(n, p)) {
        for (b, chance_b) in theirs.iter().zip(binomial(m, q)) {
            let [low, high] = difference(a, b, Confidence::P95).unwrap().interval;
            if low <= p - q && p - q <= high {
                covered += chance_a * chance_b;
            }
        }
    }
    covered
}

#[test]
fn differences_are_covered_also_near_a_hundred_per_cent() {
    let mut sum = 0.0;
    let mut count = 0.0;
    for sizes in [[10, 10], [12, 40], [30, 30], [25, 90]] {
        for shares in [
            [0.5, 0.5],
            [0.8, 0.6],
            [0.9, 0.9],
            [0.95, 0.85],
            [0.99, 0.99],
            [0.98, 0.9],
        ] {
            let covered = coverage_of_difference(sizes, shares);
            assert!(covered > 0.92, "{sizes:?} {shares:?}: {covered}");
            sum += covered;
            count += 1.0;
        }
    }
    let mean = sum / count;
    assert!((0.95..0.985).contains(&mean), "{mean} on average");
}

#[test]
fn korn_and_graubard_never_cover_less_than_they_claim_and_wilson_does_on_average() {
    for n in [10u64, 40] {
        let mut mean = 0.0;
        for step in 1..100 {
            let p = f64::from(step) / 100.0;
            let (mut exact, mut score) = (0.0, 0.0);
            for (k, chance) in (0..=n).zip(binomial(n, p)) {
                let at = k as f64 / n as f64;
                let holds = |[low, high]: [f64; 2]| f64::from(u8::from(low <= p && p <= high));
                exact += chance * holds(korn_graubard(at, n as f64, Confidence::P95));
                score += chance * holds(wilson(at, n as f64, Confidence::P95));
            }
            assert!(exact >= 0.95 - 1e-9, "{n} answers, {p}: {exact}");
            mean += score / 99.0;
        }
        assert!((0.945..0.965).contains(&mean), "{n} answers: {mean}");
    }
}

/// A unit's figure: 60 respondents, four answers each, of one mind with themselves more often than not.
fn unit(rng: &mut fastrand::Rng, truth: f64) -> Estimate {
    let mut sums = ClusterSums::default();
    for _ in 0..60 {
        let mood = rng.f64() < truth;
        let mut answer = || {
            if rng.f64() < 0.5 {
                mood
            } else {
                rng.f64() < truth
            }
        };
        sums.add((0..4).map(|_| u32::from(answer())).sum(), 4);
    }
    estimate(&sums, Measure::Share, Population::Process, Confidence::P95).unwrap()
}

#[test]
fn all_rank_intervals_are_right_together() {
    // Three groups of four alike: the hardest for false distinctions, and something to distinguish.
    let truths: Vec<f64> = [0.95, 0.85, 0.60]
        .into_iter()
        .flat_map(|truth| [truth; 4])
        .collect();
    let mut rng = fastrand::Rng::with_seed(1_979);
    let runs = 400;
    let (mut wrong, mut told) = (0, 0);
    for _ in 0..runs {
        let units: Vec<_> = truths.iter().map(|&truth| unit(&mut rng, truth)).collect();
        let ranks = rank(&units, Confidence::P95).unwrap();
        let better = |truth: f64| truths.iter().filter(|&&other| other > truth).count();
        let worse = |truth: f64| truths.iter().filter(|&&other| other < truth).count();
        // A false distinction puts a unit surely behind one that is no better, or ahead of one no worse.
        let false_distinction = ranks.iter().zip(&truths).any(|(rank, &truth)| {
            rank.best > 1 + better(truth) || rank.worst < truths.len() - worse(truth)
        });
        wrong += u32::from(false_distinction);
        told += u32::from(
            ranks[..4].iter().all(|rank| rank.worst <= 8)
                && ranks[8..].iter().all(|rank| rank.best >= 5),
        );
    }
    // 5 % of 400 are 20; more than 33 would come up once in 400 runs of the test.
    assert!(wrong <= 33, "{wrong} of {runs}");
    assert!(told > 300, "something is told apart: {told} of {runs}");
}

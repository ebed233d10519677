//! What holds of any weights.

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::Measure;
use statistics::interval::Population;
use statistics::weight::{Group, Trim, WeightError, trim_once, weigh};

use super::{dimensions, full, group, margin, rake};
use crate::sums;

proptest! {
    #[test]
    fn weights_meet_every_margin(counts in vec(1u64..40, 6), closed in vec(1u64..500, 6), trim in any::<bool>()) {
        let kinds: Vec<_> = ["A", "B", "C"].iter().flat_map(|unit| [(*unit, "late"), (*unit, "on-time")]).collect();
        let groups: Vec<_> = kinds.iter().zip(&counts).map(|((unit, time), n)| group(unit, time, *n)).collect();
        let total = |wanted: &str| kinds.iter().zip(&closed).filter(|((unit, time), _)| [*unit, *time].contains(&wanted)).map(|(_, closed)| closed).sum::<u64>();
        let margins = [
            margin(0, &["A", "B", "C"].map(|unit| (unit, total(unit)))),
            margin(1, &["late", "on-time"].map(|time| (time, total(time)))),
        ];
        let weights = match weigh(&dimensions(), &groups, &margins, trim.then(Trim::default)) {
            Err(WeightError::CannotTrim { .. }) if trim => return Ok(()),
            weights => weights.unwrap(),
        };
        for wanted in ["A", "B", "C", "late", "on-time"] {
            let sum: f64 = groups.iter().zip(weights.each()).filter(|(group, _)| group.categories.iter().any(|name| name == wanted)).map(|(group, weight)| group.responses as f64 * weight).sum();
            prop_assert!((sum / total(wanted) as f64 - 1.0).abs() < 1e-9, "{}: {} of {}", wanted, sum, total(wanted));
        }
        prop_assert!(weights.gap() <= 1e-12);
        let n = weights.responses() as f64;
        prop_assert!(weights.effective_responses() <= n * (1.0 + 1e-12) && weights.effective_responses() >= 1.0 - 1e-12);
        if trim {
            prop_assert!(weights.largest() <= 5.0 * (1.0 + 1e-6));
        }
    }

    #[test]
    fn proportional_response_leaves_the_figure_as_it_is(counts in vec(2u64..40, 4), people in vec((1u32..=5).prop_flat_map(|m| (0..=m, Just(m))), 2..20)) {
        let kinds = [("A", "late"), ("A", "on-time"), ("B", "late"), ("B", "on-time")];
        let groups: Vec<_> = kinds.iter().zip(&counts).map(|((unit, time), n)| group(unit, time, *n * people.len() as u64)).collect();
        let closed: Vec<_> = kinds.iter().zip(&groups).map(|((unit, time), group)| (*unit, *time, group.responses * 7)).collect();
        let weights = rake(&groups, &[full(&closed)]).unwrap();
        let each = sums(&people);
        let all: Vec<_> = counts.iter().map(|n| {
            let mut all = ClusterSums::default();
            (0..*n).for_each(|_| all.merge(&each));
            all
        }).collect();
        let pair = weights.estimate(&all, Measure::Share, Population::Process, Confidence::P95).unwrap();
        let [unweighted, weighted] = pair.both();
        prop_assert!((unweighted.value - weighted.value).abs() < 1e-12);
        // All kinds are alike, so the weighted variance is the unweighted one too.
        let (a, b) = (unweighted.variance.unwrap(), weighted.variance.unwrap());
        prop_assert!((a - b).abs() <= 1e-9 * a.max(1e-9), "{} {}", a, b);
    }

    #[test]
    fn trimming_keeps_the_sum_while_somebody_can_take_what_is_cut(weights in vec(0.1f64..20.0, 1..12), counts in vec(1u64..30, 12)) {
        let counts = &counts[..weights.len()];
        let trimmed = trim_once(&weights, counts, 0.5, 6.0);
        let sum = |weights: &[f64]| weights.iter().zip(counts).map(|(w, &n)| w * n as f64).sum::<f64>();
        if weights.iter().any(|weight| (0.5..=6.0).contains(weight)) {
            prop_assert!((sum(&trimmed) / sum(&weights) - 1.0).abs() < 1e-9);
        }
        for (before, after) in weights.iter().zip(&trimmed) {
            if !(0.5..=6.0).contains(before) {
                prop_assert_eq!(*after, before.clamp(0.5, 6.0));
            }
        }
    }

    #[test]
    fn the_variance_is_that_of_the_respondents_themselves(
        people in vec((0usize..4, (0u32..=4).prop_flat_map(|m| (0..=m, Just(m)))), 4..40),
        bases in vec(0.5f64..3.0, 4),
        closed in vec(50u64..500, 2),
    ) {
        // The margin knows timeliness alone, so groups of different bases share its categories.
        let kinds = [("A", "late"), ("A", "on-time"), ("B", "late"), ("B", "on-time")];
        let mut groups: Vec<_> = kinds.iter().zip(&bases).map(|((unit, time), &base)| Group { base, ..group(unit, time, 0) }).collect();
        let mut all = [ClusterSums::default(); 4];
        for &(kind, (y, m)) in &people {
            groups[kind].responses += 1;
            all[kind].add(y, m);
        }
        let rated = |category: usize| people.iter().any(|(kind, _)| kind % 2 == category);
        prop_assume!(rated(0) && rated(1) && people.iter().any(|(_, (_, m))| *m > 0));
        let weights = rake(&groups, &[margin(1, &[("late", closed[0]), ("on-time", closed[1])])]).unwrap();
        let pair = weights.estimate(&all, Measure::Share, Population::Process, Confidence::P95).unwrap();
        let [_, weighted] = pair.both();

        let weight = |kind: usize| weights.each()[kind];
        let sum = |of: &dyn Fn(usize, f64, f64) -> f64| people.iter().map(|&(kind, (y, m))| of(kind, y.into(), m.into())).sum::<f64>();
        let denominator = sum(&|kind, _, m| weight(kind) * m);
        let ratio = sum(&|kind, y, _| weight(kind) * y) / denominator;
        prop_assert!((weighted.value - ratio).abs() < 1e-12);
        let mean = |category: usize| {
            let inside = |kind: usize| f64::from(u8::from(kind % 2 == category)) * bases[kind];
            sum(&|kind, y, m| inside(kind) * (y - ratio * m)) / sum(&|kind, _, _| inside(kind))
        };
        let means = [mean(0), mean(1)];
        let x = |kind: usize, y: f64, m: f64| weight(kind) * (y - ratio * m - means[kind % 2]) / denominator;
        let n = people.len() as f64;
        let centre = sum(&x) / n;
        let expected = n / (n - 1.0) * sum(&|kind, y, m| (x(kind, y, m) - centre).powi(2));
        prop_assert!((weighted.variance.unwrap() - expected).abs() < 1e-12, "{:?} for {}", weighted, expected);
    }
}

//! Ranks: their intervals hold the place, bands part only what can be told apart.

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::confidence::Confidence;
use statistics::difference::NotComparable;
use statistics::estimate::{Estimate, Measure, estimate};
use statistics::interval::Population;
use statistics::rank::{Rank, rank};

use crate::{share, sums};

fn ranks(units: &[(u64, u64)]) -> Vec<Rank> {
    let units: Vec<_> = units.iter().map(|&(s, n)| share(s, n)).collect();
    rank(&units, Confidence::P95).unwrap()
}

fn of(place: usize, best: usize, worst: usize, band: usize) -> Rank {
    Rank {
        place,
        best,
        worst,
        band,
    }
}

#[test]
fn units_far_apart_have_their_places_to_themselves() {
    assert_eq!(
        ranks(&[(500, 1_000), (950, 1_000), (750, 1_000)]),
        [of(3, 3, 3, 3), of(1, 1, 1, 1), of(2, 2, 2, 2)]
    );
}

#[test]
fn units_close_together_share_a_band_and_their_places() {
    assert_eq!(
        ranks(&[(905, 1_000), (900, 1_000), (500, 1_000)]),
        [of(1, 1, 2, 1), of(2, 1, 2, 1), of(3, 3, 3, 2)]
    );
}

#[test]
fn a_chain_of_units_that_run_into_each_other_is_one_band() {
    let chain = ranks(&[(950, 1_000), (930, 1_000), (905, 1_000)]);
    assert_eq!(chain, [of(1, 1, 2, 1), of(2, 1, 3, 1), of(3, 2, 3, 1)]);
}

#[test]
fn equal_figures_share_a_place() {
    let places: Vec<_> = ranks(&[(9, 10), (9, 10), (5, 10)])
        .iter()
        .map(|rank| rank.place)
        .collect();
    assert_eq!(places, [1, 1, 3]);
    assert!(ranks(&[]).is_empty());
    assert_eq!(ranks(&[(1, 2)]), [of(1, 1, 1, 1)]);
}

#[test]
fn a_unit_with_one_rating_may_hold_any_place() {
    let ranks = ranks(&[(950, 1_000), (1, 1), (500, 1_000)]);
    assert_eq!((ranks[1].best, ranks[1].worst), (1, 3));
    assert!(
        ranks.iter().all(|rank| rank.band == 1),
        "it cannot be told from either"
    );
}

#[test]
fn a_share_is_not_ranked_with_a_mean() {
    let mean = estimate(
        &sums(&[(1, 1), (0, 1)]),
        Measure::Mean { span: 4 },
        Population::Process,
        Confidence::P95,
    );
    let fault = rank(&[share(1, 2), mean.unwrap()], Confidence::P95);
    assert_eq!(fault, Err(NotComparable::Measures));
}

proptest! {
    #[test]
    fn intervals_hold_the_place_and_bands_are_told_apart(units in vec((2u64..400).prop_flat_map(|n| (0..=n, Just(n))), 1..14)) {
        let estimates: Vec<Estimate> = units.iter().map(|&(s, n)| share(s, n)).collect();
        let ranks = ranks(&units);
        for (at, rank) in ranks.iter().enumerate() {
            prop_assert!(1 <= rank.best && rank.best <= rank.worst && rank.worst <= units.len());
            for (other, beside) in ranks.iter().enumerate() {
                if rank.band < beside.band {
                    prop_assert!(estimates[at].value > estimates[other].value);
                    prop_assert!(rank.worst < beside.worst && rank.best < beside.best);
                }
                if rank.place == beside.place {
                    prop_assert!((estimates[at].value - estimates[other].value).abs() == 0.0);
                }
            }
        }
    }

    #[test]
    fn the_order_in_which_units_are_given_does_not_matter(units in vec((2u64..400).prop_flat_map(|n| (0..=n, Just(n))), 1..10)) {
        let there = ranks(&units);
        let mut back = ranks(&units.iter().rev().copied().collect::<Vec<_>>());
        back.reverse();
        prop_assert_eq!(there, back);
    }
}

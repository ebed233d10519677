//! Sums: exact, in any order, and enough for the interval.

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::cluster::ClusterSums;
use survey::cell::Moments;

use crate::sums;

fn people() -> impl Strategy<Value = Vec<(u32, u32)>> {
    vec((0u32..=5).prop_flat_map(|m| (0..=m, Just(m))), 0..60)
}

proptest! {
    #[test]
    fn groups_add_up_in_any_order_and_can_be_taken_away(mut a in people(), b in people()) {
        let mut merged = sums(&a);
        merged.merge(&sums(&b));
        let mut other = sums(&b);
        other.merge(&sums(&a));
        prop_assert_eq!(merged, other);
        merged.subtract(&sums(&b));
        prop_assert_eq!(merged, sums(&a));
        merged.subtract(&sums(&a));
        prop_assert_eq!(merged, ClusterSums::default());
        other.merge(&ClusterSums::default());
        a.extend(&b);
        prop_assert_eq!(other, sums(&a), "counting all at once is adding up groups");
    }

    #[test]
    fn the_sums_give_the_variance_of_the_people_themselves(people in people()) {
        let sums = sums(&people);
        let rated: Vec<_> = people.iter().filter(|(_, m)| *m > 0).collect();
        prop_assert_eq!(sums.clusters, rated.len() as u64);
        let Some(ratio) = sums.ratio() else {
            return Ok(());
        };
        let Some(variance) = sums.variance() else {
            prop_assert!(rated.len() < 2);
            return Ok(());
        };
        let squares: f64 = rated.iter().map(|&&(y, m)| (f64::from(y) - ratio * f64::from(m)).powi(2)).sum();
        let n = rated.len() as f64;
        let expected = n / (n - 1.0) * squares / (sums.m as f64).powi(2);
        prop_assert!((variance - expected).abs() <= 1e-12 * expected.max(1e-3), "{} for {}", variance, expected);
    }
}

#[test]
fn a_cell_holds_both_kinds_of_sums() {
    let moments = Moments {
        respondents: 1,
        m: 2,
        s: 3,
        x: 4,
        mm: 5,
        ss: 6,
        xx: 7,
        sm: 8,
        xm: 9,
    };
    let of = |clusters, m, y, mm, yy, ym| ClusterSums {
        clusters,
        m,
        y,
        mm,
        yy,
        ym,
    };
    assert_eq!(ClusterSums::satisfied(&moments), of(1, 2, 3, 5, 6, 8));
    assert_eq!(ClusterSums::scores(&moments), of(1, 2, 4, 5, 7, 9));
}

#[test]
fn sums_that_nobody_could_have_give_no_variance() {
    let impossible = ClusterSums {
        clusters: 9,
        m: 9,
        y: 4,
        ym: 1_000,
        ..ClusterSums::default()
    };
    assert_eq!(impossible.variance(), None);
    let huge = ClusterSums {
        clusters: 2,
        m: u64::MAX,
        y: u64::MAX,
        mm: u64::MAX,
        yy: u64::MAX,
        ym: u64::MAX,
    };
    assert_eq!(huge.variance(), None, "no overflow, no nonsense");
}

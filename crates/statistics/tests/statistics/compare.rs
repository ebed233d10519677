//! Differences, changes, gaps.

use proptest::prelude::*;
use statistics::change::{Instrument, Period, change};
use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::difference::{NotComparable, Verdict, difference};
use statistics::estimate::{Estimate, Measure, estimate};
use statistics::gap::{Channels, gaps};
use statistics::interval::Population;
use survey::method::Method;

use crate::{share, sums};

fn period(form_version: u16, method: Method, estimate: Estimate) -> Period {
    Period {
        instrument: Instrument {
            form: "one-stop-quick".to_owned(),
            form_version,
            method,
        },
        estimate,
    }
}

#[test]
fn a_clear_rise_is_told_from_chance() {
    let change = |now, before| {
        let [now, before] = [now, before].map(|(s, n)| period(1, Method::Top2, share(s, n)));
        change(&now, &before, Confidence::P95).unwrap()
    };
    let rose = change((900, 1_000), (850, 1_000));
    assert_eq!(rose.verdict, Verdict::Higher);
    assert!((rose.value - 0.05).abs() < 1e-12 && rose.p < 0.01);
    assert_eq!(change((850, 1_000), (900, 1_000)).verdict, Verdict::Lower);
    assert_eq!(change((90, 100), (85, 100)).verdict, Verdict::Undecided);
}

#[test]
fn a_hundred_per_cent_of_few_is_not_surely_more_than_ninety_of_many() {
    let same = difference(&share(12, 12), &share(900, 1_000), Confidence::P95).unwrap();
    assert_eq!(same.verdict, Verdict::Undecided);
    let all = difference(&share(12, 12), &share(12, 12), Confidence::P95).unwrap();
    assert_eq!((all.value, all.verdict), (0.0, Verdict::Undecided));
    assert!(
        all.interval[0] < -0.1 && all.interval[1] > 0.1,
        "not certain that they are equal"
    );
}

#[test]
fn nothing_is_compared_across_instruments() {
    let now = period(2, Method::Top2, share(9, 10));
    for before in [
        period(1, Method::Top2, share(8, 10)),
        period(2, Method::Mean100, share(8, 10)),
    ] {
        let fault = change(&now, &before, Confidence::P95).unwrap_err();
        assert!(matches!(fault, NotComparable::Instruments { .. }));
        assert!(
            fault
                .to_string()
                .contains("one-stop-quick version 2 by top2"),
            "{fault}"
        );
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let mean = |people: &[(u32, u32)], span| {
        let measure = Measure::Mean { span };
        estimate(&sums(people), measure, Population::Process, Confidence::P95).unwrap()
    };
    let compare = |a: &Estimate, b: &Estimate| difference(a, b, Confidence::P95).unwrap_err();
    let some = mean(&[(1, 1), (2, 1), (4, 1)], 4);
    assert_eq!(compare(&some, &share(1, 3)), NotComparable::Measures);
    assert_eq!(
        compare(&some, &mean(&[(1, 1), (2, 1)], 2)),
        NotComparable::Measures
    );
    assert_eq!(
        compare(&some, &mean(&[(3, 1); 5], 4)),
        NotComparable::TooFew
    );
    assert_eq!(compare(&share(1, 1), &share(5, 9)), NotComparable::TooFew);
    let finite = estimate(
        &ClusterSums::single(5, 9),
        Measure::Share,
        Population::Closed(20),
        Confidence::P95,
    );
    assert_eq!(
        compare(&finite.unwrap(), &share(5, 9)),
        NotComparable::Finite
    );
}

#[test]
fn pressure_is_seen_where_the_kiosk_is_much_higher_and_not_elsewhere() {
    let unit = |kiosk: (u64, u64), phone: (u64, u64)| Channels {
        kiosk: share(kiosk.0, kiosk.1),
        phone: share(phone.0, phone.1),
    };
    let units = [
        unit((198, 200), (140, 200)),
        unit((170, 200), (168, 200)),
        unit((3, 4), (1, 1)),
        unit((150, 200), (190, 200)),
    ];
    let gaps = gaps(&units, 0.0, Confidence::P95).unwrap();
    let pressure: Vec<_> = gaps
        .units
        .iter()
        .map(|unit| unit.map(|unit| unit.pressure))
        .collect();
    assert_eq!(
        pressure,
        [Some(true), Some(false), None, Some(false)],
        "a higher phone is no pressure at the desk; one phone is too few"
    );
    let excused = statistics::gap::gaps(&units, 0.25, Confidence::P95).unwrap();
    assert_eq!(
        excused.together, gaps.together,
        "what is excused is still shown"
    );
    assert!(!excused.units[0].unwrap().pressure, "29 points may be 25");
    let together = gaps.together.unwrap();
    let expected = (0.29 + 0.01 - 0.2) / 3.0;
    assert!((together.value - expected).abs() < 1e-12, "{together:?}");
}

#[test]
fn a_unit_with_few_ratings_by_one_channel_weighs_little() {
    let units = [((80, 100), (80, 100)), ((900, 1_000), (6, 10))].map(|(kiosk, phone)| Channels {
        kiosk: share(kiosk.0, kiosk.1),
        phone: share(phone.0, phone.1),
    });
    let together = gaps(&units, 0.0, Confidence::P95)
        .unwrap()
        .together
        .unwrap();
    let [first, second] = [50.0, 10_000.0 / 1_010.0];
    let expected = second * 0.3 / (first + second);
    assert!((together.value - expected).abs() < 1e-12, "{together:?}");
}

#[test]
fn gaps_compare_within_units_and_not_between_them() {
    // The good unit has many kiosks, the bad one many phones; within each there is no gap at all.
    let units =
        [((950, 1_000), (95, 100)), ((50, 100), (500, 1_000))].map(|(kiosk, phone)| Channels {
            kiosk: share(kiosk.0, kiosk.1),
            phone: share(phone.0, phone.1),
        });
    let together = gaps(&units, 0.0, Confidence::P95)
        .unwrap()
        .together
        .unwrap();
    assert!(together.value.abs() < 1e-12);
    assert_eq!(together.verdict, Verdict::Undecided);
    assert_eq!(gaps(&[], 0.0, Confidence::P95).unwrap().together, None);
}

proptest! {
    #[test]
    fn a_difference_turned_round_is_its_negative(a in 0u64..=50, b in 0u64..=80) {
        let [first, second] = [share(a, 50), share(b, 80)];
        let there = difference(&first, &second, Confidence::P95).unwrap();
        let back = difference(&second, &first, Confidence::P95).unwrap();
        prop_assert!((there.value + back.value).abs() < 1e-12);
        prop_assert!((there.interval[0] + back.interval[1]).abs() < 1e-12);
        prop_assert!((there.p - back.p).abs() < 1e-9);
        prop_assert!(there.interval[0] <= there.interval[1]);
        let excludes = there.interval[0] > 0.0 || there.interval[1] < 0.0;
        prop_assert_eq!(excludes, there.verdict != Verdict::Undecided);
        // p and interval say the same, but for the last digits at the border.
        prop_assert!((there.p < 0.05) == excludes || (there.p - 0.05).abs() < 1e-9);
    }
}

//! Weights: they meet the margins, keep the bounds, name what is wrong; no weighted figure goes alone.

mod properties;

use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::difference::difference;
use statistics::estimate::Measure;
use statistics::interval::Population;
use statistics::weight::{Group, Margin, Trim, WeightError, Weights, weigh};

use crate::sums;

fn dimensions() -> Vec<String> {
    ["unit", "timeliness"].map(str::to_owned).to_vec()
}

fn group(unit: &str, timeliness: &str, responses: u64) -> Group {
    Group {
        categories: vec![unit.to_owned(), timeliness.to_owned()],
        responses,
        base: 1.0,
    }
}

fn margin(dimension: usize, closed: &[(&str, u64)]) -> Margin {
    Margin::of(
        dimension,
        closed
            .iter()
            .map(|&(name, closed)| (name.to_owned(), closed)),
    )
}

fn full(closed: &[(&str, &str, u64)]) -> Margin {
    let key = |unit: &str, timeliness: &str| vec![unit.to_owned(), timeliness.to_owned()];
    Margin::full(
        2,
        closed
            .iter()
            .map(|&(unit, timeliness, closed)| (key(unit, timeliness), closed)),
    )
}

fn hall() -> Vec<Group> {
    vec![
        group("A", "late", 5),
        group("A", "on-time", 60),
        group("B", "late", 20),
        group("B", "on-time", 15),
    ]
}

fn rake(groups: &[Group], margins: &[Margin]) -> Result<Weights, WeightError> {
    weigh(&dimensions(), groups, margins, None)
}

#[test]
fn a_worked_example() {
    // 100 late dossiers, 10 rated, 2 of them satisfied; 900 on time, 180 rated, 171 of them satisfied.
    let groups = [group("A", "late", 10), group("A", "on-time", 180)];
    let margins = [full(&[("A", "late", 100), ("A", "on-time", 900)])];
    let weights = rake(&groups, &margins).unwrap();
    assert_eq!(weights.each(), [10.0, 5.0]);
    let pair = weights
        .estimate(
            &[ClusterSums::single(2, 10), ClusterSums::single(171, 180)],
            Measure::Share,
            Population::Process,
            Confidence::P95,
        )
        .unwrap();
    let [unweighted, weighted] = pair.both();
    assert!((unweighted.value - 173.0 / 190.0).abs() < 1e-15);
    assert!((weighted.value - (20.0 + 855.0) / 1000.0).abs() < 1e-15);
    assert!((pair.shift() - (0.875 - 173.0 / 190.0)).abs() < 1e-15);
    let kish = 1000.0 * 1000.0 / (10.0 * 100.0 + 180.0 * 25.0);
    assert!((pair.effective_responses() - kish).abs() < 1e-9);
    assert!((weights.design_effect() - 190.0 / kish).abs() < 1e-12);
}

#[test]
fn json_has_both_figures_or_none() {
    let weights = rake(&hall(), &[margin(0, &[("A", 100), ("B", 100)])]).unwrap();
    let sums = [(3, 5), (55, 60), (9, 20), (14, 15)].map(|(y, n)| ClusterSums::single(y, n));
    let pair = weights
        .estimate(&sums, Measure::Share, Population::Process, Confidence::P95)
        .unwrap();
    let json = serde_json::to_value(&pair).unwrap();
    for name in ["unweighted", "weighted"] {
        assert!(json[name]["value"].is_number() && json[name]["interval"]["kind"].is_string());
    }
    assert!(json["effective_responses"].is_number());
}

#[test]
fn a_kind_that_nobody_rated_is_named() {
    let fault = rake(
        &hall()[1..],
        &[full(&[
            ("A", "late", 7),
            ("A", "on-time", 1),
            ("B", "late", 1),
            ("B", "on-time", 1),
        ])],
    );
    let expected = WeightError::EmptyCell {
        kind: "unit A, timeliness late".to_owned(),
        closed: 7,
    };
    assert_eq!(fault.unwrap_err(), expected);
    assert!(
        expected
            .to_string()
            .contains("7 dossiers of unit A, timeliness late were closed")
    );
}

#[test]
fn ratings_of_a_kind_that_was_not_closed_are_named() {
    for margins in [
        [margin(1, &[("on-time", 10)])],
        [margin(1, &[("on-time", 10), ("late", 0)])],
    ] {
        let fault = rake(&hall(), &margins).unwrap_err();
        assert_eq!(
            fault,
            WeightError::NotClosed {
                kind: "timeliness late".to_owned(),
                responses: 5
            }
        );
    }
}

#[test]
fn margins_of_different_dossiers_are_refused() {
    let fault = rake(
        &hall(),
        &[
            margin(0, &[("A", 100), ("B", 100)]),
            margin(1, &[("late", 30), ("on-time", 171)]),
        ],
    );
    assert_eq!(
        fault.unwrap_err(),
        WeightError::Inconsistent {
            first: "unit".to_owned(),
            first_total: 200,
            second: "timeliness".to_owned(),
            second_total: 201
        }
    );
}

#[test]
fn margins_that_combinations_cannot_meet_do_not_converge() {
    // A was rated only late, B only on time, so unit and timeliness must have equal totals.
    let groups = [group("A", "late", 5), group("B", "on-time", 5)];
    let fault = rake(
        &groups,
        &[
            margin(0, &[("A", 100), ("B", 100)]),
            margin(1, &[("late", 90), ("on-time", 110)]),
        ],
    );
    assert!(
        matches!(fault, Err(WeightError::NotConverged { gap, .. }) if gap > 0.05),
        "{fault:?}"
    );
}

#[test]
fn shapes_and_bases_are_checked() {
    let margins = [margin(0, &[("A", 100), ("B", 100)])];
    let short = Group {
        categories: vec!["A".to_owned()],
        ..group("A", "late", 5)
    };
    assert!(matches!(
        rake(&[short], &margins),
        Err(WeightError::Shape(_))
    ));
    assert!(matches!(
        rake(&hall(), &[margin(2, &[("A", 1)])]),
        Err(WeightError::Shape(_))
    ));
    assert_eq!(rake(&hall(), &[]).unwrap_err(), WeightError::Nothing);
    assert_eq!(
        rake(&[group("A", "late", 0)], &margins).unwrap_err(),
        WeightError::Nothing
    );
    for base in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let groups = [Group {
            base,
            ..group("A", "late", 5)
        }];
        assert!(matches!(
            rake(&groups, &margins),
            Err(WeightError::Base { .. })
        ));
    }
    let weights = rake(&hall(), &margins).unwrap();
    let too_few = weights.estimate(&[], Measure::Share, Population::Process, Confidence::P95);
    assert_eq!(
        too_few.unwrap_err(),
        WeightError::OtherGroups { sums: 0, groups: 4 }
    );
    let too_many = [
        ClusterSums::single(1, 6),
        ClusterSums::default(),
        ClusterSums::default(),
        ClusterSums::default(),
    ];
    let fault = weights.estimate(
        &too_many,
        Measure::Share,
        Population::Process,
        Confidence::P95,
    );
    assert!(matches!(fault, Err(WeightError::Responses { .. })));
}

#[test]
fn bounds_that_the_margins_forbid_are_an_error_and_not_a_compromise() {
    // Post-stratification leaves no freedom: 50 of 5 and 50 of 95.
    let groups = [group("A", "late", 5), group("A", "on-time", 95)];
    let margins = [margin(1, &[("late", 50), ("on-time", 50)])];
    let trim = Trim {
        lower: 0.2,
        upper: 5.0,
    };
    let fault = weigh(&dimensions(), &groups, &margins, Some(trim)).unwrap_err();
    assert!(
        matches!(&fault, WeightError::CannotTrim { found, kind, .. } if *found > 9.9 && kind == "unit A, timeliness late"),
        "{fault:?}"
    );
    for (lower, upper) in [(1.0, 5.0), (-0.1, 5.0), (0.2, 1.0), (0.2, f64::INFINITY)] {
        let fault = weigh(
            &dimensions(),
            &groups,
            &margins,
            Some(Trim { lower, upper }),
        );
        assert!(matches!(fault, Err(WeightError::Bounds { .. })));
    }
}

#[test]
fn bases_carry_through_where_margins_say_nothing() {
    let groups = [
        Group {
            base: 3.0,
            ..group("A", "late", 10)
        },
        group("A", "on-time", 10),
    ];
    let weights = rake(&groups, &[margin(0, &[("A", 80)])]).unwrap();
    assert_eq!(weights.each(), [6.0, 2.0]);
}

#[test]
fn weighting_that_explains_the_answers_makes_them_surer() {
    // The kinds explain most of how answers differ.
    let groups = [group("A", "late", 20), group("A", "on-time", 80)];
    let margins = [full(&[("A", "late", 400), ("A", "on-time", 600)])];
    let weights = rake(&groups, &margins).unwrap();
    let sums = [ClusterSums::single(2, 20), ClusterSums::single(78, 80)];
    let pair = weights
        .estimate(&sums, Measure::Share, Population::Process, Confidence::P95)
        .unwrap();
    let [unweighted, weighted] = pair.both();
    assert!(weighted.variance < unweighted.variance);
    assert!(weighted.interval.unwrap().holds(weighted.value));
}

#[test]
fn with_no_more_respondents_than_fitted_categories_there_is_no_interval() {
    let groups = [
        group("A", "late", 1),
        group("A", "on-time", 1),
        group("B", "on-time", 1),
    ];
    let margins = [full(&[
        ("A", "late", 4),
        ("A", "on-time", 5),
        ("B", "on-time", 6),
    ])];
    let weights = rake(&groups, &margins).unwrap();
    let sums = [(1, 1), (0, 1), (1, 1)].map(|(y, n)| ClusterSums::single(y, n));
    for measure in [Measure::Share, Measure::Mean { span: 1 }] {
        let pair = weights
            .estimate(&sums, measure, Population::Process, Confidence::P95)
            .unwrap();
        let [_, weighted] = pair.both();
        assert_eq!((weighted.interval, weighted.freedom), (None, 0.0));
        assert!((weighted.value - 10.0 / 15.0).abs() < 1e-12);
    }
}

#[test]
fn what_was_fitted_widens_the_interval_and_makes_differences_less_sure() {
    // Ten respondents, two categories: variance times 9/8, eight degrees of freedom.
    let groups = [group("A", "late", 5), group("A", "on-time", 5)];
    let margins = [margin(1, &[("late", 50), ("on-time", 50)])];
    let weights = rake(&groups, &margins).unwrap();
    let sums = [sums(&[(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)]); 2];
    let measure = Measure::Mean { span: 4 };
    let pair = weights
        .estimate(&sums, measure, Population::Process, Confidence::P95)
        .unwrap();
    let [unweighted, weighted] = pair.both();
    assert_eq!((unweighted.freedom, weighted.freedom), (9.0, 8.0));
    let variance = weighted.variance.unwrap();
    let interval = weighted.interval.unwrap();
    let half = Confidence::P95.t(8.0) * (variance * 9.0 / 8.0).sqrt();
    assert!((interval.width() / 2.0 - half).abs() < 1e-12);
    let gap = difference(weighted, weighted, Confidence::P95).unwrap();
    let half = Confidence::P95.t(16.0) * (2.0 * variance * 9.0 / 8.0).sqrt();
    assert!((gap.interval[1] - half).abs() < 1e-12);
}

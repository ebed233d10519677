//! Figures: same rules as `survey::interval`, honest at the edges, narrower where most dossiers were rated.

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::{Estimate, EstimateError, Measure, estimate};
use statistics::interval::{IntervalKind, MoreThanClosed, Population};
use survey::cell::Moments;
use survey::interval::{cluster_wilson, ratio_t, wilson};

use crate::sums;

fn moments(people: &[(u32, u32)]) -> Moments {
    let sums = sums(people);
    Moments {
        respondents: sums.clusters,
        m: sums.m,
        s: sums.y,
        x: sums.y,
        mm: sums.mm,
        ss: sums.yy,
        xx: sums.yy,
        sm: sums.ym,
        xm: sums.ym,
    }
}

fn of(sums: &ClusterSums, measure: Measure, population: Population) -> Estimate {
    estimate(sums, measure, population, Confidence::P95).unwrap()
}

fn people() -> impl Strategy<Value = Vec<(u32, u32)>> {
    vec((1u32..=5).prop_flat_map(|m| (0..=m, Just(m))), 2..60)
}

proptest! {
    #[test]
    fn intervals_are_those_of_the_index(people in people()) {
        let sums = sums(&people);
        let ours = of(&sums, Measure::Share, Population::Process).interval.unwrap();
        let theirs = match sums.is_single() {
            true => wilson(sums.y, sums.m),
            false => cluster_wilson(&moments(&people)),
        };
        let [low, high] = theirs.unwrap();
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9;
        prop_assert!(near(ours.low, low) && near(ours.high, high), "{:?} for {:?}", ours, [low, high]);

        let ours = of(&sums, Measure::Mean { span: 1 }, Population::Process).interval;
        let theirs = ratio_t(&moments(&people), 1);
        prop_assert_eq!(ours.is_some(), theirs.is_some());
        if let (Some(ours), Some([low, high])) = (ours, theirs) {
            prop_assert!((ours.low - low).abs() <= 1e-9 && (ours.high - high).abs() <= 1e-9);
        }
    }

    #[test]
    fn an_interval_holds_its_figure_and_stays_on_the_scale(people in people(), closed in 0u64..200) {
        let sums = sums(&people);
        for population in [Population::Process, Population::Closed(sums.clusters + closed)] {
            for measure in [Measure::Share, Measure::Mean { span: 1 }] {
                let ours = of(&sums, measure, population);
                if let Some(interval) = ours.interval {
                    prop_assert!(interval.holds(ours.value), "{:?}", ours);
                    prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
                }
            }
        }
    }

    #[test]
    fn the_more_of_the_closed_dossiers_are_rated_the_narrower(people in people(), closed in 1u64..200) {
        let sums = sums(&people);
        let width = |closed| of(&sums, Measure::Share, Population::Closed(sums.clusters + closed)).interval.unwrap().width();
        let process = of(&sums, Measure::Share, Population::Process).interval.unwrap().width();
        prop_assert!(width(closed) <= width(closed + 50) + 1e-12);
        prop_assert!(width(closed) <= process + 1e-12);
        prop_assert!((width(1 << 50) - process).abs() < 1e-6, "few of very many need no correction");
    }
}

#[test]
fn nobody_left_to_ask_leaves_no_uncertainty() {
    let ours = of(
        &ClusterSums::single(45, 50),
        Measure::Share,
        Population::Closed(50),
    );
    let interval = ours.interval.unwrap();
    assert_eq!(
        (interval.kind, interval.low, interval.high),
        (IntervalKind::Census, 0.9, 0.9)
    );
}

#[test]
fn a_pooled_share_of_half_the_dossiers_is_as_sure_as_of_twice_as_many_answers() {
    let mut people = vec![(5, 5); 30];
    people.extend([(1, 5); 10]);
    people.extend([(3, 4); 10]);
    let sums = sums(&people);
    let half = of(&sums, Measure::Share, Population::Closed(100));
    let process = of(&sums, Measure::Share, Population::Process);
    let shrink = (Confidence::P95.z() / Confidence::P95.t(49.0)).powi(2);
    let effective = 2.0 * shrink * process.effective_answers.unwrap();
    let [low, high] = statistics::interval::wilson(half.value, effective, Confidence::P95);
    let interval = half.interval.unwrap();
    assert!((interval.low - low).abs() < 1e-12 && (interval.high - high).abs() < 1e-12);
    assert!((half.variance.unwrap() * 2.0 - process.variance.unwrap()).abs() < 1e-12);
}

#[test]
fn more_ratings_than_closed_dossiers_are_an_error() {
    let fault = estimate(
        &ClusterSums::single(45, 50),
        Measure::Share,
        Population::Closed(49),
        Confidence::P95,
    );
    let expected = MoreThanClosed {
        respondents: 50,
        closed: 49,
    };
    assert_eq!(fault, Err(EstimateError::MoreThanClosed(expected)));
    assert!(
        expected
            .to_string()
            .contains("50 responses of 49 closed dossiers")
    );
}

#[test]
fn no_answers_no_figure() {
    let fault = estimate(
        &ClusterSums::default(),
        Measure::Share,
        Population::Process,
        Confidence::P95,
    );
    assert_eq!(fault, Err(EstimateError::NoAnswers));
}

#[test]
fn more_satisfied_than_answers_is_an_error() {
    let impossible = ClusterSums {
        y: 9,
        ..ClusterSums::single(3, 5)
    };
    let more_people_than_answers = ClusterSums {
        clusters: 6,
        ..ClusterSums::single(3, 5)
    };
    let fault = estimate(
        &more_people_than_answers,
        Measure::Share,
        Population::Process,
        Confidence::P95,
    );
    assert_eq!(fault, Err(EstimateError::Impossible));
    for measure in [Measure::Share, Measure::Mean { span: 1 }] {
        let fault = estimate(&impossible, measure, Population::Process, Confidence::P95);
        assert_eq!(fault, Err(EstimateError::Impossible));
    }
}

#[test]
fn one_respondent_has_a_figure_and_no_interval_of_pooled_answers() {
    let ours = of(&sums(&[(3, 5)]), Measure::Share, Population::Process);
    assert_eq!(
        (ours.value, ours.interval, ours.variance),
        (0.6, None, None)
    );
    let ours = of(&sums(&[(1, 1)]), Measure::Share, Population::Process);
    assert!(
        ours.interval.is_some(),
        "Wilson knows what one answer is worth"
    );
}

#[test]
fn answers_of_people_of_one_mind_are_worth_one_each() {
    let mut people = vec![(5, 5); 70];
    people.extend([(0, 5); 30]);
    let ours = of(&sums(&people), Measure::Share, Population::Process);
    let effect = ours.design_effect().unwrap();
    assert!((4.9..5.1).contains(&effect), "{effect}");
    let effective = ours.effective_answers.unwrap();
    assert!((98.0..101.0).contains(&effective), "{effective}");
}

#[test]
fn confidence_lies_between_none_and_all() {
    for level in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
        assert_eq!(Confidence::new(level), None, "{level}");
    }
    let wide = Confidence::new(0.99).unwrap();
    assert!(wide.z() > Confidence::P95.z() && wide.t(9.0) > wide.z());
}

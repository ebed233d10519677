//! Unweighted figures: `svymean`, `svyratio`, `svyciprop`, `fpc`, `deff` with respondents as clusters.

use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::{Estimate, Measure, estimate};
use statistics::interval::{Population, korn_graubard};

use crate::{everyone, number, numbers, r, same, same_ends};

const SCORE: Measure = Measure::Mean { span: 4 };

fn figure(sums: &ClusterSums, measure: Measure, population: Population) -> Estimate {
    estimate(sums, measure, population, Confidence::P95).unwrap()
}

fn closed() -> Population {
    Population::Closed(number("/closed") as u64)
}

#[test]
fn a_pooled_share_has_the_standard_error_of_svymean_and_svyratio() {
    let ours = figure(&everyone("s"), Measure::Share, Population::Process);
    for theirs in ["share", "ratio"] {
        same(
            ours.value,
            number(&format!("/pooled/{theirs}/value")),
            "value",
        );
        let error = ours.standard_error().unwrap();
        same(
            error,
            number(&format!("/pooled/{theirs}/se")),
            "standard error",
        );
    }
    same(
        ours.design_effect().unwrap(),
        number("/pooled/share/deff"),
        "design effect",
    );
    assert_eq!(ours.freedom, number("/pooled/share/df"));
    assert_eq!(ours.answers, number("/pooled/rows") as u64);
}

#[test]
fn finite_population_correction_is_that_of_fpc() {
    for (counted, measure, theirs) in [("s", Measure::Share, "share"), ("x", SCORE, "score")] {
        let ours = figure(&everyone(counted), measure, closed());
        let unit = if measure == SCORE { 4.0 } else { 1.0 };
        let error = ours.standard_error().unwrap() * unit;
        same(error, number(&format!("/pooled/{theirs}_fpc/se")), theirs);
    }
}

#[test]
fn a_pooled_mean_has_the_t_interval_of_confint() {
    let ours = figure(&everyone("x"), SCORE, Population::Process);
    same(ours.value * 4.0, number("/pooled/score/value"), "value");
    same(
        ours.standard_error().unwrap() * 4.0,
        number("/pooled/score/se"),
        "standard error",
    );
    let interval = ours.interval.unwrap();
    same_ends(
        [interval.low * 4.0, interval.high * 4.0],
        r("/pooled/score/ci"),
        "interval",
    );
}

#[test]
fn korn_and_graubards_interval_is_svyciprops_beta() {
    let ours = figure(&everyone("s"), Measure::Share, Population::Process);
    let p = ours.value;
    let effective = p * (1.0 - p) / ours.variance.unwrap();
    // R shrinks by t with as many degrees of freedom as rows have over t with those of the design.
    let rows = number("/pooled/rows");
    let shrink = Confidence::P95.t(rows - 1.0) / Confidence::P95.t(number("/pooled/share/df"));
    let ends = korn_graubard(p, effective * shrink * shrink, Confidence::P95);
    same_ends(ends, r("/pooled/beta"), "beta");
}

#[test]
fn a_single_item_is_a_simple_random_sample() {
    let [satisfied, answers] =
        ["satisfied", "answers"].map(|name| number(&format!("/one/{name}")) as u64);
    let ours = figure(
        &ClusterSums::single(satisfied, answers),
        Measure::Share,
        Population::Process,
    );
    same(ours.value, number("/one/share/value"), "value");
    same(
        ours.standard_error().unwrap(),
        number("/one/share/se"),
        "standard error",
    );
    same(
        ours.design_effect().unwrap(),
        number("/one/share/deff"),
        "design effect",
    );

    let mut scores = ClusterSums::default();
    for score in numbers(r("/one/scores")) {
        scores.add(score as u32, 1);
    }
    let ours = figure(&scores, SCORE, Population::Process);
    same(
        ours.standard_error().unwrap() * 4.0,
        number("/one/score/se"),
        "standard error",
    );
    let interval = ours.interval.unwrap();
    same_ends(
        [interval.low * 4.0, interval.high * 4.0],
        r("/one/score/ci"),
        "interval",
    );
}

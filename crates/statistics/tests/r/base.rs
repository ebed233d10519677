//! Base R: quantiles, Wilson's and Clopper and Pearson's intervals, Welch's test, Agresti and Caffo's interval, Laney's
//! chart.

use statistics::chart::{Month, Monthly, chart};
use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::difference::difference;
use statistics::estimate::{Estimate, Measure, estimate};
use statistics::interval::{IntervalKind, Population, korn_graubard, wilson};

use crate::{number, numbers, r, same, same_ends};

fn each(pointer: &str) -> impl Iterator<Item = impl Fn(&str) -> f64> {
    let entries = r(pointer).as_array().unwrap();
    entries
        .iter()
        .map(|entry| move |name: &str| entry[name].as_f64().unwrap())
}

fn share(satisfied: f64, answers: f64) -> Estimate {
    let sums = ClusterSums::single(satisfied as u64, answers as u64);
    estimate(&sums, Measure::Share, Population::Process, Confidence::P95).unwrap()
}

#[test]
fn quantiles_are_those_of_qnorm_and_qt() {
    for theirs in each("/base/t") {
        let level = Confidence::new(2.0 * theirs("p") - 1.0).unwrap();
        same(level.t(theirs("df")), theirs("q"), "t");
    }
    for theirs in each("/base/z") {
        let level = Confidence::new(2.0 * theirs("p") - 1.0).unwrap();
        // Near 1 the level itself has lost digits.
        let off = (level.z() - theirs("q")).abs();
        assert!(off < 1e-8, "z off by {off:e}");
    }
    same(Confidence::P95.z(), 1.959_963_984_540_054, "z of 95 %");
}

#[test]
fn one_answer_each_has_the_interval_of_prop_test() {
    for (theirs, entry) in each("/base/wilson").zip(r("/base/wilson").as_array().unwrap()) {
        let ours = share(theirs("s"), theirs("n")).interval.unwrap();
        assert_eq!(ours.kind, IntervalKind::Wilson);
        same_ends([ours.low, ours.high], &entry["ci"], "Wilson");
        let bare = wilson(theirs("s") / theirs("n"), theirs("n"), Confidence::P95);
        assert_eq!(bare, [ours.low, ours.high]);
    }
}

#[test]
fn korn_and_graubard_with_whole_answers_is_binom_test() {
    let [s, n] = ["s", "n"].map(|name| number(&format!("/base/clopper/{name}")));
    same_ends(
        korn_graubard(s / n, n, Confidence::P95),
        r("/base/clopper/ci"),
        "Clopper",
    );
    assert_eq!(korn_graubard(1.0, n, Confidence::P95)[1], 1.0);
    assert_eq!(korn_graubard(0.0, n, Confidence::P95)[0], 0.0);
}

#[test]
fn means_are_compared_by_welchs_test() {
    let scores = |name: &str| {
        let mut sums = ClusterSums::default();
        for score in numbers(r(&format!("/base/welch/{name}"))) {
            sums.add(score as u32, 1);
        }
        let measure = Measure::Mean { span: 4 };
        estimate(&sums, measure, Population::Process, Confidence::P95).unwrap()
    };
    let ours = difference(&scores("late"), &scores("soon"), Confidence::P95).unwrap();
    same_ends(
        ours.interval.map(|end| end * 4.0),
        r("/base/welch/ci"),
        "Welch",
    );
    same(ours.p, number("/base/welch/p"), "p");
}

#[test]
fn shares_are_compared_by_agresti_and_caffo() {
    for (theirs, entry) in each("/base/caffo").zip(r("/base/caffo").as_array().unwrap()) {
        let [first, second] = [
            share(theirs("x1"), theirs("n1")),
            share(theirs("x2"), theirs("n2")),
        ];
        let ours = difference(&first, &second, Confidence::P95).unwrap();
        same_ends(ours.interval, &entry["ci"], "Agresti and Caffo");
        same(ours.p, theirs("p"), "p");
    }
}

#[test]
fn the_control_chart_is_laneys() {
    let [s, n] = ["s", "n"].map(|name| numbers(r(&format!("/base/laney/{name}"))));
    let months: Vec<_> = s
        .iter()
        .zip(&n)
        .enumerate()
        .map(|(at, (&s, &n))| Monthly {
            month: Month::new(2025 + (at / 12) as i16, (at % 12) as u8 + 1).unwrap(),
            form_version: 1,
            satisfied: ClusterSums::single(s as u64, n as u64),
        })
        .collect();
    let segments = chart(&months).unwrap();
    let [segment] = &segments[..] else {
        panic!("one version, one segment")
    };
    same(segment.centre, number("/base/laney/centre"), "centre");
    same(
        segment.sigma_z.unwrap(),
        number("/base/laney/sigma_z"),
        "sigma_z",
    );
    let [line] = &segment.lines[..] else {
        panic!("months in a row, one line")
    };
    for (name, end) in [("lower", 0), ("upper", 1)] {
        let theirs = numbers(r(&format!("/base/laney/{name}")));
        let classic = numbers(r(&format!("/base/laney/classic_{name}")));
        for ((point, theirs), classic) in line.iter().zip(theirs).zip(classic) {
            same(point.limits.unwrap()[end], theirs, name);
            same(point.classic[end], classic, "classic");
        }
    }
}

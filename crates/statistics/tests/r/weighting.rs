//! Weighted figures: `postStratify`, `rake`, `trimWeights`, `fpc`.

use std::collections::BTreeMap;

use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::Measure;
use statistics::interval::Population;
use statistics::weight::{Group, Margin, Trim, Weights, trim_once, weigh};

use crate::{column, number, r, same};

/// R's people by kind: groups, and the sums of satisfied answers and of scores of each.
struct People {
    groups: Vec<Group>,
    satisfied: Vec<ClusterSums>,
    scores: Vec<ClusterSums>,
}

fn dimensions() -> Vec<String> {
    serde_json::from_value(r("/weighting/dimensions").clone()).unwrap()
}

fn people() -> People {
    let kinds: Vec<Vec<String>> = dimensions()
        .iter()
        .map(|name| serde_json::from_value(r(&format!("/people/{name}")).clone()).unwrap())
        .collect();
    let [m, s, x] = ["m", "s", "x"].map(column);
    let mut groups: BTreeMap<Vec<String>, (u64, ClusterSums, ClusterSums)> = BTreeMap::new();
    for at in 0..m.len() {
        let kind = kinds.iter().map(|kind| kind[at].clone()).collect();
        let (responses, satisfied, scores) = groups.entry(kind).or_default();
        *responses += 1;
        satisfied.add(s[at], m[at]);
        scores.add(x[at], m[at]);
    }
    let mut people = People {
        groups: Vec::new(),
        satisfied: Vec::new(),
        scores: Vec::new(),
    };
    for (categories, (responses, satisfied, scores)) in groups {
        people.groups.push(Group {
            categories,
            responses,
            base: 1.0,
        });
        people.satisfied.push(satisfied);
        people.scores.push(scores);
    }
    people
}

/// A margin as R wrote it down.
fn margin(dimensions: Vec<usize>, closed: &serde_json::Value) -> Margin {
    let closed = closed.as_array().unwrap().iter().map(|cell| {
        let key = serde_json::from_value(cell["key"].clone()).unwrap();
        (key, cell["closed"].as_u64().unwrap())
    });
    Margin {
        dimensions,
        closed: closed.collect(),
    }
}

fn margins(pointer: &str) -> Vec<Margin> {
    let place =
        |name: &serde_json::Value| dimensions().iter().position(|known| name == known).unwrap();
    let margins = r(pointer).as_array().unwrap().iter();
    margins
        .map(|each| {
            let at = each["dimensions"].as_array().unwrap().iter().map(place);
            margin(at.collect(), &each["closed"])
        })
        .collect()
}

fn full() -> Vec<Margin> {
    vec![margin(vec![0, 1, 2, 3], r("/weighting/full"))]
}

fn same_weights(people: &People, ours: &[f64], theirs: &str) {
    for (group, ours) in people.groups.iter().zip(ours) {
        let theirs = number(&format!("{theirs}/{}", group.categories.join("~1")));
        same(*ours, theirs, &group.categories.join("/"));
    }
}

/// Weights, Kish's number, values and standard errors of both measures.
fn agree(theirs: &str, margins: &[Margin], finite: bool) -> Weights {
    let people = people();
    let weights = weigh(&dimensions(), &people.groups, margins, None).unwrap();
    same_weights(
        &people,
        weights.each(),
        &format!("/weighting/{theirs}/weights"),
    );
    same(
        weights.effective_responses(),
        number(&format!("/weighting/{theirs}/kish")),
        "effective responses",
    );
    let population = match finite {
        true => Population::Closed(weights.closed()),
        false => Population::Process,
    };
    for (name, sums, measure, unit) in [
        ("share", &people.satisfied, Measure::Share, 1.0),
        ("score", &people.scores, Measure::Mean { span: 4 }, 4.0),
    ] {
        let pair = weights
            .estimate(sums, measure, population, Confidence::P95)
            .unwrap();
        let [_, weighted] = pair.both();
        let at = |what| number(&format!("/weighting/{theirs}/{name}/{what}"));
        same(weighted.value * unit, at("value"), name);
        let error = weighted.standard_error().unwrap() * unit;
        same(error, at("se"), &format!("standard error of {name}"));
    }
    weights
}

#[test]
fn post_stratification_is_that_of_post_stratify() {
    let weights = agree("poststratified", &full(), false);
    assert_eq!(weights.rounds(), 1);
}

#[test]
fn post_stratification_of_a_finite_population_too() {
    agree("poststratified_fpc", &full(), true);
}

#[test]
fn raking_is_that_of_rake() {
    agree("raked", &margins("/weighting/margins1"), false);
    agree("raked_fpc", &margins("/weighting/margins1"), true);
}

#[test]
fn raking_to_crossed_margins_too() {
    agree("raked_crossed", &margins("/weighting/margins2"), false);
}

fn bounds() -> Trim {
    Trim {
        lower: number("/weighting/bounds/lower"),
        upper: number("/weighting/bounds/upper"),
    }
}

#[test]
fn trimming_once_is_trim_weights() {
    let people = people();
    let weights = weigh(
        &dimensions(),
        &people.groups,
        &margins("/weighting/margins1"),
        None,
    )
    .unwrap();
    let mean = weights.closed() as f64 / weights.responses() as f64;
    let counts: Vec<_> = people.groups.iter().map(|group| group.responses).collect();
    let Trim { lower, upper } = bounds();
    let trimmed = trim_once(weights.each(), &counts, lower * mean, upper * mean);
    same_weights(&people, &trimmed, "/weighting/trim_once");
}

#[test]
fn trimming_and_raking_in_turn_is_the_same_loop_over_trim_weights_and_rake() {
    let people = people();
    let margins = margins("/weighting/margins1");
    let weights = weigh(&dimensions(), &people.groups, &margins, Some(bounds())).unwrap();
    same_weights(&people, weights.each(), "/weighting/trim_rule/weights");
    assert!(weights.trimmed() > 0);
    assert!(weights.largest() <= bounds().upper * (1.0 + 1e-6));
}

//! Agreement with R and its package `survey` to nine digits: `fixtures/survey.json`, made by `fixtures/survey.R`.

#![allow(clippy::unwrap_used)] // helpers of tests may unwrap like the tests themselves

mod base;
mod pooled;
mod weighting;

use std::sync::LazyLock;

use serde_json::Value;
use statistics::cluster::ClusterSums;

/// What R said.
static R: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../fixtures/survey.json")).unwrap());

/// What R said at a JSON pointer.
fn r(pointer: &str) -> &'static Value {
    R.pointer(pointer).expect(pointer)
}

fn number(pointer: &str) -> f64 {
    r(pointer).as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn column(name: &str) -> Vec<u32> {
    numbers(r(&format!("/people/{name}")))
        .into_iter()
        .map(|number| number as u32)
        .collect()
}

/// Sums of all people, of satisfied answers (`s`) or scores (`x`).
fn everyone(counted: &str) -> ClusterSums {
    let mut sums = ClusterSums::default();
    for (y, m) in column(counted).into_iter().zip(column("m")) {
        sums.add(y, m);
    }
    sums
}

/// Nine digits of it, or of a thousandth for what is smaller.
fn same(ours: f64, theirs: f64, what: &str) {
    let off = (ours - theirs).abs() / theirs.abs().max(1e-3);
    assert!(
        off <= 1e-9,
        "{what}: ours {ours}, R's {theirs}, off by {off:e}"
    );
}

fn same_ends(ours: [f64; 2], theirs: &Value, what: &str) {
    for (ours, theirs) in ours.into_iter().zip(numbers(theirs)) {
        assert!(
            (ours - theirs).abs() <= 1e-9,
            "{what}: ours {ours}, R's {theirs}"
        );
    }
}

#[test]
fn the_fixture_says_what_made_it() {
    for tool in ["R", "survey"] {
        let version = r(&format!("/made_with/{tool}")).as_str().unwrap();
        assert!(version.starts_with('4'), "{tool} {version}");
    }
}

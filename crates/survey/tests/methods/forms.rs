//! Small forms to count with.

use serde_json::{Value, json};
use survey::answers::Packed;
use survey::cell::{Cell, Counter, Marks};
use survey::form::Form;

/// Not answered though asked.
pub const MISSING: u8 = Packed::MISSING;
/// "Does not apply".
pub const NA: u8 = Packed::NOT_APPLICABLE;
/// Not put to this person.
pub const NOT_ASKED: u8 = Packed::NOT_ASKED;

fn levels(values: &[u8], satisfied: impl Fn(u8) -> bool) -> Value {
    values
        .iter()
        .map(|&value| json!({"value": value, "text": {"vi": "mức"}, "satisfied": satisfied(value)}))
        .collect()
}

fn item(id: &str, scale: &str, role: &str, factor: Option<&str>, judge: &str) -> Value {
    json!({"id": id, "text": {"vi": "câu"}, "scale": scale, "role": role, "factor": factor, "judge": judge})
}

fn form(items: Vec<Value>, factors: &[&str], index: Value) -> Form {
    serde_json::from_value(json!({
        "id": "test", "version": 1, "instrument": "csat", "title": {"vi": "phiếu"},
        "source": {"basis": {"vi": "test"}, "confidence": "own"}, "languages": ["vi"], "scale-order": "ascending",
        "scales": {
            "five": {"kind": "satisfaction", "levels": levels(&[1, 2, 3, 4, 5], |value| value >= 4)},
            "three": {"kind": "satisfaction", "levels": levels(&[1, 2, 3], |value| value >= 2)},
            "points": {"kind": "points", "levels": levels(&[0, 1, 2], |_| false)},
            "yes-no": {"kind": "choice", "levels": levels(&[0, 1], |_| false)},
        },
        "factors": factors.iter().map(|id| json!({"id": id, "text": {"vi": "yếu tố"}})).collect::<Value>(),
        "items": items,
        "index": index,
    }))
    .unwrap()
}

/// Ratings on the five-level scale: two in factor `a`, two in factor `b`, the last in none; then a question that is no
/// rating. The headline is all five ratings.
pub fn five_ratings() -> Form {
    let rating = |id, factor| item(id, "five", "rating", factor, "person");
    form(
        vec![
            rating("q1", Some("a")),
            rating("q2", Some("a")),
            rating("q3", Some("b")),
            rating("q4", Some("b")),
            rating("q5", None),
            item("before", "yes-no", "experience", None, "person"),
        ],
        &["a", "b"],
        json!({"methods": ["top2", "mean100"], "decimals": 2}),
    )
}

/// `count` ratings on the five-level scale, all in the headline.
pub fn ratings(count: usize) -> Form {
    let items = (0..count)
        .map(|at| item(&format!("q{at}"), "five", "rating", None, "person"))
        .collect();
    form(
        items,
        &[],
        json!({"methods": ["top2", "mean100"], "decimals": 2}),
    )
}

/// A three-level, a five-level and a points rating side by side.
pub fn mixed_scales() -> Form {
    form(
        vec![
            item("five", "five", "rating", None, "person"),
            item("three", "three", "rating", None, "person"),
            item("points", "points", "rating", Some("p"), "person"),
        ],
        &["p", "empty"],
        json!({"methods": ["top2", "mean100", "points18"], "headline": ["five", "three"], "decimals": 2}),
    )
}

/// Nine indicators of 0 to 2 points with the grade bands seen in public code; the first `by_records` of them are
/// judged by the records.
pub fn nine_indicators(by_records: usize) -> Form {
    let items = (0..9)
        .map(|at| {
            let judge = if at < by_records { "records" } else { "person" };
            item(&format!("i{at}"), "points", "rating", None, judge)
        })
        .collect();
    let bands = [
        ("excellent", 15, None),
        ("good", 12, Some(15)),
        ("fair", 9, Some(12)),
        ("average", 6, Some(9)),
        ("weak", 0, Some(6)),
    ]
    .map(|(id, from, below)| json!({"id": id, "text": {"vi": id}, "from": from, "below": below}));
    form(
        items,
        &[],
        json!({"methods": ["points18"], "decimals": 2, "bands": bands}),
    )
}

/// A cell of these responses, each a byte for each item.
pub fn count(form: &Form, responses: &[Vec<u8>]) -> Cell {
    let counter = Counter::new(form);
    let mut cell = Cell::empty(form);
    for answers in responses {
        counter.add(&mut cell, &Packed(answers.clone()), Marks::default());
    }
    cell
}

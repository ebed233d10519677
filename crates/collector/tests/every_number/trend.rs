//! Changes, months and gaps.

use serde_json::Value;

use super::desk::{self, Desk, Rows, number, tolerance};
use super::page::tables;
use super::{choices, same_cell};

#[tokio::test]
async fn changes_months_and_gaps_are_those_of_the_api() {
    let desk = Desk::open().await;
    let (mut changes, mut months, mut gaps) = (0, 0, 0);
    for choice in choices(&desk) {
        let path = format!("/staff/trend?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let told = desk.told("trend", &choice).await;
        changes += check_change(&files["change"], &told["change"], &choice);
        months += check_months(files.get("months"), &told["months"], &choice);
        gaps += check_gaps(files.get("gap"), &told["gaps"], &choice);
        check_index(&desk, &choice, &told).await;
    }
    assert!(
        changes > 2 && months > 20 && gaps > 0,
        "{changes} {months} {gaps}"
    );
}

/// A row of value, interval and counts is what the cell says.
fn same_row(row: &[String], cell: &Value, places: [usize; 7], choice: &str) {
    let [value, low, high, n, respondents, missing, coverage] = places;
    for (at, told) in [
        (value, &cell["value"]),
        (low, &cell["interval"][0]),
        (high, &cell["interval"][1]),
        (n, &cell["n"]),
        (respondents, &cell["respondents"]),
        (missing, &cell["missing"]),
    ] {
        same_cell(&row[at], told, choice);
    }
    assert_eq!(number(&row[coverage]), desk::coverage(cell), "{choice}");
}

/// Value and interval of a difference.
fn same_difference(row: &[String], told: &Value, choice: &str) {
    same_cell(&row[0], &told["value"], choice);
    same_cell(&row[1], &told["interval"][0], choice);
    same_cell(&row[2], &told["interval"][1], choice);
    let Some(value) = told["value"].as_f64() else {
        return;
    };
    let [low, high] = [0, 1].map(|at| told["interval"][at].as_f64().unwrap());
    assert!(low <= value && value <= high, "{choice}: {told}");
    match told["verdict"].as_str().unwrap() {
        "higher" => assert!(low >= 0.0, "{choice}: {told}"),
        "lower" => assert!(high <= 0.0, "{choice}: {told}"),
        verdict => {
            assert_eq!(verdict, "undecided");
            assert!(low <= 0.0 && 0.0 <= high, "{choice}: {told}");
        }
    }
}

fn check_change(rows: &Rows, told: &Value, choice: &str) -> usize {
    let (now, before) = (&told["now"]["cells"][0], &told["before"]["cells"][0]);
    for (row, cell) in rows.iter().zip([now, before]) {
        same_row(row, cell, [1, 2, 3, 4, 5, 6, 7], choice);
    }
    let difference = &told["difference"];
    assert_eq!(rows.len(), 2 + usize::from(!difference.is_null()));
    let Some(row) = rows.get(2) else { return 0 };
    same_difference(&row[1..4], difference, choice);
    let value = |cell: &Value| cell["value"].as_f64().unwrap();
    let apart = value(now) - value(before) - value(difference);
    assert!(apart.abs() <= tolerance(&row[1]), "{choice}: {row:?}");
    1
}

fn check_months(rows: Option<&Rows>, told: &Value, choice: &str) -> usize {
    let mut months = Vec::new();
    for version in told["versions"].as_array().unwrap() {
        let cells = version["index"]["cells"].as_array().unwrap();
        let points = version["points"].as_array().unwrap();
        assert_eq!(cells.len(), points.len(), "{choice}");
        let number = &version["index"]["form_version"];
        months.extend(
            cells
                .iter()
                .zip(points)
                .map(|(cell, point)| (number, cell, point)),
        );
    }
    let rows = rows.map(Vec::as_slice).unwrap_or_default();
    assert_eq!(rows.len(), months.len(), "{choice}");
    for (row, (version, cell, point)) in rows.iter().zip(months) {
        assert_eq!(cell["key"]["month"], row[0].as_str());
        same_cell(&row[1], version, choice);
        same_row(row, cell, [2, 3, 4, 7, 8, 9, 10], choice);
        for (at, limit) in [(5, 0), (6, 1)] {
            same_cell(&row[at], &point["limits"][limit], choice);
        }
        assert_eq!(cell["suppressed"].as_bool().unwrap(), point.is_null());
        let signals = point["signals"].as_array().map_or(0, Vec::len);
        let hidden = cell["suppressed"].as_bool().unwrap();
        assert_eq!(row[11].is_empty(), signals == 0 && !hidden, "{choice}");
    }
    rows.len()
}

fn check_gaps(rows: Option<&Rows>, told: &Value, choice: &str) -> usize {
    let units = told["units"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let together = &told["together"];
    let rows = rows.map(Vec::as_slice).unwrap_or_default();
    let last = usize::from(!together.is_null());
    assert_eq!(rows.len(), units.len() + last, "{choice}");
    for (row, unit) in rows.iter().zip(units) {
        for (at, door) in [(1, "kiosk"), (3, "phone")] {
            let cell = &unit[door];
            assert_eq!(cell["suppressed"], false, "{choice}");
            assert_eq!(
                (&cell["key"]["unit"], &cell["key"]["channel"]),
                (&unit["unit"], &Value::from(door))
            );
            same_cell(&row[at], &cell["value"], choice);
            same_cell(&row[at + 1], &cell["n"], choice);
        }
        same_difference(&row[5..8], &unit["gap"], choice);
        if let Some(gap) = unit["gap"]["value"].as_f64() {
            let value = |door: &str| unit[door]["value"].as_f64().unwrap();
            let apart = value("kiosk") - value("phone") - gap;
            assert!(apart.abs() <= tolerance(&row[5]), "{choice}: {row:?}");
        }
    }
    if last > 0 {
        same_difference(&rows[units.len()][5..8], together, choice);
    }
    units.len()
}

/// What the trend says of its periods and months, the index says, too.
async fn check_index(desk: &Desk, choice: &str, told: &Value) {
    let kept = |but: &[&str]| -> String {
        let parts = choice.split('&');
        let kept = parts.filter(|part| !but.iter().any(|name| part.starts_with(name)));
        kept.collect::<Vec<_>>().join("&")
    };
    let base = kept(&["from=", "to="]);
    for period in ["now", "before"] {
        let answer = &told["change"][period];
        let [from, to] = ["from", "to"].map(|end| answer[end].as_str().unwrap());
        let index = desk.compared(&format!("{base}&from={from}&to={to}")).await;
        assert_eq!(*answer, index, "{choice}");
    }
    let base = kept(&["from=", "to=", "method="]);
    for version in told["months"]["versions"].as_array().unwrap() {
        let number = &version["index"]["form_version"];
        let months = format!("{base}&form_version={number}&method=top2&by=month");
        assert_eq!(version["index"], desk.compared(&months).await, "{choice}");
    }
}

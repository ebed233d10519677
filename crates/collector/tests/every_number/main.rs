//! Every number that an officer sees: on the page, in the files and from the API it is the same.
//!
//! The demonstration data, walked with several choices. Page, CSV and XLSX are compared cell by cell; what they hold is
//! compared with the API. Ranks, bands, changes and gaps, which the API does not tell, must follow from what it tells.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod desk;
#[path = "../http_fixture/mod.rs"]
mod http_fixture;
mod page;

use collector::index::{IndexRequest, measured};
use desk::{Desk, compare, number, tolerance};
use jiff::ToSpan;
use jiff::civil::Date;
use page::{report_rows, tables};
use serde_json::Value;
use statistics::confidence::Confidence;
use statistics::estimate::estimate;
use statistics::interval::Population;
use statistics::rank::rank;

/// Tables of the report with their part of the page and the API's dimension.
const REPORT: [(&str, &str, &str); 6] = [
    ("units", "by-unit", "unit"),
    ("fields", "by-field", "field"),
    ("procedures", "by-procedure", "procedure"),
    ("items", "by-item", "item"),
    ("channels", "by-channel", "channel"),
    ("provenances", "by-provenance", "provenance"),
];

/// What is chosen; each the same on the page and at the API.
fn choices(desk: &Desk) -> Vec<String> {
    let unit = &desk.busy_unit;
    vec![
        "form=one-stop-quick".to_owned(),
        "form=one-stop-quick&method=mean100".to_owned(),
        format!("form=one-stop-quick&unit={unit}"),
        format!("form=one-stop-quick&unit={unit}&channel=kiosk"),
        "form=one-stop-quick&channel=phone&from=2020-09-01&to=2021-02-28".to_owned(),
        "form=one-stop-quick&provenance=dossier&from=2021-01-01".to_owned(),
        "form=one-stop-nine".to_owned(),
        "form=sipas-services-2023&method=mean100".to_owned(),
        "form=one-stop-quick&from=2019-01-01&to=2019-12-31".to_owned(),
    ]
}

#[tokio::test]
async fn the_report_its_files_and_the_api_say_the_same() {
    let desk = Desk::open().await;
    let mut figures = 0;
    for choice in choices(&desk) {
        let path = format!("/staff?{choice}&all=1&lang=en");
        let page = desk.text(&path).await;
        let files = desk.files(&path).await;
        for (table, part, by) in REPORT {
            let Some(rows) = files.get(table) else {
                continue;
            };
            let answer = desk.api(&format!("{choice}&by={by}")).await;
            figures += compare(rows, &answer, |cell| &cell["key"][by]);
            let drawn = report_rows(&page, part);
            let told: Vec<_> = rows.iter().filter(|row| !row[2].is_empty()).collect();
            if drawn.is_empty() {
                assert_eq!(
                    told.len(),
                    0,
                    "{choice} {table}: figures that the page does not show"
                );
            }
            let shown: Vec<_> = drawn.iter().filter(|row| row.value.is_some()).collect();
            assert_eq!(shown.len(), told.len(), "{choice} {table}");
            for row in told {
                let found = shown.iter().any(|shown| shown.is(row));
                assert!(
                    found,
                    "{choice} {table}: {row:?} is not on the page: {shown:?}"
                );
            }
        }
        let whole = desk.api(&choice).await;
        figures += compare(&files["whole"], &whole, |_| &Value::Null);
        for row in &files["whole"] {
            for (name, at) in [
                ("Valid answers (n)", 5),
                ("Responses", 6),
                ("Not answered", 7),
            ] {
                let said = page::fact(&page, name);
                assert_eq!(said.unwrap_or_default(), row[at], "{choice} {name}");
            }
            let figure = page::between(&page, "<div class=\"figure\">", "</div>");
            assert_eq!(
                figure.map(|text| page::digits(&text)).unwrap_or_default(),
                row[2]
            );
        }
    }
    assert!(figures > 500, "only {figures} figures were looked at");
}

#[tokio::test]
async fn ranks_and_bands_follow_from_what_the_api_tells() {
    let desk = Desk::open().await;
    let mut ranked = 0;
    for choice in choices(&desk) {
        let path = format!("/staff/units?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let rows = &files["units"];
        let answer = desk.compared(&format!("{choice}&by=unit")).await;
        compare(rows, &answer, |cell| &cell["key"]["unit"]);
        // The highest first, then the suppressed by code.
        let values: Vec<f64> = rows.iter().filter_map(|row| row[2].parse().ok()).collect();
        assert!(values.is_sorted_by(|a, b| a >= b), "{choice}");
        let hidden: Vec<&String> = rows
            .iter()
            .filter(|row| row[2].is_empty())
            .map(|row| &row[1])
            .collect();
        assert!(hidden.is_sorted(), "{choice}");
        ranked += check_ranks(&desk, &choice, rows).await;
    }
    assert!(ranked > 20, "only {ranked} units were ranked");
}

/// Ranks of the shown units, from the sums behind the API's figures.
async fn check_ranks(desk: &Desk, choice: &str, rows: &[Vec<String>]) -> usize {
    let request = request(choice);
    let store = desk.collector.store.as_ref();
    let found = measured(store, &desk.forms, desk.threshold, request)
        .await
        .unwrap();
    let mut units = Vec::new();
    let mut estimates = Vec::new();
    for (cell, sums) in found.answer.cells.iter().zip(&found.sums) {
        if let (false, Some(_), Some((sums, measure))) = (cell.suppressed, cell.value, sums) {
            units.push(cell.key.get("unit").unwrap_or_default().to_owned());
            estimates.push(estimate(sums, *measure, Population::Process, Confidence::P95).unwrap());
        }
    }
    let ranks = rank(&estimates, Confidence::P95).unwrap();
    for row in rows {
        let at = units.iter().position(|unit| *unit == row[1]);
        let expected = at.map(|at| {
            let rank = ranks[at];
            (
                rank.band.to_string(),
                format!("{}–{}", rank.best, rank.worst),
            )
        });
        let (band, range) = expected.unwrap_or_default();
        assert_eq!((&row[10], &row[11]), (&band, &range), "{choice} {}", row[1]);
    }
    units.len()
}

/// The same question to the index itself.
fn request(choice: &str) -> IndexRequest {
    let mut request = IndexRequest {
        by: vec!["unit".to_owned()],
        ..IndexRequest::default()
    };
    for (name, value) in form_urlencoded::parse(choice.as_bytes()) {
        let value = value.into_owned();
        match name.as_ref() {
            "form" => request.form = value,
            "method" => request.method = Some(value),
            "from" => request.from = Some(value.parse().unwrap()),
            "to" => request.to = Some(value.parse().unwrap()),
            filter => {
                request.filters.insert(filter.to_owned(), vec![value]);
            }
        }
    }
    request
}

/// The choice without its days.
fn without_days(choice: &str) -> String {
    let parts = choice.split('&');
    let kept: Vec<_> = parts
        .filter(|part| !part.starts_with("from=") && !part.starts_with("to="))
        .collect();
    kept.join("&")
}

fn date(answer: &Value, name: &str) -> Date {
    answer[name].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn changes_months_and_gaps_follow_from_what_the_api_tells() {
    let desk = Desk::open().await;
    let (mut changes, mut months, mut gaps) = (0, 0, 0);
    for choice in choices(&desk) {
        let path = format!("/staff/trend?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let base = without_days(&choice);
        let open = desk.compared(&choice).await;
        let to = date(&open, "to");
        let from = if choice.contains("from=") {
            date(&open, "from")
        } else {
            to - 89.days()
        };
        let days = (to - from).get_days();
        let last = from - 1.day();
        let period = |from: Date, to: Date| format!("{base}&from={from}&to={to}");
        let now = desk.compared(&period(from, to)).await;
        let before = desk.compared(&period(last - days.days(), last)).await;
        changes += check_change(&files["change"], &now, &before, &choice);
        if let Some(rows) = files.get("months") {
            months += check_months(&desk, rows, &base).await;
        }
        if let Some(rows) = files.get("gap") {
            let answer = desk
                .compared(&format!("{}&by=unit,channel", period(from, to)))
                .await;
            gaps += check_gaps(rows, &answer, &choice);
        }
    }
    assert!(
        changes > 2 && months > 20 && gaps > 0,
        "{changes} {months} {gaps}"
    );
}

fn check_change(rows: &[Vec<String>], now: &Value, before: &Value, choice: &str) -> usize {
    for (row, answer) in rows.iter().zip([now, before]) {
        let cell = &answer["cells"][0];
        for (at, told) in [
            (1, &cell["value"]),
            (2, &cell["interval"][0]),
            (3, &cell["interval"][1]),
            (4, &cell["n"]),
            (5, &cell["respondents"]),
            (6, &cell["missing"]),
        ] {
            assert_eq!(number(&row[at]), told.as_f64(), "{choice} {at}");
        }
        assert_eq!(number(&row[7]), desk::coverage(cell), "{choice}");
    }
    let Some(change) = rows.get(2) else { return 0 };
    let told = |answer: &Value| answer["cells"][0]["value"].as_f64().unwrap();
    let [value, low, high] = [1, 2, 3].map(|at| number(&change[at]).unwrap());
    let apart = (value - (told(now) - told(before))).abs();
    assert!(apart <= tolerance(&change[1]), "{choice}: {change:?}");
    assert!(low <= value && value <= high, "{choice}: {change:?}");
    1
}

/// Months are of the whole record and by `top2`, whatever the page is of.
async fn check_months(desk: &Desk, rows: &[Vec<String>], base: &str) -> usize {
    let parts: Vec<_> = base
        .split('&')
        .filter(|part| !part.starts_with("method="))
        .collect();
    let answer = desk
        .compared(&format!("{}&method=top2&by=month", parts.join("&")))
        .await;
    let cells = answer["cells"].as_array().unwrap();
    assert_eq!(rows.len(), cells.len(), "{base}");
    for (row, cell) in rows.iter().zip(cells) {
        assert_eq!(cell["key"]["month"], row[0].as_str());
        assert_eq!(number(&row[1]), answer["form_version"].as_f64());
        for (at, told) in [
            (2, &cell["value"]),
            (3, &cell["interval"][0]),
            (4, &cell["interval"][1]),
            (7, &cell["n"]),
            (8, &cell["respondents"]),
            (9, &cell["missing"]),
        ] {
            assert_eq!(number(&row[at]), told.as_f64(), "{base} {} {at}", row[0]);
        }
        assert_eq!(number(&row[10]), desk::coverage(cell), "{base}");
        if let (Some(low), Some(high)) = (number(&row[5]), number(&row[6])) {
            assert!(
                (0.0..=100.0).contains(&low) && low <= high && high <= 100.0,
                "{row:?}"
            );
        }
    }
    rows.len()
}

fn check_gaps(rows: &[Vec<String>], answer: &Value, choice: &str) -> usize {
    let cells = answer["cells"].as_array().unwrap();
    let shown = |unit: &Value, channel: &str| {
        let cell = cells
            .iter()
            .find(|cell| cell["key"]["unit"] == *unit && cell["key"]["channel"] == channel)?;
        Some((cell["value"].as_f64()?, cell["n"].as_f64()?))
    };
    // The last row is of all together and has no figures of its own.
    let told: Vec<_> = rows.iter().filter(|row| !row[1].is_empty()).collect();
    for row in &told {
        let [kiosk, kiosk_n, phone, phone_n] = [1, 2, 3, 4].map(|at| number(&row[at]).unwrap());
        let known = cells.iter().any(|cell| {
            let unit = &cell["key"]["unit"];
            shown(unit, "kiosk") == Some((kiosk, kiosk_n))
                && shown(unit, "phone") == Some((phone, phone_n))
        });
        assert!(known, "{choice}: {row:?}");
        if let Some(gap) = number(&row[5]) {
            assert!(
                (gap - (kiosk - phone)).abs() <= tolerance(&row[5]),
                "{choice}: {row:?}"
            );
            assert!(number(&row[6]).unwrap() <= gap && gap <= number(&row[7]).unwrap());
        }
    }
    told.len()
}

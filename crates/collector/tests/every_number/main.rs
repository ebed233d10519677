//! Every number that an officer sees: on the page, in the files and from the API it is the same.
//!
//! The demonstration data, walked with several choices. Page, CSV and XLSX are compared cell by cell; what they hold is
//! compared with the API: the report with the index, ranks and bands with the ranks, changes, months and gaps with the trend,
//! counts of flags with the flags, of finished dossiers with the coverage, of citizen reports with the reports, of reasons with the reasons,
//! ratios of QĐ 766 with qd766, the printed evaluation with the evaluation.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod coverage;
mod desk;
mod flags;
#[path = "../http_fixture/mod.rs"]
mod http_fixture;
mod page;
mod print;
mod qd766;
mod reasons;
mod reports;
mod trend;

use desk::{Desk, compare};
use page::{report_rows, tables};
use serde_json::Value;

/// Tables of the report with their part of the page and the API's dimension.
const REPORT: [(&str, &str, &str); 6] = [
    ("units", "by-unit", "unit"),
    ("fields", "by-field", "field"),
    ("procedures", "by-procedure", "procedure"),
    ("items", "by-item", "item"),
    ("channels", "by-channel", "channel"),
    ("provenances", "by-provenance", "provenance"),
];

/// Columns of the report beyond those that every table of figures has.
const REPORT_MORE: [usize; 3] = [10, 12, 14];

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
            figures += compare(rows, &answer, |cell| &cell["key"][by], REPORT_MORE);
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
        figures += compare(&files["whole"], &whole, |_| &Value::Null, REPORT_MORE);
        for row in &files["whole"] {
            for (name, at) in [
                ("Valid answers (n)", 5),
                ("Responses", 6),
                ("Not answered", 7),
                ("Does not apply", 14),
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
async fn ranks_and_bands_are_those_of_the_api() {
    let desk = Desk::open().await;
    let mut ranked = 0;
    for choice in choices(&desk) {
        let path = format!("/staff/units?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let rows = &files["units"];
        let answer = desk.compared(&format!("{choice}&by=unit")).await;
        compare(rows, &answer, |cell| &cell["key"]["unit"], [13, 14, 15]);
        // The highest first, then the suppressed by code.
        let values: Vec<f64> = rows.iter().filter_map(|row| row[2].parse().ok()).collect();
        assert!(values.is_sorted_by(|a, b| a >= b), "{choice}");
        let hidden: Vec<&String> = rows
            .iter()
            .filter(|row| row[2].is_empty())
            .map(|row| &row[1])
            .collect();
        assert!(hidden.is_sorted(), "{choice}");
        ranked += check_ranks(rows, &desk.told("ranks", &choice).await, &choice);
    }
    assert!(ranked > 20, "only {ranked} units were ranked");
}

/// Bands and places, in the order of the API.
fn check_ranks(rows: &[Vec<String>], told: &Value, choice: &str) -> usize {
    let cells = told["index"]["cells"].as_array().unwrap();
    let ranks = told["ranks"].as_array().unwrap();
    assert_eq!(
        (cells.len(), ranks.len()),
        (rows.len(), rows.len()),
        "{choice}"
    );
    for ((row, cell), rank) in rows.iter().zip(cells).zip(ranks) {
        assert_eq!(row[1], cell["key"]["unit"].as_str().unwrap_or_default());
        same_cell(&row[10], &rank["band"], choice);
        let places = match (rank["best"].as_u64(), rank["worst"].as_u64()) {
            (Some(best), Some(worst)) => format!("{best}–{worst}"),
            _ => String::new(),
        };
        assert_eq!(row[11], places, "{choice} {}", row[1]);
    }
    ranks.iter().filter(|rank| !rank.is_null()).count()
}

/// A place of a table holds what the API tells, or nothing where it tells nothing.
fn same_cell(shown: &str, told: &Value, choice: &str) {
    assert_eq!(
        desk::number(shown),
        told.as_f64(),
        "{choice}: {shown:?} {told}"
    );
    assert_eq!(
        shown.is_empty(),
        told.is_null(),
        "{choice}: {shown:?} {told}"
    );
}

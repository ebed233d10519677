//! `hai-long export responses`, as an analyst runs it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod cli_fixture;

use std::fs::File;
use std::path::{Path, PathBuf};

use calamine::{Reader, Xlsx, open_workbook};
use cli_fixture::{err, fail, folder, out, run, succeed, write};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Value, json};

/// A data folder with seven ratings of one day and two of another month.
fn rated(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    let units = "code,name,kind,parent,valid_from,valid_to\nH57.132,Xã A,commune,,,\n";
    succeed(
        &data,
        &["import", "units", &write(folder, "units.csv", units)],
    );
    let lines: Vec<String> = (0..9u64)
        .map(|n| {
            let month = if n < 7 { 8 } else { 9 };
            json!({
                "id": format!("019a0000-0000-7000-8000-{n:012x}"),
                "form": "one-stop-quick", "form_version": 1, "unit": "H57.132", "touchpoint": "result",
                "channel": "paper", "answers": {"overall": 1 + n % 5}, "partial": false,
                "submitted_at": format!("2026-{month:02}-03T09:00:00+07:00"),
            })
            .to_string()
        })
        .collect();
    let file = write(folder, "papers.ndjson", &lines.join("\n"));
    succeed(&data, &["import", "responses", &file]);
    data
}

/// A row of a Parquet file as JSON.
fn told(row: &Row) -> Value {
    let columns = row.get_column_iter().map(|(name, field)| {
        let value = match field {
            Field::Int(number) => json!(number),
            Field::Bool(truth) => json!(truth),
            Field::Str(text) => json!(text),
            Field::Null => Value::Null,
            // Anything else is no value that a line holds.
            other => json!(format!("unexpected {other:?}")),
        };
        (name.clone(), value)
    });
    Value::Object(columns.collect())
}

#[test]
fn every_format_holds_the_same_responses() {
    let place = folder();
    let data = rated(place.path());
    let export = ["export", "responses"];
    let output = run(&data, &export);
    assert!(
        err(&output).contains("wrote 7, withheld 2"),
        "{}",
        err(&output)
    );
    let lines: Vec<Value> = out(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 7);
    assert!(
        lines
            .iter()
            .all(|line| line["day"] == "2026-08-03" && line["step"] == 0)
    );

    let csv = succeed(&data, &[&export[..], &["--format", "csv"]].concat());
    assert_eq!(csv.lines().count(), 1 + 7);

    let file = place.path().join("ratings.xlsx");
    let file = file.to_str().unwrap();
    succeed(
        &data,
        &[&export[..], &["--format", "xlsx", "--out", file]].concat(),
    );
    let mut book: Xlsx<_> = open_workbook(file).unwrap();
    let sheet = book.worksheet_range("responses").unwrap();
    let at = |name: &str| {
        (0..sheet.width())
            .find(|&at| sheet[(0, at)] == *name)
            .unwrap()
    };
    let levels = (1..sheet.height()).map(|row| sheet[(row, at("answer.overall"))].to_string());
    let expected = lines
        .iter()
        .map(|line| line["answers"]["overall"].to_string());
    assert_eq!(levels.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn parquet_holds_numbers_and_says_what_does_not_apply() {
    let place = folder();
    let data = rated(place.path());
    let file = place.path().join("ratings.parquet");
    let name = file.to_str().unwrap();
    let export = ["export", "responses", "--format"];
    let output = run(&data, &[&export[..], &["parquet", "--out", name]].concat());
    assert!(
        err(&output).contains("wrote 7, withheld 2"),
        "{}",
        err(&output)
    );
    let lines = succeed(&data, &[&export[..], &["ndjson"]].concat());
    let reader = SerializedFileReader::new(File::open(&file).unwrap()).unwrap();
    let rows: Vec<Value> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| told(&row.unwrap()))
        .collect();
    assert_eq!(rows.len(), 7);
    for (row, line) in rows.iter().zip(lines.lines()) {
        let line: Value = serde_json::from_str(line).unwrap();
        for name in [
            "form",
            "form_version",
            "step",
            "unit",
            "field",
            "channel",
            "day",
            "partial",
            "flagged",
        ] {
            assert_eq!(row[name], line[name], "{name}");
        }
        assert_eq!(row["answer.overall"], line["answers"]["overall"]);
    }
}

#[test]
fn a_higher_threshold_tells_less_and_wrong_questions_are_told() {
    let place = folder();
    let data = rated(place.path());
    let output = run(&data, &["export", "responses", "--threshold", "9"]);
    assert!(out(&output).lines().all(|line| line.contains("\"step\":6")));
    assert!(err(&output).contains("wrote 9, withheld 0"));
    let none = succeed(&data, &["export", "responses", "--from", "2027-01-01"]);
    assert_eq!(none, "");
    assert!(fail(&data, &["export", "responses", "--form", "x"]).contains("there is no such form"));
    assert!(fail(&data, &["export", "responses", "--format", "xlsx"]).contains("--out FILE"));
    assert!(fail(&data, &["export", "responses", "--format", "parquet"]).contains("--out FILE"));
}

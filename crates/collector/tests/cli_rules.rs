//! Rules of figures are settings and files; the log tells when the server was started with others.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use std::path::Path;

use cli_fixture::{Server, folder, succeed, with_dossier};

/// What the log holds of rules, the oldest first: thing and detail.
fn logged(data: &Path) -> Vec<[String; 2]> {
    let arguments = ["audit", "--what", "rules-change", "--format", "csv"];
    let log = succeed(data, &arguments);
    let mut rows: Vec<[String; 2]> = csv::Reader::from_reader(log.as_bytes())
        .records()
        .map(|row| row.unwrap())
        .map(|row| {
            assert!(row[1].starts_with("cli:"), "{row:?}");
            [row[3].to_owned(), row[4].to_owned()]
        })
        .collect();
    rows.reverse();
    rows
}

#[test]
fn a_start_with_other_rules_is_written_down_and_one_with_the_same_is_not() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let start = |more: &[&str]| Server::start_with(&data, more).stop();
    start(&[]);
    let first = logged(&data);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0][1].contains("threshold 5"), "{first:?}");
    start(&[]);
    assert_eq!(logged(&data), first);
    let other = ["--threshold", "3", "--holidays", "2026-09-01,2026-09-02"];
    start(&other);
    start(&other);
    let told = |about: &str, detail: &str| [about.to_owned(), detail.to_owned()];
    assert_eq!(
        logged(&data)[1..],
        [
            told("threshold", "was 5; is 3"),
            told("holidays", "added: 2026-09-01, 2026-09-02"),
        ]
    );
}

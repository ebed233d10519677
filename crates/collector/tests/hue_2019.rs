//! The report of Huế city for the first quarter of 2019, typed in: as paper responses it gives the recomputed figures to
//! the last digit, and as a published table it is told what does not fit.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod cli_fixture;

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use cli_fixture::{folder, out, run, succeed, write};
use collector::forms::FormBook;
use collector::store::sqlite::SqliteStore;
use collector::store::{CellQuery, FormKey, Store};
use serde_json::{Value, json};

const FORM: &str = include_str!("../../../examples/hue-2019-q1/hue-2019-q1.v1.json");
const TABLE: &str = include_str!("../../../examples/hue-2019-q1/table.csv");

/// Items of the form with their printed counts, worst level first.
const ROWS: [(&str, [u64; 3]); 5] = [
    ("reception", [150, 2137, 2063]),
    ("guidance", [104, 2128, 1983]),
    ("staff", [97, 2232, 1886]),
    ("time", [89, 2135, 1991]),
    ("papers", [99, 2281, 1825]),
];
/// The fullest row. More than the 4,215 questionnaires that came back: so many answers need so many people.
const PEOPLE: u64 = 4350;

/// Person number `n` answers each row as long as its printed counts last. Who gave which answers together is not known,
/// so nothing that depends on it is looked at here.
fn person(n: u64) -> String {
    let level = |counts: [u64; 3]| {
        let mut below = 0;
        (1u64..).zip(counts).find_map(|(level, count)| {
            below += count;
            (n < below).then_some(level)
        })
    };
    let answers: serde_json::Map<String, Value> = ROWS
        .into_iter()
        .filter_map(|(item, counts)| Some((item.to_owned(), level(counts)?.into())))
        .collect();
    json!({
        "id": format!("019a0000-0000-7000-8000-{n:012x}"),
        "form": "hue-2019-q1", "form_version": 1, "unit": "HUE", "touchpoint": "result", "channel": "paper",
        "answers": answers, "partial": false, "submitted_at": "2019-03-29T09:00:00+07:00",
    })
    .to_string()
}

/// A data folder that took the table in as paper responses.
fn imported(folder: &Path) -> std::path::PathBuf {
    let data = folder.join("data");
    std::fs::create_dir_all(data.join("forms")).unwrap();
    write(&data.join("forms"), "hue-2019-q1.v1.json", FORM);
    let units = "code,name,kind,parent,valid_from,valid_to\nHUE,Thành phố Huế,city,,,\n";
    succeed(
        &data,
        &["import", "units", &write(folder, "units.csv", units)],
    );
    let papers: Vec<String> = (0..PEOPLE).map(person).collect();
    let papers = write(folder, "papers.ndjson", &papers.join("\n"));
    succeed(&data, &["import", "responses", &papers]);
    data
}

fn cells(data: &Path, arguments: &[&str]) -> Vec<Value> {
    let index = ["index", "--form", "hue-2019-q1", "--json"];
    let answer: Value =
        serde_json::from_str(&succeed(data, &[&index[..], arguments].concat())).unwrap();
    answer["cells"].as_array().unwrap().clone()
}

#[tokio::test]
async fn as_paper_responses_it_gives_the_recomputed_figures() {
    let folder = folder();
    let data = imported(folder.path());
    let figures: Vec<_> = cells(&data, &["--by", "item"])
        .iter()
        .map(|cell| {
            (
                cell["key"]["item"].as_str().unwrap().to_owned(),
                cell["satisfied"].as_u64().unwrap(),
                cell["n"].as_u64().unwrap(),
                cell["missing"].as_u64().unwrap(),
                cell["value"].as_f64().unwrap(),
            )
        })
        .collect();
    // Rows 2 and 3 as recomputed; row 1 over the answers that it claims, which are 135 more than came back. Rows 4 and 5
    // ask for no satisfaction and have no figure of it.
    assert_eq!(
        figures,
        [
            ("reception".to_owned(), 4200, 4350, 0, 96.55),
            ("guidance".to_owned(), 4111, 4215, 135, 97.53),
            ("staff".to_owned(), 4118, 4215, 135, 97.70),
        ]
    );
    let headline = cells(&data, &[]);
    assert_eq!(
        headline[0]["n"],
        4350 + 4215 + 4215,
        "the three rows of satisfaction alone"
    );
    assert_eq!(headline[0]["value"], 97.25);
    let papers = cells(&data, &["--by", "channel"]);
    assert_eq!(papers.len(), 1);
    assert_eq!(papers[0]["key"]["channel"], "paper");
    succeed(&data, &["verify"]);
}

#[tokio::test]
async fn no_count_of_any_row_is_lost_on_the_way() {
    let folder = folder();
    let data = imported(folder.path());
    let forms = Arc::new(FormBook::load(&data).unwrap());
    let store = SqliteStore::open(&data, forms).unwrap();
    let key = FormKey {
        id: "hue-2019-q1".into(),
        version: 1,
    };
    let (from, to) = store.span(&key, None).await.unwrap().unwrap();
    assert_eq!((from, to), (from, from), "the day on the papers, years ago");
    assert_eq!(from.to_string(), "2019-03-29");
    let query = CellQuery {
        form: key,
        from,
        to,
        by: Vec::new(),
        filters: Vec::new(),
    };
    let (_, cell) = store.cells(query).await.unwrap().swap_remove(0);
    for ((item, counts), counted) in ROWS.into_iter().zip(&cell.items) {
        assert_eq!(counted.levels, counts, "{item}");
        assert_eq!(
            counted.missing,
            PEOPLE - counts.iter().sum::<u64>(),
            "{item}"
        );
    }
}

fn checked(table: &str, more: &[&str]) -> Output {
    let folder = folder();
    let table = write(folder.path(), "table.csv", table);
    let arguments = ["check-table", &table, "--returned", "4215"];
    run(folder.path(), &[&arguments[..], more].concat())
}

#[test]
fn as_a_published_table_it_is_told_what_does_not_fit() {
    let output = checked(TABLE, &["--handed-out", "5326", "--headline", "97,95"]);
    assert_eq!(output.status.code(), Some(1));
    let told = out(&output);
    for line in [
        "4215 of 5326 questionnaires came back (79.14 %)",
        "row 1: 4200 satisfied, 99.64 % of the returned questionnaires",
        "row 2: 4111 satisfied, 97.53 % of the returned questionnaires",
        "row 3: 4118 satisfied, 97.70 % of the returned questionnaires",
        "row 4: 4126 satisfied, 97.89 % of the returned questionnaires",
        "row 5: 4106 satisfied, 97.41 % of the returned questionnaires",
        "row 1 adds up to 4350, 135 more than the 4215 questionnaires, or 15 for 150",
        "row 5 adds up to 4205, 10 fewer than the 4215 questionnaires: answers left out",
        "or 109 for 99",
        "row 2, level 1: 47.0463 % was cut off to 47.04; rounded it is 47.05",
        "row 2, level 2: 50.4864 % was cut off to 50.4; rounded it is 50.5",
        "row 5, level 1: 43.2977 % was cut off to 43.29; rounded it is 43.30",
        "shares have up to 2 decimals, but fewer at: row 1, level 2; row 2, level 2; row 3, level 3;",
        "row 4 does not ask for satisfaction: averaging it into a figure of satisfaction is an error of method",
        "row 5 does not ask for satisfaction: averaging it into a figure of satisfaction is an error of method",
        "the headline 97.95 does not follow from the table in any of 341 ways",
        "tried: the mean of counts over the returned questionnaires, rows 1, 2, 3, 4, 5: 98.04",
        "tried: the mean of the printed shares, rows 1, 2, 3, 4, 5: 97.99",
        "tried: the mean of counts over row sums with over-full rows mended, rows 1, 2, 3, 4, 5: 98.08",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert_eq!(
        told.matches(" adds up to ").count(),
        2,
        "only two rows are impossible"
    );
}

#[test]
fn findings_are_data_too() {
    let output = checked(TABLE, &["--headline", "97.95", "--json"]);
    let findings: Value = serde_json::from_str(&out(&output)).unwrap();
    let of = |kind: &str| -> Vec<&Value> {
        let all = findings.as_array().unwrap().iter();
        all.filter(|one| one["finding"] == kind).collect()
    };
    assert_eq!(of("row-sum").len(), 2);
    assert_eq!(of("row-sum")[0]["sum"], 4350);
    assert_eq!(of("share").len(), 9);
    assert_eq!(of("headline-lost")[0]["printed"], "97.95");
}

#[test]
fn a_sound_table_passes_and_an_unreadable_one_says_why() {
    let header = "row;text;kind;level;count;share;satisfied\n";
    let sound = format!(
        "{header}1;Chung;satisfaction;Hài lòng;4200;99,64;có\n1;;;Không hài lòng;15;0,36;không\n"
    );
    let output = checked(&sound, &["--headline", "99.64"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert!(out(&output).contains("Nothing speaks against it."));
    let output = checked(&sound.replace("4200", "4 200"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(cli_fixture::err(&output).contains("line 2, count: \"4 200\" is no count"));
}

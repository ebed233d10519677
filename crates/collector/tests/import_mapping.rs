//! An export of some one-stop software is read with a mapping file, and no code.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use std::io::Cursor;
use std::sync::Arc;

use cli_fixture::{fail, folder, run, succeed, write};
use collector::forms::FormBook;
use collector::import::{self, Format, Mapping, Observer, Record, Refused, Target};
use collector::store::sqlite::SqliteStore;
use collector::store::{Dossier, Fed, Store};
use proptest::prelude::*;

const MAPPING: &str = r#"
delimiter = "|"
encoding = "utf-8"
dates = ["%d.%m.%Y %Hh%M", "%d.%m.%Y"]

[columns]
code = "Mã hồ sơ"
procedure = "Mã TTHC"
unit = "Đơn vị tiếp nhận"
received_at = "Ngày nhận"
due_at = "Ngày hẹn trả"
finished_at = "Ngày trả"
outcome = "Tình trạng"

[constants]
filing_channel = "desk"

[values.unit]
"UBND phường A" = "H57.132"

[values.outcome]
"Đã trả kết quả" = "granted"
"Từ chối" = "refused"
"#;

const EXPORT: &str = "\u{feff}STT|MÃ HỒ SƠ|Họ tên|Mã TTHC|Đơn vị tiếp nhận|Ngày nhận|Ngày hẹn trả|Ngày trả|Tình trạng\n\
1|Mã số hồ sơ: H57.132-260804-0583|Nguyễn Văn A|1.011441|UBND  Phường A|04.08.2026 10h56|10.08.2026|05/08/2026 09:00|đã trả kết quả\n\
2|H57.132-260804-0584|Trần Thị B|1.011441|UBND phường B|04.08.2026|x||Rút\n";

#[derive(Default)]
struct Kept(Vec<Refused>);

impl Observer for Kept {
    fn refused(&mut self, refused: &Refused) {
        self.0.push(refused.clone());
    }
}

async fn imported(file: &str) -> (Option<Dossier>, Vec<Refused>) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), Arc::new(FormBook::default())).unwrap();
    let mapping = Arc::new(Mapping::parse(MAPPING, Fed::COLUMNS).unwrap());
    let mut kept = Kept::default();
    let reader = Cursor::new(file.to_owned());
    import::mapped::<Fed, _>(
        reader,
        None,
        Some(mapping),
        Target::Store(&store),
        &mut kept,
    )
    .await
    .unwrap();
    let first = store.dossier("H57.132-260804-0583").await.unwrap();
    (first, kept.0)
}

#[tokio::test]
async fn columns_words_units_dates_and_constants_become_ours() {
    let (dossier, _) = imported(EXPORT).await;
    assert_eq!(
        dossier.unwrap(),
        Dossier {
            code: "H57.132-260804-0583".into(),
            procedure: "1.011441".into(),
            unit: "H57.132".into(),
            authority: None,
            filing_channel: Some("desk".into()),
            received_at: Some("2026-08-04T03:56:00Z".parse().unwrap()),
            // A day alone is due until it is over.
            due_at: Some("2026-08-10T16:59:59Z".parse().unwrap()),
            finished_at: Some("2026-08-05T02:00:00Z".parse().unwrap()),
            outcome: Some("granted".into()),
        }
    );
}

#[tokio::test]
async fn what_the_mapping_does_not_know_is_told_by_the_column_of_the_file() {
    let (_, refused) = imported(EXPORT).await;
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].line, 3);
    let faults: Vec<_> = refused[0]
        .faults
        .iter()
        .map(|fault| (fault.field.as_str(), fault.code.as_str()))
        .collect();
    assert_eq!(
        faults,
        [("unit", "unmapped-value"), ("outcome", "unmapped-value")]
    );
    let told = &refused[0].faults[0].message;
    assert!(
        told.contains("Đơn vị tiếp nhận")
            && told.contains("UBND phường B")
            && told.contains("[values.unit]"),
        "{told}"
    );
}

#[tokio::test]
async fn json_is_mapped_as_csv_is() {
    let line = r#"{"Mã hồ sơ":"H57.132-260804-0583","Mã TTHC":"1.011441","Đơn vị tiếp nhận":"UBND phường A","Tình trạng":"Từ chối","STT":1}"#;
    let (dossier, refused) = imported(line).await;
    assert_eq!(refused, []);
    assert_eq!(dossier.unwrap().outcome.as_deref(), Some("refused"));
}

#[test]
fn a_mapping_that_cannot_be_meant_says_where() {
    for (text, told) in [
        ("[columns]\ncolour = \"Màu\"", "colour"),
        ("[columns]\ncode = \"A\"\nunit = \"a\"", "no other field"),
        (
            "[columns]\nunit = \"A\"\n[constants]\nunit = \"B\"",
            "[constants]",
        ),
        ("encoding = \"tcvn3\"", "iconv"),
        ("delimiter = \"é\"", "delimiter"),
        (
            "[values.unit]\n\"xã Hoà An\" = \"H57.1\"\n\"Xã Hòa An\" = \"H57.2\"",
            "[values.unit]",
        ),
        ("colums = 1", "colums"),
    ] {
        let error = Mapping::parse(text, Fed::COLUMNS).unwrap_err();
        assert!(error.contains(told), "{text}: {error}");
    }
}

#[test]
fn a_dry_run_shows_what_is_wrong_and_writes_nothing() {
    let folder = folder();
    let data = folder.path().join("data");
    let export = write(folder.path(), "export.csv", EXPORT);
    let mapping = write(folder.path(), "vendor.toml", MAPPING);
    let output = run(
        &data,
        &[
            "import",
            "dossiers",
            &export,
            "--mapping",
            &mapping,
            "--dry-run",
        ],
    );
    let told = cli_fixture::err(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains("line 3") && told.contains("Tình trạng"),
        "{told}"
    );
    assert!(!data.exists());

    let wrong = write(
        folder.path(),
        "wrong.toml",
        &MAPPING.replace("Mã TTHC", "Thủ tục"),
    );
    let told = fail(
        &data,
        &[
            "import",
            "dossiers",
            &export,
            "--mapping",
            &wrong,
            "--dry-run",
        ],
    );
    assert!(
        told.contains("Thủ tục") && told.contains("nothing was imported"),
        "{told}"
    );
}

#[test]
fn coverage_and_the_invites_of_those_nobody_asked_at_the_command_line() {
    let folder = folder();
    let data = cli_fixture::with_dossier(folder.path());
    let table = succeed(&data, &["coverage", "--by", "unit"]);
    assert!(
        table.contains("H57.132") && table.contains("unasked"),
        "{table}"
    );
    let list = succeed(&data, &["coverage", "--unasked"]);
    assert!(list.contains(cli_fixture::DOSSIER), "{list}");
    let draw = ["invite", "--unasked", "--seed", "s", "--draw", "5"];
    let links = succeed(&data, &draw);
    assert!(
        links.contains("/r/") && links.contains(cli_fixture::DOSSIER),
        "{links}"
    );
    succeed(&data, &draw);
    let log = succeed(&data, &["audit", "--what", "invite-draw"]);
    for told in ["invited 1; seed", "invited 0; seed", "drawn 1 of 1"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    let again = succeed(&data, &["invite", "--unasked"]);
    assert!(!again.contains("/r/"), "{again}");
    let list = succeed(&data, &["coverage", "--unasked"]);
    assert!(!list.contains(cli_fixture::DOSSIER), "{list}");
    let json = succeed(&data, &["coverage", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(answer["total"]["invited"], 1);
}

proptest! {
    /// Whatever stands in a mapping and a file, nothing panics and each record is told of.
    #[test]
    fn any_file_is_read_or_refused(rest in prop::collection::vec(any::<u8>(), 0..300), dates in "%[a-zA-Z%]{1,3}") {
        let text = MAPPING.replace("%d.%m.%Y %Hh%M", &dates);
        let mapping = Arc::new(Mapping::parse(&text, Fed::COLUMNS).unwrap());
        let file = [EXPORT.as_bytes(), &rest].concat();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut kept = Kept::default();
        let result = runtime.block_on(import::mapped::<Fed, _>(
            Cursor::new(file), Some(Format::Csv), Some(mapping), Target::DryRun, &mut kept,
        ));
        if let Ok(summary) = result {
            prop_assert_eq!(summary.refused, kept.0.len() as u64);
        }
    }
}

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
use collector::store::{Dossier, Fed, Store, Unit};
use collector::units::{Lineage, UnitsAs};
use jiff::civil::Date;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

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

/// The tables of `examples/units-2025`, in the order of its README.
mod units_2025 {
    pub const BEFORE: &str = include_str!("../../../examples/units-2025/provinces-before.csv");
    pub const MAPPING_BEFORE: &str =
        include_str!("../../../examples/units-2025/mapping-before.toml");
    pub const SINCE: &str = include_str!("../../../examples/units-2025/provinces-2025.csv");
    pub const MAPPING: &str = include_str!("../../../examples/units-2025/mapping.toml");
    pub const CHANGES: &str = include_str!("../../../examples/units-2025/changes.csv");
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Imports a whole table of units.
async fn take_units(store: &SqliteStore, file: impl Into<Vec<u8>>, mapping: &str) {
    let mapping = Arc::new(Mapping::parse(mapping, Unit::COLUMNS).unwrap());
    let mut kept = Kept::default();
    let reader = Cursor::new(file.into());
    import::mapped::<Unit, _>(reader, None, Some(mapping), Target::Store(store), &mut kept)
        .await
        .unwrap();
    assert_eq!(kept.0, []);
}

#[tokio::test]
async fn the_tables_of_units_are_read_and_an_old_code_counts_under_who_took_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), Arc::new(FormBook::default())).unwrap();
    take_units(&store, units_2025::BEFORE, units_2025::MAPPING_BEFORE).await;
    take_units(&store, units_2025::SINCE, units_2025::MAPPING).await;
    let changes = Cursor::new(units_2025::CHANGES);
    let told = import::unit_changes(changes, None, &store, &mut ())
        .await
        .unwrap();
    assert_eq!((told.new, told.refused), (6, 0));

    let units = store.units().await.unwrap();
    let (last, first) = (day("2025-06-30"), day("2025-07-01"));
    let name = |code, on| Unit::on(&units, code, on).map(|unit| unit.name.as_str());
    for (code, was, is) in [
        ("15", "Tỉnh Yên Bái", "Tỉnh Lào Cai"),
        ("52", "Tỉnh Bình Định", "Tỉnh Gia Lai"),
        ("91", "Tỉnh Kiên Giang", "Tỉnh An Giang"),
    ] {
        assert_eq!(name(code, last), Some(was));
        assert_eq!(name(code, first), Some(is));
    }
    for (code, was) in [("64", "Tỉnh Gia Lai"), ("89", "Tỉnh An Giang")] {
        assert_eq!(name(code, last), Some(was));
        assert_eq!(name(code, first), None);
    }
    assert!(units.iter().all(|unit| unit.kind == "province"));

    let load = |mode| Lineage::load(&store, mode, day("2026-11-01"));
    let as_was = load(UnitsAs::Was).await.unwrap().unwrap();
    assert_eq!(as_was.key("52", last), "52@2025-06-30");
    let as_is = load(UnitsAs::Is).await.unwrap().unwrap();
    for (old, new) in [("10", "15"), ("64", "52"), ("52", "52"), ("89", "91")] {
        assert_eq!(as_is.key(old, last), new, "{old}");
    }
}

/// The table since 2025 as a sheet under a title, its codes numbers of a format, with one province more and a commune that
/// is made up.
fn sheet_of_units() -> Vec<u8> {
    let with_digits = |format: &str| rust_xlsxwriter::Format::new().set_num_format(format);
    let (two, five) = (with_digits("00"), with_digits("00000"));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let title = "DANH MỤC VÀ MÃ SỐ CÁC ĐƠN VỊ HÀNH CHÍNH";
    sheet.write_string(0, 0, title).unwrap();
    let more = ["8,Tỉnh Tuyên Quang,Tỉnh,", "1,Xã Ví Dụ,Xã,TỈNH  Gia Lai"];
    for (row, line) in (2u32..).zip(units_2025::SINCE.lines().chain(more)) {
        for (column, text) in (0u16..).zip(line.split(',')) {
            let written = match text.parse::<u32>() {
                Ok(1) => sheet.write_number_with_format(row, column, 1, &five),
                Ok(code) => sheet.write_number_with_format(row, column, code, &two),
                Err(_) => sheet.write_string(row, column, text),
            };
            written.unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_table_of_units_is_one_as_csv_and_as_a_sheet_with_a_title() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), Arc::new(FormBook::default())).unwrap();
    take_units(&store, units_2025::SINCE, units_2025::MAPPING).await;
    let of_csv = store.units().await.unwrap();
    take_units(&store, sheet_of_units(), units_2025::MAPPING).await;
    let (more, same): (Vec<Unit>, Vec<Unit>) = store
        .units()
        .await
        .unwrap()
        .into_iter()
        .partition(|unit| ["08", "00001"].contains(&unit.code.as_str()));
    assert_eq!(same, of_csv);
    let unit = |code: &str, name: &str, kind: &str, parent: Option<&str>| Unit {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        parent: parent.map(str::to_owned),
        valid_from: Some(day("2025-07-01")),
        valid_to: None,
    };
    assert_eq!(
        more,
        [
            unit("00001", "Xã Ví Dụ", "commune", Some("52")),
            unit("08", "Tỉnh Tuyên Quang", "province", None),
        ]
    );
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

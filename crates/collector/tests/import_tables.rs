//! What an administrator may rely on when a table is imported.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

use std::io::Cursor;
use std::sync::Arc;

use collector::forms::FormBook;
use collector::import::{self, Format, ImportError, Observer, Refused, Summary, Target};
use collector::store::sqlite::SqliteStore;
use collector::store::{Dossier, Fed, Store, Unit};
use proptest::prelude::*;
use tempfile::TempDir;

struct Office {
    store: SqliteStore,
    _folder: TempDir,
}

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), Arc::new(FormBook::default())).unwrap();
    Office {
        store,
        _folder: folder,
    }
}

/// Keeps what was refused.
#[derive(Default)]
struct Kept(Vec<Refused>);

impl Observer for Kept {
    fn refused(&mut self, refused: &Refused) {
        self.0.push(refused.clone());
    }
}

impl Kept {
    /// `line field code` of every fault.
    fn faults(&self) -> Vec<String> {
        self.0
            .iter()
            .flat_map(|refused| {
                refused
                    .faults
                    .iter()
                    .map(move |fault| format!("{} {} {}", refused.line, fault.field, fault.code))
            })
            .collect()
    }
}

async fn units(office: &Office, file: impl Into<Vec<u8>>) -> (Result<Summary, ImportError>, Kept) {
    let mut kept = Kept::default();
    let result = import::units(Cursor::new(file.into()), None, &office.store, &mut kept).await;
    (result, kept)
}

async fn dossiers(office: &Office, file: impl Into<Vec<u8>>) -> (Summary, Kept) {
    let mut kept = Kept::default();
    let reader = Cursor::new(file.into());
    let result = import::dossiers(reader, None, &office.store, &mut kept).await;
    (result.unwrap(), kept)
}

const CSV: &str = "\
code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome
H57.132-260804-0583,1.011441,H57.132,,desk,04/08/2026 10:56,2026-08-10,,
h57.132-260804-0584 ,1.011441,H57.132,H57.1,online,2026-08-04T03:56:00Z,10:56 10/08/2026,2026-08-05 09:00,\"granted\"
";

#[tokio::test]
async fn good_lines_are_taken_and_a_second_import_changes_nothing() {
    let office = office();
    let (first, kept) = dossiers(&office, CSV).await;
    assert_eq!(kept.faults(), Vec::<String>::new());
    assert_eq!(
        (first.read, first.new, first.replaced, first.refused),
        (2, 2, 0, 0)
    );
    let (again, _) = dossiers(&office, CSV).await;
    assert_eq!(
        (again.read, again.new, again.replaced, again.refused),
        (2, 0, 2, 0)
    );
    assert_eq!(office.store.totals().await.unwrap().dossiers, 2);
    let kept = office
        .store
        .dossier("H57.132-260804-0584")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        kept,
        Dossier {
            code: "H57.132-260804-0584".into(),
            procedure: "1.011441".into(),
            unit: "H57.132".into(),
            authority: Some("H57.1".into()),
            filing_channel: Some("online".into()),
            received_at: Some("2026-08-04T03:56:00Z".parse().unwrap()),
            due_at: Some("2026-08-10T03:56:00Z".parse().unwrap()),
            finished_at: Some("2026-08-05T02:00:00Z".parse().unwrap()),
            outcome: Some("granted".into()),
        }
    );
}

#[tokio::test]
async fn a_dossier_due_on_a_date_is_on_time_until_the_day_is_over() {
    let office = office();
    dossiers(&office, CSV).await;
    let kept = office
        .store
        .dossier("H57.132-260804-0583")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.due_at.unwrap().to_string(), "2026-08-10T16:59:59Z");
}

#[tokio::test]
async fn faulty_lines_are_refused_with_line_field_and_rule_and_the_others_taken() {
    let office = office();
    let file = "\
code,procedure,unit,received_at,finished_at
1.011441,1.011441,H57.132,,
H57.132-260804-0583,,H57 132,04/13/2026,
H57.132-260804-0584,1.011441,H57.132,2026-08-04,2026-08-03 09:00
H57.132-260804-0585,1.011441
H57.132-260804-0586,1.011441,H57.132,2026-08-04 10:00,2026-08-04
";
    let (summary, kept) = dossiers(&office, file).await;
    assert_eq!(
        kept.faults(),
        [
            "2 code bad-dossier-code",
            "3 procedure required",
            "3 unit bad-code",
            "3 received_at bad-time",
            "4 finished_at before-receipt",
            "5  wrong-length",
        ]
    );
    assert_eq!((summary.read, summary.new, summary.refused), (5, 1, 4));
}

#[tokio::test]
async fn a_unit_under_itself_is_refused_and_the_others_taken() {
    let office = office();
    let file = "code,name,kind,parent\nP7,One,ward,P7\nP8,Two,ward,P7\n";
    let (summary, kept) = units(&office, file).await;
    assert_eq!(kept.faults(), ["2 parent own-parent"]);
    let summary = summary.unwrap();
    assert_eq!((summary.read, summary.new, summary.refused), (2, 1, 1));
}

#[tokio::test]
async fn a_wrong_header_is_told_by_name_and_nothing_is_imported() {
    let office = office();
    for (file, told) in [
        (
            "code,name,kind,colour\nA,B,ward,red\n",
            "no column \"colour\"",
        ),
        ("code,name\nA,B\n", "\"kind\" is missing"),
        (
            "code,name,kind,code\nA,B,ward,A\n",
            "\"code\" is there twice",
        ),
        ("", "empty"),
        ("\u{feff}\n\n", "empty"),
    ] {
        let (result, _) = units(&office, file).await;
        let error = result.unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let utf16: Vec<u8> = [0xFF, 0xFE, b'c', 0].to_vec();
    let (result, _) = units(&office, utf16).await;
    assert!(result.unwrap_err().to_string().contains("UTF-16"));
    assert_eq!(office.store.totals().await.unwrap().units, 0);
}

#[tokio::test]
async fn json_faults_name_line_and_field_and_what_follows_is_still_read() {
    let office = office();
    let lines = "\
{\"code\": \"A\", \"name\": \"Xã A\", \"kind\": \"commune\"}
{\"code\": 1.10, \"name\": \"Xã B\", \"kind\": \"commune\"}
not json
[1, 2]
{\"code\": \"C\", \"name\": \"Xã C\", \"kind\": \"commune\", \"colour\": \"red\", \"name\": \"Xã D\"}
{\"code\": \"D\", \"name\": \"Xã D\", \"kind\": \"commune\", \"parent\": null}
";
    let (result, kept) = units(&office, lines).await;
    let expected = [
        "2 code not-text",
        "3  not-json",
        "4  not-an-object",
        "5 colour unknown-column",
        "5 name repeated",
    ];
    assert_eq!(kept.faults(), expected);
    assert_eq!(result.unwrap().new, 2);

    let array = "[\n{\"code\": \"E\", \"name\": \"Xã E\", \"kind\": \"commune\"},\n7,\n{\n\"code\": \"F\"},\n{\"code\": \"G\" oops";
    let (result, kept) = units(&office, array).await;
    let expected = [
        "3  not-an-object",
        "4 name required",
        "4 kind required",
        "6  not-json",
    ];
    assert_eq!(kept.faults(), expected);
    assert_eq!(result.unwrap().new, 1);
}

#[tokio::test]
async fn names_are_composed_and_personal_numbers_masked() {
    let office = office();
    let file = "code;name;kind\nA;Tổ  Ho\u{301}a, ĐT 0912345678;commune\n";
    units(&office, file).await.0.unwrap();
    let kept = office.store.units().await.unwrap();
    assert_eq!(kept.first().unwrap().name, "Tổ Hóa, ĐT ***");
}

#[tokio::test]
async fn a_dry_run_checks_and_writes_nothing() {
    let mut kept = Kept::default();
    let file = "code,name,kind\nA,Xã A,commune\n,Xã B,commune\n";
    let reader = Cursor::new(file);
    let summary = import::records::<Unit, _>(reader, None, Target::DryRun, &mut kept).await;
    let summary = summary.unwrap();
    assert_eq!((summary.read, summary.replaced, summary.refused), (2, 1, 1));
    assert_eq!(kept.faults(), ["3 code required"]);
}

/// Units whose every text survives cleaning as it is.
fn tables() -> impl Strategy<Value = Vec<[String; 4]>> {
    let name = "[A-Za-zăâđêôơư,;\"']{1,12}( [a-zạảấầẩẫậ,;\"]{1,8}){0,2}";
    let row = ("[A-Z][0-9]{1,6}", name, "(ward|commune)", "(|P[0-9]{1,3})");
    // A unit under itself is refused.
    let row = row.prop_filter("its own parent", |(code, _, _, parent)| code != parent);
    prop::collection::vec(row.prop_map(|(a, b, c, d)| [a, b, c, d]), 1..20)
}

const COLUMNS: [&str; 4] = ["code", "name", "kind", "parent"];

fn csv_file(rows: &[[String; 4]], order: &[usize], separator: u8, mark: bool) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .from_writer(Vec::new());
    writer
        .write_record(order.iter().map(|&at| COLUMNS[at]))
        .unwrap();
    for row in rows {
        writer
            .write_record(order.iter().map(|&at| &row[at]))
            .unwrap();
    }
    let text = writer.into_inner().unwrap();
    if mark {
        [b"\xEF\xBB\xBF".to_vec(), text].concat()
    } else {
        text
    }
}

fn imported(file: Vec<u8>, format: Format) -> Vec<Unit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let office = office();
        let mut kept = Kept::default();
        let reader = Cursor::new(file);
        import::units(reader, Some(format), &office.store, &mut kept)
            .await
            .unwrap();
        assert_eq!(kept.faults(), Vec::<String>::new());
        let mut units = office.store.units().await.unwrap();
        units.sort_by(|a, b| a.code.cmp(&b.code));
        units
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_same_rows_import_equally_from_every_format(
        rows in tables(),
        order in Just(vec![0, 1, 2, 3]).prop_shuffle(),
        semicolon in any::<bool>(),
        mark in any::<bool>(),
    ) {
        let plain = imported(csv_file(&rows, &[0, 1, 2, 3], b',', false), Format::Csv);
        prop_assert!(!plain.is_empty());
        let separator = if semicolon { b';' } else { b',' };
        prop_assert_eq!(&imported(csv_file(&rows, &order, separator, mark), Format::Csv), &plain);
        let objects: Vec<serde_json::Value> = rows
            .iter()
            .map(|row| order.iter().map(|&at| (COLUMNS[at].to_owned(), row[at].clone().into())).collect::<serde_json::Map<_, _>>().into())
            .collect();
        let array = serde_json::to_vec_pretty(&objects).unwrap();
        prop_assert_eq!(&imported(array, Format::Json), &plain);
        let lines: Vec<String> = objects.iter().map(ToString::to_string).collect();
        prop_assert_eq!(&imported(lines.join("\r\n").into_bytes(), Format::Ndjson), &plain);
    }
}

proptest! {
    /// Whatever comes in is taken or refused, and every record is told of once.
    #[test]
    fn no_bytes_make_it_panic(
        start in prop_oneof![
            Just(&b""[..]),
            Just(&b"code,procedure,unit\n"[..]),
            Just(&b"code;procedure;unit;received_at\n"[..]),
            Just(&b"[{\"code\":"[..]),
            Just(&b"{\"code\":\"H57.132-260804-0583\","[..]),
        ],
        rest in prop::collection::vec(any::<u8>(), 0..200),
        format in prop::option::of(prop_oneof![Just(Format::Csv), Just(Format::Json), Just(Format::Ndjson)]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut kept = Kept::default();
        let file = [start, &rest].concat();
        let result = runtime.block_on(import::records::<Fed, _>(
            Cursor::new(file), format, Target::DryRun, &mut kept,
        ));
        if let Ok(summary) = result {
            prop_assert_eq!(summary.refused, kept.0.len() as u64);
            prop_assert_eq!(summary.read, summary.replaced + summary.refused);
        }
    }
}

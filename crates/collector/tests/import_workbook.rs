//! What an administrator may rely on when a workbook is imported where CSV might be.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use std::io::{Cursor, Read, Write};
use std::sync::{Arc, LazyLock};

use cli_fixture::{err, fail, folder, run};
use collector::forms::FormBook;
use collector::import::{
    self, Format, ImportError, Mapping, Observer, Record, Refused, Summary, Target, reports,
};
use collector::store::sqlite::SqliteStore;
use collector::store::{Dossier, Fed, Store, Unit};
use proptest::prelude::*;
use proptest::sample::Index;
use rust_xlsxwriter::{ExcelDateTime, Format as Shown, Formula, Workbook, Worksheet, XlsxError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

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
        let faults = self.0.iter().flat_map(|refused| {
            let faults = refused.faults.iter();
            faults.map(move |fault| format!("{} {} {}", refused.line, fault.field, fault.code))
        });
        faults.collect()
    }

    /// What is said of every fault.
    fn told(&self) -> Vec<String> {
        let faults = self.0.iter().flat_map(|refused| &refused.faults);
        faults.map(|fault| fault.message.clone()).collect()
    }
}

/// A workbook of one sheet.
fn workbook(fill: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet()).unwrap();
    book.save_to_buffer().unwrap()
}

/// Writes texts from this row on; the first row of a sheet is 0 here.
fn write(sheet: &mut Worksheet, first: u32, rows: &[&[&str]]) -> Result<(), XlsxError> {
    for (row, cells) in (first..).zip(rows) {
        for (column, text) in (0u16..).zip(*cells) {
            sheet.write_string(row, column, *text)?;
        }
    }
    Ok(())
}

/// What became of a file in an empty store.
struct Imported {
    result: Result<Summary, ImportError>,
    kept: Kept,
    store: SqliteStore,
    _folder: tempfile::TempDir,
}

async fn imported<T: Record>(file: Vec<u8>, mapping: Option<&str>) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), Arc::new(FormBook::default())).unwrap();
    let mapping = mapping.map(|text| Arc::new(Mapping::parse(text, T::COLUMNS).unwrap()));
    let mut kept = Kept::default();
    let target = Target::Store(&store);
    let result = import::mapped::<T, _>(Cursor::new(file), None, mapping, target, &mut kept).await;
    Imported {
        result,
        kept,
        store,
        _folder: folder,
    }
}

async fn units(file: Vec<u8>, mapping: Option<&str>) -> (Vec<Unit>, Kept) {
    let imported = imported::<Unit>(file, mapping).await;
    imported.result.unwrap();
    (imported.store.units().await.unwrap(), imported.kept)
}

/// Why nothing was imported.
async fn refused(file: Vec<u8>, mapping: Option<&str>) -> String {
    let imported = imported::<Unit>(file, mapping).await;
    assert_eq!(imported.store.totals().await.unwrap().units, 0);
    imported.result.unwrap_err().to_string()
}

const ROWS: &[&[&str]] = &[
    &["name", "", "kind", "code", "valid_to"],
    &["Xã A", "", "commune", "00132", ""],
    &["Xã B", "", "commune", "H57 1", "31/02/2026"],
    &["", "", "", "", ""],
    &["Xã C", "", "commune", "H57.2", "28/02/2026"],
];

#[tokio::test]
async fn titles_stand_above_the_header_and_faults_name_the_row_of_the_sheet() {
    let file = workbook(|sheet| {
        let plain = Shown::new();
        sheet.merge_range(0, 0, 0, 4, "DANH SÁCH ĐƠN VỊ", &plain)?;
        write(sheet, 1, &[&["", "tháng 7", "", "code của tỉnh"]])?;
        write(sheet, 3, ROWS)
    });
    let (units, kept) = units(file, None).await;
    assert_eq!(kept.faults(), ["6 code bad-code", "6 valid_to bad-date"]);
    let codes: Vec<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
    assert_eq!(codes, ["00132", "H57.2"]);
    assert_eq!(units[1].name, "Xã C");
}

#[tokio::test]
async fn numbers_and_dates_are_what_the_sheet_shows() {
    let day = |day| ExcelDateTime::from_ymd(2026, 8, day).unwrap();
    let file = workbook(|sheet| {
        let date = Shown::new().set_num_format("dd/mm/yyyy");
        let moment = Shown::new().set_num_format("dd/mm/yyyy hh:mm");
        let five = Shown::new().set_num_format("00000");
        write(
            sheet,
            0,
            &[
                &[
                    "code",
                    "procedure",
                    "unit",
                    "received_at",
                    "due_at",
                    "finished_at",
                ],
                &["H57.132-260804-0583", "1.011441"],
                &["H57.132-260804-0584", "1.011441"],
            ],
        )?;
        sheet.write_number_with_format(1, 2, 132, &five)?;
        let received = day(4).and_hms(10, 56, 0)?;
        sheet.write_datetime_with_format(1, 3, &received, &moment)?;
        sheet.write_datetime_with_format(1, 4, day(10), &date)?;
        sheet.write_string(1, 5, "05/08/2026 09:00")?;
        sheet.write_number(2, 2, 132)?;
        Ok(())
    });
    let imported = imported::<Fed>(file, None).await;
    assert_eq!(imported.kept.told(), Vec::<String>::new());
    assert_eq!(imported.result.unwrap().new, 2);
    let first = imported.store.dossier("H57.132-260804-0583").await;
    assert_eq!(
        first.unwrap().unwrap(),
        Dossier {
            code: "H57.132-260804-0583".into(),
            procedure: "1.011441".into(),
            unit: "00132".into(),
            authority: None,
            filing_channel: None,
            received_at: Some("2026-08-04T03:56:00Z".parse().unwrap()),
            // A day alone is due until it is over.
            due_at: Some("2026-08-10T16:59:59Z".parse().unwrap()),
            finished_at: Some("2026-08-05T02:00:00Z".parse().unwrap()),
            outcome: None,
        }
    );
    let second = imported.store.dossier("H57.132-260804-0584").await;
    assert_eq!(second.unwrap().unwrap().unit, "132");
}

#[tokio::test]
async fn a_cell_that_is_no_text_is_refused_by_its_name_and_the_other_rows_are_taken() {
    let file = workbook(|sheet| {
        write(
            sheet,
            0,
            &[
                &["code", "name", "kind", "valid_from", "a note"],
                &["", "Xã A", "commune"],
                &["B", "", "commune"],
                &["", "Xã C", "commune"],
                &["", "Xã D", "commune"],
                &["E", "Xã E", "commune"],
                &["F", "", "commune"],
                &["", "Xã G", "commune"],
            ],
        )?;
        let length = Shown::new().set_num_format("[h]:mm");
        sheet.write_boolean(1, 0, true)?;
        sheet.write_formula(2, 1, Formula::new("=NA()").set_result("#N/A"))?;
        sheet.write_number(3, 0, 1.01)?;
        sheet.write_number(4, 0, 1_234_567_890_123_456.0)?;
        sheet.write_number_with_format(5, 3, 46_000, &length)?;
        sheet.write_string(6, 1, "x".repeat(5_000))?;
        sheet.write_number(7, 0, 7)?;
        // A column that is passed over may hold anything.
        sheet.write_boolean(7, 4, true)?;
        Ok(())
    });
    let (units, kept) = units(file, Some("")).await;
    assert_eq!(
        kept.faults(),
        [
            "2 code not-text",
            "3 name cell-error",
            "4 code not-text",
            "5 code not-text",
            "6 valid_from not-text",
            "7 name too-long",
        ]
    );
    for (told, cell) in kept.told().iter().zip(["A2", "B3", "A4", "A5", "D6", "B7"]) {
        assert!(told.starts_with(&format!("cell {cell} ")), "{told}");
    }
    let codes: Vec<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
    assert_eq!(codes, ["7"]);
}

/// A hidden sheet, one of another table, and the table.
fn three_sheets() -> Vec<u8> {
    let mut book = Workbook::new();
    let hidden = book.add_worksheet();
    hidden.set_name("Mã").unwrap().set_hidden(true);
    write(
        hidden,
        0,
        &[&["code", "name", "kind"], &["X", "Ẩn", "commune"]],
    )
    .unwrap();
    let first = book.add_worksheet();
    first.set_name("Tổng hợp").unwrap().set_active(true);
    write(
        first,
        0,
        &[&["code", "name", "kind"], &["A", "Xã A", "commune"]],
    )
    .unwrap();
    let second = book.add_worksheet();
    second.set_name("Xã Hoà An").unwrap();
    write(
        second,
        0,
        &[
            &["code", "name", "kind"],
            &["Mã", "Tên", "Cấp"],
            &["B", "Xã B", "commune"],
        ],
    )
    .unwrap();
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn the_first_sheet_that_people_see_is_read_or_the_one_that_the_mapping_names() {
    let (units_of_first, _) = units(three_sheets(), None).await;
    assert_eq!(units_of_first[0].name, "Xã A");
    let named = "sheet = \"xã Hòa An\"\nheader_row = 2\n[columns]\ncode = \"mã\"\nname = \"tên\"\nkind = \"cấp\"";
    let (units_of_named, _) = units(three_sheets(), Some(named)).await;
    assert_eq!(units_of_named.len(), 1);
    assert_eq!(units_of_named[0].name, "Xã B");
    let told = refused(three_sheets(), Some("sheet = \"Bảng 1\"")).await;
    assert!(
        told.contains("Bảng 1")
            && told.contains("Tổng hợp")
            && told.contains("nothing was imported"),
        "{told}"
    );
}

#[tokio::test]
async fn the_row_that_the_mapping_names_is_the_header_of_csv_too() {
    let mapping = "header_row = 3\n[columns]\ncode = \"Mã\"\nname = \"Tên\"\nkind = \"Cấp\"";
    let csv = "DANH SÁCH\n\"Mã, Tên và Cấp\"\nMã;Tên;Cấp\nA;Xã A;commune\n;Xã B;commune\n";
    let (units, kept) = units(csv.into(), Some(mapping)).await;
    assert_eq!(units.len(), 1);
    assert_eq!(kept.faults(), ["5 code required"]);
    let told = refused(
        csv.into(),
        Some(&mapping.replace("header_row = 3", "header_row = 4")),
    )
    .await;
    assert!(told.contains("which line 4 does not name"), "{told}");
    let zero = Mapping::parse("header_row = 0", Unit::COLUMNS).unwrap_err();
    assert!(zero.contains("first row is 1"), "{zero}");
}

#[tokio::test]
async fn a_sheet_without_a_header_says_what_is_missing_in_the_row_that_comes_nearest() {
    let file = |rows: &[&[&str]]| workbook(|sheet| write(sheet, 2, rows));
    type Case<'a> = (&'a [&'a [&'a str]], Option<&'a str>, &'a str);
    let cases: [Case<'_>; 5] = [
        (
            &[&["name of it"], &["code", "name"], &["A", "Xã A"]],
            None,
            "\"kind\" is missing; the header (row 4 of the sheet \"Sheet1\")",
        ),
        (
            &[&["code", "name", "kind", "colour"]],
            None,
            "no column \"colour\"; the header (row 3",
        ),
        (
            &[&["code", "name"]],
            Some("[columns]\nkind = \"Cấp\""),
            "the column \"Cấp\", which the header (row 3 of the sheet",
        ),
        (
            &[&["A", "Xã A"]],
            None,
            "names the columns code, name, kind",
        ),
        (
            &[&["code", "name", "kind"]],
            Some("header_row = 2"),
            "row 2 of the sheet \"Sheet1\" is empty",
        ),
    ];
    for (rows, mapping, told) in cases {
        let error = refused(file(rows), mapping).await;
        assert!(error.contains(told), "{error}");
    }
}

/// A zip archive of these parts.
fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, part) in parts {
        archive.start_file(name.as_str(), stored).unwrap();
        archive.write_all(part).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn what_is_no_workbook_of_today_is_refused_with_the_mend() {
    let old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0];
    let told = refused(old.to_vec(), None).await;
    assert!(told.contains(".xls)") && told.contains(".xlsx"), "{told}");
    let archive = packed(&[("units.csv".to_owned(), b"code,name,kind\n".to_vec())]);
    let told = refused(archive, None).await;
    assert!(
        told.contains("cannot be read") && told.contains("CSV UTF-8"),
        "{told}"
    );
    let whole = three_sheets();
    let told = refused(whole[..whole.len() / 2].to_vec(), None).await;
    assert!(told.contains("cannot be read"), "{told}");
}

#[test]
fn csv_is_no_workbook_whatever_it_is_called() {
    let file = b"code,procedure,unit\n".to_vec();
    let told = dry(file, Some(Format::Xlsx)).0.unwrap_err().to_string();
    assert!(told.contains("workbook cannot be read"), "{told}");
}

#[test]
fn a_part_that_claims_more_than_it_holds_is_refused_before_room_is_made_for_it() {
    let claims = |claim: &str| {
        let mut parts = BOOK.1.clone();
        let (_, texts) = parts
            .iter_mut()
            .find(|(name, _)| name.ends_with("sharedStrings.xml"))
            .unwrap();
        let text = String::from_utf8(std::mem::take(texts)).unwrap();
        let claimed = text.replacen("uniqueCount=\"", &format!("uniqueCount=\"{claim}"), 1);
        assert_ne!(claimed, text);
        *texts = claimed.into_bytes();
        packed(&parts)
    };
    for claim in ["99999999", "99999999999999999999"] {
        let error = dry(claims(claim), None).0.unwrap_err().to_string();
        assert!(error.contains("would unpack to more than"), "{error}");
    }
    assert!(dry(claims("0"), None).0.is_ok());
}

#[tokio::test]
async fn citizen_reports_are_read_from_a_sheet() {
    let file = workbook(|sheet| {
        let date = Shown::new().set_num_format("dd/mm/yyyy");
        write(
            sheet,
            1,
            &[
                &["id", "received_at", "unit", "within_competence"],
                &["PA-1", "", "H57.132", "có"],
                &["PA-2", "2026-07-01", "", "x"],
            ],
        )?;
        let day = ExcelDateTime::from_ymd(2026, 7, 1)?;
        sheet.write_datetime_with_format(2, 1, &day, &date)?;
        Ok(())
    });
    let lines = reports::read(Cursor::new(file), None).unwrap();
    assert_eq!(lines.good.len(), 1);
    assert_eq!(
        lines.good[0].received_at.to_string(),
        "2026-06-30T17:00:00Z"
    );
    assert_eq!(lines.refused[0].line, 4);
}

#[test]
fn refused_rows_of_a_sheet_become_csv_that_can_be_mended() {
    let folder = folder();
    let data = folder.path().join("data");
    let file = folder.path().join("units.bin");
    std::fs::write(&file, workbook(|sheet| write(sheet, 0, ROWS))).unwrap();
    let file = file.to_str().unwrap();
    let mended = folder.path().join("refused.csv");
    let mended = mended.to_str().unwrap();
    let first = run(&data, &["import", "units", file, "--errors", mended]);
    assert_eq!(first.status.code(), Some(1));
    let told = err(&first);
    assert!(
        told.contains("line 3: code:") && told.contains("read 3, new 2, replaced 0, refused 1"),
        "{told}"
    );
    let text = std::fs::read_to_string(mended).unwrap();
    assert!(
        text.starts_with("_line,code,name,kind,parent,valid_from,valid_to,_errors\n3,H57 1,Xã B,"),
        "{text}"
    );
    let told = fail(&data, &["import", "responses", file]);
    assert!(told.contains("workbook"), "{told}");
}

/// Names and bytes of what a zip archive holds.
type Parts = Vec<(String, Vec<u8>)>;

/// A small workbook of dossiers: whole, and its parts.
static BOOK: LazyLock<(Vec<u8>, Parts)> = LazyLock::new(|| {
    let whole = workbook(|sheet| {
        let date = Shown::new().set_num_format("dd/mm/yyyy");
        write(
            sheet,
            0,
            &[
                &["Danh sách"],
                &["code", "procedure", "unit", "received_at"],
                &["H57.132-260804-0583", "1.011441", "H57.132"],
                &["H57.132-260804-0584", "1.011441", ""],
            ],
        )?;
        sheet.write_number(3, 2, 132)?;
        let day = ExcelDateTime::from_ymd(2026, 8, 4)?;
        sheet.write_datetime_with_format(2, 3, &day, &date)?;
        sheet.write_boolean(3, 3, true)?;
        Ok(())
    });
    let parts = unpacked(&whole);
    (whole, parts)
});

/// The parts of a zip archive.
fn unpacked(file: &[u8]) -> Parts {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        parts.push((name, bytes));
    }
    parts
}

/// Checks a file of dossiers and imports nothing.
fn dry(file: Vec<u8>, format: Option<Format>) -> (Result<Summary, ImportError>, Kept) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut kept = Kept::default();
    let result = runtime.block_on(import::records::<Fed, _>(
        Cursor::new(file),
        format,
        Target::DryRun,
        &mut kept,
    ));
    (result, kept)
}

/// It was read or refused: the thread that reads has not ended early, and each record was told of.
fn read_or_refused(file: Vec<u8>, format: Option<Format>) -> Result<(), TestCaseError> {
    let (result, kept) = dry(file, format);
    match result {
        Ok(summary) => {
            prop_assert_eq!(summary.refused, kept.0.len() as u64);
            prop_assert_eq!(summary.read, summary.replaced + summary.refused);
        }
        Err(error) => {
            prop_assert!(!matches!(error, ImportError::Reader(_)), "{}", error);
        }
    }
    Ok(())
}

proptest! {
    /// Whatever happened to the bytes of a workbook on its way.
    #[test]
    fn no_bytes_of_a_workbook_make_it_panic(
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..8),
        length in prop::option::of(any::<Index>()),
        format in prop::option::of(Just(Format::Xlsx)),
    ) {
        let mut file = BOOK.0.clone();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Some(length) = length {
            file.truncate(length.index(file.len()));
        }
        read_or_refused(file, format)?;
    }

    /// Whatever a program has written into its parts.
    #[test]
    fn no_part_of_a_workbook_makes_it_panic(
        part in any::<Index>(),
        changes in prop::collection::vec(
            (any::<Index>(), 0usize..4, prop_oneof!["[0-9]{0,24}", "[ -~]{0,12}", "[A-Z]{1,9}[0-9]{1,12}"]),
            1..5,
        ),
    ) {
        let mut parts = BOOK.1.clone();
        let part = part.index(parts.len());
        let bytes = &mut parts[part].1;
        for (at, taken, text) in changes {
            let at = at.index(bytes.len() + 1);
            let to = (at + taken).min(bytes.len());
            bytes.splice(at..to, text.bytes()).for_each(drop);
        }
        read_or_refused(packed(&parts), None)?;
    }
}

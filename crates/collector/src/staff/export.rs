//! The tables of a page as files: CSV for machines and for offices, XLSX with number formats.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::sheet::{Block, Sheet, Value};
use crate::export::harmless;
use crate::http::Problem;

/// Ways to carry a table away, as they stand in links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Export {
    /// `,` between values, `.` before decimals.
    Csv,
    /// `;` between values, `,` before decimals: what a spreadsheet set to Vietnamese opens.
    CsvComma,
    Xlsx,
}

impl Export {
    pub(super) const ALL: [Self; 3] = [Self::CsvComma, Self::Csv, Self::Xlsx];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvComma => "csv-comma",
            Self::Xlsx => "xlsx",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The one of this name.
    ///
    /// # Errors
    ///
    /// 400 that lists the names.
    pub(super) fn asked(name: &str) -> Result<Self, Problem> {
        Self::of_name(name).ok_or_else(|| {
            Problem::bad_request("unknown-export", "ask for one of: csv, csv-comma, xlsx")
                .field("export")
        })
    }

    /// The file. A CSV file holds the named table of the sheet, else its first; an XLSX file holds all.
    pub(super) fn file(self, sheet: &Sheet, table: Option<&str>) -> Result<Response, Problem> {
        let chosen = sheet
            .blocks
            .iter()
            .find(|one| table.is_none_or(|id| id == one.table.id));
        let Some(chosen) = chosen else {
            return Err(Problem::not_found(
                "no-such-table",
                "the page has no table of this name; take the link below the table",
            ));
        };
        let failed = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "a file could not be written");
            Problem::internal()
        };
        Ok(match self {
            Self::Csv | Self::CsvComma => {
                let comma = self == Self::CsvComma;
                let bytes = csv(sheet, chosen, comma).map_err(|error| failed(&error))?;
                attached("text/csv; charset=utf-8", chosen.table.id, "csv", bytes)
            }
            Self::Xlsx => {
                let bytes = xlsx(sheet).map_err(|error| failed(&error))?;
                let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                attached(kind, chosen.table.id, "xlsx", bytes)
            }
        })
    }
}

fn attached(kind: &'static str, name: &str, end: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"hai-long-{name}.{end}\"");
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

/// The table with the labels in columns of their own: each row stays labelled however the file is cut.
fn csv(sheet: &Sheet, block: &Block, comma: bool) -> Result<Vec<u8>, csv::Error> {
    let table = &block.table;
    // The mark by which spreadsheets know UTF-8.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(if comma { b';' } else { b',' })
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        let labels = || sheet.labels_of(block).iter();
        writer.write_record(
            table
                .columns
                .iter()
                .chain(labels().map(|(name, _)| name))
                .map(|name| harmless(name)),
        )?;
        for row in &table.rows {
            let values = row.values.iter().map(|value| match value {
                Value::Text(text) => harmless(text),
                Value::Number(number, decimals) => {
                    let text = fixed(*number, *decimals);
                    if comma { text.replace('.', ",") } else { text }
                }
                Value::Count(count) => count.to_string(),
                Value::Empty => String::new(),
            });
            writer.write_record(values.chain(labels().map(|(_, value)| harmless(value))))?;
        }
        writer.flush()?;
    }
    Ok(bytes)
}

fn fixed(number: f64, decimals: u8) -> String {
    format!("{number:.*}", usize::from(decimals))
}

/// The number as it is printed elsewhere: whoever goes on computing with a spreadsheet starts from what the page says.
fn printed(number: f64, decimals: u8) -> f64 {
    fixed(number, decimals).parse().unwrap_or(number)
}

/// One sheet for each table, and one that says what the figures are.
fn xlsx(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_text_wrap();
    let whole = Format::new().set_num_format("#,##0");
    let decimals = |count: u8| match count {
        0 => Format::new().set_num_format("0"),
        count => Format::new().set_num_format(format!("0.{}", "0".repeat(count.into()))),
    };
    for block in &sheet.blocks {
        let table = &block.table;
        let page = book.add_worksheet();
        page.set_name(table.id)?;
        for (column, name) in (0u16..).zip(&table.columns) {
            page.write_string_with_format(0, column, name, &bold)?;
            page.set_column_width(column, if column == 0 { 40.0 } else { 14.0 })?;
        }
        page.set_freeze_panes(1, 1)?;
        page.set_repeat_rows(0, 0)?;
        page.set_landscape();
        for (row, line) in (1u32..).zip(&table.rows) {
            for (column, value) in (0u16..).zip(&line.values) {
                match value {
                    Value::Text(text) => page.write_string(row, column, text)?,
                    Value::Number(number, count) => page.write_number_with_format(
                        row,
                        column,
                        printed(*number, *count),
                        &decimals(*count),
                    )?,
                    Value::Count(count) => {
                        page.write_number_with_format(row, column, *count as f64, &whole)?
                    }
                    Value::Empty => page,
                };
            }
        }
    }
    let about = book.add_worksheet();
    about.set_name("about")?;
    about.set_column_width(0, 30.0)?;
    about.set_column_width(1, 90.0)?;
    about.write_string_with_format(0, 0, &sheet.title, &bold)?;
    let mut row = 1;
    for (name, value) in &sheet.labels {
        about.write_string(row, 0, name)?;
        about.write_string(row, 1, value)?;
        row += 1;
    }
    for block in &sheet.blocks {
        about.write_string_with_format(row, 0, &block.title, &bold)?;
        row += 1;
        for (name, value) in block.labels.iter().flatten() {
            about.write_string(row, 0, name)?;
            about.write_string(row, 1, value)?;
            row += 1;
        }
        for line in &block.notes {
            about.write_string(row, 1, line)?;
            row += 1;
        }
    }
    for line in &sheet.about {
        about.write_string(row, 1, line)?;
        row += 1;
    }
    book.save_to_buffer()
}

//! Responses as a spreadsheet.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use super::line::{Cell, Lines};
use super::{Export, StoreError};

/// Rows that a worksheet holds below its heading.
const MAX_ROWS: u32 = 1_048_575;

/// Why there is no spreadsheet.
#[derive(Debug, thiserror::Error)]
pub enum XlsxError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] rust_xlsxwriter::XlsxError),
    /// More than a worksheet holds.
    #[error(
        "a spreadsheet holds {MAX_ROWS} lines and there are more; shorten the period with --from and --to, or write csv"
    )]
    TooMany,
}

/// Writes what is left of an export to a file; gives the number of responses.
///
/// # Errors
///
/// [`XlsxError`]; a file may be left that is not whole.
pub async fn xlsx(export: &mut Export, path: &Path) -> Result<u64, XlsxError> {
    let form = export.form().clone();
    let lines = Lines(&form);
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let page = book.add_worksheet();
    page.set_name("responses")?;
    page.set_freeze_panes(1, 0)?;
    for (column, name) in (0u16..).zip(lines.columns()) {
        page.write_string_with_format(0, column, name, &bold)?;
    }
    let mut row = 0;
    while let Some(responses) = export.next().await? {
        for one in &responses {
            row += 1;
            if row > MAX_ROWS {
                return Err(XlsxError::TooMany);
            }
            for (column, cell) in (0u16..).zip(lines.cells(one)) {
                match cell {
                    Cell::Text(text) => page.write_string(row, column, text)?,
                    Cell::Number(number) => page.write_number(row, column, number)?,
                    Cell::Truth(truth) => page.write_boolean(row, column, truth)?,
                    Cell::Empty => page,
                };
            }
        }
    }
    book.save(path)?;
    Ok(row.into())
}

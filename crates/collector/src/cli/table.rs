//! Tables on standard output.

use std::io::Write;

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};

/// Prints rows under a heading; columns whose place is in `numbers` are set flush right.
pub fn print(
    heading: &[&str],
    rows: Vec<Vec<String>>,
    numbers: std::ops::Range<usize>,
) -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(heading.iter().copied());
    table.add_rows(rows);
    for (at, column) in table.column_iter_mut().enumerate() {
        if numbers.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    line(&table.to_string())
}

/// Prints a line; fails, instead of panicking, when nobody reads any more.
pub fn line(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

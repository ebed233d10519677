//! Responses as Parquet, for programs that analyse.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::Type;

use super::line::{Cell, Lines};
use super::{Export, StoreError};

/// Responses in a row group: some megabytes of memory.
const GROUP: usize = 50_000;

/// Why there is no Parquet file.
#[derive(Debug, thiserror::Error)]
pub enum ParquetExportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The file cannot be made.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

/// Writes what is left of an export to a file; gives the number of responses. Answers are whole numbers, null where none was
/// given; where a question offers "does not apply", `answer.ITEM.na` says so.
///
/// # Errors
///
/// [`ParquetExportError`]; a file may be left that is not whole.
pub async fn parquet(export: &mut Export, path: &Path) -> Result<u64, ParquetExportError> {
    let form = Arc::clone(export.form());
    let lines = Lines(&form);
    let columns = lines.typed_columns();
    let fields = columns
        .iter()
        .map(|(name, kind)| field(name, kind))
        .collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("responses")
        .with_fields(fields)
        .build()?;
    // Other codings than the plain ones of Parquet itself would each be a further library.
    let properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .build();
    let file = File::create(path)?;
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
    let mut group: Vec<Vec<Cell>> = vec![Vec::new(); columns.len()];
    let mut waiting = 0;
    let mut written = 0;
    loop {
        let page = export.next().await?;
        for one in page.iter().flatten() {
            for (column, cell) in group.iter_mut().zip(lines.typed_cells(one)) {
                column.push(cell);
            }
            waiting += 1;
        }
        if waiting >= GROUP || (page.is_none() && waiting > 0) {
            write(&mut writer, &mut group)?;
            written += waiting as u64;
            waiting = 0;
        }
        if page.is_none() {
            break;
        }
    }
    writer.close()?;
    Ok(written)
}

fn field(name: &str, kind: &Cell) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match kind {
        Cell::Number(_) => (Physical::INT32, None),
        Cell::Truth(_) => (Physical::BOOLEAN, None),
        Cell::Text(_) | Cell::Empty => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let field = Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(field))
}

/// Writes the waiting responses, column by column, and forgets them.
fn write(
    writer: &mut SerializedFileWriter<File>,
    group: &mut [Vec<Cell>],
) -> Result<(), ParquetError> {
    let mut rows = writer.next_row_group()?;
    let mut columns = group.iter_mut();
    while let Some(mut column) = rows.next_column()? {
        let cells = columns.next().map(std::mem::take).unwrap_or_default();
        match column.untyped() {
            ColumnWriter::Int32ColumnWriter(_) => {
                put::<Int32Type>(&mut column, &cells, |cell| match cell {
                    Cell::Number(number) => Some(i32::from(*number)),
                    _ => None,
                })?
            }
            ColumnWriter::BoolColumnWriter(_) => {
                put::<BoolType>(&mut column, &cells, |cell| match cell {
                    Cell::Truth(truth) => Some(*truth),
                    _ => None,
                })?
            }
            _ => put::<ByteArrayType>(&mut column, &cells, |cell| match cell {
                Cell::Text(text) => Some(ByteArray::from(text.as_str())),
                _ => None,
            })?,
        }
        column.close()?;
    }
    rows.close()?;
    Ok(())
}

fn put<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    cells: &[Cell],
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<Option<T::T>> = cells.iter().map(value).collect();
    let there: Vec<i16> = values
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    column
        .typed::<T>()
        .write_batch(&values, Some(&there), None)?;
    Ok(())
}

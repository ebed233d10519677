//! Tables that come in as files: units, procedures, dossiers; CSV, a workbook, a JSON array, or one JSON object a line.
//!
//! A file is read on a thread of its own while the store writes, in batches, so that a file of any length needs the
//! memory of a few batches; a workbook must be held whole, and has a limit. A line that breaks a rule is refused with its
//! fault and the mend; the others are taken. All writing is "add or replace by code": importing a file again changes
//! nothing.

mod clean;
pub mod invites;
mod mapping;
pub mod published;
mod read;
mod record;
pub mod reports;
pub mod responses;
mod workbook;

use std::io::Read;
use std::sync::Arc;

use survey::response::Fault;
use tokio::sync::mpsc;

use self::read::Layout;
use crate::store::{Fed, Kept, Procedure, Store, StoreError, ToldChange, Unit};

pub use clean::{DayMeans, parse_time};
pub use mapping::Mapping;
pub use read::{Column, Row};
pub use record::{Record, Written};
pub use workbook::is_workbook;

/// How many records one write to the store carries.
const BATCH: usize = 5_000;
/// Batches that may wait between the reading thread and the store.
const QUEUE: usize = 2;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header line and one record a line; `,` or `;` between the fields, told from the header.
    Csv,
    /// A workbook, `.xlsx`; a row of a sheet names the columns, and one record stands in each row below it.
    Xlsx,
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records found in the file.
    pub read: u64,
    /// Of these, taken under a code that the store did not have; 0 in a dry run, which does not ask the store.
    pub new: u64,
    /// Of these, taken in place of a record of the same code. In a dry run: all that would be taken.
    pub replaced: u64,
    /// Of the replaced ones, those that changed nothing, where the table tells it: dossiers do.
    pub unchanged: u64,
    /// Of these, not taken.
    pub refused: u64,
}

/// A record that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Line on which the record begins, in a workbook its row; the first one is 1.
    pub line: u64,
    /// Everything that is wrong with it, with the mend.
    pub faults: Vec<Fault>,
    /// What the record said, in the order of the table's columns; empty when it could not be taken apart.
    pub values: Vec<String>,
}

/// Told how an import gets on.
pub trait Observer: Send {
    /// A batch is done: `bytes` of the file have been read so far.
    fn advanced(&mut self, summary: &Summary, bytes: u64) {
        let _ = (summary, bytes);
    }
    /// The store has taken the record on this line, of a table that tells what became of each.
    fn kept(&mut self, line: u64, code: &str, kept: Kept) {
        let _ = (line, code, kept);
    }
    /// A record was refused.
    fn refused(&mut self, refused: &Refused) {
        let _ = refused;
    }
}

/// Takes no notice.
impl Observer for () {}

/// Why a file as a whole could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The bytes could not be read.
    #[error("the file could not be read: {0}; records before that were taken")]
    Read(#[from] std::io::Error),
    /// The header, or the beginning of the file, is not what a table needs; nothing was taken.
    #[error("{0}; nothing was imported")]
    Header(String),
    /// The store failed; batches before that were taken.
    #[error("{0}; importing the file again is safe")]
    Store(#[from] StoreError),
    /// The reading thread ended early.
    #[error("reading stopped: {0}")]
    Reader(#[from] tokio::task::JoinError),
}

/// Where good records go.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    /// Into the store.
    Store(&'a dyn Store),
    /// Nowhere: the file is only checked.
    DryRun,
}

/// What the reading thread hands over.
struct Batch<T> {
    /// With the line on which each begins.
    good: Vec<(u64, T)>,
    refused: Vec<Refused>,
    bytes: u64,
}

/// Imports units: `code,name,kind,parent,valid_from,valid_to`. See [`records`].
pub async fn units<R: Read + Send + 'static>(
    reader: R,
    format: Option<Format>,
    store: &dyn Store,
    observer: &mut dyn Observer,
) -> Result<Summary, ImportError> {
    records::<Unit, R>(reader, format, Target::Store(store), observer).await
}

/// Imports what became of units: `unit,successor,from`; several successors of one day are a split, none takes back what was
/// told of the unit and the day. See [`records`].
pub async fn unit_changes<R: Read + Send + 'static>(
    reader: R,
    format: Option<Format>,
    store: &dyn Store,
    observer: &mut dyn Observer,
) -> Result<Summary, ImportError> {
    records::<ToldChange, R>(reader, format, Target::Store(store), observer).await
}

/// Imports procedures: `code,name,field`. See [`records`].
pub async fn procedures<R: Read + Send + 'static>(
    reader: R,
    format: Option<Format>,
    store: &dyn Store,
    observer: &mut dyn Observer,
) -> Result<Summary, ImportError> {
    records::<Procedure, R>(reader, format, Target::Store(store), observer).await
}

/// Imports dossiers:
/// `code,procedure,field,unit,authority,filing_channel,received_at,due_at,finished_at,outcome,status,status_at,updated_at`.
/// See [`records`].
pub async fn dossiers<R: Read + Send + 'static>(
    reader: R,
    format: Option<Format>,
    store: &dyn Store,
    observer: &mut dyn Observer,
) -> Result<Summary, ImportError> {
    records::<Fed, R>(reader, format, Target::Store(store), observer).await
}

/// Imports one table from `reader`, whose format is told from its first characters when `format` is `None`.
///
/// Within a file the last record of a code wins. The observer hears of every refused record and of every batch.
///
/// # Errors
/// When the header is wrong (nothing is imported), when reading fails or the store does (what came before is kept).
/// A faulty record is no error: it is counted in [`Summary::refused`].
pub async fn records<T: Record, R: Read + Send + 'static>(
    reader: R,
    format: Option<Format>,
    target: Target<'_>,
    observer: &mut dyn Observer,
) -> Result<Summary, ImportError> {
    mapped::<T, R>(reader, format, None, target, observer).await
}

/// The same for a foreign table that a mapping translates.
///
/// # Errors
/// As [`records`].
pub async fn mapped<T: Record, R: Read + Send + 'static>(
    reader: R,
    format: Option<Format>,
    mapping: Option<Arc<Mapping>>,
    target: Target<'_>,
    observer: &mut dyn Observer,
) -> Result<Summary, ImportError> {
    let (sender, mut batches) = mpsc::channel::<Batch<T>>(QUEUE);
    let reading = tokio::task::spawn_blocking(move || {
        read_batches(reader, format, mapping.as_deref(), &sender)
    });
    let mut summary = Summary::default();
    while let Some(batch) = batches.recv().await {
        let good = batch.good.len() as u64;
        let new = match target {
            Target::Store(store) if good > 0 => {
                let codes: Vec<(u64, String)> = batch
                    .good
                    .iter()
                    .map(|(line, record)| (*line, record.code().to_owned()))
                    .collect();
                let records = batch.good.into_iter().map(|(_, record)| record).collect();
                match T::upsert(store, records).await? {
                    Written::New(new) => new,
                    Written::Each(answers) => {
                        for ((line, code), kept) in codes.iter().zip(&answers) {
                            observer.kept(*line, code, *kept);
                        }
                        let count = |wanted: &[Kept]| {
                            answers.iter().filter(|kept| wanted.contains(kept)).count() as u64
                        };
                        summary.unchanged += count(&[Kept::Unchanged, Kept::Older]);
                        count(&[Kept::New])
                    }
                }
            }
            _ => 0,
        };
        summary.new += new;
        summary.replaced += good.saturating_sub(new);
        summary.refused += batch.refused.len() as u64;
        summary.read += good + batch.refused.len() as u64;
        batch
            .refused
            .iter()
            .for_each(|refused| observer.refused(refused));
        observer.advanced(&summary, batch.bytes);
    }
    reading.await??;
    Ok(summary)
}

/// Reads the whole file into batches; ends early, without an error, when nobody listens any more.
fn read_batches<T: Record>(
    reader: impl Read,
    format: Option<Format>,
    mapping: Option<&Mapping>,
    sender: &mpsc::Sender<Batch<T>>,
) -> Result<(), ImportError> {
    let empty = || Batch {
        good: Vec::new(),
        refused: Vec::new(),
        bytes: 0,
    };
    let mut batch = empty();
    let layout = Layout {
        columns: T::COLUMNS,
        mapping,
    };
    let result = read::rows(reader, format, layout, &mut |row, bytes| {
        match row.and_then(|row| match T::from_row(&row) {
            Ok(record) => Ok((row.line, record)),
            Err(faults) => Err(Refused {
                line: row.line,
                faults,
                values: row.values,
            }),
        }) {
            Ok((line, record)) => batch.good.push((line, record)),
            Err(mut refused) => {
                name_columns(&mut refused, mapping);
                batch.refused.push(refused);
            }
        }
        batch.bytes = bytes;
        batch.good.len() + batch.refused.len() < BATCH
            || sender
                .blocking_send(std::mem::replace(&mut batch, empty()))
                .is_ok()
    });
    if !batch.good.is_empty() || !batch.refused.is_empty() {
        // Nobody listens when the store has failed, and that error is the one to report.
        let _ = sender.blocking_send(batch);
    }
    result
}

/// Says which column of the file is meant, where it has another name than ours.
fn name_columns(refused: &mut Refused, mapping: Option<&Mapping>) {
    for fault in &mut refused.faults {
        if let Some(theirs) = mapping.and_then(|mapping| mapping.shown(&fault.field)) {
            fault.message = format!("column {theirs:?}: {}", fault.message);
        }
    }
}

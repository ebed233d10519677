//! `hai-long import`: tables and responses from files.

use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use collector::import::{self, Format, Observer, Record, Refused, Summary, Target};
use collector::store::{Fed, Procedure, ToldChange, Unit};
use indicatif::HumanCount;
use survey::response::Fault;

use super::open::open_or_create;
use super::progress::{Counted, Meter};
use super::{Outcome, import_responses};
use crate::settings::Common;

/// Refused lines that are printed one by one; the others are counted, and written to the file of `--errors`.
pub const PRINTED: usize = 20;

const EXAMPLES: &str = "\
Columns (header of CSV or of a sheet, or JSON keys; * must be filled in):
  units       code* name* kind* parent valid_from valid_to
  unit-changes  unit* successor from*   (from that day on successor stands in its place; docs/feed.md)
  procedures  code* name* field*
  dossiers    code* procedure* field unit* authority filing_channel (desk, online, post) received_at due_at
              finished_at outcome (granted, refused, withdrawn) status status_at updated_at

Dates: 2026-03-13 or 13/03/2026. Times: 2026-03-13T10:56:00+07:00, 2026-03-13 10:56, 13/03/2026 10:56 or
10:56 13/03/2026, taken as Vietnam's time where they name no other. Text is UTF-8. National ID and phone numbers inside
names are masked.

A workbook (.xlsx) is told by what it holds, not by its name. Its first sheet that is not hidden is read, from the first
row that names the columns; a mapping may say otherwise (sheet, header_row). Its rows are told as lines. Codes must be
text, or numbers of a format such as 00000: a plain number has lost its zeros. Save old workbooks (.xls) as .xlsx first.

Importing is \"add or replace by code\": it may be repeated, also while the server runs. Faulty lines are refused one by
one and the others taken; the exit code is 1 when any was refused. The file of --errors can be mended and imported as it
is.

Responses: the rescue file of a kiosk's attendant's panel, or responses as they are sent to POST /api/v1/responses, one
JSON object a line or an array of them, from any time in the past (paper forms: channel paper). They go the way of those
from a kiosk: what is stored already is counted as duplicate. A response needs a unit of its own, unless its dossier is
known or --device names the kiosk that took it.

Examples:
  hai-long import units units.csv
  hai-long import units communes.xlsx --mapping examples/units-2025/mapping.toml
  hai-long import unit-changes mergers-2025-07-01.csv
  hai-long import dossiers 2026-q3.csv --errors refused.csv
  export-dossiers | hai-long import dossiers - --format ndjson
  hai-long import dossiers 2026-q3.csv --dry-run
  hai-long import dossiers export.csv --mapping vendor.toml --dry-run
  hai-long import responses rescue.json --device hall-1 --errors rejected.json";

/// Import a table, or responses.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// What the file holds
    table: TableName,
    /// The file, or "-" for standard input
    file: PathBuf,
    /// How the file is written; told from its first character when not given (tables)
    #[arg(long)]
    format: Option<FormatName>,
    /// How the file's own columns and words become ours (TOML; docs/feed.md) (tables)
    #[arg(long, value_name = "FILE.toml")]
    mapping: Option<PathBuf>,
    /// Check the file and import nothing (tables)
    #[arg(long)]
    dry_run: bool,
    /// Write what was refused and what is wrong with it to this file: CSV for tables, a rescue file for responses
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// The kiosk that took the responses: they are placed as if it had sent them (responses)
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum TableName {
    Units,
    UnitChanges,
    Procedures,
    Dossiers,
    Responses,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// Header line, "," or ";" between fields
    Csv,
    /// A workbook: a sheet with a row that names the columns
    Xlsx,
    /// One array of objects
    Json,
    /// One object a line
    Ndjson,
}

impl Import {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        if let TableName::Responses = self.table {
            anyhow::ensure!(
                self.format.is_none() && !self.dry_run && self.mapping.is_none(),
                "--format, --mapping and --dry-run are for tables; responses are told apart by themselves, and importing them \
                 twice changes nothing"
            );
        } else {
            anyhow::ensure!(self.device.is_none(), "--device is for responses");
        }
        match self.table {
            TableName::Responses => {
                let (device, errors) = (self.device.as_deref(), self.errors.as_deref());
                import_responses::run(&self.file, device, errors, common).await
            }
            TableName::Units => self.table::<Unit>("units", common).await,
            TableName::UnitChanges => self.table::<ToldChange>("unit-changes", common).await,
            TableName::Procedures => self.table::<Procedure>("procedures", common).await,
            TableName::Dossiers => self.table::<Fed>("dossiers", common).await,
        }
    }

    async fn table<T: Record>(self, name: &str, common: &Common) -> Result<Outcome> {
        let (reader, length) = open_file(&self.file)?;
        let mut watch = Watch {
            meter: Meter::begin(format!("import {name}"), Counted::Bytes, length),
            refused: 0,
            errors: self
                .errors
                .as_deref()
                .map(ErrorFile::create::<T>)
                .transpose()?,
            failure: None,
        };
        let format = self.format.map(|format| match format {
            FormatName::Csv => Format::Csv,
            FormatName::Xlsx => Format::Xlsx,
            FormatName::Json => Format::Json,
            FormatName::Ndjson => Format::Ndjson,
        });
        let mapping = match &self.mapping {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("--mapping: {} cannot be read", path.display()))?;
                let mapping = import::Mapping::parse(&text, T::COLUMNS)
                    .map_err(|told| anyhow::anyhow!("--mapping: {}: {told}", path.display()))?;
                Some(std::sync::Arc::new(mapping))
            }
            None => None,
        };
        let result = if self.dry_run {
            import::mapped::<T, _>(reader, format, mapping, Target::DryRun, &mut watch).await
        } else {
            let opened = open_or_create(&common.data)?;
            let target = Target::Store(&*opened.store);
            import::mapped::<T, _>(reader, format, mapping, target, &mut watch).await
        };
        let summary = result.with_context(|| self.file.display().to_string())?;
        watch.end()?;
        eprintln!("{}", told(&summary, self.dry_run));
        Ok(if summary.refused == 0 {
            Outcome::Done
        } else {
            Outcome::Found
        })
    }
}

fn told(summary: &Summary, dry_run: bool) -> String {
    let count = HumanCount;
    let (read, refused) = (count(summary.read), count(summary.refused));
    if dry_run {
        let fit = count(summary.replaced);
        format!(
            "read {read}, fit to import {fit}, refused {refused}; nothing was imported (--dry-run)"
        )
    } else {
        let (new, replaced) = (count(summary.new), count(summary.replaced));
        let same = match summary.unchanged {
            0 => String::new(),
            unchanged => format!(
                " (of these unchanged or older than what is kept: {})",
                count(unchanged)
            ),
        };
        format!("read {read}, new {new}, replaced {replaced}{same}, refused {refused}")
    }
}

/// The file, and its length where it has one.
pub fn open_file(path: &Path) -> Result<(Box<dyn Read + Send>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let cannot = || format!("{} cannot be read", path.display());
    let file = File::open(path).with_context(cannot)?;
    let about = file.metadata().with_context(cannot)?;
    anyhow::ensure!(
        !about.is_dir(),
        "{} is a folder; name a file",
        path.display()
    );
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

/// Tells the administrator how the import gets on.
struct Watch {
    meter: Meter,
    refused: usize,
    errors: Option<ErrorFile>,
    /// The first error in writing the file of refused lines.
    failure: Option<csv::Error>,
}

impl Observer for Watch {
    fn advanced(&mut self, _: &Summary, bytes: u64) {
        self.meter.at(bytes);
    }

    fn refused(&mut self, refused: &Refused) {
        self.refused += 1;
        if self.refused <= PRINTED {
            self.meter.note(&format!(
                "line {}: {}",
                refused.line,
                joined(&refused.faults)
            ));
        } else if self.refused == PRINTED + 1 {
            self.meter
                .note("further refused lines are not printed; --errors FILE writes them all");
        }
        if let Some(file) = &mut self.errors
            && let Err(error) = file.write(refused)
        {
            self.failure.get_or_insert(error);
        }
    }
}

impl Watch {
    fn end(self) -> Result<()> {
        self.meter.end();
        if let Some(file) = self.errors {
            file.close()
                .context("the file of --errors could not be written")?;
        }
        self.failure.map_or(Ok(()), |error| {
            Err(error).context("the file of --errors could not be written")
        })
    }
}

/// `field: rule and mend; …`
pub fn joined(faults: &[Fault]) -> String {
    let each: Vec<String> = faults
        .iter()
        .map(|fault| {
            if fault.field.is_empty() {
                fault.message.clone()
            } else {
                format!("{}: {}", fault.field, fault.message)
            }
        })
        .collect();
    each.join("; ")
}

/// Refused lines with the columns of their table, ready to be mended and imported.
struct ErrorFile {
    writer: csv::Writer<BufWriter<File>>,
    columns: usize,
}

impl ErrorFile {
    fn create<T: Record>(path: &Path) -> Result<Self> {
        let file =
            File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        let names = T::COLUMNS.iter().map(|column| column.name);
        writer.write_record(["_line"].into_iter().chain(names).chain(["_errors"]))?;
        Ok(Self {
            writer,
            columns: T::COLUMNS.len(),
        })
    }

    fn write(&mut self, refused: &Refused) -> Result<(), csv::Error> {
        let line = refused.line.to_string();
        let faults = joined(&refused.faults);
        let nothing = std::iter::repeat("");
        let values = refused.values.iter().map(String::as_str).chain(nothing);
        let record = [line.as_str()]
            .into_iter()
            .chain(values.take(self.columns))
            .chain([faults.as_str()]);
        self.writer.write_record(record)
    }

    fn close(mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

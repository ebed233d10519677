//! `hai-long export`: ratings one by one, for analysts.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use collector::export::{Export as Outgoing, ExportRequest, Lines, parquet, xlsx};
use indicatif::HumanCount;
use jiff::civil::Date;

use super::Outcome;
use super::open::open_existing;
use crate::settings::{Common, FigureArgs};

const EXAMPLES: &str = "\
One line for each counted response, in no order. What could tell whose it is (unit, procedure, day and the like) stands
there only as far as at least as many responses tell the same as --threshold says; \"step\" says how coarse a line is: 0
tells all, 6 the answers alone. Comments, dossiers, devices, times of day and answers about the person never leave.
--from and --to choose among these lines by what they tell: a line that tells only its month belongs to periods that
hold all of it. Days are left out until --report-delay-hours after their end. How many responses could not be told at all
is printed to standard error.

Examples:
  hai-long export responses --form one-stop-quick > ratings.ndjson
  hai-long export responses --form one-stop-quick --format csv --from 2026-07-01 --to 2026-09-30
  hai-long export responses --form sipas-services-2023 --format xlsx --out ratings.xlsx
  hai-long export responses --form one-stop-quick --format parquet --out ratings.parquet";

/// Export what is kept.
#[derive(Subcommand)]
pub enum Export {
    /// Counted responses, one a line, told so coarsely that nobody can be pointed at
    Responses(Responses),
}

/// Export responses.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Responses {
    /// Id of the form
    #[arg(long, default_value = "one-stop-quick")]
    form: String,
    /// Its version [default: the newest]
    #[arg(long)]
    form_version: Option<u16>,
    /// First day, as 2026-07-01 [default: that of the first rating]
    #[arg(long)]
    from: Option<Date>,
    /// Last day [default: that of the last rating]
    #[arg(long)]
    to: Option<Date>,
    /// How it is written
    #[arg(long, value_enum, default_value = "ndjson")]
    format: FormatName,
    /// The file to write; a file of this name is replaced [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    figures: FigureArgs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum FormatName {
    /// One JSON object a line
    Ndjson,
    /// "," between fields, UTF-8 with mark
    Csv,
    /// A spreadsheet; needs --out
    Xlsx,
    /// Parquet, for programs; needs --out
    Parquet,
}

impl Export {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let Self::Responses(asked) = self;
        let opened = open_existing(&common.data)?;
        let request = ExportRequest {
            form: asked.form,
            form_version: asked.form_version,
            from: asked.from,
            to: asked.to,
            shown_to: common.shown_to(&asked.figures),
        };
        let threshold = common.threshold(&asked.figures);
        let store = Arc::clone(&opened.store);
        let mut export = Outgoing::begin(store, &opened.forms, threshold, request).await?;
        let written = match (asked.format, &asked.out) {
            (FormatName::Xlsx | FormatName::Parquet, None) => {
                bail!("a file of this format cannot be piped; name it with --out FILE")
            }
            (FormatName::Xlsx, Some(path)) => xlsx(&mut export, path)
                .await
                .with_context(|| format!("{} cannot be written", path.display()))?,
            (FormatName::Parquet, Some(path)) => parquet(&mut export, path)
                .await
                .with_context(|| format!("{} cannot be written", path.display()))?,
            (format, Some(path)) => {
                let told = || format!("{} cannot be written", path.display());
                let mut file = File::create(path).with_context(told)?;
                let written = lines(&mut export, format, &mut file)
                    .await
                    .with_context(told)?;
                file.sync_all().with_context(told)?;
                written
            }
            (format, None) => lines(&mut export, format, &mut std::io::stdout()).await?,
        };
        eprintln!(
            "wrote {}, withheld {} that cannot be told even coarsely",
            HumanCount(written),
            HumanCount(export.withheld())
        );
        if let Some(day) = export.shown_to() {
            eprintln!("days up to {day}; later ones are held back (--report-delay-hours)");
        }
        Ok(Outcome::Done)
    }
}

async fn lines(export: &mut Outgoing, format: FormatName, out: &mut impl Write) -> Result<u64> {
    let form = Arc::clone(export.form());
    let lines = Lines(&form);
    if format == FormatName::Csv {
        out.write_all(&lines.csv_header()?)?;
    }
    let mut written = 0;
    while let Some(page) = export.next().await? {
        written += page.len() as u64;
        let bytes = match format {
            FormatName::Csv => lines.csv(&page)?,
            _ => lines.ndjson(&page),
        };
        out.write_all(&bytes)?;
    }
    out.flush()?;
    Ok(written)
}

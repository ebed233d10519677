//! `hai-long reports`: citizen reports at the command line, and their feed.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use collector::import::reports::{Lines, read};
use collector::reports::{NewReport, ReportFilter, Source, Standing, State};
use collector::store::terms::Term;
use collector::store::{Kept, calendar};
use jiff::Timestamp;
use jiff::civil::Date;
use survey::dossier::DossierCode;

use super::import::{PRINTED, joined, open_file};
use super::open::{open_existing, open_or_create};
use super::{Outcome, table};
use crate::settings::{Common, ReportArgs};

const EXAMPLES: &str = "\
Columns of the feed (header of CSV or of the first sheet of an .xlsx, or JSON keys; * must be filled in):
  id* received_at* due_at answered_at unit* within_competence outcome dossier
outcome: unknown, satisfied, not-satisfied, complaint (or hài lòng, không hài lòng, khiếu nại). Without due_at, the answer is
due after --report-days working days. A dossier code is kept as a keyed pseudonym only. Lines are told apart by id:
importing again changes what is new, and a line that knows of no answer takes none away. Faulty lines are refused one by one
and the others taken; the exit code is 1 when any was refused.

Examples:
  hai-long reports import pakn.csv
  hai-long reports list --state new --unit H57.132
  hai-long reports list --overdue
  hai-long reports add --unit H57.132 --source hotline --text 'Chờ lâu ở quầy 3'";

/// Citizen reports: list, add, import.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Reports {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    settings: ReportArgs,
}

#[derive(Subcommand)]
enum What {
    /// List reports, the newest first
    List {
        /// new, assigned or answered
        #[arg(long, value_parser = term::<State>)]
        state: Option<State>,
        /// Only of this unit
        #[arg(long)]
        unit: Option<String>,
        /// Only what was answered late, or is not answered although that is due
        #[arg(long)]
        overdue: bool,
        /// Received on this day or later, as 2026-07-01
        #[arg(long)]
        from: Option<Date>,
        /// Received on this day or earlier
        #[arg(long)]
        to: Option<Date>,
    },
    /// Open a report; prints its number
    Add {
        /// Unit that must answer
        #[arg(long)]
        unit: String,
        /// comment, hotline, portal, national-portal or other
        #[arg(long, value_parser = term::<Source>, default_value = "other")]
        source: Source,
        /// What it says; numbers and names of people are masked
        #[arg(long)]
        text: String,
        /// Day of receipt [default: today]
        #[arg(long)]
        received: Option<Date>,
        /// Day by which it must be answered [default: by the rule of working days]
        #[arg(long)]
        due: Option<Date>,
        /// It is not this authority's business
        #[arg(long)]
        not_within_competence: bool,
        /// Code of the dossier that it is about; only a keyed pseudonym is kept
        #[arg(long, value_parser = |code: &str| DossierCode::parse(code).map_err(|error| error.to_string()))]
        dossier: Option<DossierCode>,
    },
    /// Take a feed of reports in; importing it again is safe
    Import {
        /// The file, or "-" for standard input
        file: PathBuf,
        /// Check the file and import nothing
        #[arg(long)]
        dry_run: bool,
    },
}

fn term<T: Term + Send + Sync>(name: &str) -> Result<T, String> {
    T::of_name(name).ok_or_else(|| format!("write one of {}", T::names().join(", ")))
}

/// In whose name the command line acts.
const BY: &str = "hai-long reports";

impl Reports {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let rule = common.due(&self.settings);
        let now = Timestamp::now();
        match self.what {
            What::List {
                state,
                unit,
                overdue,
                from,
                to,
            } => {
                let opened = open_existing(&common.data)?;
                let reports = opened.store.reports(ReportFilter { from, to }).await?;
                let rows = reports
                    .iter()
                    .filter(|one| {
                        let standing = &one.report.standing;
                        state.is_none_or(|state| standing.state == state)
                            && unit.as_ref().is_none_or(|unit| standing.unit == *unit)
                            && (!overdue || standing.is_overdue(now))
                    })
                    .map(|one| row(one.id, &one.report, now))
                    .collect();
                let heading = [
                    "id",
                    "outside id",
                    "unit",
                    "received",
                    "due",
                    "answered",
                    "state",
                    "overdue",
                    "outcome",
                ];
                table::print(&heading, rows, 0..1)?;
                Ok(Outcome::Done)
            }
            What::Add {
                unit,
                source,
                text,
                received,
                due,
                not_within_competence,
                dossier,
            } => {
                let opened = open_or_create(&common.data)?;
                let intake = opened.intake(&common.data).await?;
                let text =
                    collector::intake::cleaned(&text).context("--text: say what it is about")?;
                let received_at = match received {
                    Some(day) => calendar::ZONE
                        .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))?,
                    None => now,
                };
                anyhow::ensure!(received_at <= now, "--received: give a day until today");
                let due_at = match due {
                    Some(day) => collector::reports::due::end_of(day),
                    None => rule.due(received_at),
                }
                .filter(|due_at| *due_at >= received_at)
                .context("--due: give a day that is not before the day of receipt")?;
                let named = match &dossier {
                    Some(code) => intake.report_pseudonym(code).await?,
                    None => None,
                };
                if dossier.is_some() && named.is_none() {
                    eprintln!(
                        "notice: the key of the year in this dossier code is destroyed; the report is kept without its dossier"
                    );
                }
                let report = NewReport {
                    outside_id: None,
                    source,
                    text,
                    dossier: named,
                    received_at,
                    standing: Standing::new(unit, due_at, !not_within_competence),
                };
                let id = opened.store.open_report(report, BY, now).await?;
                table::line(&id.to_string())?;
                Ok(Outcome::Done)
            }
            What::Import { file, dry_run } => {
                let (reader, _) = open_file(&file)?;
                let lines = tokio::task::spawn_blocking(move || read(reader, None))
                    .await?
                    .with_context(|| file.display().to_string())?;
                let Lines { good, refused } = lines;
                for one in refused.iter().take(PRINTED) {
                    eprintln!("line {}: {}", one.line, joined(&one.faults));
                }
                let read = good.len() + refused.len();
                let refused = refused.len();
                if dry_run {
                    eprintln!(
                        "read {read}, fit to import {}, refused {refused}; nothing was imported (--dry-run)",
                        good.len()
                    );
                } else {
                    let opened = open_or_create(&common.data)?;
                    let intake = opened.intake(&common.data).await?;
                    let mut reports = Vec::with_capacity(good.len());
                    for line in good {
                        let report = line.report(&intake, &rule).await;
                        reports.push(report.map_err(anyhow::Error::msg)?);
                    }
                    let kept = opened.store.feed_reports(reports, BY, now).await?;
                    let count = |wanted| kept.iter().filter(|kept| **kept == wanted).count();
                    eprintln!(
                        "read {read}, new {}, changed {}, unchanged {}, refused {refused}",
                        count(Kept::New),
                        count(Kept::Changed),
                        count(Kept::Unchanged)
                    );
                }
                Ok(if refused == 0 {
                    Outcome::Done
                } else {
                    Outcome::Found
                })
            }
        }
    }
}

fn row(id: i64, report: &NewReport, now: Timestamp) -> Vec<String> {
    let standing = &report.standing;
    let on = |moment| calendar::business_day(moment).to_string();
    vec![
        id.to_string(),
        report.outside_id.clone().unwrap_or_default(),
        standing.unit.clone(),
        on(report.received_at),
        on(standing.due_at),
        standing.answered_at.map(on).unwrap_or_default(),
        standing.state.name().to_owned(),
        if standing.is_overdue(now) {
            "overdue"
        } else {
            ""
        }
        .to_owned(),
        standing.outcome.name().to_owned(),
    ]
}

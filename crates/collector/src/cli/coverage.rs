//! `hai-long coverage`: the same counts as `GET /api/v1/coverage`, and the list of those whom nobody asked.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use collector::coverage::{self, CoverageAnswer, CoverageCell, CoverageRequest, UnaskedRequest};
use collector::store::terms::Term;
use collector::units::UnitsAs;
use collector::within;
use jiff::civil::Date;

use super::open::open_existing;
use super::{Outcome, table};
use crate::settings::{Common, FigureArgs};

const EXAMPLES: &str = "\
Of the dossiers finished in the period: how many citizens were invited, how many rated (by any door), how many were not
asked at all. Days are left out until --report-delay-hours after their end. --unasked prints the codes of these as CSV; they are personal data. `hai-long invite --unasked` invites them.

Examples:
  hai-long coverage --by unit --from 2026-07-01 --to 2026-09-30
  hai-long coverage --by month,timeliness --filter unit=H57.132
  hai-long coverage --unasked --from 2026-09-01 > unasked.csv";

/// How many of those whose dossiers were finished were asked.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Coverage {
    /// Id of the form
    #[arg(long, default_value = "one-stop-quick")]
    form: String,
    /// receipt, supplement, refusal or result: that moment alone [default: result or refusal]
    #[arg(long)]
    touchpoint: Option<String>,
    /// First day of finishing, as 2026-07-01 [default: the first there is]
    #[arg(long)]
    from: Option<Date>,
    /// Last day of finishing [default: the last there is]
    #[arg(long)]
    to: Option<Date>,
    /// Groups, separated by commas: unit, field, procedure, filing_channel, month, timeliness, authority, outcome
    #[arg(long, value_delimiter = ',', conflicts_with = "unasked")]
    by: Vec<String>,
    /// Only these, as unit=H57.132, field=…, procedure=…, filing_channel=online, authority=… or outcome=refused; may be
    /// repeated
    #[arg(long, value_parser = super::index::filter, value_name = "GROUP=VALUE")]
    filter: Vec<(String, String)>,
    /// as-was: under the units of that time; as-is: under the units of today that took their place
    #[arg(long, default_value = "as-was", value_parser = super::index::units_as)]
    units: UnitsAs,
    /// Only this unit and all that stood below it on any day of the period (below it today with --units as-is)
    #[arg(long, value_name = "CODE")]
    within: Option<String>,
    /// Print the dossiers that nobody was asked about, as CSV
    #[arg(long)]
    unasked: bool,
    /// Print the API's JSON
    #[arg(long, conflicts_with = "unasked")]
    json: bool,
    #[command(flatten)]
    figures: FigureArgs,
}

impl Coverage {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let opened = open_existing(&common.data)?;
        let intake = opened.intake(&common.data).await?;
        let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in self.filter {
            filters.entry(name).or_default().push(value);
        }
        let (within, days) = (self.within.as_deref(), (self.from, self.to));
        within::narrow(&*opened.store, within, self.units, days, &mut filters).await?;
        let request = CoverageRequest {
            form: Some(self.form),
            touchpoint: self.touchpoint,
            from: self.from,
            to: self.to,
            by: self.by,
            filters,
            units: self.units,
            ..CoverageRequest::default()
        };
        if self.unasked {
            let request = UnaskedRequest {
                of: request,
                limit: usize::MAX,
                ..UnaskedRequest::default()
            };
            let page = coverage::list(&intake, request).await?;
            let mut out = csv::Writer::from_writer(std::io::stdout().lock());
            out.write_record(["dossier", "unit", "procedure", "finished_at"])?;
            for one in &page.dossiers {
                let finished = one.finished_at.map(|at| at.to_string()).unwrap_or_default();
                out.write_record([&one.dossier, &one.unit, &one.procedure, &finished])?;
            }
            out.flush()?;
            return Ok(Outcome::Done);
        }
        let threshold = common.threshold(&self.figures);
        let request = CoverageRequest {
            shown_to: common.shown_to(&self.figures),
            ..request
        };
        let answer = coverage::answer(&intake, threshold, request).await?;
        if self.json {
            table::line(&serde_json::to_string_pretty(&answer)?)?;
        } else {
            print(&answer)?;
        }
        Ok(Outcome::Done)
    }
}

fn print(answer: &CoverageAnswer) -> Result<()> {
    let touchpoints = answer.touchpoints.iter().map(|one| one.name());
    let touchpoints: Vec<&str> = touchpoints.collect();
    table::line(&format!(
        "{} at {}, {} to {}, {}; numbers of ratings below {} are suppressed{}",
        answer.form,
        touchpoints.join(" or "),
        answer.from,
        answer.to,
        super::index::units_told(&answer.units, &answer.kept_as_was),
        answer.threshold,
        if answer.demo {
            "; synthetic demonstration data"
        } else {
            ""
        }
    ))?;
    super::index::held_back(answer.shown_to, answer.held_back.as_deref())?;
    let mut heading: Vec<&str> = answer.by.iter().map(String::as_str).collect();
    let groups = heading.len();
    heading.extend(["closed", "invited", "%", "rated", "%", "unasked"]);
    let mut rows: Vec<Vec<String>> = answer
        .cells
        .iter()
        .map(|cell| {
            let key = answer
                .by
                .iter()
                .map(|by| cell.key.get(by).unwrap_or("-").to_owned());
            key.chain(figures(cell)).collect()
        })
        .collect();
    let total = (0..groups).map(|at| if at == 0 { "total" } else { "" }.to_owned());
    if groups == 0 {
        rows.clear();
    }
    rows.push(total.chain(figures(&answer.total)).collect());
    table::print(&heading, rows, groups..heading.len())?;
    if answer.total.not_known > 0 {
        eprintln!(
            "?: not known, since the keys of the years of {} of these dossiers are destroyed",
            answer.total.not_known
        );
    }
    Ok(())
}

fn figures(cell: &CoverageCell) -> [String; 6] {
    let hidden = if cell.not_known > 0 { "?" } else { "*" };
    let count = |count: Option<u64>| count.map_or(hidden.to_owned(), |count| count.to_string());
    let share =
        |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.2}", share * 100.0));
    [
        cell.closed.to_string(),
        count(cell.invited),
        share(cell.invited_share),
        count(cell.rated),
        share(cell.rated_share),
        count(cell.unasked),
    ]
}

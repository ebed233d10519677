//! `hai-long index`: the same figures as `GET /api/v1/index`, as a table or as JSON.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use collector::index::{self, Flagged, IndexAnswer, IndexCell, IndexRequest, Of};
use collector::units::{KeptAsWas, UnitsAs};
use collector::weighted::{self, Sure, Weighted, Weighting};
use collector::within;
use jiff::civil::Date;

use super::open::open_existing_with;
use super::{Outcome, flag_rules, table};
use crate::settings::{Common, FigureArgs};

const EXAMPLES: &str = "\
Groups: unit, field, procedure, channel, touchpoint, month, timeliness, provenance, and one of factor, item.

Groups with fewer respondents than the threshold are suppressed and show no figure. Figures of different forms, versions
or methods must not be compared. Days are left out until --report-delay-hours after their end.

--weights adds the figure that would be, had every kind of dossier been rated as often as it was closed, beside the unweighted
one of the same ratings: raked needs ratings of each unit, field, timeliness and way of filing, post-stratified of every
combination of them. It is of one figure: without --by, filtered by unit, field or procedure.

Examples:
  hai-long index --form one-stop-quick --by unit
  hai-long index --form one-stop-quick --by item --filter unit=H57.132 --from 2026-07-01 --to 2026-09-30
  hai-long index --form one-stop-quick --by unit --within H57.7 --to 2025-06-30
  hai-long index --form one-stop-quick --by month,channel --method mean100 --json
  hai-long index --form one-stop-quick --weights post-stratified --from 2026-07-01 --to 2026-09-30";

/// Print an index.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Index {
    /// Id of the form
    #[arg(long, default_value = "one-stop-quick")]
    form: String,
    /// Its version [default: the newest]
    #[arg(long)]
    form_version: Option<u16>,
    /// top2, mean100 or points18, as far as the form allows it [default: the form's first]
    #[arg(long)]
    method: Option<String>,
    /// First day, as 2026-07-01 [default: that of the first rating]
    #[arg(long)]
    from: Option<Date>,
    /// Last day [default: that of the last rating]
    #[arg(long)]
    to: Option<Date>,
    /// Groups, separated by commas
    #[arg(long, value_delimiter = ',')]
    by: Vec<String>,
    /// Only these, as unit=H57.132; may be repeated
    #[arg(long, value_parser = filter, value_name = "GROUP=VALUE")]
    filter: Vec<(String, String)>,
    /// as-was: under the units of that time; as-is: under the units of today that took their place
    #[arg(long, default_value = "as-was", value_parser = units_as)]
    units: UnitsAs,
    /// Only this unit and all that stood below it on any day of the period (below it today with --units as-is)
    #[arg(long, value_name = "CODE")]
    within: Option<String>,
    /// include: flagged responses are part of the figures; exclude: they are left out
    #[arg(long, value_parser = flagged, default_value = "include")]
    flagged: Flagged,
    /// closed: intervals for the dossiers closed in the period, where their number is known; process: for the way the
    /// office works, as it may be compared
    #[arg(long, value_parser = interval_of, default_value = "closed")]
    interval_of: Of,
    /// raked or post-stratified: with the figure weighted to the closed dossiers, too
    #[arg(long, value_parser = weights)]
    weights: Option<Weighting>,
    /// Print the API's JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    figures: FigureArgs,
}

impl Index {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let opened = open_existing_with(&common.data, flag_rules::rules(common)?)?;
        let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in self.filter {
            filters.entry(name).or_default().push(value);
        }
        let (within, days) = (self.within.as_deref(), (self.from, self.to));
        within::narrow(&*opened.store, within, self.units, days, &mut filters).await?;
        let request = IndexRequest {
            form: self.form,
            form_version: self.form_version,
            method: self.method,
            from: self.from,
            to: self.to,
            by: self.by,
            filters,
            units: self.units,
            flagged: self.flagged,
            of: self.interval_of,
            shown_to: common.shown_to(&self.figures),
        };
        let threshold = common.threshold(&self.figures);
        let weighted = match self.weights {
            Some(weighting) => {
                let intake = opened.intake(&common.data).await?;
                Some(weighted::answer(&intake, threshold, &request, weighting).await?)
            }
            None => None,
        };
        let answer = index::answer(&*opened.store, &opened.forms, threshold, request).await?;
        let answer = IndexAnswer { weighted, ..answer };
        if self.json {
            table::line(&serde_json::to_string_pretty(&answer)?)?;
        } else {
            let form = opened.forms.get(&answer.form, answer.form_version);
            let decimals = form.map_or(2, |form| form.index.decimals);
            print(&answer, decimals)?;
        }
        Ok(Outcome::Done)
    }
}

pub fn units_as(raw: &str) -> Result<UnitsAs, String> {
    UnitsAs::of_name(raw).ok_or_else(|| {
        let names = UnitsAs::ALL.map(|(_, name)| name);
        format!("write {}", names.join(" or "))
    })
}

/// What stands above a table: how units were taken, and which stayed what they were.
pub fn units_told(units: &str, kept: &[KeptAsWas]) -> String {
    let mut told = format!("units {units}");
    for one in kept {
        told += &match one.successors.as_slice() {
            [] => format!("; {} has no known successor", one.unit),
            several => format!("; {} was split into {}", one.unit, several.join(" and ")),
        };
    }
    told
}

/// Says up to which day figures are shown, where days are held back.
pub fn held_back(shown_to: Option<Date>, why: Option<&str>) -> Result<()> {
    if let Some(day) = shown_to {
        table::line(&format!("shown: days up to {day}"))?;
    }
    why.map_or(Ok(()), table::line)
}

fn flagged(raw: &str) -> Result<Flagged, String> {
    Flagged::of_name(raw).ok_or_else(|| "write include or exclude".to_owned())
}

fn interval_of(raw: &str) -> Result<Of, String> {
    Of::of_name(raw).ok_or_else(|| "write closed or process".to_owned())
}

fn weights(raw: &str) -> Result<Weighting, String> {
    Weighting::of_name(raw).ok_or_else(|| {
        let names = Weighting::ALL.map(Weighting::name);
        format!("write {}, or leave it out", names.join(" or "))
    })
}

pub fn filter(raw: &str) -> Result<(String, String), String> {
    raw.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write GROUP=VALUE, as unit=H57.132".to_owned())
}

/// Prints an answer of the index for a person to read.
pub fn print(answer: &IndexAnswer, decimals: u8) -> Result<()> {
    // The method's name is the one on the wire.
    let method = serde_json::to_value(answer.method)?;
    table::line(&format!(
        "{} version {}, method {}: {}\n{} to {}, {}; groups of fewer than {} respondents are suppressed; flagged responses (rules version {}): {}{}",
        answer.form,
        answer.form_version,
        method.as_str().unwrap_or_default(),
        answer.formula,
        answer.from,
        answer.to,
        units_told(&answer.units, &answer.kept_as_was),
        answer.threshold,
        answer.flag_rules,
        match answer.flagged {
            Flagged::Exclude => "left out",
            Flagged::Include => "counted",
        },
        if answer.demo {
            "; synthetic demonstration data"
        } else {
            ""
        }
    ))?;
    held_back(answer.shown_to, answer.held_back.as_deref())?;
    let figures = [
        "value",
        "95 % interval",
        "of",
        "grade",
        "n",
        "respondents",
        "satisfied",
        "missing",
        "n/a",
        "closed",
        "coverage",
        "flagged",
        "without flagged",
    ];
    let keys = answer.by.len();
    let heading: Vec<&str> = answer
        .by
        .iter()
        .map(String::as_str)
        .chain(figures)
        .collect();
    let rows = answer
        .cells
        .iter()
        .map(|cell| row(cell, &answer.by, usize::from(decimals)))
        .collect();
    let columns = heading.len();
    table::print(&heading, rows, keys..columns)?;
    match &answer.weighted {
        Some(weighted) => print_weighted(weighted, answer.threshold, usize::from(decimals)),
        None => Ok(()),
    }
}

/// Prints the weighted figure beside the unweighted one of the same ratings, or why there is none.
fn print_weighted(weighted: &Weighted, threshold: u64, decimals: usize) -> Result<()> {
    // The method's name is the one on the wire.
    let method = serde_json::to_value(weighted.method)?;
    table::line(&format!(
        "\nweighted to {} closed dossiers by {}, method {}: {}",
        weighted.closed,
        weighted.margins.join(", "),
        method.as_str().unwrap_or_default(),
        weighted.method.words().formula.get("en"),
    ))?;
    if weighted.suppressed {
        let few = format!("suppressed: fewer than {threshold} respondents");
        table::line(&few)?;
    }
    if let Some(obstacle) = &weighted.obstacle {
        table::line(&obstacle.message)?;
    }
    let Some(figures) = &weighted.figures else {
        return Ok(());
    };
    let row = |name: &str, sure: &Sure| {
        let value = sure.value;
        vec![
            name.to_owned(),
            format!("{value:.decimals$}"),
            ends(sure.interval, decimals),
        ]
    };
    let rows = vec![
        row("unweighted", &figures.unweighted),
        row("weighted", &figures.weighted),
    ];
    let heading = ["", "value", "95 % interval"];
    table::print(&heading, rows, 1..heading.len())?;
    let bounds = match (figures.bounds, figures.trimmed) {
        (Some([lower, upper]), Some(trimmed)) => format!(
            "kept between {lower} and {upper} times the mean, outside of which {trimmed} ratings lay before"
        ),
        _ => "not bounded, since bounds and closed dossiers cannot both be kept".to_owned(),
    };
    table::line(&format!(
        "{} ratings, as sure as {} of equal weight (design effect {}); the largest weight is {} times the mean; weights are {bounds}",
        weighted.responses.unwrap_or_default(),
        figures.effective_responses,
        figures.design_effect,
        figures.largest_weight,
    ))
}

/// Both ends of an interval; empty where there is none.
fn ends(interval: Option<[f64; 2]>, decimals: usize) -> String {
    interval.map_or_else(String::new, |[low, high]| {
        format!("{low:.decimals$} – {high:.decimals$}")
    })
}

fn row(cell: &IndexCell, by: &[String], decimals: usize) -> Vec<String> {
    let count = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    let value = match cell.value {
        _ if cell.suppressed => "suppressed".to_owned(),
        Some(value) => format!("{value:.decimals$}"),
        None => String::new(),
    };
    let coverage = cell
        .coverage
        .map_or_else(String::new, |share| format!("{:.1} %", share * 100.0));
    by.iter()
        .map(|name| cell.key.get(name).unwrap_or("–").to_owned())
        .chain([
            value,
            ends(cell.interval, decimals),
            cell.interval_of
                .map_or_else(String::new, |of| of.name().to_owned()),
            cell.grade.clone().unwrap_or_default(),
            count(cell.n),
            count(cell.respondents),
            count(cell.satisfied),
            count(cell.missing),
            count(cell.not_applicable),
            count(cell.closed),
            coverage,
            count(cell.flagged),
            cell.value_without_flagged()
                .map_or_else(String::new, |value| format!("{value:.decimals$}")),
        ])
        .collect()
}

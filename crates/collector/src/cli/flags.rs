//! `hai-long flags`: how many ratings each rule flags, and the index with and without them.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use collector::flags::{self, FlagReport, RuleTold};
use collector::index::{IndexRequest, Of};
use jiff::civil::Date;
use serde_json::json;

use super::open::open_existing_with;
use super::{Outcome, flag_rules, table};
use crate::settings::{Common, FigureArgs};

const EXAMPLES: &str = "\
A flag is a reason to look, never proof; flagged ratings count unless they are left out on purpose. Single ratings are never
shown, and numbers below the threshold are left empty. Rules of your own: --flag-rules FILE.

Examples:
  hai-long flags --from 2026-07-01 --to 2026-09-30
  hai-long flags --by unit
  hai-long flags --by month --filter unit=H57.132 --flag-rules rules.json --json";

/// How many ratings each rule flags.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Flags {
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
    /// Groups, separated by commas, as for index, without factor and item
    #[arg(long, value_delimiter = ',')]
    by: Vec<String>,
    /// Only these, as unit=H57.132; may be repeated
    #[arg(long, value_parser = super::index::filter, value_name = "GROUP=VALUE")]
    filter: Vec<(String, String)>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    figures: FigureArgs,
}

impl Flags {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        for cut in ["factor", "item"] {
            anyhow::ensure!(
                !self.by.iter().any(|by| by == cut),
                "--by {cut}: a flag is of a whole rating; group by unit, field, procedure, channel, month …"
            );
        }
        let opened = open_existing_with(&common.data, flag_rules::rules(common)?)?;
        let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in self.filter {
            filters.entry(name).or_default().push(value);
        }
        let request = IndexRequest {
            form: self.form,
            form_version: self.form_version,
            from: self.from,
            to: self.to,
            by: self.by,
            filters,
            of: Of::Process,
            shown_to: common.shown_to(&self.figures),
            ..IndexRequest::default()
        };
        let threshold = common.threshold(&self.figures);
        let report = flags::report(&*opened.store, &opened.forms, threshold, request).await?;
        if self.json {
            table::line(&serde_json::to_string_pretty(&told(&report))?)?;
        } else {
            print(&report)?;
        }
        Ok(Outcome::Done)
    }
}

fn told(report: &FlagReport) -> serde_json::Value {
    let rules = report.rules.rules.iter().map(RuleTold::of);
    let counts = report.counts.iter().map(|counts| {
        counts.as_ref().map(|counts| {
            let ids = report.rules.rules.iter().map(|rule| rule.id.as_str());
            let raised: BTreeMap<&str, Option<u64>> =
                ids.zip(counts.raised.iter().copied()).collect();
            json!({"responses": counts.responses, "raised": raised})
        })
    });
    json!({
        "rules_version": report.rules.version,
        "rules": rules.collect::<Vec<_>>(),
        "index": report.answer,
        "counts": counts.collect::<Vec<_>>(),
    })
}

fn print(report: &FlagReport) -> Result<()> {
    let answer = &report.answer;
    table::line(&format!(
        "{} version {}, {} to {}; rules version {}; a flag is a reason to look, no proof{}",
        answer.form,
        answer.form_version,
        answer.from,
        answer.to,
        report.rules.version,
        if answer.demo {
            "; synthetic demonstration data"
        } else {
            ""
        }
    ))?;
    super::index::held_back(answer.shown_to, answer.held_back.as_deref())?;
    for rule in &report.rules.rules {
        table::line(&format!("  {}: {}", rule.id, rule.describe("en")))?;
    }
    let keys = answer.by.len();
    let mut heading: Vec<&str> = answer.by.iter().map(String::as_str).collect();
    heading.extend(["responses", "flagged", "index", "without flagged"]);
    heading.extend(report.rules.rules.iter().map(|rule| rule.id.as_str()));
    let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    let value = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
    let rows = answer
        .cells
        .iter()
        .zip(&report.counts)
        .map(|(cell, counts)| {
            let mut row: Vec<String> = answer
                .by
                .iter()
                .map(|name| cell.key.get(name).unwrap_or("–").to_owned())
                .collect();
            row.extend([
                match counts {
                    Some(counts) => counts.responses.to_string(),
                    None => "suppressed".to_owned(),
                },
                count(cell.flagged),
                value(cell.value),
                value(cell.value_without_flagged()),
            ]);
            let raised = counts.iter().flat_map(|counts| &counts.raised);
            row.extend(raised.map(|raised| count(*raised)));
            row.resize(keys + 4 + report.rules.rules.len(), String::new());
            row
        })
        .collect();
    let columns = heading.len();
    table::print(&heading, rows, keys..columns)
}

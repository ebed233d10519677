//! `docs/benchmarks.md`: the figures of the last runs for people, and how they stand against what was promised.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{collector, collector_report, reports, reports_report, web, web_report};
use crate::step::root;

/// Writes the document from the figures that there are.
pub fn write() -> Result<()> {
    let text = format!(
        "# Benchmarks\n\nOnly ratios within one run mean anything on another machine: these machines are shared, and what \
         is compared shares one of them. Medians with least and greatest.\n\n{}\n{}\n{}",
        web_report::markdown(&figures(web::FIGURES, "web")?)?,
        collector_report::markdown(&figures(collector::FIGURES, "collector")?)?,
        reports_report::markdown(&figures(reports::FIGURES, "reports")?)?,
    );
    fs::write(root().join("docs/benchmarks.md"), text)?;
    Ok(())
}

fn figures(file: &str, command: &str) -> Result<Value> {
    let text = fs::read_to_string(root().join(file)).with_context(|| {
        format!("{file} is missing: `cargo xtask bench {command}` measures and writes it")
    })?;
    serde_json::from_str(&text).with_context(|| file.to_owned())
}

/// What stands at this place of a run's figures, as words.
pub fn told(run: &Value, pointer: &str) -> String {
    match run.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "?".to_owned(),
    }
}

/// A promise about a figure.
pub struct Budget {
    what: String,
    /// `None`: the last run did not measure it.
    measured: Option<f64>,
    limit: f64,
    /// The limit is the most, else the least that is allowed.
    most: bool,
}

impl Budget {
    /// The figure may be so much.
    pub fn at_most(what: impl Into<String>, measured: Option<f64>, limit: f64) -> Self {
        Self {
            what: what.into(),
            measured,
            limit,
            most: true,
        }
    }

    /// The figure must be so much.
    pub fn at_least(what: impl Into<String>, measured: Option<f64>, limit: f64) -> Self {
        Self {
            most: false,
            ..Self::at_most(what, measured, limit)
        }
    }

    /// One row for each.
    pub fn table(budgets: &[Self]) -> String {
        let mut out =
            String::from("| what is promised | limit | measured | |\n|---|---|---|---|\n");
        for budget in budgets {
            let sign = if budget.most { '≤' } else { '≥' };
            let (measured, verdict) = match budget.measured {
                None => ("–".to_owned(), "not measured"),
                Some(measured) => {
                    let met = if budget.most {
                        measured <= budget.limit
                    } else {
                        measured >= budget.limit
                    };
                    let rounded = (measured * 1000.0).round() / 1000.0;
                    (rounded.to_string(), if met { "met" } else { "**missed**" })
                }
            };
            // Writing to a string does not fail.
            let _ = writeln!(
                out,
                "| {} | {sign} {} | {measured} | {verdict} |",
                budget.what, budget.limit
            );
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_met_missed_or_not_measured() {
        let table = Budget::table(&[
            Budget::at_most("time", Some(1.3), 1.3),
            Budget::at_most("shift", Some(0.001), 0.0),
            Budget::at_least("rate", Some(0.399), 0.4),
            Budget::at_least("other", None, 1.0),
        ]);
        for row in [
            "| time | ≤ 1.3 | 1.3 | met |",
            "| shift | ≤ 0 | 0.001 | **missed** |",
            "| rate | ≥ 0.4 | 0.399 | **missed** |",
            "| other | ≥ 1 | – | not measured |",
        ] {
            assert!(table.contains(row), "{table}");
        }
    }
}

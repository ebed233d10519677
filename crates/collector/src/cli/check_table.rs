//! `hai-long check-table`: does a published table of counts and shares follow from itself?

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use collector::import::published::{Given, decimal, read};
use survey::published::{Finding, check};
use survey::ratio::Decimal;

use super::{Outcome, table};

const EXAMPLES: &str = "\
Told are: row sums that are not the number of returned questionnaires, and the single count that would mend each; shares
that were cut off instead of rounded, or do not follow from their count; uneven decimals; shares that do not add up to
100; rows that ask for no satisfaction and enter a figure of satisfaction all the same; and whether the headline follows
from any subset of the rows, over the returned questionnaires or the row sums, from counts or from printed shares.

The file: CSV with the columns row, text, kind, level, count, share, satisfied, one line for each level of a row (kind:
satisfaction, points, ordinal or choice; satisfied: yes where the publisher counts the level towards the headline), or
JSON or TOML with the same fields (docs/methods.md).

Exit code: 0 when the table is sound, 1 when something speaks against it.

Example:
  hai-long check-table hue-2019-q1.csv --returned 4215 --handed-out 5326 --headline 97.95";

/// Check a published table.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct CheckTable {
    /// The table, typed in as it was printed: .csv, .json or .toml
    file: PathBuf,
    /// Questionnaires that came back [CSV: required]
    #[arg(long, value_name = "COUNT")]
    returned: Option<u64>,
    /// Questionnaires handed out
    #[arg(long, value_name = "COUNT")]
    handed_out: Option<u64>,
    /// The published figure over all rows in per cent, with the decimals that were printed
    #[arg(long, value_name = "PER_CENT", value_parser = decimal)]
    headline: Option<Decimal>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

impl CheckTable {
    pub fn run(self) -> Result<Outcome> {
        let told = || self.file.display().to_string();
        let text = std::fs::read_to_string(&self.file)
            .with_context(|| format!("{} cannot be read", told()))?;
        let given = Given {
            returned: self.returned,
            handed_out: self.handed_out,
            headline: self.headline,
        };
        let findings = check(&read(&self.file, &text, &given).with_context(told)?);
        if self.json {
            table::line(&serde_json::to_string_pretty(&findings)?)?;
        } else {
            print(&findings)?;
        }
        Ok(if findings.iter().any(Finding::is_fault) {
            Outcome::Found
        } else {
            Outcome::Done
        })
    }
}

fn print(findings: &[Finding]) -> Result<()> {
    let (faults, facts): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.is_fault());
    table::line("What the table says:")?;
    for fact in facts {
        table::line(&format!("  {fact}"))?;
    }
    if faults.is_empty() {
        return table::line("Nothing speaks against it.");
    }
    table::line(&format!("What speaks against it ({}):", faults.len()))?;
    for fault in faults {
        table::line(&format!("  {fault}"))?;
        if let Finding::HeadlineLost { all_rows, .. } = fault {
            for reading in all_rows {
                table::line(&format!("    tried: {reading}"))?;
            }
        }
    }
    Ok(())
}

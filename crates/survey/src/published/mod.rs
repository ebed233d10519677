//! Checks of survey tables that others have published: does what is printed follow from the counts beside it?
//!
//! Reports on satisfaction are believed or doubted by their arithmetic. [`check`] recomputes a table and says what
//! does not add up, and what would mend it; it hides nothing and corrects nothing by itself.

mod finding;
mod headline;

use serde::{Deserialize, Serialize};

use crate::form::ScaleKind;
use crate::ratio::{Decimal, Ratio};

pub use finding::{Finding, Flaw, Mend, Off, Place};
pub use headline::{Base, Counts, MAX_ROWS, Reading};

/// A table as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PublishedTable {
    /// What it is called.
    pub title: String,
    /// Where it was published.
    pub source: String,
    /// Questionnaires handed out, where printed.
    #[serde(default)]
    pub handed_out: Option<u64>,
    /// Questionnaires that came back.
    pub returned: u64,
    /// The criteria.
    pub rows: Vec<Row>,
    /// The figure that is drawn from all rows, where there is one.
    #[serde(default)]
    pub headline: Option<Headline>,
}

/// One criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Row {
    /// Its number in the table.
    pub id: String,
    /// Its words.
    pub text: String,
    /// What its levels mean.
    pub kind: ScaleKind,
    /// Its levels in printed order.
    pub levels: Vec<Level>,
}

/// One level of a criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Level {
    /// Its words.
    pub text: String,
    /// The printed count.
    pub count: u64,
    /// The printed share in per cent, with the decimals that were printed.
    pub share: Decimal,
    /// The publisher counts it towards the headline.
    #[serde(default)]
    pub satisfied: bool,
}

/// The published figure over all rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Headline {
    /// The sentence that states it.
    pub text: String,
    /// The figure in per cent, with the decimals that were printed.
    pub share: Decimal,
}

/// Recomputes a table: first what follows from its counts, then row by row what does not fit, then the headline.
pub fn check(table: &PublishedTable) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(handed_out) = table.handed_out {
        findings.push(Finding::ReturnRate {
            handed_out,
            returned: table.returned,
            share: percent(table.returned, handed_out, 2),
        });
    }
    for row in &table.rows {
        findings.push(Finding::Satisfied {
            row: row.id.clone(),
            count: row.satisfied(),
            share: percent(row.satisfied(), table.returned, 2),
        });
    }
    for row in &table.rows {
        findings.extend(row_sum(row, table.returned));
        findings.extend(row.levels.iter().enumerate().filter_map(|(at, level)| {
            share_flaw(level, table.returned).map(|(flaw, exact)| Finding::Share {
                at: place(row, at),
                printed: level.share,
                exact,
                flaw,
            })
        }));
        findings.extend(share_sum(row));
        if table.headline.is_some() && row.kind != ScaleKind::Satisfaction {
            findings.push(Finding::NotSatisfaction {
                row: row.id.clone(),
            });
        }
    }
    findings.extend(uneven_precision(table));
    if let Some(headline) = &table.headline {
        findings.push(headline::check(table, headline.share));
    }
    findings
}

impl Row {
    fn satisfied(&self) -> u64 {
        sum(self.levels.iter().filter(|level| level.satisfied))
    }

    fn sum(&self) -> u64 {
        sum(self.levels.iter())
    }

    /// Which single count, changed, makes the row add up to the returned questionnaires; fewest changed digits first.
    fn mends(&self, returned: u64) -> Vec<Mend> {
        let others = |level: &Level| self.sum().checked_sub(level.count);
        let mut mends: Vec<_> = self
            .levels
            .iter()
            .enumerate()
            .filter_map(|(at, level)| {
                let corrected = returned.checked_sub(others(level)?)?;
                Some(Mend {
                    at: place(self, at),
                    printed: level.count,
                    corrected,
                    digits: strsim::osa_distance(&level.count.to_string(), &corrected.to_string()),
                    share_fits_printed: fits(level.count, returned, level.share),
                    share_fits_corrected: fits(corrected, returned, level.share),
                })
            })
            .collect();
        mends.sort_by_key(|mend| mend.digits);
        mends
    }
}

/// Saturating: the counts come from outside.
fn sum<'a>(levels: impl Iterator<Item = &'a Level>) -> u64 {
    levels.fold(0, |sum, level| sum.saturating_add(level.count))
}

fn place(row: &Row, level: usize) -> Place {
    Place {
        row: row.id.clone(),
        level,
    }
}

fn percent(part: u64, whole: u64, decimals: u8) -> Option<Decimal> {
    Ratio::new(part.into(), whole.into())?
        .percent()
        .round(decimals)
}

/// Is the printed share the rounded or the cut-off share of the count?
fn fits(count: u64, returned: u64, printed: Decimal) -> bool {
    Ratio::new(count.into(), returned.into()).is_some_and(|share| printed.is_of(&share.percent()))
}

fn row_sum(row: &Row, returned: u64) -> Option<Finding> {
    let sum = row.sum();
    let off = match sum.cmp(&returned) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater => Off::Over(sum - returned),
        std::cmp::Ordering::Less => Off::Under(returned - sum),
    };
    Some(Finding::RowSum {
        row: row.id.clone(),
        sum,
        returned,
        off,
        mends: row.mends(returned),
    })
}

/// What is wrong with a printed share, and the share to four decimals.
fn share_flaw(level: &Level, returned: u64) -> Option<(Flaw, Decimal)> {
    let exact = Ratio::new(level.count.into(), returned.into())?.percent();
    let places = level.share.places();
    let rounded = exact.round(places)?;
    if level.share == rounded {
        return None;
    }
    let flaw = if exact.truncate(places)? == level.share {
        Flaw::Truncated { rounded }
    } else {
        Flaw::Wrong { rounded }
    };
    Some((flaw, exact.round(4)?))
}

fn share_sum(row: &Row) -> Option<Finding> {
    let places = row.levels.iter().map(|level| level.share.places()).max()?;
    let sum: Ratio = row.levels.iter().map(|level| level.share.ratio()).sum();
    (sum != Ratio::whole(100)).then_some(Finding::ShareSum {
        row: row.id.clone(),
        sum: sum.round(places)?,
    })
}

fn uneven_precision(table: &PublishedTable) -> Option<Finding> {
    let shares = || {
        table.rows.iter().flat_map(|row| {
            row.levels
                .iter()
                .enumerate()
                .map(move |(at, level)| (row, at, level.share.places()))
        })
    };
    let most = shares().map(|(_, _, places)| places).max()?;
    let fewer: Vec<_> = shares()
        .filter(|&(_, _, places)| places < most)
        .map(|(row, at, _)| place(row, at))
        .collect();
    (!fewer.is_empty()).then_some(Finding::UnevenPrecision { most, fewer })
}

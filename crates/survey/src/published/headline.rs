//! Is there any way to get a published headline out of its table?

use std::fmt;

use serde::Serialize;

use super::{Finding, Level, PublishedTable, Row};
use crate::ratio::{Decimal, Ratio};

/// Most rows whose subsets are all tried: 2¹² subsets in ten ways.
pub const MAX_ROWS: usize = 12;

/// One way to compute a headline, and what it gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The rows that enter.
    pub rows: Vec<String>,
    /// What is averaged.
    pub base: Base,
    /// Per cent, rounded half up to the decimals of the printed headline.
    pub value: Decimal,
}

/// What a headline is averaged from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// Each row's satisfied count over the returned questionnaires.
    Returned(Counts),
    /// Each row's satisfied count over the sum of the row.
    RowSum(Counts),
    /// All satisfied counts over the sum of all rows.
    Pooled(Counts),
    /// The printed shares of the satisfied levels.
    Shares,
    /// 100 minus the printed shares of the other levels.
    SharesOfOthers,
}

/// Which counts a headline may have been computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// As printed.
    Printed,
    /// Rows with more answers than questionnaires are mended by the smallest change of digits.
    OverMended,
    /// All rows that do not add up are mended so.
    AllMended,
}

impl Base {
    const ALL: [Self; 11] = [
        Self::Returned(Counts::Printed),
        Self::Returned(Counts::OverMended),
        Self::Returned(Counts::AllMended),
        Self::RowSum(Counts::Printed),
        Self::RowSum(Counts::OverMended),
        Self::RowSum(Counts::AllMended),
        Self::Pooled(Counts::Printed),
        Self::Pooled(Counts::OverMended),
        Self::Pooled(Counts::AllMended),
        Self::Shares,
        Self::SharesOfOthers,
    ];
}

/// Tries every way with every subset of rows; all rows first, so that the plainest explanation is the one found.
pub(super) fn check(table: &PublishedTable, printed: Decimal) -> Finding {
    if table.rows.len() > MAX_ROWS {
        return Finding::HeadlineNotSearched {
            rows: table.rows.len(),
        };
    }
    let all = (1u32 << table.rows.len()) - 1;
    let mut tried = 0;
    let mut all_rows = Vec::new();
    let mut nearest: Option<(Ratio, Reading)> = None;
    for subset in (1..=all).rev() {
        let rows: Vec<_> = table
            .rows
            .iter()
            .enumerate()
            .filter(|(at, _)| subset >> at & 1 == 1)
            .map(|(_, row)| row)
            .collect();
        for base in Base::ALL {
            let Some(exact) = value(&rows, table.returned, base) else {
                continue;
            };
            let Some(value) = exact.round(printed.places()) else {
                continue;
            };
            let reading = Reading {
                rows: rows.iter().map(|row| row.id.clone()).collect(),
                base,
                value,
            };
            if printed.is_of(&exact) {
                return Finding::HeadlineFound { reading };
            }
            tried += 1;
            if subset == all {
                all_rows.push(reading.clone());
            }
            let distance = exact.distance(&printed.ratio());
            if nearest.as_ref().is_none_or(|(best, _)| distance < *best) {
                nearest = Some((distance, reading));
            }
        }
    }
    Finding::HeadlineLost {
        printed,
        tried,
        all_rows,
        nearest: nearest.map(|(_, reading)| reading),
    }
}

/// The mean over rows, in per cent.
fn value(rows: &[&Row], returned: u64, base: Base) -> Option<Ratio> {
    let each: Vec<Ratio> = match base {
        Base::Returned(counts) => rows
            .iter()
            .map(|row| {
                let (satisfied, _) = row.counted(counts, returned);
                Some(Ratio::new(satisfied, returned.into())?.percent())
            })
            .collect::<Option<_>>()?,
        Base::RowSum(counts) => rows
            .iter()
            .map(|row| {
                let (satisfied, sum) = row.counted(counts, returned);
                Some(Ratio::new(satisfied, sum)?.percent())
            })
            .collect::<Option<_>>()?,
        Base::Pooled(counts) => {
            let (satisfied, sum) = rows
                .iter()
                .map(|row| row.counted(counts, returned))
                .fold((0, 0), |(a, b), (satisfied, sum)| (a + satisfied, b + sum));
            vec![Ratio::new(satisfied, sum)?.percent()]
        }
        Base::Shares => rows.iter().map(|row| row.shares(true)).collect(),
        Base::SharesOfOthers => rows
            .iter()
            .map(|row| row.shares(false).distance(&Ratio::whole(100)))
            .collect(),
    };
    let parts = each.len() as u128;
    each.into_iter().sum::<Ratio>().over(parts)
}

impl Row {
    /// Satisfied answers and all answers.
    fn counted(&self, counts: Counts, returned: u64) -> (u128, u128) {
        let mend = match counts {
            Counts::Printed => None,
            Counts::OverMended if self.sum() <= returned => None,
            Counts::OverMended | Counts::AllMended => self.mends(returned).into_iter().next(),
        };
        let count = |(at, level): (usize, &Level)| {
            let count = match &mend {
                Some(mend) if mend.at.level == at => mend.corrected,
                _ => level.count,
            };
            (u128::from(count), level.satisfied)
        };
        self.levels.iter().enumerate().map(count).fold(
            (0, 0),
            |(satisfied, sum), (count, counts)| {
                (satisfied + if counts { count } else { 0 }, sum + count)
            },
        )
    }

    fn shares(&self, satisfied: bool) -> Ratio {
        self.levels
            .iter()
            .filter(|level| level.satisfied == satisfied)
            .map(|level| level.share.ratio())
            .sum()
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.base {
            Base::Returned(_) => "the mean of counts over the returned questionnaires",
            Base::RowSum(_) => "the mean of counts over row sums",
            Base::Pooled(_) => "all counts over all row sums",
            Base::Shares => "the mean of the printed shares",
            Base::SharesOfOthers => "the mean of 100 minus the other printed shares",
        };
        let counts = match self.base {
            Base::Returned(counts) | Base::RowSum(counts) | Base::Pooled(counts) => counts,
            Base::Shares | Base::SharesOfOthers => Counts::Printed,
        };
        let mended = match counts {
            Counts::Printed => "",
            Counts::OverMended => " with over-full rows mended",
            Counts::AllMended => " with all rows mended",
        };
        let rows = self.rows.join(", ");
        write!(f, "{what}{mended}, rows {rows}: {}", self.value)
    }
}

//! Is there any way to get a published headline out of its table?

use std::fmt;

use serde::Serialize;

use super::{Finding, Level, PublishedTable, Row};
use crate::ratio::{Decimal, Ratio};

/// Most rows whose subsets are all tried: 2¹² subsets in eleven ways.
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
    /// All rows that do not add up are mended so; of equally small changes the first level's is taken.
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

/// What each row brings into a headline of one base.
enum Parts {
    /// The row's share in per cent; none when its denominator is zero.
    Shares(Vec<Option<Ratio>>),
    /// Satisfied answers and all answers.
    Counts(Vec<(u128, u128)>),
}

impl Parts {
    fn of(table: &PublishedTable, base: Base) -> Self {
        let rows = table.rows.iter();
        let returned = table.returned;
        let percent = |(satisfied, whole)| Some(Ratio::new(satisfied, whole)?.percent());
        match base {
            Base::Returned(counts) => Self::Shares(
                rows.map(|row| percent((row.counted(counts, returned).0, returned.into())))
                    .collect(),
            ),
            Base::RowSum(counts) => Self::Shares(
                rows.map(|row| percent(row.counted(counts, returned)))
                    .collect(),
            ),
            Base::Pooled(counts) => {
                Self::Counts(rows.map(|row| row.counted(counts, returned)).collect())
            }
            Base::Shares => Self::Shares(rows.map(|row| Some(row.shares(true))).collect()),
            Base::SharesOfOthers => Self::Shares(
                rows.map(|row| Some(row.shares(false).distance(&Ratio::whole(100))))
                    .collect(),
            ),
        }
    }

    /// The headline of some rows, in per cent: the mean of their shares, or the share of all their counts.
    fn headline(&self, rows: &[usize]) -> Option<Ratio> {
        match self {
            Self::Shares(shares) => {
                let shares: Option<Vec<Ratio>> =
                    rows.iter().map(|&at| shares.get(at)?.clone()).collect();
                shares?.into_iter().sum::<Ratio>().over(rows.len() as u128)
            }
            Self::Counts(counts) => {
                let (satisfied, all) = rows
                    .iter()
                    .filter_map(|&at| counts.get(at))
                    .fold((0, 0), |(a, b), (satisfied, all)| (a + satisfied, b + all));
                Some(Ratio::new(satisfied, all)?.percent())
            }
        }
    }
}

/// Tries every way with every subset of rows; all rows first, so that the plainest explanation is the one found.
pub(super) fn check(table: &PublishedTable, printed: Decimal) -> Finding {
    if table.rows.len() > MAX_ROWS {
        return Finding::HeadlineNotSearched {
            rows: table.rows.len(),
        };
    }
    let ways = Base::ALL.map(|base| (base, Parts::of(table, base)));
    let all = (1u32 << table.rows.len()) - 1;
    let mut tried = 0;
    let mut all_rows = Vec::new();
    let mut nearest: Option<(Ratio, Reading)> = None;
    for subset in (1..=all).rev() {
        let rows: Vec<_> = (0..table.rows.len())
            .filter(|at| subset >> at & 1 == 1)
            .collect();
        for (base, parts) in &ways {
            let Some(exact) = parts.headline(&rows) else {
                continue;
            };
            let Some(value) = exact.round(printed.places()) else {
                continue;
            };
            let reading = || Reading {
                rows: rows.iter().map(|&at| table.rows[at].id.clone()).collect(),
                base: *base,
                value,
            };
            if printed.is_of(&exact) {
                return Finding::HeadlineFound { reading: reading() };
            }
            tried += 1;
            if subset == all {
                all_rows.push(reading());
            }
            let distance = exact.distance(&printed.ratio());
            if nearest.as_ref().is_none_or(|(best, _)| distance < *best) {
                nearest = Some((distance, reading()));
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

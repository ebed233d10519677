//! What a check of a published table finds.

use std::fmt;

use serde::Serialize;

use super::headline::Reading;
use crate::ratio::Decimal;

/// One thing that the check found; its `Display` is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "finding")]
pub enum Finding {
    /// How many questionnaires came back. No fault by itself.
    ReturnRate {
        /// Handed out.
        handed_out: u64,
        /// Came back.
        returned: u64,
        /// Per cent; none when none was handed out.
        share: Option<Decimal>,
    },
    /// The row's satisfied answers over the returned questionnaires. No fault by itself.
    Satisfied {
        /// The row.
        row: String,
        /// Satisfied answers.
        count: u64,
        /// Per cent; none when none came back.
        share: Option<Decimal>,
    },
    /// A row's counts do not add up to the returned questionnaires.
    RowSum {
        /// The row.
        row: String,
        /// What its counts add up to.
        sum: u64,
        /// Questionnaires that came back.
        returned: u64,
        /// By how much it is off.
        off: Off,
        /// Single counts that, changed, would mend it; the smallest change of digits first.
        mends: Vec<Mend>,
    },
    /// A printed share is not the rounded share of its count.
    Share {
        /// Where it stands.
        at: Place,
        /// As printed.
        printed: Decimal,
        /// Per cent of the returned questionnaires, four decimals.
        exact: Decimal,
        /// What is wrong.
        flaw: Flaw,
    },
    /// The printed shares of a row do not add up to 100.
    ShareSum {
        /// The row.
        row: String,
        /// What they add up to.
        sum: Decimal,
    },
    /// Shares are printed with differing numbers of decimals.
    UnevenPrecision {
        /// Most decimals in the table.
        most: u8,
        /// Shares with fewer.
        fewer: Vec<Place>,
    },
    /// A row whose levels are no levels of satisfaction enters a figure of satisfaction.
    NotSatisfaction {
        /// The row.
        row: String,
    },
    /// The headline follows from the table.
    HeadlineFound {
        /// How.
        reading: Reading,
    },
    /// The headline does not follow from the table in any way that was tried.
    HeadlineLost {
        /// As printed.
        printed: Decimal,
        /// How many ways were tried: subsets of rows × denominators × counts or shares.
        tried: usize,
        /// What all rows together give, each way.
        all_rows: Vec<Reading>,
        /// The way that comes nearest.
        nearest: Option<Reading>,
    },
    /// The table has too many rows to try all their subsets.
    HeadlineNotSearched {
        /// Its rows.
        rows: usize,
    },
}

/// A share in the table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// The row.
    pub row: String,
    /// The level, from 0 in printed order.
    pub level: usize,
}

/// By how many answers a row misses the returned questionnaires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Off {
    /// More answers than questionnaires.
    Over(u64),
    /// Fewer: answers left out, or a count too small.
    Under(u64),
}

/// A change of one count that makes its row add up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mend {
    /// The count.
    pub at: Place,
    /// As printed.
    pub printed: u64,
    /// What it would have to be.
    pub corrected: u64,
    /// How many digits must be struck, added, replaced or swapped for it.
    pub digits: usize,
    /// The printed share follows from the printed count: then the slip, if any, came before the share was computed.
    pub share_fits_printed: bool,
    /// The printed share follows from the corrected count.
    pub share_fits_corrected: bool,
}

/// What is wrong with a printed share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// Its further digits were cut off.
    Truncated {
        /// Rounded half up to the printed decimals.
        rounded: Decimal,
    },
    /// It is neither rounded nor cut off from its count.
    Wrong {
        /// Rounded half up to the printed decimals.
        rounded: Decimal,
    },
}

impl Finding {
    /// Does the finding speak against the table?
    pub fn is_fault(&self) -> bool {
        !matches!(
            self,
            Self::ReturnRate { .. }
                | Self::Satisfied { .. }
                | Self::HeadlineFound { .. }
                | Self::HeadlineNotSearched { .. }
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReturnRate {
                handed_out,
                returned,
                share,
            } => {
                write!(f, "{returned} of {handed_out} questionnaires came back")?;
                share.map_or(Ok(()), |share| write!(f, " ({share} %)"))
            }
            Self::Satisfied { row, count, share } => {
                write!(f, "row {row}: {count} satisfied")?;
                share.map_or(Ok(()), |share| {
                    write!(f, ", {share} % of the returned questionnaires")
                })
            }
            Self::RowSum {
                row,
                sum,
                returned,
                off,
                mends,
            } => {
                match off {
                    Off::Over(by) => write!(
                        f,
                        "row {row} adds up to {sum}, {by} more than the {returned} questionnaires"
                    )?,
                    Off::Under(by) => write!(
                        f,
                        "row {row} adds up to {sum}, {by} fewer than the {returned} questionnaires: answers left out"
                    )?,
                }
                mends
                    .iter()
                    .try_for_each(|mend| write!(f, ", or {} for {}", mend.corrected, mend.printed))
            }
            Self::Share {
                at,
                printed,
                exact,
                flaw,
            } => match flaw {
                Flaw::Truncated { rounded } => write!(
                    f,
                    "{at}: {exact} % was cut off to {printed}; rounded it is {rounded}"
                ),
                Flaw::Wrong { rounded } => write!(
                    f,
                    "{at}: {printed} does not follow from its count, which gives {rounded} ({exact} %)"
                ),
            },
            Self::ShareSum { row, sum } => {
                write!(f, "row {row}: the printed shares add up to {sum}")
            }
            Self::UnevenPrecision { most, fewer } => {
                write!(f, "shares have up to {most} decimals, but fewer at:")?;
                fewer.iter().try_for_each(|at| write!(f, " {at};"))
            }
            Self::NotSatisfaction { row } => write!(
                f,
                "row {row} does not ask for satisfaction: averaging it into a figure of satisfaction is an error of method"
            ),
            Self::HeadlineFound { reading } => write!(f, "the headline follows from {reading}"),
            Self::HeadlineLost {
                printed,
                tried,
                nearest,
                ..
            } => {
                write!(
                    f,
                    "the headline {printed} does not follow from the table in any of {tried} ways"
                )?;
                nearest
                    .as_ref()
                    .map_or(Ok(()), |nearest| write!(f, "; nearest: {nearest}"))
            }
            Self::HeadlineNotSearched { rows } => write!(
                f,
                "the headline was not checked: {rows} rows have too many subsets to try"
            ),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}, level {}", self.row, self.level + 1)
    }
}

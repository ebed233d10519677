//! Control charts of month series: is this month out of the ordinary?

use std::fmt;

use serde::{Serialize, Serializer};

use crate::cluster::ClusterSums;

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: u8,
}

impl Month {
    /// None unless `month` is from 1 to 12.
    pub fn new(year: i16, month: u8) -> Option<Self> {
        (1..=12).contains(&month).then_some(Self { year, month })
    }

    fn number(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Satisfied answers of one month, given to one version of one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monthly {
    /// The month.
    pub month: Month,
    /// Version of the form.
    pub form_version: u16,
    /// Satisfied answers and all valid ones.
    pub satisfied: ClusterSums,
}

/// Why a month stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// Beyond the Laney limits.
    Beyond,
    /// The eighth month in a row, or later, on one side of the centre (Western Electric 1956).
    Run,
}

/// One month of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The month.
    pub month: Month,
    /// Satisfied share, 0 to 1.
    pub share: f64,
    /// Valid answers.
    pub answers: u64,
    /// Three-sigma limits of the classic p-chart, which takes all answers for independent; for comparison only.
    pub classic: [f64; 2],
    /// Limits of Laney's p′-chart, which learns from the series how much months differ by themselves; none as long as
    /// there are no two months in a row.
    pub limits: Option<[f64; 2]>,
    /// Why the month stands out; empty is the ordinary case.
    pub signals: Vec<Signal>,
}

/// Months in a row that may be joined by a line: one form version, no month without answers in between.
pub type Line = Vec<Point>;

/// All months of one form version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Segment {
    /// Version of the form.
    pub form_version: u16,
    /// Satisfied share over all its months.
    pub centre: f64,
    /// Laney's factor: 1 where months differ as independent answers would.
    pub sigma_z: Option<f64>,
    /// Fewer than twelve months: the limits are still finding their place.
    pub provisional: bool,
    /// What may be drawn as lines; from one to the next there is no line.
    pub lines: Vec<Line>,
}

/// Two entries for one month and form version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("month {month} of form version {form_version} is given twice; add up its sums first")]
pub struct MonthTwice {
    /// The month.
    pub month: Month,
    /// Version of the form.
    pub form_version: u16,
}

/// The mean moving range of two normal values over their standard deviation, as charts use it.
const D2: f64 = 1.128;
/// Months on one side of the centre that are no chance any more.
const RUN: usize = 8;

/// The chart of a month series, given in any order. Each form version has its own centre and limits, and no line leads from
/// one to the next. Months without valid answers are left out and break the line.
///
/// With p̄ = Σs/Σn of the version's months and σᵢ = √(p̄(1 − p̄)/nᵢ): classic limits p̄ ± 3σᵢ (Shewhart), Laney's p̄ ± 3σᵢσ_z,
/// where zᵢ = (pᵢ − p̄)/σᵢ and σ_z is the mean of |zᵢ − zᵢ₋₁| over months in a row, divided by 1.128 (Laney 2002, Quality
/// Engineering 14:531). Answers of one person are correlated, so σ_z above 1 is the rule and the classic chart cries wolf.
///
/// # Errors
///
/// [`MonthTwice`].
pub fn chart(months: &[Monthly]) -> Result<Vec<Segment>, MonthTwice> {
    let mut months: Vec<_> = months
        .iter()
        .filter(|monthly| monthly.satisfied.m > 0)
        .copied()
        .collect();
    months.sort_by_key(|monthly| (monthly.form_version, monthly.month));
    if let Some([_, twice]) = months
        .array_windows()
        .find(|[a, b]| (a.month, a.form_version) == (b.month, b.form_version))
    {
        return Err(MonthTwice {
            month: twice.month,
            form_version: twice.form_version,
        });
    }
    Ok(months
        .chunk_by(|a, b| a.form_version == b.form_version)
        .map(segment)
        .collect())
}

/// One version's months in order, at least one.
fn segment(months: &[Monthly]) -> Segment {
    let [satisfied, answers] = months.iter().fold([0.0, 0.0], |[s, n], monthly| {
        [
            s + monthly.satisfied.y as f64,
            n + monthly.satisfied.m as f64,
        ]
    });
    let centre = satisfied / answers;
    let share = |monthly: &Monthly| monthly.satisfied.y as f64 / monthly.satisfied.m as f64;
    let sigma = |monthly: &Monthly| (centre * (1.0 - centre) / monthly.satisfied.m as f64).sqrt();
    let z = |monthly: &Monthly| match sigma(monthly) {
        0.0 => 0.0,
        sigma => (share(monthly) - centre) / sigma,
    };
    let in_a_row = |a: &Monthly, b: &Monthly| a.month.number() + 1 == b.month.number();
    let ranges: Vec<_> = months
        .array_windows()
        .filter(|[a, b]| in_a_row(a, b))
        .map(|[a, b]| (z(b) - z(a)).abs())
        .collect();
    let sigma_z =
        (!ranges.is_empty()).then(|| ranges.iter().sum::<f64>() / ranges.len() as f64 / D2);
    let around = |half: f64| [centre - half, centre + half].map(|end| end.clamp(0.0, 1.0));
    let line = |line: &[Monthly]| {
        let mut run = (0usize, 0.0);
        line.iter()
            .map(|monthly| {
                let off = share(monthly) - centre;
                let side = if off == 0.0 { 0.0 } else { off.signum() };
                run = match side {
                    0.0 => (0, 0.0),
                    side if side == run.1 => (run.0 + 1, side),
                    side => (1, side),
                };
                let limits = sigma_z.map(|factor| around(3.0 * sigma(monthly) * factor));
                let beyond =
                    limits.is_some_and(|[low, high]| !(low..=high).contains(&share(monthly)));
                let signals = [(Signal::Beyond, beyond), (Signal::Run, run.0 >= RUN)];
                Point {
                    month: monthly.month,
                    share: share(monthly),
                    answers: monthly.satisfied.m,
                    classic: around(3.0 * sigma(monthly)),
                    limits,
                    signals: signals
                        .into_iter()
                        .filter_map(|(signal, raised)| raised.then_some(signal))
                        .collect(),
                }
            })
            .collect()
    };
    Segment {
        form_version: months.first().map_or(0, |monthly| monthly.form_version),
        centre,
        sigma_z,
        provisional: months.len() < 12,
        lines: months.chunk_by(in_a_row).map(line).collect(),
    }
}

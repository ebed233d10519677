//! `points18`: the nine indicators of the one-stop evaluation, 0 to 2 points each, and the grade of their sum.

use crate::form::Band;
use crate::ratio::Ratio;

/// The mean points of one indicator, from whoever judges it: the persons' answers or the one-stop records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Mean of its valid answers; none as long as there are none.
    pub mean: Option<Ratio>,
    /// Most points it can earn.
    pub highest: u8,
}

/// What indicators add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Points {
    /// The sum of all indicators, exactly; none when one of them has no mean, or there are no indicators.
    pub total: Option<Ratio>,
    /// The sum of those that have a mean.
    pub judged: Ratio,
    /// Most points that those could earn.
    pub judged_max: u64,
    /// Id of the grade that `total` earns; none without a total.
    pub grade: Option<String>,
}

/// Adds up indicators and grades the sum.
///
/// The grade is decided by the exact sum, before rounding: 14.996 prints as 15.00 and has not reached 15. The lower
/// bound of a band is inclusive. An indicator without answers leaves no total and no grade, rather than a total of 0
/// with the grade of an earlier computation, as seen in the field.
pub fn points18(bands: &[Band], indicators: &[Indicator]) -> Points {
    let means = || {
        indicators
            .iter()
            .filter_map(|indicator| Some((indicator.mean.clone()?, indicator.highest)))
    };
    let judged: Ratio = means().map(|(mean, _)| mean).sum();
    let complete = !indicators.is_empty() && means().count() == indicators.len();
    let total = complete.then(|| judged.clone());
    let grade = total.as_ref().and_then(|total| {
        bands
            .iter()
            .find(|band| {
                *total >= Ratio::whole(band.from.into())
                    && band
                        .below
                        .is_none_or(|below| *total < Ratio::whole(below.into()))
            })
            .map(|band| band.id.clone())
    });
    Points {
        total,
        judged,
        judged_max: means().map(|(_, highest)| u64::from(highest)).sum(),
        grade,
    }
}

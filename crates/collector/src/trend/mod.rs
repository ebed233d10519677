//! What is said of figures over time and between doors: the change against the period before, months on a control chart,
//! kiosk against phone. Page and API tell what is computed here, and all of it is computed from figures that may be shown.

mod change;
mod gaps;
mod months;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use statistics::confidence::Confidence;
use statistics::difference::{Difference as Tested, Verdict};
use statistics::estimate::{Estimate, estimate};
use statistics::interval::Population;

pub use self::change::ChangeAnswer;
pub use self::gaps::{GapsAnswer, UnitGap};
pub use self::months::{MonthPoint, MonthsAnswer, VersionMonths};
use crate::delay;
use crate::forms::FormBook;
use crate::index::{self, IndexError, IndexRequest, Measured, Of, Question};
use crate::rounding::rounded;
use crate::store::{FormKey, Store};

/// Days of a period that has no first day: as many up to its last.
pub const USUAL_DAYS: i64 = 90;

/// The answer of `GET /api/v1/trend`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TrendAnswer {
    /// The period against the one of equal length that ends the day before.
    pub change: ChangeAnswer,
    /// Months of the whole record, whatever the period.
    pub months: MonthsAnswer,
    /// Kiosk less phone within each unit, for form, method and days of `change.now`; null when the question is narrowed to doors,
    /// and where there is no unit of which both figures may be shown.
    pub gaps: Option<GapsAnswer>,
}

/// First less second figure, in points of a hundred (`top2`, `mean100`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Difference {
    /// The difference, rounded to the form's decimals: −100 to 100.
    pub value: f64,
    /// Its 95 % interval, rounded likewise; before rounding it excludes 0 exactly when the verdict is decided.
    pub interval: [f64; 2],
    /// Probability of a difference as large as this, either way, if there was none.
    pub p: f64,
    /// `higher`, `lower`, or `undecided`: these ratings cannot tell, which is not the same as "equal".
    #[schema(value_type = String)]
    pub verdict: Verdict,
}

impl Difference {
    fn of(tested: &Tested, decimals: u8) -> Self {
        Self {
            value: points(tested.value, decimals),
            interval: tested.interval.map(|end| points(end, decimals)),
            p: tested.p,
            verdict: tested.verdict,
        }
    }
}

/// A trend with the estimates behind it, which tell what kinds of intervals its figures have.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// The answer.
    pub answer: TrendAnswer,
    /// Of the two periods.
    pub compared: Vec<Estimate>,
    /// Of the months.
    pub monthly: Vec<Estimate>,
}

/// The trend of a request, whose grouping and kind of intervals do not matter: what is compared is how offices work.
///
/// # Errors
///
/// As [`index::answer`]; [`IndexError::Request`] also when there are no days before the period.
pub async fn trend(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: IndexRequest,
) -> Result<Trend, IndexError> {
    let asked = Asking {
        store,
        forms,
        threshold,
        request,
    };
    let form = Question::of(forms, &asked.request)?.form;
    let decimals = form.index.decimals;
    let period = index::period(store, &FormKey::of(form), &asked.request).await?;
    let to = delay::shown(period, asked.request.shown_to).map_or(period.1, |(_, to)| to);
    let (now, before) = periods(asked.request.from, to).ok_or_else(|| {
        IndexError::request(
            "from",
            "wrong-period",
            "there are no days before this period to compare it with; ask for a later one",
        )
    })?;
    let (change, compared) = change::change(&asked, now, before, decimals).await?;
    let (months, monthly) = months::months(&asked).await?;
    let gaps = if asked.request.filters.contains_key("channel") {
        None
    } else {
        gaps::gaps(&asked, now, decimals).await?
    };
    Ok(Trend {
        answer: TrendAnswer {
            change,
            months,
            gaps,
        },
        compared,
        monthly,
    })
}

/// First and last day.
type Days = (Date, Date);

/// The period, and the one of equal length that ends the day before.
fn periods(from: Option<Date>, to: Date) -> Option<(Days, Days)> {
    let from = match from {
        Some(from) => from,
        None => to.checked_sub((USUAL_DAYS - 1).days()).ok()?,
    };
    let days = i64::from(from.until(to).ok()?.get_days());
    let last = from.checked_sub(1.day()).ok()?;
    let first = last.checked_sub(days.days()).ok()?;
    Some(((from, to), (first, last)))
}

/// What is asked, and whom.
struct Asking<'a> {
    store: &'a dyn Store,
    forms: &'a FormBook,
    threshold: u64,
    request: IndexRequest,
}

impl Asking<'_> {
    /// The figures of the request with something changed in it, with intervals that may be compared.
    async fn measured(
        &self,
        by: &[&str],
        change: impl FnOnce(&mut IndexRequest),
    ) -> Result<Measured, IndexError> {
        let mut request = self.request.clone();
        request.by = by.iter().map(|name| (*name).to_owned()).collect();
        request.of = Of::Process;
        change(&mut request);
        index::measured(self.store, self.forms, self.threshold, request).await
    }
}

/// The estimate of each cell; none of a suppressed one, and none without interval.
fn estimates(measured: &Measured) -> Vec<Option<Estimate>> {
    let sums = measured.sums.iter();
    sums.map(|sums| {
        let (sums, measure) = (*sums)?;
        estimate(&sums, measure, Population::Process, Confidence::P95).ok()
    })
    .collect()
}

/// A share, or a difference of two, in points of a hundred with so many decimals.
fn points(share: f64, decimals: u8) -> f64 {
    rounded(share * 100.0, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_before_is_as_long_and_ends_the_day_before() {
        let day = |text: &str| -> Date { text.parse().expect("a day") };
        let found = periods(Some(day("2026-07-01")), day("2026-07-31"));
        let before = (day("2026-05-31"), day("2026-06-30"));
        assert_eq!(found.map(|(_, before)| before), Some(before));
        let open = periods(None, day("2026-06-30")).map(|(now, _)| now);
        assert_eq!(open, Some((day("2026-04-02"), day("2026-06-30"))));
        assert_eq!(periods(Some(Date::MIN), day("2026-06-30")), None);
        assert_eq!(periods(None, Date::MIN), None);
    }
}

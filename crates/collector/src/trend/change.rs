//! A period against the one before.

use serde::Serialize;
use statistics::change::{Instrument, Period, change as compare};
use statistics::confidence::Confidence;
use statistics::estimate::Estimate;
use statistics::methods::Technique;

use super::{Asking, Days, Difference, estimates};
use crate::index::{IndexAnswer, IndexError, Measured};

/// A period against the one of equal length that ends the day before.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ChangeAnswer {
    /// How the two are compared: `change/1`.
    #[schema(value_type = String)]
    pub technique: Technique,
    /// The later figure less the earlier one; null where either is not shown, has too few respondents to tell how sure it is, or is
    /// by `points18`.
    pub difference: Option<Difference>,
    /// The figure of the period, its only cell.
    pub now: IndexAnswer,
    /// The figure of the period before, its only cell.
    pub before: IndexAnswer,
}

pub(super) async fn change(
    asked: &Asking<'_>,
    now: Days,
    before: Days,
    decimals: u8,
) -> Result<(ChangeAnswer, Vec<Estimate>), IndexError> {
    let now = of_days(asked, now).await?;
    let before = of_days(asked, before).await?;
    let (later, earlier) = (only(&now), only(&before));
    let difference = period(&now, later.as_ref())
        .zip(period(&before, earlier.as_ref()))
        .and_then(|(now, before)| compare(&now, &before, Confidence::P95).ok());
    let answer = ChangeAnswer {
        technique: Technique::Change,
        difference: difference.map(|tested| Difference::of(&tested, decimals)),
        now: now.answer,
        before: before.answer,
    };
    Ok((answer, later.into_iter().chain(earlier).collect()))
}

async fn of_days(asked: &Asking<'_>, (from, to): Days) -> Result<Measured, IndexError> {
    asked
        .measured(&[], |request| {
            (request.from, request.to) = (Some(from), Some(to));
        })
        .await
}

/// The estimate of an answer's only cell.
fn only(measured: &Measured) -> Option<Estimate> {
    estimates(measured).into_iter().next()?
}

fn period(measured: &Measured, estimate: Option<&Estimate>) -> Option<Period> {
    let answer = &measured.answer;
    Some(Period {
        instrument: Instrument {
            form: answer.form.clone(),
            form_version: answer.form_version,
            method: answer.method,
        },
        estimate: estimate?.clone(),
    })
}

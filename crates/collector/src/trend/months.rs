//! Months on a control chart. No line crosses a month that is not shown, nor a change of form version.

use serde::Serialize;
use statistics::chart::{Month, Monthly, Point, Segment, Signal, chart};
use statistics::estimate::Estimate;
use statistics::methods::Technique;
use survey::method::Method;

use super::{Asking, estimates, points};
use crate::index::{IndexAnswer, IndexCell, IndexError};

/// Months of every version of the form that has a satisfied share.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MonthsAnswer {
    /// How limits and signals are found: `control-chart/1`.
    #[schema(value_type = String)]
    pub technique: Technique,
    /// The oldest first. Versions are never compared: each has its own centre and limits.
    pub versions: Vec<VersionMonths>,
}

/// Months of one version of the form.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct VersionMonths {
    /// Satisfied share of all shown months, in per cent; null when none is shown.
    pub centre: Option<f64>,
    /// Fewer than twelve months are shown: the limits are still finding their place.
    pub provisional: bool,
    /// One for each cell of the index, in its order; null where a month is not shown.
    pub points: Vec<Option<MonthPoint>>,
    /// The index by month, always by `top2` and of the whole record.
    pub index: IndexAnswer,
}

/// A month on its chart.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MonthPoint {
    /// The satisfied share that the chart is of, in per cent.
    pub share: f64,
    /// Laney's limits, in per cent; null as long as no two shown months follow each other.
    pub limits: Option<[f64; 2]>,
    /// Why the month stands out: `beyond` the limits, `run` of eight months or more on one side of the centre.
    #[schema(value_type = Vec<String>)]
    pub signals: Vec<Signal>,
    /// A line may be drawn from the point before: it is of the month before.
    pub joined: bool,
}

pub(super) async fn months(
    asked: &Asking<'_>,
) -> Result<(MonthsAnswer, Vec<Estimate>), IndexError> {
    let mut versions = Vec::new();
    let mut known = Vec::new();
    let forms = asked.forms.iter();
    let forms = forms.filter(|form| form.id == asked.request.form);
    for form in forms.filter(|form| form.index.methods.contains(&Method::Top2)) {
        let asking = asked.measured(&["month"], |request| {
            request.form_version = Some(form.version);
            request.method = Some(Method::Top2.id().to_owned());
            (request.from, request.to) = (None, None);
        });
        let found = match asking.await {
            Ok(found) => found,
            // Another version may not have the factor or item that is asked for.
            Err(IndexError::Request { .. }) => continue,
            Err(error) => return Err(error),
        };
        known.extend(estimates(&found).into_iter().flatten());
        let cells = found.answer.cells.iter().zip(&found.sums);
        let months: Vec<Monthly> = cells
            .filter_map(|(cell, sums)| {
                Some(Monthly {
                    month: month(cell)?,
                    form_version: form.version,
                    satisfied: sums.as_ref()?.0,
                })
            })
            .collect();
        // One version alone has one segment, and no month twice.
        let segment = chart(&months).unwrap_or_default().pop();
        versions.push(version(segment.as_ref(), found.answer, form.index.decimals));
    }
    let answer = MonthsAnswer {
        technique: Technique::ControlChart,
        versions,
    };
    Ok((answer, known))
}

fn version(segment: Option<&Segment>, index: IndexAnswer, decimals: u8) -> VersionMonths {
    let lines = segment.map_or(&[][..], |segment| &segment.lines);
    let drawn: Vec<(&Point, bool)> = lines
        .iter()
        .flat_map(|line| line.iter().enumerate().map(|(at, point)| (point, at > 0)))
        .collect();
    let point = |cell: &IndexCell| {
        let month = month(cell)?;
        let (point, joined) = drawn.iter().find(|(point, _)| point.month == month)?;
        Some(MonthPoint {
            share: points(point.share, decimals),
            limits: point
                .limits
                .map(|ends| ends.map(|end| points(end, decimals))),
            signals: point.signals.clone(),
            joined: *joined,
        })
    };
    VersionMonths {
        centre: segment.map(|segment| points(segment.centre, decimals)),
        provisional: segment.is_none_or(|segment| segment.provisional),
        points: index.cells.iter().map(point).collect(),
        index,
    }
}

/// The month of a cell: `2026-07`.
fn month(cell: &IndexCell) -> Option<Month> {
    let (year, month) = cell.key.get("month")?.split_once('-')?;
    Month::new(year.parse().ok()?, month.parse().ok()?)
}

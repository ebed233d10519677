//! How many citizen reports came, how far they are, and how many were answered in time. No texts: page and API tell the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{Report, ReportFilter, State};
use crate::index::DEMO_NOTE;
use crate::store::{Store, StoreError};

/// The answer of `GET /api/v1/reports`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReportsAnswer {
    /// First day of receipt that was asked for; null: from the first report on.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// Last day of receipt that was asked for; null: up to the last report.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    /// As things stand at this moment.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// All of them.
    pub together: ReportCounts,
    /// By the unit that must answer, in the order of their codes.
    pub units: Vec<UnitReports>,
}

/// Reports of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UnitReports {
    /// Its code.
    pub unit: String,
    /// Its reports.
    pub counts: ReportCounts,
}

/// Counts of citizen reports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReportCounts {
    /// Opened: all that came in.
    pub opened: u64,
    /// Nobody has them yet.
    pub new: u64,
    /// Somebody has them.
    pub assigned: u64,
    /// They were answered.
    pub answered: u64,
    /// They were opened once more after an answer, whatever became of them since.
    pub reopened: u64,
    /// Answered late, or not answered although that is due; of all, as the page marks them.
    pub overdue: u64,
    /// Within the authority's competence; only these are part of what follows.
    pub within_competence: u64,
    /// Answered, or overdue: of these it can be said whether they were in time.
    pub decided: u64,
    /// Answered in time.
    pub on_time: u64,
    /// Neither answered nor due yet.
    pub pending: u64,
    /// `on_time` of `decided` in per cent with one decimal, half up; null when none is decided.
    pub share_on_time: Option<f64>,
}

impl ReportCounts {
    /// Counts reports as they stand at `now`; `reopened` are the numbers of those that were opened once more.
    pub fn of<'a>(
        reports: impl IntoIterator<Item = &'a Report>,
        reopened: &BTreeSet<i64>,
        now: Timestamp,
    ) -> Self {
        let mut counts = Self::default();
        for report in reports {
            let standing = &report.report.standing;
            counts.opened += 1;
            *match standing.state {
                State::New => &mut counts.new,
                State::Assigned => &mut counts.assigned,
                State::Answered => &mut counts.answered,
            } += 1;
            counts.reopened += u64::from(reopened.contains(&report.id));
            let is_overdue = standing.is_overdue(now);
            counts.overdue += u64::from(is_overdue);
            if standing.within_competence {
                counts.within_competence += 1;
                let is_decided = standing.is_decided(now);
                counts.decided += u64::from(is_decided);
                counts.on_time += u64::from(is_decided && !is_overdue);
                counts.pending += u64::from(!is_decided);
            }
        }
        counts.share_on_time = survey::qd766::reports_on_time(counts.on_time, counts.decided)
            .and_then(|ratio| ratio.round(1))
            .map(|share| share.to_f64());
        counts
    }
}

/// Counts the reports of a period, of one unit or of each.
///
/// # Errors
///
/// [`StoreError`].
pub async fn answer(
    store: &dyn Store,
    filter: ReportFilter,
    unit: Option<&str>,
    now: Timestamp,
) -> Result<ReportsAnswer, StoreError> {
    let mut reports = store.reports(filter.clone()).await?;
    if let Some(unit) = unit {
        reports.retain(|report| report.report.standing.unit == unit);
    }
    let reopened = store.reopened_reports(filter.clone()).await?;
    let mut by_unit: BTreeMap<&str, Vec<&Report>> = BTreeMap::new();
    for report in &reports {
        let unit = report.report.standing.unit.as_str();
        by_unit.entry(unit).or_default().push(report);
    }
    let units = by_unit.into_iter().map(|(unit, reports)| UnitReports {
        unit: unit.to_owned(),
        counts: ReportCounts::of(reports, &reopened, now),
    });
    Ok(ReportsAnswer {
        from: filter.from,
        to: filter.to,
        at: now,
        demo: store.note(DEMO_NOTE).await?.is_some(),
        units: units.collect(),
        together: ReportCounts::of(&reports, &reopened, now),
    })
}

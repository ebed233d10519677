//! Counts of citizen reports.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use jiff::Timestamp;
use serde::Deserialize;

use super::days::days;
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::reports::ReportFilter;
use crate::reports::counts::{self, ReportsAnswer};
use crate::store::Role;

/// What counts of citizen reports may be asked by.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// First day of receipt; that of the first report when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last day of receipt; that of the last report when absent.
    #[param(format = Date)]
    to: Option<String>,
    /// Only reports that this unit must answer.
    unit: Option<String>,
}

/// How many citizen reports came, how far they are, and how many were answered in time
///
/// As on the staff page of citizen reports; no texts. Reports are no ratings, so nothing is held back. In time, decided and pending
/// are those within the authority's competence.
#[utoipa::path(
    get,
    path = "/api/v1/reports",
    tag = "index",
    operation_id = "getReports",
    security(("key" = [])),
    params(Parameters),
    responses(
        (status = 200, description = "counts of all units together and of each", body = ReportsAnswer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<ReportsAnswer>, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    let Query(parameters) = parameters.map_err(|_| {
        Problem::bad_request(
            "unknown-parameter",
            "use each of from, to and unit at most once, and nothing else",
        )
    })?;
    let (from, to) = days(parameters.from, parameters.to)?;
    let filter = ReportFilter { from, to };
    let unit = parameters.unit.as_deref();
    let answer = counts::answer(app.store.as_ref(), filter, unit, Timestamp::now()).await?;
    Ok(Json(answer))
}

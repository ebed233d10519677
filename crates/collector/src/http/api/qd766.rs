//! The ratios of QĐ 766.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::days::day;
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::qd766::{self, Qd766Answer, Request};
use crate::store::Role;

/// What the ratios may be asked by.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// Form whose ratings count, all its versions; the usual form when absent.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: Option<String>,
    /// First business day; 90 days up to the last when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day; the last on which a dossier was finished when absent. At most 366 days; days after
    /// `shown_to` of the answer are left out.
    #[param(format = Date)]
    to: Option<String>,
    /// Only this unit.
    unit: Option<String>,
}

/// The three ratios of QĐ 766, beside `top2`
///
/// Computed from system data; ratio 3 counts silence as satisfied, so `top2` of the ratings stands beside each. The two are
/// never summed or compared. How the 18 points are split is not verified.
#[utoipa::path(
    get,
    path = "/api/v1/qd766",
    tag = "index",
    operation_id = "getQd766",
    security(("key" = [])),
    params(Parameters),
    responses(
        (status = 200, description = "the ratios of all units together and of each", body = Qd766Answer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Qd766Answer>, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    let Query(parameters) = parameters.map_err(|_| {
        Problem::bad_request(
            "unknown-parameter",
            "use each of form, from, to and unit at most once, and nothing else",
        )
    })?;
    let request = Request {
        within: None,
        form: parameters.form,
        from: day("from", parameters.from)?,
        to: day("to", parameters.to)?,
        unit: parameters.unit,
        shown_to: app.shown_to(),
    };
    let settings = &app.settings;
    let answer = qd766::answer(
        &app.intake,
        settings.threshold,
        settings.qd766_points,
        request,
    )
    .await?;
    Ok(Json(answer))
}

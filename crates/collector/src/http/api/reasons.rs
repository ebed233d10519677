//! Counts of reasons.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::days::days;
use crate::comments::Narrowed;
use crate::comments::read::{ReasonsAnswer, Request, read};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::index::{self, DEMO_NOTE, IndexRequest};
use crate::store::Role;

/// What counts of reasons may be asked by.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// Form id.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: String,
    /// Form version; the newest when absent.
    #[param(minimum = 1, maximum = 65535)]
    form_version: Option<u16>,
    /// A day of the first month; the third up to the last one when absent. At most twelve months are read.
    #[param(format = Date)]
    from: Option<String>,
    /// A day of the last month; that of the last rating when absent. Days after `shown_to` are left out.
    #[param(format = Date)]
    to: Option<String>,
    /// Only this receiving unit.
    unit: Option<String>,
    /// Only this field of procedures.
    field: Option<String>,
    /// Only this procedure.
    procedure: Option<String>,
}

/// How often each reason was ticked
///
/// As on the staff page of comments, in whole months; no comments. A unit's month counts only when enough people rated there, and
/// a field or procedure of it only when enough people are left without it, too; the others are counted as `hidden`.
#[utoipa::path(
    get,
    path = "/api/v1/reasons",
    tag = "index",
    operation_id = "getReasons",
    security(("key" = [])),
    params(Parameters),
    responses(
        (status = 200, description = "counts and shares", body = ReasonsAnswer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<ReasonsAnswer>, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    let Query(parameters) = parameters.map_err(|_| {
        Problem::bad_request(
            "unknown-parameter",
            "give form, and each of form_version (a whole number from 1 to 65535), from, to, unit, field and procedure at most once, and nothing else",
        )
    })?;
    let asked = IndexRequest {
        form: parameters.form,
        form_version: parameters.form_version,
        ..IndexRequest::default()
    };
    let form = index::Question::of(&app.forms, &asked)?.form;
    let (from, to) = days(parameters.from, parameters.to)?;
    let request = Request {
        from,
        to,
        unit: parameters.unit,
        within: None,
        narrowed: Narrowed {
            field: parameters.field,
            procedure: parameters.procedure,
            reason: None,
        },
        shown_to: app.shown_to(),
    };
    let (store, settings) = (app.store.as_ref(), &app.settings);
    let read = read(store, settings, form, request).await?;
    let demo = store.note(DEMO_NOTE).await?.is_some();
    let answer = ReasonsAnswer::of(
        form,
        read.as_ref(),
        app.shown_to(),
        settings.threshold,
        demo,
    );
    Ok(Json(answer))
}

//! What the rules of flags say, in groups.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};

use super::index::{only, question};
use super::index_parameters::{CUTS, FILTERS, Filters, MethodId, UnitsName};
use crate::flags::{self, FlagsAnswer};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::index::{IndexRequest, Of};
use crate::store::Role;

/// What flags may be asked by beside filters.
const OWN: [&str; 6] = ["form", "form_version", "method", "from", "to", "units"];

/// What flags may be asked by; the handler reads it as that of the index does.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct Parameters {
    /// Form id.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: String,
    /// Form version; the newest when absent.
    #[param(minimum = 1, maximum = 65535)]
    form_version: Option<u16>,
    /// A method that the form declares; the form's first when absent.
    #[param(inline)]
    method: Option<MethodId>,
    /// First business day; the first with a rating when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day; the last with a rating when absent. Days after `shown_to` are left out.
    #[param(format = Date)]
    to: Option<String>,
    /// as-was: ratings count under the unit of their day; as-is: under the unit of today that took its place. as-was when
    /// absent.
    #[param(inline)]
    units: Option<UnitsName>,
}

/// What each rule flags, and the index with and without it
///
/// As on the staff page of the same name: the whole choice, and one step down from it (units; fields when filtered by unit;
/// procedures when filtered by field or procedure). A flag is a reason to look and no proof, and flagged responses count. Never a
/// single response: numbers from 1 to below the threshold are not told, nor what would tell them.
#[utoipa::path(
    get,
    path = "/api/v1/flags",
    tag = "index",
    operation_id = "getFlags",
    security(("key" = [])),
    params(Parameters, Filters),
    responses(
        (status = 200, description = "counts and shares", body = FlagsAnswer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<FlagsAnswer>, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    // A flag is of a whole rating, so there is none of a factor or an item.
    let filters: Vec<&str> = FILTERS
        .into_iter()
        .filter(|name| !CUTS.contains(name))
        .collect();
    only(&pairs, &OWN, &filters)?;
    let (request, _) = question(pairs)?;
    let cut = flags::step_down(|name| request.filters.contains_key(name));
    let request = IndexRequest {
        by: vec![cut.to_owned()],
        of: Of::Process,
        shown_to: app.shown_to(),
        ..request
    };
    let threshold = app.settings.threshold;
    let answer = flags::answer(app.store.as_ref(), &app.forms, threshold, request).await?;
    Ok(Json(answer))
}

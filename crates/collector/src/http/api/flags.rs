//! What the rules of flags say, in groups.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};

use super::index::{asked, only};
use super::index_parameters::{ASKED, Asked, CUTS, FILTERS, Filters};
use crate::flags::{self, FlagsAnswer};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::index::{IndexRequest, Of};
use crate::store::Role;

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
    params(Asked, Filters),
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
    only(&pairs, &[&ASKED], &filters)?;
    let cut = flags::step_down(|name| pairs.iter().any(|(given, _)| given == name));
    let (request, _) = asked(&app, pairs).await?;
    let request = IndexRequest {
        by: vec![cut.to_owned()],
        of: Of::Process,
        ..request
    };
    let threshold = app.settings.threshold;
    let answer = flags::answer(app.store.as_ref(), &app.forms, threshold, request).await?;
    Ok(Json(answer))
}

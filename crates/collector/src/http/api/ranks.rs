//! Units ranked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};

use super::index::{asked, only};
use super::index_parameters::{ASKED, Asked, Cuts, FILTERS, FLAGGED, Filters, WithFlagged};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::ranks::{RanksAnswer, ranking};
use crate::store::Role;

/// Units ranked by the index
///
/// Each with the places that it may truly hold and its band: units of one band cannot be told apart. All rank intervals hold
/// together with 95 % confidence. Intervals are for the way an office works, since that is what is compared; suppressed units are not
/// ranked, and `points18`, which gives no interval, ranks none. Units that are filtered by are ranked among themselves.
#[utoipa::path(
    get,
    path = "/api/v1/ranks",
    tag = "index",
    operation_id = "getRanks",
    security(("key" = [])),
    params(Asked, WithFlagged, Filters, Cuts),
    responses(
        (status = 200, description = "units, the highest first", body = RanksAnswer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<RanksAnswer>, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    only(&pairs, &[&ASKED, &FLAGGED], &FILTERS)?;
    let (request, _) = asked(&app, pairs).await?;
    let threshold = app.settings.threshold;
    let ranking = ranking(app.store.as_ref(), &app.forms, threshold, request).await?;
    Ok(Json(ranking.answer))
}

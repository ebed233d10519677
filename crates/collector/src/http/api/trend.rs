//! What is said of figures over time and between doors.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};

use super::index::{asked, only};
use super::index_parameters::{ASKED, Asked, Cuts, FILTERS, FLAGGED, Filters, WithFlagged};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::store::Role;
use crate::trend::{TrendAnswer, trend};

/// The change against the period before, months, and kiosk against phone
///
/// As on the staff page of the same name. Nothing is compared across forms, form versions or methods, and nothing is computed from a
/// figure that is not shown. Without days, the period is the 90 days up to the last rating. Months are of every form version and always
/// by `top2`; `points18` gives no interval, and so no change and no gaps. Intervals are for the way an office works, since that is what is compared.
#[utoipa::path(
    get,
    path = "/api/v1/trend",
    tag = "index",
    operation_id = "getTrend",
    security(("key" = [])),
    params(Asked, WithFlagged, Filters, Cuts),
    responses(
        (status = 200, description = "what the figures say", body = TrendAnswer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<TrendAnswer>, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    only(&pairs, &[&ASKED, &FLAGGED], &FILTERS)?;
    let (request, _) = asked(&app, pairs).await?;
    let threshold = app.settings.threshold;
    let found = trend(app.store.as_ref(), &app.forms, threshold, request).await?;
    Ok(Json(found.answer))
}

//! What is said of figures over time and between doors.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};

use super::index::{only, question};
use super::index_parameters::{Cuts, FILTERS, Filters, FlaggedWord, MethodId, UnitsName};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::store::Role;
use crate::trend::{TrendAnswer, trend};

/// What a trend may be asked by beside filters.
const OWN: [&str; 7] = [
    "form",
    "form_version",
    "method",
    "from",
    "to",
    "units",
    "flagged",
];

/// What a trend may be asked by; the handler reads it as that of the index does.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct Parameters {
    /// Form id.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: String,
    /// Form version of the change and the gaps; the newest when absent. Months are of every version.
    #[param(minimum = 1, maximum = 65535)]
    form_version: Option<u16>,
    /// A method that the form declares; the form's first when absent. Months are always by `top2`; `points18` gives no interval, and
    /// so no change and no gaps.
    #[param(inline)]
    method: Option<MethodId>,
    /// First business day of the period; as many days as make 90 when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day of the period; the last with a rating when absent. Days after `shown_to` are left out.
    #[param(format = Date)]
    to: Option<String>,
    /// Flagged responses are part of the figures, or are left out of them.
    #[param(inline)]
    flagged: Option<FlaggedWord>,
    /// as-was: ratings count under the unit of their day; as-is: under the unit of today that took its place. as-was when
    /// absent.
    #[param(inline)]
    units: Option<UnitsName>,
}

/// The change against the period before, months, and kiosk against phone
///
/// As on the staff page of the same name. Nothing is compared across forms, form versions or methods, and nothing is computed from a
/// figure that is not shown. Intervals are for the way an office works, since that is what is compared.
#[utoipa::path(
    get,
    path = "/api/v1/trend",
    tag = "index",
    operation_id = "getTrend",
    security(("key" = [])),
    params(Parameters, Filters, Cuts),
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
    only(&pairs, &OWN, &FILTERS)?;
    let (mut request, _) = question(pairs)?;
    request.shown_to = app.shown_to();
    let threshold = app.settings.threshold;
    let found = trend(app.store.as_ref(), &app.forms, threshold, request).await?;
    Ok(Json(found.answer))
}

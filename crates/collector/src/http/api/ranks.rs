//! Units ranked.

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
use crate::ranks::{RanksAnswer, ranking};
use crate::store::Role;

/// What ranks may be asked by beside filters.
const OWN: [&str; 7] = [
    "form",
    "form_version",
    "method",
    "from",
    "to",
    "units",
    "flagged",
];

/// What ranks may be asked by; the handler reads it as that of the index does.
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
    /// A method that the form declares; the form's first when absent. `points18` gives no interval, and so no ranks.
    #[param(inline)]
    method: Option<MethodId>,
    /// First business day; the first with a rating when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day; the last with a rating when absent.
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

/// Units ranked by the index
///
/// Each with the places that it may truly hold and its band: units of one band cannot be told apart. All rank intervals hold
/// together with 95 % confidence. Intervals are for the way an office works, since that is what is compared; suppressed units are not
/// ranked. Units that are filtered by are ranked among themselves.
#[utoipa::path(
    get,
    path = "/api/v1/ranks",
    tag = "index",
    operation_id = "getRanks",
    security(("key" = [])),
    params(Parameters, Filters, Cuts),
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
    only(&pairs, &OWN, &FILTERS)?;
    let (mut request, _) = question(pairs)?;
    request.shown_to = app.shown_to();
    let threshold = app.settings.threshold;
    let ranking = ranking(app.store.as_ref(), &app.forms, threshold, request).await?;
    Ok(Json(ranking.answer))
}

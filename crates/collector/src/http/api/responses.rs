//! Ratings come in.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use survey::response::{Batch, Receipts};

use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem, TakesBody};
use crate::http::{App, body, metrics};
use crate::intake::Sender;
use crate::intake::wire::{self, WireError};
use crate::store::Role;

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        Self::bad_request(error.code, error.message).field(error.field)
    }
}

/// Sends ratings
///
/// Answers only after the data is on disk; safe to repeat for ever. Each rating has its own receipt: one that can
/// never be stored is `rejected` with its faults and does not stop the others.
#[utoipa::path(
    post,
    path = "/api/v1/responses",
    tag = "responses",
    operation_id = "sendResponses",
    security(("key" = [])),
    request_body(content = Batch, content_type = "application/json"),
    responses(
        (status = 200, description = "one receipt for each rating, in order", body = Receipts),
        NeedsKey,
        TakesBody,
        Everywhere
    )
)]
pub(super) async fn post(
    caller: Caller,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<Receipts>, Problem> {
    caller.require(&[Role::Device, Role::Admin])?;
    body::require_json(&headers)?;
    let bytes = body::read(request, app.settings.bounds.max_body).await?;
    let batch = wire::parse(&bytes)?;
    if batch.site.is_some() {
        return Err(Problem::forbidden(
            "unknown-site",
            "this collector has no such site; send the key of a device instead",
        )
        .field("site"));
    }
    let results = app
        .intake
        .receive_batch(batch, &Sender::Key(caller.0))
        .await?;
    metrics::receipts(&results);
    Ok(Json(Receipts { results }))
}

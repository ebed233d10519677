//! Ratings come in.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use survey::response::{Batch, Receipt, Receipts};

use crate::http::caller::{self, Rater};
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
/// never be stored is `rejected` with its faults and does not stop the others. Without a key, each rating needs an
/// `invite`.
#[utoipa::path(
    post,
    path = "/api/v1/responses",
    tag = "responses",
    operation_id = "sendResponses",
    security(("key" = []), ()),
    request_body(content = Batch, content_type = "application/json"),
    responses(
        (status = 200, description = "one receipt for each rating, in order", body = Receipts),
        NeedsKey,
        TakesBody,
        Everywhere
    )
)]
pub(super) async fn post(
    rater: Rater,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<Receipts>, Problem> {
    if let Rater::Known(caller) = &rater {
        caller.require(&[Role::Device, Role::Admin])?;
    }
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
    let no_right = !batch.responses.is_empty()
        && batch
            .responses
            .iter()
            .all(|read| matches!(read, Ok(response) if response.invite.is_none()));
    let results = match rater {
        Rater::Known(caller) => {
            let sender = Sender::Key(caller.0);
            app.intake.receive_batch(batch, &sender).await?
        }
        // A program that has forgotten its key is told so, and not about each response.
        Rater::Citizen(from) if no_right => {
            app.limits.failure(from)?;
            return Err(caller::no_key());
        }
        Rater::Citizen(from) => {
            // Each response may be a guess, so each counts; before anything is stored.
            for _ in 1..batch.responses.len() {
                app.limits.public(from)?;
            }
            let results = app.intake.receive_batch(batch, &Sender::Citizen).await?;
            let unknown = |receipt: &Receipt| receipt.code.as_deref() == Some("invite-unknown");
            // Whoever only guesses is told to wait; whoever had one rating stored must get its receipt.
            if !results.is_empty() && results.iter().all(unknown) {
                app.limits.failure(from)?;
            }
            results
        }
    };
    metrics::receipts(&results);
    Ok(Json(Receipts { results }))
}

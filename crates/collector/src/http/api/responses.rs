//! Ratings come in.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use survey::response::{Batch, Receipt, Receipts};

use super::sites;
use crate::http::caller::{self, Rater};
use crate::http::problem::{Everywhere, NeedsKey, Problem, TakesBody};
use crate::http::{App, body, metrics};
use crate::intake::Sender;
use crate::intake::wire::{self, Parsed, WireError};
use crate::store::{Role, Site};

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        Self::bad_request(error.code, error.message).field(error.field)
    }
}

/// Sends ratings
///
/// Answers only after the data is on disk; safe to repeat for ever. Each rating has its own receipt: one that can
/// never be stored is `rejected` with its faults and does not stop the others. Without a key, each rating needs an
/// `invite`, or the request the `site` key of a portal together with an `Origin` that the site allows; such ratings have
/// the channel `portal`. Pages of sites may call this across origins.
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
    let site = match &batch.site {
        Some(key) => {
            let from = match &rater {
                Rater::Known(_) => None,
                Rater::Citizen(from) => Some(*from),
            };
            Some(sites::sender(&app, key, &headers, from).await?)
        }
        None => None,
    };
    let results = match rater {
        Rater::Known(caller) => {
            let sender = Sender::Key(caller.0);
            app.intake.receive_batch(batch, &sender).await?
        }
        Rater::Citizen(from) => without_key(&app, batch, site, from).await?,
    };
    metrics::receipts(&results);
    Ok(Json(Receipts { results }))
}

/// What is sent without a key: the right lies in the page that sends, or in each response.
async fn without_key(
    app: &App,
    batch: Parsed,
    site: Option<Site>,
    from: IpAddr,
) -> Result<Vec<Receipt>, Problem> {
    let sent = batch.responses.len();
    let without_invite = batch
        .responses
        .iter()
        .filter(|read| matches!(read, Ok(response) if response.invite.is_none()))
        .count();
    let no_right = site.is_none() && without_invite == sent;
    // A program that has forgotten its key is told so, and not about each response.
    if no_right {
        app.limits.failure(from)?;
        return Err(caller::no_key());
    }
    // Each response may be a guess, so each counts; before anything is stored.
    for _ in 1..sent {
        app.limits.public(from)?;
    }
    // A portal's key is no secret: of what rests on it alone, an address sends no more than people do.
    for _ in 0..site.as_ref().map_or(0, |_| without_invite) {
        app.limits.portal(from)?;
    }
    let sender = site.map_or(Sender::Citizen, Sender::Site);
    let results = app.intake.receive_batch(batch, &sender).await?;
    let unknown = |receipt: &Receipt| receipt.code.as_deref() == Some("invite-unknown");
    // Whoever only guesses is told to wait; whoever had one rating stored must get its receipt.
    if !results.is_empty() && results.iter().all(unknown) {
        app.limits.failure(from)?;
    }
    Ok(results)
}

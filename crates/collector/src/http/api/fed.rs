//! What is kept of a dossier, for the one-stop software to hold against its own.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use survey::dossier::DossierCode;
use utoipa::ToSchema;

use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem, ProblemBody, TakesBody};
use crate::http::{App, body};
use crate::intake::wire;
use crate::store::{Dossier, Role, StatusChange};

/// Bytes in a body.
const MAX_BODY: usize = 4096;

/// The dossier in question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedDossier {
    /// Its code.
    #[schema(max_length = 200)]
    dossier: String,
}

/// A dossier as it is kept.
#[derive(Serialize, ToSchema)]
pub(super) struct FedDossier {
    /// Normalised code.
    code: String,
    /// Procedure code.
    procedure: String,
    /// Receiving unit.
    unit: String,
    /// Handling authority, if another was told.
    authority: Option<String>,
    /// desk, online or post.
    filing_channel: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    received_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// granted, refused or withdrawn.
    outcome: Option<String>,
    /// Every status that was told, the first moment first.
    statuses: Vec<FedStatus>,
}

/// A step on the way of a dossier.
#[derive(Serialize, ToSchema)]
struct FedStatus {
    /// When the dossier came to it.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// In the words of the one-stop software.
    status: String,
}

impl FedDossier {
    fn of(dossier: Dossier, statuses: Vec<StatusChange>) -> Self {
        let statuses = statuses
            .into_iter()
            .map(|StatusChange { at, status }| FedStatus { at, status });
        Self {
            code: dossier.code,
            procedure: dossier.procedure,
            unit: dossier.unit,
            authority: dossier.authority,
            filing_channel: dossier.filing_channel,
            received_at: dossier.received_at,
            due_at: dossier.due_at,
            finished_at: dossier.finished_at,
            outcome: dossier.outcome,
            statuses: statuses.collect(),
        }
    }
}

/// Tells what is kept of a dossier
///
/// As it was fed, with every status that was told. Nothing of ratings or invites. Asked in the body and not in the address,
/// so that the code stands in nobody's log.
#[utoipa::path(
    post,
    path = "/api/v1/dossiers/look-up",
    tag = "dossiers",
    operation_id = "lookUpDossier",
    security(("key" = [])),
    request_body(content = WantedDossier, content_type = "application/json"),
    responses(
        (status = 200, description = "what is kept", body = FedDossier),
        (status = 404, description = "no such dossier was fed", body = ProblemBody, content_type = "application/problem+json"),
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
) -> Result<impl IntoResponse, Problem> {
    caller.require(&[Role::OneStop, Role::Admin])?;
    body::require_json(&headers)?;
    let bytes = body::read(request, MAX_BODY).await?;
    let wanted: WantedDossier = wire::body(&bytes)?;
    let code = DossierCode::parse(&wanted.dossier)
        .map_err(|error| Problem::bad_request("bad-dossier", error.to_string()).field("dossier"))?;
    let Some(dossier) = app.store.dossier(code.as_str()).await? else {
        let told = format!(
            "no dossier {} was fed; PUT /api/v1/dossiers feeds it",
            code.as_str()
        );
        return Err(Problem::not_found("unknown-dossier", told).field("dossier"));
    };
    let statuses = app.store.dossier_statuses(code.as_str()).await?;
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(FedDossier::of(dossier, statuses)),
    ))
}

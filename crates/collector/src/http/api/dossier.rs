//! What a kiosk may know of a dossier before it asks whether it is the citizen's: its procedure, never its owner.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use survey::dossier::DossierCode;
use utoipa::ToSchema;

use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem, TakesBody};
use crate::http::{App, body};
use crate::intake::wire;
use crate::store::Role;

/// Bytes in a body.
const MAX_BODY: usize = 4096;

/// The dossier in question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Its code.
    #[schema(max_length = 200)]
    dossier: String,
}

/// What a kiosk may know of it.
#[derive(Serialize, ToSchema)]
pub(super) struct Told {
    /// The dossier has been fed. One that has not is rated all the same, and marked.
    known: bool,
    /// Name of its procedure; null when it is not known.
    procedure_name: Option<String>,
}

/// What a dossier is about
///
/// Asked in the body and not in the address, so that the code stands in nobody's log.
#[utoipa::path(
    post,
    path = "/api/v1/device/dossier",
    tag = "device",
    operation_id = "describeDossier",
    security(("key" = [])),
    request_body(content = Asked, content_type = "application/json"),
    responses((status = 200, description = "what is known", body = Told), NeedsKey, TakesBody, Everywhere)
)]
pub(super) async fn post(
    caller: Caller,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Body,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&[Role::Device])?;
    body::require_json(&headers)?;
    let bytes = body::read(request, MAX_BODY).await?;
    let asked: Asked = wire::body(&bytes)?;
    let code = DossierCode::parse(&asked.dossier)
        .map_err(|error| Problem::bad_request("bad-dossier", error.to_string()).field("dossier"))?;
    let dossier = app.store.dossier(code.as_str()).await?;
    let procedure_name = match &dossier {
        Some(known) => app.procedure_name(&known.procedure).await?,
        None => None,
    };
    let told = Told {
        known: dossier.is_some(),
        procedure_name,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(told)))
}

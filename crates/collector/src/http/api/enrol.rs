//! A kiosk that has no key yet brings the code that somebody has typed at it.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::enrolment::{self, EnrolmentError};
use crate::http::caller::Anybody;
use crate::http::problem::{Everywhere, Problem, ProblemBody, TakesBody};
use crate::http::{App, body};
use crate::intake::wire;

/// Bytes in a body.
const MAX_BODY: usize = 1024;

/// The code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    /// Eight digits; white space between them does not matter.
    #[schema(max_length = 32)]
    code: String,
}

/// What the code is worth.
#[derive(Serialize, ToSchema)]
pub(super) struct Enrolled {
    /// Name of the kiosk.
    name: String,
    /// Its key, told this once.
    key: String,
}

impl From<EnrolmentError> for Problem {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::Store(error) => error.into(),
            EnrolmentError::Auth(error) => {
                tracing::error!(%error, "no kiosk was enrolled");
                Self::internal()
            }
        }
    }
}

/// Enrols a kiosk by its code
///
/// A code is worth one key, for 15 minutes. Wrong ones count against the address like wrong keys.
#[utoipa::path(
    post,
    path = "/api/v1/device/enrol",
    tag = "device",
    operation_id = "enrolDevice",
    request_body(content = Typed, content_type = "application/json"),
    responses(
        (status = 200, description = "the kiosk's name and key", body = Enrolled),
        (status = 404, description = "the code is unknown, used or over", body = ProblemBody, content_type = "application/problem+json"),
        TakesBody,
        Everywhere
    )
)]
pub(super) async fn post(
    Anybody(from): Anybody,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Body,
) -> Result<([(HeaderName, &'static str); 1], Json<Enrolled>), Problem> {
    body::require_json(&headers)?;
    let bytes = body::read(request, MAX_BODY).await?;
    let typed: Typed = wire::body(&bytes)?;
    // Counted before it is looked at: who has guessed too often is not told of a hit either.
    app.limits.failure(from)?;
    match enrolment::redeem(&*app.store, &typed.code).await? {
        Some((name, key)) => {
            tracing::info!(name, "a kiosk was enrolled by its code");
            Ok((
                [(header::CACHE_CONTROL, "no-store")],
                Json(Enrolled { name, key }),
            ))
        }
        None => Err(Problem::not_found(
            "unknown-code",
            "this code is unknown, used or over; ask for a new one on the staff page of devices",
        )
        .field("code")),
    }
}

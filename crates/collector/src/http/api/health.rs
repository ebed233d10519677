//! Signs of life.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::problem::{Everywhere, Problem};
use crate::http::{App, metrics};

/// One word.
#[derive(Serialize, ToSchema)]
pub(super) struct Sign {
    /// `alive` or `ready`.
    status: &'static str,
}

/// The process runs
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    operation_id = "isAlive",
    responses((status = 200, description = "the process runs", body = Sign), Everywhere)
)]
pub(super) async fn alive() -> Json<Sign> {
    Json(Sign { status: "alive" })
}

/// The store can be read and written
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    operation_id = "isReady",
    responses((status = 200, description = "the store can be read and written", body = Sign), Everywhere)
)]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Sign>, Problem> {
    app.store.health().await.map_err(|error| {
        tracing::error!(%error, "not ready");
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not-ready",
            "the store cannot be read or written; the log tells why",
        )
        .retry_after(5)
    })?;
    Ok(Json(Sign { status: "ready" }))
}

/// Counters and times in Prometheus text format
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    operation_id = "getMetrics",
    responses((status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"), Everywhere)
)]
pub(super) async fn metrics(
    State(app): State<Arc<App>>,
) -> ([(HeaderName, &'static str); 1], String) {
    let devices = app
        .store
        .devices()
        .await
        .inspect_err(|error| tracing::warn!(%error, "the devices' alarms cannot be counted"));
    metrics::devices(devices.as_deref().ok(), Timestamp::now());
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        metrics::render(),
    )
}

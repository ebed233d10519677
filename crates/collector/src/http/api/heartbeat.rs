//! A device tells how it is doing.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use survey::heartbeat::{Greeting, Heartbeat};

use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem, TakesBody};
use crate::http::{App, body};
use crate::intake::wire;
use crate::pulse::{Alarm, Beat};
use crate::store::Role;

/// Bytes in a heartbeat.
const MAX_BODY: usize = 4096;

/// Tells how this kiosk is doing
///
/// Send it every few minutes. The answer tells the collector's clock and what is wrong with this device; nothing in
/// it is about a citizen.
#[utoipa::path(
    post,
    path = "/api/v1/heartbeat",
    tag = "device",
    operation_id = "sendHeartbeat",
    security(("key" = [])),
    request_body(content = Heartbeat, content_type = "application/json"),
    responses(
        (status = 200, description = "the collector's clock and the alarms of this device", body = Greeting),
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
) -> Result<Json<Greeting>, Problem> {
    caller.require(&[Role::Device])?;
    body::require_json(&headers)?;
    let bytes = body::read(request, MAX_BODY).await?;
    let received_at = Timestamp::now();
    let heartbeat: Heartbeat = wire::body(&bytes)?;
    if let Some(fault) = heartbeat.fault() {
        return Err(Problem::bad_request("bad-value", fault.message).field(fault.field));
    }
    let device_time: Timestamp = heartbeat.device_time.parse().map_err(|_| {
        Problem::bad_request(
            "bad-value",
            "write the device's clock as RFC 3339, such as 2026-07-01T08:00:00Z",
        )
        .field("device_time")
    })?;
    let beat = Beat {
        heartbeat,
        received_at,
        clock_skew_ms: device_time.as_millisecond() - received_at.as_millisecond(),
    };
    let pulse = app.store.put_heartbeat(&caller.0.name, beat).await?;
    Ok(Json(Greeting {
        server_time: Timestamp::now().to_string(),
        alarms: pulse
            .alarms(received_at)
            .into_iter()
            .map(Alarm::code)
            .map(str::to_owned)
            .collect(),
    }))
}

//! What operators watch: counters and times in Prometheus text. Labels take only values from fixed sets, so that no
//! caller can make the collector remember without end.

use std::sync::OnceLock;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use survey::response::{Receipt, Status};

use crate::pulse::{Alarm, Device};

const REQUESTS: &str = "hai_long_http_requests_total";
const DURATION: &str = "hai_long_http_request_duration_seconds";
const RESPONSES: &str = "hai_long_responses_total";
const REFUSED: &str = "hai_long_refused_connections_total";
const ALARMS: &str = "hai_long_devices_with_alarm";
const DEVICES: &str = "hai_long_devices";
const BUCKETS: &[f64] = &[0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// One recorder a process; `None` when another one was installed before.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

fn recorder() -> Option<&'static PrometheusHandle> {
    RECORDER
        .get_or_init(|| {
            let handle = PrometheusBuilder::new()
                .set_buckets(BUCKETS)
                .and_then(PrometheusBuilder::install_recorder)
                .inspect_err(|error| tracing::warn!(%error, "no metrics"))
                .ok()?;
            describe_counter!(REQUESTS, "Requests by route, method and status class");
            describe_histogram!(DURATION, "Time from request to answer by route");
            describe_counter!(RESPONSES, "Ratings received by outcome");
            describe_counter!(REFUSED, "Connections closed because too many were open");
            describe_gauge!(ALARMS, "Devices with this alarm");
            describe_gauge!(DEVICES, "Enrolled devices");
            for outcome in ["stored", "duplicate", "rejected"] {
                counter!(RESPONSES, "outcome" => outcome).absolute(0);
            }
            Some(handle)
        })
        .as_ref()
}

/// Installs the recorder, so that counting starts with the first request.
pub(crate) fn install() {
    recorder();
}

/// Folds samples that nobody has fetched yet.
pub(crate) fn upkeep() {
    if let Some(recorder) = recorder() {
        recorder.run_upkeep();
    }
}

/// All metrics in Prometheus text format.
pub(crate) fn render() -> String {
    recorder().map(PrometheusHandle::render).unwrap_or_default()
}

/// Counts a connection that was closed because too many were open.
pub(crate) fn refused_connection() {
    counter!(REFUSED).increment(1);
}

/// Counts what became of ratings.
pub(crate) fn receipts(receipts: &[Receipt]) {
    for receipt in receipts {
        let outcome = match receipt.status {
            Status::Stored => "stored",
            Status::Duplicate => "duplicate",
            Status::Rejected => "rejected",
        };
        counter!(RESPONSES, "outcome" => outcome).increment(1);
    }
}

/// Tells how many devices have each alarm at `now`; not-a-number when the store could not tell.
pub(crate) fn devices(devices: Option<&[Device]>, now: Timestamp) {
    // Counts of devices are far below 2^53.
    let number = |count: usize| devices.map_or(f64::NAN, |_| count as f64);
    let all = devices.unwrap_or_default();
    gauge!(DEVICES).set(number(all.len()));
    let raised: Vec<Alarm> = all.iter().flat_map(|device| device.alarms(now)).collect();
    for alarm in Alarm::ALL {
        let count = raised.iter().filter(|one| **one == alarm).count();
        gauge!(ALARMS, "alarm" => alarm.code()).set(number(count));
    }
}

/// Middleware: counts, times and logs each request. The log names the route, never the path or query, which may hold
/// a dossier code.
pub(crate) async fn watch(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = method_name(request.method());
    let response = next.run(request).await;
    let elapsed = started.elapsed();
    let status = response.status();
    let class = match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    };
    tracing::info!(
        method,
        route,
        status = status.as_u16(),
        elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    counter!(REQUESTS, "route" => route.clone(), "method" => method, "status" => class)
        .increment(1);
    histogram!(DURATION, "route" => route).record(elapsed);
    response
}

fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

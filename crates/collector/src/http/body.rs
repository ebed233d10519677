//! Bodies of requests: taken whole, within bounds, of the media types that the API reads.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::problem::Problem;

/// How many times the limit is read and thrown away before a client that sends too much is cut off: one that still
/// writes when the connection closes may never see the answer.
const DRAIN: usize = 4;

/// Refuses anything but `application/json`, in UTF-8 if a charset is named.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    named(headers, &["application/json"])
        .map(|_| ())
        .ok_or_else(|| {
            Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                "send the body as `Content-Type: application/json`, in UTF-8",
            )
            .field("Content-Type")
        })
}

/// Which of these media types the body has, in UTF-8 if a charset is named.
pub(crate) fn media_type(
    headers: &HeaderMap,
    allowed: &[&'static str],
) -> Result<&'static str, Problem> {
    named(headers, allowed).ok_or_else(|| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong-media-type",
            format!(
                "send the body in UTF-8 with a Content-Type that says how it is written: {}",
                allowed.join(", ")
            ),
        )
        .field("Content-Type")
    })
}

fn named(headers: &HeaderMap, allowed: &[&'static str]) -> Option<&'static str> {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let kind = parts.next()?;
    let found = allowed
        .iter()
        .copied()
        .find(|allowed| kind.eq_ignore_ascii_case(allowed))?;
    let utf8 = parts.all(|parameter| {
        parameter.split_once('=').is_none_or(|(name, charset)| {
            !name.eq_ignore_ascii_case("charset")
                || charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    });
    utf8.then_some(found)
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut body = Limited::new(body, limit.saturating_mul(DRAIN));
    let mut taken = Vec::new();
    let mut too_large = false;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if error.is::<LengthLimitError>() {
                payload_too_large(limit)
            } else {
                Problem::bad_request("broken-body", "the body ended before it was whole")
            }
        })?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        too_large |= taken.len() + data.len() > limit;
        if too_large {
            taken = Vec::new();
        } else {
            taken.extend_from_slice(data);
        }
    }
    if too_large {
        return Err(payload_too_large(limit));
    }
    Ok(taken.into())
}

fn payload_too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        format!("the body may have at most {limit} bytes; send less at once"),
    )
}

//! Pages that are the same for everybody: kept by browsers and proxies, and asked for again each time, so that what was
//! withdrawn is gone at once.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::http::Problem;

/// The filled page, or 304 when the client holds it already.
pub(super) fn cached(status: StatusCode, page: &impl Template, asked: &HeaderMap) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page could not be filled");
            return Problem::internal().into_response();
        }
    };
    // Weak: the same page may be sent compressed or not.
    let tag = format!(
        "W/\"{}\"",
        HEXLOWER.encode(&Sha256::digest(html.as_bytes()))
    );
    let held = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim() == tag);
    let mut response = if held && status == StatusCode::OK {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (status, Html(html)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, no-cache"),
    );
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

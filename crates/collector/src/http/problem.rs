//! Errors for machines and people: RFC 9457 `application/problem+json`.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, Ref, RefOr, Response as Documented, ResponseBuilder,
};
use utoipa::{IntoResponses, ToSchema};

use crate::store::StoreError;

/// Media type of every error.
const MEDIA_TYPE: &str = "application/problem+json";
/// Start of every problem's `type`; the code follows.
const TYPE_PREFIX: &str = "urn:hai-long:problem:";
/// What a sender is told to wait while the disk cannot be used, in seconds: somebody has to mend it first.
const RETRY_AFTER: u32 = 10;

/// An error on its way to the client. The detail is written for the person who must mend it and never tells about the
/// inside of the collector.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    field: Option<String>,
    retry_after: Option<u32>,
}

/// The body of an error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `urn:hai-long:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Machine code of the rule that was broken; stable.
    code: String,
    /// The rule and the mend in a plain sentence.
    detail: String,
    /// The parameter, header or body field at fault, when one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    /// A problem with its status, machine code and plain sentence.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            field: None,
            retry_after: None,
        }
    }

    /// 400: the request is at fault.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 404: nothing of this name.
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 401: no key, or none that is known.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: known, but not allowed.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 429: slow down.
    pub fn too_many_requests(retry_after: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            format!("too many requests; try again in {retry_after} s"),
        )
        .retry_after(retry_after)
    }

    /// 500: our fault; the cause is in the log.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the collector failed; nothing was acknowledged, repeat the request",
        )
    }

    /// Names the parameter, header or body field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says after how many seconds the request may be repeated.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Seconds to wait before the request is repeated; 0 when there is no need to wait.
    pub(crate) fn wait(&self) -> u32 {
        self.retry_after.unwrap_or_default()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy(seconds) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                format!("the collector is busy; repeat the request in {seconds} s"),
            )
            .retry_after(seconds),
            StoreError::Unavailable { .. } | StoreError::Damaged(_) => {
                tracing::error!(%error, "the store cannot be used");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store-unavailable",
                    format!(
                        "the collector cannot store or read anything now; nothing was acknowledged, repeat the request \
                         in {RETRY_AFTER} s"
                    ),
                )
                .retry_after(RETRY_AFTER)
            }
            StoreError::Engine(_) | StoreError::Corrupt(_) | StoreError::NameTaken(_) => {
                tracing::error!(%error, "the store failed");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: format!("{TYPE_PREFIX}{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail,
            field: self.field,
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"hai-long\""),
            );
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Documents one error status with its body.
fn documented(status: StatusCode, description: &str) -> (String, RefOr<Documented>) {
    let mut response = ResponseBuilder::new().description(description).content(
        MEDIA_TYPE,
        ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build(),
    );
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        let header = HeaderBuilder::new()
            .description(Some("seconds to wait before the request is repeated"))
            .build();
        response = response.header("Retry-After", header);
    }
    (status.as_str().to_owned(), response.build().into())
}

/// Documents what any route may answer.
pub struct Everywhere;

impl IntoResponses for Everywhere {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        BTreeMap::from([
            documented(StatusCode::BAD_REQUEST, "the request is at fault"),
            documented(
                StatusCode::REQUEST_TIMEOUT,
                "the request did not arrive whole in time",
            ),
            documented(StatusCode::TOO_MANY_REQUESTS, "too many requests"),
            documented(StatusCode::INTERNAL_SERVER_ERROR, "the collector failed"),
            documented(
                StatusCode::SERVICE_UNAVAILABLE,
                "the collector is busy, or its disk cannot be used; repeat the request later",
            ),
        ])
    }
}

/// Documents what routes answer that need a key.
pub struct NeedsKey;

impl IntoResponses for NeedsKey {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        BTreeMap::from([
            documented(StatusCode::UNAUTHORIZED, "no key, or an unknown one"),
            documented(StatusCode::FORBIDDEN, "the key's role does not allow this"),
        ])
    }
}

/// Documents what routes answer that take a body.
pub struct TakesBody;

impl IntoResponses for TakesBody {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        BTreeMap::from([
            documented(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
            documented(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body is of a media type that is not read here",
            ),
        ])
    }
}

/// Documents that the thing asked for may not exist.
pub struct MayBeMissing;

impl IntoResponses for MayBeMissing {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        BTreeMap::from([documented(StatusCode::NOT_FOUND, "nothing of this name")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Outage;

    #[test]
    fn a_store_that_cannot_be_used_now_says_when_to_come_back_and_nothing_about_itself() {
        let detail = "/var/lib/hai-long is secret";
        let unavailable = |outage| StoreError::Unavailable {
            outage,
            detail: detail.into(),
        };
        for (error, status, waits) in [
            (StoreError::Busy(2), 503, true),
            (unavailable(Outage::Full), 503, true),
            (unavailable(Outage::ReadOnly), 503, true),
            (unavailable(Outage::Failing), 503, true),
            (unavailable(Outage::NotOpen), 503, true),
            (StoreError::Damaged(detail.into()), 503, true),
            (StoreError::Engine(detail.into()), 500, false),
            (StoreError::Corrupt(detail.into()), 500, false),
        ] {
            let problem = Problem::from(error.clone());
            assert!(!problem.detail.contains("secret"), "{error:?}");
            let response = problem.into_response();
            assert_eq!(response.status(), status, "{error:?}");
            let told = response.headers().contains_key(header::RETRY_AFTER);
            assert_eq!(told, waits, "{error:?}");
        }
    }
}

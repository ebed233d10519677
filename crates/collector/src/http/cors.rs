//! Which pages of other origins may call: those of sites, on the few routes that a portal's widget needs. Exact origins,
//! no credentials, and a plain word to whoever sets a portal up.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::{App, caller};
use crate::site;

/// How long a browser may keep the answer to a preflight, in seconds.
const MAX_AGE: &str = "600";
/// What pages may send: JSON, and the tag of a form that they hold.
const ALLOWED_HEADERS: &str = "content-type, if-none-match";
/// What pages may read beside the body: when to come back, and the tag of a form.
const EXPOSED_HEADERS: &str = "retry-after, etag";
/// Longest origin that is looked up, and told back.
const MAX_ORIGIN: usize = 300;

/// Where a request comes from, as far as a browser says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whence {
    /// No browser, or one that had no reason to say.
    Unsaid,
    /// A page of ours.
    Ours,
    /// A page of this origin, which may be no origin at all.
    Foreign(String),
}

impl Whence {
    /// Read from the `Origin` header; ours is what the request was sent to, and what links begin with.
    pub(crate) fn of(headers: &HeaderMap, public_url: &str) -> Self {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return Self::Unsaid;
        };
        let one = origins.next().is_none();
        let Some(origin) = origin.to_str().ok().filter(|_| one) else {
            return Self::Foreign("(no readable origin)".to_owned());
        };
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        // A proxy may tell us another host than the browser knows.
        let public = public_url
            .strip_prefix(origin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if authority.is_some() && (public || authority == host) {
            return Self::Ours;
        }
        Self::Foreign(origin.chars().take(MAX_ORIGIN).collect())
    }
}

/// The method that pages of sites may use at this address.
fn method_at(path: &str) -> Option<&'static str> {
    let in_folder = |folder: &str| {
        path.strip_prefix(folder)
            .is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
    };
    match path {
        "/api/v1/responses" => Some("POST"),
        "/api/v1/forms" => Some("GET"),
        _ if ["/api/v1/forms/", "/api/v1/invites/", "/api/v1/sites/"]
            .into_iter()
            .any(in_folder) =>
        {
            Some("GET")
        }
        _ => None,
    }
}

/// 403 for a page that no site allows.
pub(crate) fn not_allowed(origin: &str) -> Problem {
    let detail = match site::origin(origin) {
        Ok(origin) => format!(
            "pages of {origin} may not call this collector; add the origin to those of the portal's site: \
             `hai-long site set NAME --add-origins {origin}`"
        ),
        // A sandboxed frame or a local file; and nobody is given a command with a stranger's text in it.
        Err(_) => format!(
            "the page says that its origin is {origin:?}, which no site can allow; open it from its own web address"
        ),
    };
    Problem::forbidden("origin-not-allowed", detail).field("Origin")
}

/// Middleware: answers preflights, and tells browsers which page may read an answer.
pub(super) async fn answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(method) = method_at(request.uri().path()) else {
        return next.run(request).await;
    };
    let whence = Whence::of(request.headers(), &app.settings.public_url);
    let mut response = match whence {
        Whence::Unsaid | Whence::Ours => next.run(request).await,
        Whence::Foreign(origin) => to_page_of(&origin, method, &app, request, next).await,
    };
    // The same address is answered otherwise to others, and a proxy must not mix them up.
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("origin"));
    response
}

async fn to_page_of(
    origin: &str,
    method: &'static str,
    app: &App,
    request: Request,
    next: Next,
) -> Response {
    let allowed = match app.store.allows_origin(origin).await {
        Ok(allowed) => allowed,
        Err(error) => return Problem::from(error).into_response(),
    };
    let asks_first = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    // What is sent may bring its own right: a key, an invite; the handler looks.
    let sends = request.method() == Method::POST;
    let mut response = if sends || (allowed && !asks_first) {
        next.run(request).await
    } else {
        let (parts, _) = request.into_parts();
        let counted = app.limits.public(caller::address(&parts, app));
        match counted {
            Err(problem) => problem.into_response(),
            Ok(()) if allowed => preflight(method),
            Ok(()) => not_allowed(origin).into_response(),
        }
    };
    if allowed && let Ok(value) = HeaderValue::from_str(origin) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED_HEADERS),
        );
    }
    response
}

fn preflight(method: &'static str) -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, method),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whence(pairs: &[(&'static str, &'static str)]) -> Whence {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        Whence::of(&headers, "https://danhgia.example.vn/hl")
    }

    #[test]
    fn our_own_pages_are_told_by_the_host_or_by_the_public_address() {
        assert_eq!(whence(&[("host", "a.vn")]), Whence::Unsaid);
        for ours in [
            [("host", "a.vn:8080"), ("origin", "http://a.vn:8080")],
            [
                ("host", "10.0.0.1"),
                ("origin", "https://danhgia.example.vn"),
            ],
        ] {
            assert_eq!(whence(&ours), Whence::Ours, "{ours:?}");
        }
        for foreign in [
            "https://a.vn.b.vn",
            "null",
            "https://danhgia.example.vn.b.vn",
            "https://danhgia.example",
            "https:",
            "",
        ] {
            let told = whence(&[("host", "a.vn"), ("origin", foreign)]);
            assert_eq!(told, Whence::Foreign(foreign.to_owned()));
        }
        let two = whence(&[
            ("host", "a.vn"),
            ("origin", "https://a.vn"),
            ("origin", "https://b.vn"),
        ]);
        assert!(matches!(two, Whence::Foreign(_)), "{two:?}");
    }

    #[test]
    fn only_what_a_portal_needs_is_open_to_pages() {
        assert_eq!(method_at("/api/v1/responses"), Some("POST"));
        assert_eq!(method_at("/api/v1/forms/t"), Some("GET"));
        assert_eq!(method_at("/api/v1/invites/1"), Some("GET"));
        for closed in [
            "/api/v1/invites",
            "/api/v1/index",
            "/api/v1/forms/",
            "/api/v1/invites/1/2",
            "/staff",
            "/",
        ] {
            assert_eq!(method_at(closed), None, "{closed}");
        }
    }
}

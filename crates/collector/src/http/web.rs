//! The web files: the landing page, the kiosk page and what they load.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::problem::Problem;
use super::{App, policy};
use crate::staff::pages::{Landing, NotBuilt, render};
use crate::staff::words::{Choice, Language};

/// Files under here have a hash of their content in their name …
const HASHED: &str = "/assets/";
/// … but for the words, which an administrator may mend.
const WORDS: &str = "/assets/words/";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again, and answered 304 when it has not changed.
const ASK_AGAIN: &str = "no-cache";
/// What is missing today may be there after the next upgrade.
const NEVER: &str = "no-store";

/// Routes of the pages and, behind all other routes, of the files in the web folder.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(landing))
        .route("/kiosk", get(kiosk))
        .route("/sw.js", get(service_worker))
        .fallback(file)
}

/// The page that lists the doors.
async fn landing(
    State(app): State<Arc<App>>,
    Query(choice): Query<Choice>,
) -> Result<Response, Problem> {
    let lang = choice.language();
    Ok(render(&Landing {
        lang,
        words: lang.words(),
        demo: app.store.note("demo").await?.is_some(),
    }))
}

/// The page of the kiosk: the widget's `index.html`, or what to do when it has not been built.
async fn kiosk(State(app): State<Arc<App>>, mut request: Request) -> Response {
    *request.uri_mut() = Uri::from_static("/index.html");
    match from_web_dir(&app, request).await {
        Some(response) => response,
        None => {
            let page = NotBuilt {
                lang: Language::Vi,
                words: Language::Vi.words(),
                demo: false,
            };
            (StatusCode::SERVICE_UNAVAILABLE, render(&page)).into_response()
        }
    }
}

/// The service worker: it may serve every page, and is asked for again each time, or else a broken one would stay.
async fn service_worker(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let mut response = from_web_dir(&app, request).await.ok_or_else(|| {
        Problem::not_found(
            "not-found",
            "the service worker has not been built; build the web files with `cargo xtask build`",
        )
    })?;
    response.headers_mut().insert(
        HeaderName::from_static("service-worker-allowed"),
        HeaderValue::from_static("/"),
    );
    Ok(response)
}

/// Any other address: a file of the web folder, or nothing.
async fn file(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let readable = matches!(*request.method(), Method::GET | Method::HEAD);
    let found = if readable {
        from_web_dir(&app, request).await
    } else {
        None
    };
    found.ok_or_else(|| {
        Problem::not_found(
            "not-found",
            "there is nothing at this address; GET /api/v1/openapi.json lists the API, / the pages",
        )
    })
}

async fn from_web_dir(app: &App, request: Request) -> Option<Response> {
    let path = request.uri().path();
    let page = path
        .strip_prefix('/')
        .filter(|path| path.ends_with(".html"));
    let page = page.map(str::to_owned);
    let hashed = path.starts_with(HASHED) && !path.starts_with(WORDS);
    let files = ServeDir::new(&app.settings.web_dir)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let mut response = match files.oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    };
    if response.status() == StatusCode::NOT_FOUND {
        return None;
    }
    let caching = match response.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED if hashed => {
            FOR_EVER
        }
        status if status.is_client_error() || status.is_server_error() => NEVER,
        _ => ASK_AGAIN,
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Some(page) = page {
        policy::allow(&mut response, &app.settings.web_dir, &page);
    }
    Some(response)
}

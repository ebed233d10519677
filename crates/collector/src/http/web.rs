//! The web files: the landing page, the kiosk page and what they load.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;
use survey::invite::Token;
use tower::ServiceExt;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

use super::api::invites;
use super::caller::Anybody;
use super::problem::Problem;
use super::{App, policy};
use crate::intake::invite::Found;
use crate::staff::pages::{Landing, LinkOverPage, NotBuilt, render};
use crate::staff::words::{Choice, Language, LinkOver, Words};

/// The page behind a link, in the web folder.
const PHONE: &str = "phone.html";
/// Files under here have a hash of their content in their name …
const HASHED: &str = "/assets/";
/// … but for the words, which an administrator may mend.
const WORDS: &str = "/assets/words/";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again, and answered 304 when it has not changed.
const ASK_AGAIN: &str = "no-cache";
/// The element for other people's pages: those with a hash of their content, and those without.
const EMBEDDED: &str = "/embed/";
/// What is missing today may be there after the next upgrade.
const NEVER: &str = "no-store";

/// A citizen's page is small: this takes a few milliseconds and comes close to what the build does.
const QUALITY: CompressionLevel = CompressionLevel::Precise(9);

/// Routes of the pages and, behind all other routes, of the files in the web folder.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(landing))
        .route("/kiosk", get(kiosk))
        // Made for each link, so not compressed by the build. It holds no secret that its size could tell.
        .route(
            "/r/{token}",
            get(link).layer(CompressionLayer::new().quality(QUALITY)),
        )
        .route("/frame", get(frame))
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

/// Where the build has left a place in the phone page for what a link opens …
const DOOR: &str = "<script type=\"application/json\" id=\"hl-door\">null</script>";
/// … and for the first question of its form.
const FIRST_QUESTION: &str = "<!--first-question-->";

/// What the page says where no code runs; the build's own text is for pages without a collector.
const NO_CODE: [&str; 2] = ["<noscript>", "</noscript>"];

/// The page behind a citizen's link: the phone page with what the link opens, and the first question as the build wrote
/// it. Looking uses nothing up.
async fn link(
    Anybody(address): Anybody,
    State(app): State<Arc<App>>,
    token: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let digits = digits(&token);
    let invite = match invites::find(&app, token).await? {
        Found::Open(invite) => invite,
        Found::Used => return Ok(over(StatusCode::OK, |words| &words.link_used)),
        Found::Expired => return Ok(over(StatusCode::GONE, |words| &words.link_expired)),
        Found::Unknown => {
            app.limits.failure(address)?;
            return Ok(over(StatusCode::NOT_FOUND, |words| &words.link_unknown));
        }
    };
    let opened = invites::opened(&app, invite).await?;
    let folder = &app.settings.web_dir;
    let Ok(page) = tokio::fs::read_to_string(folder.join(PHONE)).await else {
        // Somebody may rate all the same.
        tracing::warn!(
            "the phone page has not been built; build the web files with `cargo xtask build`"
        );
        return Ok(private(Redirect::to(&plain_form(&digits)).into_response()));
    };
    // Ids of forms have no character that means something in a path.
    let first = folder.join(format!(
        "first/{}.v{}.html",
        opened.form, opened.form_version
    ));
    // A form of the authority has none: its first question comes with the widget.
    let first = tokio::fs::read_to_string(first).await.unwrap_or_default();
    let door = serde_json::to_string(&opened).map_err(|_| Problem::internal())?;
    // In JSON these stand only in texts, where they may be written like this; so no text can end the element.
    let door = door
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    let page = with_plain_form(page, &digits);
    let page = page
        .replacen(DOOR, &DOOR.replace("null", &door), 1)
        .replacen(FIRST_QUESTION, &first, 1);
    let mut response = Html(page).into_response();
    policy::allow(&mut response, folder, PHONE);
    Ok(private(response))
}

/// The digits of a token in a path, without the spaces and hyphens that people put in.
pub(super) fn digits(token: &Result<Path<String>, PathRejection>) -> String {
    let parsed = token
        .as_ref()
        .ok()
        .and_then(|Path(text)| text.parse::<Token>().ok());
    parsed.map_or_else(String::new, |token| token.to_string())
}

fn plain_form(digits: &str) -> String {
    format!("/r/{digits}/plain")
}

/// The page with a way to the plain form where no code runs: at once, and by a link for browsers that do not follow.
fn with_plain_form(page: String, digits: &str) -> String {
    let [open, close] = NO_CODE;
    let address = plain_form(digits);
    let links: String = [Language::Vi, Language::En]
        .map(|lang| {
            let (tag, text) = (lang.tag(), &lang.words().link_plain);
            format!("<p class=\"hl-notice\" lang=\"{tag}\"><a href=\"{address}\">{text}</a></p>")
        })
        .concat();
    let there =
        format!("{open}<meta http-equiv=\"refresh\" content=\"0; url={address}\">{links}{close}");
    let place = page
        .find(open)
        .and_then(|from| Some(from..from + page.get(from..)?.find(close)? + close.len()));
    match place {
        Some(place) => [&page[..place.start], &there, &page[place.end..]].concat(),
        None => page + &there,
    }
}

/// Instead of what a link opens: that it opens nothing any more, and what to do.
pub(super) fn over(status: StatusCode, key: fn(&Words) -> &LinkOver) -> Response {
    let lang = Language::Vi;
    let page = LinkOverPage {
        lang,
        words: lang.words(),
        demo: false,
        said: [Language::Vi, Language::En].map(|lang| (lang, key(lang.words()))),
    };
    private((status, render(&page)).into_response())
}

/// Nobody keeps a page that is one citizen's, and nobody lists it.
pub(super) fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(NEVER));
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    );
    response
}

/// What the address of the frame says; all else stands behind its `#`, so that no log has it.
#[derive(Deserialize)]
struct Framed {
    /// Key of the portal's site.
    site: Option<String>,
}

/// The page that a portal shows in a frame where its own policy forbids the element: only pages of the site may.
async fn frame(
    Anybody(address): Anybody,
    State(app): State<Arc<App>>,
    Query(framed): Query<Framed>,
    mut request: Request,
) -> Result<Response, Problem> {
    let site = match &framed.site {
        Some(key) => app.store.site_of_key(key).await?,
        None => None,
    };
    let alive = site.filter(|site| {
        framed
            .site
            .as_ref()
            .is_some_and(|key| site.ended(key, Timestamp::now()).is_none())
    });
    if alive.is_none() && framed.site.is_some() {
        app.limits.failure(address)?;
    }
    *request.uri_mut() = Uri::from_static("/frame.html");
    let mut response = from_web_dir(&app, request).await.ok_or_else(|| {
        Problem::not_found(
            "not-found",
            "the page for frames has not been built; build the web files with `cargo xtask build`",
        )
    })?;
    policy::frame_in(
        &mut response,
        &alive.map_or_else(Vec::new, |site| site.origins),
    );
    Ok(response)
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

/// Does the name of the file hold a hash of its content, as `hai-long-0123456789abcdef.js` does?
fn is_hashed(path: &str) -> bool {
    const DIGITS: usize = 16;
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

async fn from_web_dir(app: &App, request: Request) -> Option<Response> {
    let path = request.uri().path();
    let page = path
        .strip_prefix('/')
        .filter(|path| path.ends_with(".html"));
    let page = page.map(str::to_owned);
    let words = path.starts_with(WORDS);
    let embedded = path.starts_with(EMBEDDED);
    let hashed = (path.starts_with(HASHED) && !words) || (embedded && is_hashed(path));
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
    if embedded || words {
        // Files that are the same for everybody: every page may load them and hold them against a hash.
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        headers.insert(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        );
    }
    if let Some(page) = page {
        policy::allow(&mut response, &app.settings.web_dir, &page);
    }
    Some(response)
}

//! The one-stop software shows a dossier on a kiosk; the kiosk hears of it at once, or asks.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use survey::dossier::DossierCode;
use utoipa::ToSchema;

use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem, ProblemBody, TakesBody};
use crate::http::{App, body};
use crate::intake::wire;
use crate::presenting::{Listening, News};
use crate::store::Role;

/// Bytes in a body.
const MAX_BODY: usize = 4096;
/// How often a line without news is shown to be alive; proxies close what is silent for a minute.
const ALIVE: Duration = Duration::from_secs(15);

/// A dossier to be shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    /// Its code; the collector need not know it.
    #[schema(max_length = 200)]
    dossier: String,
}

/// What became of the wish.
#[derive(Serialize, ToSchema)]
pub(super) struct Offered {
    /// The kiosk hears of it at once; if not, when it asks again.
    listening: bool,
    /// Until when it is offered, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// What was taken back.
#[derive(Serialize, ToSchema)]
pub(super) struct TakenBack {
    /// Something was offered until now.
    offered: bool,
}

/// What a kiosk is to show.
#[derive(Serialize, ToSchema)]
pub(super) struct Shown {
    /// The dossier; null when there is none.
    presented: Option<ShownDossier>,
}

/// A dossier that a kiosk is to show.
#[derive(Serialize, ToSchema)]
struct ShownDossier {
    /// Tells this showing from every other; it only grows.
    number: u64,
    /// Its code.
    dossier: String,
}

impl Shown {
    fn of(news: &News) -> Self {
        let presented = news.offered(Timestamp::now()).map(|shown| ShownDossier {
            number: shown.number,
            dossier: shown.dossier.clone(),
        });
        Self { presented }
    }
}

/// Shows a dossier on a kiosk
///
/// The kiosk asks the citizen whether it is theirs, by its last digits. It is offered for two minutes, or until another one
/// takes its place; somebody who is just rating is not disturbed.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{id}/present",
    tag = "device",
    operation_id = "presentDossier",
    security(("key" = [])),
    params(("id" = String, Path, description = "name of the kiosk")),
    request_body(content = Wish, content_type = "application/json"),
    responses(
        (status = 200, description = "it is offered", body = Offered),
        (status = 404, description = "there is no kiosk of this name", body = ProblemBody, content_type = "application/problem+json"),
        NeedsKey,
        TakesBody,
        Everywhere
    )
)]
pub(super) async fn post(
    caller: Caller,
    State(app): State<Arc<App>>,
    kiosk: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<Offered>, Problem> {
    let kiosk = known(&app, &caller, kiosk).await?;
    body::require_json(&headers)?;
    let bytes = body::read(request, MAX_BODY).await?;
    let wish: Wish = wire::body(&bytes)?;
    let code = DossierCode::parse(&wish.dossier)
        .map_err(|error| Problem::bad_request("bad-dossier", error.to_string()).field("dossier"))?;
    let (listening, until) = app
        .board
        .present(&kiosk, code.as_str().to_owned(), Timestamp::now());
    Ok(Json(Offered { listening, until }))
}

/// Takes a dossier off a kiosk
///
/// One that the citizen has begun to rate stays.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{id}/present",
    tag = "device",
    operation_id = "takeBackDossier",
    security(("key" = [])),
    params(("id" = String, Path, description = "name of the kiosk")),
    responses(
        (status = 200, description = "nothing is offered there any more", body = TakenBack),
        (status = 404, description = "there is no kiosk of this name", body = ProblemBody, content_type = "application/problem+json"),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn delete(
    caller: Caller,
    State(app): State<Arc<App>>,
    kiosk: Result<Path<String>, PathRejection>,
) -> Result<Json<TakenBack>, Problem> {
    let kiosk = known(&app, &caller, kiosk).await?;
    let offered = app.board.take_back(&kiosk, Timestamp::now());
    Ok(Json(TakenBack { offered }))
}

/// The kiosk of this name, if the caller may show something on it.
async fn known(
    app: &App,
    caller: &Caller,
    kiosk: Result<Path<String>, PathRejection>,
) -> Result<String, Problem> {
    caller.require(&[Role::OneStop, Role::Admin])?;
    let unknown = || {
        Problem::not_found(
            "unknown-device",
            "there is no kiosk of this name; `hai-long device list` tells the names",
        )
        .field("id")
    };
    let Path(kiosk) = kiosk.map_err(|_| unknown())?;
    match app.store.device(&kiosk).await? {
        Some(_) => Ok(kiosk),
        None => Err(unknown()),
    }
}

/// What this kiosk is to show now
///
/// For a kiosk that cannot hold a line open: ask every few seconds.
#[utoipa::path(
    get,
    path = "/api/v1/device/presented",
    tag = "device",
    operation_id = "getPresented",
    security(("key" = [])),
    responses((status = 200, description = "what to show", body = Shown), NeedsKey, Everywhere)
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&[Role::Device])?;
    let shown = Shown::of(&app.board.news(&caller.0.name));
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(shown)))
}

/// What is new for this kiosk, as it happens
///
/// Server-sent events: `presented` with what to show, at the beginning and after each change, and `settings` when the
/// kiosk is set up anew. A comment every 15 s shows that the line is alive.
#[utoipa::path(
    get,
    path = "/api/v1/device/events",
    tag = "device",
    operation_id = "getEvents",
    security(("key" = [])),
    responses(
        (status = 200, description = "events, until the line or the collector ends", body = String, content_type = "text/event-stream"),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn events(
    caller: Caller,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&[Role::Device])?;
    let listening = app.board.listen(&caller.0.name).ok_or_else(|| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-listeners",
            "too many kiosks listen; ask /api/v1/device/presented instead",
        )
        .retry_after(60)
    })?;
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    Ok((
        [(unbuffered, "no"), (header::CACHE_CONTROL, "no-store")],
        Sse::new(told(listening)).keep_alive(KeepAlive::new().interval(ALIVE)),
    ))
}

/// The events of one line.
fn told(listening: Listening) -> impl Stream<Item = Result<Event, Infallible>> {
    let settings = listening.news.borrow().settings;
    stream::unfold(
        (listening, None, settings),
        async |(mut listening, shown, settings)| {
            let now = loop {
                let now = listening.news.borrow_and_update().clone();
                if shown.as_ref() != Some(&now.presented) || settings != now.settings {
                    break now;
                }
                tokio::select! {
                    changed = listening.news.changed() => changed.ok()?,
                    _ = listening.closing.wait_for(|closing| *closing) => return None,
                }
            };
            let event = if shown.as_ref() == Some(&now.presented) {
                Event::default().event("settings").data("{}")
            } else {
                let shown = serde_json::to_string(&Shown::of(&now)).ok()?;
                let event = Event::default().event("presented").data(shown);
                return Some((Ok(event), (listening, Some(now.presented), settings)));
            };
            Some((Ok(event), (listening, shown, now.settings)))
        },
    )
}

//! The HTTP side of the collector: accept loop, limits, keys, API and pages. No SQL, and no rule of the domain, lives
//! here.

mod api;
mod body;
mod caller;
mod cors;
mod headers;
mod limits;
mod metrics;
mod plain;
mod policy;
mod problem;
mod server;
mod web;

use std::any::Any;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use tower_http::catch_panic::CatchPanicLayer;

use crate::delay::Delay;
use crate::forms::FormBook;
use crate::intake::Intake;
use crate::oidc::Provider;
use crate::presenting::Board;
use crate::publish::Terms;
use crate::reports::due::DueRule;
use crate::staff;
use crate::store::{Store, StoreError};

pub use api::openapi;
pub(crate) use caller::{Anybody, address, from_trusted_proxy};
pub(crate) use limits::Limits;
pub use limits::{Peer, Rate, Rates};
pub use problem::Problem;
pub use server::serve;

/// How much of the collector one client may hold, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// From the first byte of a connection, or the end of its last request, to the end of the next request's headers.
    pub header_timeout: Duration,
    /// From the end of the headers to the answer, the body included.
    pub request_timeout: Duration,
    /// Connections open at the same time.
    pub max_connections: usize,
    /// Bytes in a body.
    pub max_body: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(10),
            max_connections: 4096,
            max_body: 1 << 20,
        }
    }
}

/// What the administrator may choose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder with the built web files (`index.html`, `assets/`).
    pub web_dir: PathBuf,
    /// What the links of invites begin with: `https://HOST`, without a slash at the end.
    pub public_url: String,
    /// Somebody set it. Else the links of invites lead to the address that the collector listens on, which citizens do not
    /// reach.
    pub has_public_url: bool,
    /// Groups of fewer respondents than this are suppressed.
    pub threshold: u64,
    /// How long a day's ratings are held back from figures.
    pub delay: Delay,
    /// By when citizen reports must be answered.
    pub due: DueRule,
    /// How the 18 points of QĐ 766 are split over its three ratios, when the authority has said so (unverified).
    pub qd766_points: Option<[f64; 3]>,
    /// Mark session cookies `Secure` although the collector itself is asked over plain HTTP.
    pub secure_cookies: bool,
    /// The provider by whose accounts officers may sign in, too.
    pub provider: Option<Arc<Provider>>,
    /// Addresses whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How much one client may hold.
    pub bounds: Bounds,
    /// How often one may call.
    pub rates: Rates,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            web_dir: PathBuf::from("dist"),
            public_url: "http://127.0.0.1:8080".to_owned(),
            has_public_url: false,
            threshold: 5,
            delay: Delay::default(),
            due: DueRule::default(),
            qd766_points: None,
            secure_cookies: false,
            provider: None,
            trusted_proxies: Vec::new(),
            bounds: Bounds::default(),
            rates: Rates::default(),
        }
    }
}

impl Settings {
    /// The link of an invite.
    pub fn link(&self, token: &survey::invite::Token) -> String {
        format!("{}/r/{token}", self.public_url.trim_end_matches('/'))
    }
}

/// One running collector, as the handlers see it.
pub struct App {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Known forms.
    pub forms: Arc<FormBook>,
    /// Takes ratings in.
    pub intake: Arc<Intake>,
    /// What the administrator chose.
    pub settings: Settings,
    pub(crate) limits: Limits,
    pub(crate) board: Board,
    pub(crate) published: api::Published,
    pub(crate) logins: staff::LoginDesk,
    pub(crate) shelf: staff::public::Shelf,
}

impl App {
    /// Puts the parts together; [`router`] and [`serve`] do the rest.
    ///
    /// # Errors
    /// When a form cannot be written as JSON.
    pub fn new(
        store: Arc<dyn Store>,
        forms: Arc<FormBook>,
        intake: Arc<Intake>,
        settings: Settings,
    ) -> Result<Arc<Self>, serde_json::Error> {
        metrics::install();
        Ok(Arc::new(Self {
            published: api::Published::of(&forms)?,
            limits: Limits::new(settings.rates),
            // Lines that stay open leave room for those that come and go.
            board: Board::new(settings.bounds.max_connections / 2),
            logins: staff::LoginDesk::default(),
            shelf: staff::public::Shelf::default(),
            store,
            forms,
            intake,
            settings,
        }))
    }

    /// The last business day whose ratings may be part of figures now; none: every day.
    pub fn shown_to(&self) -> Option<Date> {
        self.settings.delay.last_day(Timestamp::now())
    }

    /// What releases are made by.
    pub fn publish_terms(&self) -> Terms {
        Terms {
            threshold: self.settings.threshold,
            delay: self.settings.delay,
            now: Timestamp::now(),
        }
    }

    /// Name of the procedure with this code; `None` when the table of procedures does not have it, or has it from the feed
    /// of dossiers, which names it by its code: that says nothing to a citizen.
    async fn procedure_name(&self, code: &str) -> Result<Option<String>, StoreError> {
        let procedures = self.store.procedures().await?;
        let known = procedures
            .into_iter()
            .find(|known| known.code == code && known.name != code);
        Ok(known.map(|known| known.name))
    }
}

/// All routes with all layers; [`serve`] puts a socket in front of it, tests call it directly.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(api::router())
        .merge(plain::router())
        .merge(web::router())
        .merge(staff::public::router())
        .nest("/staff", staff::router())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&app), within_time))
        .layer(CatchPanicLayer::custom(after_panic))
        // Around those two: a page of a portal must be able to read that it was too slow.
        .layer(from_fn_with_state(Arc::clone(&app), cors::answer))
        .layer(from_fn(headers::harden))
        .layer(from_fn(metrics::watch))
        .with_state(app)
}

/// Middleware: 408 for a request that is not answered in time, however slowly its body trickles in.
async fn within_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let limit = app.settings.bounds.request_timeout;
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| {
            Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "too-slow",
                format!(
                    "the request was not complete after {} s; repeat it",
                    limit.as_secs()
                ),
            )
            .into_response()
        })
}

fn after_panic(_cause: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked; the panic hook has logged where");
    Problem::internal().into_response()
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "this address does not take this method; the Allow header names those it takes",
    )
}

//! Signing in by an account at the authority's provider: the way there and the way back.
//!
//! What ties the two together lies in a cookie of the browser that began, so that nobody can be brought in by another's answer,
//! and nothing grows here by sign-ins that are never ended. An account is never made here.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::desk::{self, Way};
use super::pages::{SignedIn, Stranger, render};
use super::words::{Language, OidcWords, fill};
use super::{origin, session};
use crate::http::{App, Problem, address};
use crate::oidc::{OidcError, Person, Provider, Secrets};
use crate::store::{Deed, Entry, User};

/// Where a sign-in begins.
pub(super) const START: &str = "/staff/oidc/start";
const COOKIE: &str = "hl_oidc";
/// Pages that the cookie is sent to.
const PATH: &str = "/staff/oidc";
/// So long may somebody take at the provider.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Longest address of a page that is kept meanwhile, in bytes: a cookie has room for 4096 in all.
const LONGEST_NEXT: usize = 1500;
/// Longest code that is looked at, in bytes.
const LONGEST_CODE: usize = 4096;

/// A sign-in that has begun, as the browser keeps it.
#[derive(Deserialize, Serialize)]
struct Attempt {
    secrets: Secrets,
    way: Way,
    /// Seconds since 1970.
    began: i64,
}

impl Attempt {
    /// The sign-in that this browser has begun, unless it is over.
    fn of(parts: &Parts) -> Option<Self> {
        let value = session::cookie_of(&parts.headers, COOKIE)?;
        let json = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
        let attempt: Self = serde_json::from_slice(&json).ok()?;
        let age = Timestamp::now().as_second().checked_sub(attempt.began)?;
        (0..=LIFETIME.as_secs()).contains(&age).then_some(attempt)
    }
}

/// What the provider sends the browser back with.
#[derive(Default, Deserialize)]
struct Answer {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Why nobody came in.
enum Refusal {
    TooMany(Problem),
    /// The answer is to nothing that this browser began, or came too late.
    Stale,
    Oidc(OidcError),
    /// The person has no account here.
    Stranger(Person),
    Disabled(User),
}

/// `GET /staff/oidc/start`
pub(super) async fn start(
    State(app): State<Arc<App>>,
    parts: Parts,
    Query(mut way): Query<Way>,
) -> Result<Response, Problem> {
    let provider = provider(&app)?;
    app.limits.public(address(&parts, &app))?;
    if !origin::is_ours(&parts.headers) {
        let message = way.language().words().login.foreign.clone();
        let page = desk::page(&app, &way, "", Some(message), None).await?;
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    }
    way.shorten(LONGEST_NEXT);
    let begun = match provider.begin().await {
        Ok(begun) => begun,
        Err(error) => return refused(&app, &parts, &way, Refusal::Oidc(error)).await,
    };
    let attempt = Attempt {
        secrets: begun.secrets,
        way,
        began: Timestamp::now().as_second(),
    };
    let json = serde_json::to_vec(&attempt).map_err(|error| {
        tracing::error!(%error, "a sign-in cannot be kept");
        Problem::internal()
    })?;
    let cookie = cookie(&app, &parts, &BASE64URL_NOPAD.encode(&json), LIFETIME)?;
    Ok((
        [
            (header::SET_COOKIE, cookie),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        Redirect::to(&begun.address),
    )
        .into_response())
}

/// `GET /staff/oidc/callback`
pub(super) async fn callback(
    State(app): State<Arc<App>>,
    parts: Parts,
) -> Result<Response, Problem> {
    let provider = provider(&app)?;
    let attempt = Attempt::of(&parts);
    let way = attempt
        .as_ref()
        .map(|attempt| attempt.way.clone())
        .unwrap_or_default();
    let mut response = match account(&app, provider, &parts, attempt).await? {
        Ok(user) => signed_in(&app, &parts, &way, user).await?,
        Err(refusal) => refused(&app, &parts, &way, refusal).await?,
    };
    // Whatever became of it, this sign-in is over.
    let over = cookie(&app, &parts, "", SignedDuration::ZERO)?;
    response.headers_mut().append(header::SET_COOKIE, over);
    Ok(response)
}

/// The account of whoever comes back.
async fn account(
    app: &App,
    provider: &Provider,
    parts: &Parts,
    attempt: Option<Attempt>,
) -> Result<Result<User, Refusal>, Problem> {
    if let Err(problem) = app.limits.sign_in(address(parts, app)) {
        return Ok(Err(Refusal::TooMany(problem)));
    }
    let answer = Query::<Answer>::try_from_uri(&parts.uri)
        .map(|Query(answer)| answer)
        .unwrap_or_default();
    let Some(attempt) = attempt.filter(|attempt| {
        answer
            .state
            .as_deref()
            .is_some_and(|state| attempt.secrets.is_answered_by(state))
    }) else {
        return Ok(Err(Refusal::Stale));
    };
    let code = match (answer.code, answer.error) {
        (Some(code), None) if code.len() <= LONGEST_CODE => code,
        (_, error) => {
            let error = error.unwrap_or_else(|| "no code".to_owned());
            return Ok(Err(Refusal::Oidc(OidcError::Refused(printable(&error)))));
        }
    };
    let person = match provider
        .finish(&attempt.secrets, &code, answer.iss.as_deref())
        .await
    {
        Ok(person) => person,
        Err(error) => return Ok(Err(Refusal::Oidc(error))),
    };
    Ok(match linked(app, provider, &person).await? {
        None => Err(Refusal::Stranger(person)),
        Some(user) if user.disabled_at.is_some() => Err(Refusal::Disabled(user)),
        Some(user) => Ok(user),
    })
}

/// The account that the administrator has linked to this person, by the subject or, once, by a verified e-mail address.
async fn linked(app: &App, provider: &Provider, person: &Person) -> Result<Option<User>, Problem> {
    let (issuer, subject) = (provider.issuer(), person.subject.as_str());
    if let Some(user) = app.store.user_of_subject(issuer, subject).await? {
        return Ok(Some(user));
    }
    let Some(email) = &person.email else {
        return Ok(None);
    };
    let Some(name) = app.store.bind_email(issuer, email, subject).await? else {
        return Ok(None);
    };
    Ok(app.store.user(&name).await?)
}

/// A page of ours that leads on: the session's cookie is not sent along when another site leads here, and a redirect would
/// still be led by the provider.
async fn signed_in(app: &App, parts: &Parts, way: &Way, user: User) -> Result<Response, Problem> {
    let from = format!("{}, oidc", address(parts, app));
    let cookie = session::open(app, parts, user, &from).await?;
    let lang = way.language();
    let page = render(&SignedIn {
        lang,
        words: lang.words(),
        demo: app.store.note(crate::index::DEMO_NOTE).await?.is_some(),
        target: way.target(),
    });
    Ok(([(header::SET_COOKIE, cookie)], page).into_response())
}

/// The login page with what went wrong. The log and the audit log say why.
async fn refused(
    app: &App,
    parts: &Parts,
    way: &Way,
    refusal: Refusal,
) -> Result<Response, Problem> {
    let words = &way.language().words().oidc;
    let issuer = app.settings.provider.as_deref().map(Provider::issuer);
    let mut about = String::new();
    let mut stranger = None;
    let mut wait = None;
    let (status, message, why) = match refusal {
        Refusal::TooMany(problem) => {
            desk::throttled(app, parts, "").await?;
            let seconds = problem.wait().to_string();
            let words = &way.language().words().login;
            let message = fill(&words.too_many, &[("seconds", &seconds)]);
            wait = Some(seconds);
            (StatusCode::TOO_MANY_REQUESTS, message, None)
        }
        Refusal::Stale => {
            let why = "no sign-in of this browser, or too late".to_owned();
            (StatusCode::BAD_REQUEST, words.stale.clone(), Some(why))
        }
        Refusal::Oidc(error) => {
            tracing::warn!(%error, "a sign-in by the provider of accounts came to nothing");
            let (status, message) = told(&error, words);
            // An outage is nothing that anybody did.
            let is_outage = matches!(error, OidcError::Unreachable(_) | OidcError::Random(_));
            (status, message, (!is_outage).then(|| error.to_string()))
        }
        Refusal::Stranger(person) => {
            let issuer = issuer.unwrap_or_default().to_owned();
            let why = format!("no account is linked to {} at {issuer}", person.subject);
            stranger = Some(Stranger {
                issuer,
                subject: person.subject,
            });
            (StatusCode::FORBIDDEN, words.stranger.clone(), Some(why))
        }
        Refusal::Disabled(user) => {
            about = user.name;
            let why = "the account is disabled".to_owned();
            (StatusCode::FORBIDDEN, words.disabled.clone(), Some(why))
        }
    };
    if let Some(why) = why {
        let detail = format!("{}, oidc: {why}", address(parts, app));
        let entry = Entry::now("", Deed::SignInRefused, &about, &detail);
        app.store.audit(entry).await?;
    }
    let page = desk::page(app, way, "", Some(message), stranger).await?;
    let mut response = (status, page).into_response();
    if let Some(seconds) = wait.and_then(|seconds| HeaderValue::try_from(seconds).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    Ok(response)
}

fn told(error: &OidcError, words: &OidcWords) -> (StatusCode, String) {
    match error {
        OidcError::Unreachable(_) | OidcError::Random(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, words.unreachable.clone())
        }
        OidcError::Refused(_) => (StatusCode::FORBIDDEN, words.declined.clone()),
        OidcError::Untrusted(_) => (StatusCode::BAD_GATEWAY, words.untrusted.clone()),
    }
}

/// The button of the login page, if there is a provider: its text, and where it leads.
pub(super) fn button(app: &App, way: &Way, lang: Language) -> Option<(String, String)> {
    let provider = app.settings.provider.as_deref()?;
    let text = provider
        .name()
        .unwrap_or(&lang.words().oidc.button)
        .to_owned();
    Some((text, way.link(START)))
}

fn provider(app: &App) -> Result<&Provider, Problem> {
    app.settings.provider.as_deref().ok_or_else(|| {
        Problem::not_found(
            "no-provider",
            "no provider of accounts is set up here; sign in with a password at /staff/login",
        )
    })
}

/// A code of the provider's as a log may show it.
fn printable(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_graphic)
        .take(64)
        .collect()
}

/// `Lax`, so that it comes along when the provider leads back.
fn cookie(
    app: &App,
    parts: &Parts,
    value: &str,
    life: SignedDuration,
) -> Result<HeaderValue, Problem> {
    let secure = if session::is_secure(app, parts) {
        "; Secure"
    } else {
        ""
    };
    let text = format!(
        "{COOKIE}={value}; Path={PATH}; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        life.as_secs()
    );
    HeaderValue::try_from(text).map_err(|error| {
        tracing::error!(%error, "a sign-in cannot be kept");
        Problem::internal()
    })
}

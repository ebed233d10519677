//! The form behind a citizen's link for browsers that run no code: the same questions, by HTML alone, and the same intake.

mod entered;
mod page;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use survey::form::Form;
use survey::response::{Receipt, Status};

use self::entered::Entered;
use self::page::{Page, Thanks, Wrong};
use super::api::invites::{self, Opened};
use super::caller::Anybody;
use super::problem::Problem;
use super::web::{digits, over, private};
use super::{App, body, metrics};
use crate::intake::Sender;
use crate::intake::invite::Found;
use crate::staff::pages::render;
use crate::staff::words::Choice;

/// A comment of 65,535 characters, the longest that a form may allow, is not written on a phone; this is plenty.
const MAX_FORM: usize = 128 * 1024;

/// The routes of the plain form.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/r/{token}/plain", get(form).post(send))
        // No token is written like this.
        .route("/r/plain.css", get(style))
}

type Token = Result<Path<String>, PathRejection>;

/// What a link opens: the form and what is told around it, or the page to show instead.
struct Door {
    token: String,
    form: Arc<Form>,
    opened: Opened,
}

impl Door {
    async fn open(
        app: &App,
        Anybody(address): &Anybody,
        token: Token,
    ) -> Result<Result<Self, Response>, Problem> {
        let digits = digits(&token);
        let invite = match invites::find(app, token).await? {
            Found::Open(invite) => invite,
            Found::Used => return Ok(Err(used())),
            Found::Expired => return Ok(Err(expired())),
            Found::Unknown => {
                app.limits.failure(*address)?;
                return Ok(Err(unknown()));
            }
        };
        let opened = invites::opened(app, invite).await?;
        // The store refuses to open without the form of a stored response, but an invite may have lost its form.
        let Some(form) = app.forms.get(&opened.form, opened.form_version).cloned() else {
            tracing::error!(form = %opened.form, version = opened.form_version, "the form of an open invite is gone");
            return Err(Problem::internal());
        };
        Ok(Ok(Self {
            token: digits,
            form,
            opened,
        }))
    }

    fn page(&self, status: StatusCode, entered: &Entered, wrong: &Wrong) -> Response {
        let page = Page::of(&self.form, &self.opened, &self.token, entered, wrong);
        private((status, render(&page)).into_response())
    }
}

fn used() -> Response {
    over(StatusCode::OK, |words| &words.link_used)
}

fn expired() -> Response {
    over(StatusCode::GONE, |words| &words.link_expired)
}

fn unknown() -> Response {
    over(StatusCode::NOT_FOUND, |words| &words.link_unknown)
}

/// The form. Looking uses nothing up.
async fn form(
    anybody: Anybody,
    State(app): State<Arc<App>>,
    token: Token,
    Query(choice): Query<Choice>,
) -> Result<Response, Problem> {
    let door = match Door::open(&app, &anybody, token).await? {
        Ok(door) => door,
        Err(instead) => return Ok(instead),
    };
    let entered = Entered::nothing(&choice.lang.unwrap_or_default(), Timestamp::now());
    Ok(door.page(StatusCode::OK, &entered, &Wrong::Nothing))
}

/// The filled form.
async fn send(
    anybody: Anybody,
    State(app): State<Arc<App>>,
    token: Token,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, Problem> {
    require_form(&headers)?;
    let body = body::read(request, MAX_FORM.min(app.settings.bounds.max_body)).await?;
    let door = match Door::open(&app, &anybody, token).await? {
        Ok(door) => door,
        Err(instead) => return Ok(instead),
    };
    let mut entered = Entered::read(&body);
    entered.locale = words::words()
        .chosen(&door.form, &entered.locale)
        .to_owned();
    let response = entered.response(
        &door.form,
        door.token.clone(),
        door.opened.touchpoint,
        page::scale_order(&door.form, &door.opened),
        Timestamp::now(),
    );
    let receipts = match app.intake.receive(vec![response], &Sender::Citizen).await {
        Ok(receipts) => receipts,
        Err(error) => {
            tracing::error!(%error, "a plain form was not stored");
            // What was entered stays on the page: the same button sends it again.
            return Ok(door.page(StatusCode::SERVICE_UNAVAILABLE, &entered, &Wrong::Busy));
        }
    };
    metrics::receipts(&receipts);
    let receipt = receipts.first().ok_or_else(Problem::internal)?;
    Ok(match (receipt.status, receipt.code.as_deref()) {
        (Status::Stored | Status::Duplicate, _) => thanks(&door, &entered),
        // Somebody was quicker: the same person with a second tap, as a rule.
        (Status::Rejected, Some("invite-used" | "id-reused")) => used(),
        (Status::Rejected, Some("invite-expired")) => expired(),
        (Status::Rejected, Some("invite-unknown" | "invite-mismatch")) => unknown(),
        (Status::Rejected, _) => {
            let wrong = wrong(&door.form, receipt);
            door.page(StatusCode::UNPROCESSABLE_ENTITY, &entered, &wrong)
        }
    })
}

fn thanks(door: &Door, entered: &Entered) -> Response {
    private(render(&Thanks {
        words: words::words(),
        lang: &entered.locale,
        demo: door.opened.demo,
    }))
}

/// Where on the page the faults of a response are mended.
fn wrong(form: &Form, receipt: &Receipt) -> Wrong {
    let field = |name: &str| receipt.faults.iter().any(|fault| fault.field == name);
    let items = entered::asked(form).filter(|item| field(&format!("answers.{}", item.id)));
    let mut items: Vec<String> = items.map(|item| item.id.clone()).collect();
    let comment = field("comment");
    if items.is_empty() && !comment {
        // Nothing was answered at all: the first question is where to begin.
        items.extend(entered::asked(form).take(1).map(|item| item.id.clone()));
    }
    Wrong::Fields { items, comment }
}

fn require_form(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if kind
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not-a-form",
        "send what the page's form sends: `Content-Type: application/x-www-form-urlencoded`",
    )
    .field("Content-Type"))
}

/// The page's style sheet.
async fn style() -> ([(HeaderName, &'static str); 2], &'static str) {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        include_str!("plain.css"),
    )
}

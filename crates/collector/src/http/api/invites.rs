//! Invites: the one-stop software asks for them, the citizen's page asks what they open.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use data_encoding::BASE64;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use survey::invite::Token;
use survey::response::{Fault, ScaleOrder, Touchpoint};
use utoipa::ToSchema;

use super::coverage::draw;
use crate::coverage::{self, CoverageRequest, DrawTold, Invited, UnaskedError, UnaskedRequest};
use crate::forms::USUAL_FORM;
use crate::http::caller::{Anybody, Caller};
use crate::http::problem::{Everywhere, NeedsKey, Problem, ProblemBody, TakesBody};
use crate::http::{App, body};
use crate::intake::invite::{DAYS, Found, Given, InviteError, Wish, with_count};
use crate::qr::{self, QrError};
use crate::store::terms::Term;
use crate::store::{Invite, Role, Unit};

/// Most invites in one request, however they are asked for.
const MAX: usize = coverage::MAX_INVITED;

/// Invites to be given out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// 1 to 500 invites; absent with `unasked`.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 500)]
    invites: Vec<WantedInvite>,
    /// In their place: finished dossiers that nobody was asked about, at most 500 at once.
    unasked: Option<WantedUnasked>,
    /// Draw the QR code of each link, too.
    qr: Option<Qr>,
}

/// Finished dossiers that nobody was asked about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedUnasked {
    /// First business day of finishing; the first there is when absent.
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// Last business day of finishing; the last there is when absent.
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    /// Only these receiving units.
    #[serde(default)]
    unit: Vec<String>,
    /// Let the collector draw whom to invite.
    draw: Option<WantedDraw>,
    /// Which moment is to be rated, and who was asked at that moment alone is left out; when absent the handing over of the
    /// result, and who was asked with a refusal is left out, too.
    touchpoint: Option<Touchpoint>,
    /// The form; its newest version is asked.
    #[serde(default = "form")]
    form: String,
    /// How many days they last.
    #[serde(default = "days")]
    #[schema(minimum = 1, maximum = 365)]
    expires_in_days: u16,
}

/// A draw from all finished dossiers of the period; those that were asked already are not invited again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedDraw {
    /// Published before the period ends; the same seed draws the same.
    #[schema(min_length = 1, max_length = 64)]
    seed: String,
    /// So many; or `share`.
    #[schema(minimum = 1)]
    number: Option<usize>,
    /// About this share, above 0 and at most 1; or `number`.
    share: Option<f64>,
}

/// How a QR code is drawn.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Qr {
    /// As an SVG element without a size of its own.
    Svg,
    /// As a PNG in black and white, eight pixels a module.
    Png,
}

/// An invite to be given out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedInvite {
    /// Code of a dossier that has been fed.
    #[schema(max_length = 200)]
    dossier: String,
    /// Which moment is to be rated; the handing over of the result when absent.
    #[serde(default = "result")]
    touchpoint: Touchpoint,
    /// The form; its newest version is asked.
    #[serde(default = "form")]
    form: String,
    /// How many days it lasts.
    #[serde(default = "days")]
    #[schema(minimum = 1, maximum = 365)]
    expires_in_days: u16,
}

const fn result() -> Touchpoint {
    Touchpoint::Result
}

fn form() -> String {
    USUAL_FORM.to_owned()
}

const fn days() -> u16 {
    DAYS
}

/// What became of each wish, in the order sent.
#[derive(Serialize, ToSchema)]
pub(super) struct Results {
    /// One for each wish.
    results: Vec<Outcome>,
    /// With `unasked`: more are left; send the same again.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<bool>,
}

/// What became of a wish.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
enum Outcome {
    /// It was given out; the token is told this once.
    Given {
        /// The dossier, with `unasked`.
        #[serde(skip_serializing_if = "Option::is_none")]
        dossier: Option<String>,
        /// Digits, for a scanner or a keypad.
        token: String,
        /// For a phone, in a message or as a QR code.
        link: String,
        /// When it ends, RFC 3339.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
        /// QR code of the link as an SVG element, when it was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        qr_svg: Option<String>,
        /// QR code of the link as a PNG in base64, when it was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(content_encoding = "base64", content_media_type = "image/png")]
        qr_png: Option<String>,
    },
    /// It was not given out.
    Refused {
        /// What is wrong with it.
        fault: Fault,
    },
}

impl From<InviteError> for Problem {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Store(error) => error.into(),
            InviteError::NoRandomness(_) => {
                tracing::error!(%error, "no invite was given out");
                Self::internal()
            }
        }
    }
}

impl From<UnaskedError> for Problem {
    fn from(error: UnaskedError) -> Self {
        match error {
            UnaskedError::Index(error) => error.into(),
            UnaskedError::Invite(error) => error.into(),
            UnaskedError::Changed => Self::bad_request("list-changed", error.to_string()),
        }
    }
}

/// Gives invites out
///
/// Each is one citizen's right to rate one dossier once; asked for one by one, or with `unasked` for all whom nobody asked. All that have no fault are given out, or none.
#[utoipa::path(
    post,
    path = "/api/v1/invites",
    tag = "invites",
    operation_id = "createInvites",
    security(("key" = [])),
    request_body(content = Wanted, content_type = "application/json"),
    responses(
        (status = 200, description = "one outcome for each wish, in order", body = Results),
        NeedsKey,
        TakesBody,
        Everywhere
    )
)]
pub(super) async fn post(
    caller: Caller,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<Results>, Problem> {
    caller.require(&[Role::OneStop, Role::Admin])?;
    body::require_json(&headers)?;
    let bytes = body::read(request, app.settings.bounds.max_body).await?;
    let wanted: Wanted = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::bad_request("bad-json", error.to_string()))?;
    let (given, more) = match wanted.unasked {
        Some(_) if !wanted.invites.is_empty() => {
            let told = "give either invites or unasked";
            return Err(Problem::bad_request("bad-count", told).field("invites"));
        }
        Some(unasked) => {
            let invited = invite_unasked(&app, unasked, &format!("key:{}", caller.0.name)).await?;
            let given = invited.given.into_iter();
            let named = given.map(|(dossier, given)| (Some(dossier), given));
            (named.collect::<Vec<_>>(), Some(invited.more))
        }
        None => {
            let given = app.intake.invite(wishes(wanted.invites)?).await?;
            (given.into_iter().map(|given| (None, given)).collect(), None)
        }
    };
    // Drawing hundreds of codes takes a second: not on a thread that others wait for.
    let drawing = tokio::task::spawn_blocking(move || {
        let told = |(dossier, outcome)| match outcome {
            Ok(given) => told(&app, &given, wanted.qr, dossier),
            Err(fault) => Ok(Outcome::Refused { fault }),
        };
        given.into_iter().map(told).collect::<Result<_, QrError>>()
    });
    let results = match drawing.await {
        Ok(Ok(results)) => results,
        Ok(Err(error)) => {
            tracing::error!(%error, "no QR code was drawn");
            return Err(Problem::internal());
        }
        Err(_) => return Err(Problem::internal()),
    };
    Ok(Json(Results { results, more }))
}

/// What is asked for one by one.
fn wishes(invites: Vec<WantedInvite>) -> Result<Vec<Wish>, Problem> {
    if invites.is_empty() || invites.len() > MAX {
        let told = format!("ask for 1 to {MAX} invites at once");
        return Err(Problem::bad_request("bad-count", told).field("invites"));
    }
    let wishes = invites.into_iter().map(|wanted| Wish {
        dossier: wanted.dossier,
        touchpoint: wanted.touchpoint,
        form: wanted.form,
        days: wanted.expires_in_days,
    });
    Ok(wishes.collect())
}

async fn invite_unasked(app: &App, wanted: WantedUnasked, who: &str) -> Result<Invited, Problem> {
    let draw = match wanted.draw {
        Some(wanted) => draw(Some(wanted.seed), wanted.number, wanted.share)?,
        None => None,
    };
    let mut filters = BTreeMap::new();
    if !wanted.unit.is_empty() {
        filters.insert("unit".to_owned(), wanted.unit);
    }
    let request = UnaskedRequest {
        of: CoverageRequest {
            form: Some(wanted.form),
            touchpoint: wanted.touchpoint.map(|one| one.name().to_owned()),
            from: wanted.from,
            to: wanted.to,
            filters,
            ..CoverageRequest::default()
        },
        draw,
        ..UnaskedRequest::default()
    };
    let days = wanted.expires_in_days;
    let entry = |count, draw: Option<&DrawTold>| Some(with_count(&draw?.entry(who), count));
    Ok(coverage::invite(&app.intake, request, days, None, entry).await?)
}

fn told(
    app: &App,
    given: &Given,
    wanted: Option<Qr>,
    dossier: Option<String>,
) -> Result<Outcome, QrError> {
    let link = app.settings.link(&given.token);
    let (mut qr_svg, mut qr_png) = (None, None);
    match wanted {
        Some(Qr::Svg) => qr_svg = Some(qr::svg(&link)?),
        Some(Qr::Png) => qr_png = Some(BASE64.encode(&qr::png(&link)?)),
        None => {}
    }
    Ok(Outcome::Given {
        dossier,
        token: given.token.to_string(),
        link,
        expires_at: given.expires_at,
        qr_svg,
        qr_png,
    })
}

/// What an invite opens. Nothing in it is about a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Opened {
    /// Form to ask.
    pub form: String,
    /// Its version.
    #[schema(minimum = 1)]
    pub form_version: u16,
    /// Code of the unit.
    pub unit: String,
    /// Name of the unit; null when the table of units does not have it.
    pub unit_name: Option<String>,
    /// Name of the procedure; null when the table of procedures does not have it.
    pub procedure_name: Option<String>,
    /// Which moment is rated.
    pub touchpoint: Touchpoint,
    /// Order of the levels that the authority has chosen; null: the form's own.
    pub scale_order: Option<ScaleOrder>,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// The collector's clock, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
}

/// What an invite opens
///
/// Looking uses nothing up, so that previews of messengers do no harm.
#[utoipa::path(
    get,
    path = "/api/v1/invites/{token}",
    tag = "invites",
    operation_id = "getInvite",
    params(("token" = String, Path, description = "the digits of the invite")),
    responses(
        (status = 200, description = "what it opens", body = Opened),
        (status = 404, description = "no such invite", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "used, or its time is over", body = ProblemBody, content_type = "application/problem+json"),
        Everywhere
    )
)]
pub(super) async fn get(
    Anybody(address): Anybody,
    State(app): State<Arc<App>>,
    token: Result<Path<String>, PathRejection>,
) -> Result<Json<Opened>, Problem> {
    let gone = |code, detail: &str| Problem::new(StatusCode::GONE, code, detail);
    match find(&app, token).await? {
        Found::Open(invite) => Ok(Json(opened(&app, invite).await?)),
        Found::Used => Err(gone("invite-used", "this invite has been used")),
        Found::Expired => Err(gone("invite-expired", "the time of this invite is over")),
        Found::Unknown => {
            app.limits.failure(address)?;
            Err(Problem::not_found(
                "invite-unknown",
                "this collector has given out no such invite; look at its digits again",
            ))
        }
    }
}

/// What became of the token in this part of the path, which may also be no text at all.
pub(crate) async fn find(
    app: &App,
    part: Result<Path<String>, PathRejection>,
) -> Result<Found, Problem> {
    match part.ok().and_then(|Path(text)| text.parse::<Token>().ok()) {
        Some(token) => Ok(app.intake.find_invite(&token).await?),
        None => Ok(Found::Unknown),
    }
}

/// What an open invite opens.
pub(crate) async fn opened(app: &App, invite: Invite) -> Result<Opened, Problem> {
    let units = app.store.units().await?;
    let procedure_name = match &invite.procedure {
        Some(code) => app.procedure_name(code).await?,
        None => None,
    };
    Ok(Opened {
        form: invite.form.id,
        form_version: invite.form.version,
        unit_name: Unit::newest_name(&units, &invite.unit),
        unit: invite.unit,
        procedure_name,
        touchpoint: invite.touchpoint,
        scale_order: None,
        demo: app.store.note("demo").await?.is_some(),
        server_time: Timestamp::now(),
    })
}

//! Portals: what the widget in a portal's page asks when it starts, and whether the page may send.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use survey::response::ScaleOrder;
use utoipa::ToSchema;

use crate::forms::USUAL_FORM;
use crate::http::App;
use crate::http::caller::Anybody;
use crate::http::cors::{self, Whence};
use crate::http::problem::{Everywhere, Problem, ProblemBody};
use crate::store::{Site as Kept, Unit};

/// What a portal's page asks. Nothing in it is a secret.
#[derive(Serialize, ToSchema)]
pub(super) struct Site {
    /// Form id to ask, where the page names none.
    form: String,
    /// Newest version of that form.
    #[schema(minimum = 1)]
    form_version: u16,
    /// Code of the unit of ratings without a known dossier; null: the page must say.
    unit: Option<String>,
    /// Name of that unit; null when the table of units does not have it.
    unit_name: Option<String>,
    /// Order of the levels that the authority has chosen; null: the form's own.
    scale_order: Option<ScaleOrder>,
    /// The data are synthetic demonstration data.
    demo: bool,
    /// The collector's clock, RFC 3339, for the device's clock offset.
    #[schema(value_type = String, format = DateTime)]
    server_time: Timestamp,
}

/// What a portal's page asks
///
/// For the widget with a site's key; pages of the site may call this across origins.
#[utoipa::path(
    get,
    path = "/api/v1/sites/{key}",
    tag = "responses",
    operation_id = "getSite",
    params(("key" = String, Path, description = "the site's public key")),
    responses(
        (status = 200, description = "what it asks", body = Site),
        (status = 403, description = "no such site, its key has ended, or it does not allow the page", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "the site asks a form that the collector does not have", body = ProblemBody, content_type = "application/problem+json"),
        Everywhere
    )
)]
pub(super) async fn get(
    Anybody(from): Anybody,
    State(app): State<Arc<App>>,
    key: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Json<Site>, Problem> {
    // What is no text is no key.
    let key = key.map_or_else(|_| String::new(), |Path(key)| key);
    let site = alive(&app, &key, Some(from)).await?;
    // A page of ours, or no page at all, may look.
    if let Whence::Foreign(origin) = Whence::of(&headers, &app.settings.public_url)
        && !site.allows(&origin)
    {
        return Err(cors::not_allowed(&origin));
    }
    let id = site.form.as_deref().unwrap_or(USUAL_FORM);
    let form = app.forms.newest(id).ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "site-misconfigured",
            format!("the collector has no form {id:?}; choose another with `hai-long site set`"),
        )
        .field("form")
    })?;
    let unit_name = match &site.unit {
        Some(code) => Unit::newest_name(&app.store.units().await?, code),
        None => None,
    };
    Ok(Json(Site {
        form: form.id.clone(),
        form_version: form.version,
        unit: site.unit,
        unit_name,
        scale_order: None,
        demo: app.store.note("demo").await?.is_some(),
        server_time: Timestamp::now(),
    }))
}

/// The site of this key, when it is alive and allows the page that sends. A page of ours is the frame in which a portal
/// shows the widget. Wrong keys from an address are counted.
pub(super) async fn sender(
    app: &App,
    key: &str,
    headers: &HeaderMap,
    from: Option<IpAddr>,
) -> Result<Kept, Problem> {
    let site = alive(app, key, from).await?;
    match Whence::of(headers, &app.settings.public_url) {
        Whence::Ours => Ok(site),
        Whence::Foreign(origin) if site.allows(&origin) => Ok(site),
        Whence::Foreign(origin) => Err(cors::not_allowed(&origin)),
        Whence::Unsaid => Err(Problem::forbidden(
            "origin-not-allowed",
            "a site's key is good from a page of the site, and this request names no page; send its `Origin`, or use \
             the key of a device",
        )
        .field("Origin")),
    }
}

async fn alive(app: &App, key: &str, from: Option<IpAddr>) -> Result<Kept, Problem> {
    let refused = |detail: String| Problem::forbidden("site-unknown", detail).field("site");
    let Some(site) = app.store.site_of_key(key).await? else {
        if let Some(from) = from {
            app.limits.failure(from)?;
        }
        return Err(refused(
            "this collector has no site with this key; look at the key again: `hai-long site list` shows it"
                .to_owned(),
        ));
    };
    if let Some(ended) = site.ended(key, Timestamp::now()) {
        return Err(refused(format!(
            "this key ended at {ended}; put the site's new key into the page: `hai-long site list` shows it"
        )));
    }
    Ok(site)
}

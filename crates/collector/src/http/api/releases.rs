//! What the authority has published.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::forms::Page;
use crate::http::App;
use crate::http::caller::Anybody;
use crate::http::problem::{Everywhere, MayBeMissing, Problem};
use crate::index::{Flagged, IndexAnswer, IndexRequest, Of};
use crate::publish::{self, PublishError, Release, ReleaseHead, TableName};
use crate::units::UnitsAs;

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Request {
                field,
                code,
                message,
            } => Self::bad_request(code, message).field(field),
            PublishError::Index(error) => error.into(),
            PublishError::Store(error) => error.into(),
        }
    }
}

/// Everything that is published.
#[derive(Serialize, ToSchema)]
pub(super) struct ReleaseList {
    /// The newest period first.
    releases: Vec<ReleaseHead>,
}

/// What is published
///
/// A release is made once, of a calendar month or quarter that is over, and never changes: from its tables together no group of
/// fewer respondents than its threshold can be found.
#[utoipa::path(
    get,
    path = "/api/v1/releases",
    tag = "index",
    operation_id = "listReleases",
    responses(
        (status = 200, description = "the releases, without their figures", body = ReleaseList, headers(("ETag" = String, description = "SHA-256 of the body"))),
        (status = 304, description = "the client holds the same bytes"),
        Everywhere
    )
)]
pub(super) async fn list(
    _: Anybody,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let releases = publish::releases(app.store.as_ref(), false).await?;
    answer(&ReleaseList { releases }, &headers)
}

/// A release with its figures
#[utoipa::path(
    get,
    path = "/api/v1/releases/{id}",
    tag = "index",
    operation_id = "getRelease",
    params(("id" = String, Path, description = "its id, as the list of releases tells it", pattern = "^[a-z0-9-]{1,60}-[0-9]{4}-(Q[1-4]|[0-9]{2})$")),
    responses(
        (status = 200, description = "the release", body = Release, headers(("ETag" = String, description = "SHA-256 of the body"))),
        (status = 304, description = "the client holds the same bytes"),
        MayBeMissing,
        Everywhere
    )
)]
pub(super) async fn one(
    _: Anybody,
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let missing = || {
        Problem::not_found(
            "unknown-release",
            "there is no such release; GET /api/v1/releases lists those there are",
        )
        .field("id")
    };
    let Path(id) = id.map_err(|_| missing())?;
    let release = publish::release(app.store.as_ref(), &id).await?;
    let release = release
        .filter(|release| release.head.withdrawn_at.is_none())
        .ok_or_else(missing)?;
    answer(&release, &headers)
}

/// JSON that a client may keep as long as it asks whether it is still the same.
pub(super) fn answer(value: &impl Serialize, headers: &HeaderMap) -> Result<Response, Problem> {
    match Page::of(value) {
        Ok(page) => Ok(page.answer(headers)),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written");
            Err(Problem::internal())
        }
    }
}

/// The table of a release that answers a question, if there is one.
pub(super) async fn published(app: &App, request: &IndexRequest) -> Result<IndexAnswer, Problem> {
    let store = app.store.as_ref();
    if let Some(name) = table_of(request) {
        let holds = |head: &&ReleaseHead| {
            let (form, method) = (&request.form, request.method.as_deref());
            head.form == *form
                && request
                    .form_version
                    .is_none_or(|version| head.form_version == version)
                && method.is_none_or(|method| head.method.id() == method)
                && request.from.is_none_or(|from| head.period.from() == from)
                && request.to.is_none_or(|to| head.period.to() == to)
                && head.table_names.contains(&name)
        };
        let releases = publish::releases(store, false).await?;
        if let Some(head) = releases.iter().find(holds)
            && let Some(release) = publish::release(store, &head.id).await?
            && let Some(table) = release.table(name)
        {
            return Ok(table.clone());
        }
    }
    Err(Problem::unauthorized(
        "not-published",
        "these figures are not published: without a key, ask for a table of a release as it is, by its first and last day; GET \
         /api/v1/releases lists what is published. Other figures need the key of an analyst",
    ))
}

/// The table of the menu that a question asks for: everything in it as releases have it.
fn table_of(request: &IndexRequest) -> Option<TableName> {
    let plain = request.filters.is_empty()
        && request.units == UnitsAs::Was
        && request.flagged == Flagged::Include
        && request.of == Of::Closed;
    plain
        .then(|| TableName::of_dimensions(&request.by))
        .flatten()
}

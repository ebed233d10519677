//! Questionnaires as the widget fetches them: whole, versioned, and cached until they change.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use survey::form::{Form, Instrument};
use survey::text::{Lang, Text};
use utoipa::ToSchema;

use crate::forms::FormBook;
use crate::http::App;
use crate::http::caller::Anybody;
use crate::http::problem::{Everywhere, MayBeMissing, Problem};
use crate::store::FormKey;

/// A form without its questions.
#[derive(Serialize, ToSchema)]
pub(super) struct FormSummary<'a> {
    /// Form id.
    id: &'a str,
    /// Form version.
    version: u16,
    /// Name for people, by language.
    title: &'a Text,
    /// Which instrument it is; instruments are never pooled.
    instrument: Instrument,
    /// Languages in which every text is complete.
    languages: &'a [Lang],
    /// Entity tag of the whole form.
    etag: String,
}

/// All versions of all forms.
#[derive(Serialize, ToSchema)]
pub(super) struct FormList<'a> {
    /// By id and version.
    forms: Vec<FormSummary<'a>>,
}

/// Bytes that are sent as they are, with the strong entity tag made from them.
pub(super) struct Page {
    body: Bytes,
    etag: String,
}

impl Page {
    pub(super) fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(value)?;
        Ok(Self {
            etag: format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(&body))),
            body: body.into(),
        })
    }

    /// 304 when the client holds these bytes already.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let held = headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            // RFC 9110 §13.1.2 compares weakly: a proxy that compressed the form may have weakened the tag.
            .any(|tag| {
                matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == self.etag
            });
        let mut response = if held {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = self.body.clone().into_response();
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
            response
        };
        let headers = response.headers_mut();
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(header::ETAG, etag);
        }
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, no-cache"),
        );
        response
    }
}

/// The forms, ready to send.
pub(crate) struct Published {
    list: Page,
    forms: BTreeMap<FormKey, Page>,
}

impl Published {
    /// Writes every form once.
    pub(crate) fn of(book: &FormBook) -> Result<Self, serde_json::Error> {
        let mut forms = BTreeMap::new();
        let mut summaries = Vec::new();
        for form in book.iter() {
            let page = Page::of(form.as_ref())?;
            summaries.push(FormSummary {
                id: &form.id,
                version: form.version,
                title: &form.title,
                instrument: form.instrument,
                languages: &form.languages,
                etag: page.etag.clone(),
            });
            let key = FormKey {
                id: form.id.clone(),
                version: form.version,
            };
            forms.insert(key, page);
        }
        Ok(Self {
            list: Page::of(&FormList { forms: summaries })?,
            forms,
        })
    }
}

/// All versions of all forms
#[utoipa::path(
    get,
    path = "/api/v1/forms",
    tag = "forms",
    operation_id = "listForms",
    responses(
        (status = 200, description = "the forms", body = FormList, headers(("ETag" = String, description = "SHA-256 of the body"))),
        (status = 304, description = "the client holds the same bytes"),
        Everywhere
    )
)]
pub(super) async fn list(_: Anybody, State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.published.list.answer(&headers)
}

/// Which form is wanted.
pub(super) struct Wanted {
    id: String,
    version: Option<u16>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| missing("id"))?;
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::bad_request("bad-query", "the query is not well-formed"))?;
        let mut version = None;
        for (name, value) in pairs {
            if name != "version" {
                return Err(Problem::bad_request(
                    "unknown-parameter",
                    format!("{name:?} is no parameter here; leave it out or use `version`"),
                )
                .field(name));
            }
            let number = value.parse().ok().filter(|number| *number > 0);
            if version.is_some() || number.is_none() {
                return Err(Problem::bad_request(
                    "wrong-version",
                    "give one version, a whole number from 1 to 65535",
                )
                .field("version"));
            }
            version = number;
        }
        Ok(Self { id, version })
    }
}

fn missing(field: &str) -> Problem {
    Problem::not_found(
        "unknown-form",
        "there is no such form or version; GET /api/v1/forms lists those there are",
    )
    .field(field)
}

/// One form, whole
#[utoipa::path(
    get,
    path = "/api/v1/forms/{id}",
    tag = "forms",
    operation_id = "getForm",
    params(
        ("id" = String, Path, description = "form id", pattern = "^[a-z0-9-]{1,40}$"),
        ("version" = Option<u16>, Query, description = "the newest when absent", minimum = 1, maximum = 65535)
    ),
    responses(
        (status = 200, description = "the form", body = Form, headers(("ETag" = String, description = "SHA-256 of the body"))),
        (status = 304, description = "the client holds the same bytes"),
        MayBeMissing,
        Everywhere
    )
)]
pub(super) async fn one(
    _: Anybody,
    State(app): State<Arc<App>>,
    Wanted { id, version }: Wanted,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let version = match version {
        Some(version) => version,
        None => app.forms.newest(&id).ok_or_else(|| missing("id"))?.version,
    };
    let page = app
        .published
        .forms
        .get(&FormKey { id, version })
        .ok_or_else(|| missing("version"))?;
    Ok(page.answer(&headers))
}

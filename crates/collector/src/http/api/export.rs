//! Ratings go out, one by one, for analysts.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use futures_util::stream;

use super::days::day;
use crate::export::{Export, ExportError, ExportRequest, Lines};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::store::Role;

/// The last business day that is told.
const SHOWN_TO: HeaderName = HeaderName::from_static("hai-long-shown-to");
/// How many responses could not be told even coarsely.
const WITHHELD: HeaderName = HeaderName::from_static("hai-long-withheld");

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Request {
                field,
                code,
                message,
            } => Self::bad_request(code, message).field(field),
            ExportError::Store(error) => error.into(),
        }
    }
}

/// What may be exported.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct Parameters {
    /// Form id.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: String,
    /// Form version; the newest when absent.
    #[param(minimum = 1, maximum = 65535)]
    form_version: Option<u16>,
    /// First business day. Responses that tell only their month belong to periods that hold all of it.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day.
    #[param(format = Date)]
    to: Option<String>,
    /// ndjson or csv; ndjson when absent.
    format: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Ndjson,
    Csv,
}

fn asked(pairs: Vec<(String, String)>) -> Result<(ExportRequest, Format), Problem> {
    let wrong = |field: &str, code, told: String| Problem::bad_request(code, told).field(field);
    let mut request = ExportRequest::default();
    let mut format = None;
    let mut seen = Vec::new();
    for (name, value) in pairs {
        if seen.contains(&name) {
            return Err(wrong(
                &name,
                "repeated-parameter",
                format!("give {name} once"),
            ));
        }
        match name.as_str() {
            "form" => request.form.clone_from(&value),
            "form_version" => {
                let version = value.parse().ok().filter(|version| *version > 0);
                let told = "give a whole number from 1 to 65535";
                request.form_version =
                    Some(version.ok_or_else(|| wrong(&name, "wrong-version", told.to_owned()))?);
            }
            "from" => request.from = day("from", Some(value))?,
            "to" => request.to = day("to", Some(value))?,
            "format" => {
                format = Some(match value.as_str() {
                    "ndjson" => Format::Ndjson,
                    "csv" => Format::Csv,
                    _ => {
                        let told = "ask for ndjson or csv; `hai-long export` writes more formats";
                        return Err(wrong(&name, "unknown-format", told.to_owned()));
                    }
                });
            }
            _ => {
                let told = format!(
                    "{name:?} is no parameter here; use form, form_version, from, to, format"
                );
                return Err(wrong(&name, "unknown-parameter", told));
            }
        }
        seen.push(name);
    }
    if request.form.is_empty() {
        let told = "name a form; GET /api/v1/forms lists those there are";
        return Err(wrong("form", "required", told.to_owned()));
    }
    Ok((request, format.unwrap_or(Format::Ndjson)))
}

/// Exports ratings
///
/// One line for each counted response, in no order. A line tells its unit, procedure, day and the like only as far as at
/// least as many responses tell the same as the suppression threshold asks (`step`: 0 tells all, 6 the answers alone; what is
/// not told is null). Comments, dossiers, devices, times of day and answers about the person are never in it. `from` and `to`
/// choose among these lines by what they tell. Days are left out until some time after their end: the header `hai-long-shown-to`
/// names the last that is told. `hai-long-withheld` counts responses that could not be told at all.
#[utoipa::path(
    get,
    path = "/api/v1/responses",
    tag = "responses",
    operation_id = "exportResponses",
    security(("key" = [])),
    params(Parameters),
    responses(
        (
            status = 200,
            description = "the responses, streamed",
            content((String = "application/x-ndjson"), (String = "text/csv")),
            headers(
                ("hai-long-shown-to" = Option<String>, description = "the last business day that is told; absent when none is held back"),
                ("hai-long-withheld" = u64, description = "responses that could not be told even coarsely")
            )
        ),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    let (mut request, format) = asked(pairs)?;
    request.shown_to = app.shown_to();
    let export = Export::begin(
        Arc::clone(&app.store),
        &app.forms,
        app.settings.threshold,
        request,
    )
    .await?;
    let (kind, end, first) = match format {
        Format::Ndjson => ("application/x-ndjson", "ndjson", Vec::new()),
        Format::Csv => (
            "text/csv; charset=utf-8",
            "csv",
            Lines(export.form()).csv_header().map_err(|error| {
                tracing::error!(%error, "an export could not be written");
                Problem::internal()
            })?,
        ),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"hai-long-responses.{end}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (WITHHELD, export.withheld().to_string()),
    ];
    let shown_to = export.shown_to().map(|day| [(SHOWN_TO, day.to_string())]);
    let pages = stream::try_unfold(
        (export, Some(first)),
        move |(mut export, first)| async move {
            if let Some(first) = first {
                return Ok(Some((Bytes::from(first), (export, None))));
            }
            let Some(page) = export.next().await.map_err(std::io::Error::other)? else {
                return Ok(None);
            };
            let lines = Lines(export.form());
            let bytes = match format {
                Format::Ndjson => lines.ndjson(&page),
                Format::Csv => lines.csv(&page).map_err(std::io::Error::other)?,
            };
            Ok::<_, std::io::Error>(Some((Bytes::from(bytes), (export, None))))
        },
    );
    Ok((headers, shown_to, Body::from_stream(pages)))
}

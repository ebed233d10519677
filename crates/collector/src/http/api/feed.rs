//! The one-stop software feeds dossiers: the reader is that of `hai-long import dossiers`.

use std::io::Cursor;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use survey::response::Fault;
use utoipa::ToSchema;

use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem, TakesBody};
use crate::http::{App, body};
use crate::import::{self, Format, ImportError, Observer, Refused, Target};
use crate::store::{Fed, Kept, Role};

/// Bytes in a body: some 40,000 dossiers.
const MAX_BODY: usize = 8 << 20;

/// What became of a feed.
#[derive(Serialize, ToSchema)]
pub(super) struct FeedResults {
    totals: FeedTotals,
    /// One for each record, in the order of lines.
    results: Vec<LineResult>,
}

/// Records of a feed.
#[derive(Default, Serialize, ToSchema)]
struct FeedTotals {
    /// Found in the body.
    read: u64,
    /// New, or in the place of what was kept.
    stored: u64,
    /// Kept already, or older than what is kept.
    unchanged: u64,
    /// Not taken.
    rejected: u64,
}

/// What became of a record.
#[derive(Serialize, ToSchema)]
struct LineResult {
    /// Line on which it begins; the first is 1, and a CSV header is a line.
    line: u64,
    /// Normalised code of the dossier, when it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    status: LineStatus,
    /// What is wrong with it first; with `unchanged`: why nothing was written though it says something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
    /// What else is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more_faults: Vec<Fault>,
}

/// The end of a record.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum LineStatus {
    /// On disk now.
    Stored,
    /// The disk has it, or something newer.
    Unchanged,
    /// Not taken.
    Rejected,
}

/// Gathers what becomes of each line.
#[derive(Default)]
struct Gathered {
    results: Vec<LineResult>,
    totals: FeedTotals,
}

impl Observer for Gathered {
    fn kept(&mut self, line: u64, code: &str, kept: Kept) {
        let (status, fault) = match kept {
            Kept::New | Kept::Changed => (LineStatus::Stored, None),
            Kept::Unchanged => (LineStatus::Unchanged, None),
            Kept::Older => (
                LineStatus::Unchanged,
                Some(Fault::new(
                    "updated_at",
                    "older",
                    "what is kept of this dossier is newer; to take the end of a finished dossier away, or to correct a \
                     later word, send an updated_at that is not before the last one",
                )),
            ),
        };
        match status {
            LineStatus::Stored => self.totals.stored += 1,
            _ => self.totals.unchanged += 1,
        }
        self.results.push(LineResult {
            line,
            code: Some(code.to_owned()),
            status,
            fault,
            more_faults: Vec::new(),
        });
    }

    fn refused(&mut self, refused: &Refused) {
        self.totals.rejected += 1;
        let mut faults = refused.faults.iter().cloned();
        self.results.push(LineResult {
            line: refused.line,
            code: None,
            status: LineStatus::Rejected,
            fault: faults.next(),
            more_faults: faults.collect(),
        });
    }
}

/// Feeds dossiers
///
/// One JSON object a line, a JSON array, or CSV with a header; columns code, procedure, field, unit, authority,
/// filing_channel (desk, online, post), received_at, due_at, finished_at, outcome (granted, refused, withdrawn), status,
/// status_at, updated_at. Added or replaced by code, and safe to repeat. A faulty record stops no other. Order does not
/// matter where records carry updated_at: one that is older than what is kept changes nothing, but its status is kept
/// beside the others. One that carries none is taken, but does not take the end of a finished dossier away. At most 8 MiB; 5,000 records at once are a good measure.
#[utoipa::path(
    put,
    path = "/api/v1/dossiers",
    tag = "dossiers",
    operation_id = "putDossiers",
    security(("key" = [])),
    request_body(
        description = "the records",
        content((String = "application/x-ndjson"), (Vec<Object> = "application/json"), (String = "text/csv"))
    ),
    responses(
        (status = 200, description = "what became of each record; those that are stored are on disk", body = FeedResults),
        NeedsKey,
        TakesBody,
        Everywhere
    )
)]
pub(super) async fn put(
    caller: Caller,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Body,
) -> Result<Json<FeedResults>, Problem> {
    caller.require(&[Role::OneStop, Role::Admin])?;
    let media = body::media_type(
        &headers,
        &["application/x-ndjson", "application/json", "text/csv"],
    )?;
    let format = match media {
        "text/csv" => Format::Csv,
        "application/json" => Format::Json,
        _ => Format::Ndjson,
    };
    let bytes = body::read(request, MAX_BODY).await?;
    let mut gathered = Gathered::default();
    let target = Target::Store(&*app.store);
    let summary =
        import::records::<Fed, _>(Cursor::new(bytes), Some(format), target, &mut gathered)
            .await
            .map_err(problem)?;
    let Gathered {
        mut results,
        mut totals,
    } = gathered;
    totals.read = summary.read;
    results.sort_by_key(|result| result.line);
    Ok(Json(FeedResults { totals, results }))
}

fn problem(error: ImportError) -> Problem {
    match error {
        ImportError::Store(error) => error.into(),
        ImportError::Header(told) => {
            Problem::bad_request("bad-header", format!("{told}; mend it and send it again"))
                .field("body")
        }
        ImportError::Read(error) => Problem::bad_request(
            "unreadable",
            format!(
                "the body could not be read to its end ({error}); send it again, repeating is safe"
            ),
        )
        .field("body"),
        ImportError::Reader(error) => {
            tracing::error!(%error, "a feed was not read to its end");
            Problem::internal()
        }
    }
}

//! From the bytes of `POST /api/v1/responses` to responses, so that one that cannot be read does not take the other 49
//! with it.
//!
//! An integer is written without a decimal point: `3.0` is refused, as the API description says.

use serde::Deserialize;
use serde_json::value::RawValue;
use survey::response::{Batch, Fault, Receipt, Response, Status};
use uuid::Uuid;

/// A batch that could be read; in it, the responses that could not have their receipt already.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The site key of a portal page.
    pub site: Option<String>,
    /// 1 to [`Batch::MAX`], in the order sent.
    pub responses: Vec<Result<Response, Receipt>>,
}

/// Why a batch as a whole is refused: no response of it was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct WireError {
    /// The place in the batch: `responses[3].id`; `body` for the whole.
    pub field: String,
    /// Machine code: `not-utf8`, `bad-json`, `unknown-field`, `bad-value`, `no-responses`, `too-many-responses`.
    pub code: &'static str,
    /// The rule and the mend.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(default)]
    site: Option<String>,
    #[serde(borrow)]
    responses: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Identified {
    id: Uuid,
}

/// Reads a batch.
///
/// # Errors
///
/// [`WireError`] when the batch is no JSON of the right shape, holds no or too many responses, or one that cannot be
/// read and has no readable id that a receipt could name.
pub fn parse(bytes: &[u8]) -> Result<Parsed, WireError> {
    let batch: Envelope<'_> = body(bytes)?;
    let refuse = |code, message: String| {
        Err(WireError {
            field: "responses".into(),
            code,
            message,
        })
    };
    match batch.responses.len() {
        0 => return refuse("no-responses", "send at least one response".into()),
        1..=Batch::MAX => {}
        sent => {
            return refuse(
                "too-many-responses",
                format!(
                    "{sent} responses in one request; send at most {}",
                    Batch::MAX
                ),
            );
        }
    }
    let responses = batch
        .responses
        .iter()
        .enumerate()
        .map(|(at, raw)| response(at, raw.get()))
        .collect::<Result<_, _>>()?;
    Ok(Parsed {
        site: batch.site,
        responses,
    })
}

/// Reads one response by itself.
///
/// # Errors
///
/// What is wrong with it, and with which field; an empty field for the text as a whole.
pub fn parse_one(text: &str) -> Result<Response, Fault> {
    read(text).map_err(fault)
}

fn fault(unread: Unread) -> Fault {
    Fault::new(unread.path.unwrap_or_default(), unread.code, unread.message)
}

/// Reads a whole body as one JSON value.
///
/// # Errors
///
/// [`WireError`] with the place at fault.
pub(crate) fn body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, WireError> {
    let text = std::str::from_utf8(bytes).map_err(|error| WireError {
        field: "body".into(),
        code: "not-utf8",
        message: format!(
            "the body is not UTF-8 from byte {} on; send JSON in UTF-8",
            error.valid_up_to()
        ),
    })?;
    read(text).map_err(|unread| WireError {
        field: unread.path.unwrap_or_else(|| "body".into()),
        code: unread.code,
        message: unread.message,
    })
}

fn response(at: usize, raw: &str) -> Result<Result<Response, Receipt>, WireError> {
    let unread = match read::<Response>(raw) {
        Ok(response) => return Ok(Ok(response)),
        Err(unread) => unread,
    };
    match read::<Identified>(raw) {
        Ok(Identified { id }) => Ok(Err(Receipt {
            id,
            status: Status::Rejected,
            code: Some(unread.code.into()),
            faults: vec![fault(unread)],
        })),
        Err(_) => {
            let path = unread
                .path
                .map_or_else(String::new, |path| format!(".{path}"));
            Err(WireError {
                field: format!("responses[{at}]{path}"),
                code: unread.code,
                message: unread.message,
            })
        }
    }
}

/// What stopped the reading.
struct Unread {
    /// Where; `None` for the text as a whole.
    path: Option<String>,
    code: &'static str,
    message: String,
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unread> {
    // Keeping track of the place costs as much as the reading, and only a fault has a place.
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        unread((path != ".").then_some(path), error.inner())
    })?;
    json.end().map_err(|error| unread(None, &error))?;
    Ok(value)
}

fn unread(path: Option<String>, error: &serde_json::Error) -> Unread {
    let told = error.to_string();
    let code = if !error.is_data() {
        "bad-json"
    } else if told.starts_with("unknown field") {
        "unknown-field"
    } else {
        "bad-value"
    };
    // serde says of an answer only that it is none of its variants.
    let message = match &path {
        Some(path) if path.starts_with("answers.") && code == "bad-value" => {
            "an answer is the value of a level, a whole number from 0 to 250 without decimal point, or \"na\"".into()
        }
        _ => told,
    };
    Unread {
        path,
        code,
        message,
    }
}

//! Responses that come as a file: what the attendant's panel of a kiosk exports for rescue, or responses as on the wire,
//! such as paper forms that were typed in.
//!
//! They take the same way as those from a device, so that importing a file again, or importing what a kiosk sends as
//! well, changes nothing.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use survey::response::{Batch, Fault, Response, Status};

use crate::intake::{Intake, Sender, wire};
use crate::store::StoreError;

/// What the attendant's panel writes into the field `format`.
const FORMAT: &str = "hai-long-rescue";
/// The version of it that is read.
const VERSION: u32 = 1;
/// How much of a file that is none of ours is shown.
const SHOWN: usize = 40;

/// A rescue file.
#[derive(Deserialize)]
struct Rescue<'a> {
    format: String,
    version: u32,
    #[serde(default)]
    device: Option<String>,
    #[serde(borrow, default)]
    responses: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    parked: Vec<Parked<'a>>,
}

/// A response that the collector had rejected.
#[derive(Deserialize)]
struct Parked<'a> {
    #[serde(borrow)]
    response: &'a RawValue,
}

/// Why nothing of a file was taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Neither a rescue file nor responses.
    #[error(
        "the file holds no responses, but begins with {0:?}; give the rescue file of a kiosk, or responses as they are sent \
         to POST /api/v1/responses: one JSON object a line, or an array of them (CSV is read for tables only)"
    )]
    NoResponses(String),
    /// Cut off or damaged.
    #[error("the file is no whole JSON: {0}; if it was cut off, copy it from the kiosk again")]
    Json(String),
    /// A later version, or another thing of that name.
    #[error(
        "the file is of format {format:?} version {version}; this program reads {FORMAT:?} version {VERSION}"
    )]
    Format {
        /// What it says that it is.
        format: String,
        /// Its version.
        version: u32,
    },
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The device that a rescue file names.
    pub device: Option<String>,
    /// Everything that should be a response, in the order of the file, those once rejected last.
    pub entries: Vec<Entry>,
}

/// Something in a file that should be a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands: `line 3`, `responses[4]`, `parked[0]`.
    pub place: String,
    /// What stands there.
    pub text: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entries found.
    pub read: u64,
    /// Of these, on disk now.
    pub stored: u64,
    /// Of these, on disk before.
    pub duplicate: u64,
    /// Of these, not taken.
    pub rejected: u64,
}

/// An entry that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The entry.
    pub entry: Entry,
    /// Everything that is wrong with it, with the mend.
    pub faults: Vec<Fault>,
}

/// Takes a file apart.
///
/// # Errors
///
/// When it is none of what is read here. A single response that cannot be read is no error: [`import`] rejects it.
pub fn contents(text: &str) -> Result<Contents, FileError> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        Some('[') => {
            let values: Vec<&RawValue> = json(text)?;
            Ok(Contents {
                device: None,
                entries: numbered("responses", values),
            })
        }
        // Text inside a response cannot look like this, since its quotes are escaped.
        Some('{') if text.contains(&format!("\"{FORMAT}\"")) => rescue(text),
        Some('{') => Ok(Contents {
            device: None,
            entries: lines(text),
        }),
        _ => Err(FileError::NoResponses(
            text.trim_start().chars().take(SHOWN).collect(),
        )),
    }
}

fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FileError> {
    serde_json::from_str(text).map_err(|error| FileError::Json(error.to_string()))
}

fn rescue(text: &str) -> Result<Contents, FileError> {
    let file: Rescue<'_> = json(text)?;
    if file.format != FORMAT || file.version != VERSION {
        return Err(FileError::Format {
            format: file.format,
            version: file.version,
        });
    }
    let parked = file.parked.into_iter().map(|parked| parked.response);
    let mut entries = numbered("responses", file.responses);
    entries.extend(numbered("parked", parked));
    Ok(Contents {
        device: file.device,
        entries,
    })
}

fn numbered<'a>(list: &str, values: impl IntoIterator<Item = &'a RawValue>) -> Vec<Entry> {
    let entry = |(at, value): (usize, &RawValue)| Entry {
        place: format!("{list}[{at}]"),
        text: value.get().to_owned(),
    };
    values.into_iter().enumerate().map(entry).collect()
}

fn lines(text: &str) -> Vec<Entry> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| Entry {
            place: format!("line {}", at + 1),
            text: line.trim().to_owned(),
        })
        .collect()
}

/// Takes entries in, in batches as large as a device's; `rejected` hears of each that was not taken, `progress` of how
/// many have been dealt with.
///
/// # Errors
///
/// When the store could not write; batches before that were taken, and importing the file again is safe.
pub async fn import(
    intake: &Intake,
    sender: &Sender,
    entries: Vec<Entry>,
    rejected: &mut (dyn FnMut(Rejected) + Send),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Summary, StoreError> {
    let mut summary = Summary::default();
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        let mut batch: Vec<(Entry, Vec<Fault>)> = Vec::with_capacity(Batch::MAX);
        let mut sent: Vec<usize> = Vec::with_capacity(Batch::MAX);
        let mut responses: Vec<Response> = Vec::with_capacity(Batch::MAX);
        for (at, entry) in entries.by_ref().take(Batch::MAX).enumerate() {
            let faults = match wire::parse_one(&entry.text) {
                Ok(response) => {
                    sent.push(at);
                    responses.push(response);
                    Vec::new()
                }
                Err(fault) => vec![fault],
            };
            batch.push((entry, faults));
        }
        let receipts = intake.receive(responses, sender).await?;
        for (at, receipt) in sent.into_iter().zip(receipts) {
            match receipt.status {
                Status::Stored => summary.stored += 1,
                Status::Duplicate => summary.duplicate += 1,
                Status::Rejected => {
                    if let Some((_, faults)) = batch.get_mut(at) {
                        *faults = receipt.faults;
                    }
                }
            }
        }
        summary.read += batch.len() as u64;
        for (entry, faults) in batch {
            if !faults.is_empty() {
                summary.rejected += 1;
                rejected(Rejected { entry, faults });
            }
        }
        progress(summary.read);
    }
    Ok(summary)
}

#[derive(Serialize)]
struct RescueOut<'a> {
    format: &'a str,
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    responses: [(); 0],
    parked: Vec<ParkedOut<'a>>,
}

#[derive(Serialize)]
struct ParkedOut<'a> {
    place: &'a str,
    code: &'a str,
    faults: &'a [Fault],
    response: Box<RawValue>,
}

/// What was not taken, with its faults, as a rescue file: it can be mended and imported as it is. What is no JSON
/// stands there as text.
///
/// # Errors
///
/// None that plain data can cause.
pub fn rescue_file(device: Option<&str>, rejected: &[Rejected]) -> serde_json::Result<String> {
    let parked = rejected
        .iter()
        .map(|Rejected { entry, faults }| {
            Ok(ParkedOut {
                place: &entry.place,
                code: faults.first().map_or("", |fault| &fault.code),
                faults,
                response: RawValue::from_string(entry.text.clone())
                    .or_else(|_| to_raw_value(&entry.text))?,
            })
        })
        .collect::<serde_json::Result<_>>()?;
    serde_json::to_string_pretty(&RescueOut {
        format: FORMAT,
        version: VERSION,
        device,
        responses: [],
        parked,
    })
}

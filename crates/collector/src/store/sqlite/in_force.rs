//! Rules that figures are made by, noted beside the data.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{access, audit, sql};
use crate::in_force::InForce;
use crate::store::{Entry, StoreError};

/// Name of the note.
const NOTE: &str = "rules-in-force";

/// Notes the rules, and writes down each difference to those that were noted before. Must run inside a write transaction: of two
/// servers that start at once, the second compares with what the first has noted.
pub fn note(
    connection: &Connection,
    rules: &InForce,
    who: &str,
    at: Timestamp,
) -> Result<Vec<Entry>, StoreError> {
    let corrupt = |error| StoreError::Corrupt(format!("the note {NOTE}: {error}"));
    let before: Option<InForce> = access::note(connection, NOTE)?
        .map(|text| serde_json::from_str(&text).map_err(corrupt))
        .transpose()?;
    let entries = rules.since(before.as_ref(), who, at);
    for entry in &entries {
        audit::add(connection, entry)?;
    }
    if before.as_ref() != Some(rules) {
        let text = serde_json::to_string(rules).map_err(corrupt)?;
        connection
            .prepare_cached(sql::SET_NOTE)?
            .execute((NOTE, text))?;
    }
    Ok(entries)
}

//! Which bucket a dossier lies in: written with it, and given to those from before there were buckets.

use rusqlite::Connection;
use survey::dossier::DossierCode;

use super::sql;
use crate::store::{Bucket, Difference, StoreError, Verification};

/// Dossiers that one transaction gives a bucket.
const CHUNK: i64 = 20_000;

/// The bucket of a normalised code.
pub fn bucket(code: &str) -> Bucket {
    DossierCode::parse(code).map_or(Bucket::UNDATED, |code| Bucket::of(&code))
}

/// Gives every dossier without a bucket its own. Kill-safe: what is left is done at the next call.
pub fn place(connection: &Connection) -> Result<(), StoreError> {
    loop {
        let codes = connection
            .prepare_cached(sql::UNPLACED)?
            .query_map([CHUNK], |row| row.get(0))?
            .collect::<Result<Vec<String>, _>>()?;
        if codes.is_empty() {
            return Ok(());
        }
        connection.prepare_cached(sql::BEGIN)?.execute([])?;
        let placed = codes.iter().try_for_each(|code| put(connection, code));
        let end = if placed.is_ok() {
            sql::COMMIT
        } else {
            sql::ROLLBACK
        };
        connection.prepare_cached(end)?.execute([])?;
        placed?;
    }
}

/// Codes of dossiers that do not lie in the bucket of their code: what is looked for elsewhere is not found.
fn displaced(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(sql::PLACES)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get(0)?;
        if row.get::<_, Option<[u8; 4]>>(1)? != Some(bucket(&code).0) {
            found.push(code);
        }
    }
    Ok(found)
}

/// Tells how many dossiers lie in a wrong bucket.
pub fn compare(connection: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    let displaced = displaced(connection)?.len();
    if displaced > 0 {
        // Codes are personal data: none is named.
        found.differences.push(Difference {
            place: "dossier: bucket".into(),
            kept: format!("{displaced} dossiers in a bucket that is not their code's"),
            recomputed: "none".into(),
        });
    }
    Ok(())
}

/// Gives every dossier in a wrong bucket its own. Must run inside a write transaction.
pub fn mend(connection: &Connection) -> Result<(), StoreError> {
    for code in displaced(connection)? {
        put(connection, &code)?;
    }
    Ok(())
}

fn put(connection: &Connection, code: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(sql::PLACE)?
        .execute((code, bucket(code).0))?;
    Ok(())
}

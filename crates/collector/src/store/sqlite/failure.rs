//! Failures of SQLite, of the system and of migrations, told as what an administrator can mend.

use std::io;
use std::path::Path;

use refinery::error::Kind;
use rusqlite::ErrorCode;

use crate::store::{Outage, StoreError};

/// What a sender is told to wait when the queue is full or the database is locked, in seconds.
pub const RETRY_AFTER: u32 = 2;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        of_sqlite(&error)
    }
}

fn of_sqlite(error: &rusqlite::Error) -> StoreError {
    let (code, detail) = match error {
        rusqlite::Error::SqliteFailure(cause, message) => (
            Some(cause.code),
            message.clone().unwrap_or_else(|| cause.to_string()),
        ),
        // Its own text holds the whole statement, which for a migration is a whole file.
        rusqlite::Error::SqlInputError { error, msg, .. } => (Some(error.code), msg.clone()),
        other => (None, other.to_string()),
    };
    let unavailable = |outage| StoreError::Unavailable {
        outage,
        detail: detail.clone(),
    };
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy(RETRY_AFTER),
        Some(ErrorCode::DiskFull) => unavailable(Outage::Full),
        Some(ErrorCode::ReadOnly) => unavailable(Outage::ReadOnly),
        Some(ErrorCode::SystemIoFailure) => unavailable(Outage::Failing),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => unavailable(Outage::NotOpen),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(detail),
        _ => StoreError::Engine(detail),
    }
}

/// A failure of the system at this file or folder.
pub fn of_system(error: &io::Error, path: &Path) -> StoreError {
    let outage = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Outage::Full,
        io::ErrorKind::ReadOnlyFilesystem => Outage::ReadOnly,
        _ => Outage::NotOpen,
    };
    StoreError::Unavailable {
        outage,
        detail: format!("{}: {error}", path.display()),
    }
}

/// A failure to bring the schema up to date.
pub fn of_migration(error: &refinery::Error) -> StoreError {
    match error.kind() {
        Kind::Connection(_, cause) => match cause.downcast_ref::<rusqlite::Error>() {
            Some(cause) => of_sqlite(cause),
            None => StoreError::Engine(format!(
                "its tables could not be brought up to date: {cause}"
            )),
        },
        Kind::MissingVersion(migration) | Kind::DivergentVersion(migration, _) => {
            StoreError::Corrupt(format!(
                "its tables are those of another version of hai-long ({migration}); use that version or a later one"
            ))
        }
        other => StoreError::Engine(format!(
            "its tables could not be brought up to date: {other}"
        )),
    }
}

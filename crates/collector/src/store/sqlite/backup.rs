//! A copy of the database that is of one moment, taken while others write.
//!
//! The whole copy is read in one transaction: with WAL a reader holds up no writer, and what is written meanwhile does
//! not enter the copy. Without that transaction, each write of another process would begin the copy anew, and a busy
//! collector would never be done.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{connection, names, periods, registers, sql};
use crate::forms::FormBook;
use crate::store::{Periods, StoreError, Totals};

pub use connection::{FILE, schema_version};

/// Pages of one step: 4 MiB, so that progress is seen.
const STEP: i32 = 1024;
/// Steps between two syncs. Left to itself, the system would write everything at the end, and the syncs of the
/// ratings that come in then would wait behind it.
const STEPS_A_SYNC: u32 = 8;
/// How long to wait for a lock on the copy that somebody else holds.
const PAUSE: Duration = Duration::from_millis(50);

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Number of the last migration that the database has had.
    pub schema: u32,
    /// How much it holds.
    pub totals: Totals,
}

/// Copies the database of the data folder `from` into the new file `to` (mode 0600), in any state that the running
/// collector leaves it in, and syncs it. `progress` hears of pages done and pages in all.
///
/// # Errors
///
/// When there is no database, `to` exists or cannot be written, or SQLite cannot read the original.
pub fn copy(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    let place = |error: std::io::Error| {
        StoreError::Engine(format!("{} cannot be written: {error}", to.display()))
    };
    // Kept open until the connection is closed: closing any descriptor of the file drops SQLite's locks on it.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(place)?;
    let original = connection::reader(&from.join(FILE))?;
    original.execute_batch("BEGIN")?;
    // The transaction begins with the first read.
    original.query_row(sql::ALIVE, [], |_| Ok(()))?;
    let mut copy = open(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // A copy that is broken off is thrown away, so it needs neither a way back nor syncs of SQLite's own.
    copy.pragma_update(None, "journal_mode", "OFF")?;
    copy.pragma_update(None, "synchronous", "OFF")?;
    {
        let backup = Backup::new(&original, &mut copy)?;
        for step in 1.. {
            let result = backup.step(STEP)?;
            let at = backup.progress();
            let pages = |count: i32| u64::from(count.unsigned_abs());
            progress(pages(at.pagecount - at.remaining), pages(at.pagecount));
            match result {
                StepResult::Done => break,
                StepResult::More if step % STEPS_A_SYNC == 0 => file.sync_data().map_err(place)?,
                StepResult::More => {}
                // Nobody else writes the original or the copy from within this process; another one may read the copy.
                _ => std::thread::sleep(PAUSE),
            }
        }
    }
    copy.close().map_err(|(_, error)| error)?;
    settle(to)?;
    file.sync_all().map_err(place)
}

/// Makes the copy one file that needs no log beside it, as the original has one.
fn settle(path: &Path) -> Result<(), StoreError> {
    let copy = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error.into())
}

/// Checks a copy: every page and index is sound, it opens, and `forms` has every form that its log needs.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when it is not whole or a form is missing; [`StoreError::Engine`] when it cannot be opened.
pub fn check(path: &Path, forms: &FormBook) -> Result<Copied, StoreError> {
    let copy = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let verdict: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Corrupt(verdict));
    }
    names::forms_by_id(&copy, forms)?;
    Ok(Copied {
        schema: copy.query_row(
            "SELECT max(version) FROM refinery_schema_history",
            [],
            |row| row.get(0),
        )?,
        totals: registers::totals(&copy)?,
    })
}

/// Years as they stand in the database of a data folder that nobody else uses; none when there is no database, or one of
/// a version without keys of years.
///
/// # Errors
///
/// When it cannot be read.
pub fn periods(folder: &Path) -> Result<Periods, StoreError> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(Periods::default());
    }
    let database = connection::reader(&path)?;
    if database.query_row(sql::HAS_PERIODS, [], |row| row.get(0))? {
        periods::all(&database)
    } else {
        Ok(Periods::default())
    }
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    Ok(Connection::open_with_flags(
        path,
        flags | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?)
}

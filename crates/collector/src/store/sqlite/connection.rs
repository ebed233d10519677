//! Opening the database file: settings that durability rests on, migrations, and the pool of readers.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::health::Health;
use super::{failure, sql};
use crate::store::StoreError;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Name of the database file in the data folder.
pub const FILE: &str = "hai-long.db";
/// First SQLite without the bug that corrupts a WAL reset by two connections.
const OLDEST_SQLITE: i32 = 3_051_003;
/// Another process (an import beside the running server) may hold the write lock for this long. Two such waits end
/// within the time-out of a request, so that a sender hears the reason.
pub const BUSY: Duration = Duration::from_secs(4);
/// A large commit that fits between two checkpoints is written once, not twice: measured 1.5 to 2 times faster.
const CHECKPOINT_PAGES: i64 = 16_384;
/// Statements kept prepared on each connection: more than there are.
const PREPARED: usize = 128;
/// Memory in which the writer keeps pages, in KiB: the ends of its indexes and the cells of a busy month.
const WRITER_PAGES: i64 = 24 * 1024;
/// The same for each reader.
const READER_PAGES: i64 = 8 * 1024;
/// Readers at one time, besides the thread for look-ups; reads are short and the machine is small.
const READERS: usize = 4;

/// Makes the data folder and its database, both for the owner alone, and brings the schema up to date.
pub fn create(folder: &Path) -> Result<PathBuf, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::Engine(format!(
            "SQLite {} can corrupt its log; 3.51.3 or newer is needed",
            rusqlite::version()
        )));
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| failure::of_system(&error, folder))?;
    let path = folder.join(FILE);
    // SQLite gives its log and index files the permissions of this one.
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| failure::of_system(&error, &path))?;
    let mut connection = writer(&path)?;
    embedded::migrations::runner()
        // Statements and the note that they were applied go together; else a crash between them closes the store for good.
        .set_grouped(true)
        .run(&mut connection)
        .map_err(|error| failure::of_migration(&error))?;
    Ok(path)
}

/// A connection that writes: nothing is acknowledged before the disk has it.
pub fn writer(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection, WRITER_PAGES)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    // What is deleted or replaced is overwritten with zeros: free text must not outlive its deletion in unused bytes.
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
}

/// A connection that reads.
pub fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection, READER_PAGES)?;
    Ok(connection)
}

/// A database as an earlier version left it.
#[cfg(test)]
pub fn migrate_to(
    connection: &mut Connection,
    version: refinery::SchemaVersion,
) -> Result<(), refinery::Error> {
    embedded::migrations::runner()
        .set_target(refinery::Target::Version(version))
        .run(connection)
        .map(drop)
}

/// The last migration that this version knows.
pub fn schema_version() -> u32 {
    embedded::migrations::runner()
        .get_migrations()
        .iter()
        .map(|migration| u32::try_from(migration.version()).unwrap_or(0))
        .max()
        .unwrap_or(0)
}

fn prepare(connection: &Connection, pages: i64) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    // Else a statement whose plan might depend on a value is compiled anew for each value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A negative size is in KiB.
    connection.pragma_update(None, "cache_size", -pages)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.pragma_update(None, "foreign_keys", false)?;
    Ok(())
}

/// A few read-only connections, used on the runtime's blocking threads.
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    health: Arc<Health>,
}

impl Readers {
    /// Readers of this database; connections are opened when first needed.
    pub fn new(path: PathBuf, health: Arc<Health>) -> Arc<Self> {
        Arc::new(Self {
            path,
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(READERS)),
            health,
        })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` on one snapshot of the database.
    pub async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::closed())?;
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            // Held by the work, not by the waiting caller: a caller who leaves does not let a fifth reader in.
            let _permit = permit;
            readers.read(work)
        })
        .await
        .map_err(|error| StoreError::Engine(format!("a read was broken off: {error}")))?
    }

    /// Runs `work` on one snapshot, on this thread.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let result = self.attempt(work);
        if let Err(error) = &result
            && error.is_of_disk()
        {
            // What these have in memory may be from before the failure, or from the middle of it.
            self.idle().clear();
            self.health.failed_to_read(error);
        }
        result
    }

    fn attempt<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.take()?;
        connection.prepare_cached(sql::BEGIN_READ)?.execute([])?;
        let result = work(&connection);
        // On a damaged file this fails too; it says nothing about what was read.
        let ended = connection
            .prepare_cached(sql::COMMIT)
            .and_then(|mut commit| commit.execute([]));
        if ended.is_ok() && !result.as_ref().is_err_and(StoreError::is_of_disk) {
            self.idle().push(connection);
        }
        result
    }

    fn take(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle().pop() {
            return Ok(connection);
        }
        reader(&self.path)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

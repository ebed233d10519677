//! What the machine allows: syncs of the disk, and SQLite alone.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use collector::forms::FormBook;
use collector::store::sqlite::SqliteStore;
use rusqlite::{Connection, params};
use uuid::Uuid;

/// How the bytes of an append are brought to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// With the file's length and times.
    All,
    /// With what is needed to read them again.
    Data,
}

/// Small appends a second, each synced before the next.
pub fn syncs(folder: &Path, how: Sync, lasting: Duration) -> Result<f64> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("syncs"))?;
    // About what one commit of one rating appends.
    let bytes = [7_u8; 4096];
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < lasting {
        file.write_all(&bytes)?;
        match how {
            Sync::All => file.sync_all()?,
            Sync::Data => file.sync_data()?,
        }
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

/// A database with the collector's own schema and settings for durability, written to without the collector.
pub struct Bare {
    connection: Connection,
    next: u64,
}

/// The columns that a rating fills.
const INSERT: &str = "INSERT INTO response (id, fingerprint, form, unit, procedure, field, timeliness, touchpoint,
        channel, provenance, pseudonym, repeat_of, day, received_at, answers, flags, assisted, partial, reasons,
        locale, scale_order, presentation, device, boot, seq, started_at, submitted_at, elapsed_ms,
        clock_offset_ms, revision)
    VALUES (?1, ?2, 1, ?3, ?4, ?5, 1, 4, 1, 2, ?6, NULL, ?7, 1790000000000, ?8, 0, 0, 0, NULL, 'vi', 1, 1, ?9, 'b1',
        ?10, NULL, 1790000000000, 41200, -120, 0)";

impl Bare {
    /// In this folder, which is made.
    pub fn new(folder: &Path, forms: Arc<FormBook>) -> Result<Self> {
        // Makes the schema.
        SqliteStore::open(folder, forms)?.close();
        let connection = Connection::open(folder.join("hai-long.db"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 16_384)?;
        Ok(Self {
            connection,
            next: 0,
        })
    }

    /// Ratings written a second, in transactions of so many.
    pub fn groups(&mut self, of: u64, lasting: Duration) -> Result<f64> {
        let started = Instant::now();
        let first = self.next;
        while started.elapsed() < lasting {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            let mut insert = self.connection.prepare_cached(INSERT)?;
            for number in self.next..self.next + of {
                let mut random = fastrand::Rng::with_seed(number);
                let day = 9_678 + i64::try_from(random.u64(0..92))?;
                let mut pseudonym = [0_u8; 20];
                random.fill(&mut pseudonym);
                pseudonym
                    .iter_mut()
                    .zip(i32::try_from(day)?.to_be_bytes())
                    .for_each(|(to, from)| *to = from);
                let mut fingerprint = [0_u8; 16];
                random.fill(&mut fingerprint);
                insert.execute(params![
                    Uuid::now_v7().as_bytes(),
                    fingerprint,
                    random.u32(0..110),
                    random.u32(0..400),
                    random.u32(0..20),
                    pseudonym,
                    day,
                    [4_u8; 22],
                    random.u32(0..2_000),
                    i64::try_from(number)?,
                ])?;
            }
            drop(insert);
            self.connection.execute_batch("COMMIT")?;
            self.next += of;
        }
        Ok((self.next - first) as f64 / started.elapsed().as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_database_holds_what_was_counted() {
        let folder = tempfile::tempdir().unwrap();
        let forms = Arc::new(FormBook::load(folder.path()).unwrap());
        let mut bare = Bare::new(folder.path(), forms).unwrap();
        assert!(bare.groups(16, Duration::from_millis(1)).unwrap() > 0.0);
        let rows: i64 = bare
            .connection
            .query_row("SELECT count(*) FROM response", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, bare.next as i64);
        assert_eq!(rows % 16, 0);
    }
}

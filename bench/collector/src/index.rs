//! The index over sets of growing size: how they load, what questions cost from roll-ups and from the log, and what
//! `verify` costs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use collector::forms::FormBook;
use collector::store::sqlite::SqliteStore;
use collector::store::{CellQuery, Dimension, FormKey, Store};
use rusqlite::{Connection, OpenFlags};

use crate::clients::get_as;
use crate::figures::{Growth, Index, Query};
use crate::ratings::{FORM_ID, ITEMS, Year, unit_code, units};
use crate::reports;
use crate::served::{Served, command, copy};
use crate::spread::{Spread, rounded};

/// Ratings in one append: about what the collector itself writes in one group under load.
const BATCH: u64 = 4_000;
/// Requests until a server that has just been started must have an answer, each of at most ten seconds.
const TRIES: usize = 12;
/// Appends that wait while one is written.
const IN_FLIGHT: usize = 2;

/// A question about one quarter.
struct Question {
    name: &'static str,
    /// Parameters of `GET /api/v1/index`.
    parameters: fn(&str) -> String,
    by: &'static [Dimension],
    one_unit: bool,
}

const QUESTIONS: [Question; 3] = [
    Question {
        name: "one unit",
        parameters: |unit| format!("&unit={unit}"),
        by: &[],
        one_unit: true,
    },
    Question {
        name: "one unit × items",
        parameters: |unit| format!("&by=item&unit={unit}"),
        by: &[],
        one_unit: true,
    },
    Question {
        name: "all units × items",
        parameters: |_| "&by=unit,item".into(),
        by: &[Dimension::Unit],
        one_unit: false,
    },
];

/// One set and how it is asked.
pub struct Set<'a> {
    /// The release binary.
    pub binary: &'a Path,
    /// A data folder with the register of dossiers.
    pub base: &'a Path,
    /// Where the set goes.
    pub folder: PathBuf,
    /// The forms.
    pub forms: Arc<FormBook>,
    /// The ratings.
    pub year: Year,
    /// How often each question is asked.
    pub repeats: usize,
}

impl Set<'_> {
    /// Loads the set, then asks.
    pub async fn run(&self) -> Result<Index> {
        copy(self.base, &self.folder)?;
        let (load_seconds, growth) = self.load().await?;
        // The unit in the middle of the list: neither the largest nor empty.
        let unit = unit_code(self.year.units / 20);
        let (scan, stores) = self.ask_store(&unit).await?;
        let (rules_first_ms, rules_again_ms) = self.ask_rules().await?;
        let key = reports::admin(&self.folder).await?;
        let served = Served::collector(self.binary, &self.folder).await?;
        let rest = served.memory()?.resident;
        let mut queries = Vec::new();
        for (question, store_ms) in QUESTIONS.iter().zip(stores) {
            let (from, to) = Year::QUARTER;
            let path = format!(
                "/api/v1/index?form={FORM_ID}&from={from}&to={to}{}",
                (question.parameters)(&unit)
            );
            asked_before(&served, &path, &key).await?;
            let (mut times, mut bytes) = (Vec::new(), 0);
            for _ in 0..self.repeats {
                let started = Instant::now();
                bytes = get_as(&served.address, &path, Some(&key)).await?.len();
                times.push(ms(started));
            }
            let http_ms = Spread::of(&times, 2).context("no repeats")?;
            eprintln!(
                "      {} responses, {}: {:.1} ms in the store, {:.1} ms over HTTP ({bytes} bytes)",
                self.year.total, question.name, store_ms.median, http_ms.median
            );
            queries.push(Query {
                name: question.name,
                store_ms,
                http_ms,
                bytes,
            });
        }
        let peak = served.memory()?.peak;
        served.stop().await?;
        let file_check_seconds = self.check_file()?;
        let verify_seconds = command(self.binary, &["verify"], &self.folder).await?;
        eprintln!(
            "      {} responses: the log of a quarter in {:.0} ms, verify in {verify_seconds:.1} s (of it the file's own check {file_check_seconds:.1} s)",
            self.year.total, scan.median
        );
        Ok(Index {
            responses: self.year.total,
            units: self.year.units,
            items: ITEMS,
            database_mb: rounded(
                std::fs::metadata(self.database())?.len() as f64 / 1_048_576.0,
                1,
            ),
            load_seconds,
            growth,
            queries,
            log_scan_ms: scan,
            rules_first_ms,
            rules_again_ms,
            file_check_seconds,
            verify_seconds: rounded(verify_seconds, 2),
            rest_mb: rounded(rest, 1),
            peak_mb: rounded(peak, 1),
        })
    }

    fn database(&self) -> PathBuf {
        self.folder.join("hai-long.db")
    }

    /// Appends all ratings through the store; gives the seconds that it took with all roll-ups, and the rate by tenths.
    async fn load(&self) -> Result<(f64, Vec<Growth>)> {
        let store = Arc::new(SqliteStore::open(&self.folder, Arc::clone(&self.forms))?);
        store.upsert_units(units(self.year.units)).await?;
        let (year, total) = (self.year, self.year.total);
        let (sender, mut parts) = tokio::sync::mpsc::channel(IN_FLIGHT);
        let making = tokio::task::spawn_blocking(move || -> Result<()> {
            let mut from = 0;
            while from < total {
                let to = total.min(from + BATCH);
                if sender.blocking_send(year.part(from, to)?).is_err() {
                    break;
                }
                from = to;
            }
            Ok(())
        });
        let started = Instant::now();
        let (mut growth, mut done, mut since) = (Vec::new(), 0, (0, Instant::now()));
        while let Some(part) = parts.recv().await {
            done += part.len() as u64;
            store.append(part).await?;
            if done - since.0 >= total / 10 {
                let per_second = (done - since.0) as f64 / since.1.elapsed().as_secs_f64();
                eprintln!("      {done} of {total} responses, {per_second:.0}/s");
                growth.push(Growth {
                    responses: done,
                    per_second: per_second.round(),
                });
                since = (done, Instant::now());
            }
        }
        making.await??;
        // Brings the roll-ups up to date.
        store.close();
        Ok((rounded(started.elapsed().as_secs_f64(), 1), growth))
    }

    /// Times of a count by procedure, which roll-ups do not know and the log must answer, and of each question.
    async fn ask_store(&self, unit: &str) -> Result<(Spread, Vec<Spread>)> {
        let store = SqliteStore::open(&self.folder, Arc::clone(&self.forms))?;
        let mut questions = Vec::new();
        for question in &QUESTIONS {
            let asked = quarter(question.by, question.one_unit.then_some(unit));
            questions.push(self.time(&store, &asked, self.repeats).await?);
        }
        let scan = self
            .time(&store, &quarter(&[Dimension::Procedure], None), 3)
            .await?;
        store.close();
        Ok((scan, questions))
    }

    /// Times of counting all units with what the rules of flags say: at first, and once they have been asked.
    async fn ask_rules(&self) -> Result<(f64, Spread)> {
        let store = SqliteStore::open(&self.folder, Arc::clone(&self.forms))?;
        let query = quarter(&[Dimension::Unit], None);
        let mut times = Vec::new();
        for _ in 0..=self.repeats {
            let started = Instant::now();
            store.examined(query.clone()).await?;
            times.push(ms(started));
        }
        store.close();
        let (first, again) = times.split_first().context("no repeats")?;
        eprintln!(
            "      {} responses: the rules in {first:.0} ms",
            self.year.total
        );
        Ok((
            rounded(*first, 0),
            Spread::of(again, 2).context("no repeats")?,
        ))
    }

    async fn time(&self, store: &SqliteStore, query: &CellQuery, repeats: usize) -> Result<Spread> {
        let mut times = Vec::new();
        for _ in 0..repeats {
            let started = Instant::now();
            let cells = store.cells(query.clone()).await?;
            times.push(ms(started));
            cells
                .first()
                .context("nothing was counted: the question is not of this set")?;
        }
        Spread::of(&times, 2).context("no repeats")
    }

    /// Seconds that SQLite takes to hold its indexes against its tables, which `verify` does first.
    fn check_file(&self) -> Result<f64> {
        let connection =
            Connection::open_with_flags(self.database(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let started = Instant::now();
        let found: String =
            connection.query_row("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
        anyhow::ensure!(found == "ok", "the database is damaged: {found}");
        Ok(rounded(started.elapsed().as_secs_f64(), 2))
    }
}

/// Asks until there is an answer: a server that has just been started may first have to read more than a request may take,
/// and says so. What that costs is measured by itself (`rulesFirstMs`).
async fn asked_before(served: &Served, path: &str, key: &str) -> Result<()> {
    for _ in 0..TRIES {
        match get_as(&served.address, path, Some(key)).await {
            Err(error) if error.to_string().contains("too-slow") => {}
            answer => return answer.map(drop),
        }
    }
    bail!("GET {path}: no answer in {TRIES} tries");
}

/// The quarter by these dimensions, of one unit or all.
fn quarter(by: &[Dimension], only: Option<&str>) -> CellQuery {
    CellQuery {
        form: FormKey {
            id: FORM_ID.into(),
            version: 1,
        },
        from: Year::QUARTER.0,
        to: Year::QUARTER.1,
        by: by.to_vec(),
        filters: only
            .map(|unit| (Dimension::Unit, vec![unit.to_owned()]))
            .into_iter()
            .collect(),
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

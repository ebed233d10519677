//! What the collector promises when the disk, the power or the clock fails below it: nothing acknowledged is lost,
//! nothing is counted twice, and it recovers by itself (`docs/durability.md`).
//!
//! `FAULT_STATES` says how many crash states are tried (40; the harness uses 500), `FAULT_SEED` repeats a run.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use end_to_end::collector::{Collector, Data};
use end_to_end::faults::{Cell, Faults};
use end_to_end::kiosks::{BATCH, Kiosks, Told};
use end_to_end::replay::{Disk, Files, Syncs, Trace};
use end_to_end::wait::{PATIENCE, until};
use fastrand::Rng;
use rusqlite::Connection;

/// Groups of one count too.
const SERVE: [&str; 2] = ["--threshold", "1"];
/// All days that any clock of these tests shows.
const ALL_RATINGS: &str =
    "/api/v1/index?form=one-stop-quick&method=mean100&from=1970-01-01&to=2045-12-31";
const DATABASE: &str = "hai-long.db";

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// How many crash states are tried.
fn states() -> u64 {
    number_from("FAULT_STATES").unwrap_or(40)
}

/// How far apart are the operations that are made to fail at a start: with 240 states or more, each one fails.
fn stride() -> u64 {
    (240 / states().max(1)).max(1)
}

/// How many ratings are counted.
async fn counted(collector: &Collector) -> Result<u64> {
    let index = collector.get(ALL_RATINGS).await?;
    Ok(index["cells"][0]["n"].as_u64().unwrap_or(0))
}

/// A folder with these files.
fn data_of(files: &Files, recorded_in: &Path) -> Result<Data> {
    let data = Data::new()?;
    for (path, bytes) in files {
        let place = data.path().join(path.strip_prefix(recorded_in)?);
        fs::create_dir_all(place.parent().context("a folder")?)?;
        // Keys are for their owner alone, and the collector insists on it.
        let mut options = fs::File::options();
        options.write(true).create_new(true).mode(0o600);
        options.open(place)?.write_all(bytes)?;
    }
    Ok(data)
}

/// The files in a folder, without SQLite's index in shared memory.
fn files_in(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else if !path.to_string_lossy().ends_with("-shm") {
            files.insert(path.clone(), fs::read(path)?);
        }
    }
    Ok(files)
}

fn last_line(log: &str) -> &str {
    log.lines().next_back().unwrap_or_default()
}

/// Restarts without faults and holds the collector to its word: what was acknowledged is there, all of `sent` is
/// counted once after devices have repeated it, and the figures equal the log.
async fn settle_up(
    data: &mut Data,
    kiosks: &Kiosks,
    acknowledged: &[u64],
    sent: u64,
) -> Result<()> {
    data.clear_environment();
    data.hai_long(&["verify"])?;
    let collector = Collector::start(data, &SERVE)?;
    let lost = kiosks.missing(&collector.address, acknowledged).await?;
    ensure!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let all: Vec<u64> = (0..sent).collect();
    kiosks.missing(&collector.address, &all).await?;
    assert_eq!(counted(&collector).await?, sent);
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

mod power {
    use super::*;

    const KIOSKS: usize = 6;

    /// A run under the recorder.
    struct Recording {
        data: Data,
        trace: Trace,
        kiosks: Kiosks,
        /// Position of the trace when the kiosks were enrolled and the collector first served.
        ready_at: u64,
        /// Each acknowledged rating, and a position of the trace that was reached when the answer had arrived.
        acknowledged: BTreeMap<u64, u64>,
        /// Ratings sent, acknowledged or not.
        sent: u64,
    }

    /// Several kiosks at once through three lives of the collector: one is stopped in good order (with a checkpoint of the
    /// log), one is killed, one goes on from there. `sync_every`: so many syncs until one fails; 0: none fails.
    async fn record(seed: u64, sync_every: u64) -> Result<Recording> {
        let mut data = Data::new()?;
        let faults = Faults::recording(&mut data)?;
        let kiosks = Kiosks::enrol(&data, KIOSKS)?;
        let mut chance = Rng::with_seed(seed);
        let mut acknowledged = BTreeMap::new();
        let mut sent = 0;
        let mut ready_at = 0;
        for life in 0..3 {
            let collector = Collector::start(&data, &SERVE)?;
            if life == 0 {
                ready_at = faults.position()?;
            }
            faults.set(Cell::SyncEvery, sync_every)?;
            let mut clients = Vec::new();
            for _ in 0..KIOSKS {
                let batches: Vec<Vec<u64>> = (0..12)
                    .map(|_| {
                        let first = sent;
                        sent += chance.u64(1..8);
                        (first..sent).collect()
                    })
                    .collect();
                clients.push(batches);
            }
            let run = async |batches: Vec<Vec<u64>>| {
                let mut told = Vec::new();
                for batch in batches {
                    kiosks.deliver(&collector.address, &batch).await?;
                    let position = faults.position()?;
                    told.extend(batch.into_iter().map(|number| (number, position)));
                }
                anyhow::Ok(told)
            };
            let [a, b, c, d, e, f] = <[_; KIOSKS]>::try_from(clients).ok().context("kiosks")?;
            let told = tokio::try_join!(run(a), run(b), run(c), run(d), run(e), run(f))?;
            acknowledged.extend(told.0);
            acknowledged.extend(told.1);
            acknowledged.extend(told.2);
            acknowledged.extend(told.3);
            acknowledged.extend(told.4);
            acknowledged.extend(told.5);
            faults.set(Cell::SyncEvery, 0)?;
            match life {
                0 => collector.stop()?,
                _ => collector.kill()?,
            }
        }
        let trace = Trace::read(&faults.trace())?;
        data.clear_environment();
        Ok(Recording {
            data,
            trace,
            kiosks,
            ready_at,
            acknowledged,
            sent,
        })
    }

    /// What a collector makes of a crash state.
    enum Found {
        /// It serves, and these acknowledged ratings are missing.
        Missing(Vec<u64>),
        /// It cannot serve, or its figures are wrong.
        Unusable(anyhow::Error),
    }

    impl Recording {
        async fn examine(&self, files: &Files, position: u64) -> Result<Found> {
            let data = data_of(files, &self.data.path())?;
            let promised: Vec<u64> = self
                .acknowledged
                .iter()
                .filter(|(_, told_at)| **told_at <= position)
                .map(|(number, _)| *number)
                .collect();
            Ok(match self.restart(&data, &promised).await {
                Ok(missing) => Found::Missing(missing),
                Err(error) => Found::Unusable(error),
            })
        }

        async fn restart(&self, data: &Data, promised: &[u64]) -> Result<Vec<u64>> {
            data.hai_long(&["verify"])?;
            let collector = Collector::start(data, &SERVE)?;
            let missing = self.kiosks.missing(&collector.address, promised).await?;
            let all: Vec<u64> = (0..self.sent).collect();
            self.kiosks.missing(&collector.address, &all).await?;
            let n = counted(&collector).await?;
            ensure!(n == self.sent, "{n} counted of {}", self.sent);
            collector.kill()?;
            data.hai_long(&["verify"])?;
            let integrity: String = Connection::open(data.path().join(DATABASE))?.query_row(
                "PRAGMA integrity_check",
                [],
                |row| row.get(0),
            )?;
            ensure!(integrity == "ok", "integrity: {integrity}");
            Ok(missing)
        }

        /// The disk's content at `count` random moments after the collector first served.
        fn crashes(&self, syncs: Syncs, seed: u64, count: u64) -> Result<Vec<(u64, Files)>> {
            let mut chance = Rng::with_seed(seed);
            let first = self.trace.records_before(self.ready_at);
            let mut moments: Vec<usize> = (0..count)
                .map(|_| chance.usize(first..=self.trace.len()))
                .collect();
            moments.sort_unstable();
            let mut disk = Disk::new(&self.trace, syncs);
            moments
                .into_iter()
                .map(|moment| {
                    disk.play_to(moment, &mut chance)?;
                    Ok((self.trace.position(moment), disk.crash(&mut chance)))
                })
                .collect()
        }
    }

    fn seed() -> u64 {
        number_from("FAULT_SEED").unwrap_or_else(|| fastrand::u64(..))
    }

    /// All states must hold what was promised before them.
    async fn hold(recording: &Recording, seed: u64, count: u64) -> Result<()> {
        let mut promised = 0;
        for (position, files) in recording.crashes(Syncs::Kept, seed, count)? {
            let context = || format!("FAULT_SEED={seed}, crash at byte {position} of the trace");
            match recording.examine(&files, position).await? {
                Found::Missing(missing) => {
                    ensure!(missing.is_empty(), "{}: lost {missing:?}", context());
                }
                Found::Unusable(error) => return Err(error.context(context())),
            }
            promised += recording
                .acknowledged
                .values()
                .filter(|at| **at <= position)
                .count();
        }
        println!(
            "{count} crash states of a trace of {} records with {} acknowledged ratings: {promised} promises, 0 lost",
            recording.trace.len(),
            recording.acknowledged.len(),
        );
        Ok(())
    }

    #[tokio::test]
    async fn a_power_cut_at_any_moment_loses_nothing_acknowledged_and_a_lying_disk_is_found_out()
    -> Result<()> {
        let seed = seed();
        let recording = record(seed, 0).await?;

        // The recorder has seen everything: what it recorded is what is there.
        let mut disk = Disk::new(&recording.trace, Syncs::Kept);
        disk.play_to(recording.trace.len(), &mut Rng::with_seed(seed))?;
        let there = files_in(&recording.data.path())?;
        assert_eq!(
            disk.seen().keys().collect::<Vec<_>>(),
            there.keys().collect::<Vec<_>>()
        );
        assert!(
            disk.seen() == there,
            "the trace does not rebuild the folder"
        );

        hold(&recording, seed, states()).await?;

        // The control: with a disk that lies about syncs, the same method must find losses.
        let (mut states_losing, mut lost, mut unusable) = (0, 0, 0);
        let count = states().div_ceil(4);
        let lying = Syncs::IgnoredFrom(recording.ready_at);
        for (position, files) in recording.crashes(lying, seed, count)? {
            match recording.examine(&files, position).await? {
                Found::Missing(missing) => {
                    states_losing += u64::from(!missing.is_empty());
                    lost += missing.len();
                }
                Found::Unusable(_) => unusable += 1,
            }
        }
        println!(
            "control, syncs ignored: {states_losing} of {count} states lost {lost} acknowledged ratings, {unusable} were unusable"
        );
        assert!(
            states_losing > 0,
            "FAULT_SEED={seed}: the control lost nothing, so the test proves nothing"
        );
        Ok(())
    }

    #[tokio::test]
    async fn a_power_cut_after_syncs_that_failed_loses_nothing_acknowledged() -> Result<()> {
        let seed = seed();
        let recording = record(seed, 7).await?;
        hold(&recording, seed, states().div_ceil(2)).await
    }
}

mod disk {
    use super::*;

    #[tokio::test]
    async fn each_file_operation_may_fail_once_while_serving() -> Result<()> {
        let mut data = Data::new()?;
        let faults = Faults::under(&mut data)?;
        let kiosks = Kiosks::enrol(&data, 8)?;
        let collector = Collector::start(&data, &SERVE)?;
        let (mut sent, mut refused) = (0, 0);
        const OPERATIONS: u64 = 60;
        for operation in 1..=OPERATIONS {
            let failed = faults.get(Cell::Failed)?;
            faults.set(Cell::FailAt, faults.get(Cell::Calls)? + operation)?;
            while faults.get(Cell::Failed)? == failed {
                let batch: Vec<u64> = (sent..sent + 1 + sent % 4).collect();
                sent += batch.len() as u64;
                refused += kiosks.deliver(&collector.address, &batch).await?;
            }
        }
        println!("{OPERATIONS} operations failed, {refused} requests refused, {sent} ratings");
        assert!(
            refused > 0,
            "no fault reached a rating, so the test proves nothing"
        );
        kiosks.deliver(&collector.address, &[sent]).await?;
        assert!(kiosks.ready(&collector.address).await?);
        collector.kill()?;
        let all: Vec<u64> = (0..=sent).collect();
        settle_up(&mut data, &kiosks, &all, sent + 1).await
    }

    #[tokio::test]
    async fn each_file_operation_may_fail_once_at_the_start() -> Result<()> {
        let mut seeded = Data::new()?;
        let kiosks = Kiosks::enrol(&seeded, 8)?;
        let collector = Collector::start(&seeded, &SERVE)?;
        let kept: Vec<u64> = (0..20).collect();
        kiosks.deliver(&collector.address, &kept).await?;
        collector.kill()?;
        seeded.clear_environment();
        let files = files_in(&seeded.path())?;

        let (mut starts, mut not_started) = (0, 0);
        for operation in (1..).step_by(usize::try_from(stride())?) {
            starts += 1;
            let mut data = data_of(&files, &seeded.path())?;
            let faults = Faults::under(&mut data)?;
            faults.set(Cell::FailAt, operation)?;
            let mut acknowledged = kept.clone();
            match Collector::start(&data, &SERVE) {
                Ok(collector) => {
                    let more: Vec<u64> = (20..25).collect();
                    kiosks
                        .deliver(&collector.address, &more)
                        .await
                        .with_context(|| {
                            format!("operation {operation}: {}", last_line(&data.log()))
                        })?;
                    acknowledged.extend(more);
                    collector.kill()?;
                }
                // It may refuse to start, with a reason, but not leave anything that keeps it from starting later.
                Err(_) => {
                    not_started += 1;
                    assert!(
                        !data.log().contains("panicked"),
                        "operation {operation}: {}",
                        data.log()
                    );
                    assert!(
                        !data.log().trim().is_empty(),
                        "operation {operation}: no reason is given"
                    );
                }
            }
            let reached = faults.get(Cell::Failed)? > 0;
            settle_up(&mut data, &kiosks, &acknowledged, 25)
                .await
                .with_context(|| format!("operation {operation} failed"))?;
            if !reached {
                break;
            }
        }
        println!(
            "{starts} starts, one operation failed in each but the last; {not_started} refused to start"
        );
        assert!(starts > 3, "no operation was made to fail");
        Ok(())
    }

    #[tokio::test]
    async fn each_file_operation_may_fail_once_on_the_first_day() -> Result<()> {
        let mut days = 0;
        for operation in (1..).step_by(usize::try_from(stride())?) {
            days += 1;
            let mut data = Data::new()?;
            let faults = Faults::under(&mut data)?;
            faults.set(Cell::FailAt, operation)?;
            let first_key =
                data.hai_long(&["key", "create", "--role", "device", "--name", "first"]);
            let reached = faults.get(Cell::Failed)? > 0;
            data.clear_environment();
            if let Err(error) = &first_key {
                assert!(
                    !error.to_string().contains("panicked"),
                    "operation {operation}: {error}"
                );
            }
            let kiosks = match first_key {
                Ok(key) => Kiosks::with_keys(vec![key])?,
                Err(_) => {
                    Kiosks::enrol(&data, 1).with_context(|| format!("operation {operation}"))?
                }
            };
            let collector = Collector::start(&data, &SERVE)?;
            kiosks.deliver(&collector.address, &[0]).await?;
            collector.kill()?;
            if !reached {
                break;
            }
        }
        println!("{days} first days, one operation failed in each but the last");
        assert!(days > 3, "no operation was made to fail");
        Ok(())
    }

    #[tokio::test]
    async fn syncs_and_writes_that_fail_again_and_again_cost_only_repeats() -> Result<()> {
        let mut data = Data::new()?;
        let faults = Faults::under(&mut data)?;
        let kiosks = Kiosks::enrol(&data, 8)?;
        let collector = Collector::start(&data, &SERVE)?;
        let (mut sent, mut refused_in_all) = (0, 0);
        for (cell, every) in [
            // A group of its own after a failure costs three syncs: file, folder, roll-ups. A shorter period starves it.
            (Cell::SyncEvery, 5),
            (Cell::SyncEvery, 7),
            (Cell::WriteEvery, 97),
            (Cell::WriteEvery, 200),
        ] {
            faults.set(cell, every)?;
            let failed = faults.get(Cell::Failed)?;
            let mut refused = 0;
            for size in 1..=30 {
                let batch: Vec<u64> = (sent..sent + size).collect();
                sent += size;
                refused += kiosks.deliver(&collector.address, &batch).await?;
            }
            faults.set(cell, 0)?;
            let failed = faults.get(Cell::Failed)? - failed;
            println!("{cell:?} {every}: {failed} operations failed, {refused} requests refused");
            assert!(failed > 0, "{cell:?} {every}: nothing failed");
            refused_in_all += refused;
        }
        assert!(
            refused_in_all > 0,
            "no fault reached a rating, so the test proves nothing"
        );
        kiosks.deliver(&collector.address, &[sent]).await?;
        assert!(kiosks.ready(&collector.address).await?);
        collector.kill()?;
        let all: Vec<u64> = (0..=sent).collect();
        settle_up(&mut data, &kiosks, &all, sent + 1).await
    }

    /// A condition of the disk that lasts until somebody mends it.
    async fn lasting(fault: Cell) -> Result<()> {
        let mut data = Data::new()?;
        let faults = Faults::under(&mut data)?;
        let kiosks = Kiosks::enrol(&data, 8)?;
        let collector = Collector::start(&data, &SERVE)?;
        let address = collector.address.as_str();
        let (mut sent, mut acknowledged) = (0, Vec::new());
        for round in 0..3 {
            kiosks.deliver(address, &[sent]).await?;
            acknowledged.push(sent);
            sent += 1;
            assert!(kiosks.ready(address).await?, "round {round}");

            faults.set(fault, 1)?;
            // SQLite may have room in its log that is free for use again; then a rating is truly stored.
            let mut refused = 0;
            while refused < 3 {
                let batch: Vec<u64> = (sent..sent + BATCH as u64).collect();
                sent += BATCH as u64;
                ensure!(sent < 9000, "the fault is never noticed");
                match kiosks.send(address, &batch).await? {
                    Told::Refused(detail) => {
                        ensure!(!detail.is_empty(), "a refusal without a reason");
                        refused += 1;
                    }
                    told => {
                        ensure!(told.all(&["stored"]), "{told:?}");
                        acknowledged.extend(batch);
                    }
                }
            }
            assert!(
                !kiosks.ready(address).await?,
                "round {round}: /readyz is green"
            );
            collector.get("/healthz").await?;
            // What is stored can still be read.
            assert_eq!(counted(&collector).await?, acknowledged.len() as u64);

            faults.set(fault, 0)?;
            // The devices go on trying; nobody else has to do anything.
            kiosks.deliver(address, &[sent]).await?;
            acknowledged.push(sent);
            sent += 1;
            assert!(
                kiosks.ready(address).await?,
                "round {round}: /readyz is red"
            );
        }
        collector.kill()?;
        settle_up(&mut data, &kiosks, &acknowledged, sent).await
    }

    #[tokio::test]
    async fn a_full_disk_acknowledges_nothing_and_heals_when_there_is_room() -> Result<()> {
        lasting(Cell::Full).await
    }

    #[tokio::test]
    async fn a_disk_that_turns_read_only_acknowledges_nothing_and_heals() -> Result<()> {
        lasting(Cell::ReadOnly).await
    }

    #[tokio::test]
    async fn a_read_only_folder_is_named_at_the_start() -> Result<()> {
        let mut data = Data::new()?;
        let faults = Faults::under(&mut data)?;
        let kiosks = Kiosks::enrol(&data, 1)?;
        faults.set(Cell::ReadOnly, 1)?;
        let error = Collector::start(&data, &SERVE)
            .err()
            .context("it serves what it cannot keep")?;
        let said = format!("{error:#}");
        println!("{said}");
        assert!(said.to_lowercase().contains("read-only"), "{said}");
        assert!(said.contains(&*data.path().to_string_lossy()), "{said}");
        faults.set(Cell::ReadOnly, 0)?;
        let collector = Collector::start(&data, &SERVE)?;
        kiosks.deliver(&collector.address, &[0]).await?;
        Ok(())
    }

    #[tokio::test]
    async fn a_page_of_noise_never_leads_to_a_false_acknowledgement() -> Result<()> {
        const PAGE: usize = 4096;
        let mut seeded = Data::new()?;
        let kiosks = Kiosks::enrol(&seeded, 8)?;
        let collector = Collector::start(&seeded, &SERVE)?;
        let kept: Vec<u64> = (0..500).collect();
        for batch in kept.chunks(BATCH) {
            kiosks.deliver(&collector.address, batch).await?;
        }
        collector.stop()?;
        seeded.clear_environment();
        let files = files_in(&seeded.path())?;
        let database = seeded.path().join(DATABASE);
        let pages = files.get(&database).context("a database")?.len() / PAGE;
        let mut chance = Rng::with_seed(1);
        let (mut found_by_verify, mut refused_start, mut refused, mut green, mut stored) =
            (0, 0, 0, 0, 0);
        let step = (pages / 24).max(1);
        let tried: Vec<usize> = (1..pages).step_by(step).collect();
        for &page in &tried {
            let mut files = files.clone();
            let bytes = files.get_mut(&database).context("a database")?;
            for byte in bytes.iter_mut().skip(page * PAGE).take(PAGE) {
                *byte = chance.u8(..);
            }
            let data = data_of(&files, &seeded.path())?;
            if let Err(error) = data.hai_long(&["verify"]) {
                found_by_verify += 1;
                let said = error.to_string();
                assert!(!said.contains("panicked"), "page {page}: {said}");
                if found_by_verify == 1 {
                    println!("verify says: {said}");
                }
            }
            let new = 1000;
            let mut acknowledged = false;
            match Collector::start(&data, &SERVE) {
                Ok(collector) => {
                    match kiosks.send(&collector.address, &[new]).await? {
                        Told::Refused(_) => {
                            refused += 1;
                            green += u32::from(kiosks.ready(&collector.address).await?);
                        }
                        told => {
                            ensure!(told.all(&["stored"]), "page {page}: {told:?}");
                            stored += 1;
                            acknowledged = true;
                        }
                    }
                    collector.kill()?;
                }
                Err(error) => {
                    refused_start += 1;
                    assert!(
                        !error.to_string().contains("panicked"),
                        "page {page}: {error}"
                    );
                }
            }
            if acknowledged {
                let collector = Collector::start(&data, &SERVE)?;
                let told = kiosks.send(&collector.address, &[new]).await?;
                assert!(told.all(&["duplicate"]), "page {page}: {told:?}");
            }
        }
        println!(
            "{} of {pages} pages: verify found {found_by_verify}; {refused_start} starts refused, {refused} ratings refused (/readyz green in {green}), {stored} stored and found again",
            tried.len()
        );
        assert!(found_by_verify > 0, "no damage was found");
        Ok(())
    }

    #[tokio::test]
    async fn a_locked_database_keeps_devices_waiting_or_sends_them_away_and_is_forgotten()
    -> Result<()> {
        let mut data = Data::new()?;
        let kiosks = Kiosks::enrol(&data, 2)?;
        let collector = Collector::start(&data, &SERVE)?;
        let address = &collector.address.clone();
        kiosks.deliver(address, &[0]).await?;
        let other = Connection::open(data.path().join(DATABASE))?;
        other.busy_timeout(PATIENCE)?;

        // A short lock: the device waits a little longer.
        other.execute_batch("BEGIN EXCLUSIVE")?;
        let mut waiting = Box::pin(kiosks.send(address, &[1]));
        let early = tokio::time::timeout(Duration::from_secs(1), &mut waiting).await;
        let early = early.ok().transpose()?;
        assert!(
            !matches!(early, Some(Told::Receipts(_))),
            "acknowledged under a lock: {early:?}"
        );
        other.execute_batch("ROLLBACK")?;
        if early.is_none() {
            let told = waiting.await?;
            assert!(told.all(&["stored"]), "{told:?}");
        }

        // A long one: the device is sent away, and nothing is acknowledged.
        other.execute_batch("BEGIN EXCLUSIVE")?;
        let told = kiosks.send(address, &[2]).await?;
        assert!(
            matches!(told, Told::Refused(_)),
            "acknowledged under a lock: {told:?}"
        );
        until("/readyz to turn red", PATIENCE, async || {
            Ok((!kiosks.ready(address).await?).then_some(()))
        })
        .await?;
        other.execute_batch("ROLLBACK")?;
        drop(other);
        kiosks.deliver(address, &[1, 2]).await?;
        assert!(kiosks.ready(address).await?);
        collector.kill()?;
        settle_up(&mut data, &kiosks, &[0, 1, 2], 3).await
    }
}

mod clock {
    use super::*;

    const HOUR: i64 = 3600;

    #[tokio::test]
    async fn a_clock_at_1970_at_2036_or_jumping_by_hours_loses_and_doubles_nothing() -> Result<()> {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)?
            .as_secs();
        let now = i64::try_from(now)?;
        let to_2036 = 2_086_000_000 - now;
        let mut data = Data::new()?;
        let faults = Faults::under(&mut data)?;
        let kiosks = Kiosks::enrol(&data, 8)?;
        let mut collector = Collector::start(&data, &SERVE)?;
        let mut sent: u64 = 0;
        for ahead in [
            0,
            5 * HOUR,
            -7 * HOUR,
            60 - now,
            24 * HOUR,
            to_2036,
            to_2036 + 3 * HOUR,
            60 - now,
            0,
        ] {
            faults.set_clock_ahead(ahead)?;
            let batch: Vec<u64> = (sent..sent + 20).collect();
            let told = kiosks.send(&collector.address, &batch).await?;
            assert!(told.all(&["stored"]), "clock ahead by {ahead} s: {told:?}");
            sent += 20;
            let all: Vec<u64> = (0..sent).collect();
            let missing = kiosks.missing(&collector.address, &all).await?;
            assert!(
                missing.is_empty(),
                "clock ahead by {ahead} s: lost {missing:?}"
            );
            assert!(
                kiosks.ready(&collector.address).await?,
                "clock ahead by {ahead} s"
            );
            assert_eq!(counted(&collector).await?, sent, "clock ahead by {ahead} s");
            // The machine reboots with the clock it has.
            collector.kill()?;
            assert!(!data.log().contains("panicked"), "{}", data.log());
            collector = Collector::start(&data, &SERVE)?;
            assert_eq!(
                counted(&collector).await?,
                sent,
                "clock ahead by {ahead} s, restarted"
            );
        }
        collector.kill()?;
        let all: Vec<u64> = (0..sent).collect();
        settle_up(&mut data, &kiosks, &all, sent).await
    }
}

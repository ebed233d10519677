//! The power goes: recorded runs, replayed to crash states.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, ensure};
use end_to_end::collector::{Collector, Data};
use end_to_end::faults::{Cell, Faults};
use end_to_end::kiosks::Kiosks;
use end_to_end::replay::{Disk, Files, Syncs, Trace};
use fastrand::Rng;
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::{DATABASE, SERVE, counted, data_of, files_in, number_from, states};

const KIOSKS: usize = 6;

/// A run under the recorder.
struct Recording {
    data: Data,
    trace: Trace,
    kiosks: Arc<Kiosks>,
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
    let faults = Arc::new(Faults::recording(&mut data)?);
    let kiosks = Arc::new(Kiosks::enrol(&data, KIOSKS)?);
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
        let mut clients = JoinSet::new();
        for _ in 0..KIOSKS {
            let batches: Vec<Vec<u64>> = (0..12)
                .map(|_| {
                    let first = sent;
                    sent += chance.u64(1..8);
                    (first..sent).collect()
                })
                .collect();
            let (kiosks, faults) = (Arc::clone(&kiosks), Arc::clone(&faults));
            let address = collector.address.clone();
            clients.spawn(async move {
                let mut told = Vec::new();
                for batch in batches {
                    kiosks.deliver(&address, &batch).await?;
                    let position = faults.position()?;
                    told.extend(batch.into_iter().map(|number| (number, position)));
                }
                anyhow::Ok(told)
            });
        }
        while let Some(told) = clients.join_next().await {
            acknowledged.extend(told??);
        }
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

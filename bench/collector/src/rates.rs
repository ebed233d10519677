//! Durable ratings a second, beside the machine's limits: all of them in turn, round after round.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::{Context, Result};
use collector::forms::FormBook;

use crate::clients::{Load, Target, send};
use crate::figures::{Disk, Held, Ratios, Throughput};
use crate::raw::{Bare, Sync, syncs};
use crate::served::{Served, copy};
use crate::spread::Spread;

/// What is sent, least first.
const LOADS: [Load; 6] = [
    load(1, 1),
    load(16, 1),
    load(64, 1),
    load(1, 50),
    load(16, 50),
    load(64, 50),
];

const fn load(clients: u64, batch: u64) -> Load {
    Load { clients, batch }
}

/// Wait after a start before memory at rest is read: what starting needed has been given back by then.
const REST: Duration = Duration::from_secs(2);

/// What all rounds need.
pub struct Rates<'a> {
    /// The release binary.
    pub binary: &'a Path,
    /// A data folder with units, dossiers and device keys; every round begins with a copy of it.
    pub base: &'a Path,
    /// Where copies go.
    pub work: PathBuf,
    /// The device keys.
    pub keys: Arc<Vec<String>>,
    /// The forms, for the bare database.
    pub forms: Arc<FormBook>,
    /// How often.
    pub rounds: usize,
    /// How long each thing is measured each time.
    pub slot: Duration,
}

/// What the rounds gave for one load.
#[derive(Default)]
struct Series {
    collector: Vec<f64>,
    p50: Vec<f64>,
    p95: Vec<f64>,
    json: Vec<f64>,
    bare: Vec<f64>,
    sqlite: Vec<f64>,
}

impl Rates<'_> {
    /// Measures.
    pub async fn run(&self) -> Result<(Disk, Vec<Throughput>, Held)> {
        let mut series: Vec<Series> = LOADS.iter().map(|_| Series::default()).collect();
        let (mut all, mut data) = (Vec::new(), Vec::new());
        let (mut rest, mut peak) = (Vec::new(), Vec::new());
        for round in 1..=self.rounds {
            let folder = copy(self.base, &self.work.join(format!("round-{round}")))?;
            let mut sqlite = Bare::new(
                &self.work.join(format!("bare-{round}")),
                Arc::clone(&self.forms),
            )?;
            let collector = Served::collector(self.binary, &folder).await?;
            tokio::time::sleep(REST).await;
            rest.push(collector.memory()?.resident);
            let empty = Served::empty().await?;
            let next = Arc::new(AtomicU64::new(0));
            for (load, series) in LOADS.iter().zip(&mut series) {
                let to = |server: &Served, path: String| Target {
                    address: server.address.clone(),
                    path,
                    keys: Arc::clone(&self.keys),
                };
                let sent = send(
                    &to(&collector, "/api/v1/responses".into()),
                    *load,
                    self.slot,
                    &next,
                )
                .await?;
                series.collector.push(sent.per_second);
                series.p50.push(sent.p50_ms);
                series.p95.push(sent.p95_ms);
                let other = Arc::new(AtomicU64::new(0));
                let json = send(&to(&empty, "/json".into()), *load, self.slot, &other).await?;
                series.json.push(json.per_second);
                let path = format!("/bare/{}", load.batch);
                let bare = send(&to(&empty, path), *load, self.slot, &other).await?;
                series.bare.push(bare.per_second);
                let (group, slot) = (load.clients * load.batch, self.slot);
                let (back, rate) = tokio::task::spawn_blocking(move || {
                    let rate = sqlite.groups(group, slot);
                    (sqlite, rate)
                })
                .await?;
                sqlite = back;
                series.sqlite.push(rate?);
                eprintln!(
                    "      round {round}/{}: {:>2} × {:>2}: collector {:>7.0}/s, JSON handler {:>7.0}/s, empty handler {:>7.0}/s, SQLite alone {:>7.0}/s",
                    self.rounds,
                    load.clients,
                    load.batch,
                    sent.per_second,
                    json.per_second,
                    bare.per_second,
                    series.sqlite.last().copied().unwrap_or_default()
                );
            }
            peak.push(collector.memory()?.peak);
            collector.stop().await?;
            for (how, into) in [(Sync::All, &mut all), (Sync::Data, &mut data)] {
                into.push(syncs(&self.work, how, self.slot)?);
            }
            drop(sqlite);
            std::fs::remove_dir_all(&folder)?;
            std::fs::remove_dir_all(self.work.join(format!("bare-{round}")))?;
        }
        let spread = |values: &[f64], decimals| Spread::of(values, decimals).context("no rounds");
        let disk = Disk {
            fsync_per_second: spread(&all, 0)?,
            fdatasync_per_second: spread(&data, 0)?,
        };
        let held = Held {
            rest_mb: spread(&rest, 1)?,
            load_peak_mb: spread(&peak, 1)?,
        };
        let throughput = LOADS
            .iter()
            .zip(&series)
            .map(|(load, series)| series.figures(*load).context("no rounds"))
            .collect::<Result<_>>()?;
        Ok((disk, throughput, held))
    }
}

impl Series {
    fn figures(&self, load: Load) -> Option<Throughput> {
        let ratio = |limit: &[f64]| Spread::of_ratios(&self.collector, limit);
        Some(Throughput {
            clients: load.clients,
            batch: load.batch,
            collector: Spread::of(&self.collector, 0)?,
            p50_ms: Spread::of(&self.p50, 2)?,
            p95_ms: Spread::of(&self.p95, 2)?,
            json_handler: Spread::of(&self.json, 0)?,
            bare_handler: Spread::of(&self.bare, 0)?,
            sqlite: Spread::of(&self.sqlite, 0)?,
            ratios: Ratios {
                json_handler: ratio(&self.json)?,
                bare_handler: ratio(&self.bare)?,
                sqlite: ratio(&self.sqlite)?,
            },
        })
    }
}

//! What the collector promises when the disk, the power or the clock fails below it: nothing acknowledged is lost,
//! nothing is counted twice, and it recovers by itself (`docs/durability.md`).
//!
//! `FAULT_STATES` says how many crash states are tried (40; the harness uses 500), `FAULT_SEED` repeats a run.

mod clock;
mod disk;
mod file;
mod power;

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use end_to_end::collector::{Collector, Data};
use end_to_end::kiosks::Kiosks;
use end_to_end::replay::Files;

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

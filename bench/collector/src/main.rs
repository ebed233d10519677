//! `collector-bench`: what the collector costs, beside what the machine allows, in one run. `README.md` tells what is
//! done and what the figures mean; `cargo xtask bench collector` builds and calls this.

mod clients;
mod empty;
mod figures;
mod index;
mod machine;
mod rates;
mod ratings;
mod raw;
mod reports;
mod served;
mod spread;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use collector::auth;
use collector::forms::FormBook;
use collector::store::sqlite::SqliteStore;
use collector::store::{Key, Role, Store};
use jiff::Timestamp;

use crate::clients::{Load, Target, send};
use crate::figures::{Figures, Import, StartUp};
use crate::index::Set;
use crate::rates::Rates;
use crate::ratings::{DOSSIERS, FORM, Year};
use crate::served::{Served, command, copy};
use crate::spread::Spread;

/// Devices that send: as many as a province has, and enough that none is told to slow down.
const DEVICES: usize = 2_000;

/// How often each question is asked and each page opened.
const REPEATS: usize = 15;

/// Measures the collector on this machine.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// The release binary of the collector.
    #[arg(long, default_value = "target/release/hai-long")]
    binary: PathBuf,
    /// Where the figures go [default: collector.json or reports.json in docs/benchmarks]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Folder for throw-away data, on the disk that is to be measured.
    #[arg(long, default_value = "target/bench-collector")]
    work: PathBuf,
    /// Rounds over all loads; 1 with --quick.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// One short round and small sets: shows that all works, proves nothing.
    #[arg(long)]
    quick: bool,
    /// Also a set of 10 million responses (several minutes and 3 GB of disk).
    #[arg(long, conflicts_with = "quick")]
    large: bool,
}

impl Arguments {
    fn out(&self, usual: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| usual.into())
    }
}

#[derive(Subcommand)]
enum Part {
    /// Serve the empty handlers (called by the measuring itself).
    #[command(hide = true)]
    Empty,
    /// Measure imports and the officers' pages instead.
    Reports,
    /// Load one set and ask it: to compare two builds.
    Index {
        /// Ratings in the set.
        #[arg(long, default_value_t = 1_000_000)]
        responses: u64,
    },
    /// Send one load to each binary in turn: for a profiler, or to compare two builds.
    Load {
        /// Connections, each with one request under way.
        #[arg(long, default_value_t = 64)]
        clients: u64,
        /// Ratings in a request.
        #[arg(long, default_value_t = 1)]
        batch: u64,
        /// How long each binary is measured in each round.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
        /// How often.
        #[arg(long, default_value_t = 1)]
        rounds: usize,
        /// The binaries.
        #[arg(default_value = "target/release/hai-long")]
        binaries: Vec<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.part {
        Some(Part::Empty) => empty::serve().await,
        Some(Part::Load {
            clients,
            batch,
            seconds,
            rounds,
            binaries,
        }) => {
            let load = Load {
                clients: *clients,
                batch: *batch,
            };
            let slot = Duration::from_secs(*seconds);
            compare(&arguments.work, binaries, load, slot, *rounds).await
        }
        Some(Part::Reports) => {
            std::fs::create_dir_all(&arguments.work)?;
            let work = tempfile::tempdir_in(&arguments.work)?;
            let binary = arguments
                .binary
                .canonicalize()
                .with_context(|| format!("{} is not built", arguments.binary.display()))?;
            let repeats = if arguments.quick { 1 } else { REPEATS };
            let out = arguments.out("docs/benchmarks/reports.json");
            reports::measure(&binary, work.path(), &out, repeats, arguments.quick).await
        }
        Some(Part::Index { responses }) => one_set(&arguments, *responses).await,
        None => measure(&arguments).await,
    }
}

/// Loads and asks one set, and prints the figures.
async fn one_set(arguments: &Arguments, total: u64) -> Result<()> {
    std::fs::create_dir_all(&arguments.work)?;
    let work = tempfile::tempdir_in(&arguments.work)?;
    let base = work.path().join("base");
    import(&arguments.binary, work.path(), &base, 1).await?;
    // The first start makes the pseudonym key, which no folder with ratings may lack.
    start(&arguments.binary, &base, 0, 1).await?;
    let forms = Arc::new(FormBook::load(&base)?);
    let set = Set {
        binary: &arguments.binary,
        base: &base,
        folder: work.path().join("set"),
        forms,
        year: Year {
            total,
            units: units_of(total),
        },
        repeats: REPEATS,
    };
    println!("{}", serde_json::to_string_pretty(&set.run().await?)?);
    Ok(())
}

/// Units of a set of so many ratings.
fn units_of(total: u64) -> u64 {
    (total * 11 / 10_000).clamp(110, 11_000)
}

/// Sends the load to each binary in turn, each round on new copies of the same data, and tells what came of it.
async fn compare(
    work: &Path,
    binaries: &[PathBuf],
    load: Load,
    slot: Duration,
    rounds: usize,
) -> Result<()> {
    std::fs::create_dir_all(work)?;
    let work = tempfile::tempdir_in(work)?;
    let base = work.path().join("base");
    let first = binaries.first().context("no binary")?;
    import(first, work.path(), &base, 1).await?;
    let keys = Arc::new(keys(&base, &Arc::new(FormBook::load(&base)?)).await?);
    let mut rates = vec![Vec::new(); binaries.len()];
    for round in 1..=rounds {
        for (binary, rates) in binaries.iter().zip(&mut rates) {
            let folder = copy(&base, &work.path().join("round"))?;
            let collector = Served::collector(binary, &folder).await?;
            let target = Target {
                address: collector.address.clone(),
                path: "/api/v1/responses".into(),
                keys: Arc::clone(&keys),
            };
            let sent = send(&target, load, slot, &Arc::default()).await?;
            println!(
                "round {round}: {}: {:.0} ratings a second, p50 {:.2} ms, p95 {:.2} ms",
                binary.display(),
                sent.per_second,
                sent.p50_ms,
                sent.p95_ms
            );
            rates.push(sent.per_second);
            collector.stop().await?;
            std::fs::remove_dir_all(&folder)?;
        }
    }
    for (binary, own) in binaries.iter().zip(&rates).skip(1) {
        let ratio = Spread::of_ratios(own, &rates[0]).context("no rounds")?;
        println!("{} to the first: {ratio:?}", binary.display());
    }
    Ok(())
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let load_before = machine::load()?;
    std::fs::create_dir_all(&arguments.work)?;
    let work = tempfile::tempdir_in(&arguments.work)?;
    let binary = arguments
        .binary
        .canonicalize()
        .with_context(|| format!("{} is not built", arguments.binary.display()))?;
    let (rounds, slot, repeats) = if arguments.quick {
        (1, Duration::from_millis(300), 3)
    } else {
        (arguments.rounds, Duration::from_millis(1_500), REPEATS)
    };

    let base = work.path().join("base");
    eprintln!("[1/4] Importing {DOSSIERS} dossiers");
    let import = import(&binary, work.path(), &base, if rounds > 1 { 3 } else { 1 }).await?;
    let forms = Arc::new(FormBook::load(&base)?);
    let keys = Arc::new(keys(&base, &forms).await?);

    eprintln!("[2/4] Ratings a second, {rounds} rounds");
    let (disk, throughput, memory) = Rates {
        binary: &binary,
        base: &base,
        work: work.path().to_owned(),
        keys,
        forms: Arc::clone(&forms),
        rounds,
        slot,
    }
    .run()
    .await?;

    eprintln!("[3/4] The index");
    let sizes: &[u64] = match (arguments.quick, arguments.large) {
        (true, _) => &[10_000],
        (_, false) => &[10_000, 1_000_000],
        (_, true) => &[10_000, 1_000_000, 10_000_000],
    };
    let (mut index, mut start_up) = (Vec::new(), Vec::new());
    start_up.push(start(&binary, &base, 0, repeats).await?);
    for total in sizes {
        let set = Set {
            binary: &binary,
            base: &base,
            folder: work.path().join(format!("set-{total}")),
            forms: Arc::clone(&forms),
            year: Year {
                total: *total,
                units: units_of(*total),
            },
            repeats,
        };
        index.push(set.run().await?);
        start_up.push(start(&binary, &set.folder, *total, repeats).await?);
        std::fs::remove_dir_all(&set.folder)?;
    }

    let out = arguments.out("docs/benchmarks/collector.json");
    eprintln!("[4/4] Writing {}", out.display());
    let figures = Figures {
        schema: 1,
        date: Timestamp::now().strftime("%Y-%m-%dT%H:%MZ").to_string(),
        quick: arguments.quick,
        machine: machine::machine(load_before)?,
        versions: machine::versions()?,
        rounds,
        slot_seconds: slot.as_secs_f64(),
        disk,
        throughput,
        memory,
        start_up,
        import,
        index,
    };
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&out, serde_json::to_string_pretty(&figures)? + "\n")?;
    Ok(())
}

/// Imports the dossiers into new folders; leaves the last one as `base`.
async fn import(binary: &Path, work: &Path, base: &Path, times: usize) -> Result<Import> {
    let procedures = work.join("procedures.csv");
    std::fs::write(&procedures, ratings::procedure_file())?;
    let dossiers = work.join("dossiers.csv");
    std::fs::write(&dossiers, ratings::dossier_file()?)?;
    let mut seconds = Vec::new();
    for time in 0..times {
        let folder = work.join(format!("import-{time}"));
        std::fs::create_dir_all(folder.join("forms"))?;
        std::fs::write(folder.join("forms/bench-22.v1.json"), FORM)?;
        let words = |kind, file: &Path| {
            let file = file.to_string_lossy().into_owned();
            ["import".to_owned(), kind, file]
        };
        let procedures = words("procedures".to_owned(), &procedures);
        command(binary, &procedures.each_ref().map(String::as_str), &folder).await?;
        let dossiers = words("dossiers".to_owned(), &dossiers);
        let took = command(binary, &dossiers.each_ref().map(String::as_str), &folder).await?;
        eprintln!("      {took:.1} s");
        seconds.push(took);
        if time + 1 == times {
            std::fs::rename(&folder, base)?;
        } else {
            std::fs::remove_dir_all(&folder)?;
        }
    }
    Ok(Import {
        dossiers: DOSSIERS,
        seconds: Spread::of(&seconds, 2).context("no imports")?,
    })
}

/// Device keys in a data folder, made through the store as `hai-long key create` makes them.
async fn keys(folder: &Path, forms: &Arc<FormBook>) -> Result<Vec<String>> {
    let store = SqliteStore::open(folder, Arc::clone(forms))?;
    store.upsert_units(ratings::units(110)).await?;
    let mut secrets = Vec::with_capacity(DEVICES);
    for number in 0..DEVICES {
        let secret = auth::new_secret(Role::Device)?;
        store
            .add_key(Key {
                name: format!("kiosk-{number}"),
                role: Role::Device,
                hash: auth::hash_secret(&secret),
                device: None,
                created_at: Timestamp::now(),
            })
            .await?;
        secrets.push(secret);
    }
    store.close();
    Ok(secrets)
}

/// From the start of the process to its first answer, on a folder that was closed in good order.
async fn start(binary: &Path, folder: &Path, responses: u64, times: usize) -> Result<StartUp> {
    let mut all = Vec::new();
    for _ in 0..times {
        let served = Served::collector(binary, folder).await?;
        all.push(served.start_ms);
        served.stop().await?;
    }
    Ok(StartUp {
        responses,
        ms: Spread::of(&all, 1).context("no starts")?,
    })
}

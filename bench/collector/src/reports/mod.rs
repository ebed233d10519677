//! What a province's data cost to import, and how long officers wait for their pages, over a real socket.

mod data;
mod pages;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use collector::auth;
use collector::forms::FormBook;
use collector::intake::pseudonym::PseudonymKey;
use collector::intake::{Intake, Sender};
use collector::store::sqlite::SqliteStore;
use collector::store::{DeviceSettings, Key, Role, Store, User};
use hyper::{Method, Request, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use survey::kiosk::KioskSettings;
use survey::response::{Batch, Response, Status};
use tokio::task::JoinSet;

use crate::clients::{Answer, Connection};
use crate::figures::{Machine, Versions};
use crate::machine;
use crate::served::{Served, command};
use crate::spread::{Spread, rounded};

use self::data::{Data, Size};
use self::pages::{GOAL_MS, Question};

/// The officer who asks.
const OFFICER: (&str, &str) = ("bench", "mot mat khau dai");
/// Lines of one `PUT /api/v1/dossiers`, as docs/feed.md recommends.
const PART: usize = 5_000;
/// Batches of ratings under way.
const IN_FLIGHT: usize = 16;

/// The figures' file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    schema: u32,
    date: String,
    quick: bool,
    machine: Machine,
    versions: Versions,
    dossiers: u64,
    ratings: u64,
    units: u64,
    repeats: usize,
    goal_ms: f64,
    imports: Vec<Import>,
    ratings_seconds: f64,
    /// One quarter: counted, protected and kept.
    publish_seconds: f64,
    /// The first question about coverage after a start, which looks for every dossier.
    first_coverage_ms: f64,
    pages: Vec<Page>,
    /// Pages that answer such a question with something other than themselves.
    others: Vec<Other>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Import {
    way: &'static str,
    seconds: f64,
    rows_per_minute: f64,
}

#[derive(Serialize)]
struct Page {
    name: String,
    ms: Spread,
    bytes: usize,
}

#[derive(Serialize)]
struct Other {
    name: String,
    status: u16,
}

/// Measures, and writes the figures to `out`.
pub async fn measure(
    binary: &Path,
    work: &Path,
    out: &Path,
    repeats: usize,
    quick: bool,
) -> Result<()> {
    let load_before = machine::load()?;
    let size = if quick {
        Size {
            dossiers: 20_000,
            ratings: 6_000,
        }
    } else {
        Size {
            dossiers: 200_000,
            ratings: 60_000,
        }
    };
    eprintln!("[1/4] Making {} dossiers", size.dossiers);
    let mut made = data::data(size)?;
    let ratings = std::mem::take(&mut made.ratings);
    let base = work.join("reports");
    eprintln!("[2/4] Importing them twice: from a file, and over HTTP");
    let imports = vec![
        by_file(binary, work, &base, &made, size.dossiers).await?,
        by_feed(binary, work, &made, size.dossiers).await?,
    ];
    for one in &imports {
        eprintln!(
            "      {}: {:.1} s, {:.0} rows a minute",
            one.way, one.seconds, one.rows_per_minute
        );
    }
    let ratings_seconds = rate(&base, ratings).await?;
    let publish_seconds = publish(binary, &base).await?;
    eprintln!("[3/4] Asking every page {repeats} times");
    let served = Served::collector(binary, &base).await?;
    let mut officer = Officer::sign_in(&served.address).await?;
    let admin = admin(&base).await?;
    let mut asked = Vec::new();
    let started = Instant::now();
    officer
        .ask("/api/v1/coverage?by=unit", Some(&admin))
        .await?;
    let first_coverage_ms = rounded(ms(started), 1);
    let mut others = Vec::new();
    let by_api = pages::api().into_iter().map(|question| (question, true));
    let by_page = pages::staff().into_iter().chain(pages::published());
    for (question, by_key) in by_page.map(|question| (question, false)).chain(by_api) {
        let key = by_key.then_some(admin.as_str());
        match officer.measure(&question, key, repeats).await? {
            Ok(page) => {
                eprintln!("      {:8.1} ms  {}", page.ms.median, page.name);
                asked.push(page);
            }
            Err(status) => others.push(Other {
                name: question.name,
                status: status.as_u16(),
            }),
        }
    }
    served.stop().await?;
    let worst = asked.iter().map(|page| page.ms.median).fold(0.0, f64::max);
    eprintln!(
        "      worst median {worst:.1} ms: the goal of {GOAL_MS} ms is {}",
        if worst < GOAL_MS { "met" } else { "missed" }
    );
    eprintln!("[4/4] Writing {}", out.display());
    let figures = Figures {
        schema: 1,
        date: Timestamp::now().strftime("%Y-%m-%dT%H:%MZ").to_string(),
        quick,
        machine: machine::machine(load_before)?,
        versions: machine::versions()?,
        dossiers: size.dossiers,
        ratings: size.ratings,
        units: data::UNITS,
        repeats,
        goal_ms: GOAL_MS,
        imports,
        ratings_seconds,
        publish_seconds,
        first_coverage_ms,
        pages: asked,
        others,
    };
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(out, serde_json::to_string_pretty(&figures)? + "\n")?;
    Ok(())
}

fn ms(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1_000.0
}

fn import_of(way: &'static str, seconds: f64, rows: u64) -> Import {
    Import {
        way,
        seconds: rounded(seconds, 2),
        rows_per_minute: (rows as f64 / seconds * 60.0).round(),
    }
}

/// A new data folder with units, procedures, a key and an account.
async fn prepare(binary: &Path, work: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let procedures = work.join("procedures.csv");
    std::fs::write(&procedures, data::procedure_file())?;
    let file = procedures.to_string_lossy().into_owned();
    command(binary, &["import", "procedures", &file], folder).await?;
    let store = SqliteStore::open(folder, Arc::new(FormBook::load(folder)?))?;
    store.upsert_units(data::units()).await?;
    store.tell_unit_changes(data::unit_changes()).await?;
    store
        .feed_reports(data::citizen_reports()?, "bench", Timestamp::now())
        .await?;
    for (name, unit) in data::kiosks() {
        let device = DeviceSettings {
            unit,
            form: "one-stop-quick".to_owned(),
            kiosk: KioskSettings::default(),
        };
        store
            .add_key(Key {
                hash: auth::hash_secret(&auth::new_secret(Role::Device)?),
                name,
                role: Role::Device,
                device: Some(device),
                created_at: Timestamp::now(),
            })
            .await?;
    }
    store
        .put_user(User {
            name: OFFICER.0.into(),
            password_hash: auth::hash_password(OFFICER.1)?,
            role: Role::Admin,
            branch: None,
            disabled_at: None,
        })
        .await?;
    store.close();
    Ok(())
}

/// A key of an administrator, made through the store as `hai-long key create` makes it.
pub async fn admin(folder: &Path) -> Result<String> {
    let store = SqliteStore::open(folder, Arc::new(FormBook::load(folder)?))?;
    let secret = auth::new_secret(Role::Admin)?;
    store
        .add_key(Key {
            name: "bench-admin".into(),
            role: Role::Admin,
            hash: auth::hash_secret(&secret),
            device: None,
            created_at: Timestamp::now(),
        })
        .await?;
    store.close();
    Ok(secret)
}

/// `hai-long import dossiers`, into the folder that is asked afterwards.
async fn by_file(
    binary: &Path,
    work: &Path,
    folder: &Path,
    data: &Data,
    rows: u64,
) -> Result<Import> {
    prepare(binary, work, folder).await?;
    let file = work.join("dossiers.csv");
    std::fs::write(&file, data.header.to_owned() + &data.lines.concat())?;
    let file = file.to_string_lossy().into_owned();
    let seconds = command(binary, &["import", "dossiers", &file], folder).await?;
    Ok(import_of("hai-long import dossiers", seconds, rows))
}

/// `PUT /api/v1/dossiers`, part after part.
async fn by_feed(binary: &Path, work: &Path, data: &Data, rows: u64) -> Result<Import> {
    let folder = work.join("feed");
    prepare(binary, work, &folder).await?;
    let key = admin(&folder).await?;
    let served = Served::collector(binary, &folder).await?;
    let mut connection = Connection::open(&served.address).await?;
    let started = Instant::now();
    for part in data.lines.chunks(PART) {
        let request = Request::put("/api/v1/dossiers")
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "text/csv");
        let body = data.header.to_owned() + &part.concat();
        let answer = connection.send(request, body).await?;
        ensure!(
            answer.status == StatusCode::OK,
            "PUT /api/v1/dossiers: {}",
            answer.status
        );
    }
    let seconds = started.elapsed().as_secs_f64();
    served.stop().await?;
    std::fs::remove_dir_all(&folder)?;
    Ok(import_of("PUT /api/v1/dossiers", seconds, rows))
}

/// Sends the ratings through the intake, as an administrator's import does; the seconds that it took.
async fn rate(folder: &Path, ratings: Vec<Response>) -> Result<f64> {
    let forms = Arc::new(FormBook::load(folder)?);
    let store = Arc::new(SqliteStore::open(folder, Arc::clone(&forms))?);
    let key = PseudonymKey::load_or_create(folder)?;
    let intake = Arc::new(Intake::new(
        forms,
        Arc::clone(&store) as Arc<dyn Store>,
        key,
    ));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    let mut ratings = ratings.into_iter().peekable();
    loop {
        while tasks.len() < IN_FLIGHT && ratings.peek().is_some() {
            let batch: Vec<Response> = ratings.by_ref().take(Batch::MAX).collect();
            let intake = Arc::clone(&intake);
            tasks.spawn(async move { intake.receive(batch, &Sender::Operator).await });
        }
        let Some(receipts) = tasks.join_next().await else {
            break;
        };
        for receipt in receipts?? {
            if receipt.status == Status::Rejected {
                bail!(
                    "a rating was refused: {:?} {:?}",
                    receipt.code,
                    receipt.faults
                );
            }
        }
    }
    store.close();
    Ok(rounded(started.elapsed().as_secs_f64(), 2))
}

/// `hai-long publish make` for each quarter; the seconds that the slowest took.
async fn publish(binary: &Path, folder: &Path) -> Result<f64> {
    let mut slowest = 0.0_f64;
    for quarter in pages::QUARTERS {
        let order = [
            "--form",
            "one-stop-quick",
            "--period",
            quarter,
            "--tables",
            pages::TABLES,
        ];
        let words: Vec<&str> = ["publish", "make"].into_iter().chain(order).collect();
        slowest = slowest.max(command(binary, &words, folder).await?);
    }
    Ok(rounded(slowest, 2))
}

/// A signed-in browser that keeps one connection open.
struct Officer {
    connection: Connection,
    cookie: String,
}

impl Officer {
    async fn sign_in(address: &str) -> Result<Self> {
        let mut connection = Connection::open(address).await?;
        let request = Request::post("/staff/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = format!(
            "name={}&password={}",
            OFFICER.0,
            OFFICER.1.replace(' ', "+")
        );
        let answer = connection.send(request, body).await?;
        let cookie = answer
            .cookie
            .with_context(|| format!("no session: {}", answer.status))?;
        Ok(Self { connection, cookie })
    }

    async fn ask(&mut self, path: &str, key: Option<&str>) -> Result<Answer> {
        let request = Request::builder().method(Method::GET).uri(path);
        let request = match key {
            Some(key) => request.header(header::AUTHORIZATION, format!("Bearer {key}")),
            None => request.header(header::COOKIE, &self.cookie),
        };
        self.connection.send(request, String::new()).await
    }

    /// Asks several times; the status when it is no answer to the question.
    async fn measure(
        &mut self,
        question: &Question,
        key: Option<&str>,
        repeats: usize,
    ) -> Result<std::result::Result<Page, StatusCode>> {
        let (mut times, mut bytes) = (Vec::new(), 0);
        for _ in 0..repeats {
            let started = Instant::now();
            let answer = self.ask(&question.path, key).await?;
            times.push(ms(started));
            if answer.status != StatusCode::OK {
                return Ok(Err(answer.status));
            }
            bytes = answer.body.len();
        }
        Ok(Ok(Page {
            name: question.name.clone(),
            ms: Spread::of(&times, 1).context("no repeats")?,
            bytes,
        }))
    }
}

//! A real intake on a real store in a folder of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use collector::intake::pseudonym::PseudonymKey;
use collector::intake::{Intake, Sender};
use collector::store::sqlite::SqliteStore;
use collector::store::{CellQuery, DeviceSettings, Dimension, Key, Role, Store, Verification};
use jiff::{SignedDuration, Timestamp};
use survey::cell::Cell;
use survey::response::{Receipt, Response};
use tempfile::TempDir;

use crate::store_fixture::{day, forms, key, moment};

/// The true time, which only the model moves.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    /// Now.
    pub fn now(&self) -> Timestamp {
        moment("2026-08-04T03:00:00Z") + SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }

    /// A minute later.
    pub fn pass(&self) {
        self.0.fetch_add(60, Ordering::Relaxed);
    }
}

/// A collector that can be ended and started again.
pub struct Collector {
    folder: TempDir,
    time: Time,
    running: Running,
}

struct Running {
    store: Arc<SqliteStore>,
    intake: Arc<Intake>,
}

impl Running {
    fn start(folder: &TempDir, time: &Time) -> Self {
        let store = Arc::new(SqliteStore::open(folder.path(), forms()).expect("a store"));
        let pseudonyms = PseudonymKey::load_or_create(folder.path()).expect("a key");
        let time = time.clone();
        let intake = Intake::new(forms(), Arc::clone(&store) as Arc<dyn Store>, pseudonyms)
            .with_clock(Arc::new(move || time.now()));
        Self {
            store,
            intake: Arc::new(intake),
        }
    }
}

impl Collector {
    /// A collector without any data.
    pub fn new(time: &Time) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            running: Running::start(&folder, time),
            time: time.clone(),
            folder,
        }
    }

    /// Ends it and starts it on what is on the disk.
    pub fn restart(&mut self) {
        self.running.store.close();
        self.running = Running::start(&self.folder, &self.time);
    }

    /// Takes a batch, now or in a task of its own.
    pub fn receive(
        &self,
        unit: &str,
        batch: Vec<Response>,
    ) -> impl Future<Output = Vec<Receipt>> + use<> {
        let intake = Arc::clone(&self.running.intake);
        let sender = Sender::Key(Key {
            name: unit.to_owned(),
            role: Role::Device,
            hash: [0; 32],
            device: Some(DeviceSettings {
                unit: unit.to_owned(),
                form: "t".into(),
                ..DeviceSettings::default()
            }),
            created_at: self.time.now(),
        });
        async move { intake.receive(batch, &sender).await.expect("receipts") }
    }

    /// What the index counts, by touchpoint.
    pub async fn count(&self) -> BTreeMap<String, Cell> {
        let query = CellQuery {
            form: key(),
            from: day("2026-01-01"),
            to: day("2026-12-31"),
            by: vec![Dimension::Touchpoint],
            filters: Vec::new(),
        };
        let cells = self.running.store.cells(query).await.expect("cells");
        cells
            .into_iter()
            .map(|(mut group, cell)| (group.remove(0).expect("a touchpoint"), cell))
            .collect()
    }

    /// Responses in the log, counted and repeats.
    pub async fn kept(&self) -> u64 {
        self.running.store.totals().await.expect("totals").responses
    }

    /// Roll-ups against the log.
    pub async fn verify(&self) -> Verification {
        self.running.store.verify().await.expect("verified")
    }
}

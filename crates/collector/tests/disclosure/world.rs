//! The demonstration, published; and what the public and an analyst are told of it.

use std::num::NonZeroU32;
use std::sync::Arc;

use collector::delay::Delay;
use collector::demo::{self, Demo, Figures};
use collector::forms::FormBook;
use collector::intake::pseudonym::PseudonymKey;
use collector::intake::{Intake, Sender};
use collector::publish::Terms;
use collector::store::Role;
use jiff::Timestamp;
use serde_json::Value;
use survey::form::{load, shipped};
use survey::response::{Batch, Status};

use crate::THRESHOLD;
use crate::http_fixture::Collector;

/// One dossier in ten: enough that groups of all sizes are there, little enough for a debug build.
pub const TENTH: Figures = Figures::REPORT.one_in(10);
/// All that `hai-long demo` makes.
pub const WHOLE: Figures = Figures::REPORT;

/// A collector with the demonstration.
pub struct World {
    pub collector: Collector,
    pub forms: Arc<FormBook>,
}

impl World {
    pub async fn open(data: &Figures) -> Self {
        let forms: Arc<FormBook> = Arc::new(
            shipped()
                .iter()
                .map(|(name, text)| load(text, name).unwrap())
                .collect(),
        );
        let collector = Collector::start_on(Arc::clone(&forms), |settings| {
            settings.threshold = THRESHOLD;
            for rate in [&mut settings.rates.public, &mut settings.rates.key] {
                rate.per_minute = NonZeroU32::MAX;
                rate.burst = NonZeroU32::MAX;
            }
        })
        .await;
        let store = Arc::clone(&collector.store);
        let demo = Demo::generate(&forms, data).unwrap();
        store.upsert_units(demo.units).await.unwrap();
        store.upsert_procedures(demo.procedures).await.unwrap();
        store.upsert_dossiers(demo.dossiers).await.unwrap();
        let key = PseudonymKey::from_bytes([1; 32]);
        let intake = Intake::new(Arc::clone(&forms), Arc::clone(&store), key);
        for ratings in demo.ratings.chunks(Batch::MAX) {
            let receipts = intake
                .receive(ratings.to_vec(), &Sender::Operator)
                .await
                .unwrap();
            let is_stored = |status| status == Status::Stored;
            assert!(receipts.iter().all(|receipt| is_stored(receipt.status)));
        }
        let terms = Terms {
            threshold: THRESHOLD,
            delay: Delay::NONE,
            now: Timestamp::now(),
        };
        demo::publish(&*store, &forms, &terms).await.unwrap();
        Self { collector, forms }
    }

    /// Every release with its tables, as anybody is told.
    pub async fn releases(&self) -> Vec<Value> {
        let list = self.public("/api/v1/releases").await;
        let mut releases = Vec::new();
        for head in list["releases"].as_array().unwrap() {
            let id = head["id"].as_str().unwrap();
            releases.push(self.public(&format!("/api/v1/releases/{id}")).await);
        }
        releases
    }

    async fn public(&self, path: &str) -> Value {
        let answer = self.collector.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// The same table as an analyst is given it: protected by itself.
    pub async fn of_analyst(&self, table: &Value) -> Value {
        let request = self.collector.get(&path_of(table));
        let key = self.collector.key(Role::Analyst);
        let answer = request.bearer_auth(key).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }
}

/// Where a table is asked for.
pub fn path_of(table: &Value) -> String {
    let text = |name: &str| table[name].as_str().unwrap().to_owned();
    let mut path = format!(
        "/api/v1/index?form={}&form_version={}&method={}&from={}&to={}",
        text("form"),
        table["form_version"],
        text("method"),
        text("from"),
        text("to")
    );
    let by: Vec<&str> = table["by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|by| by.as_str().unwrap())
        .collect();
    if !by.is_empty() {
        path += &format!("&by={}", by.join(","));
    }
    path
}

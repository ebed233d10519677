//! A fleet of devices that send as the widget's outbox does, without a browser around it.
//!
//! Each device keeps its ratings in order, sends them in batches, repeats for ever with jittered exponential back-off,
//! honours `Retry-After`, deletes a rating only when the collector said `stored` or `duplicate`, and parks what was
//! `rejected`. What the collector told is written into one ledger.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::collector::Data;

/// Devices of a fleet.
pub const DEVICES: usize = 16;

/// How long a device waits for an answer before it takes the request for lost.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// How a device paces itself.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Ratings per request: drawn for each from this range, which lies within 1..=50.
    pub batch: (usize, usize),
    /// Longest wait after the first failure; it doubles with each further one.
    pub first_wait: Duration,
    /// Longest wait of all.
    pub longest_wait: Duration,
}

impl Pace {
    /// As the widget does it, with waits shortened from minutes so that a test can be patient.
    pub fn quick() -> Self {
        Self {
            batch: (1, 50),
            first_wait: Duration::from_millis(10),
            longest_wait: Duration::from_millis(300),
        }
    }

    /// A moment in the second half of the time due after so many failures in a row.
    fn wait(&self, failures: u32, random: &mut fastrand::Rng) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << failures.min(16));
        doubled
            .min(self.longest_wait)
            .mul_f64(0.5 + random.f64() / 2.0)
    }
}

/// What the collector told the fleet.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// By id: how often devices heard `stored`, and how often `duplicate`.
    pub acknowledged: BTreeMap<String, Told>,
    /// Ratings that the collector will never take, with the receipt.
    pub parked: Vec<(Value, Value)>,
    /// Requests that brought no receipts.
    pub failures: u64,
    /// Of those, requests that the collector asked to repeat later (429, 503).
    pub put_off: u64,
}

/// Receipts for one rating.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Times that a device heard `stored`.
    pub stored: u32,
    /// Times that a device heard `duplicate`.
    pub duplicate: u32,
}

/// Devices at work; they stop when dropped.
pub struct Fleet {
    devices: Vec<Arc<Device>>,
    office: Arc<Office>,
    tasks: Vec<AbortHandle>,
}

/// What all devices share.
struct Office {
    ledger: Mutex<Ledger>,
    /// Ratings acknowledged so far.
    acknowledged: watch::Sender<usize>,
}

struct Device {
    url: String,
    key: String,
    pace: Pace,
    office: Arc<Office>,
    /// The outbox, oldest first.
    outbox: Mutex<VecDeque<Value>>,
    /// Ratings in the outbox.
    waiting: watch::Sender<usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a device key for each of [`DEVICES`] devices.
pub fn enrol(data: &Data) -> Result<Vec<String>> {
    (1..=DEVICES)
        .map(|n| {
            data.hai_long(&[
                "key",
                "create",
                "--role",
                "device",
                "--name",
                &format!("kiosk-{n}"),
            ])
        })
        .collect()
}

impl Fleet {
    /// Starts one device per key; they send to `address` (`http://HOST:PORT`), be it there or not.
    pub fn start(address: &str, keys: &[String], pace: Pace, seed: u64) -> Result<Self> {
        let office = Arc::new(Office {
            ledger: Mutex::default(),
            acknowledged: watch::Sender::new(0),
        });
        let mut devices = Vec::new();
        let mut tasks = Vec::new();
        for (number, key) in keys.iter().enumerate() {
            let device = Arc::new(Device {
                url: format!("{address}/api/v1/responses"),
                key: key.clone(),
                pace,
                office: Arc::clone(&office),
                outbox: Mutex::default(),
                waiting: watch::Sender::new(0),
            });
            let client = Client::builder().timeout(ANSWER_WITHIN).build()?;
            let random = fastrand::Rng::with_seed(seed.wrapping_mul(1000) + number as u64);
            tasks.push(
                tokio::spawn(Arc::clone(&device).send_for_ever(client, random)).abort_handle(),
            );
            devices.push(device);
        }
        Ok(Self {
            devices,
            office,
            tasks,
        })
    }

    /// Puts ratings into the outboxes, in turn: rating `n` of the list goes to device `n` modulo the size of the fleet.
    pub fn give(&self, ratings: impl IntoIterator<Item = Value>) {
        for (rating, device) in ratings.into_iter().zip(self.devices.iter().cycle()) {
            lock(&device.outbox).push_back(rating);
            device.count();
        }
    }

    /// Ratings that wait in outboxes.
    pub fn waiting(&self) -> usize {
        self.devices.iter().map(|d| *d.waiting.borrow()).sum()
    }

    /// Returns when the collector has acknowledged at least so many ratings, counted once each.
    pub async fn acknowledged(&self, ratings: usize, patience: Duration) -> Result<()> {
        let mut news = self.office.acknowledged.subscribe();
        tokio::time::timeout(patience, news.wait_for(|now| *now >= ratings))
            .await
            .with_context(|| format!("{ratings} acknowledged ratings; {}", self.state()))??;
        Ok(())
    }

    /// Returns when every outbox is empty.
    pub async fn empty(&self, patience: Duration) -> Result<()> {
        let all = async {
            for device in &self.devices {
                device.waiting.subscribe().wait_for(|now| *now == 0).await?;
            }
            Ok::<_, watch::error::RecvError>(())
        };
        tokio::time::timeout(patience, all)
            .await
            .with_context(|| format!("empty outboxes; {}", self.state()))??;
        Ok(())
    }

    /// What the collector has told so far.
    pub fn ledger(&self) -> Ledger {
        lock(&self.office.ledger).clone()
    }

    fn state(&self) -> String {
        let ledger = lock(&self.office.ledger);
        format!(
            "{} acknowledged, {} waiting, {} parked, {} failures, {} of them put off",
            ledger.acknowledged.len(),
            self.waiting(),
            ledger.parked.len(),
            ledger.failures,
            ledger.put_off
        )
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Why a request brought no receipts.
enum Failure {
    /// No answer, or one that is not ours.
    Line,
    /// The collector asks for this much time.
    PutOff(Duration),
}

impl Device {
    async fn send_for_ever(self: Arc<Self>, client: Client, mut random: fastrand::Rng) {
        let mut news = self.waiting.subscribe();
        let mut failures = 0;
        while news.wait_for(|waiting| *waiting > 0).await.is_ok() {
            let most = random.usize(self.pace.batch.0..=self.pace.batch.1);
            let batch: Vec<Value> = lock(&self.outbox).iter().take(most).cloned().collect();
            let wait = match self.send(&client, &batch).await {
                Ok(receipts) => {
                    failures = 0;
                    self.settle(&receipts);
                    continue;
                }
                Err(Failure::Line) => self.pace.wait(failures, &mut random),
                // Everybody was told the same time; they must not all come back in the same moment.
                Err(Failure::PutOff(time)) => time + self.pace.wait(failures, &mut random),
            };
            failures += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// The receipts for a batch.
    async fn send(&self, client: &Client, batch: &[Value]) -> Result<Vec<Value>, Failure> {
        let outcome = self.ask(client, batch).await;
        if let Err(failure) = &outcome {
            let mut ledger = lock(&self.office.ledger);
            ledger.failures += 1;
            ledger.put_off += u64::from(matches!(failure, Failure::PutOff(_)));
        }
        outcome
    }

    async fn ask(&self, client: &Client, batch: &[Value]) -> Result<Vec<Value>, Failure> {
        let request = client.post(&self.url).bearer_auth(&self.key);
        let answer = request
            .json(&json!({ "responses": batch }))
            .send()
            .await
            .map_err(|_| Failure::Line)?;
        if let StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE = answer.status() {
            let seconds = answer.headers().get(RETRY_AFTER);
            let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
            return Err(Failure::PutOff(Duration::from_secs(seconds.unwrap_or(0))));
        }
        if answer.status() != StatusCode::OK {
            return Err(Failure::Line);
        }
        let mut body: Value = answer.json().await.map_err(|_| Failure::Line)?;
        match body["results"].take() {
            Value::Array(receipts) => Ok(receipts),
            _ => Err(Failure::Line),
        }
    }

    /// Takes out of the outbox what the collector has, and what it will never have; all else stays.
    fn settle(&self, receipts: &[Value]) {
        let mut ledger = lock(&self.office.ledger);
        lock(&self.outbox).retain(|rating| {
            let Some(receipt) = receipts
                .iter()
                .find(|receipt| receipt["id"] == rating["id"])
            else {
                return true;
            };
            let id = rating["id"].as_str().unwrap_or_default();
            match receipt["status"].as_str() {
                Some("stored") => ledger.acknowledged.entry(id.to_owned()).or_default().stored += 1,
                Some("duplicate") => {
                    ledger
                        .acknowledged
                        .entry(id.to_owned())
                        .or_default()
                        .duplicate += 1;
                }
                Some("rejected") => ledger.parked.push((rating.clone(), receipt.clone())),
                _ => return true,
            }
            false
        });
        self.office
            .acknowledged
            .send_replace(ledger.acknowledged.len());
        drop(ledger);
        self.count();
    }

    fn count(&self) {
        self.waiting
            .send_modify(|waiting| *waiting = lock(&self.outbox).len());
    }
}

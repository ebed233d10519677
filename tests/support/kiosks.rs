//! Kiosks without a screen: they send ratings and hold the collector to what it answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::{Value, json};

use crate::collector::Data;
use crate::wait::{PATIENCE, until};

/// Ratings that one request may carry.
pub const BATCH: usize = 50;

/// Rating number `number`, below 10,000: of a dossier of its own.
pub fn rating(number: u64) -> Value {
    json!({
        "id": format!("019a0000-0000-7000-8000-{number:012x}"),
        "form": "one-stop-quick", "form_version": 1, "unit": "000.01.02.H10",
        "dossier": format!("000.01.02.H10-260804-{number:04}"),
        "touchpoint": "result", "channel": "kiosk", "answers": {"overall": 1 + number % 5, "attitude": 4},
        "partial": true,
    })
}

/// What the collector said to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// 200: the status of each rating.
    Receipts(Vec<String>),
    /// 5xx, or 408 when the store took too long: nothing is acknowledged; the problem's detail.
    Refused(String),
}

impl Told {
    /// Was every rating given one of these statuses?
    pub fn all(&self, statuses: &[&str]) -> bool {
        matches!(self, Self::Receipts(told) if told.iter().all(|status| statuses.contains(&status.as_str())))
    }
}

/// Some kiosks, each with its own key; a request goes out from the next one, so that no rate limit is met.
pub struct Kiosks {
    client: Client,
    keys: Vec<String>,
    next: AtomicUsize,
}

impl Kiosks {
    /// Enrols this many.
    pub fn enrol(data: &Data, count: usize) -> Result<Self> {
        let keys = (1..=count)
            .map(|number| {
                let name = format!("kiosk-{number}");
                data.hai_long(&["key", "create", "--role", "device", "--name", &name])
            })
            .collect::<Result<_>>()?;
        Self::with_keys(keys)
    }

    /// Kiosks that were enrolled elsewhere.
    pub fn with_keys(keys: Vec<String>) -> Result<Self> {
        Ok(Self {
            client: Client::builder().timeout(PATIENCE).build()?,
            keys,
            next: AtomicUsize::new(0),
        })
    }

    /// Sends once. An error is a broken promise: no answer, or one that a device could not understand.
    pub async fn send(&self, address: &str, numbers: &[u64]) -> Result<Told> {
        let responses: Vec<Value> = numbers.iter().copied().map(rating).collect();
        loop {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.keys.len();
            let answer = self
                .client
                .post(format!("{address}/api/v1/responses"))
                .bearer_auth(self.keys.get(turn).context("no kiosk")?)
                .json(&json!({ "responses": responses }))
                .send()
                .await?;
            let status = answer.status();
            let headers = answer.headers().clone();
            let body = answer.text().await?;
            if status.as_u16() == 429 {
                let seconds = retry_after(&headers).context("429 without Retry-After")?;
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                continue;
            }
            let body: Value =
                serde_json::from_str(&body).with_context(|| format!("{status}: {body}"))?;
            if status.is_server_error() || status.as_u16() == 408 {
                let kind = headers
                    .get(CONTENT_TYPE)
                    .and_then(|kind| kind.to_str().ok());
                ensure!(
                    kind == Some("application/problem+json"),
                    "{status} as {kind:?}: {body}"
                );
                ensure!(
                    status.as_u16() != 503 || retry_after(&headers).is_some(),
                    "503 without Retry-After"
                );
                return Ok(Told::Refused(
                    body["detail"].as_str().unwrap_or_default().to_owned(),
                ));
            }
            ensure!(status.is_success(), "{status}: {body}");
            let receipts: Vec<String> = body["results"]
                .as_array()
                .context("no results")?
                .iter()
                .map(|receipt| receipt["status"].as_str().unwrap_or_default().to_owned())
                .collect();
            ensure!(
                receipts.len() == numbers.len(),
                "{} receipts for {}",
                receipts.len(),
                numbers.len()
            );
            return Ok(Told::Receipts(receipts));
        }
    }

    /// Sends again and again, as a device does, until all are acknowledged; gives how often it was refused.
    pub async fn deliver(&self, address: &str, numbers: &[u64]) -> Result<usize> {
        let refused = AtomicUsize::new(0);
        until(
            "all ratings to be acknowledged",
            PATIENCE,
            async || match self.send(address, numbers).await? {
                Told::Refused(_) => {
                    refused.fetch_add(1, Ordering::Relaxed);
                    Ok(None)
                }
                told => {
                    ensure!(told.all(&["stored", "duplicate"]), "{told:?}");
                    Ok(Some(()))
                }
            },
        )
        .await?;
        Ok(refused.into_inner())
    }

    /// Which of these ratings a collector that answers does not have: it stores them now.
    pub async fn missing(&self, address: &str, numbers: &[u64]) -> Result<Vec<u64>> {
        let mut missing = Vec::new();
        for batch in numbers.chunks(BATCH) {
            let told = self.send(address, batch).await?;
            ensure!(told.all(&["stored", "duplicate"]), "{told:?}");
            if let Told::Receipts(receipts) = told {
                let stored = batch
                    .iter()
                    .zip(receipts)
                    .filter(|(_, status)| status == "stored");
                missing.extend(stored.map(|(number, _)| *number));
            }
        }
        Ok(missing)
    }

    /// Is `/readyz` green?
    pub async fn ready(&self, address: &str) -> Result<bool> {
        let answer = self.client.get(format!("{address}/readyz")).send().await?;
        let status = answer.status().as_u16();
        ensure!(matches!(status, 200 | 503), "/readyz: {status}");
        Ok(status == 200)
    }
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

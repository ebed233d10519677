//! Ratings of known content, and what the index must make of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use serde_json::{Value, json};

use crate::collector::Collector;
use crate::fleet::Ledger;

/// Rating `number` about dossier `dossier`, as it travels; the same numbers give the same bytes. The four units are
/// those that the dossier codes name.
pub fn one(number: u64, dossier: u64) -> Value {
    let unit = format!("000.0{}.02.H10", 1 + dossier % 4);
    let day = 1 + dossier / 10_000 % 28;
    json!({
        "id": format!("019a0000-0000-7000-8000-{number:012x}"),
        "form": "one-stop-quick", "form_version": 1, "unit": unit,
        "dossier": format!("{unit}-2608{day:02}-{:04}", dossier % 10_000),
        "touchpoint": "result", "channel": "kiosk", "answers": {"overall": 1 + dossier % 5},
        "partial": false, "seq": number, "elapsed_ms": 14_200,
    })
}

/// Ratings of these numbers. Every tenth is a second one about the dossier before it: kept, and not counted.
pub fn several(numbers: Range<u64>) -> Vec<Value> {
    numbers
        .map(|number| one(number, number - u64::from(number % 10 == 9)))
        .collect()
}

/// Their ids.
pub fn ids<'a>(ratings: impl IntoIterator<Item = &'a Value>) -> impl Iterator<Item = String> {
    ratings
        .into_iter()
        .filter_map(|rating| rating["id"].as_str().map(str::to_owned))
}

/// Sends ratings once, in batches, and gives the status of each; an answer without receipts is an error.
pub async fn send_once(address: &str, key: &str, ratings: &[Value]) -> Result<Vec<String>> {
    let client = Client::new();
    let mut told = Vec::new();
    for batch in ratings.chunks(50) {
        let answer = client
            .post(format!("{address}/api/v1/responses"))
            .bearer_auth(key)
            .json(&json!({ "responses": batch }))
            .send()
            .await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        ensure!(status.is_success(), "{status}: {body}");
        for receipt in body["results"].as_array().context("results")? {
            told.push(receipt["status"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(told)
}

/// Which dossiers ratings are about, by unit: what the index must count, each once.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Dossier codes by unit code.
    pub dossiers: BTreeMap<String, BTreeSet<String>>,
}

impl Tally {
    /// Of these ratings.
    pub fn of<'a>(ratings: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut tally = Self::default();
        for rating in ratings {
            if let (Some(unit), Some(dossier)) =
                (rating["unit"].as_str(), rating["dossier"].as_str())
            {
                let dossiers = tally.dossiers.entry(unit.to_owned()).or_default();
                dossiers.insert(dossier.to_owned());
            }
        }
        tally
    }
}

/// How many ratings the index counts, by unit; the collector must run with `--threshold 1`.
pub async fn counted(collector: &Collector) -> Result<BTreeMap<String, u64>> {
    let index = collector
        .get("/api/v1/index?form=one-stop-quick&method=mean100&by=unit")
        .await?;
    let cells = index["cells"].as_array().context("cells")?;
    cells
        .iter()
        .map(|cell| {
            let unit = cell["key"]["unit"].as_str().context("unit")?;
            let n = cell["n"].as_u64().with_context(|| format!("n of {cell}"))?;
            Ok((unit.to_owned(), n))
        })
        .collect()
}

/// Fails unless every rating given was acknowledged, none was parked, no device heard `stored` twice for one, and the
/// index counts every dossier exactly once.
pub async fn expect_exactly_once(
    collector: &Collector,
    ledger: &Ledger,
    given: &[Value],
) -> Result<()> {
    ensure!(
        ledger.parked.is_empty(),
        "rejected: {:?}",
        ledger.parked.first()
    );
    for rating in given {
        let told = rating["id"]
            .as_str()
            .and_then(|id| ledger.acknowledged.get(id));
        let told = told.with_context(|| format!("{} was never acknowledged", rating["id"]))?;
        ensure!(
            told.stored <= 1,
            "{} was stored {} times",
            rating["id"],
            told.stored
        );
    }
    let expected: BTreeMap<String, u64> = Tally::of(given)
        .dossiers
        .into_iter()
        .map(|(unit, dossiers)| (unit, dossiers.len() as u64))
        .collect();
    let counted = counted(collector).await?;
    ensure!(
        counted == expected,
        "the index counts {counted:?}, not {expected:?}"
    );
    Ok(())
}

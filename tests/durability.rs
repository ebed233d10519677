//! What the collector has acknowledged survives its sudden death.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use end_to_end::collector::{Collector, Data};
use reqwest::Client;
use serde_json::{Value, json};

fn response(number: u64) -> Value {
    json!({
        "id": format!("019a0000-0000-7000-8000-{number:012x}"),
        "form": "one-stop-quick", "form_version": 1, "unit": "000.01.02.H10",
        "dossier": format!("000.01.02.H10-260804-{:04}", number % 10_000),
        "touchpoint": "result", "channel": "kiosk", "answers": {"overall": 1 + number % 5, "attitude": 4},
        "partial": true,
    })
}

async fn post(
    client: &Client,
    collector: &Collector,
    key: &str,
    responses: &[Value],
) -> Result<Vec<String>> {
    let answer = client
        .post(format!("{}/api/v1/responses", collector.address))
        .bearer_auth(key)
        .json(&json!({ "responses": responses }))
        .send()
        .await?;
    let status = answer.status();
    let body: Value = answer.json().await?;
    ensure!(status.is_success(), "{status}: {body}");
    let results = body["results"].as_array().context("results")?;
    Ok(results
        .iter()
        .map(|result| result["status"].as_str().unwrap_or_default().to_owned())
        .collect())
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_collector_is_killed_before_the_next_request()
-> Result<()> {
    let data = Data::new()?;
    let key = data.hai_long(&["key", "create", "--role", "device", "--name", "kiosk-1"])?;
    // No connection is kept: each would die with the collector that it leads to.
    let client = Client::builder().pool_max_idle_per_host(0).build()?;
    let mut acknowledged = BTreeSet::new();
    let mut collector = Collector::start(&data, &["--threshold", "1"])?;
    // Rounds of one, of a few and of fifty: the last answer before each death is the one that could be lost.
    for (round, size) in [1_u64, 50, 7, 1, 50, 3, 1, 20, 2, 50]
        .into_iter()
        .enumerate()
    {
        let first = round as u64 * 100;
        let batch: Vec<Value> = (first..first + size).map(response).collect();
        let told = post(&client, &collector, &key, &batch).await?;
        let place = collector.listen().to_owned();
        collector.kill()?;
        assert!(told.iter().all(|status| status == "stored"), "{told:?}");
        acknowledged.extend(first..first + size);
        collector = Collector::start_at(&data, &place, &["--threshold", "1"])?;
    }
    let index = collector
        .get("/api/v1/index?form=one-stop-quick&method=mean100")
        .await?;
    assert_eq!(index["cells"][0]["n"], acknowledged.len());

    // A device that never heard the answers sends all of them again: every one is known, and no figure moves.
    let all: Vec<Value> = acknowledged.iter().copied().map(response).collect();
    for batch in all.chunks(50) {
        let told = post(&client, &collector, &key, batch).await?;
        assert!(told.iter().all(|status| status == "duplicate"), "{told:?}");
    }
    let again = collector
        .get("/api/v1/index?form=one-stop-quick&method=mean100")
        .await?;
    assert_eq!(again, index);
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

//! An office with finished dossiers, and a kiosk where some of them are rated.

#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fixture that fails fails the test")]

use collector::http::Settings;
use collector::store::{Dossier, Procedure};
use serde_json::{Value, json};
use uuid::Uuid;

use super::http_fixture::Collector;

/// The unit of the first twenty dossiers, and that of the others.
pub const UNIT: &str = "000.00.19.H10";
pub const OTHER: &str = "000.01.19.H10";

pub fn code(number: u32) -> String {
    format!("{UNIT}-260804-{number:04}")
}

/// Thirty dossiers: the first twenty finished in one unit in August, six in another in September, four not finished.
pub async fn office(change: impl FnOnce(&mut Settings)) -> Collector {
    let collector = Collector::start_with(change).await;
    let procedure = Procedure {
        code: "1.011441".into(),
        name: "Đăng ký".into(),
        field: "Đất đai".into(),
    };
    collector
        .store
        .upsert_procedures(vec![procedure])
        .await
        .unwrap();
    let dossiers = (1..=30u32).map(|number| Dossier {
        code: code(number),
        procedure: "1.011441".into(),
        unit: if number <= 20 { UNIT } else { OTHER }.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: Some("2026-08-20T10:00:00Z".parse().unwrap()),
        finished_at: match number {
            1..=20 => Some(
                format!("2026-08-{:02}T03:00:00Z", 10 + number % 3)
                    .parse()
                    .unwrap(),
            ),
            21..=26 => Some("2026-09-01T03:00:00Z".parse().unwrap()),
            _ => None,
        },
        outcome: None,
    });
    collector
        .store
        .upsert_dossiers(dossiers.collect())
        .await
        .unwrap();
    collector
}

/// The kiosk sends a rating of this dossier.
pub async fn rate(collector: &Collector, number: u32) {
    rate_at(collector, number, "result").await;
}

/// The same, of another moment.
pub async fn rate_at(collector: &Collector, number: u32, touchpoint: &str) {
    let body = json!({"responses": [{
        "id": Uuid::from_u128(u128::from(number) + (7 << 76)), "form": "t", "form_version": 1, "dossier": code(number),
        "touchpoint": touchpoint, "channel": "kiosk", "answers": {"overall": 4},
    }]});
    let answer: Value = collector.send(body.to_string()).await.json().await.unwrap();
    assert_eq!(
        answer["receipts"]
            .as_array()
            .or(answer["results"].as_array())
            .unwrap()[0]["status"],
        "stored",
        "{answer}"
    );
}

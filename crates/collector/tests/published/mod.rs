//! A collector whose ratings of two months can be published, and what is published read as a person and as a program do.

#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fixture that fails fails the test")]

use collector::delay::Delay;
use collector::publish::{self, Order, Release, TableName, Terms};
use collector::store::{Admitted, Dossier, Role, Unit};
use jiff::Timestamp;
use reqwest::{StatusCode, header};
use serde_json::Value;
use survey::answers::Packed;

use super::http_fixture::{Collector, store_fixture};

/// A name that would be markup if it were not escaped.
pub const ALPHA: &str = "Xã <b>Alpha</b> & \"An\"";

/// Responses of a unit, of which the first `satisfied` are satisfied overall.
pub fn ratings(start: u128, unit: &str, satisfied: u128, count: u128, day: &str) -> Vec<Admitted> {
    (0..count)
        .map(|n| {
            let overall = if n < satisfied { 4 } else { 2 };
            Admitted {
                unit: unit.to_owned(),
                day: store_fixture::day(day),
                received_at: store_fixture::moment(&format!("{day}T03:00:00Z")),
                answers: Packed(vec![overall, 5, 4, Packed::MISSING]),
                ..store_fixture::admitted(start + n)
            }
        })
        .collect()
}

/// Two units with enough ratings in July and August of 2026, and two with too few.
pub async fn collector() -> Collector {
    let collector = Collector::start().await;
    let store = collector.store.as_ref();
    let units = [
        ("A", ALPHA),
        ("B", "Xã Bình"),
        ("C", "Xã Cam"),
        ("D", "Xã Dừa"),
    ];
    let unit = |(code, name): (&str, &str)| Unit {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: "commune".into(),
        parent: None,
        valid_from: None,
        valid_to: None,
    };
    store.upsert_units(units.map(unit).into()).await.unwrap();
    for (start, day) in [(0, "2026-07-15"), (100_000, "2026-08-12")] {
        for (at, unit, satisfied, count) in [
            (1, "A", 30, 40),
            (1001, "B", 8, 16),
            (2001, "C", 1, 3),
            (3001, "D", 1, 4),
        ] {
            let ratings = ratings(start + at, unit, satisfied, count, day);
            store.append(ratings).await.unwrap();
        }
    }
    let dossier = |n| Dossier {
        code: format!("H57.132-260715-{n:04}"),
        procedure: "1.000001".into(),
        unit: "A".into(),
        authority: None,
        filing_channel: None,
        received_at: Some(store_fixture::moment("2026-07-15T01:00:00Z")),
        due_at: None,
        finished_at: Some(store_fixture::moment("2026-07-15T03:00:00Z")),
        outcome: None,
    };
    store
        .upsert_dossiers((0..1200).map(dossier).collect())
        .await
        .unwrap();
    collector
}

/// The tables that are published.
pub const TABLES: [&str; 4] = ["unit", "channel", "item", "unit-item"];

/// Publishes a month or quarter.
pub async fn publish(collector: &Collector, period: &str) -> Release {
    let terms = Terms {
        threshold: 5,
        delay: Delay::default(),
        now: Timestamp::now(),
    };
    let order = Order {
        form: "t".into(),
        form_version: None,
        method: None,
        period: period.parse().unwrap(),
        tables: TABLES.map(|name| TableName::of_name(name).unwrap()).into(),
    };
    let store = collector.store.as_ref();
    let forms = store_fixture::forms();
    publish::make(store, &forms, &terms, &order, ("lan", None))
        .await
        .unwrap()
        .release
}

/// A page without any account.
pub async fn page(collector: &Collector, path: &str) -> (StatusCode, String) {
    let answer = collector.get(path).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// What the API says without a key.
pub async fn api(collector: &Collector, path: &str) -> Value {
    let (status, text) = page(collector, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The same page for somebody signed in.
pub async fn desk(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, String) {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// The texts between two marks.
pub fn all_between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before)
        .skip(1)
        .filter_map(|rest| rest.split_once(after).map(|(inside, _)| inside))
        .collect()
}

/// An analyst who sees all units.
pub async fn analyst(collector: &Collector) -> String {
    collector.sign_in(Role::Analyst).await
}

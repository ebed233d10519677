//! Releases: what may be published, that it stays as it was, and who sees it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::sync::Arc;

use collector::delay::Delay;
use collector::publish::{self, Order, Period, Preview, PublishError, Release, TableName, Terms};
use collector::store::{Admitted, AuditFilter, Deed, Role, Store};
use http_fixture::{Collector, problem, store_fixture};
use jiff::Timestamp;
use reqwest::header;
use serde_json::Value;
use store_fixture::{admitted, day, moment};
use survey::answers::Packed;

const WHO: &str = "lan";

/// August 2026 has begun; figures of July are shown a day later.
fn terms(now: &str) -> Terms {
    Terms {
        threshold: 5,
        delay: Delay::of_hours(24),
        now: moment(now),
    }
}

const AUGUST: &str = "2026-08-01T17:00:00Z";

fn order(period: &str, tables: &[&str]) -> Order {
    Order {
        form: "t".into(),
        form_version: None,
        method: None,
        period: period.parse::<Period>().unwrap(),
        tables: tables
            .iter()
            .map(|name| TableName::of_name(name).unwrap())
            .collect(),
    }
}

/// So many ratings of a unit on a day, from this number on.
fn ratings(first: u128, count: u128, unit: &str, date: &str) -> Vec<Admitted> {
    (first..first + count)
        .map(|n| Admitted {
            unit: unit.into(),
            day: day(date),
            answers: Packed(vec![if n % 3 == 0 { 2 } else { 5 }, 4, 4, Packed::MISSING]),
            ..admitted(n)
        })
        .collect()
}

/// July of three units: of 40, 12 and 3 ratings; and one month before it.
async fn july() -> Collector {
    let collector = Collector::start().await;
    let store = &collector.store;
    store
        .append(ratings(1, 40, "U1", "2026-07-03"))
        .await
        .unwrap();
    store
        .append(ratings(100, 12, "U2", "2026-07-15"))
        .await
        .unwrap();
    store
        .append(ratings(200, 3, "U3", "2026-07-31"))
        .await
        .unwrap();
    store
        .append(ratings(300, 30, "U1", "2026-06-30"))
        .await
        .unwrap();
    collector
}

async fn make(store: &dyn Store, order: &Order) -> Result<Preview, PublishError> {
    publish::make(
        store,
        &store_fixture::forms(),
        &terms(AUGUST),
        order,
        (WHO, None),
    )
    .await
}

fn code(result: Result<impl std::fmt::Debug, PublishError>) -> (&'static str, &'static str) {
    match result.unwrap_err() {
        PublishError::Request {
            field,
            code,
            message,
        } => {
            assert!(!message.is_empty());
            (field, code)
        }
        other => unreachable!("{other}"),
    }
}

fn units(release: &Release) -> Vec<(String, Option<u64>)> {
    let table = release.table(TableName::of_name("unit").unwrap()).unwrap();
    table
        .cells
        .iter()
        .map(|cell| (cell.key.get("unit").unwrap().to_owned(), cell.n))
        .collect()
}

#[tokio::test]
async fn a_release_hides_a_small_group_and_what_would_reveal_it() {
    let collector = july().await;
    let made = make(&*collector.store, &order("2026-07", &["unit"]))
        .await
        .unwrap();
    let head = &made.release.head;
    assert_eq!(head.id, "t-1-2026-07");
    assert_eq!(head.table_names.len(), 2, "the whole is always part of it");
    assert_eq!(made.release.tables[0].cells[0].n, Some(55));
    assert_eq!(
        units(&made.release),
        [
            ("U1".into(), Some(40)),
            ("U2".into(), None),
            ("U3".into(), None)
        ]
    );
    let hidden = made.hidden[1];
    assert_eq!((hidden.figures, hidden.few, hidden.beside), (3, 1, 1));
}

#[tokio::test]
async fn what_is_shown_is_what_the_index_says() {
    let collector = july().await;
    let tables = [
        "unit",
        "channel",
        "unit-channel",
        "item",
        "factor",
        "unit-item",
    ];
    let mut one_by_one = terms(AUGUST);
    one_by_one.threshold = 1;
    let forms = store_fixture::forms();
    let order = order("2026-07", &tables);
    let made = publish::preview(&*collector.store, &forms, &one_by_one, &order)
        .await
        .unwrap();
    for table in &made.release.tables {
        let request = collector::index::IndexRequest {
            form: "t".into(),
            from: Some(day("2026-07-01")),
            to: Some(day("2026-07-31")),
            by: table.by.clone(),
            ..Default::default()
        };
        let answer = collector::index::answer(&*collector.store, &forms, 1, request)
            .await
            .unwrap();
        assert_eq!(*table, answer);
    }
    assert_eq!(made.release.tables.len(), 7);
}

#[tokio::test]
async fn a_period_must_be_over_and_is_published_once() {
    let collector = july().await;
    let store = &*collector.store;
    let forms = store_fixture::forms();
    let early = terms("2026-08-01T16:59:59Z");
    let soon = publish::preview(store, &forms, &early, &order("2026-07", &[])).await;
    assert_eq!(code(soon), ("period", "period-not-over"));
    let running = make(store, &order("2026-Q3", &[])).await;
    assert_eq!(code(running), ("period", "period-not-over"));
    make(store, &order("2026-07", &["unit"])).await.unwrap();
    let again = make(store, &order("2026-07", &["unit", "channel"])).await;
    assert_eq!(code(again), ("period", "period-published"));
    publish::withdraw(store, "t-1-2026-07", WHO).await.unwrap();
    let withdrawn = make(store, &order("2026-07", &[])).await;
    assert_eq!(
        code(withdrawn),
        ("period", "period-published"),
        "withdrawn or not"
    );
    make(store, &order("2026-06", &["unit"])).await.unwrap();
    let later = terms("2026-12-01T00:00:00Z");
    let quarter = publish::make(store, &forms, &later, &order("2026-Q3", &[]), (WHO, None)).await;
    assert_eq!(
        code(quarter),
        ("period", "period-published"),
        "July is in it"
    );
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_with_the_field_at_fault() {
    let collector = july().await;
    let store = &*collector.store;
    let with = |change: &dyn Fn(&mut Order)| {
        let mut order = order("2026-07", &["unit"]);
        change(&mut order);
        order
    };
    for (order, expected) in [
        (
            with(&|order| order.form = "x".into()),
            ("form", "unknown-form"),
        ),
        (
            with(&|order| order.form_version = Some(9)),
            ("form_version", "unknown-form-version"),
        ),
        (
            with(&|order| order.method = Some("points18".into())),
            ("method", "unknown-method"),
        ),
        (
            with(&|order| order.period = Period::month(2026, 5).unwrap()),
            ("period", "too-few-respondents"),
        ),
    ] {
        assert_eq!(code(make(store, &order).await), expected);
    }
    assert!(publish::releases(store, true).await.unwrap().is_empty());
    for outcome in [
        publish::withdraw(store, "x", WHO).await,
        publish::restore(store, "x", WHO).await,
    ] {
        assert_eq!(code(outcome), ("id", "unknown-release"));
    }
}

#[tokio::test]
async fn a_release_stays_as_it_was_whatever_comes_later() {
    let collector = july().await;
    let store = &*collector.store;
    let made = make(store, &order("2026-07", &["unit", "item"]))
        .await
        .unwrap();
    let late = ratings(900, 20, "U3", "2026-07-20");
    store.append(late).await.unwrap();
    let kept = publish::release(store, "t-1-2026-07")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept, made.release);
    publish::withdraw(store, &kept.head.id, WHO).await.unwrap();
    assert_eq!(
        code(publish::withdraw(store, &kept.head.id, WHO).await),
        ("id", "already-withdrawn")
    );
    publish::restore(store, &kept.head.id, WHO).await.unwrap();
    assert_eq!(
        code(publish::restore(store, &kept.head.id, WHO).await),
        ("id", "not-withdrawn")
    );
    let back = publish::release(store, &kept.head.id).await.unwrap();
    assert_eq!(back, Some(kept));
}

#[tokio::test]
async fn who_publishes_and_withdraws_is_written_down() {
    let collector = july().await;
    let store = &*collector.store;
    make(store, &order("2026-07", &["unit"])).await.unwrap();
    make(store, &order("2026-07", &["unit"])).await.unwrap_err();
    publish::withdraw(store, "t-1-2026-07", WHO).await.unwrap();
    publish::restore(store, "t-1-2026-07", WHO).await.unwrap();
    let filter = AuditFilter {
        most: 10,
        ..AuditFilter::default()
    };
    let entries = store.audited(filter).await.unwrap();
    let told: Vec<(Deed, &str, &str)> = entries
        .iter()
        .map(|(_, entry)| (entry.what, entry.who.as_str(), entry.about.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Deed::ReleaseRestore, WHO, "t-1-2026-07"),
            (Deed::ReleaseWithdraw, WHO, "t-1-2026-07"),
            (Deed::ReleaseMake, WHO, "t-1-2026-07"),
        ]
    );
    assert!(
        entries[2].1.detail.contains("2 of 4 figures hidden"),
        "{}",
        entries[2].1.detail
    );
}

#[tokio::test]
async fn anybody_sees_what_is_published_until_it_is_withdrawn() {
    let collector = july().await;
    let store = Arc::clone(&collector.store);
    let json = async |path: &str| -> Value {
        collector
            .get(path)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    };
    let none = json("/api/v1/releases").await;
    assert_eq!(none, serde_json::json!({"releases": []}));
    let index = "/api/v1/index?form=t&by=unit";
    problem(
        collector.get(index).send().await.unwrap(),
        401,
        "not-published",
    )
    .await;

    make(&*store, &order("2026-06", &["unit"])).await.unwrap();
    make(&*store, &order("2026-07", &["unit"])).await.unwrap();
    let list = json("/api/v1/releases").await;
    assert_eq!(list["releases"][0]["id"], "t-1-2026-07", "the newest first");
    assert_eq!(list["releases"][0]["period"]["to"], "2026-07-31");
    assert_eq!(list["releases"][1]["period"]["name"], "2026-06");
    let july = json("/api/v1/releases/t-1-2026-07").await;
    assert_eq!(july["tables"][1]["cells"][0]["n"], 40);
    assert_eq!(
        json(index).await,
        july["tables"][1],
        "the newest without days"
    );
    let june = json("/api/v1/index?form=t&by=unit&from=2026-06-01&to=2026-06-30").await;
    assert_eq!(june["cells"][0]["n"], 30);
    for role in [Role::Device, Role::OneStop] {
        let asked = collector.get("/api/v1/index?form=t&by=channel");
        let answer = asked.bearer_auth(collector.key(role)).send().await.unwrap();
        problem(answer, 401, "not-published").await;
    }
    for role in [Role::Analyst, Role::Admin] {
        let asked = collector.get("/api/v1/index?form=t&by=channel");
        let answer = asked.bearer_auth(collector.key(role)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    let wrong = collector
        .get("/api/v1/index?form=t")
        .bearer_auth("hl_analyst_x");
    problem(wrong.send().await.unwrap(), 401, "unknown-key").await;

    publish::withdraw(&*store, "t-1-2026-07", WHO)
        .await
        .unwrap();
    let gone = collector
        .get("/api/v1/releases/t-1-2026-07")
        .send()
        .await
        .unwrap();
    let told = problem(gone, 404, "unknown-release").await;
    assert_eq!(told["field"], "id");
    assert_eq!(
        json("/api/v1/releases").await["releases"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        json(index).await["cells"][0]["n"],
        30,
        "the newest that is public"
    );
}

#[tokio::test]
async fn what_a_client_holds_already_is_not_sent_again() {
    let collector = july().await;
    make(&*collector.store, &order("2026-07", &["unit"]))
        .await
        .unwrap();
    for path in [
        "/api/v1/releases",
        "/api/v1/releases/t-1-2026-07",
        "/api/v1/index?form=t&by=unit",
    ] {
        let first = collector.get(path).send().await.unwrap();
        assert_eq!(
            first.headers()[header::CACHE_CONTROL],
            "public, no-cache",
            "{path}"
        );
        let etag = first.headers()[header::ETAG].clone();
        let again = collector.get(path).header(header::IF_NONE_MATCH, etag);
        assert_eq!(again.send().await.unwrap().status(), 304, "{path}");
    }
}

#[tokio::test]
async fn a_release_is_dated_by_the_moment_that_it_shows() {
    let collector = july().await;
    let made = make(&*collector.store, &order("2026-07", &[]))
        .await
        .unwrap();
    assert_eq!(
        made.release.head.made_at,
        AUGUST.parse::<Timestamp>().unwrap()
    );
}

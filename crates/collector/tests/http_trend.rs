//! Changes, months and gaps over the API: who may ask, what is compared, and that nothing comes of what is not shown.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::sync::Arc;

use collector::delay::Delay;
use collector::store::calendar::business_day;
use collector::store::{Admitted, FormKey, Role};
use http_fixture::{Collector, problem, store_fixture};
use jiff::Timestamp;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use survey::answers::Packed;
use survey::form::Form;
use survey::response::Channel;

/// Ratings of a unit on a day, of which the first `satisfied` are satisfied.
fn ratings(start: u128, unit: &str, day: &str, satisfied: u128, count: u128) -> Vec<Admitted> {
    (0..count)
        .map(|n| Admitted {
            unit: unit.to_owned(),
            day: store_fixture::day(day),
            answers: Packed(vec![
                if n < satisfied { 4 } else { 2 },
                5,
                4,
                Packed::MISSING,
            ]),
            ..store_fixture::admitted(start + n)
        })
        .collect()
}

fn by_phone(ratings: Vec<Admitted>) -> Vec<Admitted> {
    ratings
        .into_iter()
        .map(|one| Admitted {
            channel: Channel::Phone,
            ..one
        })
        .collect()
}

/// The form of the fixture in two versions.
fn two_versions() -> Vec<Form> {
    let mut second = store_fixture::form();
    second.version = 2;
    vec![store_fixture::form(), second]
}

async fn ask(collector: &Collector, role: Role, query: &str) -> Response {
    let request = collector.get(&format!("/api/v1/trend?{query}"));
    let request = request.bearer_auth(collector.key(role));
    request.send().await.unwrap()
}

async fn told(collector: &Collector, query: &str) -> Value {
    let answer = ask(collector, Role::Analyst, query).await;
    assert_eq!(answer.status(), StatusCode::OK, "{query}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn only_analysts_and_administrators_are_told_and_only_what_they_may_ask() {
    let collector = Collector::start().await;
    for role in [Role::Device, Role::OneStop] {
        problem(ask(&collector, role, "form=t").await, 403, "wrong-role").await;
    }
    let nobody = collector.get("/api/v1/trend?form=t").send().await.unwrap();
    problem(nobody, 401, "no-key").await;
    for (query, code, field) in [
        ("", "required", "form"),
        ("form=t&by=unit", "unknown-parameter", "by"),
        (
            "form=t&interval_of=closed",
            "unknown-parameter",
            "interval_of",
        ),
        ("form=t&weights=raked", "unknown-parameter", "weights"),
        ("form=x", "unknown-form", "form"),
        (
            "form=t&form_version=7",
            "unknown-form-version",
            "form_version",
        ),
        ("form=t&method=points18", "unknown-method", "method"),
        ("form=t&channel=drum", "unknown-value", "channel"),
        (
            "form=t&from=2026-08-01&to=2026-07-01",
            "wrong-period",
            "from",
        ),
    ] {
        let refused = ask(&collector, Role::Admin, query).await;
        assert_eq!(problem(refused, 400, code).await["field"], field, "{query}");
    }
    // As far as the calendar goes, and nothing breaks.
    let ends = ask(
        &collector,
        Role::Admin,
        "form=t&from=0001-01-01&to=9999-12-31",
    )
    .await;
    assert_ne!(ends.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn without_ratings_there_is_nothing_to_compare() {
    let collector = Collector::start().await;
    let told = told(&collector, "form=t").await;
    assert_eq!(told["change"]["technique"], "change/1");
    assert_eq!(told["change"]["difference"], Value::Null);
    assert_eq!(told["change"]["now"]["cells"], json!([]));
    assert_eq!(told["months"]["versions"][0]["centre"], Value::Null);
    assert_eq!(told["gaps"], Value::Null);
}

#[tokio::test]
async fn changes_gaps_and_signals_are_stated_with_how_sure_they_are() {
    let collector = Collector::start().await;
    let store = collector.store.as_ref();
    store
        .append(ratings(1, "A", "2026-07-15", 190, 200))
        .await
        .unwrap();
    let phone = ratings(1001, "A", "2026-07-15", 20, 60);
    store.append(by_phone(phone)).await.unwrap();
    store
        .append(ratings(2001, "A", "2026-06-15", 40, 100))
        .await
        .unwrap();
    let period = "form=t&from=2026-07-01&to=2026-07-31";
    let answer = told(&collector, period).await;
    let change = &answer["change"];
    assert_eq!(change["now"]["cells"][0]["value"], 80.77);
    assert_eq!(change["before"]["cells"][0]["value"], 40.0);
    assert_eq!(
        (&change["before"]["from"], &change["before"]["to"]),
        (&json!("2026-05-31"), &json!("2026-06-30"))
    );
    assert_eq!(
        (
            &change["difference"]["value"],
            &change["difference"]["verdict"]
        ),
        (&json!(40.77), &json!("higher"))
    );
    assert!(change["difference"]["p"].as_f64().unwrap() < 0.001);
    let gaps = &answer["gaps"];
    assert_eq!(gaps["technique"], "kiosk-phone-gap/1");
    let gap = &gaps["units"][0];
    assert_eq!(
        (&gap["unit"], &gap["gap"]["value"], &gap["pressure"]),
        (&json!("A"), &json!(61.67), &json!(true))
    );
    assert_eq!(gaps["together"], Value::Null, "one unit is not several");
    // Who asks for one door compares none.
    let one_door = told(&collector, &format!("{period}&channel=kiosk")).await;
    assert_eq!(one_door["gaps"], Value::Null);
    // Two months in a row have limits and a line; a third after a hole has none.
    store
        .append(ratings(3001, "A", "2026-09-15", 40, 100))
        .await
        .unwrap();
    let months = told(&collector, period).await["months"].clone();
    assert_eq!(months["technique"], "control-chart/1");
    let version = &months["versions"][0];
    let joined: Vec<_> = version["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| &point["joined"])
        .collect();
    assert_eq!(joined, [false, true, false]);
    assert_eq!(version["index"]["by"], json!(["month"]));
    assert_eq!(
        (&version["provisional"], &version["index"]["method"]),
        (&json!(true), &json!("top2"))
    );
    assert!(version["points"][0]["limits"].is_array());
}

#[tokio::test]
async fn nothing_comes_of_a_figure_that_is_not_shown() {
    let collector = Collector::start().await;
    let store = collector.store.as_ref();
    store
        .append(ratings(1, "A", "2026-07-15", 1, 3))
        .await
        .unwrap();
    store
        .append(by_phone(ratings(101, "A", "2026-07-15", 30, 40)))
        .await
        .unwrap();
    store
        .append(ratings(1001, "A", "2026-06-15", 4, 4))
        .await
        .unwrap();
    let answer = told(&collector, "form=t&from=2026-07-01&to=2026-07-31").await;
    let change = &answer["change"];
    assert_eq!(change["now"]["cells"][0]["suppressed"], false);
    assert_eq!(change["before"]["cells"][0]["suppressed"], true);
    assert_eq!(change["difference"], Value::Null);
    assert_eq!(answer["gaps"], Value::Null, "three at the kiosk");
    let version = &answer["months"]["versions"][0];
    for (cell, point) in version["index"]["cells"]
        .as_array()
        .unwrap()
        .iter()
        .zip(version["points"].as_array().unwrap())
    {
        assert_eq!(cell["suppressed"].as_bool().unwrap(), point.is_null());
    }
    assert_eq!(version["points"][0], Value::Null);
}

#[tokio::test]
async fn versions_of_a_form_are_never_one_series() {
    let forms = Arc::new(two_versions().into_iter().collect());
    let collector = Collector::start_on(forms, |_| {}).await;
    let store = collector.store.as_ref();
    store
        .append(ratings(1, "A", "2026-06-15", 90, 100))
        .await
        .unwrap();
    let second = ratings(1001, "A", "2026-07-15", 20, 100)
        .into_iter()
        .map(|one| Admitted {
            form: FormKey {
                id: "t".into(),
                version: 2,
            },
            ..one
        });
    store.append(second.collect()).await.unwrap();
    let answer = told(&collector, "form=t&from=2026-07-01&to=2026-07-31").await;
    // June was rated by the version before.
    assert_eq!(answer["change"]["now"]["form_version"], 2);
    assert_eq!(answer["change"]["before"]["cells"], json!([]));
    assert_eq!(answer["change"]["difference"], Value::Null);
    let versions = answer["months"]["versions"].as_array().unwrap();
    let told: Vec<_> = versions
        .iter()
        .map(|one| {
            (
                &one["index"]["form_version"],
                &one["centre"],
                &one["points"][0]["joined"],
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (&json!(1), &json!(90.0), &json!(false)),
            (&json!(2), &json!(20.0), &json!(false))
        ]
    );
}

#[tokio::test]
async fn days_that_are_held_back_are_in_no_period_and_no_month() {
    let collector = Collector::start_with(|settings| settings.delay = Delay::default()).await;
    let store = collector.store.as_ref();
    store
        .append(ratings(1, "A", "2026-07-15", 30, 40))
        .await
        .unwrap();
    let before = told(&collector, "form=t").await;
    let today = business_day(Timestamp::now()).to_string();
    store
        .append(ratings(1001, "A", &today, 0, 100))
        .await
        .unwrap();
    assert_eq!(
        told(&collector, "form=t").await["months"]["versions"][0]["index"]["cells"],
        before["months"]["versions"][0]["index"]["cells"]
    );
    let lately = told(&collector, &format!("form=t&from={today}")).await;
    assert!(lately["change"]["now"]["held_back"].is_string(), "{lately}");
    assert_eq!(lately["change"]["now"]["cells"], json!([]));
}

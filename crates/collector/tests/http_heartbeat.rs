//! What a device may tell about itself, and what it is told.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::num::NonZeroU32;

use collector::auth;
use collector::http::Rate;
use collector::store::{Key, Role};
use http_fixture::{Collector, ROLES, problem};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};

const ROUTE: &str = "/api/v1/heartbeat";

/// A heartbeat with which nothing is wrong.
fn well() -> Value {
    json!({
        "install_id": "i1", "boots": 1, "boot": "b1", "version": "1.0.0", "waiting": 0, "parked": 0, "sent": 5,
        "storage": {"persisted": true, "strict": true, "used": 40_000, "quota": 2_000_000_000_u64},
        "device_time": Timestamp::now().to_string(),
    })
}

fn well_but(changes: &[(&str, Value)]) -> Value {
    let mut body = well();
    for (pointer, value) in changes {
        *body.pointer_mut(pointer).unwrap() = value.clone();
    }
    body
}

async fn beat(collector: &Collector, body: &Value) -> Response {
    collector
        .post(ROUTE)
        .bearer_auth(collector.key(Role::Device))
        .json(body)
        .send()
        .await
        .unwrap()
}

async fn alarms(collector: &Collector, body: &Value) -> Vec<String> {
    let answer = beat(collector, body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let greeting: Value = answer.json().await.unwrap();
    let server_time: Timestamp = greeting["server_time"].as_str().unwrap().parse().unwrap();
    assert!(Timestamp::now().duration_since(server_time).abs() < SignedDuration::from_mins(1));
    serde_json::from_value(greeting["alarms"].clone()).unwrap()
}

#[tokio::test]
async fn only_a_device_has_a_heartbeat() {
    let collector = Collector::start().await;
    let answer = collector.post(ROUTE).json(&well()).send().await.unwrap();
    problem(answer, 401, "no-key").await;
    let answer = collector
        .post(ROUTE)
        .bearer_auth("hl_device_none")
        .json(&well())
        .send()
        .await
        .unwrap();
    problem(answer, 401, "unknown-key").await;
    for role in ROLES {
        let answer = collector
            .post(ROUTE)
            .bearer_auth(collector.key(role))
            .json(&well())
            .send()
            .await
            .unwrap();
        if role == Role::Device {
            assert_eq!(answer.status(), StatusCode::OK);
        } else {
            problem(answer, 403, "wrong-role").await;
        }
    }
}

#[tokio::test]
async fn a_heartbeat_that_cannot_be_kept_names_its_field() {
    let collector = Collector::start().await;
    let long = "x".repeat(65);
    for (pointer, value, field) in [
        ("/install_id", json!(""), "install_id"),
        ("/install_id", json!(long), "install_id"),
        ("/boot", json!("a\u{0}b"), "boot"),
        ("/version", json!(long), "version"),
        ("/device_time", json!("yesterday"), "device_time"),
        ("/device_time", json!("2026-07-01T08:00:00"), "device_time"),
        ("/boots", json!(0), "boots"),
        ("/boots", json!(1.5), "boots"),
        ("/sent", json!(-1), "sent"),
        ("/waiting", json!(u64::MAX), "waiting"),
        ("/storage/quota", json!(u64::MAX), "storage.quota"),
        ("/storage/persisted", json!("yes"), "storage.persisted"),
    ] {
        let answer = beat(&collector, &well_but(&[(pointer, value)])).await;
        let fault = problem(answer, 400, "bad-value").await;
        assert_eq!(fault["field"], field, "{fault}");
    }
    let mut unknown = well();
    unknown["citizen"] = json!("A");
    problem(beat(&collector, &unknown).await, 400, "unknown-field").await;
    let mut short = well();
    short.as_object_mut().unwrap().remove("boot");
    problem(beat(&collector, &short).await, 400, "bad-value").await;
    problem(beat(&collector, &json!([])).await, 400, "bad-value").await;
    assert!(
        collector.store.devices().await.unwrap()[0].pulse.is_none(),
        "nothing of these is kept"
    );
}

#[tokio::test]
async fn a_body_that_is_no_small_json_is_refused() {
    let collector = Collector::start().await;
    let post = || {
        collector
            .post(ROUTE)
            .bearer_auth(collector.key(Role::Device))
    };
    let answer = post().body("{}").send().await.unwrap();
    problem(answer, 415, "not-json").await;
    let json = |body: Vec<u8>| {
        post()
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .send()
    };
    problem(json(b"{".to_vec()).await.unwrap(), 400, "bad-json").await;
    problem(json(vec![0xff]).await.unwrap(), 400, "not-utf8").await;
    let mut padded = well().to_string().into_bytes();
    padded.resize(4096, b' ');
    assert_eq!(json(padded.clone()).await.unwrap().status(), StatusCode::OK);
    padded.push(b' ');
    problem(json(padded).await.unwrap(), 413, "too-large").await;
}

#[tokio::test]
async fn alarms_come_and_go_with_their_causes() {
    let collector = Collector::start().await;
    assert!(alarms(&collector, &well()).await.is_empty());
    let hour_ahead = Timestamp::now() + SignedDuration::from_hours(1);
    let unwell = well_but(&[
        ("/storage/persisted", json!(false)),
        ("/storage/strict", json!(false)),
        ("/storage/quota", json!(9_000_000)),
        ("/parked", json!(2)),
        ("/waiting", json!(3)),
        ("/device_time", json!(hour_ahead.to_string())),
    ]);
    assert_eq!(
        alarms(&collector, &unwell).await,
        [
            "tiny-quota",
            "parked",
            "clock-wrong",
            "not-persisted",
            "not-strict"
        ]
    );
    let mut dead_battery = well();
    dead_battery["device_time"] = json!("1970-01-01T00:00:07Z");
    assert_eq!(alarms(&collector, &dead_battery).await, ["clock-wrong"]);
    assert!(alarms(&collector, &well()).await.is_empty());
}

#[tokio::test]
async fn a_kiosk_that_starts_on_empty_storage_again_is_told_and_stays_told() {
    let collector = Collector::start().await;
    assert!(alarms(&collector, &well()).await.is_empty());
    let fresh = well_but(&[("/install_id", json!("i2")), ("/boot", json!("b2"))]);
    assert_eq!(alarms(&collector, &fresh).await, ["storage-lost"]);
    assert_eq!(alarms(&collector, &fresh).await, ["storage-lost"]);
    let devices = collector.store.devices().await.unwrap();
    let pulse = devices[0].pulse.as_ref().unwrap();
    assert_eq!(pulse.previous_install.as_deref(), Some("i1"));
    assert_eq!(pulse.install_changed_at, Some(pulse.losses[0]));
    assert_eq!(pulse.losses.len(), 1);
}

#[tokio::test]
async fn a_device_that_is_enrolled_anew_begins_anew() {
    let collector = Collector::start().await;
    alarms(&collector, &well()).await;
    assert!(collector.store.remove_key("device").await.unwrap());
    assert!(collector.store.devices().await.unwrap().is_empty());
    let secret = auth::new_secret(Role::Device).unwrap();
    let key = Key {
        name: "device".into(),
        role: Role::Device,
        hash: auth::hash_secret(&secret),
        device: None,
        created_at: Timestamp::now(),
    };
    collector.store.add_key(key).await.unwrap();
    assert!(collector.store.devices().await.unwrap()[0].pulse.is_none());
    let answer = collector
        .post(ROUTE)
        .bearer_auth(&secret)
        .json(&well_but(&[("/install_id", json!("i9"))]))
        .send()
        .await
        .unwrap();
    let greeting: Value = answer.json().await.unwrap();
    assert_eq!(greeting["alarms"], json!([]));
}

#[tokio::test]
async fn what_a_device_told_is_kept_whole() {
    let collector = Collector::start().await;
    let mut body = well();
    body["waiting"] = json!((1_u64 << 53) - 1);
    body["storage"] = json!({"persisted": false, "strict": true});
    beat(&collector, &body).await;
    let devices = collector.store.devices().await.unwrap();
    let kept = &devices[0].pulse.as_ref().unwrap().beat.heartbeat;
    assert_eq!(serde_json::to_value(kept).unwrap(), body);
}

#[tokio::test]
async fn heartbeats_are_limited_like_every_call() {
    let one = NonZeroU32::MIN;
    let collector = Collector::start_with(|settings| {
        settings.rates.key = Rate::new(one, one);
    })
    .await;
    assert_eq!(beat(&collector, &well()).await.status(), StatusCode::OK);
    let answer = beat(&collector, &well()).await;
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    problem(answer, 429, "too-many-requests").await;
}

#[tokio::test]
async fn operators_can_watch_the_alarms() {
    let collector = Collector::start().await;
    let metrics = async || {
        let answer = collector.get("/metrics").send().await.unwrap();
        answer.text().await.unwrap()
    };
    beat(&collector, &well_but(&[("/parked", json!(1))])).await;
    let told = metrics().await;
    for line in [
        "hai_long_devices 1",
        "hai_long_devices_with_alarm{alarm=\"parked\"} 1",
        "hai_long_devices_with_alarm{alarm=\"silent\"} 0",
    ] {
        assert!(told.lines().any(|one| one == line), "{line} in {told}");
    }
    beat(&collector, &well()).await;
    let told = metrics().await;
    assert!(told.contains("hai_long_devices_with_alarm{alarm=\"parked\"} 0"));
}

//! A dossier is shown on a kiosk, and a kiosk is enrolled by a code.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::time::Duration;

use collector::enrolment;
use collector::store::{DeviceSettings, Dossier, Procedure, Role};
use http_fixture::{Collector, problem};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use survey::kiosk::KioskSettings;

const PRESENT: &str = "/api/v1/devices/device/present";
const CODE: &str = "H57.132-260804-0583";

async fn present(collector: &Collector, dossier: &str) -> Response {
    collector
        .post(PRESENT)
        .bearer_auth(collector.key(Role::OneStop))
        .json(&json!({"dossier": dossier}))
        .send()
        .await
        .unwrap()
}

async fn ask(collector: &Collector, path: &str) -> Response {
    collector
        .get(path)
        .bearer_auth(collector.key(Role::Device))
        .send()
        .await
        .unwrap()
}

async fn presented(collector: &Collector) -> Value {
    let answer = ask(collector, "/api/v1/device/presented").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let shown: Value = answer.json().await.unwrap();
    shown["presented"].clone()
}

/// The next event that is no comment: its name and data.
async fn event(line: &mut Response, left: &mut String) -> (String, Value) {
    let next = async {
        loop {
            if let Some((event, rest)) = left.clone().split_once("\n\n") {
                *left = rest.to_owned();
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| line.strip_prefix(name).map(str::to_owned))
                };
                if let (Some(name), Some(data)) = (field("event: "), field("data: ")) {
                    return (name, serde_json::from_str(&data).unwrap());
                }
                continue;
            }
            let chunk = line.chunk().await.unwrap().expect("the line is open");
            left.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(10), next)
        .await
        .expect("an event")
}

#[tokio::test]
async fn a_dossier_is_offered_until_it_is_taken_back() {
    let collector = Collector::start().await;
    assert_eq!(presented(&collector).await, Value::Null);
    let answer = present(&collector, " h57.132-260804-0583").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let offered: Value = answer.json().await.unwrap();
    assert_eq!(offered["listening"], false);
    let until: Timestamp = offered["until"].as_str().unwrap().parse().unwrap();
    assert!(until > Timestamp::now() + SignedDuration::from_secs(60));
    let first = presented(&collector).await;
    assert_eq!(first["dossier"], CODE);
    present(&collector, "H57.132-260804-0584").await;
    let second = presented(&collector).await;
    assert_eq!(second["dossier"], "H57.132-260804-0584");
    assert!(second["number"].as_u64() > first["number"].as_u64());
    let taken_back = collector
        .request(Method::DELETE, PRESENT)
        .bearer_auth(collector.key(Role::OneStop))
        .send()
        .await
        .unwrap();
    let taken_back: Value = taken_back.json().await.unwrap();
    assert_eq!(taken_back["offered"], true);
    assert_eq!(presented(&collector).await, Value::Null);
}

#[tokio::test]
async fn a_kiosk_that_listens_hears_at_once_and_a_stop_does_not_wait_for_it() {
    let mut collector = Collector::start().await;
    let mut line = ask(&collector, "/api/v1/device/events").await;
    assert_eq!(line.status(), StatusCode::OK);
    assert_eq!(line.headers()["content-type"], "text/event-stream");
    let mut left = String::new();
    let (name, data) = event(&mut line, &mut left).await;
    assert_eq!(
        (name.as_str(), &data["presented"]),
        ("presented", &Value::Null)
    );
    let offered: Value = present(&collector, CODE).await.json().await.unwrap();
    assert_eq!(offered["listening"], true);
    let (name, data) = event(&mut line, &mut left).await;
    assert_eq!(name, "presented");
    assert_eq!(data["presented"]["dossier"], CODE);
    let stop = collector.stop.take().unwrap();
    let began = std::time::Instant::now();
    stop.send(()).unwrap();
    (&mut collector.done).await.unwrap();
    // The bound on requests under way is ten seconds: an open line must not use it up.
    assert!(began.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn only_the_one_stop_software_presents_and_only_what_is_a_code_at_a_kiosk_that_is_there() {
    let collector = Collector::start().await;
    let wish = json!({"dossier": CODE});
    for role in [Role::Device, Role::Analyst] {
        let key = collector.key(role);
        let answer = collector.post(PRESENT).bearer_auth(key).json(&wish);
        problem(answer.send().await.unwrap(), 403, "wrong-role").await;
    }
    problem(
        collector.post(PRESENT).json(&wish).send().await.unwrap(),
        401,
        "no-key",
    )
    .await;
    let fault = problem(present(&collector, "H57").await, 400, "bad-dossier").await;
    assert_eq!(fault["field"], "dossier");
    // The name of a key that is no kiosk's, too.
    for name in ["hall-9", "one-stop", "%FF"] {
        let answer = collector
            .post(&format!("/api/v1/devices/{name}/present"))
            .bearer_auth(collector.key(Role::OneStop))
            .json(&wish)
            .send()
            .await
            .unwrap();
        problem(answer, 404, "unknown-device").await;
    }
    for path in ["/api/v1/device/presented", "/api/v1/device/events"] {
        let answer = collector
            .get(path)
            .bearer_auth(collector.key(Role::OneStop))
            .send()
            .await
            .unwrap();
        problem(answer, 403, "wrong-role").await;
    }
}

async fn enrol(collector: &Collector, code: &str) -> Response {
    collector
        .post("/api/v1/device/enrol")
        .json(&json!({"code": code}))
        .send()
        .await
        .unwrap()
}

fn settings() -> DeviceSettings {
    DeviceSettings {
        unit: "000.00.19.H10".into(),
        form: "t".into(),
        kiosk: KioskSettings {
            idle_s: Some(60),
            languages: vec!["vi".into(), "km".into()],
            ..KioskSettings::default()
        },
    }
}

#[tokio::test]
async fn a_code_is_worth_one_key_with_its_settings() {
    let collector = Collector::start().await;
    let given = enrolment::open(&*collector.store, "hall-1", settings(), "lan")
        .await
        .unwrap();
    let (first, last) = given.code.split_at(4);
    let answer = enrol(&collector, &format!("{first} {last}")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let enrolled: Value = answer.json().await.unwrap();
    assert_eq!(enrolled["name"], "hall-1");
    let answer = collector
        .get("/api/v1/device")
        .bearer_auth(enrolled["key"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    let device: Value = answer.json().await.unwrap();
    assert_eq!(device["name"], "hall-1");
    assert_eq!(device["idle_s"], 60);
    assert_eq!(device["languages"], json!(["vi", "km"]));
    problem(enrol(&collector, &given.code).await, 404, "unknown-code").await;
}

#[tokio::test]
async fn a_machine_that_has_lost_its_key_gets_another_and_the_old_one_is_refused() {
    let collector = Collector::start().await;
    let old = collector.key(Role::Device).to_owned();
    let given = enrolment::open(&*collector.store, "device", settings(), "lan")
        .await
        .unwrap();
    // Until the code is used, the machine that is there works on.
    assert_eq!(
        ask(&collector, "/api/v1/device").await.status(),
        StatusCode::OK
    );
    assert_eq!(
        enrol(&collector, &given.code).await.status(),
        StatusCode::OK
    );
    let answer = collector.get("/api/v1/device").bearer_auth(old);
    problem(answer.send().await.unwrap(), 401, "unknown-key").await;
    assert_eq!(
        collector.store.device("device").await.unwrap(),
        Some(settings())
    );
}

#[tokio::test]
async fn a_code_that_is_over_replaced_or_guessed_is_worth_nothing() {
    let collector = Collector::start().await;
    let open = async || {
        enrolment::open(&*collector.store, "hall-1", settings(), "lan")
            .await
            .unwrap()
    };
    let first = open().await;
    let second = open().await;
    assert_eq!(second.code.len(), 8);
    problem(enrol(&collector, &first.code).await, 404, "unknown-code").await;
    let late = collector
        .store
        .enrol(
            &collector::auth::hash_secret(&second.code),
            &[7; 32],
            second.expires_at,
        )
        .await;
    assert_eq!(late.unwrap(), None);
    // The name of another kind of key is not to be had.
    let taken = enrolment::open(&*collector.store, "admin", settings(), "lan").await;
    assert!(taken.is_err());
    // Whoever guesses is held up long before the codes are used up, and then even the right one is not looked at.
    let mut held = false;
    for guess in 0..100 {
        let answer = enrol(&collector, &format!("{guess:08}")).await;
        held = answer.status() == StatusCode::TOO_MANY_REQUESTS;
        if held {
            break;
        }
    }
    assert!(held);
    problem(
        enrol(&collector, &second.code).await,
        429,
        "too-many-requests",
    )
    .await;
}

#[tokio::test]
async fn a_kiosk_hears_what_a_dossier_is_about_and_nobody_else_does() {
    let collector = Collector::start().await;
    let procedure = Procedure {
        code: "1.011441".into(),
        name: "Đăng ký biến động đất đai".into(),
        field: "Đất đai".into(),
    };
    collector
        .store
        .upsert_procedures(vec![procedure])
        .await
        .unwrap();
    let filed = |code: &str, procedure: &str| Dossier {
        code: code.into(),
        procedure: procedure.into(),
        unit: "H57.132".into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: None,
        outcome: None,
    };
    let other = "H57.132-260804-0584";
    collector
        .store
        .upsert_dossiers(vec![filed(CODE, "1.011441"), filed(other, "9.999999")])
        .await
        .unwrap();
    let tell = async |role, dossier: &str| {
        collector
            .post("/api/v1/device/dossier")
            .bearer_auth(collector.key(role))
            .json(&json!({ "dossier": dossier }))
            .send()
            .await
            .unwrap()
    };
    for (code, told) in [
        (
            " h57.132-260804-0583",
            json!({"known": true, "procedure_name": "Đăng ký biến động đất đai"}),
        ),
        (other, json!({"known": true, "procedure_name": null})),
        (
            "H57.132-260804-0585",
            json!({"known": false, "procedure_name": null}),
        ),
    ] {
        let answer = tell(Role::Device, code).await;
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.json::<Value>().await.unwrap(), told, "{code}");
    }
    let name = tell(Role::Device, "Nguyễn Văn A").await;
    assert_eq!(problem(name, 400, "bad-dossier").await["field"], "dossier");
    for role in [Role::OneStop, Role::Analyst] {
        let answer = tell(role, CODE).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
}

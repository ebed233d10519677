//! What the one-stop software may rely on when it feeds dossiers.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::store::Role;
use http_fixture::{Collector, ROLES, problem};
use proptest::prelude::*;
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};

const DOSSIERS: &str = "/api/v1/dossiers";
const CODE: &str = "H57.132-260804-0583";

async fn put(
    collector: &Collector,
    role: Role,
    media: &str,
    body: impl Into<reqwest::Body>,
) -> Response {
    collector
        .request(Method::PUT, DOSSIERS)
        .bearer_auth(collector.key(role))
        .header(header::CONTENT_TYPE, media)
        .body(body)
        .send()
        .await
        .unwrap()
}

async fn fed(collector: &Collector, media: &str, body: &str) -> Value {
    let answer = put(collector, Role::OneStop, media, body.to_owned()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

/// A line about the dossier as it was at this hour; finished from the tenth on.
fn at(hour: u32) -> Value {
    let finished = (hour >= 10).then(|| format!("2026-08-05T{hour:02}:00:00+07:00"));
    json!({
        "code": CODE, "procedure": "1.011441", "unit": "H57.132", "filing_channel": "online",
        "received_at": "2026-08-04 08:00", "due_at": "2026-08-10", "finished_at": finished,
        "outcome": (hour >= 10).then_some("granted"),
        "updated_at": format!("2026-08-05T{hour:02}:00:00+07:00"),
    })
}

#[tokio::test]
async fn each_line_has_its_answer_and_a_faulty_one_stops_no_other() {
    let collector = Collector::start().await;
    let csv = "code;procedure;unit;received_at;finished_at\n\
        h57.132-260804-0583 ;1.011441;H57.132;04/08/2026 08:00;05/08/2026 10:00\n\
        1.011441;1.011441;H57.132;;\n\
        H57.132-260804-0584;1.011441;H57.132;32/08/2026;\n";
    let answer = fed(&collector, "text/csv; charset=utf-8", csv).await;
    assert_eq!(
        answer["totals"],
        json!({"read": 3, "stored": 1, "unchanged": 0, "rejected": 2})
    );
    let results = answer["results"].as_array().unwrap();
    assert_eq!(
        results[0],
        json!({"line": 2, "code": CODE, "status": "stored"})
    );
    assert_eq!(results[1]["line"], 3);
    assert_eq!(results[1]["status"], "rejected");
    assert_eq!(results[1]["fault"]["field"], "code");
    assert_eq!(results[2]["fault"]["code"], "bad-time");
    assert!(
        results[2]["fault"]["message"]
            .as_str()
            .unwrap()
            .contains("13/03/2026 10:56")
    );

    let again = fed(&collector, "text/csv", csv).await;
    assert_eq!(again["totals"]["unchanged"], 1);
    assert_eq!(again["results"][0]["status"], "unchanged");
    assert!(again["results"][0].get("fault").is_none());
}

#[tokio::test]
async fn the_three_ways_of_writing_mean_the_same() {
    for (media, body) in [
        ("application/x-ndjson", format!("{}\n", at(10))),
        ("application/json", format!("[{}]", at(10))),
    ] {
        let collector = Collector::start().await;
        let answer = fed(&collector, media, &body).await;
        assert_eq!(answer["totals"]["stored"], 1, "{answer}");
        let kept = collector.store.dossier(CODE).await.unwrap().unwrap();
        assert_eq!(kept.outcome.as_deref(), Some("granted"));
        assert_eq!(kept.filing_channel.as_deref(), Some("online"));
    }
}

#[tokio::test]
async fn a_word_from_before_the_end_does_not_take_the_end_away() {
    let collector = Collector::start().await;
    let ndjson = "application/x-ndjson";
    fed(&collector, ndjson, &at(10).to_string()).await;
    let late = fed(&collector, ndjson, &at(9).to_string()).await;
    assert_eq!(late["results"][0]["status"], "unchanged");
    assert_eq!(late["results"][0]["fault"]["code"], "older");
    // A line that does not tell its age may be from before the end, too.
    let mut ageless = at(9);
    ageless["updated_at"] = Value::Null;
    let told = fed(&collector, ndjson, &ageless.to_string()).await;
    assert_eq!(told["results"][0]["fault"]["code"], "older");
    let kept = collector.store.dossier(CODE).await.unwrap().unwrap();
    assert!(kept.finished_at.is_some());
    // What says that it is newer may open the dossier again.
    let mut reopened = at(9);
    reopened["updated_at"] = json!("2026-08-06T08:00:00+07:00");
    fed(&collector, ndjson, &reopened.to_string()).await;
    let kept = collector.store.dossier(CODE).await.unwrap().unwrap();
    assert_eq!(kept.finished_at, None);
}

async fn look_up(collector: &Collector, role: Role, code: &str) -> Response {
    collector
        .request(Method::POST, "/api/v1/dossiers/look-up")
        .bearer_auth(collector.key(role))
        .json(&json!({"dossier": code}))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn every_status_is_kept_in_whatever_order_it_comes() {
    let collector = Collector::start().await;
    let ndjson = "application/x-ndjson";
    let told = |hour: u32, status: &str| {
        let mut line = at(hour);
        line["status"] = json!(status);
        line.to_string()
    };
    let lines = [
        told(12, "Đã trả kết quả"),
        told(9, "Đang xử lý"),
        told(8, "Đã tiếp nhận"),
    ];
    let answer = fed(&collector, ndjson, &lines.join("\n")).await;
    assert_eq!(answer["results"][1]["fault"]["code"], "older");
    // What was told already is not told twice; another word about the same hour is another step.
    let again = fed(&collector, ndjson, &lines[0]).await;
    assert_eq!(again["results"][0]["status"], "unchanged");
    let more = fed(&collector, ndjson, &told(12, "Đã lưu hồ sơ")).await;
    assert_eq!(more["results"][0]["status"], "stored");
    let kept: Value = look_up(&collector, Role::OneStop, CODE)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(kept["outcome"], "granted");
    let statuses: Vec<(&str, &str)> = kept["statuses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["at"].as_str().unwrap(), one["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        statuses,
        [
            ("2026-08-05T01:00:00Z", "Đã tiếp nhận"),
            ("2026-08-05T02:00:00Z", "Đang xử lý"),
            ("2026-08-05T05:00:00Z", "Đã lưu hồ sơ"),
            ("2026-08-05T05:00:00Z", "Đã trả kết quả"),
        ]
    );
    let mut undated = at(9);
    undated["status"] = json!("Đang xử lý");
    undated["updated_at"] = Value::Null;
    let refused = fed(&collector, ndjson, &undated.to_string()).await;
    assert_eq!(refused["results"][0]["fault"]["field"], "status_at");
}

#[tokio::test]
async fn what_is_kept_of_a_dossier_is_told_to_who_feeds() {
    let collector = Collector::start().await;
    fed(&collector, "application/x-ndjson", &at(10).to_string()).await;
    for role in ROLES {
        let answer = look_up(&collector, role, CODE).await;
        let may = matches!(role, Role::OneStop | Role::Admin);
        assert_eq!(answer.status() == StatusCode::OK, may, "{role:?}");
    }
    let unknown = look_up(&collector, Role::OneStop, "H57.132-260804-9999").await;
    problem(unknown, 404, "unknown-dossier").await;
    let garbage = look_up(&collector, Role::OneStop, "x").await;
    assert_eq!(
        problem(garbage, 400, "bad-dossier").await["field"],
        "dossier"
    );
}

#[tokio::test]
async fn a_field_makes_an_unknown_procedure_known_and_leaves_a_known_one_alone() {
    let collector = Collector::start().await;
    let csv = "code,procedure,field,unit,received_at,finished_at\n\
        H57.132-260804-0583,9.000001,Chăn nuôi,H57.132,2026-08-04,2026-08-05\n\
        H57.132-260804-0584,9.000001,Thú y,H57.132,2026-08-04,2026-08-05\n";
    fed(&collector, "text/csv", csv).await;
    let known = collector.store.procedures().await.unwrap();
    let entered: Vec<_> = known.iter().filter(|one| one.code == "9.000001").collect();
    assert_eq!(entered.len(), 1);
    assert_eq!(entered[0].field, "Chăn nuôi");
    // Its name is not known, and its code is no name: a kiosk is told neither.
    let answer = collector
        .request(Method::POST, "/api/v1/device/dossier")
        .bearer_auth(collector.key(Role::Device))
        .json(&json!({"dossier": CODE}))
        .send()
        .await
        .unwrap();
    let told: Value = answer.json().await.unwrap();
    assert_eq!(told, json!({"known": true, "procedure_name": null}));
}

#[tokio::test]
async fn words_that_figures_are_told_by_are_ours_and_others_are_refused_and_named() {
    let collector = Collector::start().await;
    let csv = "code,procedure,unit,filing_channel,outcome\n\
        H57.132-260804-0583,1.011441,H57.132,Online,GRANTED\n\
        H57.132-260804-0584,1.011441,H57.132,qua mạng,xong\n";
    let answer = fed(&collector, "text/csv", csv).await;
    assert_eq!(answer["totals"]["stored"], 1);
    let kept = collector.store.dossier(CODE).await.unwrap().unwrap();
    assert_eq!(kept.filing_channel.as_deref(), Some("online"));
    assert_eq!(kept.outcome.as_deref(), Some("granted"));
    let refused = &answer["results"][1];
    assert_eq!(refused["fault"]["field"], "filing_channel");
    assert_eq!(refused["more_faults"][0]["field"], "outcome");
    let told = refused["fault"]["message"].as_str().unwrap();
    assert!(
        told.contains("desk, online, post") && told.contains("[values]"),
        "{told}"
    );
}

#[tokio::test]
async fn only_who_feeds_may_and_what_cannot_be_read_says_why() {
    let collector = Collector::start().await;
    for role in ROLES {
        let answer = put(&collector, role, "application/x-ndjson", at(10).to_string()).await;
        let may = matches!(role, Role::OneStop | Role::Admin);
        assert_eq!(answer.status() == StatusCode::OK, may, "{role:?}");
    }
    let answer = put(&collector, Role::OneStop, "text/plain", "x").await;
    let told = problem(answer, 415, "wrong-media-type").await;
    assert!(
        told["detail"]
            .as_str()
            .unwrap()
            .contains("application/x-ndjson")
    );
    let answer = put(&collector, Role::OneStop, "text/csv", "code,unit\nx,y\n").await;
    let told = problem(answer, 400, "bad-header").await;
    assert!(
        told["detail"].as_str().unwrap().contains("procedure"),
        "{told}"
    );
    let large = vec![b' '; (8 << 20) + 1];
    let answer = put(&collector, Role::OneStop, "text/csv", large).await;
    problem(answer, 413, "too-large").await;
}

#[tokio::test]
async fn thousands_are_taken_in_one_call() {
    let collector = Collector::start().await;
    let mut csv = "code,procedure,unit,received_at,finished_at\n".to_owned();
    for n in 0..12_000 {
        csv += &format!("H57.132-260804-{n:05},1.011441,H57.132,2026-08-04,2026-08-05\n");
    }
    let answer = fed(&collector, "text/csv", &csv).await;
    assert_eq!(answer["totals"]["stored"], 12_000);
    assert_eq!(answer["results"].as_array().unwrap().len(), 12_000);
    assert_eq!(collector.store.totals().await.unwrap().dossiers, 12_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever order the words of a dossier come in, and however often, the last one is kept.
    #[test]
    fn any_order_ends_alike(order in Just((8..16).collect::<Vec<u32>>()).prop_shuffle(), twice in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let kept = runtime.block_on(async {
            let collector = Collector::start().await;
            let mut lines: Vec<String> = order.iter().map(|hour| at(*hour).to_string()).collect();
            if twice {
                lines.extend(lines.clone());
            }
            fed(&collector, "application/x-ndjson", &lines.join("\n")).await;
            collector.store.dossier(CODE).await.unwrap().unwrap()
        });
        prop_assert_eq!(kept.finished_at, Some("2026-08-05T15:00:00+07:00".parse().unwrap()));
    }
}

//! The ratios of QĐ 766 over a real register: silence, grounds that overlap, suppression, and `top2` beside them.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::intake::pseudonym::PseudonymKey;
use collector::reports::{NewReport, Outcome, Source, Standing, State};
use collector::store::{Admitted, Dossier, Role};
use http_fixture::{Collector, problem, store_fixture};
use reqwest::header;
use serde_json::Value;
use survey::answers::Packed;
use survey::dossier::DossierCode;
use survey::response::Touchpoint;

/// The key of the fixture's collector.
fn key() -> PseudonymKey {
    PseudonymKey::from_bytes([1; 32])
}

fn code(n: u32) -> String {
    format!("H57.132-260701-{n:04}")
}

fn dossier(n: u32, unit: &str, finished: Option<&str>) -> Dossier {
    Dossier {
        code: code(n),
        procedure: "1.000001".into(),
        unit: unit.into(),
        authority: None,
        filing_channel: None,
        received_at: Some(store_fixture::moment("2026-07-01T03:00:00Z")),
        due_at: Some(store_fixture::moment("2026-07-15T16:59:59Z")),
        finished_at: finished.map(|at| store_fixture::moment(&format!("{at}T03:00:00Z"))),
        outcome: None,
    }
}

fn rating(n: u32, unit: &str, level: u8) -> Admitted {
    let code = DossierCode::parse(&code(n)).unwrap();
    Admitted {
        unit: unit.into(),
        pseudonym: Some(key().pseudonym(&code, "t", Touchpoint::Result)),
        answers: Packed(vec![
            level,
            Packed::MISSING,
            Packed::MISSING,
            Packed::MISSING,
        ]),
        ..store_fixture::admitted(u128::from(n))
    }
}

fn report(
    outside: &str,
    unit: &str,
    about: Option<u32>,
    answered: Option<&str>,
    outcome: Outcome,
) -> NewReport {
    let at = |day: &str| store_fixture::moment(&format!("{day}T03:00:00Z"));
    NewReport {
        outside_id: Some(outside.into()),
        source: Source::Other,
        text: String::new(),
        dossier: about.map(|n| key().report_pseudonym(&DossierCode::parse(&code(n)).unwrap())),
        received_at: at("2026-07-02"),
        standing: Standing {
            state: answered.map_or(State::New, |_| State::Answered),
            answered_at: answered.map(at),
            outcome,
            ..Standing::new(unit.into(), at("2026-07-16"), true)
        },
    }
}

async fn feed(collector: &Collector, reports: Vec<NewReport>) {
    let now = jiff::Timestamp::now();
    collector
        .store
        .feed_reports(reports, "test", now)
        .await
        .unwrap();
}

async fn asked(collector: &Collector, query: &str) -> Value {
    let path = format!("/api/v1/qd766?form=t&from=2026-07-01&to=2026-07-31{query}");
    let request = collector
        .get(&path)
        .bearer_auth(collector.key(Role::Analyst));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test]
async fn silence_counts_as_satisfied_and_top2_stands_beside() {
    let collector = Collector::start().await;
    let dossiers = (0..1000).map(|n| dossier(n, "A", Some("2026-07-10")));
    collector
        .store
        .upsert_dossiers(dossiers.collect())
        .await
        .unwrap();
    let ratings = (0..20).map(|n| rating(n, "A", if n < 10 { 2 } else { 4 }));
    collector.store.append(ratings.collect()).await.unwrap();
    let answer = asked(&collector, "").await;
    let total = &answer["total"];
    let ratio = &total["ratios"][2];
    assert_eq!(ratio["id"], "qd766-dossiers-satisfied");
    assert_eq!(
        (&ratio["value"], &ratio["counted"], &ratio["of"]),
        (&99.0.into(), &990.into(), &1000.into())
    );
    assert_eq!(total["beside"]["method"], "top2");
    assert_eq!(total["beside"]["value"], 50.0);
    assert_eq!(
        total["ratios"][0]["value"],
        Value::Null,
        "there are no citizen reports"
    );
    assert_eq!(answer["split"], Value::Null);
    assert!(
        answer["note"]
            .as_str()
            .unwrap()
            .contains("counts as satisfied")
    );
    assert!(answer["unverified"].as_array().unwrap().len() >= 3);

    let cookie = collector.sign_in(Role::Analyst).await;
    let request = collector.get("/staff/qd766?lang=en&from=2026-07-01&to=2026-07-31");
    let page = request
        .header(header::COOKIE, &cookie)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains(">99.00<") && page.contains(">50.00<"),
        "{page}"
    );
    assert!(page.contains("silence is taken for satisfaction"));
    assert!(page.contains("not verified and not set"));
}

#[tokio::test]
async fn a_dossier_with_several_grounds_is_subtracted_once() {
    let collector =
        Collector::start_with(|settings| settings.qd766_points = Some([6.0, 6.0, 6.0])).await;
    let mut dossiers: Vec<Dossier> = (0..100)
        .map(|n| dossier(n, "A", Some("2026-07-10")))
        .collect();
    dossiers[0].finished_at = Some(store_fixture::moment("2026-07-20T03:00:00Z"));
    dossiers[1].finished_at = dossiers[0].finished_at;
    // Overdue and not finished: of the period, too.
    dossiers.push(dossier(100, "A", None));
    collector.store.upsert_dossiers(dossiers).await.unwrap();
    // Number 0 is late, dissatisfied and reported; 1 late; 2 dissatisfied; 3 reported.
    let ratings = [
        rating(0, "A", 1),
        rating(2, "A", 2),
        rating(3, "A", 5),
        rating(4, "A", 3),
        rating(5, "A", 4),
    ];
    collector.store.append(ratings.into()).await.unwrap();
    feed(
        &collector,
        vec![
            report("1", "A", Some(0), Some("2026-07-10"), Outcome::Satisfied),
            report("2", "A", Some(3), Some("2026-07-20"), Outcome::NotSatisfied),
            report("3", "A", None, Some("2026-07-10"), Outcome::Complaint),
            report("4", "A", None, Some("2026-07-10"), Outcome::Unknown),
        ],
    )
    .await;
    let answer = asked(&collector, "").await;
    let ratios = &answer["total"]["ratios"];
    assert_eq!(ratios[2]["of"], 101);
    assert_eq!(ratios[2]["counted"], 96);
    assert_eq!(
        (&ratios[0]["value"], &ratios[0]["of"]),
        (&75.0.into(), &4.into()),
        "one was answered late"
    );
    assert_eq!(
        ratios[1]["value"], 50.0,
        "the late one is dissatisfied, too, and goes once"
    );
    let points = answer["total"]["points"].as_array().unwrap();
    assert_eq!((&points[0], &points[1]), (&4.5.into(), &3.0.into()));
}

#[tokio::test]
async fn few_raters_hide_the_third_ratio_and_so_does_what_would_reveal_them() {
    let collector = Collector::start().await;
    let units = [("A", 0..10), ("B", 10..20), ("C", 20..30), ("D", 30..40)];
    for (unit, span) in units.clone() {
        let dossiers = span.map(|n| dossier(n, unit, Some("2026-07-10")));
        collector
            .store
            .upsert_dossiers(dossiers.collect())
            .await
            .unwrap();
    }
    for (unit, span) in [("A", 0..9), ("B", 10..16), ("C", 20..22)] {
        let ratings = span.map(|n| rating(n, unit, 2));
        collector.store.append(ratings.collect()).await.unwrap();
    }
    let answer = asked(&collector, "").await;
    let hidden: Vec<(&str, bool)> = answer["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| {
            (
                cell["unit"].as_str().unwrap(),
                cell["ratios"][2]["suppressed"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        hidden,
        [("A", false), ("B", true), ("C", true), ("D", false)]
    );
    let one = asked(&collector, "&unit=B").await;
    assert_eq!(one["total"]["unit"], "B");
    assert_eq!(
        one["total"]["ratios"][2]["value"],
        Value::Null,
        "asked for alone it stays hidden"
    );
    assert_eq!(one["total"]["ratios"][2]["of"], 10);
}

#[tokio::test]
async fn only_those_may_ask_who_read_figures_and_a_wrong_question_is_told() {
    let collector = Collector::start().await;
    for role in [Role::Device, Role::OneStop] {
        let request = collector
            .get("/api/v1/qd766")
            .bearer_auth(collector.key(role));
        problem(request.send().await.unwrap(), 403, "wrong-role").await;
    }
    for (query, code) in [
        ("from=yesterday", "wrong-date"),
        ("from=2026-07-02&to=2026-07-01", "wrong-period"),
        ("from=2020-01-01&to=2026-07-01", "too-long"),
        ("form=none", "unknown-form"),
        ("units=A", "unknown-parameter"),
    ] {
        let path = format!("/api/v1/qd766?form=t&{query}").replace("form=t&form", "form");
        let request = collector.get(&path).bearer_auth(collector.key(Role::Admin));
        problem(request.send().await.unwrap(), 400, code).await;
    }
}

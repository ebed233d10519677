//! The one-stop evaluation over the API: who may ask, where points come from, and that there is no total without a part.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;
mod nine_fixture;

use collector::delay::Delay;
use collector::store::{Dossier, Role};
use http_fixture::{Collector, problem, store_fixture};
use jiff::Timestamp;
use nine_fixture::{HELD, forms, given};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use survey::answers::Packed;

const JULY: &str = "from=2026-07-01&to=2026-07-31";

/// A dossier of unit A.
fn dossier(n: u32, finished: Timestamp, due: Option<&str>) -> Dossier {
    Dossier {
        code: format!("H57.132-260701-{n:04}"),
        procedure: "1.000001".into(),
        unit: "A".into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: due.map(store_fixture::moment),
        finished_at: Some(finished),
        outcome: None,
    }
}

/// Six people rate unit A, three unit FEW; A finished seven dossiers, six of which had a due day.
async fn with_ratings(delay: Delay) -> Collector {
    let collector = Collector::start_on(forms(), |settings| settings.delay = delay).await;
    let nine = |last: u8| vec![HELD, HELD, 2, 2, 2, 2, 1, 1, last];
    let store = &collector.store;
    // Of the last indicator one says nothing.
    let mut six = vec![nine(2); 5];
    six.push(nine(Packed::MISSING));
    for ratings in [
        given(1, "A", "one-stop-nine", &six),
        given(11, "FEW", "one-stop-nine", &six[..3]),
        given(
            21,
            "A",
            "three-level",
            &[1, 1, 2, 2, 3, 3].map(|level| vec![level]),
        ),
    ] {
        store.append(ratings).await.unwrap();
    }
    let due = Some("2026-07-15T02:00:00Z");
    let dossiers = [
        ("2026-07-10T03:00:00Z", due),
        ("2026-07-11T03:00:00Z", due),
        ("2026-07-14T03:00:00Z", due),
        ("2026-07-15T03:00:00Z", due),
        ("2026-07-15T09:00:00Z", due),
        ("2026-07-16T03:00:00Z", due),
        ("2026-07-16T03:00:00Z", None),
    ];
    let dossiers = (0..)
        .zip(dossiers)
        .map(|(n, (finished, due))| dossier(n, store_fixture::moment(finished), due));
    store.upsert_dossiers(dossiers.collect()).await.unwrap();
    collector
}

async fn ask(collector: &Collector, role: Role, query: &str) -> Response {
    let request = collector.get(&format!("/api/v1/evaluation?{query}"));
    let request = request.bearer_auth(collector.key(role));
    request.send().await.unwrap()
}

async fn told(collector: &Collector, query: &str) -> Value {
    let answer = ask(collector, Role::Analyst, query).await;
    assert_eq!(answer.status(), StatusCode::OK, "{query}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn each_indicator_says_where_its_points_come_from() {
    let collector = with_ratings(Delay::NONE).await;
    let answer = told(&collector, &format!("unit=A&{JULY}")).await;
    let indicators = answer["indicators"].as_array().unwrap();
    let points: Vec<_> = indicators
        .iter()
        .map(|one| {
            json!([
                one["number"],
                one["source"],
                one["points"],
                one["numerator"],
                one["denominator"]
            ])
        })
        .collect();
    assert_eq!(
        points,
        [
            json!(["1", "proposed", 1.33, 8, 6]),
            json!(["2", "unknown", null, null, null]),
            json!(["3", "people", 2.0, 12, 6]),
            json!(["4", "people", 2.0, 12, 6]),
            json!(["5", "people", 2.0, 12, 6]),
            json!(["6", "people", 2.0, 12, 6]),
            json!(["7", "people", 1.0, 6, 6]),
            json!(["8", "people", 1.0, 6, 6]),
            json!(["9", "people", 2.0, 10, 5]),
        ]
    );
    let proposal = &indicators[0]["proposal"];
    for (name, count) in [
        ("before_due", 3),
        ("on_due", 2),
        ("after_due", 1),
        ("without_due", 1),
    ] {
        assert_eq!(proposal[name], count, "{name}");
    }
    assert!(indicators.iter().all(|one| one["most"] == 2));
    assert_eq!(
        (&answer["most"], &answer["total"]),
        (&json!(18), &json!(null))
    );
    assert_eq!(
        (&answer["grade"], &answer["lacking"]),
        (&json!(null), &json!(["2"]))
    );
    assert!(answer["no_grade"].as_str().unwrap().contains("indicator 2"));
    assert!(answer["unverified"].as_array().unwrap().len() > 2);
    assert_eq!(answer["index"]["form"], "one-stop-nine");
    assert_eq!(answer["index"]["cells"][6]["missing"], 1);

    // 8/6 + 1.25 + 8 + 2 + 2
    let whole = told(
        &collector,
        &format!("unit=A&{JULY}&records.agency-time=1,25"),
    )
    .await;
    assert_eq!(
        (&whole["total"], &whole["grade"]),
        (&json!(14.58), &json!("good"))
    );
    assert_eq!(
        (&whole["lacking"], &whole["no_grade"]),
        (&json!([]), &json!(null))
    );
    let typed = &whole["indicators"][1];
    assert_eq!(
        (&typed["source"], &typed["points"], &typed["numerator"]),
        (&json!("typed"), &json!(1.25), &json!(null))
    );
    // What is typed takes the place of a proposal, which stands beside it.
    let query = format!("unit=A&{JULY}&records.total-time=2&records.agency-time=1.25");
    let whole = told(&collector, &query).await;
    assert_eq!(
        (&whole["total"], &whole["grade"]),
        (&json!(15.25), &json!("excellent"))
    );
    assert_eq!(whole["indicators"][0]["source"], "typed");
    assert_eq!(whole["indicators"][0]["proposal"]["points"], 1.33);

    let half = &answer["satisfaction"];
    let levels = half["levels"].as_array().unwrap();
    assert_eq!(levels.len(), 3);
    assert!(
        levels
            .iter()
            .all(|level| level["count"] == 2 && level["share"] == 33.3)
    );
    assert_eq!(levels[0]["text"]["vi"], "Không hài lòng");
    assert_eq!((&half["answers"], &half["sum"]), (&json!(6), &json!(99.9)));
    assert_eq!(half["index"]["form"], "three-level");
}

#[tokio::test]
async fn nothing_is_told_of_few_people_and_nothing_is_proposed_for_what_dossiers_do_not_have() {
    let collector = with_ratings(Delay::NONE).await;
    let few = told(
        &collector,
        "unit=FEW&records.total-time=2&records.agency-time=2",
    )
    .await;
    let indicators = few["indicators"].as_array().unwrap();
    for one in &indicators[2..] {
        assert_eq!(one["suppressed"], true, "{one}");
        for hidden in ["points", "numerator", "denominator"] {
            assert_eq!(one[hidden], Value::Null, "{one}");
        }
    }
    assert_eq!((&few["total"], &few["grade"]), (&json!(null), &json!(null)));
    assert_eq!(few["lacking"].as_array().unwrap().len(), 7);
    // Nobody has rated there at that form.
    assert_eq!(few["satisfaction"]["levels"], json!([]));
    for (query, source) in [
        ("unit=A", "proposed"),
        ("field=none", "unknown"),
        ("procedure=1.000001", "proposed"),
        ("channel=kiosk", "unknown"),
        ("provenance=unit", "unknown"),
        ("unit=A&flagged=exclude", "proposed"),
        ("unit=A&units=as-is", "proposed"),
        ("unit=FEW", "unknown"),
    ] {
        let answer = told(&collector, &format!("{query}&{JULY}")).await;
        assert_eq!(answer["indicators"][0]["source"], source, "{query}");
    }
}

#[tokio::test]
async fn days_that_are_held_back_have_no_evaluation() {
    let collector = with_ratings(Delay::default()).await;
    let before = told(&collector, "unit=A&to=2999-12-31").await;
    assert_eq!(
        before["indicators"][0]["denominator"], 3,
        "from the first rating on"
    );
    let now = Timestamp::now();
    let late = dossier(99, now, Some("2026-07-15T02:00:00Z"));
    collector.store.upsert_dossiers(vec![late]).await.unwrap();
    let after = told(&collector, "unit=A&to=2999-12-31").await;
    assert_eq!(after["indicators"], before["indicators"]);
    let query = "unit=A&from=2999-01-01&records.total-time=2&records.agency-time=2";
    let held = told(&collector, query).await;
    assert!(held["index"]["held_back"].is_string(), "{held}");
    assert_eq!(held["no_grade"], held["index"]["held_back"]);
    assert_eq!(held["total"], Value::Null);
    let query = "unit=A&from=2999-01-01";
    let held = told(&collector, query).await;
    assert_eq!(held["indicators"][0]["source"], "unknown");
}

#[tokio::test]
async fn only_analysts_and_administrators_are_told_and_a_wrong_question_is_refused() {
    let collector = with_ratings(Delay::NONE).await;
    for role in [Role::Device, Role::OneStop] {
        problem(ask(&collector, role, "").await, 403, "wrong-role").await;
    }
    let nobody = collector.get("/api/v1/evaluation").send().await.unwrap();
    problem(nobody, 401, "no-key").await;
    for role in [Role::Analyst, Role::Admin] {
        assert_eq!(ask(&collector, role, "").await.status(), StatusCode::OK);
    }
    for (query, code, field) in [
        (
            "records.total-time=2.1",
            "wrong-points",
            "records.total-time",
        ),
        (
            "records.total-time=-1",
            "wrong-points",
            "records.total-time",
        ),
        (
            "records.agency-time=two",
            "wrong-points",
            "records.agency-time",
        ),
        (
            "records.attitude=1",
            "unknown-parameter",
            "records.attitude",
        ),
        (
            "records.total-time=1&records.total-time=2",
            "repeated-parameter",
            "records.total-time",
        ),
        ("by=unit", "unknown-parameter", "by"),
        ("method=mean100", "unknown-parameter", "method"),
        ("item=attitude", "unknown-parameter", "item"),
        ("form=x", "unknown-form", "form"),
        ("form=three-level", "wrong-form", "form"),
        ("form_version=7", "unknown-form-version", "form_version"),
        ("channel=drum", "unknown-value", "channel"),
        ("from=2026-08-01&to=2026-07-01", "wrong-period", "from"),
    ] {
        let refused = ask(&collector, Role::Admin, query).await;
        assert_eq!(problem(refused, 400, code).await["field"], field, "{query}");
    }
    // As far as the calendar goes, and nothing breaks.
    let ends = ask(&collector, Role::Admin, "from=0001-01-01&to=9999-12-31").await;
    assert_eq!(ends.status(), StatusCode::OK);
}

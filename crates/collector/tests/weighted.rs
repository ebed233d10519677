//! Weighted figures: silence between kinds of dossiers is mended, always beside the unweighted figure, or it is said why not.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::store::{Dossier, Procedure, Role, ToldChange, Unit, UnitChange};
use http_fixture::{Collector, problem, store_fixture};
use reqwest::header;
use serde_json::{Value, json};

/// Dossiers number `start` and following, finished on 15 July 2026.
fn dossiers(start: u32, count: u32, late: bool, channel: &str) -> Vec<Dossier> {
    let moment = store_fixture::moment;
    (start..start + count)
        .map(|n| Dossier {
            code: format!("H57.132-260701-{n:04}"),
            procedure: "1.000001".into(),
            unit: "000.00.19.H10".into(),
            authority: None,
            filing_channel: Some(channel.into()),
            received_at: Some(moment("2026-07-01T02:00:00Z")),
            due_at: Some(moment(if late {
                "2026-07-10T02:00:00Z"
            } else {
                "2026-07-20T02:00:00Z"
            })),
            finished_at: Some(moment("2026-07-15T02:00:00Z")),
            outcome: None,
        })
        .collect()
}

/// Rates these dossiers as the device.
async fn rate(collector: &Collector, numbers: std::ops::Range<u32>, overall: u8) {
    let numbers: Vec<u32> = numbers.collect();
    for chunk in numbers.chunks(50) {
        let responses: Vec<Value> = chunk
            .iter()
            .map(|n| {
                json!({"id": uuid::Uuid::now_v7(), "form": "t", "form_version": 1, "touchpoint": "result",
                       "channel": "kiosk", "dossier": format!("H57.132-260701-{n:04}"),
                       "answers": {"overall": overall}})
            })
            .collect();
        let answer = collector
            .send(json!({"responses": responses}).to_string())
            .await;
        let answer: Value = answer.json().await.unwrap();
        for receipt in answer["results"].as_array().unwrap() {
            assert_eq!(receipt["status"], "stored", "{receipt}");
        }
    }
}

/// A collector that knows these dossiers and the field of their procedure.
async fn with(dossiers: Vec<Dossier>) -> Collector {
    let collector = Collector::start().await;
    let procedure = Procedure {
        code: "1.000001".into(),
        name: "Thủ tục".into(),
        field: "Đất đai".into(),
    };
    collector
        .store
        .upsert_procedures(vec![procedure])
        .await
        .unwrap();
    collector.store.upsert_dossiers(dossiers).await.unwrap();
    collector
}

/// 100 late dossiers of which 10 were rated, 2 of them satisfied; 900 on time of which 180, 171 of them satisfied.
async fn with_unequal_silence() -> Collector {
    let mut all = dossiers(0, 100, true, "desk");
    all.extend(dossiers(100, 900, false, "desk"));
    let collector = with(all).await;
    rate(&collector, 0..2, 5).await;
    rate(&collector, 2..10, 1).await;
    rate(&collector, 100..271, 5).await;
    rate(&collector, 271..280, 1).await;
    collector
}

/// Closed, rated, satisfied: late at the desk 60, 6, 1 and online 40, 20, 12; on time at the desk 240, 60, 54 and online 60, 30, 21.
/// Late and at the desk together keep silent more than either does by itself.
async fn with_silence_of_a_combination() -> Collector {
    let mut all = dossiers(0, 60, true, "desk");
    all.extend(dossiers(60, 40, true, "online"));
    all.extend(dossiers(100, 240, false, "desk"));
    all.extend(dossiers(340, 60, false, "online"));
    let collector = with(all).await;
    for (satisfied, dissatisfied) in [
        (0..1, 1..6),
        (60..72, 72..80),
        (100..154, 154..160),
        (340..361, 361..370),
    ] {
        rate(&collector, satisfied, 5).await;
        rate(&collector, dissatisfied, 1).await;
    }
    collector
}

const PERIOD: &str = "from=2026-07-01&to=2026-07-31";

async fn index(collector: &Collector, query: &str) -> Value {
    let path = format!("/api/v1/index?form=t&{PERIOD}&{query}");
    let request = collector
        .get(&path)
        .bearer_auth(collector.key(Role::Analyst));
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_worked_example_of_the_methods_comes_out_of_the_api() {
    let collector = with_unequal_silence().await;
    let told = index(&collector, "weights=raked").await;
    let weighted = &told["weighted"];
    assert_eq!(weighted["method"], "raked/1", "{told}");
    assert_eq!(
        (&weighted["closed"], &weighted["responses"]),
        (&json!(1000), &json!(190))
    );
    let figures = &weighted["figures"];
    assert_eq!(figures["unweighted"]["value"], 91.05, "{weighted}");
    assert_eq!(figures["weighted"]["value"], 87.5);
    assert_eq!(figures["effective_responses"], 181.8);
    assert_eq!(figures["design_effect"], 1.05);
    assert_eq!(
        (&figures["bounds"], &figures["trimmed"]),
        (&json!([0.2, 5.0]), &json!(0))
    );
    let interval = &figures["weighted"]["interval"];
    assert!(interval[0].as_f64().unwrap() < 87.5 && interval[1].as_f64().unwrap() > 87.5);
    assert_eq!(
        index(&collector, "weights=none").await["weighted"],
        Value::Null
    );
}

/// (10·1 + 2·12 + 4·54 + 2·21)/400 = 73.00 %; raking holds four margins and knows nothing of combinations.
#[tokio::test]
async fn the_post_stratified_example_of_the_methods_comes_out_of_the_api() {
    let collector = with_silence_of_a_combination().await;
    let post_stratified = index(&collector, "weights=post-stratified").await;
    let weighted = &post_stratified["weighted"];
    assert_eq!(weighted["method"], "post-stratified/1", "{weighted}");
    assert_eq!(
        (&weighted["closed"], &weighted["responses"]),
        (&json!(400), &json!(116))
    );
    assert_eq!(weighted["obstacle"], Value::Null);
    let figures = &weighted["figures"];
    assert_eq!(figures["unweighted"]["value"], 75.86, "{weighted}");
    assert_eq!(figures["weighted"]["value"], 73.0);
    assert_eq!(figures["effective_responses"], 90.9);
    assert_eq!(figures["design_effect"], 1.28);
    assert_eq!(figures["largest_weight"], 2.9);
    assert_eq!(
        (&figures["bounds"], &figures["trimmed"]),
        (&json!([0.2, 5.0]), &json!(0))
    );
    let interval = &figures["weighted"]["interval"];
    assert!(interval[0].as_f64().unwrap() < 73.0 && interval[1].as_f64().unwrap() > 73.0);
    let told = index(&collector, "weights=raked").await;
    let raked = &told["weighted"]["figures"];
    assert_eq!(raked["unweighted"], figures["unweighted"]);
    assert_eq!(raked["weighted"]["value"], 75.28);
}

/// The only rating of 40 late dossiers weighs 40, each of the 20 of 40 on time 2: the mean is 80/21, and the one is beyond five
/// times that. It stays so, since nobody else can speak for the late ones.
#[tokio::test]
async fn post_stratified_weights_beyond_the_bounds_are_left_and_told() {
    let mut all = dossiers(0, 40, true, "desk");
    all.extend(dossiers(40, 40, false, "desk"));
    let collector = with(all).await;
    rate(&collector, 0..1, 1).await;
    rate(&collector, 40..60, 5).await;
    let told = index(&collector, "weights=post-stratified").await;
    let figures = &told["weighted"]["figures"];
    assert_eq!(figures["weighted"]["value"], 50.0, "{told}");
    assert_eq!(figures["largest_weight"], 10.5);
    assert_eq!(
        (&figures["bounds"], &figures["trimmed"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_combination_that_nobody_rated_is_named_and_can_be_raked() {
    let collector = with_unequal_silence().await;
    let mut online = dossiers(2000, 50, false, "online");
    online.extend(dossiers(2100, 7, true, "online"));
    collector.store.upsert_dossiers(online).await.unwrap();
    rate(&collector, 2000..2010, 5).await;
    let told = index(&collector, "weights=post-stratified").await;
    assert_eq!(told["weighted"]["figures"], Value::Null, "{told}");
    assert_eq!(told["weighted"]["responses"], 200);
    let obstacle = &told["weighted"]["obstacle"];
    assert_eq!(obstacle["code"], "no-ratings-of-a-kind");
    assert_eq!(obstacle["silent"], json!([]));
    assert_eq!(
        obstacle["silent_kinds"],
        json!([{"unit": "000.00.19.H10", "field": "Đất đai", "timeliness": "late", "filing_channel": "online",
                "closed": 7}])
    );
    let message = obstacle["message"].as_str().unwrap();
    let named = "timeliness \"late\" × filing_channel \"online\" (7 closed)";
    assert!(
        message.contains(named) && message.contains("use weights \"raked\""),
        "{message}"
    );
    let raked = index(&collector, "weights=raked").await;
    assert!(raked["weighted"]["figures"].is_object(), "{raked}");
}

#[tokio::test]
async fn a_kind_that_nobody_rated_is_named() {
    let collector = with_unequal_silence().await;
    collector
        .store
        .upsert_dossiers(dossiers(2000, 7, false, "online"))
        .await
        .unwrap();
    let told = index(&collector, "weights=raked").await;
    assert_eq!(told["weighted"]["figures"], Value::Null);
    let obstacle = &told["weighted"]["obstacle"];
    assert_eq!(obstacle["code"], "no-ratings-of-a-kind");
    assert_eq!(
        obstacle["silent"],
        json!([{"margin": "filing_channel", "category": "online", "closed": 7}])
    );
    let cookie = collector.sign_in(Role::Analyst).await;
    for (lang, said) in [
        (
            "vi",
            "có hồ sơ đã giải quyết mà không có đánh giá nào: cách nộp “nộp trực tuyến” (7 hồ sơ)",
        ),
        ("en", "none was rated: way of filing “online” (7 dossiers)"),
    ] {
        let path = format!("/staff?{PERIOD}&weights=raked&lang={lang}");
        let request = collector.get(&path).header(header::COOKIE, &cookie);
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(said), "{page}");
    }
}

#[tokio::test]
async fn without_the_key_of_the_year_pages_and_api_say_that_it_is_not_known() {
    let collector = with_unequal_silence().await;
    let database = rusqlite::Connection::open(collector.folder.path().join("hai-long.db")).unwrap();
    let destroyed = "UPDATE period SET state = 3, secret = NULL WHERE year = 2026";
    assert_eq!(database.execute(destroyed, []).unwrap(), 1);
    let told = index(&collector, "weights=raked").await;
    let weighted = &told["weighted"];
    assert_eq!(weighted["obstacle"]["code"], "year-forgotten");
    assert_eq!(
        (&weighted["figures"], &weighted["responses"]),
        (&Value::Null, &Value::Null)
    );
    let path = "/api/v1/coverage?form=t";
    let request = collector
        .get(path)
        .bearer_auth(collector.key(Role::Analyst));
    let coverage: Value = request.send().await.unwrap().json().await.unwrap();
    let total = &coverage["total"];
    assert_eq!(
        (&total["closed"], &total["not_known"]),
        (&json!(1000), &json!(1000))
    );
    for figure in [
        "invited",
        "rated",
        "unasked",
        "invited_share",
        "rated_share",
    ] {
        assert_eq!(total[figure], Value::Null, "{figure}");
    }
    let cookie = collector.sign_in(Role::Analyst).await;
    for (path, lang, said) in [
        (
            "/staff?weights=raked",
            "vi",
            "khóa của năm trong mã của một số hồ sơ đã hủy",
        ),
        (
            "/staff?weights=raked",
            "en",
            "which of them were rated is not known",
        ),
        (
            "/staff/qd766?form=t",
            "vi",
            "khóa của năm trong mã của 1.000 hồ sơ đã hủy",
        ),
        (
            "/staff/qd766?form=t",
            "en",
            "in the codes of 1,000 dossiers is destroyed",
        ),
    ] {
        let path = format!("{path}&{PERIOD}&lang={lang}");
        let request = collector.get(&path).header(header::COOKIE, &cookie);
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(said), "{path}: {page}");
    }
}

#[tokio::test]
async fn the_report_shows_both_figures_and_keeps_them_in_its_files() {
    let collector = with_unequal_silence().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    let text = async |path: &str| {
        let request = collector.get(path).header(header::COOKIE, &cookie);
        request.send().await.unwrap().text().await.unwrap()
    };
    let plain = text(&format!("/staff?lang=en&{PERIOD}")).await;
    assert!(plain.contains("weights=raked") && !plain.contains("87.50"));
    let page = text(&format!("/staff?lang=en&{PERIOD}&weights=raked")).await;
    assert!(page.contains("91.05") && page.contains("87.50"), "{page}");
    assert!(page.contains("as sure as 181.8 of equal weight; design effect 1.05"));
    let file = text(&format!(
        "/staff?lang=en&{PERIOD}&weights=raked&export=csv&table=weighted"
    ))
    .await;
    assert!(file.contains("91.05") && file.contains("87.50"), "{file}");
    let other = text(&format!(
        "/staff?lang=en&{PERIOD}&weights=raked&channel=kiosk"
    ))
    .await;
    assert!(other.contains("There is no weighted figure of this choice"));
}

#[tokio::test]
async fn what_cannot_be_weighed_is_refused_with_the_mend() {
    let collector = with_unequal_silence().await;
    for weights in ["raked", "post-stratified"] {
        let path = format!("/api/v1/index?form=t&weights={weights}");
        for (query, field) in [
            ("by=unit", "by"),
            ("by=item", "by"),
            ("channel=kiosk", "weights"),
            ("flagged=exclude", "flagged"),
        ] {
            let request = collector
                .get(&format!("{path}&{query}"))
                .bearer_auth(collector.key(Role::Analyst));
            let told = problem(request.send().await.unwrap(), 400, "cannot-weigh").await;
            assert_eq!(told["field"], field, "{query}");
        }
        problem(collector.get(&path).send().await.unwrap(), 401, "no-key").await;
        let wrong = collector
            .get(&path)
            .bearer_auth(collector.key(Role::Device));
        problem(wrong.send().await.unwrap(), 403, "wrong-role").await;
    }
    let request = collector
        .get("/api/v1/index?form=t&weights=heavy")
        .bearer_auth(collector.key(Role::Analyst));
    let told = problem(request.send().await.unwrap(), 400, "unknown-value").await;
    assert_eq!(told["field"], "weights");
}

#[tokio::test]
async fn few_ratings_are_not_weighed() {
    let collector = Collector::start().await;
    collector
        .store
        .upsert_dossiers(dossiers(0, 20, false, "desk"))
        .await
        .unwrap();
    rate(&collector, 0..4, 5).await;
    for weights in ["weights=raked", "weights=post-stratified"] {
        let told = index(&collector, weights).await;
        let weighted = &told["weighted"];
        assert_eq!(weighted["suppressed"], true, "{weights}");
        assert_eq!(
            (&weighted["figures"], &weighted["responses"]),
            (&Value::Null, &Value::Null)
        );
    }
}

/// A unit whose citizens were never asked went into one whose were: as it was then its silence stands in the way, under the unit
/// of today it does not.
#[tokio::test]
async fn weights_follow_units_over_time() {
    let collector = with_unequal_silence().await;
    let store = &collector.store;
    let mut old = dossiers(3000, 7, false, "desk");
    for one in &mut old {
        one.unit = "H10.OLD".into();
    }
    store.upsert_dossiers(old).await.unwrap();
    let unit = |code: &str, valid_from, valid_to| Unit {
        code: code.into(),
        name: code.into(),
        kind: "commune".into(),
        parent: None,
        valid_from,
        valid_to,
    };
    let day = store_fixture::day;
    let units = vec![
        unit("H10.OLD", None, Some(day("2026-07-31"))),
        unit("H10.NEW", Some(day("2026-08-01")), None),
    ];
    store.upsert_units(units).await.unwrap();
    let change = UnitChange {
        unit: "H10.OLD".into(),
        successor: "000.00.19.H10".into(),
        from: day("2026-08-01"),
    };
    let changes = vec![ToldChange::Is(change)];
    store.tell_unit_changes(changes).await.unwrap();
    let then = index(&collector, "weights=raked").await;
    let silent = &then["weighted"]["obstacle"]["silent"];
    assert_eq!(
        silent,
        &json!([{"margin": "unit", "category": "H10.OLD", "closed": 7}])
    );
    let today = index(&collector, "weights=raked&units=as-is").await;
    assert_eq!(today["weighted"]["closed"], 1007, "{today}");
    assert!(today["weighted"]["figures"].is_object());
    // A filter holds units of today, too.
    let of_unit = "weights=raked&units=as-is&unit=000.00.19.H10";
    let today = index(&collector, of_unit).await;
    assert_eq!(today["weighted"]["closed"], 1007, "{today}");
    let then = index(&collector, "weights=raked&unit=000.00.19.H10").await;
    assert_eq!(then["weighted"]["closed"], 1000, "{then}");
}

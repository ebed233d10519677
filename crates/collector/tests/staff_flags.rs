//! The page of flags: rules with their reasons, counts by unit, the index with and without; never a single response.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::store::{Admitted, Role};
use http_fixture::{Collector, problem, store_fixture};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use survey::answers::Packed;

fn ratings(start: u128, unit: &str, overall: u8, count: u128, assisted: bool) -> Vec<Admitted> {
    (start..start + count)
        .map(|n| Admitted {
            unit: unit.to_owned(),
            field: Some("Đất đai".to_owned()),
            procedure: Some("1.000001".to_owned()),
            answers: Packed(vec![overall, 5, 4, Packed::MISSING]),
            assisted,
            ..store_fixture::admitted(n)
        })
        .collect()
}

/// A: 30 content and 10 discontent with help; B: 40 content and 6 discontent with help; C: 20 content; D and E: too few.
async fn with_ratings() -> (Collector, String) {
    let collector = Collector::start().await;
    for all in [
        ratings(1, "A", 4, 30, false),
        ratings(1_001, "A", 2, 10, true),
        ratings(2_001, "B", 4, 40, false),
        ratings(3_001, "B", 2, 6, true),
        ratings(4_001, "C", 4, 20, false),
        ratings(5_001, "D", 2, 3, true),
        ratings(6_001, "E", 2, 3, true),
    ] {
        collector.store.append(all).await.unwrap();
    }
    let cookie = collector.sign_in(Role::Analyst).await;
    (collector, cookie)
}

async fn text(collector: &Collector, cookie: &str, path: &str) -> String {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

/// The rows of a CSV file, without the labels.
fn rows(file: &str, columns: usize) -> Vec<Vec<String>> {
    csv::Reader::from_reader(file.strip_prefix('\u{feff}').unwrap().as_bytes())
        .records()
        .map(|row| {
            row.unwrap()
                .iter()
                .take(columns)
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn every_rule_stands_with_its_reason_and_its_innocent_explanation() {
    let (collector, cookie) = with_ratings().await;
    for (lang, said) in [
        (
            "vi",
            [
                "Người dân đã nhờ người hỗ trợ khi đánh giá.",
                "đánh giá vẫn có giá trị",
                "không phải bằng chứng",
                "≥ 8 đánh giá trên cùng một máy trong ≤ 180 giây.",
            ],
        ),
        (
            "en",
            [
                "The citizen asked for help while rating.",
                "the rating counts all the same",
                "no proof",
                "≥ 8 ratings on one device within ≤ 180 seconds.",
            ],
        ),
    ] {
        let page = text(&collector, &cookie, &format!("/staff/flags?lang={lang}")).await;
        for said in said {
            assert!(page.contains(said), "{said} is not in {page}");
        }
        assert!(!page.contains(" style=") && !page.contains("<script"));
    }
}

#[tokio::test]
async fn units_stand_with_and_without_and_few_are_not_told() {
    let (collector, cookie) = with_ratings().await;
    let file = text(
        &collector,
        &cookie,
        "/staff/flags?lang=en&export=csv&table=groups",
    )
    .await;
    let of = |name: &str| {
        let rows = rows(&file, 8);
        rows.into_iter().find(|row| row[0] == name).unwrap()
    };
    assert_eq!(
        of("A")[2..],
        ["40", "10", "25.00", "75.00", "100.00", "25.00"]
    );
    assert_eq!(of("B")[2..5], ["46", "6", "13.04"]);
    assert_eq!(
        of("C")[2..],
        ["20", "0", "0.00", "100.00", "100.00", "0.00"]
    );
    assert_eq!(of("D")[2..], ["", "", "", "", "", ""], "suppressed");
    let matrix = text(
        &collector,
        &cookie,
        "/staff/flags?lang=en&export=csv&table=by-rule",
    )
    .await;
    let heading: Vec<String> =
        csv::Reader::from_reader(matrix.strip_prefix('\u{feff}').unwrap().as_bytes())
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
    let help = heading.iter().position(|name| name == "With help").unwrap();
    let rows = rows(&matrix, heading.len());
    let a = rows.iter().find(|row| row[0] == "A").unwrap();
    assert_eq!((a[help].as_str(), a[help + 1].as_str()), ("10", "25.00"));
    let d = rows.iter().find(|row| row[0] == "D").unwrap();
    assert_eq!(d[help], "");
}

#[tokio::test]
async fn one_drills_down_and_the_filters_stay() {
    let (collector, cookie) = with_ratings().await;
    let page = text(&collector, &cookie, "/staff/flags?channel=kiosk").await;
    let link = "/staff/flags?unit=A&#38;channel=kiosk";
    assert!(page.contains(&format!("href=\"{link}\"")), "{page}");
    let unit = text(&collector, &cookie, &link.replace("&#38;", "&")).await;
    assert!(unit.contains("Đất đai") && unit.contains("/staff?unit=A&#38;channel=kiosk"));
}

#[tokio::test]
async fn the_report_and_the_ranking_have_both_figures_too() {
    let (collector, cookie) = with_ratings().await;
    let page = text(&collector, &cookie, "/staff?lang=en&unit=A").await;
    assert!(page.contains("Index without them") && page.contains("100.00"));
    for path in [
        "/staff?lang=en&export=csv&table=units",
        "/staff/units?lang=en&export=csv",
    ] {
        let file = text(&collector, &cookie, path).await;
        assert!(file.contains("Index without flagged"), "{path}");
        let row = rows(&file, 20)
            .into_iter()
            .find(|row| row[1] == "A")
            .unwrap();
        assert!(
            row.contains(&"10".to_owned()) && row.contains(&"100.00".to_owned()),
            "{row:?}"
        );
    }
}

#[tokio::test]
async fn strangers_see_nothing() {
    let (collector, _) = with_ratings().await;
    let answer = collector.get("/staff/flags").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_api_tells_groups_only_and_analysts_only() {
    let (collector, _cookie) = with_ratings().await;
    let ask = async |role: Role, query: &str| {
        let request = collector.get(&format!("/api/v1/flags?form=t{query}"));
        let request = request.bearer_auth(collector.key(role));
        request.send().await.unwrap()
    };
    let told: Value = ask(Role::Analyst, "").await.json().await.unwrap();
    let groups = &told["groups"];
    assert_eq!(groups["index"]["by"], json!(["unit"]));
    let a = &groups["counts"][0];
    assert_eq!(
        [
            &a["responses"],
            &a["flagged"],
            &a["share"],
            &a["without_flagged"],
            &a["difference"]
        ],
        [
            &json!(40),
            &json!(10),
            &json!(0.25),
            &json!(100.0),
            &json!(25.0)
        ]
    );
    let help = a["raised"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["rule"] == "assisted")
        .unwrap();
    assert_eq!((&help["count"], &help["share"]), (&json!(10), &json!(0.25)));
    assert_eq!(groups["counts"][3], Value::Null, "three responses in all");
    assert_eq!(
        told["rules"].as_array().unwrap().len(),
        a["raised"].as_array().unwrap().len()
    );
    for (query, cut) in [
        ("&unit=A", "field"),
        ("&unit=A&field=Đất đai", "procedure"),
        ("&procedure=1.000001", "procedure"),
    ] {
        let told: Value = ask(Role::Admin, query).await.json().await.unwrap();
        assert_eq!(told["groups"]["index"]["by"], json!([cut]), "{query}");
    }
    for role in [Role::Device, Role::OneStop] {
        problem(ask(role, "").await, 403, "wrong-role").await;
    }
    for wrong in [
        "&item=overall",
        "&factor=service",
        "&flagged=exclude",
        "&by=channel",
    ] {
        problem(ask(Role::Admin, wrong).await, 400, "unknown-parameter").await;
    }
    let nobody = collector.get("/api/v1/flags?form=t").send().await.unwrap();
    problem(nobody, 401, "no-key").await;
}

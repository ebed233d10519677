//! Silence is shown, and whom nobody asked can be invited: all of them, or those that a published seed draws.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod asked_fixture;
mod http_fixture;

use std::collections::BTreeSet;

use asked_fixture::{UNIT, code, office, rate, rate_at};
use collector::store::{AuditFilter, Deed, Role};
use http_fixture::{Collector, ROLES, problem};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

const COVERAGE: &str = "/api/v1/coverage?form=t";
const UNASKED: &str = "/api/v1/coverage/unasked?form=t";

async fn asked(collector: &Collector, role: Role, path: &str) -> Response {
    collector
        .get(path)
        .bearer_auth(collector.key(role))
        .send()
        .await
        .unwrap()
}

async fn told(collector: &Collector, path: &str) -> Value {
    let answer = asked(collector, Role::Admin, path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.unwrap()
}

async fn invite(collector: &Collector, body: Value) -> Value {
    let answer = collector
        .post("/api/v1/invites")
        .bearer_auth(collector.key(Role::OneStop))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

fn codes(list: &Value) -> Vec<String> {
    let dossiers = list["dossiers"].as_array().unwrap().iter();
    dossiers
        .map(|one| one["dossier"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn closed_invited_and_rated_stand_beside_each_other() {
    let collector = office(|settings| settings.threshold = 1).await;
    invite(&collector, json!({"invites": [
        {"dossier": code(1), "form": "t"}, {"dossier": code(2), "form": "t"}, {"dossier": code(2), "form": "t"},
    ]}))
    .await;
    for number in [2, 3, 4] {
        rate(&collector, number).await;
    }
    let answer = told(&collector, &format!("{COVERAGE}&by=unit,timeliness")).await;
    assert_eq!(
        (&answer["from"], &answer["to"]),
        (&json!("2026-08-10"), &json!("2026-09-01"))
    );
    let total = &answer["total"];
    assert_eq!(
        [
            &total["closed"],
            &total["invited"],
            &total["rated"],
            &total["unasked"]
        ],
        [&json!(26), &json!(2), &json!(3), &json!(22)]
    );
    let cells = answer["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 2);
    assert_eq!(
        cells[0]["key"],
        json!({"unit": UNIT, "timeliness": "on-time"})
    );
    assert_eq!(cells[0]["rated_share"], json!(0.15));
    assert_eq!(cells[0]["invited_share"], json!(0.1));
    assert_eq!(cells[1]["key"]["timeliness"], "late");
    assert_eq!(
        (&cells[1]["closed"], &cells[1]["rated"]),
        (&json!(6), &json!(0))
    );

    let filtered = told(
        &collector,
        &format!("{COVERAGE}&unit=000.01.19.H10&from=2026-09-01"),
    )
    .await;
    assert_eq!(filtered["total"]["closed"], 6);
    let nothing = told(
        &collector,
        &format!("{COVERAGE}&from=2030-01-01&to=9999-12-30"),
    )
    .await;
    assert_eq!(nothing["total"]["closed"], 0);
    assert_eq!(nothing["total"]["rated_share"], Value::Null);
}

#[tokio::test]
async fn who_was_asked_with_a_refusal_is_not_asked_again() {
    let collector = office(|settings| settings.threshold = 1).await;
    rate_at(&collector, 1, "refusal").await;
    rate_at(&collector, 2, "receipt").await;
    rate(&collector, 3).await;
    invite(
        &collector,
        json!({"invites": [
            {"dossier": code(1), "form": "t", "touchpoint": "refusal"},
            {"dossier": code(4), "form": "t", "touchpoint": "refusal"},
            {"dossier": code(5), "form": "t"},
        ]}),
    )
    .await;
    for (asked_for, touchpoints, counts) in [
        ("", json!(["result", "refusal"]), [3, 2, 22]),
        ("&touchpoint=result", json!(["result"]), [1, 1, 24]),
        ("&touchpoint=refusal", json!(["refusal"]), [2, 1, 24]),
    ] {
        let answer = told(&collector, &format!("{COVERAGE}{asked_for}")).await;
        assert_eq!(answer["touchpoint"], touchpoints[0]);
        assert_eq!(answer["touchpoints"], touchpoints);
        let total = &answer["total"];
        let counted = ["invited", "rated", "unasked"].map(|name| total[name].as_u64().unwrap());
        assert_eq!(counted, counts, "{asked_for}");
        let list = told(&collector, &format!("{UNASKED}{asked_for}")).await;
        assert_eq!(codes(&list).len() as u64, counts[2], "{asked_for}");
    }
    let given = invite(&collector, json!({"unasked": {"form": "t"}})).await;
    let given = given["results"].as_array().unwrap();
    let again: Vec<&str> = given
        .iter()
        .map(|one| one["dossier"].as_str().unwrap())
        .collect();
    assert_eq!(again.len(), 22);
    for asked in [1, 3, 4, 5].map(code) {
        assert!(!again.contains(&asked.as_str()), "{asked}");
    }
}

#[tokio::test]
async fn few_ratings_are_not_told_apart() {
    let collector = office(|settings| settings.threshold = 5).await;
    for number in (1..=6).chain([21]) {
        rate(&collector, number).await;
    }
    let answer = told(&collector, &format!("{COVERAGE}&by=unit")).await;
    for cell in answer["cells"].as_array().unwrap() {
        // The smaller one has one rating, and the other would tell it by the total.
        assert_eq!(
            (&cell["rated"], &cell["unasked"]),
            (&Value::Null, &Value::Null)
        );
        assert!(cell["closed"].is_u64());
    }
    assert_eq!(answer["total"]["rated"], 7);
}

#[tokio::test]
async fn the_list_pages_through_exactly_those_whom_nobody_asked() {
    let collector = office(|settings| settings.threshold = 1).await;
    invite(
        &collector,
        json!({"invites": [{"dossier": code(1), "form": "t"}]}),
    )
    .await;
    rate(&collector, 2).await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = told(&collector, &format!("{UNASKED}&limit=7{after}")).await;
        assert!(codes(&page).len() <= 7);
        seen.extend(codes(&page));
        match page["next"].as_str() {
            Some(next) => {
                assert!(!next.contains("H10"), "no code in an address");
                after = format!("&after={next}");
            }
            None => break,
        }
    }
    let unique: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(seen.len(), unique.len());
    assert_eq!(unique, (3..=26).map(code).collect());
}

#[tokio::test]
async fn one_action_invites_all_of_them_once() {
    let collector = office(|settings| settings.threshold = 1).await;
    rate(&collector, 2).await;
    let wish = json!({"unasked": {"form": "t", "from": "2026-08-01", "to": "2026-08-31"}});
    let given = invite(&collector, wish.clone()).await;
    assert_eq!(given["results"].as_array().unwrap().len(), 19);
    assert_eq!(given["more"], false);
    assert!(
        given["results"][0]["link"]
            .as_str()
            .unwrap()
            .contains("/r/")
    );
    let named: BTreeSet<&str> = given["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["dossier"].as_str().unwrap())
        .collect();
    assert_eq!(named.len(), 19);
    let again = invite(&collector, wish).await;
    assert_eq!(again["results"], json!([]));
    assert_eq!(codes(&told(&collector, UNASKED).await).len(), 6);
}

#[tokio::test]
async fn the_same_seed_draws_the_same_however_often_and_whoever_was_asked() {
    let collector = office(|settings| settings.threshold = 1).await;
    let by = |seed: &str| format!("{UNASKED}&seed={seed}&number=8");
    let first = told(&collector, &by("hue-2026-q3")).await;
    assert_eq!(
        (&first["drawn"], &first["drawn_of"]),
        (&json!(8), &json!(26))
    );
    assert_eq!(told(&collector, &by("hue-2026-q3")).await, first);
    assert_ne!(
        codes(&told(&collector, &by("another")).await),
        codes(&first)
    );

    let draw = json!({"seed": "hue-2026-q3", "number": 8});
    let wish = json!({"unasked": {"form": "t", "draw": draw}});
    let given = invite(&collector, wish.clone()).await;
    let invited: BTreeSet<String> = given["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["dossier"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(invited, codes(&first).into_iter().collect());
    // Nobody moves up into the place of one who was invited.
    assert_eq!(invite(&collector, wish).await["results"], json!([]));
    let drawn = "seed \"hue-2026-q3\", number 8; drawn 8 of 26 finished from 2026-08-10 to 2026-09-01, at result or refusal";
    let one_stop = |invited: u8| {
        let told = format!("invited {invited}; {drawn}");
        ("key:one-stop".to_owned(), "t".to_owned(), told)
    };
    // Who only looks is written down, too: seeds that were tried show.
    let looked = |seed: &str| {
        let told = drawn.replace("hue-2026-q3", seed);
        let told = format!("{told}; looked at, nobody invited");
        ("key:admin".to_owned(), "t".to_owned(), told)
    };
    assert_eq!(
        draws(&collector).await,
        [
            looked("hue-2026-q3"),
            looked("hue-2026-q3"),
            looked("another"),
            one_stop(8),
            one_stop(0)
        ]
    );
}

/// Draws in the log, the oldest first: who, form, detail.
async fn draws(collector: &Collector) -> Vec<(String, String, String)> {
    let filter = AuditFilter {
        what: Some(Deed::InviteDraw),
        most: 10,
        ..AuditFilter::default()
    };
    let entries = collector.store.audited(filter).await.unwrap();
    let told = entries.into_iter().rev();
    told.map(|(_, entry)| (entry.who, entry.about, entry.detail))
        .collect()
}

#[tokio::test]
async fn the_log_tells_a_draw_and_no_list_of_all() {
    let collector = office(|settings| settings.threshold = 1).await;
    let unit = "000.01.19.H10";
    invite(
        &collector,
        json!({"unasked": {"form": "t", "from": "2026-08-01", "to": "2026-08-31"}}),
    )
    .await;
    told(&collector, UNASKED).await;
    assert_eq!(draws(&collector).await, []);
    let draw = json!({"seed": "s", "share": 1.0});
    invite(
        &collector,
        json!({"unasked": {"form": "t", "unit": [unit], "draw": draw}}),
    )
    .await;
    let [(_, _, told)] = draws(&collector).await.try_into().unwrap();
    assert_eq!(
        told,
        format!(
            "invited 6; seed \"s\", share 1; drawn 6 of 6 finished from 2026-08-10 to 2026-09-01, at result or refusal; units {unit}"
        )
    );
}

#[tokio::test]
async fn codes_are_told_to_those_alone_who_know_them() {
    let collector = office(|settings| settings.threshold = 1).await;
    for role in ROLES {
        let list = asked(&collector, role, UNASKED).await.status();
        assert_eq!(
            list == 200,
            matches!(role, Role::OneStop | Role::Admin),
            "{role:?}"
        );
        let counts = asked(&collector, role, COVERAGE).await.status();
        assert_eq!(counts == 200, role != Role::Device, "{role:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_answered_names_the_parameter() {
    let collector = office(|settings| settings.threshold = 1).await;
    for (path, code, field) in [
        ("/api/v1/coverage?form=none", "unknown-form", "form"),
        (
            "/api/v1/coverage?form=t&by=channel",
            "unknown-dimension",
            "by",
        ),
        ("/api/v1/coverage?form=t&by=unit,unit", "repeated", "by"),
        (
            "/api/v1/coverage?form=t&touchpoint=x",
            "unknown-value",
            "touchpoint",
        ),
        (
            "/api/v1/coverage?form=t&from=2026-09-02&to=2026-09-01",
            "wrong-period",
            "from",
        ),
        (
            "/api/v1/coverage?form=t&from=yesterday",
            "wrong-date",
            "from",
        ),
        (
            "/api/v1/coverage?form=t&colour=red",
            "unknown-parameter",
            "colour",
        ),
        (
            "/api/v1/coverage/unasked?form=t&limit=0",
            "out-of-range",
            "limit",
        ),
        (
            "/api/v1/coverage/unasked?form=t&after=x",
            "wrong-cursor",
            "after",
        ),
        (
            "/api/v1/coverage/unasked?form=t&seed=x",
            "wrong-draw",
            "seed",
        ),
        (
            "/api/v1/coverage/unasked?form=t&seed=x&share=2",
            "wrong-draw",
            "share",
        ),
    ] {
        let answer = asked(&collector, Role::Admin, path).await;
        assert_eq!(problem(answer, 400, code).await["field"], field, "{path}");
    }
}

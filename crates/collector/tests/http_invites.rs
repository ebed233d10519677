//! What an invite is worth: one rating of one dossier, to whoever holds it, and nothing to whoever guesses.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::num::NonZeroU32;
use std::sync::Arc;

use collector::http::{Rate, Settings};
use collector::intake::invite::Found;
use collector::intake::pseudonym::PseudonymKey;
use collector::intake::{Intake, Sender};
use collector::store::{Dossier, Procedure, Role};
use http_fixture::{Collector, ROLES, problem, store_fixture};
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};
use survey::invite::Token;
use tokio::task::JoinSet;
use uuid::Uuid;

const UNIT: &str = "000.00.19.H10";
const INVITES: &str = "/api/v1/invites";
const RESPONSES: &str = "/api/v1/responses";

fn code(number: u32) -> String {
    format!("{UNIT}-260804-{number:04}")
}

/// A collector that knows some finished dossiers, and shows groups of one, too.
async fn office() -> Collector {
    office_with(|_| {}).await
}

/// The same with settings of the test's own.
async fn office_with(change: impl FnOnce(&mut Settings)) -> Collector {
    let plenty = NonZeroU32::new(100_000).unwrap();
    let collector = Collector::start_with(|settings| {
        settings.public_url = "https://danhgia.example.vn/".to_owned();
        settings.threshold = 1;
        settings.rates.failures = Rate::new(plenty, plenty);
        change(settings);
    })
    .await;
    let procedure = Procedure {
        code: "1.011441".into(),
        name: "Đăng ký </script> biến động".into(),
        field: "Đất đai".into(),
    };
    collector
        .store
        .upsert_procedures(vec![procedure])
        .await
        .unwrap();
    let dossiers = (1..=30).map(|number| Dossier {
        code: code(number),
        procedure: "1.011441".into(),
        unit: UNIT.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: Some("2026-08-20T10:00:00Z".parse().unwrap()),
        finished_at: Some("2026-08-19T03:00:00Z".parse().unwrap()),
        outcome: None,
    });
    collector
        .store
        .upsert_dossiers(dossiers.collect())
        .await
        .unwrap();
    collector
}

async fn ask(collector: &Collector, role: Role, wishes: Value) -> Response {
    collector
        .post(INVITES)
        .bearer_auth(collector.key(role))
        .json(&json!({ "invites": wishes }))
        .send()
        .await
        .unwrap()
}

/// The token of a fresh invite for this dossier.
async fn token(collector: &Collector, dossier: u32) -> String {
    let wishes = json!([{"dossier": code(dossier), "form": "t"}]);
    let answer: Value = ask(collector, Role::OneStop, wishes)
        .await
        .json()
        .await
        .unwrap();
    answer["results"][0]["token"].as_str().unwrap().to_owned()
}

fn rating(invite: &str) -> Value {
    json!({
        "id": Uuid::now_v7(), "form": "t", "form_version": 1, "invite": invite, "touchpoint": "result",
        "channel": "phone", "answers": {"overall": 4}, "partial": true,
    })
}

/// Sends ratings as a citizen does: without a key.
async fn send(collector: &Collector, ratings: &[Value]) -> Response {
    collector
        .post(RESPONSES)
        .json(&json!({ "responses": ratings }))
        .send()
        .await
        .unwrap()
}

/// Status and code of each receipt.
async fn told(collector: &Collector, ratings: &[Value]) -> Vec<(String, Option<String>)> {
    let answer = send(collector, ratings).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = answer.json().await.unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|receipt| (text(&receipt["status"]).unwrap(), text(&receipt["code"])))
        .collect()
}

/// The same as the collector's own, asked without the limits that guard it.
fn intake(collector: &Collector) -> Intake {
    Intake::new(
        store_fixture::forms(),
        Arc::clone(&collector.store),
        PseudonymKey::from_bytes([1; 32]),
    )
}

fn stored() -> (String, Option<String>) {
    ("stored".to_owned(), None)
}

fn rejected(code: &str) -> (String, Option<String>) {
    ("rejected".to_owned(), Some(code.to_owned()))
}

#[tokio::test]
async fn only_the_one_stop_software_and_the_administrator_give_invites_out() {
    let collector = office().await;
    let wishes = json!([{"dossier": code(1), "form": "t"}]);
    for role in ROLES {
        let answer = ask(&collector, role, wishes.clone()).await;
        if matches!(role, Role::OneStop | Role::Admin) {
            assert_eq!(answer.status(), StatusCode::OK);
        } else {
            problem(answer, 403, "wrong-role").await;
        }
    }
    let answer = collector
        .post(INVITES)
        .json(&json!({"invites": wishes}))
        .send()
        .await;
    problem(answer.unwrap(), 401, "no-key").await;
}

#[tokio::test]
async fn each_wish_has_its_own_outcome() {
    let collector = office().await;
    let wishes = json!([
        {"dossier": code(1), "form": "t"},
        {"dossier": code(99), "form": "t"},
        {"dossier": "1.011441", "form": "t"},
        {"dossier": code(1), "form": "none"},
        {"dossier": code(1), "form": "t", "expires_in_days": 0},
        {"dossier": code(1), "form": "t", "expires_in_days": 366},
    ]);
    let answer: Value = ask(&collector, Role::OneStop, wishes)
        .await
        .json()
        .await
        .unwrap();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results[0]["status"], "given");
    let token: Token = results[0]["token"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        results[0]["link"],
        format!("https://danhgia.example.vn/r/{token}")
    );
    let fields: Vec<&str> = results[1..]
        .iter()
        .map(|result| result["fault"]["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        fields,
        [
            "dossier",
            "dossier",
            "form",
            "expires_in_days",
            "expires_in_days"
        ]
    );
    for count in [0, 501] {
        let wishes = vec![json!({"dossier": code(1), "form": "t"}); count];
        problem(
            ask(&collector, Role::OneStop, json!(wishes)).await,
            400,
            "bad-count",
        )
        .await;
    }
}

#[tokio::test]
async fn the_code_of_a_link_comes_with_it_when_it_is_asked_for() {
    let collector = office().await;
    let ask = async |qr: Value| {
        let body = json!({"invites": [{"dossier": code(1), "form": "t"}], "qr": qr});
        let asked = collector
            .post(INVITES)
            .bearer_auth(collector.key(Role::OneStop));
        asked.json(&body).send().await.unwrap()
    };
    let drawn: Value = ask(json!("svg")).await.json().await.unwrap();
    let svg = drawn["results"][0]["qr_svg"].as_str().unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
    assert_eq!(drawn["results"][0]["qr_png"], Value::Null);
    let drawn: Value = ask(json!("png")).await.json().await.unwrap();
    let png = drawn["results"][0]["qr_png"].as_str().unwrap();
    assert!(png.starts_with("iVBORw0KGgo"), "a PNG in base64: {png}");
    let none: Value = ask(Value::Null).await.json().await.unwrap();
    let fields = none["results"][0].as_object().unwrap();
    assert_eq!(fields.len(), 4, "as before: {none}");
    problem(ask(json!("gif")).await, 400, "bad-json").await;
}

#[tokio::test]
async fn looking_tells_what_is_rated_and_uses_nothing_up() {
    let collector = office().await;
    let token = token(&collector, 1).await;
    for _ in 0..2 {
        let answer = collector
            .get(&format!("{INVITES}/{token}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.text().await.unwrap();
        assert!(
            !text.contains(&code(1)) && !text.contains("260804"),
            "{text}"
        );
        let opened: Value = serde_json::from_str(&text).unwrap();
        let names: Vec<&str> = opened
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut expected = vec![
            "form",
            "form_version",
            "unit",
            "unit_name",
            "procedure_name",
            "touchpoint",
            "scale_order",
            "demo",
            "server_time",
        ];
        expected.sort_unstable();
        let mut names = names;
        names.sort_unstable();
        assert_eq!(names, expected);
        assert_eq!(opened["unit_name"], "Bộ phận Một cửa");
    }
    assert_eq!(told(&collector, &[rating(&token)]).await, [stored()]);
    let answer = collector
        .get(&format!("{INVITES}/{token}"))
        .send()
        .await
        .unwrap();
    problem(answer, 410, "invite-used").await;
    let answer = collector
        .get(&format!("{INVITES}/123"))
        .send()
        .await
        .unwrap();
    problem(answer, 404, "invite-unknown").await;
}

#[tokio::test]
async fn an_invite_is_the_right_to_one_rating_and_places_it() {
    let collector = office().await;
    let invite = token(&collector, 1).await;
    let first = rating(&invite);
    assert_eq!(
        told(&collector, std::slice::from_ref(&first)).await,
        [stored()]
    );
    // A later revision completes it; the same again changes nothing; another id has no right any more.
    let mut second = first.clone();
    second["revision"] = json!(1);
    second["answers"] = json!({"overall": 5});
    assert_eq!(
        told(&collector, std::slice::from_ref(&second)).await,
        [stored()]
    );
    let again = told(&collector, std::slice::from_ref(&second)).await;
    assert_eq!(again[0].0, "duplicate");
    assert_eq!(
        told(&collector, &[rating(&invite)]).await,
        [rejected("invite-used")]
    );
    let index: Value = collector
        .get("/api/v1/index?form=t&by=provenance,procedure,field,unit,timeliness,channel")
        .bearer_auth(collector.key(Role::Analyst))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        index["cells"][0]["key"],
        json!({"provenance": "invited", "procedure": "1.011441", "field": "Đất đai", "unit": UNIT,
               "timeliness": "on-time", "channel": "phone"}),
        "{index}"
    );
    assert_eq!(index["cells"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_fit_the_invite_is_refused_by_name() {
    let collector = office().await;
    let invite = token(&collector, 1).await;
    let but = |name: &str, value: Value| {
        let mut rating = rating(&invite);
        rating[name] = value;
        rating
    };
    let cases = [
        (but("dossier", json!(code(2))), "not-with-invite"),
        (but("unit", json!(UNIT)), "not-with-invite"),
        (but("touchpoint", json!("refusal")), "invite-mismatch"),
        (
            but("invite", json!("4017932588091746335261")),
            "invite-unknown",
        ),
        (but("invite", Value::Null), "required"),
    ];
    for (rating, code) in cases {
        // Beside one that is good, so that the request as a whole has a right.
        let good = rating_of_another(&collector).await;
        let told = told(&collector, &[rating.clone(), good]).await;
        assert_eq!(told, [rejected(code), stored()], "{rating}");
    }
    let mut without = rating(&invite);
    without.as_object_mut().unwrap().remove("invite");
    problem(send(&collector, &[without]).await, 401, "no-key").await;
    // Nothing of all that has used it up.
    assert_eq!(told(&collector, &[rating(&invite)]).await, [stored()]);
}

async fn rating_of_another(collector: &Collector) -> Value {
    rating(&token(collector, 2).await)
}

#[tokio::test]
async fn a_dossier_counts_once_whichever_way_it_is_rated() {
    let collector = office().await;
    for (dossier, phone_first) in [(3, true), (4, false)] {
        let by_phone = rating(&token(&collector, dossier).await);
        let at_the_kiosk = json!({"responses": [{
            "id": Uuid::now_v7(), "form": "t", "form_version": 1, "dossier": code(dossier), "touchpoint": "result",
            "channel": "kiosk", "answers": {"overall": 2}, "partial": true,
        }]});
        if phone_first {
            assert_eq!(
                told(&collector, std::slice::from_ref(&by_phone)).await,
                [stored()]
            );
        }
        assert_eq!(
            collector.send(at_the_kiosk.to_string()).await.status(),
            StatusCode::OK
        );
        if !phone_first {
            assert_eq!(told(&collector, &[by_phone]).await, [stored()]);
        }
    }
    let verification = collector.store.verify().await.unwrap();
    assert_eq!((verification.responses, verification.repeats), (4, 2));
    assert_eq!(verification.differences, []);
}

#[tokio::test]
async fn of_sixteen_who_use_one_invite_at_once_exactly_one_is_stored() {
    let collector = Arc::new(office().await);
    let invite = token(&collector, 5).await;
    let mut senders = JoinSet::new();
    for _ in 0..16 {
        let (collector, rating) = (Arc::clone(&collector), rating(&invite));
        senders.spawn(async move { told(&collector, &[rating]).await });
    }
    let all = senders.join_all().await;
    let count =
        |wanted: &(String, Option<String>)| all.iter().filter(|told| told[0] == *wanted).count();
    assert_eq!(
        (count(&stored()), count(&rejected("invite-used"))),
        (1, 15),
        "{all:?}"
    );
}

/// 10,000 numbers by chance, and 10,000 that differ from a good one in some digits.
#[tokio::test]
async fn nobody_guesses_an_invite() {
    let collector = office().await;
    let good = token(&collector, 6).await;
    let intake = intake(&collector);
    let known = intake.find_invite(&good.parse().unwrap()).await.unwrap();
    assert!(matches!(known, Found::Open(_)), "{known:?}");
    let mut tried = Vec::new();
    for round in 0..10_000_u64 {
        // A simple generator with a fixed start: a failure can be repeated.
        let mut state = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let bytes: Vec<u8> = (0..64).map(|_| (next() >> 32) as u8).collect();
        let by_chance = Token::from_random(&bytes).unwrap().to_string();
        let mut digits = good.clone().into_bytes();
        for _ in 0..=round % 3 {
            let at = next() as usize % digits.len();
            digits[at] = b'0' + (digits[at] - b'0' + 1 + (next() % 9) as u8) % 10;
        }
        let mutated = String::from_utf8(digits).unwrap();
        for guess in [by_chance, mutated] {
            if guess == good {
                continue; // changed, and changed back
            }
            // Wrong check digits are found before anything is asked.
            if let Ok(token) = guess.parse::<Token>() {
                let found = intake.find_invite(&token).await.unwrap();
                assert!(matches!(found, Found::Unknown), "{guess} opens something");
            }
            tried.push(guess);
        }
    }
    assert!(tried.len() > 19_900, "{}", tried.len());
    for guesses in tried.chunks(500) {
        let ratings = guesses
            .iter()
            .map(|guess| serde_json::from_value(rating(guess)).unwrap())
            .collect();
        let receipts = intake.receive(ratings, &Sender::Citizen).await.unwrap();
        assert_eq!(receipts.len(), guesses.len());
        for receipt in receipts {
            assert_eq!(
                receipt.code.as_deref(),
                Some("invite-unknown"),
                "{receipt:?}"
            );
        }
    }
    assert_eq!(collector.store.totals().await.unwrap().responses, 0);
    let still = intake.find_invite(&good.parse().unwrap()).await.unwrap();
    assert!(matches!(still, Found::Open(_)), "{still:?}");
}

#[tokio::test]
async fn whoever_guesses_is_soon_told_to_wait() {
    let few = NonZeroU32::new(5).unwrap();
    let collector =
        Collector::start_with(|settings| settings.rates.failures = Rate::new(few, few)).await;
    let mut statuses = Vec::new();
    for path in [
        "/r/4017932588091746335261",
        "/api/v1/invites/4017932588091746335261",
    ] {
        for _ in 0..4 {
            statuses.push(collector.get(path).send().await.unwrap().status());
        }
    }
    assert_eq!(statuses[..5], [StatusCode::NOT_FOUND; 5]);
    assert_eq!(statuses[5..], [StatusCode::TOO_MANY_REQUESTS; 3]);
}

#[tokio::test]
async fn an_invite_whose_time_is_over_says_so_and_takes_nothing() {
    let collector = office().await;
    let token = token(&collector, 1).await;
    // As if it had been given out long ago.
    let database = rusqlite::Connection::open(collector.folder.path().join("hai-long.db")).unwrap();
    let changed = database.execute("UPDATE invite SET expires_at = 1000", []);
    assert_eq!(changed.unwrap(), 1);
    drop(database);

    let looked = collector.get(&format!("{INVITES}/{token}")).send().await;
    problem(looked.unwrap(), 410, "invite-expired").await;
    let page = collector.get(&format!("/r/{token}")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::GONE);
    let page = page.text().await.unwrap();
    assert!(
        page.contains("lang=\"vi\"") && page.contains("lang=\"en\""),
        "{page}"
    );
    let refused = ("rejected".to_owned(), Some("invite-expired".to_owned()));
    assert_eq!(told(&collector, &[rating(&token)]).await, [refused]);
    assert_eq!(collector.store.totals().await.unwrap().responses, 0);
}

#[tokio::test]
async fn what_is_no_text_is_an_unknown_invite() {
    let collector = office().await;
    let answer = collector.get("/api/v1/invites/%ff").send().await.unwrap();
    problem(answer, 404, "invite-unknown").await;
    let page = collector.get("/r/%ff").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    let kind = page.headers()[header::CONTENT_TYPE].to_str().unwrap();
    assert!(kind.starts_with("text/html"), "{kind}");
}

#[tokio::test]
async fn a_stored_rating_gets_its_receipt_whatever_was_guessed_beside_it_and_before() {
    let one = NonZeroU32::MIN;
    let strict = office_with(|settings| settings.rates.failures = Rate::new(one, one)).await;
    let invite = token(&strict, 3).await;
    let guesses: Vec<Value> = (0..3).map(|_| rating("4017932588091746335261")).collect();
    let first = send(&strict, &guesses).await;
    assert_eq!(first.status(), StatusCode::OK);
    let second = send(&strict, &guesses).await;
    assert_eq!(second.status(), StatusCode::TOO_MANY_REQUESTS);
    let mixed = [guesses[0].clone(), rating(&invite)];
    assert_eq!(told(&strict, &mixed).await[1], stored());
}

#[tokio::test]
async fn each_response_without_a_key_counts_and_none_is_stored_beyond_the_rate() {
    let few = NonZeroU32::new(4).unwrap();
    let strict = office_with(|settings| settings.rates.public = Rate::new(few, few)).await;
    let invite = token(&strict, 3).await;
    let mut ratings: Vec<Value> = (0..5).map(|_| rating("4017932588091746335261")).collect();
    ratings.push(rating(&invite));
    let refused = send(&strict, &ratings).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let known = intake(&strict).find_invite(&invite.parse().unwrap()).await;
    assert!(matches!(known.unwrap(), Found::Open(_)));
}

#[tokio::test]
async fn the_page_behind_the_link_holds_what_it_opens_and_cannot_be_broken_out_of() {
    let collector = office().await;
    let web = collector.folder.path().join("dist");
    std::fs::create_dir_all(web.join("first")).unwrap();
    std::fs::write(
        web.join("phone.html"),
        "<script type=\"application/json\" id=\"hl-door\">null</script><div><!--first-question--></div>",
    )
    .unwrap();
    std::fs::write(web.join("first/t.v1.html"), "<p>first</p>").unwrap();
    std::fs::write(
        web.join("pages.json"),
        r#"{"phone.html":{"script":["sha256-AA=="],"style":["sha256-BB=="]}}"#,
    )
    .unwrap();
    let invite = token(&collector, 7).await;
    let path = format!("/r/{invite}");
    let answer = collector.get(&path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers().clone();
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(headers["x-robots-tag"], "noindex");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.contains("'sha256-AA=='") && policy.contains("'sha256-BB=='"),
        "{policy}"
    );
    let page = answer.text().await.unwrap();
    assert_eq!(page.matches("</script>").count(), 1, "{page}");
    assert!(page.contains("<div><p>first</p></div>"), "{page}");
    let door = page
        .split_once("hl-door\">")
        .unwrap()
        .1
        .split_once("</script>")
        .unwrap()
        .0;
    let door: Value = serde_json::from_str(door).unwrap();
    assert_eq!(door["procedure_name"], "Đăng ký </script> biến động");

    assert_eq!(told(&collector, &[rating(&invite)]).await, [stored()]);
    let used = collector.get(&path).send().await.unwrap();
    assert_eq!(used.status(), StatusCode::OK);
    let page = used.text().await.unwrap();
    let vi = page.find("đã được ghi nhận").unwrap();
    assert!(vi < page.find("has been recorded").unwrap());
    let unknown = collector
        .get("/r/4017932588091746335261")
        .send()
        .await
        .unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn neither_the_number_nor_the_code_is_found_beside_a_rating() {
    let collector = office().await;
    let invite = token(&collector, 8).await;
    assert_eq!(told(&collector, &[rating(&invite)]).await, [stored()]);
    for entry in std::fs::read_dir(collector.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let held = bytes
                .windows(invite.len())
                .any(|part| part == invite.as_bytes());
            assert!(!held, "{} holds the number", path.display());
        }
    }
}

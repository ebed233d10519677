//! The form behind a citizen's link for browsers that run no code: it asks the same, stores the same, and is kind.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::num::NonZeroU32;

use collector::http::Rate;
use collector::store::{Dossier, Procedure, Role};
use http_fixture::{Collector, form, problem};
use reqwest::{Method, Response, StatusCode, header};
use rusqlite::types::Value as Column;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

const UNIT: &str = "000.00.19.H10";
const DOSSIER: &str = "000.00.19.H10-260804-0001";
const FORM: &str = "application/x-www-form-urlencoded";

/// A collector that knows one finished dossier, and an invite for it.
async fn with_invite() -> (Collector, String) {
    let plenty = NonZeroU32::new(100_000).unwrap();
    let collector = Collector::start_with(|settings| {
        settings.rates.failures = Rate::new(plenty, plenty);
    })
    .await;
    let store = &collector.store;
    let procedure = Procedure {
        code: "1.011441".into(),
        name: "Đăng ký <biến động>".into(),
        field: "Đất đai".into(),
    };
    store.upsert_procedures(vec![procedure]).await.unwrap();
    let dossier = Dossier {
        code: DOSSIER.into(),
        procedure: "1.011441".into(),
        unit: UNIT.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: Some("2026-08-19T03:00:00Z".parse().unwrap()),
        outcome: None,
    };
    store.upsert_dossiers(vec![dossier]).await.unwrap();
    let answer = collector
        .post("/api/v1/invites")
        .bearer_auth(collector.key(Role::OneStop))
        .json(&json!({"invites": [{"dossier": DOSSIER, "form": "t"}]}))
        .send()
        .await;
    let answer: Value = answer.unwrap().json().await.unwrap();
    let token = answer["results"][0]["token"].as_str().unwrap().to_owned();
    (collector, token)
}

async fn page(collector: &Collector, token: &str) -> Response {
    collector
        .get(&format!("/r/{token}/plain"))
        .send()
        .await
        .unwrap()
}

async fn send(collector: &Collector, token: &str, fields: &[(&str, &str)]) -> Response {
    collector
        .post(&format!("/r/{token}/plain"))
        .header(header::CONTENT_TYPE, FORM)
        .body(form(fields))
        .send()
        .await
        .unwrap()
}

async fn stored(collector: &Collector) -> u64 {
    collector.store.totals().await.unwrap().responses
}

#[tokio::test]
async fn the_page_asks_every_question_and_needs_no_code() {
    let (collector, token) = with_invite().await;
    let answer = page(&collector, &token).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers().clone();
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(headers["x-robots-tag"], "noindex");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.contains("style-src 'self';") && policy.contains("form-action 'self'"),
        "{policy}"
    );
    let html = answer.text().await.unwrap();
    for part in [
        "<html lang=\"vi\">",
        "Đăng ký &#60;biến động&#62;",
        "Bộ phận Một cửa",
        "1. Chung?",
        "4. Tuổi?",
        "Rất không hài lòng",
        "Không áp dụng",
        "Chỉ trả lời nếu ở câu 1 Ông/Bà chọn: Rất không hài lòng, Không hài lòng.",
        "maxlength=\"200\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(
        !html.contains("<script") && !html.contains("style="),
        "{html}"
    );
    assert!(!html.contains(DOSSIER));
    let style = collector.get("/r/plain.css").send().await.unwrap();
    assert_eq!(
        style.headers()[header::CONTENT_TYPE],
        "text/css; charset=utf-8"
    );
}

/// Everything of the one stored response but its id, its times, and how it was asked.
fn row(collector: &Collector) -> (Vec<Column>, Option<String>) {
    let path = collector.folder.path().join("hai-long.db");
    let database = rusqlite::Connection::open(path).unwrap();
    let columns = "form, unit, procedure, field, timeliness, touchpoint, channel, provenance, pseudonym IS NOT NULL, repeat_of, day, \
                   answers, flags, assisted, partial, reasons, locale, scale_order, device, boot, seq, clock_offset_ms, \
                   revision, audio";
    let count = columns.split(',').count();
    let row = database.query_row(&format!("SELECT {columns} FROM response"), [], |row| {
        (0..count).map(|at| row.get(at)).collect()
    });
    let comment = database.query_row("SELECT text FROM comment", [], |row| row.get(0));
    (row.unwrap(), comment.ok())
}

#[tokio::test]
async fn what_is_stored_is_what_the_widget_would_have_stored() {
    let cases = [
        (
            json!({"overall": 2, "attitude": 5, "time": "na", "age": 1}),
            json!(["slow", "rude"]),
            Some("Chờ lâu\nGọi tôi 0912345678"),
        ),
        (json!({"overall": 5}), json!([]), None),
    ];
    for (answers, reasons, comment) in cases {
        let (by_widget, token) = with_invite().await;
        let mut rating = json!({
            "id": Uuid::now_v7(), "form": "t", "form_version": 1, "invite": token, "touchpoint": "result",
            "channel": "phone", "answers": answers, "reasons": reasons, "locale": "vi", "scale_order": "ascending",
            "presentation": "words", "assisted": false, "partial": false, "submitted_at": jiff::Timestamp::now(),
            "elapsed_ms": 60_000,
        });
        if let Some(comment) = comment {
            rating["comment"] = json!(comment);
        }
        let answer = by_widget
            .post("/api/v1/responses")
            .json(&json!({"responses": [rating]}))
            .send()
            .await;
        let receipt: Value = answer.unwrap().json().await.unwrap();
        assert_eq!(receipt["results"][0]["status"], "stored", "{receipt}");

        let (by_form, token) = with_invite().await;
        let a_minute_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(60);
        let started = a_minute_ago.to_string();
        let mut fields = vec![
            ("locale".to_owned(), "vi".to_owned()),
            ("started".to_owned(), started),
            // What is skipped, as the page sends it.
            ("a.attitude".to_owned(), String::new()),
        ];
        for (item, answer) in answers.as_object().unwrap() {
            let value = answer.as_str().map_or(answer.to_string(), str::to_owned);
            fields.push((format!("a.{item}"), value));
        }
        for reason in ["rude", "slow"] {
            // Ticked, although a satisfied person is not asked: dropped, as the widget drops them.
            fields.push(("reason".to_owned(), reason.to_owned()));
        }
        // Line breaks as browsers send them.
        let comment = comment.unwrap_or(" ").replace('\n', "\r\n");
        fields.push(("comment".to_owned(), comment));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = send(&by_form, &token, &fields).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let html = answer.text().await.unwrap();
        assert!(
            html.contains("Cảm ơn Ông/Bà. Đánh giá đã được ghi nhận."),
            "{html}"
        );
        assert_eq!(row(&by_form), row(&by_widget), "{answers}");
        let verified = by_form.store.verify().await.unwrap();
        assert_eq!(verified.differences, []);
    }
}

#[tokio::test]
async fn what_is_missing_is_named_and_what_was_entered_stays() {
    let (collector, token) = with_invite().await;
    let entered = [
        ("a.attitude", "2"),
        ("reason", "slow"),
        ("comment", "Chờ <lâu>"),
    ];
    let answer = send(&collector, &token, &entered).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let html = answer.text().await.unwrap();
    for part in [
        "role=\"alert\"",
        "<a href=\"#i-overall\">1. Mời Ông/Bà chọn một mức.</a>",
        "name=\"a.attitude\" value=\"2\" checked",
        "value=\"slow\" checked",
        "Chờ &#60;lâu&#62;",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let long = "ậ".repeat(201);
    let too_long = [("a.overall", "4"), ("comment", long.as_str())];
    let answer = send(&collector, &token, &too_long).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let html = answer.text().await.unwrap();
    assert!(
        html.contains("href=\"#comment\"") && html.contains(&long),
        "{html}"
    );
    for odd in ["6", "-1", "x", "4.0", "NA"] {
        let answer = send(&collector, &token, &[("a.overall", odd)]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
    }
    let nothing = send(&collector, &token, &[]).await;
    assert_eq!(nothing.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stored(&collector).await, 0);
    // And after all that it is sent.
    let answer = send(&collector, &token, &[("a.overall", "4")]).await;
    assert_eq!(
        (answer.status(), stored(&collector).await),
        (StatusCode::OK, 1)
    );
}

#[tokio::test]
async fn a_link_that_opens_nothing_says_so_kindly_whether_it_is_opened_or_sent() {
    let (collector, token) = with_invite().await;
    let fields = [("a.overall", "4")];
    assert_eq!(
        send(&collector, &token, &fields).await.status(),
        StatusCode::OK
    );
    for answer in [
        page(&collector, &token).await,
        send(&collector, &token, &fields).await,
    ] {
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(
            answer
                .text()
                .await
                .unwrap()
                .contains("Đánh giá đã được ghi nhận")
        );
    }
    for unknown in ["4017932588091746335261", "12", "%ff", "plain"] {
        for answer in [
            page(&collector, unknown).await,
            send(&collector, unknown, &fields).await,
        ] {
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{unknown}");
            let html = answer.text().await.unwrap();
            assert!(
                html.contains("lang=\"vi\"") && html.contains("lang=\"en\""),
                "{html}"
            );
        }
    }
    assert_eq!(stored(&collector).await, 1);
}

#[tokio::test]
async fn of_sixteen_who_send_one_form_at_once_exactly_one_is_stored() {
    let (collector, token) = with_invite().await;
    let mut senders = JoinSet::new();
    for _ in 0..16 {
        let sent = collector
            .post(&format!("/r/{token}/plain"))
            .header(header::CONTENT_TYPE, FORM)
            .body("a.overall=3")
            .send();
        senders.spawn(async move { sent.await.unwrap().text().await.unwrap() });
    }
    let pages = senders.join_all().await;
    // Each is told that the rating is there: it is the same citizen's, as a rule.
    assert!(
        pages.iter().all(|page| page.contains("đã được ghi nhận")),
        "{pages:?}"
    );
    assert_eq!(stored(&collector).await, 1);
}

/// Messengers and mail scanners fetch what a message links to, and follow what it says.
#[tokio::test]
async fn a_preview_of_a_link_uses_nothing_up() {
    let (collector, token) = with_invite().await;
    for path in [
        format!("/r/{token}"),
        format!("/r/{token}/plain"),
        format!("/api/v1/invites/{token}"),
    ] {
        for method in [Method::HEAD, Method::GET, Method::OPTIONS] {
            let request = collector.request(method, &path);
            let previewed = request.header(header::USER_AGENT, "facebookexternalhit/1.1 Zalo");
            let status = previewed.send().await.unwrap().status();
            assert!(!status.is_server_error(), "{path}: {status}");
        }
    }
    // An empty post is no rating either.
    assert_eq!(
        send(&collector, &token, &[]).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let answer = send(&collector, &token, &[("a.overall", "4")]).await;
    assert_eq!(
        (answer.status(), stored(&collector).await),
        (StatusCode::OK, 1)
    );
}

#[tokio::test]
async fn the_page_behind_the_link_leads_here_where_no_code_runs() {
    let (collector, token) = with_invite().await;
    // Without the web files a citizen can rate all the same.
    let answer = collector.get(&format!("/r/{token}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        answer.headers()[header::LOCATION],
        format!("/r/{token}/plain")
    );
    let web = collector.folder.path().join("dist");
    std::fs::create_dir_all(&web).unwrap();
    std::fs::write(
        web.join("phone.html"),
        "<p>before</p><noscript><p>switch it on</p></noscript><p>after</p>",
    )
    .unwrap();
    let answer = collector.get(&format!("/r/{token}")).send().await.unwrap();
    let html = answer.text().await.unwrap();
    assert!(
        html.starts_with("<p>before</p><noscript><meta http-equiv=\"refresh\""),
        "{html}"
    );
    assert!(html.ends_with("</noscript><p>after</p>"), "{html}");
    assert!(
        html.contains(&format!("<a href=\"/r/{token}/plain\">")) && !html.contains("switch it on"),
        "{html}"
    );
}

#[tokio::test]
async fn only_a_form_is_taken_and_no_more_than_fits() {
    let (collector, token) = with_invite().await;
    let path = format!("/r/{token}/plain");
    let json = collector.post(&path).json(&json!({"a.overall": 4})).send();
    problem(json.await.unwrap(), 415, "not-a-form").await;
    let large = collector
        .post(&path)
        .header(header::CONTENT_TYPE, FORM)
        .body("comment=".to_owned() + &"a".repeat(200_000));
    problem(large.send().await.unwrap(), 413, "too-large").await;
}

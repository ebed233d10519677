//! Administrators see what will be destroyed and can put it off; nobody else can.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::reports::{NewReport, Outcome, Source, Standing, State};
use collector::retention::check;
use collector::store::{Admitted, AuditFilter, Deed, Role};
use http_fixture::store_fixture::{admitted, day, moment};
use http_fixture::{Collector, OFFICER, form};
use jiff::SignedDuration;
use reqwest::{StatusCode, header};

const TEXT: &str = "Cán bộ nhiệt tình";

async fn get(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, String) {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn post(
    collector: &Collector,
    cookie: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let answer = collector
        .post("/staff/retention")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(form(fields))
        .send()
        .await
        .unwrap();
    (answer.status(), answer.text().await.unwrap())
}

fn csrf(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn with_a_comment() -> Collector {
    let collector = Collector::start().await;
    let old = Admitted {
        comment: Some(TEXT.into()),
        received_at: moment("2020-01-15T03:00:00Z"),
        day: day("2020-01-15"),
        ..admitted(1)
    };
    collector.store.append(vec![old]).await.unwrap();
    collector
}

#[tokio::test]
async fn the_page_tells_what_goes_next_in_both_languages_and_as_a_file_and_never_a_text() {
    let collector = with_a_comment().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let (status, vi) = get(&collector, &cookie, "/staff/retention").await;
    assert_eq!(status, StatusCode::OK);
    for told in [
        "Những gì đã hủy thì không thể khôi phục.",
        "24 tháng sau tháng nhận",
        "chưa xác minh",
        "1 nội dung của tháng 2020-01",
        "Bản sao lưu vẫn giữ",
        "Khóa gắn đánh giá với hồ sơ",
    ] {
        assert!(vi.contains(told), "{told}");
    }
    assert!(!vi.contains(TEXT));
    let (_, en) = get(&collector, &cookie, "/staff/retention?lang=en").await;
    assert!(en.contains("24 months after the month of receipt"));
    let file = "/staff/retention?lang=en&export=csv&table=plan";
    let (_, file) = get(&collector, &cookie, file).await;
    assert!(file.contains("Comments of citizens,2020-01,1"), "{file}");
}

#[tokio::test]
async fn a_hold_needs_a_reason_is_shown_and_written_down_and_can_be_lifted() {
    let collector = with_a_comment().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let (_, page) = get(&collector, &cookie, "/staff/retention?lang=en").await;
    let csrf = csrf(&page);
    let fields = |action, reason| {
        [
            ("csrf", csrf.as_str()),
            ("lang", "en"),
            ("action", action),
            ("matter", "comments"),
            ("reason", reason),
        ]
    };
    let long = "x".repeat(201);
    for reason in ["", "  ", &long] {
        let (status, page) = post(&collector, &cookie, &fields("hold", reason)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Give a reason of at most 200 characters."));
    }
    let (status, _) = post(&collector, &cookie, &fields("destroy", "x")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let mut foreign = fields("hold", "x");
    foreign[0].1 = "another";
    let (status, _) = post(&collector, &cookie, &foreign).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(
        collector.store.retention().await.unwrap().rules[0]
            .hold
            .is_none()
    );

    let (status, _) = post(&collector, &cookie, &fields("hold", "<b>inspection {by}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = get(&collector, &cookie, "/staff/retention?lang=en").await;
    assert!(page.contains("Reason: &#60;b&#62;inspection {by}"));
    let (status, _) = post(&collector, &cookie, &fields("release", "")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(
        collector.store.retention().await.unwrap().rules[0]
            .hold
            .is_none()
    );
    let filter = AuditFilter {
        most: 10,
        ..AuditFilter::default()
    };
    let told: Vec<_> = collector
        .store
        .audited(filter)
        .await
        .unwrap()
        .into_iter()
        .map(|(_, entry)| (entry.what, entry.who))
        .take(2)
        .collect();
    let officer = OFFICER.0.to_owned();
    assert_eq!(
        told,
        [
            (Deed::RetentionRelease, officer.clone()),
            (Deed::RetentionHold, officer)
        ]
    );
}

#[tokio::test]
async fn other_accounts_neither_see_nor_change_it() {
    let collector = with_a_comment().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    let (status, page) = get(&collector, &cookie, "/staff/retention?lang=en").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let csrf = csrf(&page);
    let fields = [
        ("csrf", csrf.as_str()),
        ("action", "hold"),
        ("matter", "comments"),
        ("reason", "x"),
    ];
    let (status, _) = post(&collector, &cookie, &fields).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(
        collector.store.retention().await.unwrap().rules[0]
            .hold
            .is_none()
    );
}

#[tokio::test]
async fn a_report_says_that_its_text_was_destroyed_and_one_that_never_had_any_does_not() {
    let collector = Collector::start().await;
    let received_at = moment("2020-01-15T03:00:00Z");
    let report = |outside_id: Option<&str>, text: &str| NewReport {
        outside_id: outside_id.map(str::to_owned),
        source: Source::Hotline,
        text: text.to_owned(),
        dossier: None,
        received_at,
        standing: Standing {
            unit: "000.00.19.H10".into(),
            due_at: received_at,
            within_competence: true,
            state: State::Answered,
            assignee: None,
            answered_at: Some(received_at),
            outcome: Outcome::Unknown,
        },
    };
    for one in [report(None, TEXT), report(Some("PA-1"), "")] {
        let store = &collector.store;
        store.open_report(one, "lan", received_at).await.unwrap();
    }
    for passed in 0..15 {
        let now = moment("2026-06-01T03:00:00Z") + SignedDuration::from_hours(24 * passed);
        check(&*collector.store, "server", now).await.unwrap();
    }
    let cookie = collector.sign_in(Role::Admin).await;
    let destroyed = "The text was destroyed when its time was over.";
    let (_, one) = get(&collector, &cookie, "/staff/reports/one?lang=en&id=1").await;
    assert!(one.contains(destroyed) && !one.contains(TEXT));
    let (_, fed) = get(&collector, &cookie, "/staff/reports/one?lang=en&id=2").await;
    assert!(fed.contains("PA-1") && !fed.contains(destroyed));
    let list = "/staff/reports?lang=en&from=2020-01-01&to=2020-12-31";
    let (_, list) = get(&collector, &cookie, list).await;
    assert_eq!(list.matches(destroyed).count(), 1, "{list}");
    let (_, told) = get(&collector, &cookie, "/staff/retention?lang=en").await;
    assert!(told.contains("Backups made before 15 June 2026"), "{told}");
}

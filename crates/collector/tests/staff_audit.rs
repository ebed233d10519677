//! What officers do is written down, and administrators can read it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::store::{AuditFilter, Deed, Entry, Role};
use http_fixture::{Collector, OFFICER, form};
use reqwest::{StatusCode, header};

async fn get(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, String) {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Kinds with persons and what they are about, the oldest first.
async fn written(collector: &Collector) -> Vec<(Deed, String, String)> {
    let filter = AuditFilter {
        most: 1000,
        ..AuditFilter::default()
    };
    let entries = collector.store.audited(filter).await.unwrap();
    let told = entries
        .into_iter()
        .rev()
        .map(|(_, entry)| (entry.what, entry.who, entry.about));
    told.collect()
}

#[tokio::test]
async fn sign_ins_and_refused_ones_are_written_down_but_never_what_was_typed_for_an_unknown_name() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    collector.try_sign_in(OFFICER.0, "sai mật khẩu").await;
    collector.try_sign_in("mật khẩu gõ nhầm ô", "x").await;
    let name = OFFICER.0.to_owned();
    assert_eq!(
        written(&collector).await,
        [
            (Deed::SignIn, name.clone(), name.clone()),
            (Deed::SignInRefused, String::new(), name),
            (Deed::SignInRefused, String::new(), String::new()),
        ]
    );
    let (status, page) = get(&collector, &cookie, "/staff/audit?lang=en").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Sign-in refused"));
    assert!(page.contains("127.0.0.1"), "where they came from");
    assert!(!page.contains("gõ nhầm"));
}

#[tokio::test]
async fn a_kiosk_set_up_and_comments_read_on_a_page_or_as_a_file_are_written_down() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let (_, page) = get(&collector, &cookie, "/staff/devices/edit?name=device").await;
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = rest.split_once('"').unwrap().0;
    let fields = [
        ("csrf", csrf),
        ("name", "device"),
        ("unit", "000.00.19.H10"),
        ("form", "t"),
        ("action", "save"),
    ];
    let saved = collector
        .post("/staff/devices/edit")
        .header(header::COOKIE, &cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(form(&fields))
        .send()
        .await
        .unwrap();
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    get(&collector, &cookie, "/staff/comments?unit=A").await;
    get(&collector, &cookie, "/staff/comments?unit=B&export=csv").await;
    let officer = OFFICER.0.to_owned();
    let written = written(&collector).await;
    assert_eq!(
        written[1..],
        [
            (Deed::DeviceSet, officer.clone(), "device".to_owned()),
            (Deed::CommentsRead, officer.clone(), "A".to_owned()),
            (Deed::CommentsRead, officer, "B".to_owned()),
        ]
    );
}

#[tokio::test]
async fn the_page_is_for_administrators_and_can_be_narrowed_turned_and_taken_away() {
    let collector = Collector::start().await;
    for number in 0..150 {
        let about = format!("nguoi-{number:03}");
        let what = match number % 2 {
            0 => Deed::UserChange,
            _ => Deed::KeyCreate,
        };
        let entry = Entry::now("lan", what, &about, "=1+1");
        collector.store.audit(entry).await.unwrap();
    }
    let cookie = collector.sign_in(Role::Admin).await;
    let (_, page) = get(&collector, &cookie, "/staff/audit?lang=en&who=lan").await;
    assert!(page.contains("nguoi-149") && page.contains("nguoi-050"));
    assert!(!page.contains("nguoi-049"), "a hundred on a page");
    let (_, rest) = page.split_once("before=").unwrap();
    let number = rest.split_once('"').unwrap().0;
    let next = format!("/staff/audit?lang=en&who=lan&before={number}");
    let (_, page) = get(&collector, &cookie, &next).await;
    assert!(page.contains("nguoi-049") && page.contains("nguoi-000"));
    assert!(!page.contains("nguoi-050"));

    let narrowed = "/staff/audit?lang=en&who=lan&what=key-create&export=csv";
    let (status, file) = get(&collector, &cookie, narrowed).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(file.lines().count(), 76, "a heading and every second one");
    assert!(
        file.contains("'=1+1"),
        "no spreadsheet takes it for a formula"
    );

    let (status, told) = get(&collector, &cookie, "/staff/audit?what=nothing").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(told.contains("sign-in"), "{told}");

    let cookie = collector.sign_in(Role::Analyst).await;
    let (status, _) = get(&collector, &cookie, "/staff/audit").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

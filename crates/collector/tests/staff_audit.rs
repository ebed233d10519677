//! What officers do is written down, and administrators can read it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::reports::{Event, NewReport, ReportFilter, Source, Standing, Step};
use collector::store::{
    AuditFilter, Change, Deed, DeviceSettings, Entry, Key, Role, Session, Site, User,
};
use collector::{enrolment, site};
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
async fn who_is_held_up_for_trying_too_often_is_written_down_once_a_minute() {
    let collector = Collector::start_with(|settings| {
        settings.rates.login_address.burst = 2.try_into().unwrap();
        settings.rates.login_address.per_minute = 1.try_into().unwrap();
    })
    .await;
    collector.add_officer(Role::Analyst).await;
    for status in [422, 422, 429, 429, 429] {
        let answer = collector.try_sign_in(OFFICER.0, "sai").await;
        assert_eq!(answer.status(), status);
    }
    let filter = AuditFilter {
        most: 10,
        ..AuditFilter::default()
    };
    let entries = collector.store.audited(filter).await.unwrap();
    let told: Vec<(Deed, &str, &str)> = entries
        .iter()
        .map(|(_, entry)| (entry.what, entry.about.as_str(), entry.detail.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Deed::SignInRefused, OFFICER.0, "127.0.0.1, too many tries"),
            (Deed::SignInRefused, OFFICER.0, "127.0.0.1"),
            (Deed::SignInRefused, OFFICER.0, "127.0.0.1"),
        ]
    );
}

/// The log refuses every entry, as if its part of the disk were broken: then nothing is done either.
#[tokio::test]
async fn what_cannot_be_written_down_is_not_done() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let store = &collector.store;
    let key = site::create(&**store, "dvc", Vec::new(), None, None, "lan").await;
    let key = key.unwrap().unwrap();
    let now = jiff::Timestamp::now();
    let report = NewReport {
        outside_id: None,
        source: Source::Hotline,
        text: "câu".into(),
        dossier: None,
        received_at: now,
        standing: Standing::new("A".into(), now, true),
    };
    let id = store.open_report(report.clone(), "lan", now).await.unwrap();
    let before = written(&collector).await;
    let database = rusqlite::Connection::open(collector.folder.path().join("hai-long.db")).unwrap();
    let refuse =
        "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken'); END";
    database.execute_batch(refuse).unwrap();

    let user = User {
        branch: Some("A".into()),
        ..store.user(OFFICER.0).await.unwrap().unwrap()
    };
    let device = store.device("device").await.unwrap().unwrap();
    let other = DeviceSettings {
        unit: "B".into(),
        ..device.clone()
    };
    let session = Session {
        hash: [9; 32],
        user: OFFICER.0.into(),
        csrf: "c".into(),
        expires_at: now + jiff::SignedDuration::from_hours(1),
    };
    let site = store.sites().await.unwrap().remove(0);
    let moved = Site {
        unit: Some("B".into()),
        ..site.clone()
    };
    let kiosk = Key {
        name: "kiosk".into(),
        role: Role::Analyst,
        hash: [8; 32],
        device: None,
        created_at: now,
    };
    let entry = || Some(Entry::now("lan", Deed::UserChange, "", ""));
    for change in [
        Change::PutUser(user),
        Change::AddSession(session),
        Change::AddKey(Box::new(kiosk)),
        Change::RemoveKey("device".into()),
        Change::SetDevice("device".into(), Box::new(other)),
        Change::SetSite(moved),
        Change::RevokeSite("dvc".into(), now),
    ] {
        let told = format!("{change:?}");
        assert!(store.change(change, entry()).await.is_err(), "{told}");
    }
    assert!(
        enrolment::open(&**store, "hall", device.clone(), "lan")
            .await
            .is_err()
    );
    assert!(
        site::create(&**store, "dvc-2", Vec::new(), None, None, "lan")
            .await
            .is_err()
    );
    assert!(site::rotate(&**store, "dvc", 30, "lan").await.is_err());
    assert!(store.open_report(report, "lan", now).await.is_err());
    let (kept, history) = store.report(id).await.unwrap().unwrap();
    let event = Event {
        step: Step::Assigned,
        ..history[0].clone()
    };
    assert!(store.step_report(id, kept.version, event).await.is_err());
    assert_eq!(
        collector.try_sign_in(OFFICER.0, OFFICER.1).await.status(),
        500
    );

    database.execute_batch("DROP TRIGGER broken").unwrap();
    assert_eq!(store.user(OFFICER.0).await.unwrap().unwrap().branch, None);
    assert_eq!(store.session(&[9; 32], now).await.unwrap(), None);
    assert!(
        store
            .keys()
            .await
            .unwrap()
            .iter()
            .all(|key| key.name != "kiosk")
    );
    assert_eq!(store.device("device").await.unwrap(), Some(device));
    assert_eq!(store.sites().await.unwrap(), [site]);
    assert!(store.site_of_key(&key).await.unwrap().is_some());
    let all = store.reports(ReportFilter::default()).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(store.report(id).await.unwrap().unwrap().1, history);
    assert_eq!(written(&collector).await, before);
    let (status, _) = get(&collector, &cookie, "/staff/audit").await;
    assert_eq!(status, StatusCode::OK, "the session of before stands");
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

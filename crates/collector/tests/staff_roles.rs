//! What an account may do, and that one of a branch sees nothing of other units, on no page and in no file.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::collections::BTreeSet;
use std::sync::Arc;

use collector::auth;
use collector::demo::{self, Figures};
use collector::intake::Intake;
use collector::intake::pseudonym::PseudonymKey;
use collector::reports::{NewReport, Source, Standing};
use collector::store::{Role, Unit, User};
use http_fixture::{Collector, OFFICER, form, session_cookie};
use jiff::{SignedDuration, Timestamp};
use reqwest::{StatusCode, header};
use survey::form::{load, shipped};

/// A town of the demonstration and the wards below it.
const TOWN: &str = "000.00.11.H10";
const OTHER: &str = "000.00.00.H10";

/// Every page that shows anything about units, kiosks or accounts.
const PAGES: [&str; 18] = [
    "/staff/flags?",
    "/staff?weights=raked",
    "/staff?all=1",
    "/staff/units?all=1",
    "/staff/trend?",
    "/staff/comments?",
    "/staff/print/one-stop?",
    "/staff/print/items?",
    "/staff/reports?",
    "/staff/reports/new?",
    "/staff/reports/one?id=1",
    "/staff/qd766?",
    "/staff/coverage?",
    "/staff/devices?",
    "/staff/devices/edit?",
    "/staff/audit?",
    "/staff/retention?",
    "/staff/publish?",
];
/// Kinds of files.
const FILES: [&str; 3] = ["csv", "csv-comma", "xlsx"];

async fn account(collector: &Collector, role: Role, branch: Option<&str>) -> String {
    let user = User {
        name: OFFICER.0.into(),
        password_hash: auth::hash_password(OFFICER.1).unwrap(),
        role,
        branch: branch.map(str::to_owned),
        disabled_at: None,
    };
    collector.store.put_user(user).await.unwrap();
    session_cookie(&collector.try_sign_in(OFFICER.0, OFFICER.1).await)
}

async fn get(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, Vec<u8>) {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

async fn page(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, String) {
    let (status, bytes) = get(collector, cookie, path).await;
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// The texts of a file or page; those of a workbook unpacked.
fn texts(bytes: &[u8]) -> String {
    if !bytes.starts_with(b"PK") {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    use calamine::{Reader, Xlsx};
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let cells = book.worksheets().into_iter().flat_map(|(_, sheet)| {
        let rows: Vec<String> = sheet.rows().flatten().map(ToString::to_string).collect();
        rows
    });
    cells.collect::<Vec<_>>().join("\n")
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&#39;", "'")
}

/// The demonstration with a citizen report of the town and one of another unit.
async fn demonstration() -> Collector {
    let forms: Arc<_> = Arc::new(
        shipped()
            .iter()
            .map(|(name, text)| load(text, name).unwrap())
            .collect::<collector::forms::FormBook>(),
    );
    let collector = Collector::start_empty(Arc::clone(&forms)).await;
    let intake = Arc::new(Intake::new(
        forms,
        Arc::clone(&collector.store),
        PseudonymKey::from_bytes([1; 32]),
    ));
    let figures = Figures::REPORT.one_in(40);
    demo::load(&intake, collector.folder.path(), &figures, &mut ())
        .await
        .unwrap();
    let now = Timestamp::now();
    for (unit, text) in [
        (TOWN, "Phản ánh của thành phố"),
        (OTHER, "Phản ánh của nơi khác"),
    ] {
        let report = NewReport {
            outside_id: None,
            source: Source::Hotline,
            text: text.to_owned(),
            dossier: None,
            received_at: now,
            standing: Standing::new(unit.to_owned(), now + SignedDuration::from_hours(240), true),
        };
        collector
            .store
            .open_report(report, "lan", now)
            .await
            .unwrap();
    }
    collector
}

#[tokio::test]
async fn an_account_of_a_branch_meets_no_name_and_no_code_of_another_on_any_page_or_in_any_file() {
    for page in collector::staff::PAGES {
        let page = format!("/staff{page}");
        let walked = |base: &str| base.split('?').next() == Some(page.as_str());
        assert!(
            PAGES.iter().any(|base| walked(base)),
            "{page} is not walked"
        );
    }
    let collector = demonstration().await;
    let units = collector.store.units().await.unwrap();
    let branch = Unit::branch(&units, TOWN);
    assert!((2..units.len()).contains(&branch.len()));
    let ours: BTreeSet<&str> = units
        .iter()
        .filter(|unit| branch.contains(&unit.code))
        .map(|unit| unit.name.as_str())
        .collect();
    let foreign: Vec<&Unit> = units
        .iter()
        .filter(|unit| !branch.contains(&unit.code))
        // A name that stands in one of ours would be found there.
        .filter(|unit| !ours.iter().any(|name| name.contains(&unit.name)))
        .collect();
    assert!(foreign.len() > 50);
    let mut forms = vec![String::new()];
    forms.extend(["one-stop-quick", "one-stop-766", "sipas"].map(|id| format!("&form={id}")));
    for (role, forms) in [
        (Role::Unit, &forms[..]),
        (Role::ReadOnly, &forms[..1]),
        (Role::Analyst, &forms[..1]),
    ] {
        let cookie = account(&collector, role, Some(TOWN)).await;
        let mut shown = 0;
        for base in PAGES {
            for form in forms {
                let mut asked = vec![format!("{base}{form}&lang=vi")];
                asked.push(format!("{base}{form}&unit={TOWN}&lang=en"));
                asked.extend(FILES.map(|file| format!("{base}{form}&export={file}")));
                if form.is_empty() {
                    asked.push(format!("{base}&export=csv&table=units"));
                }
                for path in asked {
                    let (_, bytes) = get(&collector, &cookie, &path).await;
                    let text = unescaped(&texts(&bytes));
                    shown += usize::from(text.contains("000.01.11.H10"));
                    for unit in &foreign {
                        assert!(!text.contains(&unit.code), "{path}: {}", unit.code);
                        assert!(!text.contains(&unit.name), "{path}: {}", unit.name);
                    }
                    assert!(!text.contains("nơi khác"), "{path}");
                }
            }
        }
        assert!(shown > 0, "its own units are there");
    }
}

#[tokio::test]
async fn another_unit_is_refused_on_every_page_in_the_readers_language_and_only_without_a_branch_all_are_seen()
 {
    let collector = demonstration().await;
    let cookie = account(&collector, Role::Analyst, Some(TOWN)).await;
    for base in PAGES {
        for export in ["", "&export=csv"] {
            for name in ["unit", "within"] {
                let path = format!("{base}&{name}={OTHER}&lang=en{export}");
                let (status, text) = page(&collector, &cookie, &path).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
                assert!(text.contains("This account sees the unit"), "{path}");
            }
        }
    }
    let twice = format!("/staff?unit={TOWN}&unit={OTHER}");
    let (status, text) = page(&collector, &cookie, &twice).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(
        text.contains("chỉ được xem đơn vị"),
        "Vietnamese unless asked"
    );
    let (status, text) = page(&collector, &cookie, "/staff/reports/one?id=2").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!text.contains("nơi khác"));
    let (_, text) = page(&collector, &cookie, "/staff/reports/one?id=1").await;
    assert!(text.contains("Phản ánh của thành phố"));

    let cookie = account(&collector, Role::Analyst, None).await;
    let (status, text) = page(&collector, &cookie, "/staff/units?all=1").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("000.00.01.H10") && text.contains("000.01.11.H10"));
    let (_, text) = page(&collector, &cookie, "/staff/reports/one?id=2").await;
    assert!(text.contains("nơi khác"));
}

fn csrf(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn assign(collector: &Collector, cookie: &str) -> StatusCode {
    let (_, page) = page(collector, cookie, "/staff/reports/one?id=1&lang=en").await;
    let csrf = csrf(&page);
    let fields = [
        ("csrf", csrf.as_str()),
        ("id", "1"),
        ("version", "1"),
        ("action", "assign"),
        ("assignee", "Lan"),
    ];
    let request = collector
        .post("/staff/reports/one")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(form(&fields));
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn accounts_that_only_read_change_nothing_and_can_still_sign_out() {
    let collector = demonstration().await;
    for (role, branch) in [
        (Role::Unit, Some(TOWN)),
        (Role::ReadOnly, None),
        (Role::ReadOnly, Some(TOWN)),
    ] {
        let cookie = account(&collector, role, branch).await;
        assert_eq!(assign(&collector, &cookie).await, StatusCode::FORBIDDEN);
        let (status, _) = page(&collector, &cookie, "/staff/reports/new").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        for more in [
            "/staff/audit",
            "/staff/retention",
            "/staff/publish",
            "/staff/devices/edit",
        ] {
            let (status, _) = page(&collector, &cookie, more).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
        }
        let (_, shown) = page(&collector, &cookie, "/staff").await;
        let leave = collector
            .post("/staff/logout")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(form(&[("csrf", &csrf(&shown))]));
        let left = leave.send().await.unwrap();
        assert_eq!(left.status(), StatusCode::SEE_OTHER);
    }
    let cookie = account(&collector, Role::Analyst, Some(TOWN)).await;
    assert_ne!(assign(&collector, &cookie).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_cannot_come_back() {
    let collector = Collector::start().await;
    let cookie = account(&collector, Role::Analyst, None).await;
    let (status, _) = page(&collector, &cookie, "/staff/devices").await;
    assert_eq!(status, StatusCode::OK);
    let mut user = collector.store.user(OFFICER.0).await.unwrap().unwrap();
    user.disabled_at = Some(Timestamp::now());
    collector.store.put_user(user).await.unwrap();
    let (status, _) = page(&collector, &cookie, "/staff/devices").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "led to the login page");
    let again = collector.try_sign_in(OFFICER.0, OFFICER.1).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_account_of_a_unit_without_its_unit_sees_nothing() {
    let collector = Collector::start().await;
    let cookie = account(&collector, Role::Unit, None).await;
    let (status, _) = page(&collector, &cookie, "/staff").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

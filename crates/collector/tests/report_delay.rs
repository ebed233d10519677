//! What came in today is part of no figure until its day has ended and the delay since then is over: not on a page, not in a
//! file, not in the API, not at the command line.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod cli_fixture;
mod http_fixture;

use collector::delay::Delay;
use collector::intake::pseudonym::PseudonymKey;
use collector::store::calendar::business_day;
use collector::store::{Admitted, Dossier, Procedure, Role, Timeliness};
use http_fixture::{Collector, store_fixture};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use survey::answers::Packed;
use survey::dossier::DossierCode;
use survey::response::Touchpoint;

/// Finished long ago.
const FINISHED: &str = "2026-07-15T03:00:00Z";

fn code(n: u32) -> String {
    format!("H57.132-260701-{n:04}")
}

fn dossier(n: u32) -> Dossier {
    Dossier {
        code: code(n),
        procedure: "1.000001".into(),
        unit: "000.00.19.H10".into(),
        authority: None,
        filing_channel: None,
        received_at: Some(store_fixture::moment("2026-07-01T03:00:00Z")),
        due_at: Some(store_fixture::moment("2026-07-20T03:00:00Z")),
        finished_at: Some(store_fixture::moment(FINISHED)),
        outcome: None,
    }
}

/// A rating of dossier `n` on a day, with a comment.
fn rating(n: u32, day: Date, level: u8, received_at: Timestamp) -> Admitted {
    let key = PseudonymKey::from_bytes([1; 32]);
    let code = DossierCode::parse(&code(n)).unwrap();
    Admitted {
        unit: "000.00.19.H10".into(),
        procedure: Some("1.000001".into()),
        field: Some("Đất đai".into()),
        timeliness: Timeliness::OnTime,
        pseudonym: Some(key.pseudonym(&code, "t", Touchpoint::Result)),
        day,
        received_at,
        answers: Packed(vec![level, level, level, 1]),
        comment: Some(format!("câu {n} ngày {day}")),
        reasons: vec!["slow".into()],
        ..store_fixture::admitted(u128::from(n) + 1)
    }
}

/// A collector that has 20 ratings of July and knows 40 finished dossiers.
async fn with_old_ratings(delay: Delay) -> (Collector, String) {
    let collector = Collector::start_with(|settings| settings.delay = delay).await;
    let store = collector.store.as_ref();
    let procedure = Procedure {
        code: "1.000001".into(),
        name: "Thủ tục".into(),
        field: "Đất đai".into(),
    };
    store.upsert_procedures(vec![procedure]).await.unwrap();
    store
        .upsert_dossiers((0..40).map(dossier).collect())
        .await
        .unwrap();
    let day = store_fixture::day("2026-07-20");
    let received = store_fixture::moment("2026-07-20T03:00:00Z");
    let ratings = (0..20).map(|n| rating(n, day, 5, received));
    store.append(ratings.collect()).await.unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    (collector, cookie)
}

/// Ten worse ratings arrive.
async fn rate_today(collector: &Collector) {
    let now = Timestamp::now();
    let ratings = (20..30).map(|n| rating(n, business_day(now), 1, now));
    collector.store.append(ratings.collect()).await.unwrap();
}

/// What shows figures: pages and files.
const PAGES: [&str; 14] = [
    "/staff?lang=en",
    "/staff?lang=en&weights=raked",
    "/staff?export=csv",
    "/staff/units?lang=en",
    "/staff/units?units=as-is&export=csv",
    "/staff/trend?lang=en",
    "/staff/trend?export=csv&table=months",
    "/staff/print/items?form=t&lang=en",
    "/staff/comments?lang=en",
    "/staff/comments?export=csv",
    "/staff/qd766?lang=en&from=2026-07-01",
    "/staff/flags?lang=en",
    "/staff/coverage?lang=en",
    "/staff/coverage?export=csv&table=units",
];

const ROUTES: [&str; 14] = [
    "/api/v1/trend?form=t",
    "/api/v1/flags?form=t",
    "/api/v1/ranks?form=t",
    "/api/v1/reasons?form=t",
    "/api/v1/index?form=t",
    "/api/v1/index?form=t&by=unit,channel",
    "/api/v1/index?form=t&by=procedure",
    "/api/v1/index?form=t&by=item&flagged=exclude",
    "/api/v1/index?form=t&by=month&units=as-is",
    "/api/v1/index?form=t&weights=raked&from=2026-07-01",
    "/api/v1/coverage?form=t&by=month,unit",
    "/api/v1/qd766?form=t&from=2026-07-01",
    "/api/v1/responses?form=t",
    "/api/v1/responses?form=t&format=csv",
];

async fn read(collector: &Collector, cookie: &str, path: &str) -> String {
    let request = collector.get(path);
    let request = if path.starts_with("/api/") {
        request.bearer_auth(collector.key(Role::Analyst))
    } else {
        request.header(header::COOKIE, cookie)
    };
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

async fn json(collector: &Collector, path: &str) -> Value {
    serde_json::from_str(&read(collector, "", path).await).unwrap()
}

/// Paths whose answers are other ones after ten people rated.
async fn changed(delay: Delay) -> Vec<&'static str> {
    let (collector, cookie) = with_old_ratings(delay).await;
    let paths = || PAGES.into_iter().chain(ROUTES);
    let mut before = Vec::new();
    for path in paths() {
        before.push(read(&collector, &cookie, path).await);
    }
    rate_today(&collector).await;
    let mut changed = Vec::new();
    for (path, before) in paths().zip(before) {
        if read(&collector, &cookie, path).await != before {
            changed.push(path);
        }
    }
    assert_eq!(collector.store.verify().await.unwrap().differences, []);
    changed
}

#[tokio::test]
async fn what_came_in_today_changes_nothing_that_anybody_can_read() {
    // Unless a day just begins, which lets another one out.
    loop {
        let day = Delay::default().last_day(Timestamp::now());
        let changed = changed(Delay::default()).await;
        if Delay::default().last_day(Timestamp::now()) == day {
            assert_eq!(changed, [""; 0]);
            return;
        }
    }
}

#[tokio::test]
async fn without_a_delay_it_changes_all_of_them() {
    let changed = changed(Delay::NONE).await;
    assert_eq!(changed, [&PAGES[..], &ROUTES[..]].concat());
}

#[tokio::test]
async fn a_period_ends_with_the_last_day_that_is_shown_and_says_so() {
    let (collector, cookie) = with_old_ratings(Delay::default()).await;
    let now = Timestamp::now();
    let last = Delay::default().last_day(now).unwrap();
    let ratings = (30..40).map(|n| rating(n, last, 3, now));
    collector.store.append(ratings.collect()).await.unwrap();
    rate_today(&collector).await;
    // A day may have been let out meanwhile.
    let lasts = || {
        let now = Delay::default().last_day(Timestamp::now()).unwrap();
        [json!(last.to_string()), json!(now.to_string())]
    };
    let today = business_day(now);
    for days in ["", "&to=2999-12-31", "&from=2026-07-01"] {
        let told = json(&collector, &format!("/api/v1/index?form=t{days}")).await;
        assert!(lasts().contains(&told["shown_to"]), "{told}");
        assert!(lasts().contains(&told["to"]), "{told}");
        assert_eq!(told["held_back"], Value::Null);
    }
    let told = json(&collector, "/api/v1/index?form=t").await;
    assert_eq!(told["cells"][0]["n"], 30, "{told}");
    let told = json(&collector, "/api/v1/coverage?form=t&to=2999-12-31").await;
    assert!(lasts().contains(&told["to"]), "{told}");
    assert_eq!(told["total"]["rated"], 30, "{told}");
    let page = read(&collector, &cookie, "/staff?lang=en").await;
    assert!(page.contains("24 hours after that day has ended"));
    // Wholly held back: no figures, no error, and it is said why.
    let future = today.checked_add(7.days()).unwrap();
    for from in [today, future] {
        for route in ["index?form=t&by=unit", "coverage?form=t", "qd766?form=t"] {
            let told = json(&collector, &format!("/api/v1/{route}&from={from}")).await;
            let why = told["held_back"].as_str().unwrap();
            assert!(why.contains("held back"), "{told}");
            for groups in ["cells", "units"] {
                assert!(told[groups].as_array().is_none_or(Vec::is_empty), "{told}");
            }
        }
        let path = format!("/api/v1/index?form=t&weights=raked&from={from}");
        let told = json(&collector, &path).await;
        assert_eq!(told["weighted"]["obstacle"]["code"], "held-back");
        let path = format!("/api/v1/responses?form=t&from={from}");
        assert_eq!(read(&collector, &cookie, &path).await, "");
        for page in [
            "",
            "/units",
            "/trend",
            "/flags",
            "/comments",
            "/qd766",
            "/coverage",
            "/print/items",
        ] {
            let path = format!("/staff{page}?form=t&lang=en&from={from}");
            let page = read(&collector, &cookie, &path).await;
            assert!(page.contains("not shown yet"), "{path}");
        }
    }
}

/// Nobody is invited who has rated just now, whatever figures say yet.
#[tokio::test]
async fn the_list_of_those_whom_nobody_asked_knows_what_came_in_today() {
    let (collector, _) = with_old_ratings(Delay::default()).await;
    rate_today(&collector).await;
    let request = collector.get("/api/v1/coverage/unasked?form=t");
    let request = request.bearer_auth(collector.key(Role::Admin));
    let list: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(list["dossiers"].as_array().unwrap().len(), 10, "{list}");
}

#[test]
fn the_command_line_follows_the_same_setting() {
    let folder = cli_fixture::folder();
    let data = cli_fixture::with_dossier(folder.path());
    let mut ratings = String::new();
    for n in 0..20 {
        let mut rating = cli_fixture::rating(n);
        if n >= 10 {
            rating["submitted_at"] = json!(Timestamp::now().to_string());
        }
        rating["unit"] = json!("H57.132");
        rating["channel"] = json!("paper");
        rating.as_object_mut().unwrap().remove("dossier");
        ratings += &format!("{rating}\n");
    }
    let file = cli_fixture::write(folder.path(), "paper.ndjson", &ratings);
    cli_fixture::succeed(&data, &["import", "responses", &file]);
    let n = |hours: &str| -> u64 {
        let what = ["index", "--json", "--report-delay-hours", hours];
        let told: Value = serde_json::from_str(&cli_fixture::succeed(&data, &what)).unwrap();
        told["cells"][0]["n"].as_u64().unwrap()
    };
    assert_eq!((n("0"), n("24"), n("744")), (20, 10, 10));
    let delay = ["--report-delay-hours", "24"];
    for command in ["index", "coverage", "flags"] {
        let told = cli_fixture::succeed(&data, &[&[command], &delay[..]].concat());
        assert!(told.contains("shown: days up to 20"), "{told}");
    }
    let export = cli_fixture::run(&data, &[&["export", "responses"], &delay[..]].concat());
    assert_eq!(cli_fixture::out(&export).lines().count(), 10);
    assert!(cli_fixture::err(&export).contains("later ones are held back"));
    // What is kept is what came in.
    cli_fixture::succeed(&data, &["verify"]);
    let faulty = cli_fixture::run(&data, &["index", "--report-delay-hours", "745"]);
    assert_eq!(faulty.status.code(), Some(2));
    assert!(cli_fixture::err(&faulty).contains("0..=744"));
}

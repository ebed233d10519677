//! Coverage on a page: what the API counts, for everybody who may see figures; whom nobody asked, and one button that invites
//! them once, for administrators alone.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod asked_fixture;
mod http_fixture;

use std::collections::BTreeSet;

use asked_fixture::{OTHER, UNIT, code, office, rate};
use collector::auth;
use collector::delay::Delay;
use collector::http::Settings;
use collector::store::{AuditFilter, Deed, Dossier, Role, Unit, User};
use http_fixture::{Collector, OFFICER, form, session_cookie};
use jiff::{Timestamp, ToSpan};
use reqwest::{Response, StatusCode, header};
use serde_json::Value;

const PAGE: &str = "/staff/coverage?form=t:1&lang=en";

/// Citizens reach it.
fn public(settings: &mut Settings) {
    settings.threshold = 1;
    settings.public_url = "https://danhgia.example.vn".to_owned();
    settings.has_public_url = true;
}

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

async fn read(collector: &Collector, cookie: &str, path: &str) -> String {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

/// The rows of a table's file, without the labels.
async fn rows(collector: &Collector, cookie: &str, path: &str, width: usize) -> Vec<Vec<String>> {
    let file = read(collector, cookie, path).await;
    let mut file = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    let rows = file.records().map(|row| {
        let row = row.unwrap();
        row.iter().take(width).map(str::to_owned).collect()
    });
    rows.collect()
}

async fn api(collector: &Collector, path: &str) -> Value {
    let request = collector.get(&format!("/api/v1/coverage{path}"));
    let answer = request.bearer_auth(collector.key(Role::Admin)).send().await;
    answer.unwrap().json().await.unwrap()
}

async fn unasked(collector: &Collector) -> BTreeSet<String> {
    let list = api(collector, "/unasked?form=t&limit=1000").await;
    let dossiers = list["dossiers"].as_array().unwrap().iter();
    dossiers
        .map(|one| one["dossier"].as_str().unwrap().to_owned())
        .collect()
}

/// What the form that invites sends without a tick.
fn fields(page: &str) -> Vec<(String, String)> {
    let (_, form) = page.split_once("target=\"_blank\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    inputs
        .map(|input| {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            let (value, _) = rest.split_once('"').unwrap();
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

fn ticked(page: &str) -> Vec<(String, String)> {
    let mut fields = fields(page);
    fields.push(("sure".into(), "1".into()));
    fields
}

async fn press(collector: &Collector, cookie: &str, fields: &[(String, String)]) -> Response {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let request = collector
        .post("/staff/coverage")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(form(&fields));
    request.send().await.unwrap()
}

/// The lines of the file of links, which is one; with its heading.
async fn links(answer: Response) -> Vec<Vec<String>> {
    assert_eq!(answer.status(), StatusCode::OK);
    let headers = answer.headers();
    assert_eq!(headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    let name = headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert_eq!(name, "attachment; filename=\"hai-long-invites.csv\"");
    let file = answer.text().await.unwrap();
    let file = file.strip_prefix('\u{feff}').unwrap();
    let lines = file.lines();
    lines
        .map(|line| line.split(';').map(str::to_owned).collect())
        .collect()
}

/// What was written down of invites: about what, and the detail.
async fn deeds(collector: &Collector) -> Vec<(String, String, String)> {
    let filter = AuditFilter {
        what: Some(Deed::InvitesGive),
        most: 10,
        ..AuditFilter::default()
    };
    let entries = collector.store.audited(filter).await.unwrap();
    entries
        .into_iter()
        .map(|(_, entry)| (entry.who, entry.about, entry.detail))
        .collect()
}

#[tokio::test]
async fn the_page_counts_what_the_api_counts() {
    let collector = office(public).await;
    for number in [2, 3, 4, 21] {
        rate(&collector, number).await;
    }
    let cookie = account(&collector, Role::ReadOnly, None).await;
    let path = format!("{PAGE}&export=csv");
    let whole = rows(&collector, &cookie, &path, 7).await;
    let told = ["The whole choice", "26", "0", "0.00", "4", "15.38", "22"];
    assert_eq!(whole, [told]);
    let units = rows(&collector, &cookie, &format!("{path}&table=units"), 8).await;
    let told = api(&collector, "?form=t&by=unit").await;
    let cells = told["cells"].as_array().unwrap();
    assert_eq!((units.len(), cells.len()), (2, 2));
    for (row, cell) in units.iter().zip(cells) {
        assert_eq!(row[1], cell["key"]["unit"].as_str().unwrap());
        for (at, name) in [(2, "closed"), (3, "invited"), (5, "rated"), (7, "unasked")] {
            assert_eq!(row[at], cell[name].to_string(), "{name}");
        }
    }
    let path = format!("{path}&table=timeliness");
    let times = rows(&collector, &cookie, &path, 2).await;
    assert_eq!(times, [["late", "6"], ["on time", "20"]]);
    for (lang, told) in [("en", "silence is neither"), ("vi", "im lặng không phải")] {
        let page = format!("/staff/coverage?form=t:1&lang={lang}");
        let page = read(&collector, &cookie, &page).await;
        assert!(page.contains(told), "{page}");
        let down = format!("/staff/coverage?form=t%3A1&#38;unit={OTHER}&#38;lang={lang}");
        assert!(page.contains(&down), "{page}");
    }
}

#[tokio::test]
async fn few_ratings_are_not_told() {
    let collector = office(|settings| settings.threshold = 5).await;
    for number in (1..=6).chain([21]) {
        rate(&collector, number).await;
    }
    let cookie = account(&collector, Role::ReadOnly, None).await;
    let path = format!("{PAGE}&export=csv&table=units");
    for row in rows(&collector, &cookie, &path, 9).await {
        assert_eq!([&row[5], &row[6], &row[7]], ["", "", ""]);
        assert!(row[8].contains("fewer than 5"), "{row:?}");
    }
}

#[tokio::test]
async fn codes_and_the_button_are_for_administrators_of_everything() {
    let collector = office(public).await;
    for (role, branch, closed) in [
        (Role::ReadOnly, None, "26"),
        (Role::Analyst, None, "26"),
        (Role::Unit, Some(OTHER), "6"),
        (Role::ReadOnly, Some(OTHER), "6"),
        (Role::Admin, Some(OTHER), "6"),
    ] {
        let cookie = account(&collector, role, branch).await;
        let page = read(&collector, &cookie, PAGE).await;
        assert!(page.contains(&format!("<td class=\"number\">{closed}</td>")));
        assert!(!page.contains("target=\"_blank\""), "{role:?}");
        assert!(!page.contains("-260804-"), "{role:?}");
        // Its own unit is named, no other one.
        assert_eq!(page.contains(UNIT), branch.is_none(), "{role:?}");
        let (_, csrf) = page.split_once("name=\"csrf\" value=\"").unwrap();
        let (csrf, _) = csrf.split_once('"').unwrap();
        let sent = [
            ("csrf", csrf),
            ("form", "t:1"),
            ("sure", "1"),
            ("first", &code(12)),
        ];
        let sent = sent.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = press(&collector, &cookie, &sent).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{role:?}");
    }
    let cookie = account(&collector, Role::Admin, None).await;
    let page = read(&collector, &cookie, PAGE).await;
    assert!(page.contains("this choice has 26 finished dossiers"));
    let shown = (1..=30).filter(|number| page.contains(&format!(">{}</th>", code(*number))));
    assert_eq!(shown.count(), 26);
    assert!(page.contains("<td>01/09/2026</td>") || page.contains("<td>1 September 2026</td>"));
    assert_eq!(unasked(&collector).await.len(), 26, "nobody was invited");
    assert_eq!(deeds(&collector).await, []);
}

#[tokio::test]
async fn one_press_invites_each_of_them_once_and_is_written_down() {
    let collector = office(public).await;
    rate(&collector, 2).await;
    let cookie = account(&collector, Role::Admin, None).await;
    let page = read(&collector, &cookie, &format!("{PAGE}&unit={UNIT}")).await;
    assert!(page.contains("this choice has 19 finished dossiers"));

    let mut foreign = ticked(&page);
    foreign[0].1 = "another".into();
    let answer = press(&collector, &cookie, &foreign).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let answer = press(&collector, &cookie, &fields(&page)).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = answer.text().await.unwrap();
    assert!(told.contains("Please tick the box"), "{told}");
    assert_eq!(unasked(&collector).await.len(), 25);

    let answer = press(&collector, &cookie, &ticked(&page)).await;
    let lines = links(answer).await;
    assert_eq!(lines[0][..2], ["Dossier", "Link to rate"]);
    let invited: BTreeSet<String> = lines[1..].iter().map(|line| line[0].clone()).collect();
    let meant = (1..=20).filter(|number| *number != 2).map(code);
    assert_eq!(invited, meant.collect());
    for line in &lines[1..] {
        let token = line[1].strip_prefix("https://danhgia.example.vn/r/");
        let opened = collector.get(&format!("/api/v1/invites/{}", token.unwrap()));
        assert_eq!(opened.send().await.unwrap().status(), StatusCode::OK);
        assert!(!line[2].is_empty() && line[3].is_empty());
    }
    let entry = (OFFICER.0, UNIT, "19, t");
    let entry = [entry].map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(deeds(&collector).await, entry);

    let answer = press(&collector, &cookie, &ticked(&page)).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = answer.text().await.unwrap();
    assert!(told.contains("No link was given out this time"), "{told}");
    assert!(told.contains("no finished dossier left"), "{told}");
    assert_eq!(deeds(&collector).await.len(), 1);
    let left = unasked(&collector).await;
    assert_eq!(left, (21..=26).map(code).collect(), "the other unit's");
    let page = read(&collector, &cookie, "/staff/audit?lang=vi").await;
    assert!(page.contains("Cấp đường dẫn mời đánh giá"));
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_at_once_gives_one_file() {
    let collector = office(public).await;
    let cookie = account(&collector, Role::Admin, None).await;
    let fields = ticked(&read(&collector, &cookie, PAGE).await);
    let press = || press(&collector, &cookie, &fields);
    let (one, other) = tokio::join!(press(), press());
    let mut told = [one.status(), other.status()];
    told.sort();
    assert_eq!(told, [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]);
    assert_eq!(deeds(&collector).await.len(), 1);
}

#[tokio::test]
async fn at_most_five_hundred_are_invited_at_once() {
    let collector = office(public).await;
    let more = (100..590).map(|number| Dossier {
        code: code(number),
        procedure: "1.011441".into(),
        unit: UNIT.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: Some("2026-08-12T03:00:00Z".parse().unwrap()),
        outcome: None,
    });
    let store = &collector.store;
    store.upsert_dossiers(more.collect()).await.unwrap();
    let cookie = account(&collector, Role::Admin, None).await;
    let mut invited = BTreeSet::new();
    for count in [500, 16] {
        let page = read(&collector, &cookie, PAGE).await;
        assert!(page.contains(&format!("of these {count} dossiers")));
        let lines = links(press(&collector, &cookie, &ticked(&page)).await).await;
        assert_eq!(lines.len(), count + 1);
        invited.extend(lines[1..].iter().map(|line| line[0].clone()));
    }
    assert_eq!(invited.len(), 516);
    let page = read(&collector, &cookie, PAGE).await;
    assert!(page.contains("no finished dossier left"));
}

#[tokio::test]
async fn without_an_address_that_citizens_reach_nobody_is_invited() {
    let collector = office(|settings| settings.threshold = 1).await;
    let cookie = account(&collector, Role::Admin, None).await;
    let page = read(&collector, &cookie, PAGE).await;
    assert!(page.contains("<code>public-url = "), "{page}");
    assert!(!page.contains("name=\"sure\""));
    let (_, csrf) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let (csrf, _) = csrf.split_once('"').unwrap();
    let sent = [("csrf", csrf), ("form", "t:1"), ("sure", "1")];
    let sent = sent.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = press(&collector, &cookie, &sent).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = answer.text().await.unwrap();
    // In the language of the form, which was none.
    assert!(told.contains("máy chủ chưa biết địa chỉ"), "{told}");
    assert_eq!(unasked(&collector).await.len(), 26);
}

#[tokio::test]
async fn days_that_are_held_back_are_in_no_figure_and_their_dossiers_can_be_invited() {
    let collector = office(|settings| {
        public(settings);
        settings.delay = Delay::default();
    })
    .await;
    let now = Timestamp::now();
    let today = Dossier {
        code: code(77),
        procedure: "1.011441".into(),
        unit: UNIT.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: Some(now),
        outcome: None,
    };
    let store = &collector.store;
    store.upsert_dossiers(vec![today]).await.unwrap();
    rate(&collector, 1).await;
    let cookie = account(&collector, Role::Admin, None).await;
    let whole = rows(&collector, &cookie, &format!("{PAGE}&export=csv"), 5).await;
    assert_eq!(whole[0][1..], ["26", "0", "0.00", "0"]);
    let page = read(&collector, &cookie, PAGE).await;
    assert!(page.contains("this choice has 26 finished dossiers"));
    assert!(page.contains(&code(77)) && !page.contains(&code(1)));
    let tomorrow = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let tomorrow = tomorrow.checked_add(2.days()).unwrap();
    let page = read(&collector, &cookie, &format!("{PAGE}&from={tomorrow}")).await;
    assert!(page.contains("not shown yet"), "{page}");
    let path = format!("{PAGE}&from=yesterday");
    let request = collector.get(&path).header(header::COOKIE, &cookie);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "no such day");
}

/// The list names units by code alone, the page by code and meaning.
#[tokio::test]
async fn of_a_code_that_had_two_meanings_the_one_that_is_chosen_is_invited() {
    let collector = office(public).await;
    let meaning = |from: Option<&str>, to: Option<&str>| Unit {
        code: UNIT.into(),
        name: from.unwrap_or("trước").into(),
        kind: "one-stop".into(),
        parent: None,
        valid_from: from.map(|day| day.parse().unwrap()),
        valid_to: to.map(|day| day.parse().unwrap()),
    };
    let units = vec![
        meaning(None, Some("2026-08-11")),
        meaning(Some("2026-08-12"), None),
    ];
    collector.store.upsert_units(units).await.unwrap();
    let cookie = account(&collector, Role::Admin, None).await;
    for (key, count) in [(UNIT.to_owned(), 7), (format!("{UNIT}@2026-08-11"), 13)] {
        let path = format!("{PAGE}&unit={key}");
        let whole = rows(&collector, &cookie, &format!("{path}&export=csv"), 2).await;
        assert_eq!(whole[0][1], count.to_string(), "{key}");
        let page = read(&collector, &cookie, &path).await;
        let told = format!("this choice has {count} finished dossiers");
        assert!(page.contains(&told), "{key}");
        let answer = press(&collector, &cookie, &ticked(&page)).await;
        assert_eq!(links(answer).await.len(), count + 1, "{key}");
    }
}

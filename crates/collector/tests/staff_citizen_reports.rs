//! Citizen reports as officers handle them: opened, assigned, answered, reopened, taken back, listed, carried away.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::reports::{Outcome, ReportFilter, State};
use collector::store::{AuditFilter, Deed, Role};
use http_fixture::{Collector, form, problem};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};

const UNIT: &str = "000.00.19.H10";

async fn open(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, String) {
    let asked = collector.get(path).header(header::COOKIE, cookie);
    let answer = asked.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// The value of a hidden field of the page's first form that has it.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn post(
    collector: &Collector,
    cookie: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Response {
    collector
        .post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(form(fields))
        .send()
        .await
        .unwrap()
}

/// Opens a report by hand, with changes to its fields.
async fn opened(collector: &Collector, cookie: &str, changes: &[(&str, &str)]) -> Response {
    let (status, page) = open(collector, cookie, "/staff/reports/new?lang=en").await;
    assert_eq!(status, StatusCode::OK);
    let csrf = hidden(&page, "csrf");
    let today = hidden(&page, "received_on\" type=\"date");
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("lang", "en"),
        ("source", "hotline"),
        ("received_on", &today),
        ("unit", UNIT),
        ("within", "1"),
        ("text", "chị Lan ở quầy 3 quát, gọi 0912345678"),
        ("action", "save"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    post(collector, cookie, "/staff/reports/new", &fields).await
}

/// Acts on report 1 as it stands; returns the answer.
async fn act(collector: &Collector, cookie: &str, fields: &[(&str, &str)]) -> Response {
    let (_, page) = open(collector, cookie, "/staff/reports/one?id=1&lang=en").await;
    let (csrf, version) = (hidden(&page, "csrf"), hidden(&page, "version"));
    let mut all = vec![
        ("csrf", csrf.as_str()),
        ("lang", "en"),
        ("id", "1"),
        ("version", &version),
    ];
    all.extend(fields);
    post(collector, cookie, "/staff/reports/one", &all).await
}

async fn standing(collector: &Collector) -> collector::reports::Standing {
    collector
        .store
        .report(1)
        .await
        .unwrap()
        .unwrap()
        .0
        .report
        .standing
}

async fn ask(collector: &Collector, role: Role, query: &str) -> Response {
    let asked = collector.get(&format!("/api/v1/reports?{query}"));
    let asked = asked.bearer_auth(collector.key(role));
    asked.send().await.unwrap()
}

/// Counts of the unit's reports, as the API tells them.
async fn counted(collector: &Collector) -> Value {
    let answer = ask(collector, Role::Analyst, &format!("unit={UNIT}")).await;
    let told: Value = answer.json().await.unwrap();
    assert_eq!(told["units"][0]["unit"], UNIT);
    assert_eq!(told["units"][0]["counts"], told["together"]);
    told["together"].clone()
}

#[tokio::test]
async fn counts_over_the_api_are_for_analysts_and_have_no_words_of_citizens() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    opened(&collector, &cookie, &[]).await;
    let told = ask(&collector, Role::Admin, "").await.text().await.unwrap();
    assert!(
        told.contains("\"opened\":1") && !told.contains("quát"),
        "{told}"
    );
    let none: Value = ask(&collector, Role::Admin, "to=2020-01-01")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&none["together"]["opened"], &none["units"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(none["together"]["share_on_time"], Value::Null);
    for role in [Role::Device, Role::OneStop] {
        problem(ask(&collector, role, "").await, 403, "wrong-role").await;
    }
    for (query, code) in [
        ("from=2026-7-1", "wrong-date"),
        ("from=2026-08-01&to=2026-07-01", "wrong-period"),
        ("state=new", "unknown-parameter"),
        ("unit=a&unit=b", "unknown-parameter"),
    ] {
        problem(ask(&collector, Role::Admin, query).await, 400, code).await;
    }
    let nobody = collector.get("/api/v1/reports").send().await.unwrap();
    problem(nobody, 401, "no-key").await;
}

#[tokio::test]
async fn a_report_is_opened_assigned_answered_reopened_and_a_step_taken_back() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    let answer = opened(&collector, &cookie, &[("dossier", "H57.132-260804-0583")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        answer.headers()[header::LOCATION],
        "/staff/reports/one?id=1&lang=en"
    );
    let (_, page) = open(&collector, &cookie, "/staff/reports/one?id=1&lang=en").await;
    assert!(page.contains("chị *** ở quầy 3 quát, gọi ***"));
    assert!(!page.contains("260804"), "the code is never shown again");
    let kept = collector.store.report(1).await.unwrap().unwrap().0.report;
    assert!(kept.dossier.is_some());
    assert!(kept.standing.due_at > Timestamp::now() + SignedDuration::from_hours(11 * 24));

    let done = act(
        &collector,
        &cookie,
        &[("action", "assign"), ("assignee", "Phòng Một cửa")],
    )
    .await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    assert_eq!(standing(&collector).await.state, State::Assigned);
    let today = hidden(&page, "answered_on\" type=\"date");
    let answer = [
        ("action", "answer"),
        ("answered_on", today.as_str()),
        ("outcome", "not-satisfied"),
    ];
    act(&collector, &cookie, &answer).await;
    assert_eq!(standing(&collector).await.outcome, Outcome::NotSatisfied);
    act(
        &collector,
        &cookie,
        &[("action", "reopen"), ("note", "chưa đúng")],
    )
    .await;
    assert_eq!(standing(&collector).await.state, State::Assigned);
    let counts = counted(&collector).await;
    assert_eq!(
        (&counts["assigned"], &counts["reopened"]),
        (&json!(1), &json!(1))
    );
    let (_, page) = open(&collector, &cookie, "/staff/reports/one?id=1&lang=en").await;
    assert!(page.contains("Take the last step back") && page.contains("chưa đúng"));
    act(&collector, &cookie, &[("action", "undo")]).await;
    assert_eq!(standing(&collector).await.outcome, Outcome::NotSatisfied);
    let counts = counted(&collector).await;
    let told = ["answered", "reopened", "on_time", "share_on_time"].map(|name| &counts[name]);
    assert_eq!(
        told,
        [&json!(1), &json!(0), &json!(1), &json!(100.0)],
        "what was taken back was not"
    );
    let (_, history) = collector.store.report(1).await.unwrap().unwrap();
    assert_eq!(history.len(), 5, "nothing of the history goes");
    assert!(history.iter().all(|event| event.by == "can.bo"));
    let again = act(&collector, &cookie, &[("action", "undo")]).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn who_reads_a_report_or_moves_it_on_is_written_down() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    opened(&collector, &cookie, &[]).await;
    open(&collector, &cookie, "/staff/reports?export=csv").await;
    let fields = [("action", "assign"), ("assignee", "Phòng Một cửa")];
    act(&collector, &cookie, &fields).await;
    let filter = AuditFilter {
        who: Some("can.bo".to_owned()),
        most: 100,
        ..AuditFilter::default()
    };
    let entries = collector.store.audited(filter).await.unwrap();
    let told: Vec<(Deed, String, String)> = entries
        .into_iter()
        .rev()
        .map(|(_, entry)| (entry.what, entry.about, entry.detail))
        .filter(|(what, ..)| *what != Deed::SignIn)
        .collect();
    let entry = |what, about: &str, detail: &str| (what, about.to_owned(), detail.to_owned());
    assert_eq!(
        told,
        [
            entry(Deed::ReportOpen, UNIT, "1"),
            entry(Deed::CommentsRead, "", "citizen reports"),
            entry(Deed::CommentsRead, UNIT, "citizen report 1"),
            entry(Deed::ReportChange, UNIT, "assigned 1"),
        ]
    );
}

#[tokio::test]
async fn two_officers_do_not_overwrite_each_other() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    opened(&collector, &cookie, &[]).await;
    let (_, seen) = open(&collector, &cookie, "/staff/reports/one?id=1&lang=en").await;
    act(
        &collector,
        &cookie,
        &[("action", "assign"), ("assignee", "Hoa")],
    )
    .await;
    let (csrf, version) = (hidden(&seen, "csrf"), hidden(&seen, "version"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("lang", "en"),
        ("id", "1"),
        ("version", &version),
        ("action", "assign"),
        ("assignee", "Minh"),
    ];
    let answer = post(&collector, &cookie, "/staff/reports/one", &fields).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("Somebody has just changed")
    );
    assert_eq!(standing(&collector).await.assignee.as_deref(), Some("Hoa"));
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_kept() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    for (field, value, told) in [
        ("text", "  ", "The words must not be empty"),
        ("unit", "X", "The unit must be in the register"),
        ("received_on", "2999-01-01", "The day of receipt"),
        ("due_on", "2020-01-01", "The due date"),
        ("dossier", "1.011441", "This is no dossier code"),
        ("source", "dream", "Choose the source"),
    ] {
        let answer = opened(&collector, &cookie, &[(field, value)]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(told), "{field}");
        assert!(
            page.contains("chị Lan") || field == "text",
            "what was typed is kept in the form"
        );
    }
    opened(&collector, &cookie, &[]).await;
    for (fields, told) in [
        (vec![("action", "assign")], "Name who"),
        (
            vec![
                ("action", "answer"),
                ("answered_on", "2001-01-01"),
                ("outcome", "unknown"),
            ],
            "The day of the answer",
        ),
        (
            vec![("action", "answer"), ("answered_on", "2001-01-01")],
            "Choose what",
        ),
        (vec![("action", "dance")], "Use the buttons"),
    ] {
        let answer = act(&collector, &cookie, &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().await.unwrap().contains(told), "{told}");
    }
    assert_eq!(standing(&collector).await.state, State::New);
}

#[tokio::test]
async fn a_forged_form_and_a_wrong_role_change_nothing() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    let fields = [
        ("csrf", "guessed"),
        ("text", "x"),
        ("unit", UNIT),
        ("action", "save"),
    ];
    for path in ["/staff/reports/new", "/staff/reports/one"] {
        let answer = post(&collector, &cookie, path, &fields).await;
        problem(answer, 403, "foreign-form").await;
    }
    let cookie = collector.sign_in(Role::OneStop).await;
    for path in [
        "/staff/reports",
        "/staff/reports/new",
        "/staff/reports/one?id=1",
        "/staff/qd766",
        "/staff/coverage",
    ] {
        assert_eq!(
            open(&collector, &cookie, path).await.0,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let all = collector
        .store
        .reports(ReportFilter::default())
        .await
        .unwrap();
    assert!(all.is_empty());
}

#[tokio::test]
async fn a_comment_fills_the_form_and_nothing_is_kept_until_it_is_saved() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    let (_, page) = open(&collector, &cookie, "/staff/reports/new").await;
    let csrf = hidden(&page, "csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("source", "comment"),
        ("unit", UNIT),
        ("text", "phải chờ <lâu>"),
        ("action", "draft"),
    ];
    let answer = post(&collector, &cookie, "/staff/reports/new", &fields).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert!(page.contains("phải chờ &#60;lâu&#62;</textarea>"));
    assert!(
        page.contains("value=\"comment\" selected") && page.contains(&format!("value=\"{UNIT}\""))
    );
    assert!(
        collector
            .store
            .reports(ReportFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_list_is_filtered_tells_the_share_on_time_and_goes_away_as_a_file() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    let late = [
        ("received_on", "2026-01-05"),
        ("due_on", "2026-01-06"),
        ("text", "trễ rồi"),
    ];
    opened(&collector, &cookie, &late).await;
    opened(&collector, &cookie, &[("text", "=đang chờ")]).await;
    let in_time = [
        ("received_on", "2026-01-05"),
        ("due_on", "2999-01-01"),
        ("text", "xong rồi"),
    ];
    assert_eq!(
        opened(&collector, &cookie, &in_time).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let in_time = [
        ("received_on", "2026-01-05"),
        ("due_on", "2099-01-01"),
        ("text", "xong rồi"),
    ];
    opened(&collector, &cookie, &in_time).await;
    let (_, history) = collector.store.report(3).await.unwrap().unwrap();
    let mut done = history[0].clone();
    done.standing.state = State::Answered;
    done.standing.answered_at = Some(Timestamp::now());
    let version = collector.store.report(3).await.unwrap().unwrap().0.version;
    assert!(
        collector
            .store
            .step_report(3, version, done.clone())
            .await
            .unwrap()
    );
    assert!(
        !collector.store.step_report(3, version, done).await.unwrap(),
        "an older version"
    );

    let (_, page) = open(&collector, &cookie, "/staff/reports?lang=en").await;
    assert!(
        page.contains("On time: 50.0\u{a0}% (1 of 2 within competence"),
        "{page}"
    );
    assert!(page.contains("Not due yet: 1."));
    let (_, page) = open(&collector, &cookie, "/staff/reports?lang=en&overdue=1").await;
    assert!(page.contains("trễ rồi") && !page.contains("xong rồi"));
    let (_, page) = open(&collector, &cookie, "/staff/reports?lang=en&state=answered").await;
    assert!(!page.contains("trễ rồi") && page.contains("xong rồi"));
    assert!(page.contains("state=answered"), "files keep the filter");
    let (_, page) = open(&collector, &cookie, "/staff/reports?lang=en&unit=other").await;
    assert!(!page.contains("xong rồi"));
    let (status, file) = open(&collector, &cookie, "/staff/reports?lang=en&export=csv").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        file.contains("'=đang chờ"),
        "no spreadsheet takes it for a formula"
    );
    let (status, _) = open(&collector, &cookie, "/staff/reports/one?id=99").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

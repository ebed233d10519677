//! An administrator enrols a kiosk and sets it up on the staff page.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::enrolment;
use collector::store::Role;
use http_fixture::{Collector, form, problem};
use reqwest::{Response, StatusCode, header};
use survey::response::Presentation;

const PAGE: &str = "/staff/devices/edit";

async fn open(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, String) {
    let asked = collector.get(path).header(header::COOKIE, cookie);
    let answer = asked.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// The hidden token of the page's form.
fn csrf(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn send(
    collector: &Collector,
    cookie: &str,
    csrf: &str,
    changes: &[(&str, &str)],
) -> Response {
    let mut fields = vec![
        ("csrf", csrf),
        ("lang", "en"),
        ("name", "device"),
        ("unit", "000.00.19.H10"),
        ("form", "t"),
        ("action", "save"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    collector
        .post(PAGE)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(form(&fields))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn what_is_saved_is_what_the_kiosk_hears_and_what_the_page_shows() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let (_, devices) = open(&collector, &cookie, "/staff/devices?lang=en").await;
    assert!(
        devices.contains("/staff/devices/edit?lang=en&#38;name=device")
            || devices.contains("/staff/devices/edit?lang=en&name=device")
    );
    let (status, page) = open(
        &collector,
        &cookie,
        "/staff/devices/edit?lang=en&name=device",
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    let token = csrf(&page);
    let changes = [
        ("languages", "vi, km"),
        ("idle_s", "90"),
        ("screen_inches", "15,6"),
        ("presentation", "two-step"),
    ];
    let answer = send(&collector, &cookie, &token, &changes).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let kiosk = collector
        .store
        .device("device")
        .await
        .unwrap()
        .unwrap()
        .kiosk;
    assert_eq!(kiosk.languages, ["vi", "km"]);
    assert_eq!((kiosk.idle_s, kiosk.screen_inches), (Some(90), Some(15.6)));
    assert_eq!(kiosk.presentation, Some(Presentation::TwoStep));
    let (_, page) = open(
        &collector,
        &cookie,
        "/staff/devices/edit?lang=en&name=device",
    )
    .await;
    for shown in [
        "value=\"vi, km\"",
        "value=\"90\"",
        "value=\"15.6\"",
        "<option value=\"two-step\" selected>",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn a_code_from_the_page_enrols_a_new_kiosk_with_what_was_chosen() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let (_, page) = open(&collector, &cookie, "/staff/devices/edit?lang=en").await;
    let changes = [("name", "Sảnh 1"), ("action", "code"), ("idle_s", "60")];
    let answer = send(&collector, &cookie, &csrf(&page), &changes).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    let (_, rest) = page.split_once("<p class=\"digits\">").unwrap();
    let digits = rest.split_once('<').unwrap().0;
    let (name, _) = enrolment::redeem(&*collector.store, digits)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(name, "Sảnh 1");
    let device = collector.store.device("Sảnh 1").await.unwrap().unwrap();
    assert_eq!(device.kiosk.idle_s, Some(60));
}

#[tokio::test]
async fn a_fault_is_told_at_its_field_and_nothing_is_lost() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Admin).await;
    let (_, page) = open(&collector, &cookie, "/staff/devices/edit?lang=en").await;
    let token = csrf(&page);
    for (field, value) in [
        ("idle_s", "5"),
        ("screen_inches", "<b>"),
        ("languages", "vi,vi"),
        ("form", "none"),
        ("unit", " "),
    ] {
        let changes = [("name", "Sảnh <1>"), ("action", "code"), (field, value)];
        let answer = send(&collector, &cookie, &token, &changes).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("role=\"alert\""), "{field}");
        assert!(page.contains("value=\"Sảnh &#60;1&#62;\""), "{page}");
        assert!(!page.contains("<b>"), "{field}");
    }
    // The name of a key that is no kiosk's.
    let changes = [("name", "one-stop"), ("action", "code")];
    let answer = send(&collector, &cookie, &token, &changes).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    // A kiosk that is not there cannot be set up.
    let answer = send(&collector, &cookie, &token, &[("name", "hall-9")]).await;
    problem(answer, 404, "unknown-device").await;
}

#[tokio::test]
async fn only_an_administrator_with_this_sessions_form_may() {
    let collector = Collector::start().await;
    let analyst = collector.sign_in(Role::Analyst).await;
    let (status, _) = open(&collector, &analyst, PAGE).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (_, devices) = open(&collector, &analyst, "/staff/devices").await;
    assert!(!devices.contains(PAGE));
    let answer = send(&collector, &analyst, &csrf(&devices), &[]).await;
    problem(answer, 403, "wrong-role").await;
    let admin = collector.sign_in(Role::Admin).await;
    let answer = send(&collector, &admin, "forged", &[]).await;
    problem(answer, 403, "foreign-form").await;
    let answer = collector.get(PAGE).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "to the login page");
}

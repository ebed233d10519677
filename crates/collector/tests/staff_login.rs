//! Who gets into the officers' pages, for how long, and how forged forms are refused.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::auth::hash_secret;
use collector::store::{Role, Session};
use http_fixture::{Collector, OFFICER, form, problem, session_cookie};
use jiff::{SignedDuration, Timestamp};
use reqwest::{StatusCode, header};

const FORM: &str = "application/x-www-form-urlencoded";

async fn report(collector: &Collector, cookie: &str) -> reqwest::Response {
    collector
        .get("/staff")
        .header(header::COOKIE, cookie)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_stranger_is_led_to_the_login_page_and_back_to_what_was_asked() {
    let collector = Collector::start().await;
    let answer = collector
        .get("/staff?unit=U1&lang=en")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let login = answer.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        login,
        "/staff/login?lang=en&next=%2Fstaff%3Funit%3DU1%26lang%3Den"
    );
    let page = collector.get(&login).send().await.unwrap();
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("value=\"/staff?unit=U1&#38;lang=en\"")
    );

    collector.add_officer(Role::Analyst).await;
    let fields = [
        ("name", OFFICER.0),
        ("password", OFFICER.1),
        ("lang", "en"),
        ("next", "/staff?unit=U1&lang=en"),
    ];
    let answer = collector
        .post("/staff/login")
        .header(header::CONTENT_TYPE, FORM)
        .body(form(&fields))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[header::LOCATION], "/staff?unit=U1&lang=en");
}

#[tokio::test]
async fn the_session_cookie_is_for_this_page_alone_and_only_its_hash_is_kept() {
    let collector = Collector::start().await;
    collector.add_officer(Role::Analyst).await;
    let answer = collector.try_sign_in(OFFICER.0, OFFICER.1).await;
    let set = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    let (value, attributes) = set.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Path=/staff; Max-Age=28800; HttpOnly; SameSite=Strict"
    );
    let token = value.strip_prefix("hl_session=").unwrap();
    let kept = collector
        .store
        .session(&hash_secret(token), Timestamp::now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.user, OFFICER.0);
    let hours = kept.expires_at.duration_since(Timestamp::now()).as_hours();
    assert!((7..=8).contains(&hours));
    assert_eq!(report(&collector, value).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn over_https_the_cookie_never_travels_in_the_clear() {
    let secure = Collector::start_with(|settings| settings.secure_cookies = true).await;
    secure.add_officer(Role::Analyst).await;
    let answer = secure.try_sign_in(OFFICER.0, OFFICER.1).await;
    assert!(
        answer.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .ends_with("; Secure")
    );

    for (trusted, expected) in [(true, true), (false, false)] {
        let collector = Collector::start_with(|settings| {
            if trusted {
                settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
            }
        })
        .await;
        collector.add_officer(Role::Analyst).await;
        let answer = collector
            .post("/staff/login")
            .header(header::CONTENT_TYPE, FORM)
            .header("X-Forwarded-Proto", "https")
            .body(form(&[("name", OFFICER.0), ("password", OFFICER.1)]))
            .send()
            .await
            .unwrap();
        let set = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(set.ends_with("; Secure"), expected);
    }
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_alike() {
    let collector = Collector::start().await;
    collector.add_officer(Role::Analyst).await;
    let mut pages = Vec::new();
    for (name, password) in [(OFFICER.0, "sai"), ("khong.co", "sai")] {
        let answer = collector.try_sign_in(name, password).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.headers().contains_key(header::SET_COOKIE));
        let page = answer.text().await.unwrap();
        assert!(page.contains("role=\"alert\""));
        pages.push(page.replace(name, "NAME"));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn too_many_attempts_have_to_wait_even_with_the_right_password() {
    let collector = Collector::start_with(|settings| {
        settings.rates.login_address.burst = 2.try_into().unwrap();
        settings.rates.login_address.per_minute = 1.try_into().unwrap();
    })
    .await;
    collector.add_officer(Role::Analyst).await;
    for _ in 0..2 {
        let answer = collector.try_sign_in(OFFICER.0, "sai").await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = collector.try_sign_in(OFFICER.0, OFFICER.1).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    assert!(!answer.headers().contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn a_session_that_has_run_out_is_no_session() {
    let collector = Collector::start().await;
    collector.add_officer(Role::Analyst).await;
    for (token, left, status) in [
        ("fresh", SignedDuration::from_hours(1), StatusCode::OK),
        (
            "stale",
            SignedDuration::from_secs(-1),
            StatusCode::SEE_OTHER,
        ),
    ] {
        let session = Session {
            hash: hash_secret(token),
            user: OFFICER.0.into(),
            csrf: "c".into(),
            expires_at: Timestamp::now() + left,
        };
        collector.store.add_session(session).await.unwrap();
        let answer = report(&collector, &format!("hl_session={token}")).await;
        assert_eq!(answer.status(), status);
    }
    let answer = report(&collector, "hl_session=guess").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn only_accounts_that_may_read_reports_see_them() {
    for (role, allowed) in [
        (Role::Analyst, true),
        (Role::Admin, true),
        (Role::Device, false),
        (Role::OneStop, false),
    ] {
        let collector = Collector::start().await;
        let cookie = collector.sign_in(role).await;
        let answer = report(&collector, &cookie).await;
        if allowed {
            assert_eq!(answer.status(), StatusCode::OK);
        } else {
            problem(answer, 403, "wrong-role").await;
        }
    }
}

#[tokio::test]
async fn a_form_on_another_site_cannot_sign_anybody_in() {
    let collector = Collector::start().await;
    collector.add_officer(Role::Analyst).await;
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Origin", "https://elsewhere.example"),
        ("Origin", "null"),
    ] {
        let answer = collector
            .post("/staff/login")
            .header(header::CONTENT_TYPE, FORM)
            .header(name, value)
            .body(form(&[("name", OFFICER.0), ("password", OFFICER.1)]))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(!answer.headers().contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
async fn signing_out_takes_the_page_s_own_token_and_ends_the_session() {
    let collector = Collector::start().await;
    let cookie = collector.sign_in(Role::Analyst).await;
    let page = report(&collector, &cookie).await.text().await.unwrap();
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let (csrf, _) = rest.split_once('"').unwrap();
    let leave = |token: &str| {
        collector
            .post("/staff/logout")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, FORM)
            .body(form(&[("csrf", token), ("lang", "en")]))
            .send()
    };
    problem(leave("guess").await.unwrap(), 403, "foreign-form").await;
    assert_eq!(report(&collector, &cookie).await.status(), StatusCode::OK);

    let answer = leave(csrf).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(session_cookie(&answer), "hl_session=");
    assert_eq!(
        report(&collector, &cookie).await.status(),
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn what_the_visitor_types_is_text_and_never_markup() {
    let collector = Collector::start().await;
    let answer = collector
        .try_sign_in("\"><script>alert(1)</script>", "x")
        .await;
    let page = answer.text().await.unwrap();
    assert!(!page.contains("<script"));
    assert!(page.contains("&#60;script&#62;"));
}

//! Officers who sign in by an account at the authority's provider: who comes in, as whom, and who does not.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;
mod oidc_fixture;

use collector::store::{AuditFilter, Deed, Entry, Identity, Mark, Role, Unit, User};
use http_fixture::{Collector, OFFICER, problem};
use jiff::Timestamp;
use oidc_fixture::{
    CLIENT, Fake, PUBLIC, SECRET, SUBJECT, begin, come_back, cookie, impatient, provider,
};
use reqwest::{Response, StatusCode, header};
use serde_json::json;

const NAME: &str = "lan";
const ADDRESS: &str = "lan@tinh.gov.vn";

/// An account that no password opens, linked to a person at the provider.
async fn linked(collector: &Collector, fake: &Fake, role: Role, branch: Option<&str>) {
    account(collector, NAME, role, branch).await;
    link(collector, fake, NAME, Mark::Subject(SUBJECT.to_owned())).await;
}

async fn account(collector: &Collector, name: &str, role: Role, branch: Option<&str>) {
    let user = User {
        name: name.to_owned(),
        password_hash: String::new(),
        role,
        branch: branch.map(str::to_owned),
        disabled_at: None,
    };
    collector.store.put_user(user).await.unwrap();
}

async fn link(collector: &Collector, fake: &Fake, name: &str, mark: Mark) {
    let identity = Identity {
        user: name.to_owned(),
        issuer: fake.issuer().to_owned(),
        mark,
        linked_at: Timestamp::now(),
    };
    assert!(collector.store.link(identity).await.unwrap());
}

/// Name and value of the session's cookie.
fn session(answer: &Response) -> Option<String> {
    let line = cookie(answer, "hl_session")?;
    Some(line.split(';').next().unwrap().to_owned())
}

async fn status(collector: &Collector, path: &str, session: &str) -> StatusCode {
    let answer = collector.get(path).header(header::COOKIE, session);
    answer.send().await.unwrap().status()
}

async fn audited(collector: &Collector, what: Deed) -> Vec<Entry> {
    let filter = AuditFilter {
        what: Some(what),
        most: 100,
        ..AuditFilter::default()
    };
    let entries = collector.store.audited(filter).await.unwrap();
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// The page says why not, and nobody has come in.
async fn refused(answer: Response, status: u16) -> String {
    assert_eq!(answer.status(), status);
    assert_eq!(session(&answer), None);
    let page = answer.text().await.unwrap();
    assert!(page.contains("role=\"alert\""), "{page}");
    page
}

#[tokio::test]
async fn an_officer_comes_in_and_sees_what_the_account_may_see() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    let unit = |code: &str| Unit {
        code: code.into(),
        name: code.into(),
        kind: "commune".into(),
        parent: None,
        valid_from: None,
        valid_to: None,
    };
    let units = vec![unit("xa-a"), unit("xa-b")];
    collector.store.upsert_units(units).await.unwrap();
    linked(&collector, &fake, Role::Unit, Some("xa-a")).await;

    let begun = begin(&collector, "?lang=en&next=%2Fstaff%2Funits%3Flang%3Den").await;
    let back = fake.there_and_back(&begun).await;
    let answer = come_back(&collector, &back, &begun.cookie).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let cookie_line = cookie(&answer, "hl_session").unwrap();
    assert!(
        cookie_line.ends_with("; Path=/staff; Max-Age=28800; HttpOnly; SameSite=Strict"),
        "{cookie_line}"
    );
    let over = cookie(&answer, "hl_oidc").unwrap();
    assert!(over.starts_with("hl_oidc=; Path=/staff/oidc; Max-Age=0;"));
    let session = session(&answer).unwrap();
    // Not a redirect: a browser that another site led here would not send the strict cookie along.
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("content=\"0; url=/staff/units?lang=en\""),
        "{page}"
    );

    assert_eq!(status(&collector, "/staff", &session).await, StatusCode::OK);
    assert_eq!(
        status(&collector, "/staff?unit=xa-a", &session).await,
        StatusCode::OK
    );
    for forbidden in ["/staff?unit=xa-b", "/staff/audit"] {
        assert_eq!(
            status(&collector, forbidden, &session).await,
            StatusCode::FORBIDDEN,
            "{forbidden}"
        );
    }
    let entries = audited(&collector, Deed::SignIn).await;
    assert_eq!((entries.len(), entries[0].who.as_str()), (1, NAME));
    assert!(entries[0].detail.ends_with(", oidc"), "{entries:?}");
}

#[tokio::test]
async fn what_the_browser_keeps_meanwhile_is_for_these_pages_and_no_script() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    let answer = collector.get("/staff/oidc/start").send().await.unwrap();
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let line = cookie(&answer, "hl_oidc").unwrap();
    assert!(
        line.ends_with("; Path=/staff/oidc; Max-Age=600; HttpOnly; SameSite=Lax"),
        "{line}"
    );
    assert!(!line.contains(SECRET) && !line.contains(CLIENT));
    let asked = answer.headers()[header::LOCATION].to_str().unwrap();
    for part in ["code_challenge=", "nonce=", "state=", "scope=openid+email"] {
        assert!(asked.contains(part), "{asked}");
    }
    assert!(!asked.contains("s3cret"));

    let secure = provider(fake.issuer(), impatient());
    let collector = Collector::start_with(|settings| {
        settings.provider = Some(secure);
        settings.secure_cookies = true;
    })
    .await;
    let answer = collector.get("/staff/oidc/start").send().await.unwrap();
    assert!(cookie(&answer, "hl_oidc").unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn the_button_is_there_with_a_provider_and_passwords_go_on_working() {
    let without = Collector::start().await;
    let page = |collector: &Collector| {
        let asked = collector.get("/staff/login?lang=en&next=%2Fstaff%2Funits");
        async move { asked.send().await.unwrap().text().await.unwrap() }
    };
    assert!(!page(&without).await.contains("oidc"));
    for path in ["/staff/oidc/start", "/staff/oidc/callback?code=a&state=b"] {
        let answer = without.get(path).send().await.unwrap();
        problem(answer, 404, "no-provider").await;
    }

    let fake = Fake::start().await;
    let collector = fake.collector().await;
    let with = page(&collector).await;
    assert!(
        with.contains("href=\"/staff/oidc/start?lang=en&#38;next=%2Fstaff%2Funits\""),
        "{with}"
    );
    assert!(with.contains("Sign in with your agency account"));
    collector.add_officer(Role::Analyst).await;
    let answer = collector.try_sign_in(OFFICER.0, OFFICER.1).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(fake.plan(|plan| plan.documents), 0, "nobody asked for it");

    // An account that only the provider opens has no password, not even an empty one.
    linked(&collector, &fake, Role::Analyst, None).await;
    for password in ["", "x"] {
        let answer = collector.try_sign_in(NAME, password).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn somebody_without_a_link_is_told_what_to_pass_on_and_gets_no_account() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    account(&collector, NAME, Role::Admin, None).await;
    // Neither the name nor the address of an account makes its person.
    fake.plan(|plan| {
        plan.person = json!({
            "sub": "<b>lan</b>", "email": ADDRESS, "email_verified": true, "preferred_username": NAME,
        });
    });
    let answer = fake.sign_in(&collector, "?lang=vi").await;
    let page = refused(answer, 403).await;
    assert!(page.contains(fake.issuer()) && page.contains("&#60;b&#62;lan&#60;/b&#62;"));
    assert!(!page.contains("<b>lan"));
    assert!(page.contains("chưa được gắn"));
    // The other language is asked for at the login page, where nothing is done again.
    assert!(page.contains("href=\"/staff/login?lang=en\""), "{page}");
    assert_eq!(collector.store.users().await.unwrap().len(), 1);
    let entries = audited(&collector, Deed::SignInRefused).await;
    assert_eq!(entries.len(), 1);
    assert!(entries[0].detail.contains("<b>lan</b>"), "{entries:?}");
    assert_eq!(entries[0].who, "");
}

#[tokio::test]
async fn a_verified_address_is_taken_once_and_then_belongs_to_the_person() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    account(&collector, NAME, Role::Analyst, None).await;
    link(&collector, &fake, NAME, Mark::Email(ADDRESS.to_owned())).await;
    let come = async |person: serde_json::Value| {
        fake.plan(|plan| plan.person = person);
        fake.sign_in(&collector, "").await
    };
    for unverified in [
        json!({"sub": "a", "email": ADDRESS}),
        json!({"sub": "a", "email": ADDRESS, "email_verified": false}),
        json!({"sub": "a", "email": ADDRESS, "email_verified": "true"}),
        json!({"sub": "a", "email": [ADDRESS], "email_verified": true}),
        json!({"sub": "a", "email": format!("{ADDRESS}.evil.example"), "email_verified": true}),
    ] {
        refused(come(unverified).await, 403).await;
    }
    let first = json!({"sub": "a", "email": "Lan@Tinh.gov.vn", "email_verified": true});
    assert!(session(&come(first).await).is_some());
    let changes = audited(&collector, Deed::UserChange).await;
    assert_eq!((changes.len(), changes[0].who.as_str()), (1, NAME));
    // Whoever has the address now is somebody else, and the person stays who it is.
    let heir = json!({"sub": "b", "email": ADDRESS, "email_verified": true});
    refused(come(heir).await, 403).await;
    assert!(session(&come(json!({"sub": "a"})).await).is_some());
    let links = collector.store.identities().await.unwrap();
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].mark, Mark::Subject("a".to_owned()));
}

#[tokio::test]
async fn a_person_has_one_account_and_an_account_one_person() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    linked(&collector, &fake, Role::Analyst, None).await;
    account(&collector, "minh", Role::Admin, None).await;
    let identity = |user: &str, mark: Mark| Identity {
        user: user.to_owned(),
        issuer: fake.issuer().to_owned(),
        mark,
        linked_at: Timestamp::now(),
    };
    for taken in [
        identity("minh", Mark::Subject(SUBJECT.to_owned())),
        identity(NAME, Mark::Subject("another".to_owned())),
        identity(NAME, Mark::Email(ADDRESS.to_owned())),
    ] {
        assert!(!collector.store.link(taken).await.unwrap());
    }
    // An address that waits does not take a person away from the account that it has.
    link(&collector, &fake, "minh", Mark::Email(ADDRESS.to_owned())).await;
    fake.plan(|plan| {
        plan.person = json!({"sub": SUBJECT, "email": ADDRESS, "email_verified": true});
    });
    assert!(session(&fake.sign_in(&collector, "").await).is_some());
    let bound = collector
        .store
        .bind_email(fake.issuer(), ADDRESS, SUBJECT)
        .await;
    assert_eq!(bound.unwrap(), None);
    // The same subject elsewhere is another person.
    let elsewhere = collector
        .store
        .user_of_subject("https://sso.example/", SUBJECT);
    assert_eq!(elsewhere.await.unwrap(), None);
}

#[tokio::test]
async fn a_link_that_is_taken_away_ends_what_it_has_opened() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    linked(&collector, &fake, Role::Analyst, None).await;
    let session = session(&fake.sign_in(&collector, "").await).unwrap();
    assert_eq!(status(&collector, "/staff", &session).await, StatusCode::OK);
    assert!(collector.store.unlink(NAME).await.unwrap());
    assert!(!collector.store.unlink(NAME).await.unwrap());
    assert_eq!(
        status(&collector, "/staff", &session).await,
        StatusCode::SEE_OTHER
    );
    refused(fake.sign_in(&collector, "").await, 403).await;
}

#[tokio::test]
async fn a_disabled_account_stays_shut() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    linked(&collector, &fake, Role::Analyst, None).await;
    let mut user = collector.store.user(NAME).await.unwrap().unwrap();
    user.disabled_at = Some(Timestamp::now());
    collector.store.put_user(user).await.unwrap();
    let page = refused(fake.sign_in(&collector, "").await, 403).await;
    assert!(page.contains("đang bị khóa"));
    let entries = audited(&collector, Deed::SignInRefused).await;
    assert_eq!(entries[0].about, NAME);
}

#[tokio::test]
async fn an_answer_counts_in_the_browser_that_asked_and_once() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    linked(&collector, &fake, Role::Analyst, None).await;
    let begun = begin(&collector, "").await;
    let back = fake.there_and_back(&begun).await;
    let other = begin(&collector, "").await;
    let (path, _) = back.split_once("state=").unwrap();
    let guessed = format!("{path}state=guess");
    for (to, kept) in [
        (back.as_str(), "a=b"),
        (back.as_str(), other.cookie.as_str()),
        (back.as_str(), "hl_oidc=bm9uc2Vuc2U"),
        (guessed.as_str(), begun.cookie.as_str()),
        (path, begun.cookie.as_str()),
        ("/staff/oidc/callback", begun.cookie.as_str()),
    ] {
        let page = refused(come_back(&collector, to, kept).await, 400).await;
        assert!(page.contains("không bắt đầu từ trình duyệt này"));
    }
    assert_eq!(fake.plan(|plan| plan.exchanges), 0);
    let answer = come_back(&collector, &back, &begun.cookie).await;
    let first = session(&answer).unwrap();
    // Who has kept the cookie against all rules is told by the provider that the code is used.
    refused(come_back(&collector, &back, &begun.cookie).await, 403).await;

    // Another sign-in is another session, whatever the browser brings.
    let begun = begin(&collector, "").await;
    let back = fake.there_and_back(&begun).await;
    let planted = format!("hl_session=planted; {}; {first}", begun.cookie);
    let second = session(&come_back(&collector, &back, &planted).await).unwrap();
    assert!(second != first && second != "hl_session=planted");
    assert_eq!(
        status(&collector, "/staff", "hl_session=planted").await,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_begins_anew() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    linked(&collector, &fake, Role::Analyst, None).await;
    let begun = begin(&collector, "").await;
    let back = fake.there_and_back(&begun).await;
    let (_, coded) = begun.cookie.split_once('=').unwrap();
    let json = data_encoding::BASE64URL_NOPAD
        .decode(coded.as_bytes())
        .unwrap();
    for seconds in [601, -5] {
        let mut attempt: serde_json::Value = serde_json::from_slice(&json).unwrap();
        attempt["began"] = json!(attempt["began"].as_i64().unwrap() - seconds);
        let coded = data_encoding::BASE64URL_NOPAD.encode(attempt.to_string().as_bytes());
        let kept = format!("hl_oidc={coded}");
        refused(come_back(&collector, &back, &kept).await, 400).await;
    }
    assert!(session(&come_back(&collector, &back, &begun.cookie).await).is_some());
}

#[tokio::test]
async fn after_signing_in_nobody_is_led_away() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    linked(&collector, &fake, Role::Analyst, None).await;
    let long = format!("/staff?a={}", "a".repeat(3000));
    for next in [
        "https://b.vn/",
        "//b.vn",
        "/staff/oidc/start",
        "/staff/logout",
        "/staff?a=\"><script>",
        "javascript:alert(1)",
        &long,
    ] {
        let query: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let query = format!("?lang=en&next={query}");
        let answer = fake.sign_in(&collector, &query).await;
        let page = answer.text().await.unwrap();
        if next.starts_with("/staff?a=\"") {
            assert!(!page.contains("<script"), "{page}");
        } else {
            assert!(page.contains("content=\"0; url=/staff?lang=en\""), "{page}");
        }
    }
}

#[tokio::test]
async fn another_site_starts_nothing() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    let asked = collector
        .get("/staff/oidc/start")
        .header("Sec-Fetch-Site", "cross-site");
    let answer = asked.send().await.unwrap();
    assert_eq!(cookie(&answer, "hl_oidc"), None);
    refused(answer, 403).await;
}

#[tokio::test]
async fn what_the_provider_refuses_is_said_and_the_reason_is_in_the_log() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    let begun = begin(&collector, "").await;
    let back = fake.there_and_back(&begun).await;
    let (_, state) = back.split_once("state=").unwrap();
    let denied = format!("/staff/oidc/callback?error=access_denied%0A&state={state}");
    let page = refused(come_back(&collector, &denied, &begun.cookie).await, 403).await;
    assert!(page.contains("không xác nhận") && !page.contains("access_denied"));
    let entries = audited(&collector, Deed::SignInRefused).await;
    assert!(entries[0].detail.ends_with("access_denied"), "{entries:?}");
}

#[tokio::test]
async fn too_many_answers_have_to_wait() {
    let fake = Fake::start().await;
    let known = provider(fake.issuer(), impatient());
    let collector = Collector::start_with(|settings| {
        settings.provider = Some(known);
        settings.rates.login_address.burst = 2.try_into().unwrap();
        settings.rates.login_address.per_minute = 1.try_into().unwrap();
    })
    .await;
    linked(&collector, &fake, Role::Analyst, None).await;
    for _ in 0..2 {
        let answer = collector.get("/staff/oidc/callback?state=a&code=b");
        refused(answer.send().await.unwrap(), 400).await;
    }
    let answer = fake.sign_in(&collector, "").await;
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    refused(answer, 429).await;
    assert_eq!(fake.plan(|plan| plan.exchanges), 0);
}

#[tokio::test]
async fn a_provider_that_is_away_or_silent_stops_nothing_else() {
    let gone = {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let known = provider(&gone, impatient());
    let collector = Collector::start_with(|settings| settings.provider = Some(known)).await;
    collector.add_officer(Role::Analyst).await;
    let answer = collector.get("/staff/oidc/start").send().await.unwrap();
    let page = refused(answer, 503).await;
    assert!(page.contains("chưa trả lời"));
    let answer = collector.try_sign_in(OFFICER.0, OFFICER.1).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let entries = audited(&collector, Deed::SignInRefused).await;
    assert_eq!(entries, [], "an outage is nobody's deed");

    let fake = Fake::start().await;
    fake.plan(|plan| plan.is_silent = true);
    let known = provider(fake.issuer(), impatient());
    let collector = Collector::start_with(|settings| settings.provider = Some(known)).await;
    linked(&collector, &fake, Role::Analyst, None).await;
    let answer = collector.get("/staff/oidc/start").send().await.unwrap();
    refused(answer, 503).await;
    // It comes back, and so do its officers.
    fake.plan(|plan| plan.is_silent = false);
    assert!(session(&fake.sign_in(&collector, "").await).is_some());
}

#[tokio::test]
async fn after_a_failure_the_provider_is_left_alone_for_a_moment() {
    let fake = Fake::start().await;
    fake.plan(|plan| plan.document = json!({"issuer": "https://elsewhere.example/"}));
    let collector = fake.collector().await;
    for status in [502, 503, 503] {
        let answer = collector.get("/staff/oidc/start").send().await.unwrap();
        refused(answer, status).await;
    }
    assert_eq!(fake.plan(|plan| plan.documents), 1);
}

#[tokio::test]
async fn the_callback_is_where_the_public_address_says() {
    let fake = Fake::start().await;
    let collector = fake.collector().await;
    let begun = begin(&collector, "").await;
    let expected: String =
        form_urlencoded::byte_serialize(format!("{PUBLIC}/staff/oidc/callback").as_bytes())
            .collect();
    assert!(begun.address.contains(&format!("redirect_uri={expected}")));
}

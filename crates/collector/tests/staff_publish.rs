//! Those who see all units and may change something publish figures; what they see before is what everybody sees after.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;
mod published;

use collector::auth;
use collector::publish;
use collector::store::{AuditFilter, Deed, Role, User};
use http_fixture::{Collector, OFFICER, form, session_cookie};
use published::{all_between, analyst, collector, desk, page, ratings};
use reqwest::{StatusCode, header};

const PREVIEW: &str =
    "/staff/publish?lang=en&form=t:1&period=2026-07&method=top2&tables=unit&tables=item";

async fn post(
    collector: &Collector,
    cookie: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let answer = collector
        .post("/staff/publish")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(form(fields))
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let to = answer.headers().get(header::LOCATION).cloned();
    let told = to.map(|to| to.to_str().unwrap().to_owned());
    (status, told.unwrap_or(answer.text().await.unwrap()))
}

/// The hidden and ticked fields of the form with this button.
fn fields(page: &str, action: &str) -> Vec<(String, String)> {
    let forms = all_between(page, "<form class=\"settings\" method=\"post\"", "</form>");
    let button = format!("name=\"action\" value=\"{action}\"");
    let form = forms
        .into_iter()
        .find(|form| form.contains(&button))
        .unwrap();
    let mut fields: Vec<(String, String)> = all_between(form, "<input type=\"hidden\" ", ">")
        .into_iter()
        .map(|input| {
            let name = all_between(input, "name=\"", "\"")[0];
            (
                name.to_owned(),
                all_between(input, "value=\"", "\"")[0].to_owned(),
            )
        })
        .collect();
    fields.push(("action".into(), action.into()));
    fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

async fn deeds(collector: &Collector) -> Vec<(Deed, String)> {
    let filter = AuditFilter {
        most: 10,
        ..AuditFilter::default()
    };
    let entries = collector.store.audited(filter).await.unwrap();
    let told = entries
        .into_iter()
        .map(|(_, entry)| (entry.what, entry.who));
    told.filter(|(what, _)| !matches!(what, Deed::SignIn))
        .collect()
}

/// All numbers of the tables and charts.
fn numbers(html: &str) -> Vec<String> {
    let mut found: Vec<String> = ["<td class=\"number\">", "<b>", "class=\"figure\">"]
        .into_iter()
        .flat_map(|mark| all_between(html, mark, "<"))
        .map(str::to_owned)
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn what_is_previewed_is_what_everybody_sees_afterwards() {
    let collector = collector().await;
    let cookie = analyst(&collector).await;
    let (status, preview) = desk(&collector, &cookie, PREVIEW).await;
    assert_eq!(status, StatusCode::OK);
    assert!(preview.contains("Nothing has been published yet."));
    assert!(preview.contains("groups will not be shown."), "{preview}");
    let (_, public) = page(&collector, "/public?lang=en").await;
    assert!(
        public.contains("Nothing has been published yet"),
        "a preview publishes nothing"
    );

    let mut fields = fields(&preview, "publish");
    let (status, told) = post(&collector, &cookie, &borrowed(&fields)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "without the tick");
    assert!(told.contains("Please tick the box to confirm"));
    assert!(deeds(&collector).await.is_empty());
    fields.push(("sure".into(), "1".into()));
    let (status, to) = post(&collector, &cookie, &borrowed(&fields)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
    let (_, done) = desk(&collector, &cookie, &to).await;
    assert!(done.contains("Published: July 2026."));
    assert_eq!(
        deeds(&collector).await,
        [(Deed::ReleaseMake, OFFICER.0.to_owned())]
    );

    let (_, public) = page(&collector, "/public?lang=en&all=1").await;
    let shown = preview.split_once("<div class=\"public\">").unwrap().1;
    let shown = shown
        .split_once("<form class=\"settings\" method=\"post\"")
        .unwrap()
        .0;
    assert_eq!(numbers(shown), numbers(&public));
    assert!(numbers(&public).len() > 20);
    let figure = |html: &str| all_between(html, "<p class=\"interval\">", "</p>").join("");
    assert_eq!(figure(shown), figure(&public));
    for part in ["who", "odd", "hidden"] {
        let told = |html: &str| {
            all_between(html, &format!("<h2 id=\"{part}\">"), "</section>")[0].to_owned()
        };
        assert_eq!(told(shown), told(&public));
    }
}

#[tokio::test]
async fn figures_that_have_changed_since_they_were_looked_at_are_shown_again_and_not_published() {
    let collector = collector().await;
    let cookie = analyst(&collector).await;
    let publishing = async |html: &str| {
        let mut fields = fields(html, "publish");
        fields.push(("sure".into(), "1".into()));
        post(&collector, &cookie, &borrowed(&fields)).await
    };
    let (_, preview) = desk(&collector, &cookie, PREVIEW).await;
    let late = ratings(7_000, "A", 0, 6, "2026-07-16");
    collector.store.append(late).await.unwrap();
    let (status, told) = publishing(&preview).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told.contains("have changed since you looked at them"),
        "{told}"
    );
    assert!(deeds(&collector).await.is_empty());
    assert_ne!(numbers(&preview), numbers(&told), "the figures of now");
    let (status, _) = publishing(&told).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_published_period_is_never_published_again_and_can_be_withdrawn_and_put_back() {
    let collector = collector().await;
    let cookie = analyst(&collector).await;
    let (_, preview) = desk(&collector, &cookie, PREVIEW).await;
    let mut making = fields(&preview, "publish");
    making.push(("sure".into(), "1".into()));
    post(&collector, &cookie, &borrowed(&making)).await;
    let (status, told) = post(&collector, &cookie, &borrowed(&making)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told.contains("Days of this period have been published."),
        "{told}"
    );
    let (_, list) = desk(&collector, &cookie, "/staff/publish?lang=en&form=t:1").await;
    assert!(
        !list.contains("<option value=\"2026-07\"") && list.contains("<option value=\"2026-08\"")
    );
    assert!(
        !list.contains("<option value=\"2026-Q3\""),
        "the quarter shares its days"
    );

    let (_, before) = page(&collector, "/public").await;
    let mut leaving = fields(&list, "withdraw");
    let (status, _) = post(&collector, &cookie, &borrowed(&leaving)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "without the tick");
    leaving.push(("sure".into(), "1".into()));
    let (status, to) = post(&collector, &cookie, &borrowed(&leaving)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, list) = desk(&collector, &cookie, &to).await;
    assert!(list.contains("Withdrawn: July 2026."));
    let (_, public) = page(&collector, "/public?lang=en").await;
    assert!(public.contains("Nothing has been published yet"));
    let (status, told) = post(&collector, &cookie, &borrowed(&leaving)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("This period was withdrawn before."));

    let mut coming = fields(&list, "restore");
    coming.push(("sure".into(), "1".into()));
    let (status, _) = post(&collector, &cookie, &borrowed(&coming)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(page(&collector, "/public").await.1, before);
    let officer = || OFFICER.0.to_owned();
    assert_eq!(
        deeds(&collector).await,
        [
            (Deed::ReleaseRestore, officer()),
            (Deed::ReleaseWithdraw, officer()),
            (Deed::ReleaseMake, officer())
        ]
    );
}

#[tokio::test]
async fn whoever_sees_less_than_all_or_may_change_nothing_is_refused() {
    let collector = collector().await;
    let mut withdrawal = Vec::new();
    for (role, branch) in [
        (Role::Unit, Some("A")),
        (Role::ReadOnly, None),
        (Role::Analyst, Some("A")),
        (Role::Admin, Some("A")),
    ] {
        let user = User {
            name: OFFICER.0.into(),
            password_hash: auth::hash_password(OFFICER.1).unwrap(),
            role,
            branch: branch.map(str::to_owned),
            disabled_at: None,
        };
        collector.store.put_user(user).await.unwrap();
        let cookie = session_cookie(&collector.try_sign_in(OFFICER.0, OFFICER.1).await);
        let (status, html) = desk(&collector, &cookie, PREVIEW).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{role:?}");
        assert!(!html.contains("\u{a0}%"), "{role:?}");
        let csrf = all_between(&html, "name=\"csrf\" value=\"", "\"")[0].to_owned();
        withdrawal = vec![
            ("csrf".to_owned(), csrf),
            ("form".into(), "t:1".into()),
            ("period".into(), "2026-07".into()),
            ("action".into(), "publish".into()),
            ("sure".into(), "1".into()),
        ];
        let (status, _) = post(&collector, &cookie, &borrowed(&withdrawal)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let cookie = analyst(&collector).await;
    withdrawal[0].1 = "another".into();
    let (status, _) = post(&collector, &cookie, &borrowed(&withdrawal)).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a form of another page");
    let none = publish::releases(collector.store.as_ref(), true)
        .await
        .unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn a_period_that_is_not_over_is_not_offered_and_not_published() {
    let collector = collector().await;
    let cookie = analyst(&collector).await;
    let path = "/staff/publish?lang=en&form=t:1&period=9000-01";
    let (status, html) = desk(&collector, &cookie, path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("This period is not over yet"), "{html}");
    assert!(!html.contains("value=\"publish\""));
    let (_, html) = desk(
        &collector,
        &cookie,
        "/staff/publish?form=t:1&period=x&lang=en",
    )
    .await;
    assert!(html.contains("<option value=\"2026-07\""), "{html}");
}

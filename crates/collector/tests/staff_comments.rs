//! Comments and reasons as an officer may read them: in groups, late, clean, and without anything of the response.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::delay::Delay;
use collector::store::{Admitted, Circumstances, Role};
use http_fixture::{Collector, problem, store_fixture};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

/// Responses of a unit on a day, each with a comment.
fn said(start: u128, unit: &str, day: &str, field: &str, count: u128) -> Vec<Admitted> {
    (0..count)
        .map(|n| Admitted {
            unit: unit.to_owned(),
            day: store_fixture::day(day),
            field: Some(field.to_owned()),
            procedure: Some("1.000001".to_owned()),
            reasons: vec![if n % 2 == 0 { "slow" } else { "rude" }.to_owned()],
            comment: Some(format!("{unit} {field} <câu {n}>")),
            circumstances: Circumstances {
                device: Some("may-o-sanh".to_owned()),
                ..Circumstances::default()
            },
            ..store_fixture::admitted(start + n)
        })
        .collect()
}

async fn page(collector: &Collector, cookie: &str, query: &str) -> (StatusCode, String) {
    let request = collector.get(&format!("/staff/comments?lang=en&{query}"));
    let answer = request.header(header::COOKIE, cookie).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn comments_stand_in_large_enough_groups_and_carry_nothing_of_the_response() {
    let collector = Collector::start().await;
    let store = &collector.store;
    store
        .append(said(1, "A", "2026-07-15", "Đất đai", 6))
        .await
        .unwrap();
    store
        .append(said(101, "B", "2026-07-16", "Đất đai", 4))
        .await
        .unwrap();
    let mut named = said(201, "A", "2026-07-20", "Đất đai", 1);
    named[0].comment = Some("cảm ơn chị Lan, gọi 0912345678".to_owned());
    store.append(named).await.unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    let (status, page) = page(&collector, &cookie, "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("A Đất đai &#60;câu 0&#62;"), "{page}");
    assert!(!page.contains("B Đất đai"), "four people are too few");
    assert!(page.contains("Not shown: 1 months of units"));
    assert!(
        page.contains("cảm ơn chị ***, gọi ***"),
        "kept before it was cleaned"
    );
    for of_the_response in [
        "may-o-sanh",
        "00000000-0000",
        "03:00",
        "10:00",
        "2026-07-15",
        "15 July",
    ] {
        assert!(!page.contains(of_the_response), "{of_the_response}");
    }
    assert!(page.contains("<svg role=\"img\""), "reasons are drawn");
}

#[tokio::test]
async fn what_came_in_lately_is_held_back() {
    let collector = Collector::start_with(|settings| settings.delay = Delay::default()).await;
    let fresh = said(1, "A", "2026-07-15", "Đất đai", 9)
        .into_iter()
        .map(|one| Admitted {
            received_at: jiff::Timestamp::now(),
            ..one
        });
    collector.store.append(fresh.collect()).await.unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    let (status, page) = page(&collector, &cookie, "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("câu 0"));
    assert!(page.contains("There are no comments that may be shown"));
}

#[tokio::test]
async fn filters_narrow_without_leaving_few_people_over() {
    let collector = Collector::start().await;
    for (start, field, count) in [
        (1, "Đất đai", 8),
        (101, "Hộ tịch", 2),
        (201, "Xây dựng", 12),
    ] {
        let all = said(start, "A", "2026-07-15", field, count);
        collector.store.append(all).await.unwrap();
    }
    let cookie = collector.sign_in(Role::Analyst).await;
    let read = async |query: &str| page(&collector, &cookie, query).await.1;
    let field = |name: &str| {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("field", name)
            .finish()
    };
    assert!(read(&field("Xây dựng")).await.contains("A Xây dựng"));
    let hidden = read(&field("Đất đai")).await;
    assert!(
        !hidden.contains("A Đất đai"),
        "all less Xây dựng and this would be two people"
    );
    assert!(
        read("unit=A").await.contains("A Hộ tịch"),
        "among all of the unit"
    );
    assert!(!read("unit=B").await.contains("A Hộ tịch"));
    let slow = read("reason=slow").await;
    assert!(
        slow.contains("A Xây dựng &#60;câu 0&#62;") && !slow.contains("A Xây dựng &#60;câu 1&#62;")
    );
    assert!(
        !read("from=2026-08-01&to=2026-08-31")
            .await
            .contains("A Xây dựng")
    );
    let (status, _) = page(&collector, &cookie, "from=yesterday").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn reasons_go_away_as_a_file_and_comments_do_not() {
    let collector = Collector::start().await;
    let all = said(1, "A", "2026-07-15", "Đất đai", 7);
    collector.store.append(all).await.unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    let (status, file) = page(&collector, &cookie, "export=csv&table=reasons").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        file.contains("Chậm,4,57.14") && file.contains("Thái độ,3,42.86"),
        "{file}"
    );
    assert!(!file.contains("câu 0"));
}

#[tokio::test]
async fn a_program_reads_how_often_each_reason_was_ticked_and_no_comment() {
    let collector = Collector::start().await;
    for (start, unit, count) in [(1, "A", 7), (101, "B", 4)] {
        let all = said(start, unit, "2026-07-15", "Đất đai", count);
        collector.store.append(all).await.unwrap();
    }
    let ask = async |role, query: &str| {
        let request = collector.get(&format!("/api/v1/reasons?form=t{query}"));
        request
            .bearer_auth(collector.key(role))
            .send()
            .await
            .unwrap()
    };
    for role in [Role::Analyst, Role::Admin] {
        let told: Value = ask(role, "").await.json().await.unwrap();
        assert_eq!(
            (&told["from"], &told["to"]),
            (&json!("2026-05-01"), &json!("2026-07-31"))
        );
        assert_eq!(
            (&told["responses"], &told["hidden"]),
            (&json!(7), &json!(1)),
            "{told}"
        );
        let ticked = told["reasons"].as_array().unwrap().iter();
        let ticked: Vec<_> = ticked
            .map(|one| (&one["reason"], &one["count"], &one["share"]))
            .collect();
        assert!(
            ticked.contains(&(&json!("slow"), &json!(4), &json!(0.5714))),
            "{told}"
        );
        assert!(!told.to_string().contains("câu"), "{told}");
    }
    let told: Value = ask(Role::Analyst, "&unit=B").await.json().await.unwrap();
    assert_eq!(told["reasons"][0]["share"], Value::Null, "{told}");
    for role in [Role::Device, Role::OneStop] {
        problem(ask(role, "").await, 403, "wrong-role").await;
    }
    for (wrong, code) in [
        ("&reason=slow", "unknown-parameter"),
        ("&from=2026-07", "wrong-date"),
        ("&from=2026-08-01&to=2026-07-01", "wrong-period"),
        ("&form_version=9", "unknown-form-version"),
    ] {
        problem(ask(Role::Admin, wrong).await, 400, code).await;
    }
    let nobody = collector
        .get("/api/v1/reasons?form=t")
        .send()
        .await
        .unwrap();
    problem(nobody, 401, "no-key").await;
}

#[tokio::test]
async fn only_officers_who_may_read_reports_read_comments() {
    let collector = Collector::start().await;
    let anonymous = collector.get("/staff/comments").send().await.unwrap();
    assert_eq!(anonymous.status(), StatusCode::SEE_OTHER);
    let cookie = collector.sign_in(Role::OneStop).await;
    assert_eq!(page(&collector, &cookie, "").await.0, StatusCode::FORBIDDEN);
}

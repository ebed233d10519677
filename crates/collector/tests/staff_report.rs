//! What an officer may read off the report page.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::store::{Admitted, Dossier, Role, Store, Unit};
use http_fixture::{Collector, store_fixture};
use reqwest::{StatusCode, header};
use survey::answers::Packed;

/// Responses of a unit, of which the first `satisfied` are satisfied overall.
fn ratings(start: u128, unit: &str, satisfied: u128, count: u128) -> Vec<Admitted> {
    (0..count)
        .map(|n| {
            let overall = if n < satisfied { 4 } else { 2 };
            Admitted {
                unit: unit.to_owned(),
                answers: Packed(vec![overall, 5, 4, Packed::MISSING]),
                ..store_fixture::admitted(start + n)
            }
        })
        .collect()
}

async fn add_units(store: &dyn Store, units: &[(String, String)]) {
    let units = units
        .iter()
        .map(|(code, name)| Unit {
            code: code.clone(),
            name: name.clone(),
            kind: "commune".into(),
            parent: None,
            valid_from: None,
            valid_to: None,
        })
        .collect();
    store.upsert_units(units).await.unwrap();
}

/// Two units with enough responses and two with too few.
async fn with_ratings() -> (Collector, String) {
    let collector = Collector::start().await;
    let store = collector.store.as_ref();
    let names = [
        ("A", "Xã <Alpha>"),
        ("B", "Xã Bình"),
        ("C", "Xã Cam"),
        ("D", "Xã Dừa"),
    ];
    let names: Vec<_> = names.map(|(c, n)| (c.to_owned(), n.to_owned())).into();
    add_units(store, &names).await;
    store.append(ratings(1, "A", 30, 40)).await.unwrap();
    store.append(ratings(1001, "B", 8, 16)).await.unwrap();
    store.append(ratings(2001, "C", 1, 3)).await.unwrap();
    store.append(ratings(3001, "D", 1, 3)).await.unwrap();
    let dossiers = (0..1200)
        .map(|n| Dossier {
            code: format!("H57.132-260715-{n:04}"),
            procedure: "1.000001".into(),
            unit: "A".into(),
            authority: None,
            filing_channel: None,
            received_at: Some(store_fixture::moment("2026-07-15T01:00:00Z")),
            due_at: None,
            finished_at: Some(store_fixture::moment("2026-07-15T03:00:00Z")),
            outcome: None,
        })
        .collect();
    store.upsert_dossiers(dossiers).await.unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    (collector, cookie)
}

async fn page(collector: &Collector, cookie: &str, path: &str) -> String {
    let answer = collector
        .get(path)
        .header(header::COOKIE, cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

/// Where each of the texts stands; fails when one is missing.
fn places(page: &str, texts: &[&str]) -> Vec<usize> {
    texts
        .iter()
        .map(|text| {
            let place = page.find(text);
            assert!(place.is_some(), "{text:?} in {page}");
            place.unwrap_or_default()
        })
        .collect()
}

#[tokio::test]
async fn the_figure_stands_with_everything_that_is_needed_to_believe_or_doubt_it() {
    let (collector, cookie) = with_ratings().await;
    let page = page(&collector, &cookie, "/staff?unit=A").await;
    places(
        &page,
        &[
            "<html lang=\"vi\">",
            "Tỷ lệ hài lòng (Hài lòng + Rất hài lòng) · Phiếu thử, phiên bản 1 · 15/07/2026 – 15/07/2026",
            "<div class=\"figure\">75,00\u{a0}%</div>",
            "Khoảng tin cậy 95 %: 59,81\u{a0}–\u{a0}85,81\u{a0}%",
            "40 phiếu trên 1.200 hồ sơ đã giải quyết",
            "3,3\u{a0}%",
            "không phải chỉ số chính thức",
        ],
    );
}

#[tokio::test]
async fn coverage_and_its_note_count_who_did_not_answer_the_question_of_the_figure_too() {
    let (collector, cookie) = with_ratings().await;
    let silent = ratings(5001, "A", 0, 8)
        .into_iter()
        .map(|response| Admitted {
            answers: Packed(vec![Packed::MISSING, 5, 4, Packed::MISSING]),
            ..response
        });
    collector.store.append(silent.collect()).await.unwrap();
    let page = page(&collector, &cookie, "/staff?unit=A").await;
    places(
        &page,
        &["48 phiếu trên 1.200 hồ sơ đã giải quyết", "4,0\u{a0}%"],
    );
}

#[tokio::test]
async fn the_lowest_unit_comes_first_and_small_groups_are_only_counted() {
    let (collector, cookie) = with_ratings().await;
    let page = page(&collector, &cookie, "/staff").await;
    let order = places(&page, &["50,00\u{a0}%", "75,00\u{a0}%"]);
    assert!(order.is_sorted());
    assert!(!page.contains("Xã Cam"));
    assert!(page.contains("2 đơn vị không nêu số liệu"));
    let alone = self::page(&collector, &cookie, "/staff?unit=C").await;
    assert!(alone.contains("ít hơn 5 phiếu") && !alone.contains("class=\"figure\""));
    assert!(page.contains("Xã &#60;Alpha&#62;"), "names are text");
    assert!(page.contains("href=\"/staff?unit=B\""));
    let questions = places(&page, &["Chung?", "Phục vụ", "Thái độ?", "Thời gian?"]);
    assert!(questions.is_sorted());
    assert!(!page.contains("Tuổi?"), "people are not rated");
}

#[tokio::test]
async fn many_units_are_cut_to_both_ends_until_all_are_asked_for() {
    let collector = Collector::start().await;
    let store = collector.store.as_ref();
    let names: Vec<_> = (0..40)
        .map(|n| (format!("U{n:02}"), format!("Xã số {n:02}")))
        .collect();
    add_units(store, &names).await;
    for (n, (code, _)) in names.iter().enumerate() {
        let n = n as u128;
        store.append(ratings(n * 1000, code, n, 40)).await.unwrap();
    }
    let cookie = collector.sign_in(Role::Admin).await;
    let cut = page(&collector, &cookie, "/staff").await;
    let order = places(
        &cut,
        &[
            "15 đơn vị thấp nhất",
            "Xã số 00",
            "Xã số 14",
            "15 đơn vị cao nhất",
            "Xã số 25",
            "Xã số 39",
        ],
    );
    assert!(order.is_sorted());
    assert!(!cut.contains("Xã số 15") && !cut.contains("Xã số 24"));
    assert!(cut.contains("href=\"/staff?all=1#by-unit\""));
    assert!(cut.contains("Xem đủ 40 đơn vị"));
    let all = page(&collector, &cookie, "/staff?all=1").await;
    assert!(all.contains("Xã số 15") && all.contains("Xã số 24"));
}

#[tokio::test]
async fn english_is_english_in_words_and_numbers() {
    let (collector, cookie) = with_ratings().await;
    let page = page(&collector, &cookie, "/staff?lang=en&unit=A").await;
    places(
        &page,
        &[
            "<html lang=\"en\">",
            "75.00\u{a0}%",
            "40 responses to 1,200 finished dossiers",
            "15 July 2026",
        ],
    );
}

#[tokio::test]
async fn a_choice_without_an_answer_says_so_and_keeps_the_form() {
    let (collector, cookie) = with_ratings().await;
    for query in [
        "from=31.12.2026",
        "form=none",
        "from=2026-08-01&to=2026-07-01",
    ] {
        let answer = collector
            .get(&format!("/staff?{query}"))
            .header(header::COOKIE, &cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{query}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("role=\"alert\"") && page.contains("<select id=\"form\""));
    }
    let empty = page(&collector, &cookie, "/staff?form=&from=&to=&method=none").await;
    assert!(
        empty.contains("class=\"figure\""),
        "empty fields are no choice"
    );
}

#[tokio::test]
async fn synthetic_data_are_labelled_on_every_page() {
    let (collector, cookie) = with_ratings().await;
    let label = "Dữ liệu minh họa: câu trả lời được tạo ngẫu nhiên, không phải ý kiến thật.";
    for path in ["/", "/staff/login", "/staff"] {
        assert!(!page(&collector, &cookie, path).await.contains(label));
    }
    collector.store.set_note("demo", "1").await.unwrap();
    for path in ["/", "/staff/login", "/staff"] {
        assert!(
            page(&collector, &cookie, path).await.contains(label),
            "{path}"
        );
    }
}

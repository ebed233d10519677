//! The printed reports: totals and grades that follow from their parts, shares that hide nothing, figures of the API.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;
mod nine_fixture;

use collector::store::{Dossier, Role};
use http_fixture::{Collector, store_fixture};
use nine_fixture::{HELD, forms, given};
use reqwest::{StatusCode, header};
use serde_json::Value;
use survey::answers::Packed;

/// Six people who give these seven indicators; the first two are read from the records.
fn six(points: [u8; 7]) -> Vec<Vec<u8>> {
    vec![[&[HELD, HELD][..], &points].concat(); 6]
}

async fn with_reports() -> (Collector, String) {
    let collector = Collector::start_on(forms(), |_| {}).await;
    for (start, unit, points) in [
        (1, "SUM0", [0; 7]),
        (11, "SUM5", [1, 1, 1, 1, 1, 0, 0]),
        (21, "SUM8", [2, 1, 1, 1, 1, 1, 1]),
        (31, "SUM11", [2, 2, 2, 2, 1, 1, 1]),
        (41, "SUM12", [2, 2, 2, 2, 2, 1, 1]),
        (51, "SUM14", [2; 7]),
    ] {
        let all = given(start, unit, "one-stop-nine", &six(points));
        collector.store.append(all).await.unwrap();
    }
    let few = given(61, "FEW", "one-stop-nine", &six([2; 7])[..3]);
    collector.store.append(few).await.unwrap();
    let thirds: Vec<Vec<u8>> = [1, 1, 2, 2, 3, 3].map(|level| vec![level]).into();
    let thirds = given(71, "SUM12", "three-level", &thirds);
    collector.store.append(thirds).await.unwrap();
    let few = given(81, "FEW", "three-level", &[vec![1], vec![1], vec![3]]);
    collector.store.append(few).await.unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    (collector, cookie)
}

async fn page(collector: &Collector, cookie: &str, path: &str) -> (StatusCode, String) {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Total and grade of a page.
fn sum(page: &str) -> (String, String) {
    let of = |id: &str| {
        let rest = page.split(&format!("id=\"{id}\">")).nth(1).unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    (of("total"), of("grade"))
}

#[tokio::test]
async fn every_total_has_its_grade_and_lower_bounds_are_inclusive() {
    let (collector, cookie) = with_reports().await;
    for (unit, first, second, total, grade) in [
        ("SUM0", "0", "0", "0,00", "Yếu"),
        ("SUM5", "0,50", "0,49", "5,99", "Yếu"),
        ("SUM5", "0,5", "0,5", "6,00", "Trung bình"),
        ("SUM8", "0", "1", "9,00", "Khá"),
        ("SUM11", "1", "0", "12,00", "Tốt"),
        ("SUM12", "1,5", "1,49", "14,99", "Tốt"),
        ("SUM12", "1.5", "1.496", "15,00", "Tốt"),
        ("SUM12", "1,5", "1,5", "15,00", "Xuất sắc"),
        ("SUM12", "1,51", "1,5", "15,01", "Xuất sắc"),
        ("SUM14", "2", "2", "18,00", "Xuất sắc"),
    ] {
        let path = format!(
            "/staff/print/one-stop?unit={unit}&records.total-time={first}&records.agency-time={second}"
        );
        let (status, page) = page(&collector, &cookie, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(sum(&page), (total.into(), grade.into()), "{path}");
    }
}

#[tokio::test]
async fn a_missing_part_leaves_no_total_and_no_grade() {
    let (collector, cookie) = with_reports().await;
    let none = ("chưa có tổng điểm".to_owned(), "chưa xếp loại".to_owned());
    for (asked, lacking) in [
        ("unit=SUM14", "chỉ số 1, 2;"),
        ("unit=SUM14&records.total-time=2", "chỉ số 2;"),
        (
            "unit=FEW&records.total-time=2&records.agency-time=2",
            "chỉ số 3, 4, 5, 6, 7, 8, 9;",
        ),
        ("unit=NOBODY", "chỉ số 1, 2, 3, 4, 5, 6, 7, 8, 9;"),
        (
            "from=2020-01-01&to=2020-01-31&records.total-time=2",
            "chỉ số 2, 3, 4, 5, 6, 7, 8, 9;",
        ),
    ] {
        let (status, page) = page(
            &collector,
            &cookie,
            &format!("/staff/print/one-stop?{asked}"),
        )
        .await;
        assert_eq!(status, StatusCode::OK, "{asked}");
        assert_eq!(sum(&page), none, "{asked}");
        assert!(page.contains(lacking), "{asked}");
    }
    let path = "/staff/print/one-stop?unit=SUM14&records.total-time=2,1&records.agency-time=2";
    let (status, page) = page(&collector, &cookie, path).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("Điểm của chỉ số 1 phải là số từ 0 đến 2"));
    assert_eq!(sum(&page), none);
}

/// Dossiers of a unit that were finished on these days; all were due on 15 July.
async fn finish(collector: &Collector, unit: &str, days: &[&str]) {
    let at = |day: &str| Some(store_fixture::moment(&format!("{day}T03:00:00Z")));
    let dossiers = (0..).zip(days).map(|(n, day): (u32, _)| Dossier {
        code: format!("H57.132-260701-{n:04}"),
        procedure: "1.000001".into(),
        unit: unit.to_owned(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: at("2026-07-15"),
        finished_at: at(day),
        outcome: None,
    });
    let store = &collector.store;
    store.upsert_dossiers(dossiers.collect()).await.unwrap();
}

#[tokio::test]
async fn the_register_proposes_and_what_is_typed_takes_its_place() {
    let (collector, cookie) = with_reports().await;
    let days = ["2026-07-10", "2026-07-14", "2026-07-15", "2026-07-16"];
    finish(&collector, "SUM12", &days).await;
    let choice = "/staff/print/one-stop?unit=SUM12&from=2026-07-01&to=2026-07-31";
    let (_, proposed) = page(&collector, &cookie, choice).await;
    for told in [
        "<th scope=\"col\">Điểm chuẩn</th><th scope=\"col\">Điểm tự chấm</th><th scope=\"col\">Điểm thẩm định</th><th scope=\"col\">Ghi chú</th>",
        "<td class=\"number\">1,25</td><td></td><td class=\"made\">đề xuất từ sổ hồ sơ (chưa xác minh): 5 điểm / 4 hồ sơ; trước ngày hẹn: 2; đúng ngày hẹn: 1; sau ngày hẹn: 1; không có ngày hẹn: 0<",
        "hồ sơ: chưa nhập",
        "người dân: 12 điểm / 6 ý kiến; bỏ trống: 0",
        "Điểm đề xuất từ sổ hồ sơ (chưa xác minh)",
        "chỉ số 2;",
    ] {
        assert!(proposed.contains(told), "{told}\n{proposed}");
    }
    let path = format!("{choice}&records.agency-time=1,5");
    let (status, typed) = page(&collector, &cookie, &path).await;
    assert_eq!(status, StatusCode::OK);
    // 1.25 + 1.5 + 12
    assert_eq!(sum(&typed), ("14,75".into(), "Tốt".into()));
    assert!(typed.contains("name=\"records.agency-time\" value=\"1,5\""));
    assert!(typed.contains(
        "<td class=\"number\">1,50</td><td></td><td class=\"made\">hồ sơ: do người lập biểu nhập<"
    ));
    let path = format!("{path}&records.total-time=2");
    let (_, both) = page(&collector, &cookie, &path).await;
    assert_eq!(sum(&both), ("15,50".into(), "Xuất sắc".into()));
    assert!(both.contains("sổ hồ sơ đề xuất 1,25 (chưa xác minh): 5 điểm / 4 hồ sơ"));
    // No proposal takes the place of what cannot be read.
    let path = path.replace("total-time=2", "total-time=3");
    let (status, wrong) = page(&collector, &cookie, &path).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(wrong.contains("Điểm của chỉ số 1 phải là số từ 0 đến 2"));
    assert_eq!(sum(&wrong).0, "chưa có tổng điểm");
}

#[tokio::test]
async fn what_is_printed_says_what_it_is_and_what_is_not_verified() {
    let (collector, cookie) = with_reports().await;
    let (_, page) = page(&collector, &cookie, "/staff/print/one-stop?unit=SUM12").await;
    for told in [
        "Đánh giá việc giải quyết thủ tục hành chính",
        "<dt>phiên bản</dt><dd>1</dd>",
        "<dt>Đơn vị</dt><dd>SUM12</dd>",
        "Tỷ lệ bao phủ",
        "Mức xếp loại (chưa xác minh",
        "Xuất sắc: từ 15 đến 18",
        "Tốt: từ 12 đến dưới 15",
        "Yếu: dưới 6",
        "Đúng 15 điểm là Xuất sắc: cận dưới của mỗi mức được tính vào mức đó",
        "Không phải chỉ số SIPAS chính thức",
        "Người lập biểu",
        "Thủ trưởng đơn vị",
    ] {
        assert!(page.contains(told), "{told}\n{page}");
    }
    assert!(!page.contains(" style=") && !page.contains("<script"));
}

#[tokio::test]
async fn shares_are_rounded_one_by_one_and_their_sum_is_printed() {
    let (collector, cookie) = with_reports().await;
    let path = "/staff/print/one-stop?unit=SUM12";
    let (_, page) = page(&collector, &cookie, path).await;
    assert_eq!(page.matches("<td class=\"number\">33,3</td>").count(), 3);
    assert!(page.contains("id=\"share-sum\">99,9<"));
    assert!(page.contains("phiên bản 1 · 15/07/2026 – 15/07/2026 · Bỏ trống: 0"));
    let (_, hidden) = self::page(&collector, &cookie, "/staff/print/one-stop?unit=FEW").await;
    assert!(!hidden.contains("33,3") && !hidden.contains("66,7"));
    assert!(hidden.contains("Không nêu số liệu: có ít hơn 5 phiếu"));
    let (_, nobody) = self::page(&collector, &cookie, "/staff/print/one-stop?unit=SUM0").await;
    assert!(nobody.contains("Chưa có phiếu nào trong kỳ này."));
}

#[tokio::test]
async fn factors_and_items_are_the_apis() {
    let collector = Collector::start_on(forms(), |_| {}).await;
    let form = forms().newest("sipas-services-2023").unwrap().clone();
    // Each person answers the ratings with a level of their own; what is not asked of them stays so.
    let answers: Vec<Vec<u8>> = (0..9u8)
        .map(|person| {
            let of = |at: usize| {
                let rated = form.items[at].role == survey::form::Role::Rating;
                if rated {
                    1 + (person + at as u8) % 5
                } else {
                    Packed::MISSING
                }
            };
            (0..form.items.len()).map(of).collect()
        })
        .collect();
    let all = given(1, "U", "sipas-services-2023", &answers);
    collector.store.append(all).await.unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    let (status, page) = page(&collector, &cookie, "/staff/print/items?unit=U&lang=en").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Not an official SIPAS index"));
    let mut found = 0;
    for by in ["", "&by=factor", "&by=item"] {
        let answer = collector
            .get(&format!(
                "/api/v1/index?form=sipas-services-2023&unit=U{by}"
            ))
            .bearer_auth(collector.key(Role::Analyst))
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        for cell in answer["cells"].as_array().unwrap() {
            let decimals = usize::from(form.index.decimals);
            let number = |value: &Value| format!("{:.decimals$}", value.as_f64().unwrap());
            let row = format!(
                "<td class=\"number\">{}</td><td class=\"number\">{} – {}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>",
                number(&cell["value"]),
                number(&cell["interval"][0]),
                number(&cell["interval"][1]),
                cell["n"],
                cell["missing"],
            );
            assert!(page.contains(&row), "{cell}\n{row}");
            found += 1;
        }
    }
    assert_eq!(found, 1 + 5 + 19);
}

#[tokio::test]
async fn only_officers_print_and_the_report_leads_there_with_its_choice() {
    let (collector, cookie) = with_reports().await;
    for path in ["/staff/print/one-stop", "/staff/print/items"] {
        let stranger = collector.get(path).send().await.unwrap();
        assert_eq!(stranger.status(), StatusCode::SEE_OTHER);
    }
    let (_, report) = page(
        &collector,
        &cookie,
        "/staff?form=one-stop-nine&unit=SUM12&from=2026-07-01",
    )
    .await;
    assert!(
        report.contains("href=\"/staff/print/one-stop?from=2026-07-01&#38;unit=SUM12\""),
        "{report}"
    );
    let (status, _) = page(
        &collector,
        &cookie,
        "/staff/print/items?from=2026-08-01&to=2026-07-01",
    )
    .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let sheet = collector.get("/staff/print.css").send().await.unwrap();
    assert_eq!(
        sheet.headers()[header::CONTENT_TYPE],
        "text/css; charset=utf-8"
    );
}

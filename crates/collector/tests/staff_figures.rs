//! Ranking, trend and files: what is shown is what the API says, and what is suppressed leaks nowhere.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use collector::store::{Admitted, Role, ToldChange, Unit, UnitChange};
use http_fixture::{Collector, store_fixture};
use reqwest::{StatusCode, header};
use serde_json::Value;
use survey::answers::Packed;
use survey::response::Channel;

/// Responses of a unit on a day, of which the first `satisfied` are satisfied overall.
fn ratings(start: u128, unit: &str, day: &str, satisfied: u128, count: u128) -> Vec<Admitted> {
    (0..count)
        .map(|n| Admitted {
            unit: unit.to_owned(),
            day: store_fixture::day(day),
            field: Some("Đất đai".to_owned()),
            procedure: Some("1.000001".to_owned()),
            answers: Packed(vec![
                if n < satisfied { 4 } else { 2 },
                5,
                4,
                Packed::MISSING,
            ]),
            ..store_fixture::admitted(start + n)
        })
        .collect()
}

/// A is surely ahead of B and E; C and D have too few.
async fn with_ratings() -> (Collector, String) {
    let collector = Collector::start().await;
    let store = collector.store.as_ref();
    let unit = |code: &str, name: &str| Unit {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: "commune".into(),
        parent: None,
        valid_from: None,
        valid_to: None,
    };
    let names = [
        ("A", "Xã <Alpha>"),
        ("B", "=Xã Bình"),
        ("C", "Xã Cam"),
        ("D", "Xã Dừa"),
        ("E", "Xã Em"),
    ];
    let units = names.map(|(code, name)| unit(code, name));
    store.upsert_units(units.into()).await.unwrap();
    for (start, unit, satisfied, count) in [
        (1, "A", 190, 200),
        (1001, "B", 50, 100),
        (2001, "C", 1, 3),
        (3001, "D", 3, 3),
        (4001, "E", 48, 100),
    ] {
        store
            .append(ratings(start, unit, "2026-07-15", satisfied, count))
            .await
            .unwrap();
    }
    let phone = ratings(5001, "A", "2026-07-15", 20, 60)
        .into_iter()
        .map(|one| Admitted {
            channel: Channel::Phone,
            ..one
        });
    store.append(phone.collect()).await.unwrap();
    store
        .append(ratings(6001, "A", "2026-04-15", 40, 100))
        .await
        .unwrap();
    let cookie = collector.sign_in(Role::Analyst).await;
    (collector, cookie)
}

async fn bytes(collector: &Collector, cookie: &str, path: &str) -> Vec<u8> {
    let request = collector.get(path).header(header::COOKIE, cookie);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

async fn text(collector: &Collector, cookie: &str, path: &str) -> String {
    String::from_utf8(bytes(collector, cookie, path).await).unwrap()
}

async fn index(collector: &Collector, query: &str) -> Value {
    let request = collector.get(&format!("/api/v1/index?form=t&{query}"));
    let answer = request
        .bearer_auth(collector.key(Role::Analyst))
        .send()
        .await
        .unwrap();
    answer.json().await.unwrap()
}

/// The rows of a CSV file by heading.
fn rows(file: &str, delimiter: u8) -> Vec<Vec<String>> {
    let file = file.strip_prefix('\u{feff}').unwrap();
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(file.as_bytes())
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn units_stand_in_bands_and_suppressed_ones_stand_apart() {
    let (collector, cookie) = with_ratings().await;
    let page = text(&collector, &cookie, "/staff/units?lang=en&from=2026-07-01").await;
    assert!(page.contains("Ranked: 3 units in 2 bands, highest first. Not shown: 2 units."));
    assert!(page.contains("<svg role=\"img\" aria-label=\"Ranked"));
    assert!(page.contains("Wilson, 95 %") && page.contains("not an official index"));
    assert!(
        !page.contains(" style=") && !page.contains("<script"),
        "the policy forbids both"
    );
    assert!(!page.contains("<Alpha>"), "names are text, in drawings too");
    let drawing = &page[page.find("<svg role").unwrap()..page.find("</svg>").unwrap()];
    assert!(!drawing.contains("Cam") && !drawing.contains("Dừa"));
    let file = text(
        &collector,
        &cookie,
        "/staff/units?from=2026-07-01&export=csv",
    )
    .await;
    let order: Vec<_> = rows(&file, b',')
        .into_iter()
        .map(|row| row[1].clone())
        .collect();
    assert_eq!(
        order,
        ["A", "B", "E", "C", "D"],
        "the suppressed last, by code"
    );
}

#[tokio::test]
async fn every_number_of_the_page_and_the_files_is_the_apis() {
    let (collector, cookie) = with_ratings().await;
    let page = text(&collector, &cookie, "/staff/units?lang=en").await;
    let points = rows(
        &text(&collector, &cookie, "/staff/units?export=csv").await,
        b',',
    );
    let commas = rows(
        &text(&collector, &cookie, "/staff/units?export=csv-comma").await,
        b';',
    );
    let answer = index(&collector, "by=unit").await;
    let cells = answer["cells"].as_array().unwrap();
    assert_eq!(points.len(), cells.len());
    for cell in cells {
        let unit = cell["key"]["unit"].as_str().unwrap();
        let row = points.iter().find(|row| row[1] == unit).unwrap();
        let comma = commas.iter().find(|row| row[1] == unit).unwrap();
        let expected = [
            (2, &cell["value"]),
            (3, &cell["interval"][0]),
            (4, &cell["interval"][1]),
            (5, &cell["n"]),
            (6, &cell["respondents"]),
            (7, &cell["missing"]),
        ];
        for (at, number) in expected {
            match number.as_f64() {
                Some(number) => {
                    assert_eq!(row[at].parse::<f64>().unwrap(), number, "{unit} {at}");
                    assert_eq!(comma[at].replace(',', "."), row[at]);
                    assert!(page.contains(&format!(">{}</td>", row[at])), "{unit} {at}");
                }
                None => assert_eq!(row[at], "", "nothing of what is suppressed: {unit} {at}"),
            }
        }
    }
    assert!(
        points.iter().any(|row| row[0] == "'=Xã Bình"),
        "no name is a formula"
    );
    let book = bytes(&collector, &cookie, "/staff/units?export=xlsx").await;
    assert!(book.starts_with(b"PK"));
}

#[tokio::test]
async fn the_change_is_stated_in_words_and_months_are_not_joined_over_a_hole() {
    let (collector, cookie) = with_ratings().await;
    let path = "/staff/trend?lang=en&unit=A&from=2026-07-01&to=2026-09-30";
    let page = text(&collector, &cookie, path).await;
    assert!(page.contains("Higher, by more than chance explains"));
    assert!(page.contains("2 months, method top2"));
    assert!(page.contains("1 units with ratings by both ways; 1 with a sign of pressure"));
    let file = text(
        &collector,
        &cookie,
        &format!("{path}&export=csv&table=months"),
    )
    .await;
    let months: Vec<_> = rows(&file, b',')
        .into_iter()
        .map(|row| (row[0].clone(), row[2].clone()))
        .collect();
    let answer = index(&collector, "by=month&unit=A").await;
    for (row, cell) in months.iter().zip(answer["cells"].as_array().unwrap()) {
        assert_eq!(row.0, cell["key"]["month"].as_str().unwrap());
        assert_eq!(
            row.1.parse::<f64>().unwrap(),
            cell["value"].as_f64().unwrap()
        );
    }
    let none = text(&collector, &cookie, "/staff/trend?lang=en&unit=C").await;
    assert!(none.contains("No comparison") && !none.contains("33.33"));
}

#[tokio::test]
async fn one_drills_down_by_links_that_keep_the_filters() {
    let (collector, cookie) = with_ratings().await;
    let unit = text(&collector, &cookie, "/staff?unit=A&channel=kiosk").await;
    let field = "/staff?unit=A&#38;field=%C4%90%E1%BA%A5t+%C4%91ai&#38;channel=kiosk";
    assert!(unit.contains(&format!("href=\"{field}\"")), "{unit}");
    let field = text(&collector, &cookie, &field.replace("&#38;", "&")).await;
    assert!(
        field.contains("procedure=1.000001") && field.contains("aria-current=\"page\">Đất đai")
    );
    let last = text(
        &collector,
        &cookie,
        "/staff?unit=A&field=%C4%90%E1%BA%A5t+%C4%91ai&procedure=1.000001",
    )
    .await;
    assert!(last.contains("Chung?") && last.contains("Theo kênh đánh giá"));
}

#[tokio::test]
async fn the_units_above_are_those_of_the_period() {
    let (collector, cookie) = with_ratings().await;
    let unit = |code: &str, name: &str, parent: Option<&str>, span: [Option<&str>; 2]| Unit {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: String::new(),
        parent: parent.map(str::to_owned),
        valid_from: span[0].map(store_fixture::day),
        valid_to: span[1].map(store_fixture::day),
    };
    let (last, first) = (Some("2026-06-30"), Some("2026-07-01"));
    let units = vec![
        unit("P", "Tỉnh Cũ", None, [None, last]),
        unit("P", "Tỉnh Mới", None, [first, None]),
        unit("D", "Huyện Đã Bỏ", Some("P"), [None, last]),
        unit("A", "Xã A", Some("D"), [None, last]),
        unit("A", "Xã A", Some("P"), [first, None]),
    ];
    collector.store.upsert_units(units).await.unwrap();
    let above = async |query: &str| {
        let page = text(&collector, &cookie, &format!("/staff?lang=en&unit={query}")).await;
        let (_, crumbs) = page.split_once("<ol>").unwrap();
        let (crumbs, _) = crumbs.split_once("</ol>").unwrap();
        let names = [
            "Tỉnh Cũ",
            "Tỉnh Mới",
            "Huyện Đã Bỏ",
            "within=P%402026-06-30",
        ];
        names.map(|name| crumbs.contains(name))
    };
    assert_eq!(above("A").await, [false, true, false, false]);
    let before = above("A%402026-06-30&to=2026-06-30").await;
    assert_eq!(
        before,
        [true, false, true, true],
        "the district was there then"
    );
    // The district has the total of what stood below it, and the way back to everything.
    let page = text(&collector, &cookie, "/staff?lang=en&within=D&to=2026-06-30").await;
    assert!(
        page.contains("Huyện Đã Bỏ and the units below it"),
        "{page}"
    );
    assert!(page.contains("name=\"within\" value=\"D\""));
    let (_, crumbs) = page.split_once("<ol>").unwrap();
    let (whole, _) = crumbs.split_once("All units").unwrap();
    assert!(!whole.contains("within="), "{whole}");
}

#[tokio::test]
async fn the_reports_tables_are_files_too() {
    let (collector, cookie) = with_ratings().await;
    for (table, by) in [
        ("items", "item"),
        ("channels", "channel"),
        ("units", "unit"),
    ] {
        let file = text(
            &collector,
            &cookie,
            &format!("/staff?export=csv&table={table}"),
        )
        .await;
        let answer = index(&collector, &format!("by={by}")).await;
        let cells = answer["cells"].as_array().unwrap();
        let rows = rows(&file, b',');
        assert_eq!(rows.len(), cells.len(), "{table}");
        for (row, cell) in rows.iter().zip(cells) {
            assert_eq!(row[1], cell["key"][by].as_str().unwrap());
            assert_eq!(
                row[2].parse::<f64>().ok(),
                cell["value"].as_f64(),
                "{table}"
            );
            assert_eq!(row[5].parse::<u64>().ok(), cell["n"].as_u64(), "{table}");
        }
    }
}

#[tokio::test]
async fn strangers_and_unknown_files_are_refused() {
    let (collector, cookie) = with_ratings().await;
    let get = |path: &'static str| collector.get(path);
    for path in [
        "/staff/units",
        "/staff/trend?export=csv",
        "/staff/units?export=xlsx",
    ] {
        assert_eq!(
            get(path).send().await.unwrap().status(),
            StatusCode::SEE_OTHER
        );
    }
    let wrong = get("/staff/units?export=pdf").header(header::COOKIE, &cookie);
    http_fixture::problem(wrong.send().await.unwrap(), 400, "unknown-export").await;
    let wrong = get("/staff/units?export=csv&table=x").header(header::COOKIE, &cookie);
    http_fixture::problem(wrong.send().await.unwrap(), 404, "no-such-table").await;
}

#[tokio::test]
async fn units_of_today_take_their_predecessors_over_by_choice_and_every_page_and_file_says_so() {
    let (collector, cookie) = with_ratings().await;
    let told = |unit: &str, successor: &str| {
        ToldChange::Is(UnitChange {
            unit: unit.into(),
            successor: successor.into(),
            from: store_fixture::day("2026-08-01"),
        })
    };
    let changes = vec![told("B", "A"), told("E", "A"), told("E", "C")];
    collector.store.tell_unit_changes(changes).await.unwrap();
    for (choice, said) in [
        ("", "As they were then"),
        (
            "&units=as-is",
            "As the units of today that took their place",
        ),
    ] {
        for path in ["/staff", "/staff/units", "/staff/trend"] {
            let page = text(&collector, &cookie, &format!("{path}?lang=en{choice}")).await;
            let labels = page.split("</form>").last().unwrap();
            assert!(labels.contains(said), "{path}{choice}");
            let file = format!("{path}?lang=en&export=csv{choice}");
            assert!(
                text(&collector, &cookie, &file).await.contains(said),
                "{file}"
            );
        }
    }
    let path = "/staff/units?lang=en&from=2026-07-01&units=as-is";
    let page = text(&collector, &cookie, path).await;
    assert!(
        page.contains(
            "Xã Em (E) was split into Xã &#60;Alpha&#62; (A), Xã Cam (C): kept as it was"
        )
    );
    assert!(
        page.contains("units=as-is&amp;lang=en") || page.contains("units=as-is&#38;lang=en"),
        "links keep the choice"
    );
    let file = text(&collector, &cookie, &format!("{path}&export=csv")).await;
    let codes = rows(&file, b',').into_iter().map(|row| row[1].clone());
    assert_eq!(
        codes.collect::<Vec<_>>(),
        ["A", "E", "C", "D"],
        "B is a part of A"
    );
    let answer = index(&collector, "by=unit&units=as-is&from=2026-07-01").await;
    assert_eq!(answer["units"], "as-is");
    assert_eq!(answer["cells"][0]["n"], 360);
    let wrong = collector
        .get("/api/v1/index?form=t&units=yesterday")
        .bearer_auth(collector.key(Role::Analyst));
    http_fixture::problem(wrong.send().await.unwrap(), 400, "unknown-value").await;
}

#[tokio::test]
async fn ranks_of_the_api_are_those_of_the_page() {
    let (collector, cookie) = with_ratings().await;
    let ranks = async |role, query: &str| {
        let request = collector.get(&format!("/api/v1/ranks?form=t&{query}"));
        request
            .bearer_auth(collector.key(role))
            .send()
            .await
            .unwrap()
    };
    for query in [
        "from=2026-07-01",
        "",
        "method=mean100",
        "channel=kiosk&units=as-is",
        "unit=A",
    ] {
        let told: Value = ranks(Role::Analyst, query).await.json().await.unwrap();
        assert_eq!(told["technique"], "rank-interval/1", "{told}");
        let path = format!("/staff/units?{query}&export=csv");
        let file = text(&collector, &cookie, &path).await;
        let rows = rows(&file, b',');
        let cells = told["index"]["cells"].as_array().unwrap();
        let places = told["ranks"].as_array().unwrap();
        assert_eq!((cells.len(), places.len()), (rows.len(), rows.len()));
        for ((cell, rank), row) in cells.iter().zip(places).zip(&rows) {
            assert_eq!(cell["key"]["unit"], row[1].as_str());
            let value = cell["value"].as_f64();
            assert_eq!(
                value.map(|value| format!("{value:.2}")).unwrap_or_default(),
                row[2]
            );
            assert_eq!(cell["suppressed"].as_bool().unwrap(), rank.is_null());
            let (band, range) = match rank {
                Value::Null => (String::new(), String::new()),
                rank => (
                    rank["band"].to_string(),
                    format!("{}–{}", rank["best"], rank["worst"]),
                ),
            };
            assert_eq!([band, range], [row[10].clone(), row[11].clone()], "{query}");
        }
        let bands = places.iter().filter_map(|rank| rank["band"].as_u64()).max();
        assert_eq!(told["bands"].as_u64(), bands);
    }
    let refused = ranks(Role::Device, "").await;
    http_fixture::problem(refused, 403, "wrong-role").await;
    for wrong in [
        "by=unit",
        "interval_of=closed",
        "weights=raked",
        "colour=red",
    ] {
        let refused = ranks(Role::Admin, wrong).await;
        http_fixture::problem(refused, 400, "unknown-parameter").await;
    }
    let unknown = collector.get("/api/v1/ranks?form=t").send().await.unwrap();
    http_fixture::problem(unknown, 401, "no-key").await;
}

//! What everybody sees of the figures: what was published, as the API tells it, and nothing else.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;
mod published;

use collector::publish;
use published::{ALPHA, TABLES, all_between, api, collector, page, publish as publish_month};
use reqwest::{StatusCode, header};
use serde_json::Value;

/// The rows of a CSV file below its heading.
fn rows(file: &str) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .from_reader(file.strip_prefix('\u{feff}').unwrap().as_bytes())
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The rows of the tables with this caption on a page, as texts without thousands.
fn shown(page: &str, caption: &str) -> Vec<Vec<String>> {
    let tables = page
        .split("<table class=\"numbers\">")
        .skip(1)
        .filter(|table| table.contains(&format!("<caption>{caption}</caption>")));
    tables
        .flat_map(|table| all_between(table.split_once("</tbody>").unwrap().0, "<tr>", "</tr>"))
        .skip(1)
        .map(|row| {
            let cells = row.split("<t").skip(1);
            cells
                .map(|cell| {
                    let (_, inside) = cell.split_once('>').unwrap();
                    inside.split('<').next().unwrap().replace(',', "")
                })
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn before_anything_is_published_the_pages_say_what_will_be_there() {
    let collector = collector().await;
    let (status, empty) = page(&collector, "/public").await;
    assert_eq!(status, StatusCode::OK);
    assert!(empty.contains("<html lang=\"vi\">"));
    assert!(empty.contains("Chưa có số liệu được công bố"));
    let (_, empty) = page(&collector, "/public?lang=en").await;
    assert!(empty.contains("Nothing has been published yet"));
    for screen in ["/wall/all", "/wall/A"] {
        let (status, wall) = page(&collector, screen).await;
        assert_eq!(status, StatusCode::OK);
        assert!(wall.contains("Chưa có số liệu được công bố"), "{screen}");
        assert!(!wall.contains(" %"), "{screen}");
    }
    let (status, _) = page(&collector, "/public?release=t-1-2026-07").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_number_of_the_page_and_of_its_files_is_the_apis() {
    let collector = collector().await;
    let release = publish_month(&collector, "2026-07").await;
    let id = &release.head.id;
    let (status, html) = page(&collector, "/public?lang=en").await;
    assert_eq!(status, StatusCode::OK);
    let mut figures = 0;
    for name in ["whole"].into_iter().chain(TABLES) {
        let by = name.replace('-', ",");
        let by = if name == "whole" {
            String::new()
        } else {
            format!("&by={by}")
        };
        let days = "from=2026-07-01&to=2026-07-31";
        let address = format!("/api/v1/index?form=t&form_version=1&method=top2&{days}{by}");
        let answer = api(&collector, &address).await;
        let cells = answer["cells"].as_array().unwrap();
        let file = format!("/public?release={id}&lang=en&export=csv&table={name}");
        let (_, file) = page(&collector, &file).await;
        let file = rows(&file);
        assert_eq!(file.len(), cells.len(), "{name}");
        // The key stands before the figures, each value with its code; the whole has no key.
        let before =
            answer["by"].as_array().unwrap().len().max(1) * 2 - usize::from(name == "whole");
        for (row, cell) in file.iter().zip(cells) {
            for (at, told) in [
                (0, cell["value"].as_f64()),
                (1, cell["interval"][0].as_f64()),
                (2, cell["interval"][1].as_f64()),
                (3, cell["n"].as_f64()),
                (4, cell["respondents"].as_f64()),
                (5, cell["missing"].as_f64()),
                (6, cell["closed"].as_f64()),
                (8, cell["flagged"].as_f64()),
            ] {
                assert_eq!(number(&row[before + at]), told, "{name} {row:?} {cell}");
                figures += usize::from(told.is_some());
            }
        }
        let shown = match name {
            "whole" => continue,
            "unit-item" => {
                let path = format!("/public?release={id}&lang=en&table={name}");
                let (status, alone) = page(&collector, &path).await;
                assert_eq!(status, StatusCode::OK);
                let caption = all_between(&alone, "<caption>", "</caption>")[0].to_owned();
                shown(&alone, &caption)
            }
            "unit" => shown(&html, "By receiving unit"),
            "item" => shown(&html, "By question"),
            _ => shown(&html, "By way of rating"),
        };
        assert_eq!(shown.len(), file.len(), "{name}");
        for (shown, told) in shown.iter().zip(&file) {
            for (shown, told) in shown.iter().zip(told).skip(before) {
                let empty = told.is_empty() && ["–", ""].contains(&shown.as_str());
                assert!(
                    empty || shown == &told.replace(',', ""),
                    "{name}: {shown:?} {told:?}"
                );
            }
        }
    }
    assert!(figures > 50, "only {figures} figures were looked at");
    let whole = api(&collector, &format!("/api/v1/releases/{id}")).await;
    let cell = &whole["tables"][0]["cells"][0];
    let value = format!("{:.2}\u{a0}%", cell["value"].as_f64().unwrap());
    let figure = all_between(&html, "<div class=\"figure\">", "</div>");
    assert_eq!(figure, [value.as_str()]);
    let ends = cell["interval"].as_array().unwrap();
    let [low, high] = [0, 1].map(|at| format!("{:.2}\u{a0}%", ends[at].as_f64().unwrap()));
    assert!(html.contains(&format!("between {low} and {high}")));
    assert!(html.contains("1,200 dossiers were finished"));
    let (_, wall) = page(&collector, "/wall/all?lang=en").await;
    assert_eq!(
        all_between(&wall, "<div class=\"value\">", "</div>"),
        [value.as_str()]
    );
    for cell in api(&collector, &format!("/api/v1/releases/{id}")).await["tables"][1]["cells"]
        .as_array()
        .unwrap()
    {
        let unit = cell["key"]["unit"].as_str().unwrap();
        let (_, wall) = page(&collector, &format!("/wall/{unit}?lang=en")).await;
        let told: Vec<String> = cell["value"]
            .as_f64()
            .into_iter()
            .map(|value| format!("{value:.2}\u{a0}%"))
            .collect();
        assert_eq!(
            all_between(&wall, "<div class=\"value\">", "</div>"),
            told,
            "{unit}"
        );
    }
}

#[tokio::test]
async fn what_is_not_shown_stands_on_no_page_and_in_no_file_and_why_is_said() {
    let collector = collector().await;
    let release = publish_month(&collector, "2026-07").await;
    let id = &release.head.id;
    let release = api(&collector, &format!("/api/v1/releases/{id}")).await;
    let hidden = |cell: &&Value| cell["suppressed"].as_bool().unwrap();
    let tables = release["tables"].as_array().unwrap();
    let cells = || {
        tables
            .iter()
            .flat_map(|table| table["cells"].as_array().unwrap())
    };
    let count = cells().filter(hidden).count();
    assert!(count > 0 && count < cells().count());
    let (_, html) = page(&collector, "/public?lang=en").await;
    assert!(html.contains(&format!("{count} of the {} groups", cells().count())));
    assert!(html.contains("not shown"));
    for cell in tables[1]["cells"].as_array().unwrap().iter().filter(hidden) {
        let unit = cell["key"]["unit"].as_str().unwrap();
        let (status, wall) = page(&collector, &format!("/wall/{unit}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(wall.contains("không nêu số liệu của đơn vị"), "{unit}");
        assert!(!wall.contains("\u{a0}%"), "{unit}: {wall}");
        let (_, all) = page(&collector, "/wall/all?page=2&lang=en").await;
        assert!(all.contains("not shown"));
    }
    let (_, file) = page(
        &collector,
        &format!("/public?release={id}&lang=en&export=csv&table=unit"),
    )
    .await;
    let of_few = rows(&file).into_iter().find(|row| row[1] == "C").unwrap();
    for at in [2, 3, 4, 5, 6, 7, 9, 10, 12] {
        assert_eq!(of_few[at], "", "{of_few:?}");
    }
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_and_comes_back_as_it_was() {
    let collector = collector().await;
    let july = publish_month(&collector, "2026-07").await;
    let august = publish_month(&collector, "2026-08").await;
    let store = collector.store.as_ref();
    let (_, before) = page(&collector, "/public?lang=en").await;
    assert!(before.contains("August 2026") && before.contains("July 2026"));
    let old = format!("/public?release={}&lang=en", july.head.id);
    let (status, earlier) = page(&collector, &old).await;
    assert_eq!(status, StatusCode::OK);
    assert!(earlier.contains("Published period: July 2026"));

    publish::withdraw(store, &august.head.id, "lan")
        .await
        .unwrap();
    let (status, _) = page(&collector, &format!("/public?release={}", august.head.id)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, newest) = page(&collector, "/public?lang=en").await;
    assert!(newest.contains("Published period: July 2026"));
    assert!(!newest.contains("August 2026"), "not in the trend either");
    let (_, wall) = page(&collector, "/wall/all?lang=en").await;
    assert!(wall.contains("July 2026") && !wall.contains("August 2026"));
    publish::withdraw(store, &july.head.id, "lan")
        .await
        .unwrap();
    let (_, empty) = page(&collector, "/public?lang=en").await;
    assert!(empty.contains("Nothing has been published yet"));

    for id in [&july.head.id, &august.head.id] {
        publish::restore(store, id, "lan").await.unwrap();
    }
    assert_eq!(page(&collector, "/public?lang=en").await.1, before);
}

#[tokio::test]
async fn names_are_text_whatever_they_hold() {
    let collector = collector().await;
    publish_month(&collector, "2026-07").await;
    for path in [
        "/public",
        "/public?all=1&lang=en",
        "/wall/A",
        "/wall/all?page=2",
        "/wall/nowhere",
    ] {
        let (_, html) = page(&collector, path).await;
        assert!(!html.contains("<b>Alpha"), "{path}");
        assert!(html.contains("Xã &#60;b&#62;Alpha"), "{path}");
    }
    let (status, html) = page(&collector, "/wall/%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("/wall/A?"), "the units that there are");
    for odd in [
        "/wall/%FF",
        "/wall/all?page=-1",
        "/wall/all?page=999999999999999999999",
        "/public?table=%00",
    ] {
        let (status, _) = page(&collector, odd).await;
        assert!(
            status == StatusCode::OK || status.is_client_error(),
            "{odd}: {status}"
        );
    }
    assert!(ALPHA.contains('<'));
}

#[tokio::test]
async fn pages_are_kept_by_browsers_and_asked_for_again_and_run_nothing() {
    let collector = collector().await;
    publish_month(&collector, "2026-07").await;
    for path in ["/public", "/wall/all"] {
        let first = collector.get(path).send().await.unwrap();
        let policy = first.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"));
        assert_eq!(first.headers()[header::CACHE_CONTROL], "public, no-cache");
        let tag = first.headers()[header::ETAG].clone();
        let html = first.text().await.unwrap();
        for inline in ["<script", "<style", " style=", " onclick"] {
            assert!(!html.contains(inline), "{path}: {inline}");
        }
        let again = collector.get(path).header(header::IF_NONE_MATCH, &tag);
        let again = again.send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.text().await.unwrap(), "");
        let other = collector.get(path).header(header::IF_NONE_MATCH, "W/\"x\"");
        assert_eq!(other.send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_screen_fetches_itself_again_and_a_reader_can_stop_that() {
    let collector = collector().await;
    publish_month(&collector, "2026-07").await;
    let (_, unit) = page(&collector, "/wall/B?lang=en").await;
    assert!(unit.contains("http-equiv=\"refresh\" content=\"300; url=/wall/B?lang=en\""));
    let (_, all) = page(&collector, "/wall/all").await;
    assert!(
        all.contains("content=\"30; url=/wall/all?lang=vi&#38;page=2\""),
        "{all}"
    );
    let (_, last) = page(&collector, "/wall/all?page=2").await;
    assert!(
        last.contains("content=\"30; url=/wall/all?lang=vi\""),
        "{last}"
    );
    for still in ["/wall/B?stay=1", "/wall/all?stay=1&page=2"] {
        let (_, html) = page(&collector, still).await;
        assert!(!html.contains("http-equiv"), "{still}");
    }
    let (_, html) = page(&collector, "/public").await;
    assert!(!html.contains("http-equiv"));
    assert!(html.contains("/wall/B?lang=vi&#38;stay=1"), "{html}");
}

//! The ratios of QĐ 766, and `top2` beside them.

use jiff::Timestamp;
use serde_json::Value;

use super::desk::{self, Desk};
use super::page::tables;
use super::reports::reports;
use super::same_cell;

#[tokio::test]
async fn ratios_are_those_of_the_api() {
    let desk = Desk::open().await;
    let store = desk.collector.store.as_ref();
    store
        .feed_reports(reports(), "feed", Timestamp::now())
        .await
        .unwrap();
    let unit = &desk.busy_unit;
    let mut values = 0;
    for choice in [
        "form=one-stop-quick".to_owned(),
        "form=one-stop-quick&from=2021-01-01&to=2021-06-30".to_owned(),
        format!("form=one-stop-quick&from=2020-07-01&to=2021-06-30&unit={unit}"),
        "form=one-stop-nine&from=2021-06-01&to=2021-06-30".to_owned(),
    ] {
        let path = format!("/staff/qd766?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let told = desk.told("qd766", &choice).await;
        let (total, units) = (&told["total"], told["units"].as_array().unwrap());

        let ratios = total["ratios"].as_array().unwrap();
        assert_eq!((files["ratios"].len(), ratios.len()), (3, 3), "{choice}");
        for (at, (row, ratio)) in files["ratios"].iter().zip(ratios).enumerate() {
            for (column, name) in [(1, "value"), (2, "counted"), (3, "of"), (4, "pending")] {
                same_cell(&row[column], &ratio[name], &choice);
            }
            same_cell(&row[5], &total["points"][at], &choice);
        }
        let [row] = files["top2"].as_slice() else {
            panic!("{choice}: one row")
        };
        beside([&row[1], &row[4]], &total["beside"], &choice);
        same_cell(&row[2], &total["beside"]["interval"][0], &choice);
        same_cell(&row[3], &total["beside"]["interval"][1], &choice);

        let narrowed = choice.contains("unit=");
        assert_eq!(files.contains_key("units"), !narrowed, "{choice}");
        let rows = files.get("units").map(Vec::as_slice).unwrap_or_default();
        assert_eq!(rows.len(), if narrowed { 0 } else { units.len() });
        for (row, cell) in rows.iter().zip(units) {
            for at in 0..3 {
                let value = &cell["ratios"][at]["value"];
                same_cell(&row[1 + at], value, &choice);
                values += usize::from(value.is_number());
            }
            same_cell(&row[4], &cell["ratios"][2]["of"], &choice);
            beside([&row[5], &row[6]], &cell["beside"], &choice);
        }
    }
    assert!(values > 20, "only {values} ratios were looked at");
}

fn beside([value, n]: [&String; 2], told: &Value, choice: &str) {
    same_cell(value, &told["value"], choice);
    same_cell(n, &told["n"], choice);
}

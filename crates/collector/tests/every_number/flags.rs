//! Counts of flags, and the index with and without them.

use serde_json::Value;

use super::desk::{self, Desk, number};
use super::page::tables;
use super::{choices, same_cell};

#[tokio::test]
async fn counts_of_flags_are_those_of_the_api() {
    let desk = Desk::open().await;
    let mut counts = 0;
    for choice in choices(&desk) {
        let path = format!("/staff/flags?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let told = desk.told("flags", &choice).await;
        let whole = pairs(&told["whole"]);
        let groups = pairs(&told["groups"]);
        let cut = told["groups"]["index"]["by"][0].as_str().unwrap();

        let rules = told["rules"].as_array().unwrap();
        assert_eq!(files["rules"].len(), rules.len(), "{choice}");
        for (at, (row, rule)) in files["rules"].iter().zip(rules).enumerate() {
            assert_eq!(row[0], rule["label"]["en"].as_str().unwrap());
            assert_eq!(row[3], rule["looks_for"]["en"].as_str().unwrap());
            assert_eq!(row[4], rule["innocent"]["en"].as_str().unwrap());
            let raised = whole
                .first()
                .map_or(&Value::Null, |(_, counts)| &counts["raised"][at]);
            same_cell(&row[1], &raised["count"], &choice);
            same_share(&row[2], &raised["share"], &choice);
        }

        let rows = &files["groups"];
        assert_eq!(rows.len(), whole.len() + groups.len(), "{choice}");
        for (row, (cell, counts)) in rows.iter().zip(whole.iter().chain(&groups)) {
            let code = cell["key"][cut].as_str().unwrap_or_default();
            assert_eq!(row[1], code, "{choice}");
            same_cell(&row[2], &counts["responses"], &choice);
            same_cell(&row[3], &counts["flagged"], &choice);
            same_share(&row[4], &counts["share"], &choice);
            same_cell(&row[5], &cell["value"], &choice);
            same_cell(&row[6], &counts["without_flagged"], &choice);
            same_cell(&row[7], &counts["difference"], &choice);
            assert_eq!(counts.is_null(), cell["suppressed"].as_bool().unwrap());
            assert!(counts.is_null() || counts["flagged"] == cell["flagged"]);
        }

        let rows = &files["by-rule"];
        assert_eq!(rows.len(), groups.len(), "{choice}");
        for (row, (cell, group)) in rows.iter().zip(&groups) {
            assert_eq!(row[1], cell["key"][cut].as_str().unwrap_or_default());
            for at in 0..rules.len() {
                let raised = &group["raised"][at];
                same_cell(&row[2 + 2 * at], &raised["count"], &choice);
                same_share(&row[3 + 2 * at], &raised["share"], &choice);
                assert!(raised.is_null() || raised["rule"] == rules[at]["id"]);
                counts += usize::from(raised["count"].as_u64().is_some());
            }
        }
        for (table, by) in [("whole", ""), ("groups", cut)] {
            let by = if by.is_empty() {
                String::new()
            } else {
                format!("&by={by}")
            };
            let index = desk.compared(&format!("{choice}{by}")).await;
            assert_eq!(told[table]["index"], index, "{choice}");
        }
    }
    assert!(counts > 100, "only {counts} counts were looked at");
}

/// The cells of a table with their counts.
fn pairs(table: &Value) -> Vec<(&Value, &Value)> {
    let cells = table["index"]["cells"].as_array().unwrap();
    let counts = table["counts"].as_array().unwrap();
    assert_eq!(cells.len(), counts.len());
    cells.iter().zip(counts).collect()
}

/// Files print per cent.
fn same_share(shown: &str, told: &Value, choice: &str) {
    let told = told.as_f64().map(|share| format!("{:.2}", share * 100.0));
    assert_eq!(number(shown), told.as_deref().and_then(number), "{choice}");
    assert_eq!(shown.is_empty(), told.is_none(), "{choice}");
}

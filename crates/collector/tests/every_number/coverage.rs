//! Finished dossiers, and of how many the citizens were invited and have rated.

use serde_json::Value;

use super::desk::{self, Desk, Rows, number};
use super::page::tables;
use super::same_cell;

/// Tables of the page with the API's dimension, and how many columns stand before the counts.
const TABLES: [(&str, &str, usize); 7] = [
    ("whole", "", 1),
    ("units", "unit", 2),
    ("fields", "field", 1),
    ("timeliness", "timeliness", 1),
    ("filing-channels", "filing_channel", 1),
    ("outcomes", "outcome", 1),
    ("authorities", "authority", 2),
];

#[tokio::test]
async fn coverage_is_that_of_the_api() {
    let desk = Desk::open().await;
    let unit = &desk.busy_unit;
    let field = desk.busy_field(unit).await;
    let mut counts = 0;
    for choice in [
        "form=one-stop-quick".to_owned(),
        "form=one-stop-quick&units=as-is".to_owned(),
        "form=one-stop-quick&from=2021-01-01&to=2021-03-31".to_owned(),
        format!("form=one-stop-quick&unit={unit}"),
        format!("form=one-stop-quick&field={field}"),
        format!("form=one-stop-quick&unit={unit}&field={field}&from=2020-11-01"),
        "form=one-stop-nine".to_owned(),
        "form=one-stop-quick&from=2019-01-01&to=2019-12-31".to_owned(),
    ] {
        let path = format!("/staff/coverage?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        for (table, by, before) in TABLES {
            // One unit is not cut by unit once more, nor one field by field.
            let is_narrowed = choice.contains(&format!("&{by}=")) && !by.is_empty();
            let asked = match by {
                "" => String::new(),
                by => format!("&by={by}"),
            };
            let told = desk.told("coverage", &format!("{choice}{asked}")).await;
            let cells: Vec<&Value> = match by {
                "" => vec![&told["total"]],
                _ => told["cells"].as_array().unwrap().iter().collect(),
            };
            // Nor by what no dossier of the choice has.
            let is_told = !["outcome", "authority"].contains(&by)
                || cells.iter().any(|cell| !cell["key"][by].is_null());
            assert_eq!(
                files.contains_key(table),
                is_told && !is_narrowed,
                "{choice} {table}"
            );
            let Some(rows) = files.get(table) else {
                continue;
            };
            counts += compare(rows, &cells, (by, before), &choice);
        }
    }
    assert!(counts > 300, "only {counts} counts were looked at");
}

/// Each row holds what its cell holds, in the API's order; gives how many counts of ratings were compared.
fn compare(rows: &Rows, cells: &[&Value], (by, before): (&str, usize), choice: &str) -> usize {
    assert_eq!(rows.len(), cells.len(), "{choice}");
    let mut told = 0;
    for (row, cell) in rows.iter().zip(cells) {
        if before == 2 {
            let code = cell["key"][by].as_str().unwrap_or_default();
            assert_eq!(row[1], code, "{choice}");
        }
        let counts = &row[before..];
        for (at, name) in [(0, "closed"), (1, "invited"), (3, "rated"), (5, "unasked")] {
            same_cell(&counts[at], &cell[name], choice);
        }
        for (at, name) in [(2, "invited_share"), (4, "rated_share")] {
            let share = cell[name].as_f64();
            let share = share.map(|share| format!("{:.2}", (share * 10_000.0).round() / 100.0));
            assert_eq!(
                number(&counts[at]),
                share.as_deref().and_then(number),
                "{choice}"
            );
        }
        let is_hidden = cell["suppressed"].as_bool().unwrap();
        assert_eq!(!counts[6].is_empty(), is_hidden, "{choice} {row:?}");
        told += usize::from(!cell["rated"].is_null());
    }
    told
}

//! The one-stop evaluation on paper.

use serde_json::Value;

use super::desk::Desk;
use super::page::between;
use super::same_cell;

#[tokio::test]
async fn the_printed_evaluation_is_that_of_the_api() {
    let desk = Desk::open().await;
    let form = desk.form("one-stop-nine").await;
    let (mut printed, mut proposed, mut totals, mut levels) = (0, 0, 0, 0);
    for choice in [
        "form=one-stop-nine".to_owned(),
        "form=one-stop-nine&records.agency-time=1.25".to_owned(),
        "form=one-stop-nine&records.total-time=0.5&records.agency-time=2".to_owned(),
        "form=one-stop-nine&from=2020-10-01&to=2021-03-31".to_owned(),
        format!("form=one-stop-nine&unit={}", desk.busy_unit),
    ] {
        let page = desk
            .text(&format!("/staff/print/one-stop?{choice}&lang=en"))
            .await;
        let told = desk.told("evaluation", &choice).await;
        let indicators = told["indicators"].as_array().unwrap();
        let (_, table) = page.split_once("<tbody>").unwrap();
        let (table, _) = table.split_once("<tr class=\"sum\">").unwrap();
        let rows: Vec<&str> = table.split("<tr>").skip(1).collect();
        assert_eq!((rows.len(), indicators.len()), (9, 9), "{choice}");
        for (row, one) in rows.iter().zip(indicators) {
            let text = between(row, "<th scope=\"row\">", "</th>").unwrap();
            assert_eq!(one["text"]["en"], text.as_str());
            let figures: Vec<String> = row
                .split("<td class=\"number\">")
                .skip(1)
                .map(|cell| {
                    between(&format!("<{cell}"), "<", "</td>")
                        .unwrap()
                        .replace('–', "")
                })
                .collect();
            assert_eq!(one["number"], figures[0].as_str());
            same_cell(&figures[1], &one["most"], &choice);
            same_cell(&figures[2], &one["points"], &choice);
            let note = between(row, "<td class=\"made\">", "</td>").unwrap();
            assert_eq!(note, noted(one, missing(&told, one)), "{choice}");
            printed += usize::from(one["points"].is_number());
            proposed += usize::from(one["source"] == "proposed");
        }
        let total = between(&page, "id=\"total\">", "<").unwrap();
        same_cell(&total.replace("no total", ""), &told["total"], &choice);
        totals += usize::from(told["total"].is_number());
        let mut bands = form["index"]["bands"].as_array().unwrap().iter();
        let band = bands.find(|band| band["id"] == told["grade"]);
        let grade = band.map_or("no grade", |band| band["text"]["en"].as_str().unwrap());
        let said = between(&page, "id=\"grade\">", "</b>");
        assert_eq!(said.as_deref(), Some(grade), "{choice}");

        // The citizens' part is the index.
        let query: Vec<&str> = choice
            .split('&')
            .filter(|one| !one.starts_with("records."))
            .collect();
        let query = query.join("&");
        let index = desk.api(&format!("{query}&method=points18&by=item")).await;
        assert_eq!(told["index"]["cells"], index["cells"], "{choice}");
        for cell in index["cells"].as_array().unwrap() {
            let of_item = |one: &&Value| one["item"] == cell["key"]["item"];
            let one = indicators.iter().find(of_item).unwrap();
            assert_eq!(one["points"], cell["value"], "{choice}");
        }
        levels += half(&page, &told["satisfaction"]);
    }
    assert!(printed > 10, "only {printed} figures were looked at");
    assert!(proposed > 1, "only {proposed} proposals were looked at");
    assert!(totals > 0 && levels > 0, "{totals} totals, {levels} levels");
}

/// Counts and shares of the second half; gives how many were looked at.
fn half(page: &str, told: &Value) -> usize {
    let levels = told["levels"].as_array().unwrap();
    for level in levels {
        let row = format!(
            "<th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{:.1}</td>",
            level["text"]["en"].as_str().unwrap(),
            whole(&level["count"]),
            level["share"].as_f64().unwrap()
        );
        assert!(page.contains(&row), "{row}");
    }
    let Some(sum) = told["sum"].as_f64() else {
        assert!(levels.is_empty() && !page.contains("share-sum"));
        return 0;
    };
    let row = format!(
        "<td class=\"number\">{}</td><td class=\"number\" id=\"share-sum\">{sum:.1}</td>",
        whole(&told["answers"])
    );
    assert!(page.contains(&row), "{row}");
    levels.len()
}

/// How many did not answer an indicator.
fn missing<'a>(told: &'a Value, one: &Value) -> &'a Value {
    let mut cells = told["index"]["cells"].as_array().unwrap().iter();
    let cell = cells.find(|cell| cell["key"]["item"] == one["item"]);
    cell.map_or(&Value::Null, |cell| &cell["missing"])
}

/// The note beside an indicator.
fn noted(one: &Value, missing: &Value) -> String {
    let [points, of] = ["numerator", "denominator"].map(|name| &one[name]);
    let proposal = &one["proposal"];
    match one["source"].as_str().unwrap() {
        "people" if one["suppressed"] == true => "citizens: not shown".to_owned(),
        "people" if one["points"].is_null() => "citizens: no answers".to_owned(),
        "people" => format!(
            "citizens: {} points of {} answers; not answered: {}",
            whole(points),
            whole(of),
            whole(missing)
        ),
        "proposed" => format!(
            "proposed from the register of dossiers (not verified): {} points of {} dossiers; before the due day: {}; on it: {}; after it: {}; without a due day: {}",
            whole(points),
            whole(of),
            whole(&proposal["before_due"]),
            whole(&proposal["on_due"]),
            whole(&proposal["after_due"]),
            whole(&proposal["without_due"])
        ),
        "typed" if proposal.is_null() => "records: entered by the maker".to_owned(),
        "typed" => format!(
            "records: entered by the maker; the register of dossiers proposes {:.2} (not verified): {} points of {} dossiers",
            proposal["points"].as_f64().unwrap(),
            whole(&proposal["numerator"]),
            whole(&proposal["denominator"])
        ),
        _ => "records: not entered".to_owned(),
    }
}

/// A count as pages write it in English.
fn whole(count: &Value) -> String {
    let digits = count.as_u64().unwrap().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

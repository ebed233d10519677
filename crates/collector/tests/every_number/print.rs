//! The one-stop evaluation on paper.

use super::desk::{Desk, number};
use super::page::between;
use super::same_cell;

#[tokio::test]
async fn printed_points_are_those_of_the_api() {
    let desk = Desk::open().await;
    let mut printed = 0;
    for choice in [
        "form=one-stop-nine".to_owned(),
        "form=one-stop-nine&from=2020-10-01&to=2021-03-31".to_owned(),
        format!("form=one-stop-nine&unit={}", desk.busy_unit),
    ] {
        let page = desk
            .text(&format!("/staff/print/one-stop?{choice}&lang=en"))
            .await;
        let told = desk.api(&format!("{choice}&method=points18&by=item")).await;
        let cells = told["cells"].as_array().unwrap();
        let form = desk.form("one-stop-nine").await;
        let items = form["items"].as_array().unwrap();
        let (_, table) = page.split_once("<tbody>").unwrap();
        let (table, _) = table.split_once("<tr class=\"sum\">").unwrap();
        for row in table.split("<tr>").skip(1) {
            let text = between(row, "<th scope=\"row\">", "</th>").unwrap();
            let figures: Vec<String> = row
                .split("<td class=\"number\">")
                .skip(1)
                .map(|cell| {
                    between(&format!("<{cell}"), "<", "</td>")
                        .unwrap()
                        .replace('–', "")
                })
                .collect();
            let item = items
                .iter()
                .find(|item| item["text"]["en"] == text.as_str());
            let id = item.unwrap()["id"].as_str().unwrap();
            let Some(cell) = cells.iter().find(|cell| cell["key"]["item"] == id) else {
                assert!(figures[2].is_empty(), "{choice} {id}: the records judge it");
                continue;
            };
            same_cell(&figures[2], &cell["value"], &choice);
            same_cell(&figures[3], &cell["n"], &choice);
            same_cell(&figures[4], &cell["missing"], &choice);
            printed += usize::from(number(&figures[2]).is_some());
        }
    }
    assert!(printed > 10, "only {printed} figures were looked at");
}

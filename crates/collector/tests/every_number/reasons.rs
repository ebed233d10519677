//! How often each reason was ticked.

use super::desk::{self, Desk, number};
use super::page::tables;
use super::same_cell;

#[tokio::test]
async fn counts_of_reasons_are_those_of_the_api() {
    let desk = Desk::open().await;
    let unit = &desk.busy_unit;
    let mut ticked = 0;
    for choice in [
        "form=one-stop-quick".to_owned(),
        format!("form=one-stop-quick&unit={unit}"),
        "form=one-stop-quick&from=2020-09-01&to=2021-02-28".to_owned(),
        format!(
            "form=one-stop-quick&unit={unit}&field={}",
            desk.busy_field(unit).await
        ),
        "form=one-stop-nine".to_owned(),
        "form=one-stop-quick&from=2018-01-01&to=2018-12-31".to_owned(),
    ] {
        let path = format!("/staff/comments?{choice}&lang=en");
        let files = desk.files(&path).await;
        let page = desk.text(&path).await;
        desk::same(&tables(&page), &files, &path);
        let told = desk.told("reasons", &choice).await;
        let reasons = told["reasons"].as_array().unwrap();
        let rows = &files["reasons"];
        assert_eq!(rows.len(), reasons.len(), "{choice}");
        for row in rows {
            let reason = reasons
                .iter()
                .find(|reason| reason["label"]["en"] == row[0].as_str())
                .unwrap();
            same_cell(&row[1], &reason["count"], &choice);
            let share = reason["share"]
                .as_f64()
                .map(|share| format!("{:.2}", share * 100.0));
            assert_eq!(
                number(&row[2]),
                share.as_deref().and_then(number),
                "{choice}"
            );
            ticked += usize::from(reason["count"] != 0);
        }
        let hidden = told["hidden"].as_u64().unwrap();
        let said = format!("Not shown: {hidden} months of units");
        assert_eq!(page.contains(&said), hidden > 0, "{choice}");
    }
    assert!(ticked > 10, "only {ticked} counts were looked at");
}

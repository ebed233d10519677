//! The whole way: a rating made by hand at the kiosk is in the index of its unit.

use anyhow::{Context, Result};
use end_to_end::browser::Browser;
use end_to_end::collector::{Collector, Data};
use end_to_end::kiosk::Kiosk;
use end_to_end::wait::{PATIENCE, until};
use serde_json::Value;
use tempfile::tempdir;

const UNIT: &str = "000.01.02.H10";

/// A small one-stop hall: one unit, one procedure, two finished dossiers, one kiosk. Gives the kiosk's key.
fn hall() -> Result<(Data, String)> {
    let data = Data::new()?;
    data.import(
        "units",
        "code,name,kind,parent,valid_from,valid_to\n000.01.02.H10,Xã Tiến Hưng,commune,,,\n",
    )?;
    data.import(
        "procedures",
        "code,name,field\n1.011441,Đăng ký biến động đất đai,Đất đai\n",
    )?;
    data.import(
        "dossiers",
        "code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome\n\
         000.01.02.H10-260804-0001,1.011441,000.01.02.H10,,desk,2026-08-04 08:10,2026-08-20 17:00,2026-08-19 10:00,granted\n\
         000.01.02.H10-260804-0002,1.011441,000.01.02.H10,,desk,2026-08-04 08:20,2026-08-20 17:00,2026-08-25 10:00,refused\n",
    )?;
    let key = data.hai_long(&[
        "device",
        "create",
        "--name",
        "kiosk-1",
        "--unit",
        UNIT,
        "--form",
        "one-stop-quick",
    ])?;
    Ok((data, key))
}

/// The cell of an item in the index of the unit, once it holds `n` answers.
async fn item(collector: &Collector, id: &str, n: u64) -> Result<Value> {
    let path = format!("/api/v1/index?form=one-stop-quick&method=mean100&by=item&unit={UNIT}");
    until(
        format!("{n} answers to {id:?} in the index"),
        PATIENCE,
        async || {
            let index = collector.get(&path).await?;
            let cells = index["cells"].as_array().context("cells")?;
            Ok(cells
                .iter()
                .find(|cell| cell["key"]["item"] == id && cell["n"] == n)
                .cloned())
        },
    )
    .await
}

#[tokio::test]
async fn a_rating_made_by_hand_is_in_the_index_answer_by_answer() -> Result<()> {
    let (data, key) = hall()?;
    // With a threshold of one respondent, each figure of mean100 tells the very level that was tapped.
    let collector = Collector::start(&data, &["--threshold", "1"])?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &key).await?;

    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.type_digits("2608040001").await?;
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("confirm").await?;
    kiosk.tap("[data-action=next]").await?;
    kiosk.rate("overall", 2).await?;
    let criteria = ["timeliness", "attitude", "guidance", "procedure"];
    let levels = [1, 4, 5, 3];
    for (criterion, level) in criteria.into_iter().zip(levels) {
        kiosk.rate(criterion, level).await?;
    }
    kiosk.wait_for("reasons").await?;
    kiosk.tap("label:has(input[value=slow])").await?;
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("thanks").await?;

    assert_eq!(item(&collector, "overall", 1).await?["value"], 25.0);
    for (criterion, level) in criteria.into_iter().zip(levels) {
        let cell = item(&collector, criterion, 1).await?;
        assert_eq!(
            cell["value"],
            f64::from(level - 1) * 25.0,
            "{criterion} was answered with {level}"
        );
        assert_eq!(cell["missing"], 0);
    }
    let by_procedure = collector
        .get("/api/v1/index?form=one-stop-quick&by=unit,procedure,field,channel,touchpoint")
        .await?;
    let cells = by_procedure["cells"].as_array().context("cells")?;
    assert_eq!(cells.len(), 1);
    assert_eq!(
        cells[0]["key"],
        serde_json::json!({"unit": UNIT, "procedure": "1.011441", "field": "Đất đai", "channel": "kiosk", "touchpoint": "result"})
    );
    kiosk.wait_for("attract").await?;
    data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test]
async fn a_rating_given_while_the_collector_is_away_arrives_when_it_is_back() -> Result<()> {
    let (data, key) = hall()?;
    let collector = Collector::start(&data, &["--threshold", "1"])?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1024, 768)).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &key).await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    let place = collector.listen().to_owned();
    collector.kill()?;

    kiosk.tap("[data-action=no-dossier]").await?;
    for question in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(question, 5).await?;
    }
    kiosk.wait_for("thanks").await?;

    let collector = Collector::start_at(&data, &place, &["--threshold", "1"])?;
    browser
        .eval("window.dispatchEvent(new Event('online'))")
        .await?;
    until("the waiting rating", PATIENCE, async || {
        let index = collector.get("/api/v1/index?form=one-stop-quick").await?;
        Ok((index["cells"][0]["n"] == 1).then_some(()))
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn the_official_words_stand_on_the_tiles_worst_first() -> Result<()> {
    let (data, key) = hall()?;
    let collector = Collector::start(&data, &[])?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &key).await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.wait_for_question("overall").await?;
    let words = kiosk.texts("[data-item=overall] label").await?;
    assert_eq!(
        words,
        [
            "Rất không hài lòng",
            "Không hài lòng",
            "Bình thường",
            "Hài lòng",
            "Rất hài lòng"
        ]
    );
    Ok(())
}

//! The form behind a citizen's link where no code runs: the page leads to it, it is filled in and counts, and axe finds
//! nothing on it.

use anyhow::{Result, ensure};
use end_to_end::axe::{self, Mode, ON_PHONE, in_every_way};
use end_to_end::browser::Browser;
use end_to_end::phone::{Homes, PROCEDURE, UNIT_NAME};
use end_to_end::wait::{PATIENCE, until};
use serde_json::json;
use tempfile::tempdir;
use thirtyfour::By;

/// A narrow phone.
const PHONE: (u32, u32) = (360, 740);

async fn press(browser: &Browser, selector: &str) -> Result<()> {
    browser.page.find(By::Css(selector)).await?.click().await?;
    Ok(())
}

/// The text of the page, once its heading begins like this.
async fn headed(browser: &Browser, heading: &str) -> Result<String> {
    until(heading, PATIENCE, async || {
        let shown = browser.page.find_all(By::Css("h1, h2")).await?;
        for one in shown {
            // A page that is just being left has none any more.
            if one.text().await.is_ok_and(|text| text.starts_with(heading)) {
                return Ok(Some(
                    browser.page.find(By::Css("main")).await?.text().await?,
                ));
            }
        }
        Ok(None)
    })
    .await
}

#[tokio::test]
async fn a_citizen_rates_without_any_code() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(PHONE).await?;
    browser
        .tell(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": true}),
        )
        .await?;
    browser.page.goto(&links[0]).await?;
    let asked = headed(&browser, "Đánh giá việc giải quyết hồ sơ").await?;
    ensure!(
        asked.contains(PROCEDURE) && asked.contains(UNIT_NAME),
        "{asked}"
    );
    let address = browser.page.current_url().await?;
    ensure!(address.path().ends_with("/plain"), "{address}");

    // What is missing is told, by the browser or by the collector, and what was chosen stays.
    press(&browser, "input[name='a.attitude'][value='2']").await?;
    let form = browser.page.find(By::Css("button[type=submit]")).await?;
    form.click().await?;
    let chosen = browser
        .page
        .find(By::Css("input[name='a.attitude']:checked"));
    ensure!(chosen.await?.attr("value").await?.as_deref() == Some("2"));

    press(&browser, "input[name='a.overall'][value='2']").await?;
    press(&browser, "input[name='reason'][value='slow']").await?;
    let comment = browser.page.find(By::Css("textarea")).await?;
    comment.send_keys("Phải chờ lâu").await?;
    press(&browser, "button[type=submit]").await?;
    headed(&browser, "Cảm ơn Ông/Bà. Đánh giá đã được ghi nhận.").await?;
    let index = until("the rating in the index", PATIENCE, async || {
        let path = "/api/v1/index?form=one-stop-quick&method=mean100&by=provenance,channel";
        let index = homes.collector.get(path).await?;
        Ok((index["cells"][0]["n"] == 1).then_some(index))
    })
    .await?;
    assert_eq!(index["cells"][0]["value"], 25.0);
    assert_eq!(
        index["cells"][0]["key"],
        json!({"provenance": "invited", "channel": "phone"})
    );
    browser.page.goto(&links[0]).await?;
    headed(&browser, "Đánh giá đã được ghi nhận").await?;
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_on_the_plain_form() -> Result<()> {
    let homes = Homes::build(1)?;
    let links = homes.links().await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    axe::enter(&browser).await?;
    let plain = format!("{}/plain", links[0]);
    let mut faults = Vec::new();
    for language in ["vi", "en", "km"] {
        browser
            .page
            .goto(&format!("{plain}?lang={language}"))
            .await?;
        let name = format!("plain form {language}");
        faults.extend(in_every_way(&browser, &name, &ON_PHONE).await?);
    }
    // On a narrow phone with letters of twice the size nothing is cut off at the side.
    browser.resize(PHONE).await?;
    Mode::Twice.begin(&browser).await?;
    let over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.eval(over).await?, 0);
    Mode::Twice.end(&browser).await?;

    // The browser's own check is passed over, as one that has none would.
    browser.page.goto(&plain).await?;
    browser
        .eval("document.querySelector('form').noValidate = true")
        .await?;
    press(&browser, "input[name='a.attitude'][value='2']").await?;
    press(&browser, "button[type=submit]").await?;
    headed(&browser, "Chưa gửi được đánh giá").await?;
    faults.extend(in_every_way(&browser, "plain form with a fault", &ON_PHONE).await?);
    press(&browser, "[role=alert] a").await?;
    press(&browser, "input[name='a.overall'][value='4']").await?;
    press(&browser, "button[type=submit]").await?;
    headed(&browser, "Cảm ơn Ông/Bà").await?;
    faults.extend(in_every_way(&browser, "plain thanks", &ON_PHONE).await?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

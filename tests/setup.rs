//! A kiosk as the authority sets it up: enrolled by a code, with the languages, the size and the way of asking that were
//! chosen, and with the dossier that the one-stop software shows on it.

use anyhow::{Context, Result, ensure};
use end_to_end::browser::{Browser, pictures};
use end_to_end::hall::{self, DEVICE, Hall};
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Fate, Faults, Line};
use end_to_end::look::{SIZES, look};
use end_to_end::phone::{PROCEDURE, file};
use end_to_end::wait::{PATIENCE, until};
use jiff::Timestamp;
use jiff::civil::Weekday;
use serde_json::{Value, json};
use tempfile::tempdir;

const CODE: &str = "000.01.02.H10-260804-0583";

async fn text_of(browser: &Browser, selector: &str) -> Result<String> {
    let text = browser
        .eval(&format!(
            "document.querySelector('{selector}')?.innerText ?? ''"
        ))
        .await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Shows a dossier on the kiosk, as the one-stop software does.
async fn present(hall: &Hall, address: &str, dossier: &str) -> Result<Value> {
    let key = hall
        .data
        .hai_long(&["key", "create", "--role", "one-stop", "--name", dossier])?;
    let answer = reqwest::Client::new()
        .post(format!("{address}/api/v1/devices/{DEVICE}/present"))
        .bearer_auth(key)
        .json(&json!({"dossier": dossier}))
        .send()
        .await?;
    Ok(answer.error_for_status()?.json().await?)
}

#[tokio::test]
async fn eight_digits_enrol_a_kiosk_and_wrong_ones_are_told() -> Result<()> {
    let hall = Hall::build()?;
    let code = hall.data.hai_long(&[
        "device",
        "code",
        "--name",
        "kiosk-2",
        "--unit",
        hall::UNIT,
        "--form",
        "one-stop-quick",
        "--languages",
        "vi",
    ])?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    browser
        .page
        .goto(format!("{}/kiosk", collector.address))
        .await?;
    let kiosk = Kiosk::shown(&browser);
    kiosk.wait_for("enrol").await?;
    let faults = look(&browser, "0-enrol", "vi", 100).await?;
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    browser.resize(SIZES[3]).await?;
    let wrong = if code == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    for digits in [wrong, code.trim()] {
        for digit in digits.chars() {
            kiosk
                .tap(&format!("[data-screen=enrol] [data-digit='{digit}']"))
                .await?;
        }
        if digits == wrong {
            until("the fault", PATIENCE, async || {
                let fault = text_of(&browser, ".hl-fault").await?;
                Ok((!fault.is_empty()).then_some(()))
            })
            .await?;
        }
    }
    kiosk.wait_for("attract").await?;
    kiosk.ready().await?;
    ensure!(text_of(&browser, ".hl-unit").await? == "Xã Tiến Hưng");
    ensure!(
        browser
            .eval("document.querySelectorAll('[data-lang]').length")
            .await?
            == 0,
        "a choice of one language is none"
    );
    // The key outlives the page.
    browser.page.refresh().await?;
    kiosk.wait_for("attract").await?;
    let unused = hall.data.hai_long(&["device", "list"])?;
    ensure!(unused.contains("kiosk-2"), "{unused}");
    Ok(())
}

#[tokio::test]
async fn what_is_chosen_is_how_the_kiosk_asks_and_a_running_one_takes_it_over() -> Result<()> {
    let hall = Hall::build()?;
    hall.data.hai_long(&[
        "device",
        "set",
        DEVICE,
        "--presentation",
        "two-step",
        "--screen-inches",
        "15.6",
        "--languages",
        "en,vi",
    ])?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &hall.key).await?;
    kiosk.ready().await?;
    // Of the millimetres that the sheets count with, 15.6 inches are the diagonal of this screen.
    let inches = browser
        .eval(
            "(() => {
                 const rule = document.body.appendChild(document.createElement('div'));
                 rule.style.width = 'calc(var(--hl-mm) * 100)';
                 const pixels = rule.getBoundingClientRect().width;
                 rule.remove();
                 return Math.hypot(screen.width, screen.height) / (pixels / 100) / 25.4;
             })()",
        )
        .await?;
    ensure!(
        inches
            .as_f64()
            .is_some_and(|inches| (inches - 15.6).abs() < 0.01),
        "the diagonal has {inches} inches"
    );
    let languages = browser
        .eval("[...document.querySelectorAll('[data-lang]')].map((button) => button.dataset.lang)")
        .await?;
    ensure!(languages == json!(["en", "vi"]), "{languages}");

    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.wait_for_question("overall").await?;
    ensure!(
        browser
            .eval("document.querySelectorAll('.hl-tile').length")
            .await?
            == 3
    );
    let mut faults = look(&browser, "8-three-faces", "vi", 100).await?;
    browser.resize(SIZES[3]).await?;
    kiosk.tap("label:has(input[value=side-2])").await?;
    kiosk.ready().await?;
    ensure!(
        browser
            .eval("document.querySelectorAll('.hl-tile').length")
            .await?
            == 2
    );
    ensure!(
        hall::rows(&browser, "responses").await?.is_empty(),
        "a side answers nothing yet"
    );
    faults.extend(look(&browser, "9-strength", "vi", 100).await?);
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    browser.resize(SIZES[3]).await?;
    // Back leads to the three faces, not out of the question.
    kiosk.tap("[data-action=back]").await?;
    kiosk.tap("label:has(input[value=side-1])").await?;
    kiosk.rate("overall", 2).await?;
    kiosk.wait_for_question("timeliness").await?;
    // The middle needs no second step.
    kiosk.rate("timeliness", 3).await?;
    kiosk.wait_for_question("attitude").await?;
    let body = hall::answered(&browser, 2).await?;
    ensure!(
        body["answers"] == json!({"overall": 2, "timeliness": 3}),
        "{body}"
    );
    ensure!(body["presentation"] == "two-step", "{body}");

    // Chosen anew while the page is open: taken over at the next start at the latest.
    hall.data.hai_long(&[
        "device",
        "set",
        DEVICE,
        "--presentation",
        "default",
        "--languages",
        "default",
    ])?;
    browser.page.refresh().await?;
    kiosk.wait_for("attract").await?;
    until("every language", PATIENCE, async || {
        let all = browser
            .eval("document.querySelectorAll('[data-lang]').length")
            .await?;
        let first = browser
            .eval("document.querySelector('[data-lang]')?.dataset.lang ?? ''")
            .await?;
        Ok((all.as_u64() >= Some(2) && first != "en").then_some(()))
    })
    .await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.wait_for_question("overall").await?;
    ensure!(
        browser
            .eval("document.querySelectorAll('.hl-tile').length")
            .await?
            == 5
    );
    Ok(())
}

/// A dossier is shown, on a line that stays open or not, and asked about by its last digits alone.
async fn presented_over(cut: Faults) -> Result<()> {
    let hall = Hall::build()?;
    file(&hall.data, &[CODE.to_owned()])?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, cut).await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    let kiosk = Kiosk::open(&browser, &line.address, &hall.key).await?;
    kiosk.ready().await?;
    present(&hall, &collector.address, CODE).await?;
    kiosk.wait_for("confirm").await?;
    let shown = until("the procedure's name", PATIENCE, async || {
        let shown = text_of(&browser, "[data-screen=confirm]").await?;
        Ok(shown.contains(PROCEDURE).then_some(shown))
    })
    .await?;
    ensure!(
        shown.contains("0583") && !shown.contains("260804"),
        "{shown}"
    );
    for size in SIZES {
        browser.resize(size).await?;
        let (width, height) = size;
        let name = format!("confirm-named-vi-{width}x{height}-100.png");
        browser.screenshot(&pictures().join(name)).await?;
    }

    // Another one while somebody rates disturbs nobody, and comes when they have gone.
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for_question("overall").await?;
    present(&hall, &collector.address, "000.01.02.H10-260804-0584").await?;
    kiosk.rate("overall", 4).await?;
    kiosk.wait_for_question("timeliness").await?;
    let body = hall::answered(&browser, 1).await?;
    ensure!(body["dossier"] == CODE, "{body}");
    until("the second offer", PATIENCE, async || {
        // The kiosk has asked, or has been told, at least once since.
        let asked = line
            .passages()
            .iter()
            .filter(|passage| passage.path.contains("/presented"))
            .count();
        let open = line
            .passages()
            .iter()
            .any(|passage| passage.path.contains("/events") && passage.status == Some(200));
        Ok((open || asked > 2).then_some(()))
    })
    .await?;
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("thanks").await?;
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("confirm").await?;
    // A name would come with the answer about this dossier, which is the second one.
    until("what is known of the dossier", PATIENCE, async || {
        let told = browser
            .eval("performance.getEntriesByType('resource').filter((one) => one.name.includes('/api/v1/device/dossier') && one.responseEnd > 0).length")
            .await?;
        Ok((told.as_u64() >= Some(2)).then_some(()))
    })
    .await?;
    let shown = text_of(&browser, "[data-screen=confirm]").await?;
    ensure!(
        shown.contains("0584") && !shown.contains(PROCEDURE),
        "{shown}"
    );
    Ok(())
}

#[tokio::test]
async fn a_presented_dossier_is_asked_about_at_once() -> Result<()> {
    presented_over(Faults::none()).await
}

#[tokio::test]
async fn a_presented_dossier_is_asked_about_where_no_line_stays_open() -> Result<()> {
    presented_over(Faults::new(0, vec![(1, Fate::CutBefore)]).only("/api/v1/device/events")).await
}

#[tokio::test]
async fn the_day_of_a_recent_receipt_is_one_tap() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    let kiosk = Kiosk::open(&browser, &collector.address, &hall.key).await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.type_digits("2601").await?;
    let today = Timestamp::now().in_tz("Asia/Ho_Chi_Minh")?;
    // On a Sunday, Saturday's stand first.
    let first = match today.weekday() {
        Weekday::Sunday => today.yesterday()?,
        _ => today,
    };
    let said = kiosk.texts("[data-action=day]").await?;
    ensure!(said.len() == 3, "{said:?}");
    ensure!(
        said[0].contains(&first.strftime("%d/%m").to_string()),
        "{said:?}"
    );
    kiosk.tap("[data-action=day]").await?;
    kiosk.type_digits("0583").await?;
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("confirm").await?;
    kiosk.tap("[data-action=next]").await?;
    kiosk.rate("overall", 4).await?;
    kiosk.wait_for_question("timeliness").await?;
    let body = hall::answered(&browser, 1).await?;
    let code = format!("{}-{}-0583", hall::UNIT, first.strftime("%y%m%d"));
    ensure!(body["dossier"] == code.as_str(), "{body}");
    Ok(())
}

#[tokio::test]
async fn a_rating_with_somebodys_help_says_so_and_the_next_one_does_not() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let cut = Faults::new(0, vec![(1, Fate::CutBefore)]).only("/api/v1/responses");
    let line = Line::open(&collector.address, cut).await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    let kiosk = Kiosk::open(&browser, &line.address, &hall.key).await?;
    for helped in [true, false] {
        kiosk.tap("[data-action=start]").await?;
        kiosk.tap("[data-action=no-dossier]").await?;
        kiosk.wait_for_question("overall").await?;
        if helped {
            kiosk.tap("[data-action=assisted]").await?;
            browser
                .screenshot(&pictures().join("assisted-vi-1366x768-100.png"))
                .await?;
        }
        kiosk.rate("overall", 3).await?;
        kiosk.wait_for_question("timeliness").await?;
        kiosk.tap("[data-action=end]").await?;
        kiosk.wait_for("thanks").await?;
        kiosk.tap("[data-action=end]").await?;
        kiosk.wait_for("attract").await?;
    }
    let mut said = Vec::new();
    for row in hall::rows(&browser, "responses").await? {
        let body: Value = serde_json::from_str(row["body"].as_str().context("body")?)?;
        said.push((body["seq"].as_u64(), body["assisted"].clone()));
    }
    said.sort_by_key(|(seq, _)| *seq);
    let said: Vec<Value> = said.into_iter().map(|(_, assisted)| assisted).collect();
    ensure!(said == [json!(true), json!(false)], "{said:?}");
    Ok(())
}

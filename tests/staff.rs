//! The report page as an officer sees it, and what everybody sees of what was published, on the demonstration data: they fit
//! every screen, their headline is the API's, and they say that the answers are synthetic.

use anyhow::{Context, Result};
use end_to_end::axe;
use end_to_end::browser::{Browser, Size, pictures};
use end_to_end::collector::{Collector, Data};
use end_to_end::wait::{PATIENCE, until};
use serde_json::{Value, json};
use tempfile::tempdir;
use thirtyfour::prelude::*;

const SIZES: [Size; 5] = [
    (360, 640),
    (800, 480),
    (1024, 768),
    (1366, 768),
    (1080, 1920),
];

/// Signs in with the demonstration account.
async fn sign_in(browser: &Browser, collector: &Collector, credentials: &Value) -> Result<()> {
    browser
        .page
        .goto(format!("{}/staff", collector.address))
        .await?;
    for (field, value) in [("name", "staff_user"), ("password", "staff_password")] {
        let text = credentials[value].as_str().context(value)?;
        browser
            .page
            .find(By::Css(format!("input[name={field}]")))
            .await?
            .send_keys(text)
            .await?;
    }
    browser
        .page
        .find(By::Css("form[action='/staff/login'] button"))
        .await?
        .click()
        .await?;
    // The click answers before the form has been sent: leaving now would take the sign-in back.
    until("the report after signing in", PATIENCE, async || {
        let form = By::Css("form[action='/staff/login']");
        let gone = browser.page.find_all(form).await?.is_empty();
        let main = browser.page.find_all(By::Css("main")).await?.is_empty();
        Ok((gone && !main).then_some(()))
    })
    .await
}

#[tokio::test]
async fn the_report_fits_every_screen_and_says_what_the_api_says() -> Result<()> {
    let data = Data::new()?;
    data.hai_long(&["demo"])?;
    let credentials: Value =
        serde_json::from_slice(&std::fs::read(data.path().join("demo-credentials.json"))?)?;
    let collector = Collector::start(&data, &[])?;
    let index = collector
        .get("/api/v1/index?form=one-stop-quick&method=top2")
        .await?;
    let value = index["cells"][0]["value"]
        .as_f64()
        .context("the headline")?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    sign_in(&browser, &collector, &credentials).await?;
    for (language, headline, synthetic) in [
        (
            "vi",
            format!("{value:.2}").replace('.', ","),
            "Dữ liệu minh họa",
        ),
        ("en", format!("{value:.2}"), "Demonstration data"),
    ] {
        browser
            .page
            .goto(format!("{}/staff?lang={language}", collector.address))
            .await?;
        let text = browser.page.find(By::Css("main")).await?.text().await?;
        assert!(text.contains(&headline), "{headline} is not in: {text}");
        let page = browser.page.find(By::Css("body")).await?.text().await?;
        assert!(page.contains(synthetic), "{synthetic:?} is not on the page");
        for size in SIZES {
            browser.resize(size).await?;
            let name = format!("staff-{language}-{}x{}.png", size.0, size.1);
            browser.screenshot(&pictures().join(name)).await?;
            let wide = browser.eval("document.documentElement.scrollWidth").await?;
            assert!(
                wide.as_u64() <= Some(u64::from(size.0)),
                "{language} {size:?} scrolls sideways: {wide}"
            );
            let hidden = "[...document.querySelectorAll('.choices label')]
                .filter((one) => one.offsetParent === null).map((one) => one.textContent)";
            let hidden = browser.eval(hidden).await?;
            assert_eq!(hidden, json!([]), "{language} {size:?}: what can be chosen");
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_published_fits_every_screen_and_names_the_figure_that_the_api_tells() -> Result<()>
{
    let data = Data::new()?;
    data.hai_long(&["demo"])?;
    let collector = Collector::start(&data, &[])?;
    let release = newest_release(&collector, "one-stop-quick").await?;
    let value = release["tables"][0]["cells"][0]["value"]
        .as_f64()
        .context("the headline")?;
    let unit = shown_unit(&release)?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    for language in ["vi", "en"] {
        let headline = match language {
            "vi" => format!("{value:.2}").replace('.', ","),
            _ => format!("{value:.2}"),
        };
        for (name, path, told) in [
            ("public", "/public?form=one-stop-quick".to_owned(), true),
            (
                "wall-all",
                "/wall/all?form=one-stop-quick&stay=1".to_owned(),
                true,
            ),
            (
                "wall-units",
                "/wall/all?form=one-stop-quick&stay=1&page=2".to_owned(),
                false,
            ),
            (
                "wall-unit",
                format!("/wall/{unit}?form=one-stop-quick&stay=1"),
                false,
            ),
        ] {
            let address = format!("{}{path}&lang={language}", collector.address);
            browser.page.goto(address).await?;
            let text = browser.page.find(By::Css("main")).await?.text().await?;
            assert!(
                !told || text.contains(&headline),
                "{headline} is not in: {text}"
            );
            for size in SIZES {
                browser.resize(size).await?;
                let name = format!("{name}-{language}-{}x{}.png", size.0, size.1);
                browser.screenshot(&pictures().join(name)).await?;
                let wide = browser.eval("document.documentElement.scrollWidth").await?;
                assert!(
                    wide.as_u64() <= Some(u64::from(size.0)),
                    "{path} {language} {size:?} scrolls sideways: {wide}"
                );
            }
        }
    }
    Ok(())
}

/// The newest release of a form, as everybody may read it.
async fn newest_release(collector: &Collector, form: &str) -> Result<Value> {
    let list = collector.get("/api/v1/releases").await?;
    let releases = list["releases"].as_array().context("releases")?;
    let newest = releases.iter().find(|release| release["form"] == form);
    let id = newest.and_then(|release| release["id"].as_str());
    let id = id.context("a release of the form")?;
    collector.get(&format!("/api/v1/releases/{id}")).await
}

/// A unit whose figure a release shows.
fn shown_unit(release: &Value) -> Result<String> {
    let tables = release["tables"].as_array().context("tables")?;
    let units = tables.iter().find(|table| table["by"] == json!(["unit"]));
    let cells = units.and_then(|table| table["cells"].as_array());
    let mut cells = cells.context("a table by unit")?.iter();
    let shown = cells.find(|cell| cell["value"].is_number());
    let unit = shown.and_then(|cell| cell["key"]["unit"].as_str());
    Ok(unit.context("a unit that is shown")?.to_owned())
}

/// What axe finds on a page, in both languages.
async fn seen(browser: &Browser, collector: &Collector, page: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let more = if page.contains('?') { '&' } else { '?' };
    for language in ["vi", "en"] {
        // A page that fetches itself again would go away while axe looks at it.
        let address = format!("{}{page}{more}lang={language}&stay=1", collector.address);
        browser.page.goto(address).await?;
        faults.extend(axe::on_every_panel(browser, &format!("{page} {language}")).await?);
    }
    Ok(faults)
}

#[tokio::test]
async fn axe_finds_nothing_on_the_pages_of_officers_and_of_everybody() -> Result<()> {
    let data = Data::new()?;
    data.hai_long(&["demo"])?;
    let credentials: Value =
        serde_json::from_slice(&std::fs::read(data.path().join("demo-credentials.json"))?)?;
    let officer = credentials["staff_user"].as_str().context("staff_user")?;
    // Sees every page.
    data.hai_long(&["user", "set", officer, "--role", "admin"])?;
    let collector = Collector::start(&data, &[])?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(SIZES[3]).await?;
    axe::enter(&browser).await?;
    let mut faults = Vec::new();
    let release = newest_release(&collector, "one-stop-quick").await?;
    let (id, unit) = (release["id"].as_str().context("id")?, shown_unit(&release)?);
    let open = [
        "/".to_owned(),
        "/staff/login".to_owned(),
        "/public".to_owned(),
        format!("/public?release={id}&table=unit-field"),
        "/public?release=none".to_owned(),
        "/wall/all".to_owned(),
        "/wall/all?page=2".to_owned(),
        format!("/wall/{unit}"),
        "/wall/none".to_owned(),
    ];
    for page in &open {
        faults.extend(seen(&browser, &collector, page).await?);
    }
    sign_in(&browser, &collector, &credentials).await?;
    let preview = "/staff/publish?form=one-stop-quick:1&period=2021-06&tables=unit&tables=item";
    let desk = [
        "/staff".to_owned(),
        format!("/staff?unit={unit}"),
        "/staff?weights=raked".to_owned(),
        "/staff?from=2030-01-01".to_owned(),
        "/staff/coverage".to_owned(),
        format!("/staff/coverage?unit={unit}"),
        format!("/staff?within={unit}"),
        "/staff/units".to_owned(),
        "/staff/trend".to_owned(),
        "/staff/print/one-stop".to_owned(),
        "/staff/print/one-stop?records.total-time=9".to_owned(),
        "/staff/print/items".to_owned(),
        "/staff/comments".to_owned(),
        "/staff/reports".to_owned(),
        "/staff/reports/new".to_owned(),
        "/staff/reports/one?id=999999".to_owned(),
        "/staff/qd766".to_owned(),
        "/staff/audit".to_owned(),
        "/staff/retention".to_owned(),
        "/staff/publish".to_owned(),
        preview.to_owned(),
        "/staff/flags".to_owned(),
        format!("/staff/flags?unit={unit}"),
        "/staff/devices".to_owned(),
        "/staff/devices/edit".to_owned(),
    ];
    for page in &desk {
        faults.extend(seen(&browser, &collector, page).await?);
    }
    // A table that is wider than the screen scrolls in a region of its own, and axe cannot see what is scrolled away; the
    // columns that are seen have the same colours and are measured.
    faults.retain(|fault| !fault.contains("because it's partially obscured"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

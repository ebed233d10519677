//! The accessibility gate: axe-core finds nothing on any screen of the kiosk and of the phone page, in any language that is
//! served, on any panel, however the screen is shown.

use anyhow::{Context, Result, ensure};
use end_to_end::axe::{self, AT_KIOSK, Mode, ON_PHONE, in_every_way, languages, on_every_panel};
use end_to_end::browser::Browser;
use end_to_end::citizen::{self, Clock, Scene};
use end_to_end::collector::Collector;
use end_to_end::hall::Hall;
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Fate, Faults, Line};
use end_to_end::phone::Homes;
use end_to_end::wait::{PATIENCE, until};
use tempfile::{TempDir, tempdir};

/// A kiosk with axe in its page, and a clock that the test moves.
struct Open {
    _profile: TempDir,
    browser: Browser,
    collector: Collector,
    hall: Hall,
}

async fn open() -> Result<Open> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    let clock = Some(Clock {
        ahead_ms: 0,
        speed: 1,
    });
    let scene = Scene {
        clock,
        ..Scene::default()
    };
    citizen::enter(&browser, &scene).await?;
    browser.before_scripts(LONG).await?;
    axe::enter(&browser).await?;
    Ok(Open {
        _profile: profile,
        browser,
        collector,
        hall,
    })
}

/// The thanks, which close by themselves, stand as long as it takes to look at them.
const LONG: &str = "const soon = setTimeout; window.setTimeout = (act, ms) => soon(act, ms > 5000 ? ms * 100 : ms);";

/// Looks at the screen that is shown once it takes taps.
async fn see(browser: &Browser, name: &str, language: &str) -> Result<Vec<String>> {
    Kiosk::shown(browser).ready().await?;
    // Looking takes time, in which a person would be taken to have gone: longer than that on a slow machine.
    browser
        .eval(
            "window.hlThere = setInterval(() => document.dispatchEvent(new Event('wheel')), 1000)",
        )
        .await?;
    let faults = in_every_way(browser, &format!("{name} {language}"), &AT_KIOSK).await?;
    browser.eval("clearInterval(window.hlThere)").await?;
    Ok(faults)
}

/// Has the page speak this language.
async fn speak(browser: &Browser, kiosk: &Kiosk<'_>, language: &str) -> Result<()> {
    kiosk.tap(&format!("[data-lang={language}]")).await?;
    until(language, PATIENCE, async || {
        let spoken = browser
            .eval("document.querySelector('[data-live] main')?.lang ?? null")
            .await?;
        Ok((spoken == language).then_some(()))
    })
    .await
}

/// Chooses a level as arrow keys do, which leads nowhere.
async fn arrow(browser: &Browser) -> Result<()> {
    let first = "document.querySelector('[data-item] input')";
    browser.eval(&format!("{first}.focus()")).await?;
    browser
        .page
        .action_chain()
        .send_keys(thirtyfour::Key::Down)
        .perform()
        .await?;
    until("a chosen level", PATIENCE, async || {
        let chosen = browser
            .eval("document.querySelector('[data-item] input:checked') !== null")
            .await?;
        Ok((chosen == true).then_some(()))
    })
    .await
}

/// A visit, screen by screen.
async fn visit(open: &Open, language: &str) -> Result<Vec<String>> {
    let (browser, kiosk) = (&open.browser, Kiosk::shown(&open.browser));
    let mut faults = Vec::new();
    if language != "vi" {
        speak(browser, &kiosk, language).await?;
    }
    faults.extend(see(browser, "attract", language).await?);
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.type_digits("2613").await?;
    faults.extend(see(browser, "dossier with a fault", language).await?);
    kiosk.tap("[data-action=restart]").await?;
    kiosk.type_digits("2608040001").await?;
    faults.extend(see(browser, "dossier", language).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("confirm").await?;
    faults.extend(see(browser, "confirm", language).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for_question("overall").await?;
    kiosk.tap("[data-action=next]").await?;
    faults.extend(see(browser, "overall with a fault", language).await?);
    kiosk.rate("overall", 1).await?;
    kiosk.wait_for_question("timeliness").await?;
    arrow(browser).await?;
    faults.extend(see(browser, "criterion", language).await?);
    for criterion in ["timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(criterion, 2).await?;
    }
    kiosk.wait_for("reasons").await?;
    kiosk.tap("label:has(input[value=slow])").await?;
    faults.extend(see(browser, "reasons", language).await?);
    kiosk.tap("[data-action=next]").await?;
    kiosk.wait_for("thanks").await?;
    faults.extend(see(browser, "thanks", language).await?);
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("attract").await?;
    Ok(faults)
}

#[tokio::test]
async fn axe_finds_nothing_on_the_way_through_a_visit() -> Result<()> {
    let open = open().await?;
    Kiosk::open(&open.browser, &open.collector.address, &open.hall.key).await?;
    let mut faults = Vec::new();
    for language in languages(&open.collector.address).await? {
        faults.extend(visit(&open, &language).await?);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// The question whether somebody is still there, over the screen before.
async fn idle(browser: &Browser, language: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for mode in AT_KIOSK {
        mode.begin(browser).await?;
        let quiet = if mode == Mode::Large { 91_000 } else { 46_000 };
        browser.eval(&format!("hlClock.pass({quiet})")).await?;
        until("the question", PATIENCE, async || {
            let open = browser
                .eval("document.querySelector('dialog[open]') !== null")
                .await?;
            Ok((open == true).then_some(()))
        })
        .await?;
        let name = format!("idle {language} {mode:?}");
        faults.extend(on_every_panel(browser, &name).await?);
        browser
            .eval("document.querySelector('[data-action=stay]').click()")
            .await?;
        mode.end(browser).await?;
    }
    Ok(faults)
}

#[tokio::test]
async fn axe_finds_nothing_where_somebody_is_asked_or_told_or_attends() -> Result<()> {
    let open = open().await?;
    let (browser, address) = (&open.browser, &open.collector.address);
    let kiosk = Kiosk::shown(browser);
    let mut faults = Vec::new();
    // Before it is enrolled, in every language at once.
    browser.page.goto(format!("{address}/kiosk")).await?;
    kiosk.wait_for("enrol").await?;
    faults.extend(see(browser, "not enrolled", "all").await?);
    // Another address alone, after its `#`, would not open the page again.
    browser.page.goto("about:blank").await?;
    Kiosk::open(browser, address, &open.hall.key).await?;
    for (at, language) in languages(address).await?.into_iter().enumerate() {
        if language != "vi" {
            speak(browser, &kiosk, &language).await?;
        }
        kiosk.tap("[data-action=staff]").await?;
        kiosk.wait_for("pin").await?;
        if at == 0 {
            kiosk.type_pin("123456").await?;
        } else {
            kiosk.type_pin("271829").await?;
        }
        faults.extend(see(browser, "PIN with a fault", &language).await?);
        kiosk.type_pin("271828").await?;
        if at == 0 {
            kiosk.type_pin("271828").await?;
        }
        kiosk.wait_for("panel").await?;
        until("the state of the device", PATIENCE, async || {
            let facts = browser
                .eval("document.querySelectorAll('[data-fact]').length")
                .await?;
            Ok((facts.as_u64() > Some(0)).then_some(()))
        })
        .await?;
        faults.extend(see(browser, "panel", &language).await?);
        kiosk.tap("[data-action=close]").await?;
        kiosk.wait_for("attract").await?;
        kiosk.tap("[data-action=start]").await?;
        kiosk.wait_for("dossier").await?;
        kiosk.tap("[data-action=no-dossier]").await?;
        kiosk.wait_for_question("overall").await?;
        faults.extend(idle(browser, &language).await?);
        kiosk.tap("[data-action=end]").await?;
        kiosk.wait_for("attract").await?;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_where_the_kiosk_cannot_serve_or_a_code_is_wrong() -> Result<()> {
    let open = open().await?;
    let browser = &open.browser;
    let kiosk = Kiosk::shown(browser);
    let cut = Faults::new(0, vec![(1, Fate::CutBefore)]).only("/api/v1/device");
    let line = Line::open(&open.collector.address, cut).await?;
    let mut faults = Vec::new();
    let address = format!("{}/kiosk#key={}", line.address, open.hall.key);
    browser.page.goto(address).await?;
    kiosk.wait_for("error").await?;
    faults.extend(see(browser, "unreachable", "all").await?);
    browser.page.goto("about:blank").await?;
    let wrong = format!("{}/kiosk#key=hl_device_wrong", open.collector.address);
    browser.page.goto(wrong).await?;
    kiosk.wait_for("enrol").await?;
    faults.extend(see(browser, "refused", "all").await?);
    browser.page.goto("about:blank").await?;
    Kiosk::open(browser, &open.collector.address, &open.hall.key).await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.type_digits("2613").await?;
    faults.extend(see(browser, "dossier with a fault", "vi").await?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Looks at the phone page.
async fn see_phone(browser: &Browser, name: &str, language: &str) -> Result<Vec<String>> {
    Kiosk::shown(browser).ready().await?;
    in_every_way(browser, &format!("phone {name} {language}"), &ON_PHONE).await
}

#[tokio::test]
async fn axe_finds_nothing_on_the_phone_page() -> Result<()> {
    let homes = Homes::build(8)?;
    let links = homes.links().await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((360, 640)).await?;
    axe::enter(&browser).await?;
    let page = Kiosk::shown(&browser);
    let mut faults = Vec::new();
    let languages = languages(&homes.collector.address).await?;
    ensure!(languages.len() < links.len(), "a link for each language");
    for (link, language) in links.iter().zip(&languages) {
        browser.page.goto(link).await?;
        page.wait_for_question("overall").await?;
        if language != "vi" {
            speak(&browser, &page, language).await?;
        }
        page.tap("[data-action=next]").await?;
        faults.extend(see_phone(&browser, "overall with a fault", language).await?);
        page.rate("overall", 1).await?;
        page.wait_for_question("timeliness").await?;
        arrow(&browser).await?;
        faults.extend(see_phone(&browser, "criterion", language).await?);
        for criterion in ["timeliness", "attitude", "guidance", "procedure"] {
            page.rate(criterion, 2).await?;
        }
        page.wait_for("reasons").await?;
        faults.extend(see_phone(&browser, "reasons", language).await?);
        page.tap("[data-action=next]").await?;
        page.wait_for("thanks").await?;
        faults.extend(see_phone(&browser, "thanks", language).await?);
        page.tap("[data-action=end]").await?;
        page.wait_for("farewell").await?;
        faults.extend(see_phone(&browser, "farewell", language).await?);
    }
    // A link that was used up, and a browser that keeps nothing.
    browser.page.goto(&links[0]).await?;
    faults.extend(in_every_way(&browser, "used link", &ON_PHONE).await?);
    browser
        .before_scripts(
            "IDBFactory.prototype.open = () => { throw new Error('nothing is kept'); };",
        )
        .await?;
    let unused = links.last().context("a link")?;
    browser.page.goto(unused).await?;
    page.wait_for("error").await?;
    faults.extend(see_phone(&browser, "notice", "vi").await?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

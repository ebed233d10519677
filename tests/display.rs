//! A person may wish the kiosk's screen to be otherwise: larger letters, strong contrast, everything lower. And colour is
//! never what tells two faces apart.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::browser::{Browser, pictures};
use end_to_end::citizen::{self, Clock, Scene};
use end_to_end::collector::Collector;
use end_to_end::hall::Hall;
use end_to_end::kiosk::Kiosk;
use end_to_end::wait::{PATIENCE, setting, until};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

/// A hall whose kiosk shows the attract screen.
struct Open {
    _profile: TempDir,
    browser: Browser,
    _collector: Collector,
    _hall: Hall,
}

async fn open(size: (u32, u32), scene: &Scene<'_>) -> Result<Open> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize(size).await?;
    citizen::enter(&browser, scene).await?;
    Kiosk::open(&browser, &collector.address, &hall.key).await?;
    Ok(Open {
        _profile: profile,
        browser,
        _collector: collector,
        _hall: hall,
    })
}

/// Pixels of an em of the text.
async fn text(browser: &Browser) -> Result<f64> {
    browser
        .eval("parseFloat(getComputedStyle(document.body).fontSize)")
        .await?
        .as_f64()
        .context("a size")
}

/// Whether the button of this wish is pressed.
async fn pressed(browser: &Browser, wish: &str) -> Result<Value> {
    browser
        .eval(&format!(
            "document.querySelector('[data-action={wish}]').getAttribute('aria-pressed')"
        ))
        .await
}

/// Waits until the button of this wish says so.
async fn told(browser: &Browser, wish: &str, on: &str) -> Result<()> {
    until(format!("{wish} pressed: {on}"), PATIENCE, async || {
        Ok((pressed(browser, wish).await? == on).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_wish_lasts_through_the_visit_and_meets_nobody_else() -> Result<()> {
    let open = open((1366, 768), &Scene::default()).await?;
    let (browser, kiosk) = (&open.browser, Kiosk::shown(&open.browser));
    let usual = text(browser).await?;
    kiosk.tap("[data-action=large]").await?;
    told(browser, "large", "true").await?;
    // Capitals of 0.7 degrees of view at half a metre: 6.1 mm; of this panel a millimetre has 3.937 pixels.
    let large = text(browser).await?;
    ensure!(large * 0.714 >= 6.1 * 3.937, "{usual} → {large}");
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    told(browser, "large", "true").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.wait_for_question("overall").await?;

    // In the middle of a question: what stands there is not drawn anew.
    browser
        .eval("(document.querySelector('[data-item]').mark = 'the same', 0)")
        .await?;
    kiosk.tap("[data-action=contrast]").await?;
    told(browser, "contrast", "true").await?;
    let page = browser
        .eval("getComputedStyle(document.body).backgroundColor")
        .await?;
    ensure!(page == "rgb(0, 0, 0)", "{page}");
    let mark = browser
        .eval("document.querySelector('[data-item=overall]').mark")
        .await?;
    ensure!(mark == "the same", "the question was drawn anew");
    kiosk.rate("overall", 4).await?;
    kiosk.wait_for_question("timeliness").await?;
    ensure!(text(browser).await? >= large, "small again");
    ensure!(pressed(browser, "contrast").await? == "true", "dark again");

    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("thanks").await?;
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("attract").await?;
    ensure!(
        text(browser).await? <= usual,
        "the next person finds it large"
    );
    for wish in ["large", "contrast", "low"] {
        ensure!(pressed(browser, wish).await? == "false", "{wish} stayed");
    }
    Ok(())
}

#[tokio::test]
async fn a_hand_that_shakes_does_not_take_its_wish_back() -> Result<()> {
    let open = open((1366, 768), &Scene::default()).await?;
    let (browser, kiosk) = (&open.browser, Kiosk::shown(&open.browser));
    kiosk.ready().await?;
    browser
        .eval("(() => { const wish = document.querySelector('[data-action=large]'); wish.click(); wish.click(); })()")
        .await?;
    told(browser, "large", "true").await?;
    // Who means it presses again.
    until("the wish to be taken back", PATIENCE, async || {
        kiosk.tap("[data-action=large]").await?;
        Ok((pressed(browser, "large").await? == "false").then_some(()))
    })
    .await
}

#[tokio::test]
async fn who_goes_away_without_a_visit_leaves_no_wish_and_no_language_behind() -> Result<()> {
    let scene = Scene {
        clock: Some(Clock {
            ahead_ms: 0,
            speed: 8,
        }),
        ..Scene::default()
    };
    let open = open((1366, 768), &scene).await?;
    let (browser, kiosk) = (&open.browser, Kiosk::shown(&open.browser));
    kiosk.tap("[data-lang=en]").await?;
    until("English", PATIENCE, async || {
        let lang = browser.eval("document.querySelector('main').lang").await?;
        Ok((lang == "en").then_some(()))
    })
    .await?;
    kiosk.tap("[data-action=contrast]").await?;
    told(browser, "contrast", "true").await?;
    until("the screen as anybody finds it", PATIENCE, async || {
        let left = browser
            .eval("[document.querySelector('main').lang, document.documentElement.hasAttribute('data-contrast')]")
            .await?;
        Ok((left == json!(["vi", false])).then_some(()))
    })
    .await
}

#[tokio::test]
async fn on_a_totem_everything_that_is_touched_can_be_set_lower() -> Result<()> {
    let open = open((1080, 1920), &Scene::default()).await?;
    let (browser, kiosk) = (&open.browser, Kiosk::shown(&open.browser));
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.wait_for_question("overall").await?;
    let top = async || -> Result<f64> {
        browser
            .eval("document.querySelector('[data-item] label').getBoundingClientRect().top")
            .await?
            .as_f64()
            .context("a place")
    };
    let before = top().await?;
    kiosk.tap("[data-action=low]").await?;
    told(browser, "low", "true").await?;
    let after = top().await?;
    ensure!(after > before, "{before} → {after}");
    // What is touched lies in the lower 45 % already; now in the lowest third.
    ensure!(before >= 0.55 * 1920.0, "the first tile begins at {before}");
    ensure!(after >= 0.66 * 1920.0, "the first tile begins at {after}");
    browser
        .screenshot(&pictures().join("4-overall-low-vi-1080x1920-100.png"))
        .await
}

#[tokio::test]
async fn on_the_smallest_screen_the_way_back_stands_below_the_levels() -> Result<()> {
    let open = open((360, 640), &Scene::default()).await?;
    let (browser, kiosk) = (&open.browser, Kiosk::shown(&open.browser));
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    for question in ["overall", "timeliness"] {
        kiosk.wait_for_question(question).await?;
        let end = browser
            .eval("document.querySelector('[data-action=back]').getBoundingClientRect().bottom + scrollY")
            .await?
            .as_f64()
            .context("a place")?;
        ensure!(end <= 640.0, "{question}: the way back ends at {end}");
        kiosk.rate(question, 4).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_screen_stays_lit_and_what_stands_all_day_moves_a_little() -> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    browser
        .before_scripts(
            "window.asked = []; navigator.wakeLock.request = async (what) => { asked.push(what); };",
        )
        .await?;
    Kiosk::open(&browser, &collector.address, &hall.key).await?;
    let asked = browser.eval("asked").await?;
    ensure!(asked == json!(["screen"]), "{asked}");
    browser
        .eval("document.dispatchEvent(new Event('visibilitychange'))")
        .await?;
    let asked = browser.eval("asked.length").await?;
    ensure!(asked == 2, "not asked again when the page is seen again");

    let mut places = Vec::new();
    for seconds in [0, 121, 241, 361] {
        let place = browser
            .eval(&format!(
                "(() => {{
                    for (const one of document.getAnimations()) one.currentTime = {seconds} * 1000;
                    const box = document.querySelector('[data-screen=attract]').getBoundingClientRect();
                    const page = document.documentElement;
                    return [box.x, box.y, page.scrollWidth <= page.clientWidth];
                }})()"
            ))
            .await?;
        ensure!(place[2] == true, "the screen scrolls sideways: {place}");
        ensure!(!places.contains(&place), "{seconds} s: {place} again");
        places.push(place);
    }
    Ok(())
}

/// The strokes of the five faces, worst to best, as the tokens say.
fn faces() -> Result<Vec<[f64; 3]>> {
    let tokens = include_str!("../style/10-tokens.css");
    (1..=5)
        .map(|level| {
            let name = format!("--hl-level-{level}: #");
            let (_, rest) = tokens.split_once(&name).context(name.clone())?;
            let hex = u32::from_str_radix(rest.get(..6).context("six digits")?, 16)?;
            let [_, red, green, blue] = hex.to_be_bytes();
            Ok([red, green, blue].map(|part| f64::from(part) / 255.0))
        })
        .collect()
}

/// How people see it who lack a kind of cone altogether: matrices on linear light of Machado, Oliveira and Fernandes,
/// "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1.
const EYES: [(&str, [[f64; 3]; 3]); 4] = [
    ("usual", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protan",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deutan",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritan",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

#[test]
fn no_two_faces_look_alike_to_any_kind_of_eye() -> Result<()> {
    use palette::color_difference::Ciede2000;
    use palette::{FromColor, Lab, LinSrgb, Srgb};

    for (eye, matrix) in EYES {
        let seen: Vec<Lab> = faces()?
            .into_iter()
            .map(|[red, green, blue]| {
                let light: LinSrgb<f64> = Srgb::new(red, green, blue).into_linear();
                let light = [light.red, light.green, light.blue];
                let part = |row: [f64; 3]| -> f64 {
                    let sum: f64 = row.iter().zip(light).map(|(a, b)| a * b).sum();
                    sum.clamp(0.0, 1.0)
                };
                let [red, green, blue] = matrix.map(part);
                Lab::from_color(LinSrgb::new(red, green, blue).into_format::<f32>())
            })
            .collect();
        let mut least = f32::INFINITY;
        for (at, one) in seen.iter().enumerate() {
            for other in &seen[at + 1..] {
                least = least.min(one.difference(*other));
            }
        }
        println!("{eye}: {least:.1}");
        ensure!(least >= 14.0, "{eye}: two faces are {least:.2} apart");
    }
    Ok(())
}

/// Two taps so long apart are one that shook; the screen's guard lasts a little longer.
const SHAKEN: Duration = Duration::from_millis(450);

/// A finger that comes down twice in the same place, so long apart. False when the machine was too busy to be so quick.
async fn double_tap(browser: &Browser, selector: &str, apart: Duration) -> Result<bool> {
    let place = browser
        .eval(&format!(
            "(() => {{ window.taps = [];
                       const box = document.querySelector('{selector}').getBoundingClientRect();
                       return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ))
        .await?;
    let point = json!([{"x": place[0], "y": place[1]}]);
    for tap in 0..2 {
        if tap == 1 {
            tokio::time::sleep(apart).await;
        }
        for (kind, points) in [("touchStart", &point), ("touchEnd", &json!([]))] {
            let event = json!({"type": kind, "touchPoints": points});
            browser.tell("Input.dispatchTouchEvent", event).await?;
        }
    }
    let seen = browser.eval("taps").await?;
    let [first, second] = [&seen[0], &seen[1]].map(Value::as_f64);
    let (first, second) = first.zip(second).context("two taps")?;
    Ok(second - first <= SHAKEN.as_secs_f64() * 1000.0)
}

/// One visit in which everything is tapped twice; the number of double taps, or `None` when one was too slow to be one.
async fn shaken_visit(
    browser: &Browser,
    kiosk: &Kiosk<'_>,
    random: &mut fastrand::Rng,
) -> Result<Option<u64>> {
    let mut taps = 0;
    let questions = ["overall", "timeliness", "attitude", "guidance", "procedure"];
    let mut script = vec![
        ("[data-action=start]".to_owned(), "dossier"),
        ("[data-action=no-dossier]".to_owned(), "overall"),
    ];
    for (at, question) in questions.iter().enumerate() {
        let level = random.u8(3..=5);
        let tile = format!("[data-item={question}] label:has(input[value=\"{level}\"])");
        script.push((tile, questions.get(at + 1).copied().unwrap_or("thanks")));
    }
    for (selector, next) in script {
        kiosk.ready().await?;
        let apart = random.u64(30..=400);
        let done = format!("{selector} twice, {apart} ms apart");
        if !double_tap(browser, &selector, Duration::from_millis(apart)).await? {
            return Ok(None);
        }
        taps += 1;
        if !questions.contains(&next) {
            kiosk.wait_for(next).await.context(done)?;
            continue;
        }
        kiosk.wait_for_question(next).await.context(done.clone())?;
        let chosen = browser
            .eval("document.querySelectorAll('[data-item] input:checked').length")
            .await?;
        ensure!(chosen == 0, "{done}: the next question is answered, too");
    }
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("attract").await?;
    Ok(Some(taps))
}

/// `DOUBLE_TAPS` says how many (28; the harness uses 200).
#[tokio::test]
async fn a_double_tap_never_answers_the_next_question() -> Result<()> {
    let open = open((800, 480), &Scene::default()).await?;
    let (browser, kiosk) = (&open.browser, Kiosk::shown(&open.browser));
    let wanted = setting("DOUBLE_TAPS", 28)?;
    let mut random = fastrand::Rng::with_seed(5);
    let (mut taps, mut slow) = (0, 0);
    let listen = "(addEventListener('pointerdown', (tap) => taps.push(tap.timeStamp), true), 0)";
    browser.eval(listen).await?;
    while taps < wanted {
        if let Some(more) = shaken_visit(browser, &kiosk, &mut random).await? {
            taps += more;
            continue;
        }
        slow += 1;
        ensure!(slow <= 20, "this machine is too slow to tap twice");
        browser.page.refresh().await?;
        kiosk.wait_for("attract").await?;
        browser.eval(listen).await?;
    }
    println!("{taps} double taps; {slow} visits given up for being too slow");
    Ok(())
}

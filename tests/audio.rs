//! The kiosk reads its screens aloud, to whoever has switched that on: what is heard is told by what the page says it is
//! playing, which it says only once the sound plays.

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::collector::Collector;
use end_to_end::hall::{self, Hall};
use end_to_end::kiosk::Kiosk;
use end_to_end::look::look;
use end_to_end::wait::{PATIENCE, until};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

/// Writes down what is heard, and whether any sound plays now.
const EAR: &str = "
    window.heard = [];
    new MutationObserver(() => {
        const key = document.documentElement.dataset.speaking;
        if (key) heard.push(key);
    }).observe(document, { subtree: true, attributeFilter: ['data-speaking'] });
    window.sounds = [];
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
        if (!sounds.includes(this)) sounds.push(this);
        return play.call(this);
    };";
/// The thanks, which close by themselves, stand as long as it takes to listen to them.
const LONG: &str = "const soon = setTimeout; window.setTimeout = (act, ms) => soon(act, ms > 5000 ? ms * 100 : ms);";
const TILE: &str = "[data-item=overall] label:has(input[value='4'])";

struct Open {
    _profile: TempDir,
    browser: Browser,
    collector: Option<Collector>,
    _hall: Hall,
}

impl Open {
    /// A kiosk that shows the attract screen, with a service worker, and somebody who listens.
    async fn start() -> Result<Self> {
        let hall = Hall::build()?;
        let collector = hall.serve()?;
        let profile = tempdir()?;
        let browser = Browser::start(profile.path()).await?;
        browser.resize((1366, 768)).await?;
        browser.before_scripts(EAR).await?;
        browser.before_scripts(LONG).await?;
        hall.settle(&browser, &collector.address).await?;
        Ok(Self {
            _profile: profile,
            browser,
            collector: Some(collector),
            _hall: hall,
        })
    }

    fn kiosk(&self) -> Kiosk<'_> {
        Kiosk::shown(&self.browser)
    }

    /// Waits until this prompt has been heard.
    async fn hears(&self, key: &str) -> Result<()> {
        let heard = until(format!("{key} to be heard"), PATIENCE, async || {
            let heard = self
                .browser
                .eval(&format!("heard.includes('{key}')"))
                .await?;
            Ok((heard == true).then_some(()))
        })
        .await;
        if heard.is_err() {
            let so_far = self.browser.eval("heard").await?;
            return heard.with_context(|| format!("heard so far: {so_far}"));
        }
        heard
    }

    async fn forgets_what_it_heard(&self) -> Result<()> {
        self.browser.eval("(heard.length = 0, 0)").await?;
        Ok(())
    }

    /// Switches the sound on, at the attract screen.
    async fn listen(&self) -> Result<()> {
        self.kiosk().tap("[data-action=audio]").await?;
        self.hears("audio.touch").await
    }

    /// Touches something once, waits until it is spoken, and touches it again.
    async fn chooses(&self, selector: &str, key: &str) -> Result<()> {
        self.forgets_what_it_heard().await?;
        self.kiosk().tap(selector).await?;
        self.hears(key).await?;
        self.touch_again(selector).await
    }

    /// The second touch, and more: one in the same half second is a hand that shakes.
    async fn touch_again(&self, selector: &str) -> Result<()> {
        until("the second touch to do it", PATIENCE, async || {
            let before = self.browser.eval("document.querySelector('[data-selected]') !== null").await?;
            if before == true {
                self.kiosk().tap(selector).await?;
            }
            let done = format!("document.querySelector(`{selector}`) === null || document.querySelector(`{selector} input:checked`) !== null");
            Ok((self.browser.eval(&done).await? == true).then_some(()))
        })
        .await
    }

    /// To the first question, by ear.
    async fn to_the_question(&self) -> Result<()> {
        self.chooses("[data-action=start]", "attract.start").await?;
        self.kiosk().wait_for("dossier").await?;
        self.hears("dossier.ask").await?;
        self.chooses("[data-action=no-dossier]", "dossier.none")
            .await?;
        self.kiosk().wait_for_question("overall").await
    }

    /// Waits until every prompt that it may need has been fetched.
    async fn keeps_all(&self) -> Result<()> {
        until("all prompts to be kept", PATIENCE * 2, async || {
            let kept = self
                .browser
                .eval("document.documentElement.dataset.audioKept === 'vi'")
                .await?;
            Ok((kept == true).then_some(()))
        })
        .await
    }

    async fn silent(&self) -> Result<bool> {
        let silent = "document.documentElement.dataset.speaking === undefined && sounds.every((sound) => sound.paused)";
        Ok(self.browser.eval(silent).await? == true)
    }
}

#[tokio::test]
async fn nothing_is_read_before_somebody_wants_it_and_then_every_screen_is() -> Result<()> {
    let open = Open::start().await?;
    let kiosk = open.kiosk();
    kiosk.ready().await?;
    ensure!(
        open.browser.eval("sounds.length").await? == 0,
        "it speaks unasked"
    );
    open.listen().await?;
    open.hears("attract.invite").await?;
    // The page says what it plays as the sound begins: the first moment of it has yet to pass.
    until("one sound to play", PATIENCE, async || {
        let plays = "sounds.length === 1 && sounds[0].currentTime > 0 && !sounds[0].error";
        Ok((open.browser.eval(plays).await? == true).then_some(()))
    })
    .await?;
    open.to_the_question().await?;
    open.hears("form.one-stop-quick.v1.item.overall").await?;

    // The first touch on a tile speaks it, and answers nothing.
    open.keeps_all().await?;
    open.browser.offline(true).await?;
    open.forgets_what_it_heard().await?;
    kiosk.tap(TILE).await?;
    open.hears("form.one-stop-quick.v1.level.satisfaction-5.4")
        .await?;
    ensure!(
        open.browser
            .eval("document.querySelector('[data-item] input:checked') === null")
            .await?
            == true
            && hall::rows(&open.browser, "responses").await?.is_empty(),
        "the first touch answers"
    );
    open.touch_again(TILE).await?;
    kiosk.wait_for_question("timeliness").await?;
    open.hears("form.one-stop-quick.v1.item.timeliness").await?;
    let kept = hall::answered(&open.browser, 1).await?;
    ensure!(
        kept["answers"]["overall"] == 4 && kept["audio"] == true,
        "{kept}"
    );
    open.chooses("[data-screen=question] [data-action=end]", "end")
        .await?;
    kiosk.wait_for("thanks").await?;
    open.hears("thanks").await?;
    open.chooses("[data-screen=thanks] [data-action=end]", "end")
        .await?;
    kiosk.wait_for("attract").await?;
    // What would be said of this screen is heard a moment after it is shown.
    kiosk.ready().await?;
    ensure!(open.silent().await?, "it speaks to the next person");
    let pressed = "document.querySelector('[data-action=audio]').getAttribute('aria-pressed')";
    ensure!(
        open.browser.eval(pressed).await? == "false",
        "it is still on"
    );
    // The next person touches once.
    kiosk.tap("[data-action=start]").await?;
    kiosk.wait_for("dossier").await?;
    kiosk.ready().await?;
    ensure!(open.silent().await?, "it speaks to the next person");
    Ok(())
}

#[tokio::test]
async fn a_sound_that_ends_as_the_screen_changes_takes_nothing_from_the_next_screen() -> Result<()>
{
    let open = Open::start().await?;
    open.listen().await?;
    open.hears("attract.invite").await?;
    // A browser tells of an end a moment later, when the next screen's first sound may be on its way.
    open.browser
        .eval(
            "new MutationObserver(() => {
                if (document.documentElement.dataset.speaking) return;
                setTimeout(() => sounds.forEach((sound) => sound.dispatchEvent(new Event('ended'))));
             }).observe(document, { subtree: true, attributeFilter: ['data-speaking'] }), 0",
        )
        .await?;
    open.to_the_question().await?;
    open.forgets_what_it_heard().await?;
    open.kiosk().tap("[data-action=audio-repeat]").await?;
    let all: Vec<String> = ["item.overall".to_owned()]
        .into_iter()
        .chain((1..=5).map(|level| format!("level.satisfaction-5.{level}")))
        .map(|key| format!("form.one-stop-quick.v1.{key}"))
        .collect();
    let last = all.last().context("a question has answers")?;
    open.hears(last).await?;
    let heard = open.browser.eval("heard").await?;
    ensure!(heard == json!(all), "{heard}");
    Ok(())
}

#[tokio::test]
async fn without_a_line_it_still_speaks_and_what_is_missing_is_skipped() -> Result<()> {
    let mut open = Open::start().await?;
    open.listen().await?;
    open.keeps_all().await?;
    // Fetched is not yet written down.
    until("the cache to hold them", PATIENCE, async || {
        let kept = open
            .browser
            .ask(
                "(async () => {
                    const cache = await caches.open('hai-long-audio');
                    const kept = (await cache.keys()).map(({ url }) => url.split('/').pop());
                    const manifest = kept.find((name) => name.endsWith('.json'));
                    if (!manifest) return done(false);
                    const prompts = await (await cache.match('/assets/audio/' + manifest)).json();
                    const mine = prompts.filter(({ key }) => !key.startsWith('form.') || key.startsWith('form.one-stop-quick.v1.'));
                    done(mine.length > 60 && mine.every(({ file }) => kept.includes(file)));
                })()",
            )
            .await?;
        Ok((kept == true).then_some(()))
    })
    .await?;
    // One prompt is lost.
    let lost = open
        .browser
        .ask(
            "(async () => {
                const cache = await caches.open('hai-long-audio');
                const keys = await cache.keys();
                const manifest = keys.find(({ url }) => url.endsWith('.json'));
                const prompts = await (await cache.match(manifest)).json();
                const { file } = prompts.find(({ key }) => key === 'attract.invite');
                done(await cache.delete('/assets/audio/' + file));
            })()",
        )
        .await?;
    ensure!(lost == true, "the prompt was not there");
    drop(open.collector.take());
    open.browser.tell("Network.enable", json!({})).await?;
    open.browser
        .tell("Network.clearBrowserCache", json!({}))
        .await?;
    open.browser.page.refresh().await?;
    let kiosk = Kiosk::shown(&open.browser);
    kiosk.wait_for("attract").await?;
    kiosk.tap("[data-action=audio]").await?;
    for key in ["audio.touch", "attract.note", "attract.start"] {
        until(format!("{key} to be heard"), PATIENCE * 2, async || {
            let heard = open
                .browser
                .eval(&format!("heard.includes('{key}')"))
                .await?;
            Ok((heard == true).then_some(()))
        })
        .await?;
    }
    let heard = open.browser.eval("heard").await?;
    let keys: Vec<&str> = heard
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    ensure!(!keys.contains(&"attract.invite"), "{keys:?}");
    Ok(())
}

#[tokio::test]
async fn it_can_be_held_repeated_and_set_and_the_digits_of_a_dossier_are_read_one_by_one()
-> Result<()> {
    let open = Open::start().await?;
    let kiosk = open.kiosk();
    kiosk.tap("[data-lang=en]").await?;
    until("English", PATIENCE, async || {
        let lang = open
            .browser
            .eval("document.querySelector('main').lang")
            .await?;
        Ok((lang == "en").then_some(()))
    })
    .await?;
    open.listen().await?;
    kiosk.tap("[data-action=audio-pause]").await?;
    ensure!(
        open.browser.eval("sounds[0].paused").await? == true,
        "it goes on"
    );
    kiosk.tap("[data-action=audio-pause]").await?;
    open.hears("attract.invite").await?;
    open.forgets_what_it_heard().await?;
    kiosk.tap("[data-action=audio-repeat]").await?;
    open.hears("attract.invite").await?;
    kiosk.tap("[data-action=audio-pace]").await?;
    open.hears("audio.fast").await?;
    kiosk.tap("[data-action=audio-volume]").await?;
    open.hears("audio.loud").await?;
    let set = open
        .browser
        .eval("[sounds[0].playbackRate, sounds[0].volume]")
        .await?;
    ensure!(set == json!([1.3, 1]), "{set}");

    // A receipt under the scanner is no touch.
    open.forgets_what_it_heard().await?;
    open.browser
        .ask(
            "for (const key of [...'000.01.02.H10-260804-0057', 'Enter']) {
                const code = /\\d/.test(key) ? `Digit${key}` : { '.': 'Period', '-': 'Minus', H: 'KeyH' }[key] ?? key;
                for (const kind of ['keydown', 'keyup'])
                    document.dispatchEvent(new KeyboardEvent(kind, { key, code, bubbles: true, shiftKey: key === 'H' }));
             }
             done(null);",
        )
        .await?;
    kiosk.wait_for("confirm").await?;
    open.hears("confirm.yes").await?;
    let heard = open.browser.eval("heard").await?;
    let keys: Vec<&str> = heard
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let said = [
        "confirm.ask",
        "confirm.digits",
        "digit.0",
        "digit.0",
        "digit.5",
        "digit.7",
    ];
    ensure!(
        keys.windows(said.len()).any(|part| part == said),
        "{keys:?}"
    );
    Ok(())
}

/// Every screen with the buttons for the sound, switched on, on every panel.
async fn walk(language: &str) -> Result<()> {
    let open = Open::start().await?;
    let (browser, kiosk) = (&open.browser, open.kiosk());
    if language != "vi" {
        kiosk.tap(&format!("[data-lang={language}]")).await?;
        // The words are fetched first, and the screen is drawn anew with them.
        until(language, PATIENCE, async || {
            let lang = browser.eval("document.querySelector('main').lang").await?;
            Ok((lang == language).then_some(()))
        })
        .await?;
    }
    open.listen().await?;
    let mut faults = look(browser, "1-attract-audio", language, 100).await?;
    browser.resize((1366, 768)).await?;
    open.chooses("[data-action=start]", "attract.start").await?;
    kiosk.wait_for("dossier").await?;
    faults.extend(look(browser, "2-dossier-audio", language, 100).await?);
    browser.resize((1366, 768)).await?;
    open.chooses("[data-action=no-dossier]", "dossier.none")
        .await?;
    kiosk.wait_for_question("overall").await?;
    kiosk.tap(TILE).await?;
    faults.extend(look(browser, "4-overall-audio", language, 100).await?);
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[tokio::test]
async fn every_screen_fits_every_panel_while_it_is_read_in_vietnamese() -> Result<()> {
    walk("vi").await
}

#[tokio::test]
async fn every_screen_fits_every_panel_while_it_is_read_in_english() -> Result<()> {
    walk("en").await
}

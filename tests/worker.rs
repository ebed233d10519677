//! The kiosk's service worker in a real browser: the page starts with no network at all, a new release waits until nobody
//! is served and nothing waits, and the kill switch takes no rating with it.

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::citizen::{self, Clock, Scene};
use end_to_end::collector::Collector;
use end_to_end::hall::{self, Hall, SERVE};
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Fate, Faults, Line};
use end_to_end::release::Release;
use end_to_end::wait::{PATIENCE, until};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

/// How fast time passes in the page: the page looks every five seconds whether a new release may take over.
const SPEED: u32 = 8;
/// Looks that a new release must be left waiting for; after three, ten calm seconds would be over.
const LOOKS: u64 = 4;
const RATINGS: &str = "/api/v1/responses";

/// A kiosk that runs a release of its own, over a line.
struct Place {
    hall: Hall,
    collector: Option<Collector>,
    line: Line,
    browser: Browser,
    _profile: TempDir,
}

impl Place {
    async fn with(release: &Release) -> Result<Self> {
        let mut hall = Hall::build()?;
        hall.data.set_web(release.path());
        let collector = hall.serve()?;
        let line = Line::open(&collector.address, Faults::none()).await?;
        let profile = tempdir()?;
        let browser = Browser::start(profile.path()).await?;
        browser.resize((1366, 768)).await?;
        let clock = Clock {
            ahead_ms: 0,
            speed: SPEED,
        };
        let scene = Scene {
            clock: Some(clock),
            ..Scene::default()
        };
        citizen::enter(&browser, &scene).await?;
        // Each look reads the state of the outbox, and that asks the browser how much room there is.
        browser
            .before_scripts(
                "window.hlLooks = 0;
                 const estimate = StorageManager.prototype.estimate;
                 StorageManager.prototype.estimate = function () { hlLooks += 1; return estimate.call(this); };",
            )
            .await?;
        hall.settle(&browser, &line.address).await?;
        let place = Self {
            hall,
            collector: Some(collector),
            line,
            browser,
            _profile: profile,
        };
        place.runs(release).await?;
        Ok(place)
    }

    fn kiosk(&self) -> Kiosk<'_> {
        Kiosk::shown(&self.browser)
    }

    fn collector(&self) -> Result<&Collector> {
        self.collector.as_ref().context("no collector")
    }

    /// Upgrades the collector to these web files and has the page ask for its service worker, as it does every hour.
    async fn upgrade(&mut self, release: &Release) -> Result<()> {
        let collector = self.collector.take().context("no collector")?;
        let listen = collector.listen().to_owned();
        collector.stop()?;
        self.hall.data.set_web(release.path());
        let collector = Collector::start_at(&self.hall.data, &listen, &SERVE)?;
        self.collector = Some(collector);
        self.ask().await
    }

    async fn ask(&self) -> Result<()> {
        self.browser
            .ask("navigator.serviceWorker.getRegistration('/kiosk').then((found) => found.update()).then(() => done(null))")
            .await?;
        Ok(())
    }

    /// Waits until a new release is on the device.
    async fn ready(&self) -> Result<()> {
        until("a new release to be ready", PATIENCE, async || {
            let ready = self
                .browser
                .ask("navigator.serviceWorker.getRegistration('/kiosk').then((found) => done(Boolean(found.waiting)))")
                .await?;
            Ok((ready == Value::Bool(true)).then_some(()))
        })
        .await
    }

    /// Fails if a new release takes over while the page looks several times whether it may.
    async fn left_waiting(&self) -> Result<()> {
        let looks = async || {
            let looks = self.browser.eval("hlLooks").await?;
            looks.as_u64().context("looks")
        };
        let before = looks().await?;
        until("the page to look for its moment", PATIENCE, async || {
            let now = looks().await?;
            ensure!(now >= before, "the page was loaded again");
            Ok((now >= before + LOOKS).then_some(()))
        })
        .await?;
        self.ready().await
    }

    /// Waits until the page that is shown is this release's, at the attract screen.
    async fn runs(&self, release: &Release) -> Result<()> {
        let runs = until(format!("release {}", release.build), PATIENCE, async || {
            let build = self
                .browser
                .eval("document.querySelector('meta[name=hai-long-build]')?.content ?? null")
                .await?;
            Ok((build == release.build.as_str()).then_some(()))
        })
        .await;
        if runs.is_err() {
            let state = self.state().await?;
            let rows = hall::rows(&self.browser, "responses").await?;
            return runs.with_context(|| format!("{state}; {} ratings wait", rows.len()));
        }
        self.kiosk().wait_for("attract").await
    }

    /// What the page and its workers are at, for a failure to tell.
    async fn state(&self) -> Result<Value> {
        let state = "navigator.serviceWorker.getRegistration('/kiosk').then((found) => done({
            active: found?.active?.state, waiting: found?.waiting?.state, installing: found?.installing?.state,
            controlled: navigator.serviceWorker.controller?.state, looks: window.hlLooks,
            screen: document.querySelector('[data-screen]')?.dataset.screen }))";
        self.browser.ask(state).await
    }

    /// The status with which the page gets a file, other than from the browser's own cache; and the collector's, which knows
    /// the files of its release only.
    async fn status_of(&self, address: &str) -> Result<(u64, u16)> {
        let got = self
            .browser
            .ask(&format!(
                "fetch('{address}', {{ cache: 'no-store' }}).then((answer) => done(answer.status))"
            ))
            .await?;
        let own = reqwest::get(format!("{}{address}", self.collector()?.address)).await?;
        Ok((got.as_u64().context("status")?, own.status().as_u16()))
    }

    /// Waits until the index counts `n` and nothing waits on the device.
    async fn delivered(&self, n: u64) -> Result<()> {
        self.line.set_faults(Faults::none());
        self.browser
            .eval("window.dispatchEvent(new Event('online'))")
            .await?;
        hall::emptied(&self.browser).await?;
        let collector = self.collector()?;
        until(format!("{n} counted"), PATIENCE, async || {
            Ok((hall::counted(collector).await? == n).then_some(()))
        })
        .await
    }

    /// Ratings do not come through any more; everything else does.
    fn cut_ratings(&self) {
        let cut = vec![(1, Fate::CutBefore)];
        self.line.set_faults(Faults::new(0, cut).only(RATINGS));
    }
}

#[tokio::test]
async fn after_one_visit_the_kiosk_starts_with_no_network_and_takes_a_rating_that_arrives_later()
-> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    hall.settle(&browser, &line.address).await?;
    drop(browser);

    line.down();
    let asked = line.passages().len();
    let browser = Browser::start(profile.path()).await?;
    browser.resize((1366, 768)).await?;
    browser.page.goto(format!("{}/kiosk", line.address)).await?;
    let kiosk = Kiosk::shown(&browser);
    kiosk.wait_for("attract").await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    for question in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(question, 4).await?;
    }
    kiosk.wait_for("thanks").await?;
    ensure!(
        line.passages().len() == asked,
        "a request came through a line that is gone"
    );
    line.up();
    browser
        .eval("window.dispatchEvent(new Event('online'))")
        .await?;
    hall::emptied(&browser).await?;
    until("one counted", PATIENCE, async || {
        Ok((hall::counted(&collector).await? == 1).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_new_release_takes_over_when_nobody_is_served_and_nothing_waits() -> Result<()> {
    let (first, second, third) = (
        Release::new("first-build")?,
        Release::new("second-build")?,
        Release::new("third-build")?,
    );
    let mut place = Place::with(&first).await?;
    let kiosk = place.kiosk();
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.rate("overall", 4).await?;
    place.upgrade(&second).await?;
    place.ready().await?;
    // Somebody is served.
    place.left_waiting().await?;
    place.cut_ratings();
    let kiosk = place.kiosk();
    kiosk.wait_for_question("timeliness").await?;
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("thanks").await?;
    kiosk.wait_for("attract").await?;
    // Nobody is, and a rating waits.
    place.left_waiting().await?;
    place.delivered(1).await?;
    place.runs(&second).await?;

    // A page of the release before, in another tab, still finds its files …
    ensure!(place.status_of(&first.own).await? == (200, 404));
    ensure!(place.status_of(&second.own).await? == (200, 200));
    place.upgrade(&third).await?;
    place.runs(&third).await?;
    // … and those of the one before that are gone.
    ensure!(place.status_of(&first.own).await? == (404, 404));
    ensure!(place.status_of(&second.own).await? == (200, 404));
    Ok(())
}

#[tokio::test]
async fn the_kill_switch_ends_the_worker_and_leaves_the_ratings_alone() -> Result<()> {
    let (first, off) = (Release::new("first-build")?, Release::new("mended-build")?);
    off.switch_off()?;
    let mut place = Place::with(&first).await?;
    place.cut_ratings();
    let visited = citizen::visit(&place.browser, &[4, 5]).await?;
    ensure!(visited.end == "thanks", "{}", visited.end);
    place.upgrade(&off).await?;
    until(
        "the worker and its files to be gone",
        PATIENCE,
        async || {
            let left = place
            .browser
            .ask(
                "Promise.all([navigator.serviceWorker.getRegistration('/kiosk'), caches.keys()])
                     .then(([found, names]) => done(Boolean(found) || names.length > 0))",
            )
            .await?;
            Ok((left == Value::Bool(false)).then_some(()))
        },
    )
    .await?;
    let waiting = hall::rows(&place.browser, "responses").await?;
    ensure!(waiting.len() == 1, "{} ratings wait", waiting.len());
    ensure!(waiting[0]["id"] == visited.id.as_str(), "{}", waiting[0]);

    // From now on the page comes from the collector.
    place.browser.page.refresh().await?;
    place.runs(&off).await?;
    let waiting = hall::rows(&place.browser, "responses").await?;
    ensure!(waiting.len() == 1, "{} ratings wait", waiting.len());
    place.delivered(1).await
}

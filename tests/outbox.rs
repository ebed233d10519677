//! The outbox of a kiosk in a real browser: what was answered is on the disk at once, and leaves it once.

use anyhow::{Context, Result, bail, ensure};
use end_to_end::browser::Browser;
use end_to_end::collector::Collector;
use end_to_end::hall::{self, SERVE};
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Faults, Line};
use end_to_end::wait::{PATIENCE, until};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

/// A page of the same origin that does not open the outbox.
const PLAIN: &str = "/assets/words/vi.json";

/// A hall with its collector, a line to it, and a browser before the kiosk.
struct Hall {
    hall: hall::Hall,
    collector: Collector,
    line: Line,
    browser: Browser,
    _profile: TempDir,
}

impl Hall {
    async fn open() -> Result<Self> {
        let hall = hall::Hall::build()?;
        let collector = hall.serve()?;
        let line = Line::open(&collector.address, Faults::none()).await?;
        let profile = tempdir()?;
        let browser = Browser::start(profile.path()).await?;
        browser.resize((1366, 768)).await?;
        Ok(Self {
            hall,
            collector,
            line,
            browser,
            _profile: profile,
        })
    }

    async fn kiosk(&self) -> Result<Kiosk<'_>> {
        Kiosk::open(&self.browser, &self.line.address, &self.hall.key).await
    }

    async fn leave(&self) -> Result<()> {
        let page = [&self.line.address, PLAIN].concat();
        Ok(self.browser.page.goto(page).await?)
    }

    /// Every row of a store of the outbox.
    async fn rows(&self, store: &str) -> Result<Vec<Value>> {
        hall::rows(&self.browser, store).await
    }

    /// Waits until the outbox holds exactly one response, and this many answers in it.
    async fn one_waits(&self, answers: usize) -> Result<Value> {
        until(
            format!("one response with {answers} answers on the device"),
            PATIENCE,
            async || {
                let rows = self.rows("responses").await?;
                let [row] = rows.as_slice() else {
                    return Ok(None);
                };
                let body: Value = serde_json::from_str(row["body"].as_str().context("body")?)?;
                let given = body["answers"].as_object().context("answers")?.len();
                Ok((given == answers).then_some(body))
            },
        )
        .await
    }

    /// Waits until the index counts `n` responses and the device holds none.
    async fn counted(&self, n: u64) -> Result<Value> {
        let cell = until(format!("{n} counted"), PATIENCE, async || {
            let index = self
                .collector
                .get("/api/v1/index?form=one-stop-quick&method=mean100")
                .await?;
            // The headline of this form is its overall question.
            Ok(index["cells"].get(0).filter(|cell| cell["n"] == n).cloned())
        })
        .await?;
        hall::emptied(&self.browser).await?;
        Ok(cell)
    }
}

#[tokio::test]
async fn an_answer_is_on_the_disk_at_once_and_outlives_a_visit_that_is_cut_short() -> Result<()> {
    let hall = Hall::open().await?;
    let kiosk = hall.kiosk().await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.rate("overall", 2).await?;
    let first = hall.one_waits(1).await?;
    assert_eq!(first["partial"], true);
    kiosk.rate("timeliness", 5).await?;
    let second = hall.one_waits(2).await?;
    assert_eq!(
        (&second["id"], &second["seq"], second["revision"].as_u64()),
        (&first["id"], &first["seq"], Some(1))
    );
    // Somebody is still there: nothing has been sent.
    let index = hall
        .collector
        .get("/api/v1/index?form=one-stop-quick")
        .await?;
    assert!(
        index["cells"].as_array().is_none_or(Vec::is_empty),
        "{index}"
    );

    hall.leave().await?;
    hall.kiosk().await?;
    assert_eq!(hall.counted(1).await?["value"], 25.0);
    until("the second start to be counted", PATIENCE, async || {
        let meta = hall.rows("meta").await?;
        Ok(meta.iter().any(|row| row["boots"] == 2).then_some(()))
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn who_starts_over_takes_the_answers_back() -> Result<()> {
    let hall = Hall::open().await?;
    let kiosk = hall.kiosk().await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.rate("overall", 1).await?;
    hall.one_waits(1).await?;
    kiosk.wait_for_question("timeliness").await?;
    kiosk.tap("[data-action=restart]").await?;
    hall::emptied(&hall.browser).await?;
    kiosk.rate("overall", 5).await?;
    hall.one_waits(1).await?;
    kiosk.wait_for_question("timeliness").await?;
    kiosk.tap("[data-action=end]").await?;
    kiosk.wait_for("thanks").await?;
    assert_eq!(hall.counted(1).await?["value"], 100.0);
    Ok(())
}

#[tokio::test]
async fn what_an_older_release_left_is_sent_after_the_upgrade() -> Result<()> {
    let hall = Hall::open().await?;
    hall.leave().await?;
    let body = json!({
        "id": "019a0000-0000-7000-8000-000000000001", "form": "one-stop-quick", "form_version": 1,
        "touchpoint": "result", "channel": "kiosk", "answers": {"overall": 4}, "partial": true,
        "device": "kiosk-1", "boot": "b", "seq": 41,
    });
    let row = json!({"id": body["id"], "format": 1, "body": body.to_string(), "created": "2026-08-04T02:00:00.000Z"});
    hall.browser.ask(&format!(
        "const open = indexedDB.open('hai-long', 1);
         open.onupgradeneeded = () => {{
             for (const store of ['responses', 'parked']) open.result.createObjectStore(store, {{keyPath: 'id'}});
             open.result.createObjectStore('counters');
         }};
         open.onsuccess = () => {{
             const write = open.result.transaction(['responses', 'counters'], 'readwrite');
             write.objectStore('responses').put({row});
             write.objectStore('counters').put(41, 'seq');
             write.oncomplete = () => {{ open.result.close(); done(null); }};
         }};"
    ))
    .await?;
    let kiosk = hall.kiosk().await?;
    assert_eq!(hall.counted(1).await?["value"], 75.0);
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.rate("overall", 5).await?;
    assert_eq!(hall.one_waits(1).await?["seq"], 42);
    Ok(())
}

#[tokio::test]
async fn a_newer_release_gets_the_database_once_nobody_is_there_and_the_older_still_works()
-> Result<()> {
    let hall = Hall::open().await?;
    let kiosk = hall.kiosk().await?;
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    kiosk.rate("overall", 3).await?;
    hall.one_waits(1).await?;
    // Wanted while somebody is there: it waits, and the visit goes on.
    hall.browser
        .eval(
            "(() => { const open = indexedDB.open('hai-long', 9);
               open.onsuccess = () => { sessionStorage.newer = 'open'; open.result.close(); }; })()",
        )
        .await?;
    for question in ["timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(question, 3).await?;
    }
    kiosk.wait_for("thanks").await?;
    let newer = "sessionStorage.newer ?? null";
    if hall.browser.eval(newer).await? != Value::Null {
        bail!("the database was taken away during a visit");
    }
    kiosk.tap("[data-action=end]").await?;
    // The page has been loaded again, over a database of a later version.
    until("the page to be loaded again", PATIENCE, async || {
        let boots = hall.rows("meta").await?;
        Ok(boots.iter().any(|row| row["boots"] == 2).then_some(()))
    })
    .await?;
    kiosk.wait_for("attract").await?;
    assert_eq!(hall.counted(1).await?["value"], 50.0);
    Ok(())
}

#[tokio::test]
async fn the_word_that_an_answer_waits_moves_nothing_under_the_thanks() -> Result<()> {
    let hall = Hall::open().await?;
    hall.kiosk().await?;
    hall.collector.kill()?;
    let kiosk = Kiosk::shown(&hall.browser);
    kiosk.tap("[data-action=start]").await?;
    kiosk.tap("[data-action=no-dossier]").await?;
    for question in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
        kiosk.rate(question, 4).await?;
    }
    kiosk.wait_for("thanks").await?;
    let note = "document.querySelector('[data-screen=thanks] [role=status]')";
    until("the word that it waits", PATIENCE, async || {
        let told = format!("{note}.textContent !== ''");
        Ok((hall.browser.eval(&told).await? == true).then_some(()))
    })
    .await?;
    for size in [(360, 640), (800, 480), (1366, 768)] {
        hall.browser.resize(size).await?;
        let places = hall
            .browser
            .eval(&format!(
                "(() => {{
                    const note = {note};
                    const places = () => [...note.parentElement.children].map((one) => one.getBoundingClientRect().top);
                    const told = note.textContent;
                    const after = places();
                    note.textContent = '';
                    const before = places();
                    note.textContent = told;
                    return [before, after];
                }})()"
            ))
            .await?;
        ensure!(places[0] == places[1], "{size:?}: {places}");
    }
    Ok(())
}

/// Two pages with one outbox, in which a script has run before all others, send each rating once.
async fn two_pages(before: Option<&str>) -> Result<()> {
    let mut hall = Hall::open().await?;
    let place = hall.collector.listen().to_owned();
    hall.browser.page.new_tab().await?;
    let windows = hall.browser.page.windows().await?;
    let (first, second) = (windows[0].clone(), windows[1].clone());
    for window in [&first, &second] {
        hall.browser.page.switch_to_window(window.clone()).await?;
        if let Some(script) = before {
            hall.browser.before_scripts(script).await?;
        }
        let kiosk = hall.kiosk().await?;
        kiosk.tap("[data-action=start]").await?;
        kiosk.tap("[data-action=no-dossier]").await?;
        let locks = hall.browser.eval("Boolean(navigator.locks)").await?;
        ensure!(locks == before.is_none(), "navigator.locks: {locks}");
    }
    hall.collector.kill()?;
    for window in [&second, &first] {
        hall.browser.page.switch_to_window(window.clone()).await?;
        let kiosk = Kiosk::shown(&hall.browser);
        for question in ["overall", "timeliness", "attitude", "guidance", "procedure"] {
            kiosk.rate(question, 4).await?;
        }
        kiosk.wait_for("thanks").await?;
    }
    hall.collector = Collector::start_at(&hall.hall.data, &place, &SERVE)?;
    for window in [&second, &first] {
        hall.browser.page.switch_to_window(window.clone()).await?;
        let online = "window.dispatchEvent(new Event('online'))";
        hall.browser.eval(online).await?;
    }
    assert_eq!(hall.counted(2).await?["value"], 75.0);
    hall::expect_sent_once(&hall.line, 2)
}

#[tokio::test]
async fn two_pages_with_one_outbox_send_each_rating_once() -> Result<()> {
    two_pages(None).await
}

#[tokio::test]
async fn two_pages_without_the_browsers_locks_send_each_rating_once() -> Result<()> {
    two_pages(Some("delete Navigator.prototype.locks;")).await
}

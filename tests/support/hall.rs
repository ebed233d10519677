//! A small one-stop hall: one unit with one kiosk, and what lies in the kiosk's outbox.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::browser::Browser;
use crate::collector::{Collector, Data};
use crate::kiosk::Kiosk;
use crate::line::Line;
use crate::wait::{PATIENCE, until};

/// The unit.
pub const UNIT: &str = "000.01.02.H10";
/// What the kiosk is called.
pub const DEVICE: &str = "kiosk-1";
/// Groups of one count too, and each figure of mean100 tells the level that was tapped.
pub const SERVE: [&str; 2] = ["--threshold", "1"];

/// Name of the outbox of pages that the collector serves.
const OUTBOX: &str = "hai-long";

/// The hall.
pub struct Hall {
    /// The collector's data folder.
    pub data: Data,
    /// The kiosk's key.
    pub key: String,
}

impl Hall {
    /// Builds it in a new data folder.
    pub fn build() -> Result<Self> {
        let data = Data::new()?;
        data.import(
            "units",
            "code,name,kind,parent,valid_from,valid_to\n000.01.02.H10,Xã Tiến Hưng,commune,,,\n",
        )?;
        let form = "one-stop-quick";
        let key = data.hai_long(&[
            "device", "create", "--name", DEVICE, "--unit", UNIT, "--form", form,
        ])?;
        Ok(Self { data, key })
    }

    /// Starts its collector.
    pub fn serve(&self) -> Result<Collector> {
        Collector::start(&self.data, &SERVE)
    }

    /// Opens the kiosk for the first time, and waits until it would start without a network and keeps its key: a browser
    /// writes both down some time after the page was told that it has.
    pub async fn settle(&self, browser: &Browser, address: &str) -> Result<()> {
        Kiosk::open(browser, address, &self.key).await?;
        until("the service worker", PATIENCE, async || {
            let active = "return navigator.serviceWorker.getRegistration('/kiosk').then((found) => !!found?.active)";
            let active = browser.page.execute(active, Vec::new()).await?;
            Ok(active.json().as_bool().filter(|active| *active))
        })
        .await?;
        Ok(())
    }
}

/// How many responses the index counts.
pub async fn counted(collector: &Collector) -> Result<u64> {
    Ok(crate::ratings::counted(collector).await?.values().sum())
}

/// Every row of a store of the outbox of the page's origin.
pub async fn rows(browser: &Browser, store: &str) -> Result<Vec<Value>> {
    rows_of(browser, OUTBOX, store).await
}

/// The same of the outbox of this name, as a portal's page has one for each collector.
pub async fn rows_of(browser: &Browser, outbox: &str, store: &str) -> Result<Vec<Value>> {
    let rows = in_outbox(
        browser,
        outbox,
        &format!(
            "const all = db.transaction('{store}').objectStore('{store}').getAll();
             all.onsuccess = () => give(all.result);"
        ),
    )
    .await?;
    Ok(rows.as_array().context("rows")?.clone())
}

/// Puts a row into a store of the outbox of the page's origin.
pub async fn put(browser: &Browser, store: &str, row: &Value) -> Result<()> {
    in_outbox(
        browser,
        OUTBOX,
        &format!(
            "const write = db.transaction('{store}', 'readwrite');
             write.objectStore('{store}').put({row});
             write.oncomplete = () => give('put');"
        ),
    )
    .await?;
    Ok(())
}

/// What a script that has the outbox as `db` passes to `give`. Waits until the page has made its outbox: the screen
/// stands before the code behind it runs, and a database made here would be the wrong one.
async fn in_outbox(browser: &Browser, outbox: &str, work: &str) -> Result<Value> {
    until("the page's outbox", PATIENCE, async || {
        let answer = browser
            .ask(&format!(
                "const open = indexedDB.open('{outbox}');
                 open.onupgradeneeded = () => open.transaction.abort();
                 open.onerror = () => done(null);
                 open.onsuccess = () => {{
                     const db = open.result;
                     const give = (value) => {{ db.close(); done({{value}}); }};
                     try {{ {work} }} catch (error) {{ db.close(); done({{error: String(error)}}); }}
                 }};"
            ))
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            // A page that is exchanged for the next while it is asked has no answer.
            Err(error) if format!("{error:?}").contains("unloaded") => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Some(error) = answer["error"].as_str() {
            bail!("{error}");
        }
        Ok(answer.get("value").cloned())
    })
    .await
}

/// Waits until the outbox of this name holds one response, and so many answers in it: the page leads on while an answer is
/// still on its way to the disk.
pub async fn answered_of(browser: &Browser, outbox: &str, answers: usize) -> Result<Value> {
    let what = format!("one response with {answers} answers on the device");
    until(what, PATIENCE, async || {
        let rows = rows_of(browser, outbox, "responses").await?;
        let [row] = rows.as_slice() else {
            return Ok(None);
        };
        let body: Value = serde_json::from_str(row["body"].as_str().context("body")?)?;
        let given = body["answers"].as_object().context("answers")?.len();
        Ok((given == answers).then_some(body))
    })
    .await
}

/// The same of the outbox of the page's origin.
pub async fn answered(browser: &Browser, answers: usize) -> Result<Value> {
    answered_of(browser, OUTBOX, answers).await
}

/// Waits until nothing waits to be sent.
pub async fn emptied(browser: &Browser) -> Result<()> {
    until("an empty outbox", PATIENCE, async || {
        Ok(rows(browser, "responses").await?.is_empty().then_some(()))
    })
    .await
}

/// Fails unless the collector has taken each of `ratings` ratings in exactly one request.
pub fn expect_sent_once(line: &Line, ratings: usize) -> Result<()> {
    let mut sent = Vec::new();
    for passage in line.passages() {
        if passage.path == "/api/v1/responses" && passage.status == Some(200) {
            let batch: Value = serde_json::from_slice(&passage.body)?;
            for response in batch["responses"].as_array().context("responses")? {
                sent.push(response["id"].as_str().context("id")?.to_owned());
            }
        }
    }
    let all = sent.len();
    sent.sort_unstable();
    sent.dedup();
    ensure!(
        (all, sent.len()) == (ratings, ratings),
        "{all} sendings of {} ratings",
        sent.len()
    );
    Ok(())
}

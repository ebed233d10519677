//! No room at the kiosk: the browser's share of the disk is used up, or the disk itself is full. Nobody is thanked for what
//! is not kept, nobody who was thanked loses anything, and the kiosk goes on by itself when there is room again.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::citizen::{self, Scene};
use end_to_end::faults::{Cell, Faults as Disk};
use end_to_end::hall::{self, Hall};
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Faults, Line};
use end_to_end::wait::{PATIENCE, until};
use end_to_end::witness::{self, Witness};
use serde_json::{Value, json};
use tempfile::tempdir;

/// Ratings that were begun and never finished; more than give way at once.
const BEGUN: usize = 12;
/// Visits after which the browser must have noticed that its share is used up.
const VISITS: usize = 40;
/// A page of the same origin that does not open the outbox.
const PLAIN: &str = "/assets/words/index.json";

/// Ids on the device: of ratings that may give way, and of all others, each in the order of their numbers.
async fn lying(browser: &Browser) -> Result<(Vec<String>, Vec<String>)> {
    let mut rows = hall::rows(browser, "responses").await?;
    rows.sort_by_key(|row| row["seq"].as_u64());
    let (spare, kept): (Vec<&Value>, Vec<&Value>) =
        rows.iter().partition(|row| row["spare"].is_number());
    let ids = |rows: Vec<&Value>| -> Result<Vec<String>> {
        rows.iter()
            .map(|row| Ok(row["id"].as_str().context("id")?.to_owned()))
            .collect()
    };
    Ok((ids(spare)?, ids(kept)?))
}

/// Ids of the ratings whose people were thanked.
fn thanked(witness: &Witness) -> BTreeSet<String> {
    witness::latest(&witness.heard(), "/thanks")
        .into_keys()
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unfinished_ratings_give_way_the_oldest_first_and_then_nobody_is_thanked_until_there_is_room()
-> Result<()> {
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let witness = Witness::listen().await?;
    let scene = Scene {
        witness: Some(&witness),
        ..Scene::default()
    };
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    citizen::enter(&browser, &scene).await?;
    let kiosk = format!("{}/kiosk", line.address);
    hall.settle(&browser, &line.address).await?;
    line.down();
    ensure!(citizen::visit(&browser, &[5]).await?.end == "thanks");
    let mut begun = Vec::new();
    for _ in 0..BEGUN {
        let id = browser.ask("hlCitizen.begin(2).then(done)").await?;
        let id = id.as_str().context("id")?.to_owned();
        until("the answer to be on the disk", PATIENCE, async || {
            Ok(lying(&browser).await?.0.contains(&id).then_some(()))
        })
        .await?;
        begun.push(id);
        browser.page.refresh().await?;
        Kiosk::shown(&browser).wait_for("attract").await?;
    }
    drop(browser);

    // The browser remembers for half a minute how much room there was, so it is filled before the outbox is opened.
    line.up();
    let browser = Browser::start(profile.path()).await?;
    citizen::enter(&browser, &scene).await?;
    browser
        .before_scripts(include_str!("support/page/ballast.js"))
        .await?;
    browser.page.goto([&line.address, PLAIN].concat()).await?;
    let ballast = |full: bool| format!("hlBallast({full}).then(() => done(null), done)");
    let fault = browser.ask(&ballast(true)).await?;
    ensure!(fault.is_null(), "{fault}");
    line.down();
    browser.page.goto(&kiosk).await?;
    Kiosk::shown(&browser).wait_for("attract").await?;

    let (mut refused, mut in_parts) = (0, false);
    for _ in 0..VISITS {
        let before = thanked(&witness);
        let visited = citizen::visit(&browser, &[4, 4, 4]).await?;
        let (spare, kept) = lying(&browser).await?;
        ensure!(
            begun.ends_with(&spare),
            "not the oldest gave way: of {begun:?} are left {spare:?}"
        );
        let kept: BTreeSet<String> = kept.into_iter().collect();
        let thanks = thanked(&witness);
        ensure!(thanks.is_subset(&kept), "of {thanks:?} are left {kept:?}");
        if visited.end == "thanks" {
            continue;
        }
        ensure!(visited.end == "error.not-saved", "{}", visited.end);
        ensure!(thanks == before, "thanked for what was not kept");
        ensure!(!kept.contains(&visited.id), "kept, and not thanked for");
        refused += 1;
        in_parts |= (1..BEGUN).contains(&spare.len());
        if spare.is_empty() {
            break;
        }
    }
    ensure!(refused > 0, "the browser's share was never used up");
    ensure!(in_parts, "all unfinished ratings gave way at once");
    let (spare, kept) = lying(&browser).await?;
    println!(
        "{} thanked and kept; {} of {BEGUN} unfinished gave way; {refused} refused",
        kept.len(),
        BEGUN - spare.len()
    );
    ensure!(spare.is_empty(), "{spare:?} did not give way");

    let fault = browser.ask(&ballast(false)).await?;
    ensure!(fault.is_null(), "{fault}");
    ensure!(citizen::visit(&browser, &[1]).await?.end == "thanks");
    line.up();
    browser
        .eval("window.dispatchEvent(new Event('online'))")
        .await?;
    hall::emptied(&browser).await?;
    witness::expect_exactly_once(&collector, &hall.key, &witness.heard()).await?;
    hall.data.hai_long(&["verify"])?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_the_kiosk_goes_on_by_itself_when_there_is_room_again() -> Result<()>
{
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let witness = Witness::listen().await?;
    let scene = Scene {
        witness: Some(&witness),
        ..Scene::default()
    };
    let profile = tempdir()?;
    let (disk, environment) = Disk::around(profile.path())?;
    let browser = Browser::start_in(profile.path(), &environment).await?;
    citizen::enter(&browser, &scene).await?;
    hall.settle(&browser, &line.address).await?;
    line.down();
    ensure!(citizen::visit(&browser, &[5]).await?.end == "thanks");
    let before = thanked(&witness);

    disk.set(Cell::Full, 1)?;
    // The browser gives the outbox up at the first write that fails, so the page is loaded again behind the visit.
    browser.eval("void hlCitizen.visit([4, 4, 4])").await?;
    let kiosk = Kiosk::shown(&browser);
    until("the attendant to be told", PATIENCE, async || {
        let told = browser
            .eval("document.querySelector('[data-error]')?.dataset.error ?? null")
            .await?;
        Ok((told == json!("error.storage")).then_some(()))
    })
    .await?;
    ensure!(disk.get(Cell::Failed)? > 0, "the disk was not full");
    ensure!(thanked(&witness) == before, "thanked for what was not kept");

    disk.set(Cell::Full, 0)?;
    kiosk.wait_for("attract").await?;
    ensure!(citizen::visit(&browser, &[3, 3]).await?.end == "thanks");
    line.up();
    browser
        .eval("window.dispatchEvent(new Event('online'))")
        .await?;
    hall::emptied(&browser).await?;
    witness::expect_exactly_once(&collector, &hall.key, &witness.heard()).await?;
    hall.data.hai_long(&["verify"])?;
    Ok(())
}

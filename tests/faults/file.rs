//! The database file is damaged, or another process holds it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::collector::{Collector, Data};
use end_to_end::kiosks::{BATCH, Kiosks, Told};
use end_to_end::wait::{PATIENCE, until};
use fastrand::Rng;
use rusqlite::Connection;

use crate::{DATABASE, SERVE, data_of, files_in, settle_up};

#[tokio::test]
async fn a_page_of_noise_never_leads_to_a_false_acknowledgement() -> Result<()> {
    const PAGE: usize = 4096;
    let mut seeded = Data::new()?;
    let kiosks = Kiosks::enrol(&seeded, 8)?;
    let collector = Collector::start(&seeded, &SERVE)?;
    let kept: Vec<u64> = (0..500).collect();
    for batch in kept.chunks(BATCH) {
        kiosks.deliver(&collector.address, batch).await?;
    }
    collector.stop()?;
    seeded.clear_environment();
    let files = files_in(&seeded.path())?;
    let database = seeded.path().join(DATABASE);
    let pages = files.get(&database).context("a database")?.len() / PAGE;
    let mut chance = Rng::with_seed(1);
    let (mut found_by_verify, mut refused_start, mut refused, mut green, mut stored) =
        (0, 0, 0, 0, 0);
    let step = (pages / 24).max(1);
    let tried: Vec<usize> = (1..pages).step_by(step).collect();
    for &page in &tried {
        let mut files = files.clone();
        let bytes = files.get_mut(&database).context("a database")?;
        for byte in bytes.iter_mut().skip(page * PAGE).take(PAGE) {
            *byte = chance.u8(..);
        }
        let data = data_of(&files, &seeded.path())?;
        if let Err(error) = data.hai_long(&["verify"]) {
            found_by_verify += 1;
            let said = error.to_string();
            assert!(!said.contains("panicked"), "page {page}: {said}");
            if found_by_verify == 1 {
                println!("verify says: {said}");
            }
        }
        let new = 1000;
        let mut acknowledged = false;
        match Collector::start(&data, &SERVE) {
            Ok(collector) => {
                match kiosks.send(&collector.address, &[new]).await? {
                    Told::Refused(_) => {
                        refused += 1;
                        green += u32::from(kiosks.ready(&collector.address).await?);
                    }
                    told => {
                        ensure!(told.all(&["stored"]), "page {page}: {told:?}");
                        stored += 1;
                        acknowledged = true;
                    }
                }
                collector.kill()?;
            }
            Err(error) => {
                refused_start += 1;
                assert!(
                    !error.to_string().contains("panicked"),
                    "page {page}: {error}"
                );
            }
        }
        if acknowledged {
            let collector = Collector::start(&data, &SERVE)?;
            let told = kiosks.send(&collector.address, &[new]).await?;
            assert!(told.all(&["duplicate"]), "page {page}: {told:?}");
        }
    }
    println!(
        "{} of {pages} pages: verify found {found_by_verify}; {refused_start} starts refused, {refused} ratings refused (/readyz green in {green}), {stored} stored and found again",
        tried.len()
    );
    assert!(found_by_verify > 0, "no damage was found");
    Ok(())
}

#[tokio::test]
async fn a_locked_database_keeps_devices_waiting_or_sends_them_away_and_is_forgotten() -> Result<()>
{
    let mut data = Data::new()?;
    let kiosks = Kiosks::enrol(&data, 2)?;
    let collector = Collector::start(&data, &SERVE)?;
    let address = &collector.address.clone();
    kiosks.deliver(address, &[0]).await?;
    let other = Connection::open(data.path().join(DATABASE))?;
    other.busy_timeout(PATIENCE)?;

    // A short lock: the device waits a little longer.
    other.execute_batch("BEGIN EXCLUSIVE")?;
    let mut waiting = Box::pin(kiosks.send(address, &[1]));
    let early = tokio::time::timeout(Duration::from_secs(1), &mut waiting).await;
    let early = early.ok().transpose()?;
    assert!(
        !matches!(early, Some(Told::Receipts(_))),
        "acknowledged under a lock: {early:?}"
    );
    other.execute_batch("ROLLBACK")?;
    if early.is_none() {
        let told = waiting.await?;
        assert!(told.all(&["stored"]), "{told:?}");
    }

    // A long one: the device is sent away, and nothing is acknowledged.
    other.execute_batch("BEGIN EXCLUSIVE")?;
    let told = kiosks.send(address, &[2]).await?;
    assert!(
        matches!(told, Told::Refused(_)),
        "acknowledged under a lock: {told:?}"
    );
    until("/readyz to turn red", PATIENCE, async || {
        Ok((!kiosks.ready(address).await?).then_some(()))
    })
    .await?;
    other.execute_batch("ROLLBACK")?;
    drop(other);
    kiosks.deliver(address, &[1, 2]).await?;
    assert!(kiosks.ready(address).await?);
    collector.kill()?;
    settle_up(&mut data, &kiosks, &[0, 1, 2], 3).await
}

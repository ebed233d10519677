//! The disk fails: once, again and again, or until somebody mends it.

use anyhow::{Context, Result, ensure};
use end_to_end::collector::{Collector, Data};
use end_to_end::faults::{Cell, Faults};
use end_to_end::kiosks::{BATCH, Kiosks, Told};
use end_to_end::wait::{PATIENCE, until};

use crate::{SERVE, counted, data_of, files_in, last_line, settle_up, stride};

#[tokio::test]
async fn each_file_operation_may_fail_once_while_serving() -> Result<()> {
    let mut data = Data::new()?;
    let faults = Faults::under(&mut data)?;
    let kiosks = Kiosks::enrol(&data, 8)?;
    let collector = Collector::start(&data, &SERVE)?;
    let (mut sent, mut refused) = (0, 0);
    const OPERATIONS: u64 = 60;
    for operation in 1..=OPERATIONS {
        let failed = faults.get(Cell::Failed)?;
        faults.set(Cell::FailAt, faults.get(Cell::Calls)? + operation)?;
        while faults.get(Cell::Failed)? == failed {
            let batch: Vec<u64> = (sent..sent + 1 + sent % 4).collect();
            sent += batch.len() as u64;
            refused += kiosks.deliver(&collector.address, &batch).await?;
        }
    }
    println!("{OPERATIONS} operations failed, {refused} requests refused, {sent} ratings");
    assert!(
        refused > 0,
        "no fault reached a rating, so the test proves nothing"
    );
    kiosks.deliver(&collector.address, &[sent]).await?;
    turns_green(&kiosks, &collector.address).await?;
    collector.kill()?;
    let all: Vec<u64> = (0..=sent).collect();
    settle_up(&mut data, &kiosks, &all, sent + 1).await
}

#[tokio::test]
async fn each_file_operation_may_fail_once_at_the_start() -> Result<()> {
    let mut seeded = Data::new()?;
    let kiosks = Kiosks::enrol(&seeded, 8)?;
    let collector = Collector::start(&seeded, &SERVE)?;
    let kept: Vec<u64> = (0..20).collect();
    kiosks.deliver(&collector.address, &kept).await?;
    collector.kill()?;
    seeded.clear_environment();
    let files = files_in(&seeded.path())?;

    let (mut starts, mut not_started) = (0, 0);
    for operation in (1..).step_by(usize::try_from(stride())?) {
        starts += 1;
        let mut data = data_of(&files, &seeded.path())?;
        let faults = Faults::under(&mut data)?;
        faults.set(Cell::FailAt, operation)?;
        let mut acknowledged = kept.clone();
        match Collector::start(&data, &SERVE) {
            Ok(collector) => {
                let more: Vec<u64> = (20..25).collect();
                kiosks
                    .deliver(&collector.address, &more)
                    .await
                    .with_context(|| {
                        format!("operation {operation}: {}", last_line(&data.log()))
                    })?;
                acknowledged.extend(more);
                collector.kill()?;
            }
            // It may refuse to start, with a reason, but not leave anything that keeps it from starting later.
            Err(_) => {
                not_started += 1;
                assert!(
                    !data.log().contains("panicked"),
                    "operation {operation}: {}",
                    data.log()
                );
                assert!(
                    !data.log().trim().is_empty(),
                    "operation {operation}: no reason is given"
                );
            }
        }
        let reached = faults.get(Cell::Failed)? > 0;
        settle_up(&mut data, &kiosks, &acknowledged, 25)
            .await
            .with_context(|| format!("operation {operation} failed"))?;
        if !reached {
            break;
        }
    }
    println!(
        "{starts} starts, one operation failed in each but the last; {not_started} refused to start"
    );
    assert!(starts > 3, "no operation was made to fail");
    Ok(())
}

#[tokio::test]
async fn each_file_operation_may_fail_once_on_the_first_day() -> Result<()> {
    let mut days = 0;
    for operation in (1..).step_by(usize::try_from(stride())?) {
        days += 1;
        let mut data = Data::new()?;
        let faults = Faults::under(&mut data)?;
        faults.set(Cell::FailAt, operation)?;
        let first_key = data.hai_long(&["key", "create", "--role", "device", "--name", "first"]);
        let reached = faults.get(Cell::Failed)? > 0;
        data.clear_environment();
        if let Err(error) = &first_key {
            assert!(
                !error.to_string().contains("panicked"),
                "operation {operation}: {error}"
            );
        }
        let kiosks = match first_key {
            Ok(key) => Kiosks::with_keys(vec![key])?,
            Err(_) => Kiosks::enrol(&data, 1).with_context(|| format!("operation {operation}"))?,
        };
        let collector = Collector::start(&data, &SERVE)?;
        kiosks.deliver(&collector.address, &[0]).await?;
        collector.kill()?;
        if !reached {
            break;
        }
    }
    println!("{days} first days, one operation failed in each but the last");
    assert!(days > 3, "no operation was made to fail");
    Ok(())
}

#[tokio::test]
async fn syncs_and_writes_that_fail_again_and_again_cost_only_repeats() -> Result<()> {
    let mut data = Data::new()?;
    let faults = Faults::under(&mut data)?;
    let kiosks = Kiosks::enrol(&data, 8)?;
    let collector = Collector::start(&data, &SERVE)?;
    let (mut sent, mut refused_in_all) = (0, 0);
    for (cell, every) in [
        // A group of its own after a failure costs three syncs: file, folder, roll-ups. A shorter period starves it.
        (Cell::SyncEvery, 5),
        (Cell::SyncEvery, 7),
        (Cell::WriteEvery, 97),
        (Cell::WriteEvery, 200),
    ] {
        faults.set(cell, every)?;
        let failed = faults.get(Cell::Failed)?;
        let mut refused = 0;
        for size in 1..=30 {
            let batch: Vec<u64> = (sent..sent + size).collect();
            sent += size;
            refused += kiosks.deliver(&collector.address, &batch).await?;
        }
        faults.set(cell, 0)?;
        let failed = faults.get(Cell::Failed)? - failed;
        println!("{cell:?} {every}: {failed} operations failed, {refused} requests refused");
        assert!(failed > 0, "{cell:?} {every}: nothing failed");
        refused_in_all += refused;
    }
    assert!(
        refused_in_all > 0,
        "no fault reached a rating, so the test proves nothing"
    );
    kiosks.deliver(&collector.address, &[sent]).await?;
    turns_green(&kiosks, &collector.address).await?;
    collector.kill()?;
    let all: Vec<u64> = (0..=sent).collect();
    settle_up(&mut data, &kiosks, &all, sent + 1).await
}

/// Waits until `/readyz` is green. It tries to write once a second, and after a failed read it reads the whole file.
async fn turns_green(kiosks: &Kiosks, address: &str) -> Result<()> {
    until("/readyz to turn green", PATIENCE, async || {
        Ok(kiosks.ready(address).await?.then_some(()))
    })
    .await
}

/// A condition of the disk that lasts until somebody mends it.
async fn lasting(fault: Cell) -> Result<()> {
    let mut data = Data::new()?;
    let faults = Faults::under(&mut data)?;
    let kiosks = Kiosks::enrol(&data, 8)?;
    let collector = Collector::start(&data, &SERVE)?;
    let address = collector.address.as_str();
    let (mut sent, mut acknowledged) = (0, Vec::new());
    for round in 0..3 {
        kiosks.deliver(address, &[sent]).await?;
        acknowledged.push(sent);
        sent += 1;
        assert!(kiosks.ready(address).await?, "round {round}");

        faults.set(fault, 1)?;
        // SQLite may have room in its log that is free for use again; then a rating is truly stored.
        let mut refused = 0;
        while refused < 3 {
            let batch: Vec<u64> = (sent..sent + BATCH as u64).collect();
            sent += BATCH as u64;
            ensure!(sent < 9000, "the fault is never noticed");
            match kiosks.send(address, &batch).await? {
                Told::Refused(detail) => {
                    ensure!(
                        detail.contains("cannot store or read"),
                        "round {round}: {detail}"
                    );
                    refused += 1;
                }
                told => {
                    ensure!(told.all(&["stored"]), "{told:?}");
                    acknowledged.extend(batch);
                }
            }
        }
        assert!(
            !kiosks.ready(address).await?,
            "round {round}: /readyz is green"
        );
        collector.get("/healthz").await?;
        // What is stored can still be read.
        assert_eq!(counted(&collector).await?, acknowledged.len() as u64);

        faults.set(fault, 0)?;
        // Nobody rates and nobody does anything: whoever watches the collector sees that it is well again.
        turns_green(&kiosks, address).await?;
        kiosks.deliver(address, &[sent]).await?;
        acknowledged.push(sent);
        sent += 1;
    }
    collector.kill()?;
    settle_up(&mut data, &kiosks, &acknowledged, sent).await
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_heals_when_there_is_room() -> Result<()> {
    lasting(Cell::Full).await
}

#[tokio::test]
async fn a_disk_that_turns_read_only_acknowledges_nothing_and_heals() -> Result<()> {
    lasting(Cell::ReadOnly).await
}

#[tokio::test]
async fn a_read_only_folder_is_named_at_the_start() -> Result<()> {
    let mut data = Data::new()?;
    let faults = Faults::under(&mut data)?;
    let kiosks = Kiosks::enrol(&data, 1)?;
    faults.set(Cell::ReadOnly, 1)?;
    let error = Collector::start(&data, &SERVE)
        .err()
        .context("it serves what it cannot keep")?;
    let said = format!("{error:#}");
    println!("{said}");
    assert!(said.to_lowercase().contains("read-only"), "{said}");
    assert!(said.contains(&*data.path().to_string_lossy()), "{said}");
    faults.set(Cell::ReadOnly, 0)?;
    let collector = Collector::start(&data, &SERVE)?;
    kiosks.deliver(&collector.address, &[0]).await?;
    Ok(())
}

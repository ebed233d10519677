//! What the collector has acknowledged survives SIGKILL at any moment under load, and is counted once.
//!
//! `KILL_ROUNDS` says how many deaths (10; the harness uses 100), `KILL_SEED` chooses their moments.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::collector::{Collector, Data};
use end_to_end::fleet::{self, Fleet, Pace};
use end_to_end::ratings::{self, Tally};
use end_to_end::wait::{PATIENCE, setting};
use serde_json::Value;

/// Groups of one count too.
const SERVE: [&str; 2] = ["--threshold", "1"];
/// Ratings that wait in the outboxes at the start of each life of the collector; more than it can take until its end.
const WAITING: usize = 1_600;

/// Fails unless a dead collector's data hold all of `acknowledged` and a device that sends `lately` again, as if it had
/// never heard the answers, changes nothing.
async fn expect_nothing_lost(
    data: &Data,
    key: &str,
    acknowledged: &[Value],
    lately: &[Value],
) -> Result<()> {
    data.hai_long(&["verify"])?;
    // No device knows this collector's address: what it has is what the dead one left.
    let heir = Collector::start(data, &SERVE)?;
    let counted = ratings::counted(&heir).await?;
    for (unit, dossiers) in Tally::of(acknowledged).dossiers {
        let n = counted.get(&unit).copied().unwrap_or_default();
        let least = dossiers.len() as u64;
        ensure!(n >= least, "{unit} counts {n} of {least} rated dossiers");
    }
    let told = ratings::send_once(&heir.address, key, lately).await?;
    for (status, rating) in told.iter().zip(lately) {
        ensure!(status == "duplicate", "{status}: {rating}");
    }
    let again = ratings::counted(&heir).await?;
    ensure!(again == counted, "{counted:?} became {again:?}");
    heir.kill()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_random_moments_under_load_the_collector_loses_nothing_and_counts_nothing_twice()
-> Result<()> {
    let rounds = setting("KILL_ROUNDS", 10)?;
    let seed = setting("KILL_SEED", 1)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let data = Data::new()?;
    let keys = fleet::enrol(&data)?;
    let mut collector = Collector::start(&data, &SERVE)?;
    // Small batches: many requests are under way at any moment.
    let pace = Pace {
        batch: (1, 10),
        ..Pace::quick()
    };
    let fleet = Fleet::start(&collector.address, &keys, pace, seed)?;
    let mut given = Vec::new();
    let mut acknowledged = Vec::new();

    for round in 0..rounds {
        let next = given.len() as u64;
        let missing = WAITING.saturating_sub(fleet.waiting()) as u64;
        given.extend(ratings::several(next..next + missing));
        fleet.give(given.iter().skip(next as usize).cloned());

        // The moment: after some acknowledgements of this life, and then anywhere in what follows.
        let first = random.usize(1..=WAITING / 2);
        fleet
            .acknowledged(acknowledged.len() + first, PATIENCE)
            .await?;
        tokio::time::sleep(Duration::from_micros(random.u64(..30_000))).await;
        let place = collector.listen().to_owned();
        collector.kill()?;
        ensure!(fleet.waiting() > 0, "round {round}: nobody was sending");

        let told = fleet.ledger().acknowledged;
        let known: BTreeSet<String> = ratings::ids(&acknowledged).collect();
        let lately: Vec<Value> = given
            .iter()
            .filter(|rating| {
                ratings::ids([*rating]).all(|id| told.contains_key(&id) && !known.contains(&id))
            })
            .cloned()
            .collect();
        acknowledged.extend(lately.iter().cloned());
        expect_nothing_lost(&data, &keys[0], &acknowledged, &lately)
            .await
            .with_context(|| format!("KILL_SEED={seed}, round {round}"))?;
        collector = Collector::start_at(&data, &place, &SERVE)?;
    }

    fleet.empty(PATIENCE).await?;
    ratings::expect_exactly_once(&collector, &fleet.ledger(), &given).await?;
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

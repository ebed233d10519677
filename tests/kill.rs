//! What the collector has acknowledged survives SIGKILL at any moment under load, and is counted once.
//!
//! `HAI_LONG_ROUNDS` sets the number of deaths (10 unless told; the harness uses 100), `HAI_LONG_SEED` their moments.

use std::time::Duration;

use anyhow::Result;
use end_to_end::collector::{Collector, Data};
use end_to_end::fleet::{self, Fleet, Pace, Tally};
use end_to_end::wait::PATIENCE;
use serde_json::Value;

/// Ratings that wait in the outboxes at the start of each life of the collector; more than it can take until its end.
const WAITING: usize = 1_600;

fn setting(name: &str, default: u64) -> Result<u64> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse()?),
        Err(_) => Ok(default),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_random_moments_under_load_the_collector_loses_nothing_and_counts_nothing_twice()
-> Result<()> {
    let rounds = setting("HAI_LONG_ROUNDS", 10)?;
    let seed = setting("HAI_LONG_SEED", 1)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let data = Data::new()?;
    let keys = fleet::enrol(&data)?;
    let serve = ["--threshold", "1"];
    let mut collector = Collector::start(&data, &serve)?;
    // Small batches: many requests are under way at any moment.
    let pace = Pace {
        batch: (1, 10),
        ..Pace::quick()
    };
    let fleet = Fleet::start(&collector.address, &keys, pace, seed)?;
    let mut given: Vec<Value> = Vec::new();

    for round in 0..rounds {
        let next = given.len() as u64;
        let ratings = fleet::ratings(next..next + WAITING.saturating_sub(fleet.waiting()) as u64);
        fleet.give(ratings.iter().cloned());
        given.extend(ratings);
        // The moment: after some acknowledgements of this life, and then anywhere in what follows.
        let more = random.usize(1..=WAITING / 2);
        fleet
            .acknowledged(fleet.ledger().acknowledged.len() + more, PATIENCE)
            .await?;
        tokio::time::sleep(Duration::from_micros(random.u64(..30_000))).await;
        let place = collector.listen().to_owned();
        collector.kill()?;
        assert!(fleet.waiting() > 0, "round {round}: nobody was sending");

        data.hai_long(&["verify"])?;
        let acknowledged = fleet.ledger().acknowledged;
        let known = Tally::of(given.iter().filter(|rating| {
            rating["id"]
                .as_str()
                .is_some_and(|id| acknowledged.contains_key(id))
        }));
        collector = Collector::start_at(&data, &place, &serve)?;
        let counted = fleet::counted(&collector).await?;
        for (unit, dossiers) in &known.dossiers {
            let n = counted.get(unit).copied().unwrap_or_default();
            assert!(
                n >= dossiers.len() as u64,
                "round {round}: {unit} lost ratings: {n} counted"
            );
        }
    }

    fleet.empty(PATIENCE).await?;
    fleet::expect_exactly_once(&collector, &fleet.ledger(), &given).await?;
    let index = fleet::counted(&collector).await?;
    // Every device forgets that it was answered and sends all again: all is known, and no figure moves.
    let told = fleet::send_again(&collector.address, &keys[0], &given).await?;
    assert!(told.iter().all(|status| status == "duplicate"));
    assert_eq!(fleet::counted(&collector).await?, index);
    collector.kill()?;
    data.hai_long(&["verify"])?;
    Ok(())
}

//! The power goes at the kiosk: every process of a real browser dies by SIGKILL at a random moment of a visit and starts
//! again on the same profile. Whoever was thanked is in the index exactly once.
//!
//! `DEVICE_ROUNDS` says how many deaths (10; the harness uses 100), `DEVICE_SEED` chooses their moments.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::browser::Browser;
use end_to_end::citizen::{self, Scene};
use end_to_end::hall::{self, Hall};
use end_to_end::kiosk::Kiosk;
use end_to_end::line::{Faults, Line};
use end_to_end::wait::{PATIENCE, setting};
use end_to_end::witness::{self, Witness};
use serde_json::json;
use tempfile::tempdir;

/// Most visits that a page could bring about before it dies.
const VISITS: usize = 40;

/// When the power goes.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// So long after the first person has come.
    After(Duration),
    /// So long after the page has begun to write its n-th record.
    Writing(usize, Duration),
    /// So long after the n-th thank-you has come to stand in the page.
    Thanking(usize, Duration),
}

impl Moment {
    fn any(random: &mut fastrand::Rng) -> Self {
        match random.u8(..3) {
            0 => Self::After(Duration::from_millis(random.u64(..2_500))),
            1 => Self::Writing(
                random.usize(1..=12),
                Duration::from_micros(random.u64(..20_000)),
            ),
            _ => Self::Thanking(
                random.usize(1..=4),
                Duration::from_micros(random.u64(..2_000)),
            ),
        }
    }

    /// Returns when it has come; `known` messages were heard before this life of the page.
    async fn come(self, witness: &Witness, known: usize) -> Result<()> {
        let after = match self {
            Self::After(time) => time,
            Self::Writing(n, time) => {
                heard(witness, "/record", n, known).await?;
                time
            }
            Self::Thanking(n, time) => {
                heard(witness, "/thanks", n, known).await?;
                time
            }
        };
        tokio::time::sleep(after).await;
        Ok(())
    }
}

async fn heard(witness: &Witness, what: &str, n: usize, known: usize) -> Result<()> {
    tokio::time::timeout(PATIENCE, witness.count(what, n, known))
        .await
        .with_context(|| format!("the page never told {what} {n} times"))
}

/// What the line is like during one life of the page.
fn line_of(round: u64, line: &Line, random: &mut fastrand::Rng) {
    match random.u8(..3) {
        0 => line.down(),
        1 => {
            line.set_faults(Faults::bad(round).only("/api/v1/responses"));
            line.up();
        }
        _ => {
            line.set_faults(Faults::none());
            line.up();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_a_kiosk_loses_nothing_it_gave_thanks_for() -> Result<()> {
    let rounds = setting("DEVICE_ROUNDS", 10)?;
    let seed = setting("DEVICE_SEED", 1)?;
    println!("DEVICE_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let hall = Hall::build()?;
    let collector = hall.serve()?;
    let line = Line::open(&collector.address, Faults::none()).await?;
    let witness = Witness::listen().await?;
    let profile = tempdir()?;
    let browser = Browser::start(profile.path()).await?;
    hall.settle(&browser, &line.address).await?;
    drop(browser);

    for round in 0..rounds {
        line_of(round, &line, &mut random);
        let moment = Moment::any(&mut random);
        let visits: Vec<Vec<u8>> = (0..VISITS)
            .map(|_| (0..random.usize(1..=5)).map(|_| random.u8(1..=5)).collect())
            .collect();
        let life = async {
            let browser = Browser::start(profile.path()).await?;
            let scene = Scene {
                witness: Some(&witness),
                ..Scene::default()
            };
            citizen::enter(&browser, &scene).await?;
            let kiosk = format!("{}/kiosk", line.address);
            browser.page.goto(kiosk).await?;
            Kiosk::shown(&browser).wait_for("attract").await?;
            let known = witness.heard().len();
            let visits = json!(visits);
            let people = format!(
                "void (async () => {{ for (const levels of {visits}) await hlCitizen.visit(levels); }})()"
            );
            browser.eval(&people).await?;
            moment.come(&witness, known).await?;
            browser.kill()
        };
        let died = life.await;
        died.with_context(|| format!("DEVICE_SEED={seed}, round {round}, {moment:?}"))?;
    }

    line.set_faults(Faults::none());
    line.up();
    let browser = Browser::start(profile.path()).await?;
    browser.page.goto(format!("{}/kiosk", line.address)).await?;
    hall::emptied(&browser).await?;
    let heard = witness.heard();
    ensure!(
        heard.iter().any(|told| told.what == "/thanks"),
        "nobody was thanked"
    );
    // Tells whether the browser has lost the whole storage: `boots` is one a life.
    let storage = hall::rows(&browser, "meta").await?;
    let outcome = witness::expect_exactly_once(&collector, &hall.key, &heard).await;
    outcome.with_context(|| format!("DEVICE_SEED={seed}, {rounds} rounds, storage {storage:?}"))?;
    hall.data.hai_long(&["verify"])?;
    Ok(())
}

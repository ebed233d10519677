//! `hai-long verify`: do the figures follow from the stored ratings?

use anyhow::Result;
use clap::Args;
use indicatif::HumanCount;

use super::open::open_existing;
use super::{Outcome, table};
use crate::settings::Common;

/// Differences that are printed; more would tell nothing new.
const PRINTED: usize = 50;

/// Recompute every roll-up from the stored responses and compare.
#[derive(Args)]
pub struct Verify {}

impl Verify {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let opened = open_existing(&common.data)?;
        let found = opened.store.verify().await?;
        // What may be a repeat of a dossier that nobody can find any more is told apart, where there is any.
        let forgotten = match found.forgotten {
            0 => String::new(),
            count => format!(
                " ({} of these of dossiers whose year has lost its key, kept without counting)",
                HumanCount(count)
            ),
        };
        let extent = format!(
            "{} responses, {} of them repeats{forgotten}, {} counted groups",
            HumanCount(found.responses),
            HumanCount(found.repeats),
            HumanCount(found.cells)
        );
        if found.differences.is_empty() {
            table::line(&format!(
                "{extent}: all figures follow from the stored responses"
            ))?;
            return Ok(Outcome::Done);
        }
        for difference in found.differences.iter().take(PRINTED) {
            table::line(&format!(
                "{}: kept {}, recomputed {}",
                difference.place, difference.kept, difference.recomputed
            ))?;
        }
        eprintln!("error: {extent}: {} differences", found.differences.len());
        Ok(Outcome::Found)
    }
}

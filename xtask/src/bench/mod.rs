//! `cargo xtask bench`: our speed beside others', in one run, as ratios.

mod collector;
mod collector_report;
mod report;
mod web;

use anyhow::Result;
use clap::Subcommand;

/// What is measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Our pages beside other survey products' pages, in a real browser; writes docs/benchmarks.md
    Web(web::WebArguments),
    /// The collector beside an empty handler and bare SQLite; writes docs/benchmarks-collector.md
    Collector(collector::CollectorArguments),
    /// Write both documents anew from the figures of the last runs
    Report,
}

impl Bench {
    /// Measures and reports.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Web(arguments) => {
                web::run(arguments)?;
                report::write()
            }
            Self::Collector(arguments) => {
                collector::run(arguments)?;
                collector_report::write()
            }
            Self::Report => {
                report::write()?;
                collector_report::write()
            }
        }
    }
}

//! `cargo xtask bench`: our speed beside others', in one run, as ratios.

mod collector;
mod collector_report;
mod report;
mod reports;
mod reports_report;
mod web;
mod web_report;

use anyhow::Result;
use clap::Subcommand;

/// What is measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Our pages beside other survey products' pages, in a real browser; writes docs/benchmarks.md
    Web(web::WebArguments),
    /// The collector beside an empty handler and bare SQLite; writes docs/benchmarks.md
    Collector(collector::CollectorArguments),
    /// Imports and the officers' pages at the size of a province; writes docs/benchmarks.md
    Reports(reports::ReportsArguments),
    /// Write docs/benchmarks.md anew from the figures of the last runs
    Report,
}

impl Bench {
    /// Measures and reports.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Web(arguments) => web::run(arguments)?,
            Self::Collector(arguments) => collector::run(arguments)?,
            Self::Reports(arguments) => reports::run(arguments)?,
            Self::Report => {}
        }
        report::write()
    }
}

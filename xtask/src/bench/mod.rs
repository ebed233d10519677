//! `cargo xtask bench`: our speed beside others', in one run, as ratios.

mod report;
mod web;

use anyhow::Result;
use clap::Subcommand;

/// What is measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Our pages beside other survey products' pages, in a real browser; writes docs/benchmarks.md
    Web(web::WebArguments),
    /// Write docs/benchmarks.md anew from the figures of the last runs
    Report,
}

impl Bench {
    /// Measures and reports.
    pub fn run(&self) -> Result<()> {
        if let Self::Web(arguments) = self {
            web::run(arguments)?;
        }
        report::write()
    }
}

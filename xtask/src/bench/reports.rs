//! `cargo xtask bench reports`: what a province's data cost to import, and how long officers wait for their pages. The
//! measuring is a part of `bench/collector`; this builds it and the release collector and calls it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::step::{Steps, cargo, root, run as run_command};

/// The figures of the last run, from the top of the checkout.
pub const FIGURES: &str = "docs/benchmarks/reports.json";

/// What `cargo xtask bench reports` may be told.
#[derive(Args)]
pub struct ReportsArguments {
    /// A tenth of the data, each page once: shows that all works, proves nothing.
    #[arg(long)]
    quick: bool,
    /// Where the figures go.
    #[arg(long, default_value = FIGURES)]
    out: PathBuf,
}

/// Builds and measures.
pub fn run(arguments: &ReportsArguments) -> Result<()> {
    let mut steps = Steps::new(2);
    steps.run("Building the collector and its clients", || {
        run_command(cargo().args([
            "build",
            "--release",
            "--package",
            "hai-long-collector",
            "--package",
            "collector-bench",
        ]))
    })?;
    steps.run("Measuring (some minutes; --quick takes less)", || {
        let mut measuring = Command::new(root().join("target/release/collector-bench"));
        measuring.current_dir(root());
        measuring.arg("--out").arg(&arguments.out);
        if arguments.quick {
            measuring.arg("--quick");
        }
        run_command(measuring.arg("reports"))
    })
}

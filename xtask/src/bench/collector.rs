//! `cargo xtask bench collector`: what the collector does beside what the machine allows, in one run. The measuring is
//! a program of its own, `bench/collector`; this builds it and the release collector and calls it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::build::{BUILD_STEPS, build_steps};
use crate::step::{Steps, cargo, root, run as run_command};

/// The figures of the last run, from the top of the checkout.
pub const FIGURES: &str = "docs/benchmarks/collector.json";

/// What `cargo xtask bench collector` may be told.
#[derive(Args)]
pub struct CollectorArguments {
    /// Rounds over all loads; 5 when left out.
    #[arg(long)]
    rounds: Option<u16>,
    /// One short round and small sets: shows that all works, proves nothing.
    #[arg(long)]
    quick: bool,
    /// Also a set of 10 million responses (several minutes and 3 GB of disk).
    #[arg(long, conflicts_with = "quick")]
    large: bool,
    /// Where the figures go.
    #[arg(long, default_value = FIGURES)]
    out: PathBuf,
}

/// Builds and measures.
pub fn run(arguments: &CollectorArguments) -> Result<()> {
    let mut steps = Steps::new(BUILD_STEPS + 2);
    build_steps(&mut steps)?;
    steps.run(
        "Building the clients and the handlers to compare with",
        || run_command(cargo().args(["build", "--release", "--package", "collector-bench"])),
    )?;
    steps.run("Measuring (10 minutes or more; --quick takes one)", || {
        run_command(
            Command::new(root().join("target/release/collector-bench"))
                .current_dir(root())
                .args(words(arguments)),
        )
    })
}

fn words(arguments: &CollectorArguments) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(rounds) = arguments.rounds {
        words.extend(["--rounds".to_owned(), rounds.to_string()]);
    }
    if arguments.quick {
        words.push("--quick".to_owned());
    }
    if arguments.large {
        words.push("--large".to_owned());
    }
    words.extend(["--out".to_owned(), arguments.out.display().to_string()]);
    words
}

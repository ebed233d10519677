//! `cargo xtask bench web`: our pages beside the peers' in one run of a real browser. The measuring is a Node program
//! under `bench/web`, since the peers come from npm; this installs what it needs, builds ours and calls it. The figures
//! go to `docs/benchmarks/web.json`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::build::{BUILD_STEPS, build_steps};
use crate::step::{Steps, root, run as run_command};
use crate::{npm, tools};

/// What `cargo xtask bench web` may be told.
#[derive(Args)]
pub struct WebArguments {
    /// Visits of each page, profile and mode.
    #[arg(long)]
    runs: Option<u16>,
    /// Machines and lines, with commas: slow, full. All of them when left out.
    #[arg(long)]
    profiles: Option<String>,
    /// Few runs on the slow profile: shows that all works, proves nothing.
    #[arg(long)]
    quick: bool,
    /// Where the figures go.
    #[arg(long, default_value = FIGURES)]
    out: PathBuf,
    /// Further words for `bench/web/run.mjs`, after `--` (its `--help` tells them).
    #[arg(last = true)]
    more: Vec<String>,
}

/// The figures of the last run, from the top of the checkout.
pub const FIGURES: &str = "docs/benchmarks/web.json";

/// Installs, builds and measures.
pub fn run(arguments: &WebArguments) -> Result<()> {
    let mut steps = Steps::new(BUILD_STEPS + 4);
    steps.run("Looking for Chromium", || {
        tools::ensure(&[("chromium", "chromium")])
    })?;
    steps.run("Looking for Node and npm", || {
        tools::ensure(&[("node", "nodejs"), ("npm", "npm")])
    })?;
    steps.run(
        "Installing the peers' packages into target/bench-web",
        || npm::install(&root().join("bench/web"), &root().join("target/bench-web")),
    )?;
    build_steps(&mut steps)?;
    steps.run(
        "Measuring (an hour or more; --quick takes a few minutes)",
        || {
            run_command(
                Command::new("node")
                    .current_dir(root())
                    .args(words(arguments)),
            )
        },
    )
}

/// The Node program and what it is told.
fn words(arguments: &WebArguments) -> Vec<String> {
    let mut words = vec!["bench/web/run.mjs".to_owned()];
    if let Some(runs) = arguments.runs {
        words.extend(["--runs".to_owned(), runs.to_string()]);
    }
    if let Some(profiles) = &arguments.profiles {
        words.extend(["--profiles".to_owned(), profiles.clone()]);
    }
    if arguments.quick {
        words.push("--quick".to_owned());
    }
    words.extend(["--out".to_owned(), arguments.out.display().to_string()]);
    words.extend(arguments.more.iter().cloned());
    words
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        web: WebArguments,
    }

    fn said(line: &[&str]) -> Result<Vec<String>> {
        let line = Line::try_parse_from(std::iter::once(&"web").chain(line))?;
        Ok(words(&line.web))
    }

    #[test]
    fn what_is_not_asked_for_is_left_to_the_program() -> Result<()> {
        assert_eq!(said(&[])?, ["bench/web/run.mjs", "--out", FIGURES]);
        Ok(())
    }

    #[test]
    fn everything_that_is_asked_for_is_passed_on() -> Result<()> {
        let words = said(&[
            "--runs",
            "5",
            "--profiles",
            "slow,full",
            "--quick",
            "--out",
            "x.json",
            "--",
            "--pages",
            "floor",
        ])?;
        assert_eq!(
            words,
            [
                "bench/web/run.mjs",
                "--runs",
                "5",
                "--profiles",
                "slow,full",
                "--quick",
                "--out",
                "x.json",
                "--pages",
                "floor"
            ]
        );
        Ok(())
    }
}

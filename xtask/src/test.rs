//! `cargo xtask test`: everything that must hold before a change lands, quickest first.

use anyhow::Result;
use clap::Args;

use crate::build::{BUILD_STEPS, build_steps};
use crate::step::{Steps, cargo, output, run};
use crate::{hosts, licences, tools};

/// What `cargo xtask test` may be told.
#[derive(Args)]
pub struct TestArguments {
    /// Only tests whose name contains this; skips format, lints and licences.
    filter: Option<String>,
}

/// Runs the checks and the tests; the test runner's own closing lines come last.
pub fn test(arguments: &TestArguments) -> Result<()> {
    let checks = arguments.filter.is_none();
    let mut steps = Steps::new(if checks {
        BUILD_STEPS + 9
    } else {
        BUILD_STEPS + 3
    });
    steps.run(
        "Looking for the browsers and their drivers",
        tools::ensure_browsers,
    )?;
    if checks {
        steps.run("Format", || run(cargo().args(["fmt", "--all", "--check"])))?;
        steps.run("Licences of all dependencies", licences::check)?;
    }
    build_steps(&mut steps)?;
    steps.run(
        "Pages of other frameworks with the package for npm",
        hosts::build,
    )?;
    if checks {
        steps.run("Lints of everything that runs on a server", || {
            run(cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]))
        })?;
        // As it is built for the kiosk, the phone and the portal, and for the static first screens.
        let builds: [&[&str]; 4] = [
            &["--lib", "--target", tools::WASM],
            &["--lib", "--target", tools::WASM, "--no-default-features"],
            &[
                "--lib",
                "--target",
                tools::WASM,
                "--no-default-features",
                "--features",
                "portal",
            ],
            &["--bin", "first-screens", "--features", "first-screens"],
        ];
        steps.run("Lints of the widget as it is built", || {
            for words in builds {
                let mut lints = cargo();
                lints.args(["clippy", "-p", "hai-long"]).args(words);
                run(lints.args(["--", "-D", "warnings"]))?;
            }
            run(cargo()
                .args(["clippy", "-p", "example-leptos", "--target", tools::WASM])
                .args(["--", "-D", "warnings"]))?;
            Ok(())
        })?;
        steps.run("What the widget reads by itself", || {
            run(cargo().args([
                "test",
                "--quiet",
                "--package",
                "hai-long-survey",
                "--no-default-features",
                "--test",
                "read",
            ]))
        })?;
        steps.run("Examples in the documentation", || {
            run(cargo().args(["test", "--workspace", "--doc", "--quiet"]))
        })?;
    }
    steps.run("Unit, property, API and browser tests", || {
        let nextest = output(cargo().args(["nextest", "--version"])).is_ok();
        let mut command = cargo();
        match nextest {
            true => command.args(["nextest", "run", "--workspace", "--no-fail-fast"]),
            false => command.args(["test", "--workspace", "--tests", "--no-fail-fast"]),
        };
        run(command.args(&arguments.filter))
    })
}

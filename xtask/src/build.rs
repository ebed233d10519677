//! `cargo xtask build` and `cargo xtask run`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::step::{Steps, cargo, root, run as run_command};
use crate::{tools, web};

/// The collector's binary after [`build`].
pub fn binary() -> PathBuf {
    root().join("target/release/hai-long")
}

/// What `cargo xtask build` may be told.
#[derive(Args, Default)]
pub struct BuildArguments {
    /// Folder with forms of the authority (*.json), as in the data folder's "forms": their first questions stand in the
    /// phone page before any code arrives, like those of the shipped forms.
    #[arg(long, value_name = "DIR")]
    forms: Option<PathBuf>,
}

/// Builds the widget and the collector.
pub fn build(arguments: &BuildArguments) -> Result<()> {
    steps_of(&mut Steps::new(BUILD_STEPS), arguments)
}

/// How many steps [`build_steps`] announces.
pub const BUILD_STEPS: usize = 3;

/// Builds the widget and the collector as part of a longer list of steps.
pub fn build_steps(steps: &mut Steps) -> Result<()> {
    steps_of(steps, &BuildArguments::default())
}

fn steps_of(steps: &mut Steps, arguments: &BuildArguments) -> Result<()> {
    steps.run("Checking the Rust targets", tools::ensure_wasm_target)?;
    steps.run("Building the widget into dist/", || {
        web::build(arguments.forms.as_deref())
    })?;
    steps.run(
        "Building the collector into target/release/hai-long",
        || {
            run_command(cargo().args([
                "build",
                "--release",
                "--package",
                "hai-long-collector",
                "--bin",
                "hai-long",
            ]))
        },
    )
}

/// What `cargo xtask run` may be told.
#[derive(Args)]
pub struct RunArguments {
    /// Address to serve on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Folder of the embedded database; demonstration data are loaded when it is new.
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

/// Builds everything and serves the demonstration until interrupted.
pub fn run(arguments: &RunArguments) -> Result<()> {
    build(&BuildArguments::default())?;
    run_command(
        std::process::Command::new(binary())
            .current_dir(root())
            .args([
                "serve",
                "--demo",
                "--web",
                "dist",
                "--listen",
                &arguments.listen,
            ])
            .arg("--data")
            .arg(&arguments.data),
    )
}

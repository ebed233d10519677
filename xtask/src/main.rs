//! `cargo xtask`: one command for each thing a person does with this house. Everything is built from source; what a
//! command needs and may install itself, it installs; what it may not, it names.

mod api;
mod audio;
mod bench;
mod build;
mod embed;
mod fonts;
mod hosts;
mod letters;
mod licences;
mod lighten;
mod npm;
mod package;
mod page;
mod shell;
mod size;
mod step;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Build, run and test Hài Lòng",
    after_help = "A newcomer starts with `cargo xtask run`, rates a dossier at the address it prints, and runs `cargo xtask test` before a commit."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the widget into dist/ and the collector into target/release/hai-long.
    Build(build::BuildArguments),
    /// Build everything, load the demonstration data into a new ./data, and serve.
    Run(build::RunArguments),
    /// Format, lints, licences, unit, property, API and browser tests.
    Test(test::TestArguments),
    /// Make the prompts that the kiosk reads aloud, with a synthetic voice, where a text is new or has changed (docs/audio.md).
    Audio(audio::AudioArguments),
    /// Build the element <hai-long-survey> as a package for npm in dist/npm/, and print the tags for pages (docs/embedding.md).
    Package,
    /// Measure speed beside other products.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Build the web files and tell what they weigh and why; writes docs/size.md.
    Size,
    /// Cut the letters in style/fonts/ out of Debian's Noto fonts, after a change of style/fonts/fonts.toml.
    Fonts,
    /// Validate the OpenAPI document and fuzz the running collector with schemathesis (needs Python 3 with venv).
    Api,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Build(arguments) => build::build(&arguments),
        Command::Run(arguments) => build::run(&arguments),
        Command::Test(arguments) => test::test(&arguments),
        Command::Audio(arguments) => audio::make(&arguments),
        Command::Package => package::make(),
        Command::Bench(bench) => bench.run(),
        Command::Size => size::report(),
        Command::Fonts => fonts::make(),
        Command::Api => api::check(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

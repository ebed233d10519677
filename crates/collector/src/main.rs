//! `hai-long`: the collector and everything an administrator does with it.

mod cli;
mod settings;

fn main() -> std::process::ExitCode {
    cli::run()
}

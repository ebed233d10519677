//! Steps that tell what they are doing, how far they are and how long they took.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// A numbered list of steps: `[2/5] Building the widget … 41 s`.
pub struct Steps {
    total: usize,
    done: usize,
}

impl Steps {
    /// Starts a list of `total` steps.
    pub fn new(total: usize) -> Self {
        Self { total, done: 0 }
    }

    /// Announces a step, does it, and says how long it took.
    pub fn run<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        eprintln!("[{}/{}] {what} …", self.done, self.total);
        let started = Instant::now();
        let result = work()
            .with_context(|| format!("step {} of {} failed: {what}", self.done, self.total))?;
        eprintln!(
            "[{}/{}] {what}: done in {:.0} s",
            self.done,
            self.total,
            started.elapsed().as_secs_f32()
        );
        Ok(result)
    }
}

/// The top of the checkout.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// `cargo` as the one that runs this program, in the checkout, free of the variables that would tie it to xtask.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Runs a command and fails, naming it, when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", show(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", show(command));
    }
    Ok(())
}

/// What a command prints on standard output, trimmed; an error when it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {}", show(command)))?;
    if !output.status.success() {
        bail!(
            "{} ended with {}: {}{}",
            show(command),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The same for a command that reads `input` from its standard input.
pub fn output_with_input(command: &mut Command, input: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", show(command)))?;
    // Dropped at the end of the statement: the command reads to the end of its input.
    child
        .stdin
        .take()
        .context("no standard input")?
        .write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{} ended with {}", show(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

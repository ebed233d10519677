//! What was measured on.

use std::process::Command;

use anyhow::{Context, Result};

use crate::figures::{Machine, Versions};

/// Reads what the system tells about itself; `load_before` is [`load`] at the start of the run.
pub fn machine(load_before: f64) -> Result<Machine> {
    let read = |path| std::fs::read_to_string(path).with_context(|| format!("no {path}"));
    let value = |text: &str, name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
    };
    let memory = value(&read("/proc/meminfo")?, "MemTotal").context("no MemTotal")?;
    let kb: u64 = memory.trim_end_matches(" kB").parse()?;
    Ok(Machine {
        cpu: value(&read("/proc/cpuinfo")?, "model name").unwrap_or_else(|| "unknown".into()),
        cores: std::thread::available_parallelism()?.get(),
        memory_mb: kb / 1024,
        kernel: read("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        load_before,
        load_after: load()?,
    })
}

/// Processes that wanted to run, on average over the last minute.
pub fn load() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/loadavg")?;
    let first = text.split_whitespace().next().context("no load")?;
    Ok(first.parse()?)
}

/// Versions of what was measured.
pub fn versions() -> Result<Versions> {
    let told = |program: &str, words: &[&str]| -> Result<String> {
        let output = Command::new(program)
            .args(words)
            .output()
            .with_context(|| format!("cannot start {program}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    Ok(Versions {
        ours: told("git", &["describe", "--always", "--dirty"])?,
        rustc: told("rustc", &["--version"])?,
        sqlite: rusqlite::version().to_owned(),
    })
}

//! The release binary as it runs: started, asked how much memory it holds, stopped.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::clients;

/// Longest wait for a process to begin to answer.
const START: Duration = Duration::from_secs(60);

/// A server process that is killed when it is dropped.
pub struct Served {
    process: Child,
    /// `127.0.0.1:port`.
    pub address: String,
    /// From the start of the process until it answered its first request, in ms.
    pub start_ms: f64,
    /// Held open: a program may not print to a pipe that nobody reads.
    _output: Lines<BufReader<ChildStdout>>,
}

/// Memory of a process, in MB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Resident now.
    pub resident: f64,
    /// Most that was ever resident.
    pub peak: f64,
}

impl Served {
    /// `hai-long serve` on this data folder.
    pub async fn collector(binary: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "error",
                // Figures are measured with all that was sent.
                "--report-delay-hours",
                "0",
                "--data",
            ])
            .arg(data);
        Self::start(command, "/readyz").await
    }

    /// The handlers of [`crate::empty`], in a process of their own as the collector is.
    pub async fn empty() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("empty");
        Self::start(command, "/ready").await
    }

    async fn start(mut command: Command, ready: &str) -> Result<Self> {
        let started = Instant::now();
        let mut process = command
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut output =
            BufReader::new(process.stdout.take().context("no standard output")?).lines();
        let address = loop {
            let line = tokio::time::timeout(START, output.next_line())
                .await??
                .context("the server ended before it printed its address")?;
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.split('/').next().unwrap_or_default().to_owned();
            }
        };
        while clients::get(&address, ready).await.is_err() {
            if started.elapsed() > START {
                bail!("the server does not answer");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self {
            process,
            address,
            start_ms: started.elapsed().as_secs_f64() * 1_000.0,
            _output: output,
        })
    }

    /// What the process holds.
    pub fn memory(&self) -> Result<Memory> {
        let id = self.process.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let field = |name: &str| -> Result<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kb: f64 = line
                .and_then(|rest| rest.split_whitespace().next())
                .with_context(|| format!("/proc tells no {name}"))?
                .parse()?;
            Ok(kb / 1024.0)
        };
        Ok(Memory {
            resident: field("VmRSS:")?,
            peak: field("VmHWM:")?,
        })
    }

    /// Asks the process to end and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        let id = self.process.id().context("the server has ended")?;
        let asked = Command::new("kill").arg(id.to_string()).status().await?;
        if !asked.success() {
            bail!("the server cannot be stopped");
        }
        self.process.wait().await?;
        Ok(())
    }
}

/// Runs a command of the binary to its end; gives the seconds that it took.
pub async fn command(binary: &Path, words: &[&str], data: &Path) -> Result<f64> {
    let started = Instant::now();
    let output = Command::new(binary)
        .args(words)
        .arg("--data")
        .arg(data)
        .output()
        .await?;
    if !output.status.success() {
        bail!(
            "hai-long {} ended with {}: {}",
            words.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(started.elapsed().as_secs_f64())
}

/// A copy of a data folder that nobody has open.
pub fn copy(from: &Path, to: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(to.to_owned())
}

//! The collector as its administrator starts it: the release binary on a data folder of its own.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

fn top() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// The binary that `cargo xtask build` leaves.
pub fn binary() -> Result<PathBuf> {
    let binary = top().join("target/release/hai-long");
    ensure!(
        binary.is_file(),
        "{} is missing: run `cargo xtask build` first",
        binary.display()
    );
    Ok(binary)
}

/// A data folder that is removed with the test.
pub struct Data(TempDir);

impl Data {
    /// An empty folder.
    pub fn new() -> Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    /// The folder to pass as `--data`.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Runs a command of `hai-long` on this folder and gives what it prints on standard output.
    pub fn hai_long(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new(binary()?)
            .args(arguments)
            .arg("--data")
            .arg(self.path())
            .output()?;
        if !output.status.success() {
            bail!(
                "hai-long {}: {}: {}",
                arguments.join(" "),
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Imports rows through a file, as the administrator would.
    pub fn import(&self, kind: &str, csv: &str) -> Result<()> {
        let file = self.0.path().join(format!("{kind}.csv"));
        std::fs::write(&file, csv)?;
        self.hai_long(&["import", kind, file.to_str().context("path")?])?;
        Ok(())
    }
}

/// A serving collector; killed when dropped.
pub struct Collector {
    process: Child,
    /// `http://127.0.0.1:PORT`
    pub address: String,
    /// Held open: a process whose standard output nobody holds may end when it says more.
    _output: BufReader<ChildStdout>,
}

impl Collector {
    /// Starts on any free port and waits until it answers; `more` are further arguments of `serve`.
    pub fn start(data: &Data, more: &[&str]) -> Result<Self> {
        Self::start_at(data, "127.0.0.1:0", more)
    }

    /// Starts on this address, so that a page that is open finds it again after a restart.
    pub fn start_at(data: &Data, listen: &str, more: &[&str]) -> Result<Self> {
        let mut process = Command::new(binary()?)
            .args(["serve", "--listen", listen])
            .arg("--data")
            .arg(data.path())
            .arg("--web")
            .arg(top().join("dist"))
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = process.stdout.take().context("no standard output")?;
        let mut output = BufReader::new(output);
        let mut said = Vec::new();
        for line in output.by_ref().lines().map_while(Result::ok) {
            let address = line.find("http://").map(|at| &line[at..]).and_then(|rest| {
                let origin_end = rest[7..].find(['/', ' ']).map_or(rest.len(), |end| end + 7);
                rest.get(..origin_end)
            });
            if let Some(address) = address {
                return Ok(Self {
                    address: address.to_owned(),
                    process,
                    _output: output,
                });
            }
            said.push(line);
        }
        let status = process.wait()?;
        bail!(
            "the collector ended with {status} before it printed its address: {}",
            said.join("\n")
        )
    }

    /// `host:port`, to start again in the same place.
    pub fn listen(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// SIGKILL: nothing is flushed, nothing is drained.
    pub fn kill(mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// GET of a JSON document.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let response = reqwest::get(format!("{}{path}", self.address)).await?;
        let status = response.status();
        let body = response.text().await?;
        ensure!(status.is_success(), "GET {path}: {status}: {body}");
        Ok(serde_json::from_str(&body)?)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // A test that ends has no more use for it; errors mean that it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

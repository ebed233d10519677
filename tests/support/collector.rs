//! The collector as its administrator starts it: the release binary on a data folder of its own.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// The web files that `cargo xtask build` leaves.
pub fn dist() -> PathBuf {
    top().join("dist")
}

/// A data folder that is removed with the test.
pub struct Data {
    folder: TempDir,
    environment: Vec<(&'static str, OsString)>,
    web: PathBuf,
}

impl Data {
    /// An empty folder.
    pub fn new() -> Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            environment: Vec::new(),
            web: dist(),
        })
    }

    /// Gives every command on this folder an environment variable more.
    pub fn set_environment(&mut self, name: &'static str, value: impl AsRef<OsStr>) {
        self.environment.push((name, value.as_ref().to_owned()));
    }

    /// Has the next collector serve these web files, instead of those that `cargo xtask build` leaves.
    pub fn set_web(&mut self, web: &Path) {
        web.clone_into(&mut self.web);
    }

    /// Takes all those variables back.
    pub fn clear_environment(&mut self) {
        self.environment.clear();
    }

    /// What the last collector on this folder wrote on standard error.
    pub fn log(&self) -> String {
        // Absent until a collector was started.
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("serve.log")
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(binary()?);
        // What a test sends it reads at once.
        command.env("HAI_LONG_REPORT_DELAY_HOURS", "0");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    /// The folder to pass as `--data`.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs a command of `hai-long` on this folder and gives what it prints on standard output.
    pub fn hai_long(&self, arguments: &[&str]) -> Result<String> {
        let output = self
            .command()?
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
        let file = self.folder.path().join(format!("{kind}.csv"));
        std::fs::write(&file, csv)?;
        self.hai_long(&["import", kind, file.to_str().context("path")?])?;
        Ok(())
    }
}

/// Analysts' keys made so far: a data folder may be copied with the keys that it has.
static ANALYSTS: AtomicU64 = AtomicU64::new(0);

/// A serving collector; killed when dropped.
pub struct Collector {
    process: Child,
    data: PathBuf,
    analyst: OnceLock<String>,
    /// Held open: a program may not print to a pipe that nobody reads.
    _output: Lines<BufReader<ChildStdout>>,
    /// `http://127.0.0.1:PORT`
    pub address: String,
}

impl Collector {
    /// Starts on any free port and waits until it answers; `more` are further arguments of `serve`.
    pub fn start(data: &Data, more: &[&str]) -> Result<Self> {
        Self::start_at(data, "127.0.0.1:0", more)
    }

    /// Starts on this address, so that a page that is open finds it again after a restart.
    pub fn start_at(data: &Data, listen: &str, more: &[&str]) -> Result<Self> {
        let mut process = data
            .command()?
            .args(["serve", "--listen", listen])
            .arg("--data")
            .arg(data.path())
            .arg("--web")
            .arg(&data.web)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(File::create(data.log_path())?)
            .spawn()?;
        let mut lines =
            BufReader::new(process.stdout.take().context("no standard output")?).lines();
        let mut said = Vec::new();
        for line in lines.by_ref().map_while(Result::ok) {
            let address = line.find("http://").map(|at| &line[at..]).and_then(|rest| {
                let origin_end = rest[7..].find(['/', ' ']).map_or(rest.len(), |end| end + 7);
                rest.get(..origin_end)
            });
            if let Some(address) = address {
                return Ok(Self {
                    address: address.to_owned(),
                    process,
                    data: data.path(),
                    analyst: OnceLock::new(),
                    _output: lines,
                });
            }
            said.push(line);
        }
        let status = process.wait()?;
        bail!(
            "the collector ended with {status} before it printed its address: {}\n{}",
            said.join("\n"),
            data.log()
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

    /// SIGTERM: waits until all is drained and the process has ended.
    pub fn stop(mut self) -> Result<()> {
        let id = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status()?;
        ensure!(told.success(), "kill -TERM {id}: {told}");
        let status = self.process.wait()?;
        ensure!(status.success(), "the collector ended with {status}");
        Ok(())
    }

    /// GET of a JSON document, with an analyst's key where the path is one of figures.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let mut request = reqwest::Client::new().get(format!("{}{path}", self.address));
        if path.starts_with("/api/v1/index") {
            request = request.bearer_auth(self.analyst()?);
        }
        let response = request.send().await?;
        let status = response.status();
        let body = response.text().await?;
        ensure!(status.is_success(), "GET {path}: {status}: {body}");
        Ok(serde_json::from_str(&body)?)
    }
}

impl Collector {
    /// An analyst's key, made when it is first needed, by a command that no fault is injected into.
    fn analyst(&self) -> Result<&str> {
        if let Some(key) = self.analyst.get() {
            return Ok(key);
        }
        let number = ANALYSTS.fetch_add(1, Ordering::Relaxed);
        let name = format!("tests-{}-{number}", std::process::id());
        let output = Command::new(binary()?)
            .args(["key", "create", "--role", "analyst", "--name", &name])
            .arg("--data")
            .arg(&self.data)
            .output()?;
        ensure!(
            output.status.success(),
            "hai-long key create: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let key = String::from_utf8(output.stdout)?.trim().to_owned();
        Ok(self.analyst.get_or_init(|| key))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // A test that ends has no more use for it; errors mean that it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

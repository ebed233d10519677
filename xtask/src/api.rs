//! `cargo xtask api`: an OpenAPI validator and schemathesis against a running collector.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};

use crate::build::binary;
use crate::step::{Steps, cargo, output, root, run};

/// Versions that the result was last looked at with.
const PYTHON_PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "openapi-spec-validator==0.7.2"];

/// Validates the document and fuzzes every operation; fails on a server error or an undocumented status.
pub fn check() -> Result<()> {
    let mut steps = Steps::new(5);
    let venv = root().join("target/api-check");
    steps.run("Installing schemathesis into target/api-check", || {
        if !venv.join("bin/python").is_file() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&venv))
                .context("Python 3 with venv is needed")?;
        }
        run(Command::new(venv.join("bin/pip"))
            .args(["install", "--quiet"])
            .args(PYTHON_PACKAGES))
    })?;
    steps.run("Building the collector", || {
        run(cargo().args([
            "build",
            "--release",
            "--package",
            "hai-long-collector",
            "--bin",
            "hai-long",
        ]))
    })?;
    let data = tempfile::tempdir()?;
    let data_path = data.path().join("data");
    let served = steps.run("Loading the demonstration data", || {
        Served::start(&data_path)
    })?;
    let key = output(
        Command::new(binary())
            .args(["key", "create", "--role", "admin", "--name", "api-check"])
            .arg("--data")
            .arg(&data_path),
    )?;
    let document = format!("{}/api/v1/openapi.json", served.address);
    steps.run("Validating the OpenAPI document", || {
        run(Command::new(venv.join("bin/python"))
            .arg("-c")
            .arg(VALIDATE)
            .arg(&document))
    })?;
    steps.run("Fuzzing every operation with schemathesis", || {
        run(Command::new(venv.join("bin/schemathesis"))
            .args(["run", &document, "--max-examples", "150", "--seed", "20261121"])
            .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"])
            .args(["--header", &format!("Authorization: Bearer {key}")]))
    })
}

const VALIDATE: &str = "import json, sys, urllib.request
from openapi_spec_validator import validate
validate(json.load(urllib.request.urlopen(sys.argv[1])))
print('      the document is valid')";

/// A collector that stops when it is dropped.
struct Served {
    process: Child,
    address: String,
    /// Held open: a program may not print to a pipe that nobody reads.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Served {
    fn start(data: &Path) -> Result<Self> {
        let mut process = Command::new(binary())
            .args(["serve", "--demo", "--log", "error"])
            .args(["--report-delay-hours", "0"])
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output =
            BufReader::new(process.stdout.take().context("no standard output")?).lines();
        let address = output
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let at = line.find("http://127.0.0.1:")?;
                let address = line[at..].split_whitespace().next()?;
                Some(address.trim_end_matches('/').to_owned())
            })
            .context("the collector ended before it printed its address")?;
        Ok(Self {
            process,
            address,
            _output: output,
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It is a throw-away collector on throw-away data: nothing to save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

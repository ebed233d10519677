//! The binary, run as an administrator runs it, and ratings to send to it.

#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fixture that fails fails the test")]

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A throw-away folder.
pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The binary on this data folder, with no settings from the environment but that and that figures have no delay: a test
/// reads at once what it has sent.
pub fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hai-long"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HAI_LONG_")) {
        command.env_remove(name);
    }
    command
        .env("HAI_LONG_DATA", data)
        .env("HAI_LONG_REPORT_DELAY_HOURS", "0")
        .args(arguments);
    command
}

pub fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data, arguments).output().unwrap()
}

/// Runs a command that must succeed, and gives its standard output.
pub fn succeed(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    out(&output)
}

/// Runs a command that must fail, and gives what it says.
pub fn fail(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    err(&output)
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Writes a file and gives its path.
pub fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Enrols a kiosk in the hall of unit `H57.132`, and gives its key.
pub fn enrol(data: &Path, name: &str) -> String {
    let form = ["--form", "one-stop-quick"];
    let place = ["device", "create", "--name", name, "--unit", "H57.132"];
    succeed(data, &[&place[..], &form].concat())
        .trim()
        .to_owned()
}

/// A finished dossier.
pub const DOSSIER: &str = "H57.132-260804-0583";

/// A data folder, in this one, that knows the dossier.
pub fn with_dossier(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    for (kind, table) in [
        (
            "units",
            "code,name,kind,parent,valid_from,valid_to\nH57.132,Xã A,commune,,,\n",
        ),
        ("procedures", "code,name,field\n1.011441,Đăng ký,Đất đai\n"),
        (
            "dossiers",
            "code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome\n\
             H57.132-260804-0583,1.011441,H57.132,,desk,2026-08-04 08:10,2026-08-20 17:00,2026-08-19 10:00,granted\n",
        ),
    ] {
        let file = write(folder, &format!("{kind}.csv"), table);
        succeed(&data, &["import", kind, &file]);
    }
    data
}

/// A running server; it is killed when dropped.
pub struct Server {
    pub address: String,
    child: Child,
    /// Kept, since the server fails when nobody reads any more what it prints.
    printed: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// With further arguments.
    pub fn start_with(data: &Path, more: &[&str]) -> Self {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let mut child = command(data, &[&serve[..], more].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = printed
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line[line.find("127.0.0.1:")?..].split('/').next()?.into()))
            .unwrap();
        Self {
            address,
            child,
            printed,
        }
    }

    /// Asks it to stop, and waits; it must do so in good order.
    pub fn stop(mut self) {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(asked.unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }

    /// Sends one batch and gives the status of each response.
    pub async fn send(&self, key: &str, ratings: &[Value]) -> Vec<String> {
        send(&self.address, key, ratings).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one batch to the server at `address`, again when it is told to wait, and gives the status of each response.
pub async fn send(address: &str, key: &str, ratings: &[Value]) -> Vec<String> {
    let client = Client::new();
    let answer = loop {
        let answer = client
            .post(format!("http://{address}/api/v1/responses"))
            .bearer_auth(key)
            .json(&json!({ "responses": ratings }))
            .send()
            .await
            .unwrap();
        if answer.status() != StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(answer.status().is_success(), "{}", answer.status());
    let body: Value = answer.json().await.unwrap();
    let receipts = body["results"].as_array().unwrap().iter();
    receipts
        .map(|receipt| receipt["status"].as_str().unwrap().to_owned())
        .collect()
}

/// Rating number `n`: of a dossier of its own, but every tenth is a second one about the dossier before it.
pub fn rating(n: u64) -> Value {
    let dossier = n - u64::from(n % 10 == 9);
    json!({
        "id": format!("019a0000-0000-7000-8000-{n:012x}"),
        "form": "one-stop-quick", "form_version": 1,
        "dossier": format!("H57.132-2608{:02}-{:04}", 1 + dossier / 10_000, dossier % 10_000),
        "touchpoint": "result", "channel": "kiosk", "answers": {"overall": 1 + dossier % 5},
        "partial": false, "seq": n, "elapsed_ms": 14_200,
        "submitted_at": "2026-08-30T09:00:00+07:00",
    })
}

/// The index of all ratings, as printed.
pub fn index(data: &Path) -> String {
    let period = ["--from", "2026-01-01", "--to", "2027-12-31"];
    let what = ["index", "--form", "one-stop-quick", "--by", "unit"];
    succeed(data, &[&what[..], &period].concat())
}

//! A collector that stands on an unreliable kernel: the preloaded library of `tests/preload` records what it does to its
//! data folder, makes its file operations fail, and moves its clock.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

pub use self::control::Cell;
use crate::collector::Data;

// The library cannot be linked: its symbols would stand between the tests and the kernel. The two files that both
// sides must agree on are compiled into each.
#[path = "../preload/src/control.rs"]
mod control;
#[path = "../preload/src/trace.rs"]
pub mod trace;

/// Variables of a program's environment.
pub type Environment = Vec<(&'static str, OsString)>;

/// The orders to the library, and what it tells. All commands on the data folder run under it until they are released.
pub struct Faults {
    own: TempDir,
    control: File,
}

impl Faults {
    /// Puts the library under every command on this folder.
    pub fn under(data: &mut Data) -> Result<Self> {
        let (faults, environment) = Self::around(&data.path())?;
        for (name, value) in environment {
            data.set_environment(name, value);
        }
        Ok(faults)
    }

    /// The library for whatever works on this folder: the environment that puts it under a program.
    pub fn around(folder: &Path) -> Result<(Self, Environment)> {
        let own = tempfile::tempdir()?;
        let path = own.path().join("control");
        let control = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        control.set_len(control::SIZE as u64)?;
        let environment = vec![
            ("LD_PRELOAD", library()?.into()),
            ("PRELOAD_FOLDER", folder.into()),
            ("PRELOAD_CONTROL", path.into()),
        ];
        Ok((Self { own, control }, environment))
    }

    /// The same, and records every change from now on.
    pub fn recording(data: &mut Data) -> Result<Self> {
        let faults = Self::under(data)?;
        data.set_environment("PRELOAD_TRACE", faults.trace());
        Ok(faults)
    }

    /// The file that holds the trace.
    pub fn trace(&self) -> PathBuf {
        self.own.path().join("trace")
    }

    /// How far the trace has come. What was known before this was asked is in the trace before this position.
    pub fn position(&self) -> Result<u64> {
        Ok(std::fs::metadata(self.trace())?.len())
    }

    /// Orders a fault, or takes it back with 0.
    pub fn set(&self, cell: Cell, value: u64) -> Result<()> {
        Ok(self
            .control
            .write_all_at(&value.to_ne_bytes(), place(cell))?)
    }

    /// Moves the collector's wall clock to this many seconds ahead of the real one.
    pub fn set_clock_ahead(&self, seconds: i64) -> Result<()> {
        self.set(Cell::ClockAhead, seconds.cast_unsigned())
    }

    /// What a cell holds.
    pub fn get(&self, cell: Cell) -> Result<u64> {
        let mut bytes = [0; control::CELL];
        self.control.read_exact_at(&mut bytes, place(cell))?;
        Ok(u64::from_ne_bytes(bytes))
    }
}

fn place(cell: Cell) -> u64 {
    (cell as usize * control::CELL) as u64
}

/// Builds the library, unless it is up to date, and gives its path.
fn library() -> Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "preload",
            "--message-format",
            "json",
        ])
        .current_dir(tests)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "the library was not built: {}",
        output.status
    );
    let messages = String::from_utf8(output.stdout)?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["filenames"][0].as_str().map(PathBuf::from))
        .find(|file| file.ends_with("libpreload.so"))
        .context("cargo built no libpreload.so")
}

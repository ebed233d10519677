//! Packages from npm, for what measures and checks; nothing that is shipped comes from there.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::output;
use crate::tools;

/// `npm ci` of the packages that are locked in `source` into `work`, when they are not those that are there. Their install
/// scripts never run: none is needed, and some would download programs.
pub fn install(source: &Path, work: &Path) -> Result<()> {
    let lock = source.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| lock.display().to_string())?;
    let installed = work.join("installed-lock.json");
    if fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    // Some packages of Node bring npm with it; Debian's npm is a package of its own, and brings Node.
    tools::ensure(&[("npm", "npm")])?;
    fs::create_dir_all(work)?;
    for file in ["package.json", "package-lock.json"] {
        let from = source.join(file);
        fs::copy(&from, work.join(file)).with_context(|| from.display().to_string())?;
    }
    output(
        Command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefix",
            ])
            .arg(work),
    )?;
    // Last, so that an install that was cut short is done again.
    fs::write(&installed, lock)?;
    Ok(())
}

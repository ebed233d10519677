//! Another release of the web files: the same page under another name, with one file of another name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::collector::dist;

/// Web files in a folder of their own, which is removed with this.
pub struct Release {
    folder: TempDir,
    /// Name of the build.
    pub build: String,
    /// Address of the file that no other release has.
    pub own: String,
}

impl Release {
    /// The release `build` of what `cargo xtask build` has left; whatever names it or its file names the new one.
    pub fn new(build: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy(&dist(), folder.path())?;
        let worker = fs::read_to_string(folder.path().join("sw.js"))?;
        let page = fs::read_to_string(folder.path().join("index.html"))?;
        let old_build: String = serde_json::from_str(constant(&worker, "BUILD")?)?;
        let mut shells: BTreeMap<String, Vec<(String, String)>> =
            serde_json::from_str(constant(&worker, "SHELL")?)?;
        let shell = shells.get_mut("kiosk").context("the kiosk's shell")?;
        // A file that no script in the page names: the page's policy holds the hashes of those.
        let (own, _) = shell
            .iter_mut()
            .find(|(address, _)| address.ends_with(".svg"))
            .context("the shell has no icon")?;
        let old = std::mem::replace(own, format!("/assets/own-{build}.svg"));
        let own = own.clone();
        let page = page.replace(&old_build, build);
        ensure!(page.contains(build), "the page does not name its build");
        for (address, integrity) in shell {
            // Of what has changed, this test of the worker does not know the integrity.
            if address == "/kiosk" {
                integrity.clear();
            }
        }
        let worker = worker
            .replace(constant(&worker, "SHELL")?, &json!(shells).to_string())
            .replace(&old_build, build);
        let place = |address: &str| folder.path().join(address.trim_start_matches('/'));
        fs::rename(place(&old), place(&own))?;
        fs::write(place("sw.js"), worker)?;
        fs::write(place("index.html"), page)?;
        Ok(Self {
            build: build.to_owned(),
            own,
            folder,
        })
    }

    /// The folder to serve.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts the kill switch in the place of the service worker.
    pub fn switch_off(&self) -> Result<()> {
        fs::copy(self.path().join("sw-off.js"), self.path().join("sw.js"))?;
        Ok(())
    }
}

/// The JSON text of a constant of the service worker.
fn constant<'a>(worker: &'a str, name: &str) -> Result<&'a str> {
    let (_, rest) = worker
        .split_once(&format!("\nconst {name} = "))
        .with_context(|| format!("sw.js has no constant {name}"))?;
    let (text, _) = rest.split_once(";\n").context("no end")?;
    serde_json::from_str::<Value>(text).with_context(|| format!("{name} = {text}"))?;
    Ok(text)
}

/// Copies a folder without what is compressed: that would be served in place of a file that has changed.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("name")?);
        let compressed = path
            .extension()
            .is_some_and(|end| end == "br" || end == "gz");
        if path.is_dir() {
            copy(&path, &target)?;
        } else if !compressed {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

//! What makes the pages of the kiosk and the phone start without a network: the service worker with its list of files, the kill switch, and
//! the web app manifest.
//!
//! | file | what it is |
//! |---|---|
//! | `dist/sw.js` | `src/worker/sw.js` with the build and its files filled in |
//! | `dist/sw-off.js` | the kill switch: served in place of `sw.js` it ends the service worker on every device |
//! | `dist/manifest.webmanifest` | what an installed kiosk is called and where it starts |

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::letters;
use crate::web::{KIOSK, SURVEY, short};

/// Where the kiosk's page stands at the collector; its file is `index.html`.
const PAGE: &str = "/kiosk";
const MANIFEST: &str = "manifest.webmanifest";
/// Words may be mended on the collector without a new build, so they carry no integrity.
const WORDS: &str = "words/";
/// Prompts are kept when somebody has the screen read.
const AUDIO: &str = "audio/";

/// The sources of the service worker, and the name of the build that it keeps.
pub struct Shell {
    worker: String,
    off: String,
    manifest: String,
    build: String,
}

impl Shell {
    /// Reads the sources and names the build after everything in it: the assets, the pages and the worker.
    pub fn read(sources: &Path, assets: &Path, pages: &[&str]) -> Result<Self> {
        let read = |name: &str| {
            fs::read_to_string(sources.join(name)).with_context(|| format!("src/worker/{name}"))
        };
        let (worker, off, manifest) = (read("sw.js")?, read("off.js")?, read(MANIFEST)?);
        let mut all = Sha256::new();
        for text in pages.iter().copied().chain([worker.as_str(), &manifest]) {
            all.update(Sha256::digest(text));
        }
        for file in files(assets)? {
            all.update(Sha256::digest(address(assets, &file)?));
            all.update(Sha256::digest(fs::read(&file)?));
        }
        let build = short(&all.finalize());
        Ok(Self {
            worker,
            off,
            manifest,
            build,
        })
    }

    /// The name of the build: 16 hexadecimal digits.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// Writes the worker, its kill switch and the manifest into `dist`, which holds the page and the assets already;
    /// `icon` is the name of the icon among the assets.
    pub fn write(&self, dist: &Path, icon: &str) -> Result<()> {
        let manifest = filled(
            &self.manifest,
            "\"ICON\"",
            &json!(format!("/assets/{icon}")),
        )?;
        fs::write(dist.join(MANIFEST), &manifest)?;
        let survey = format!("{}-", SURVEY.name);
        let mut kiosk = listed(dist, PAGE, "index.html", &[&survey])?;
        kiosk.push(json!([
            format!("/{MANIFEST}"),
            integrity(manifest.as_bytes())
        ]));
        let not = [&format!("{}-", KIOSK.name), letters::FOLDER];
        let phone = listed(dist, "/phone.html", "phone.html", &not)?;
        let shell = json!({"kiosk": kiosk, "phone": phone});
        let worker = filled(&self.worker, "\"BUILD\"", &json!(self.build))?;
        let worker = filled(&worker, "{ SHELL: [[\"\", \"\"]] }", &shell)?;
        fs::write(dist.join("sw.js"), worker)?;
        fs::write(dist.join("sw-off.js"), &self.off)?;
        Ok(())
    }
}

/// Address and integrity of a page and of each asset but the prompts and those that it does not load, by how they begin.
fn listed(dist: &Path, page: &str, file: &str, not: &[&str]) -> Result<Vec<Value>> {
    let mut shell = vec![json!([page, integrity(&fs::read(dist.join(file))?)])];
    let assets = dist.join("assets");
    for file in files(&assets)? {
        let address = address(&assets, &file)?;
        if address.starts_with(AUDIO) || not.iter().any(|start| address.starts_with(start)) {
            continue;
        }
        let integrity = if address.starts_with(WORDS) {
            String::new()
        } else {
            integrity(&fs::read(&file)?)
        };
        shell.push(json!([format!("/assets/{address}"), integrity]));
    }
    Ok(shell)
}

/// The text with its one `blank` replaced.
fn filled(text: &str, blank: &str, value: &Value) -> Result<String> {
    ensure!(
        text.matches(blank).count() == 1,
        "src/worker: the blank {blank} must stand exactly once in its file"
    );
    Ok(text.replace(blank, &value.to_string()))
}

/// As a request's `integrity` wants it.
fn integrity(content: &[u8]) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(content)))
}

/// All files under a folder, in the order of their paths.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(files(&path)?);
        } else {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

/// The path of an asset as it stands in an address.
fn address(assets: &Path, file: &Path) -> Result<String> {
    let parts: Option<Vec<&str>> = file
        .strip_prefix(assets)?
        .iter()
        .map(|part| part.to_str())
        .collect();
    Ok(parts.context("an asset's name is not UTF-8")?.join("/"))
}

//! `cargo xtask fonts`: cuts the letters that `style/fonts/fonts.toml` asks for out of Debian's Noto fonts. What comes of
//! it is kept in the repository, so that a plain build needs no font.
//!
//! The packages are unpacked under `target/`, not installed: a font of the machine would hide from the tests whether the
//! page brings its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::step::{Steps, output, root, run};
use crate::tools;

/// Where the fonts come from, and what cuts them.
const PACKAGES: [&str; 3] = ["fonts-noto-core", "python3-fonttools", "python3-brotli"];
/// Debian's own Python, for which its packages are built.
const PYTHON: &str = "/usr/bin/python3";
/// Weights of a face, and what Noto calls them.
const WEIGHTS: [(u16, &str); 2] = [(400, "Regular"), (700, "Bold")];

/// What `style/fonts/fonts.toml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fonts {
    /// Each script.
    pub font: Vec<Font>,
}

/// The letters of one script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Font {
    /// What its files are called.
    pub name: String,
    /// Noto's family, as in the names of its files.
    source: String,
    /// The languages that alone need it; everybody does when there are none.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How far apart its lines must be, if further than Vietnamese ones.
    pub line_height: Option<f32>,
    unicodes: String,
    features: Vec<String>,
}

impl Fonts {
    /// Where they are kept.
    pub fn folder() -> PathBuf {
        root().join("style/fonts")
    }

    /// Reads what is asked for.
    pub fn read() -> Result<Self> {
        let path = Self::folder().join("fonts.toml");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }
}

impl Font {
    /// Weight and file of each of its faces.
    pub fn faces(&self) -> [(u16, PathBuf); 2] {
        WEIGHTS.map(|(weight, _)| {
            let file = format!("{}-{weight}.woff2", self.name);
            (weight, Fonts::folder().join(file))
        })
    }

    /// Its characters as CSS lists them.
    pub fn range(&self) -> String {
        let ranges: Vec<&str> = self.unicodes.split_whitespace().collect();
        ranges.join(",")
    }

    /// The face that has no letters but those of the language's own name.
    pub fn name_face(&self, language: &str) -> PathBuf {
        Fonts::folder().join(format!("{}-name-{language}.woff2", self.name))
    }
}

/// Makes every file in `style/fonts` anew.
pub fn make() -> Result<()> {
    let fonts = Fonts::read()?;
    let folder = root().join("target/fonts");
    let mut steps = Steps::new(2 + fonts.font.len());
    steps.run("Fetching Debian's packages", || unpack(&folder))?;
    for font in &fonts.font {
        steps.run(&format!("Cutting {}", font.source), || cut(font, &folder))?;
    }
    steps.run("Copying the licence", || licence(&folder))
}

fn unpack(folder: &Path) -> Result<()> {
    ensure!(
        tools::has("apt-get") && tools::has("dpkg-deb"),
        "the fonts come from Debian's packages; run this on Debian, or on a system made from it"
    );
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    run(Command::new("apt-get")
        .current_dir(folder)
        .args(["--quiet=2", "download"])
        .args(PACKAGES))
    .context("where the lists of packages are missing or old, run `apt-get update` first")?;
    for entry in fs::read_dir(folder)? {
        let package = entry?.path();
        if package.extension().is_some_and(|end| end == "deb") {
            run(Command::new("dpkg-deb")
                .arg("--extract")
                .arg(&package)
                .arg(folder))?;
        }
    }
    Ok(())
}

fn cut(font: &Font, folder: &Path) -> Result<()> {
    for ((_, called), (_, face)) in WEIGHTS.iter().zip(font.faces()) {
        let letters = format!("--unicodes={}", font.range());
        subset(font, called, &letters, &face, folder)?;
    }
    for language in &font.languages {
        let words = root().join(format!("src/words/{language}.json"));
        let text = fs::read_to_string(&words).with_context(|| words.display().to_string())?;
        let words: serde_json::Value = serde_json::from_str(&text)?;
        let name = words["name"]
            .as_str()
            .context("a language without a name")?;
        let face = font.name_face(language);
        subset(font, WEIGHTS[0].1, &format!("--text={name}"), &face, folder)?;
    }
    Ok(())
}

fn subset(font: &Font, weight: &str, letters: &str, to: &Path, folder: &Path) -> Result<()> {
    let source = format!("usr/share/fonts/truetype/noto/{}-{weight}.ttf", font.source);
    let told = output(
        Command::new(PYTHON)
            .env("PYTHONPATH", folder.join("usr/lib/python3/dist-packages"))
            .args(["-m", "fontTools.subset"])
            .arg(folder.join(source))
            .arg(letters)
            .arg(format!("--layout-features={}", font.features.join(",")))
            // Hints are two fifths of a file and do nothing on today's panels; the names are in the licence.
            .args(["--no-hinting", "--name-IDs=", "--notdef-outline"])
            .arg("--flavor=woff2")
            .arg(format!("--output-file={}", to.display())),
    )?;
    let bytes = fs::metadata(to).with_context(|| told)?.len();
    let file = to.file_name().unwrap_or_default().to_string_lossy();
    eprintln!("      {bytes:>6} bytes  {file}");
    Ok(())
}

/// The licence as the package states it, without what it says of the packaging.
fn licence(folder: &Path) -> Result<()> {
    let stated = fs::read_to_string(folder.join("usr/share/doc/fonts-noto-core/copyright"))?;
    let text = stated
        .split("\n\n")
        .map(str::trim_start)
        .find_map(|part| part.strip_prefix("License: OFL-1.1\n"))
        .context("the package no longer states its licence as OFL-1.1")?;
    let owners = stated
        .split("\n\n")
        .find(|part| part.contains("Files: *"))
        .and_then(|part| part.split_once("Copyright:\n"))
        .and_then(|(_, owners)| owners.split_once("\nLicense"))
        .context("the package no longer states whose the fonts are")?
        .0;
    let mut licence = "Copyright of Noto Sans and Noto Sans Khmer:\n".to_owned();
    for line in owners
        .lines()
        .chain(["", "SIL OPEN FONT LICENSE Version 1.1", ""])
    {
        licence.push_str(line.trim());
        licence.push('\n');
    }
    for line in text.lines() {
        let line = line.trim();
        licence.push_str(if line == "." { "" } else { line });
        licence.push('\n');
    }
    fs::write(Fonts::folder().join("OFL.txt"), licence)?;
    Ok(())
}

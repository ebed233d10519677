//! The web files in `dist/`: the widget as WASM with its glue, one style sheet, the words, and `index.html` that names
//! them. Everything under `dist/assets/` except the words carries a hash of its content in its name, so that it may be
//! cached for ever; everything is also written compressed, for collectors and proxies on slow lines. What makes the
//! page start without a network is written by [`crate::shell`].
//!
//! `index.html` marks what is to be built with `data-trunk`, as Trunk does, so that `trunk serve` works on it too.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::shell::Shell;
use crate::step::{cargo, root, run};
use crate::tools::WASM;

/// The language whose words are compiled into the widget; all others are fetched when chosen.
const BUILT_IN_LANGUAGE: &str = "vi";

/// Builds `dist/` anew.
pub fn build() -> Result<()> {
    let (root, dist) = (root(), root().join("dist"));
    let fresh = root.join("dist.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let assets = fresh.join("assets");
    fs::create_dir_all(&assets)?;

    // Only as a cdylib: with the rlib beside it Cargo leaves link-time optimisation out, which costs a tenth.
    run(cargo()
        .args([
            "rustc",
            "--package",
            "hai-long",
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .args(["--target", WASM, "--profile", "widget"]))?;
    let page = fs::read_to_string(root.join("index.html")).context("index.html")?;
    let marked = Marked::read(&page)?;
    let script = scripts(
        &root.join("target").join(WASM).join("widget/hai_long.wasm"),
        &assets,
    )?;
    let sheet = sheet(&root, &marked.sheets, &assets)?;
    words(&root.join("src/words"), &assets.join("words"))?;
    let icon = fs::read(root.join("src/worker/icon.svg")).context("src/worker/icon.svg")?;
    let icon = write_hashed(&assets, "icon", "svg", &icon)?;
    let shell = Shell::read(&root.join("src/worker"), &assets, &page)?;
    fs::write(
        fresh.join("index.html"),
        marked.page(&sheet, &script, shell.build()),
    )?;
    shell.write(&fresh, &icon)?;
    compress(&fresh)?;

    // The old folder gives way only when the new one is whole, so that a running collector never serves half a build.
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::rename(&fresh, &dist)?;
    Ok(())
}

/// `index.html` cut at the lines that the build replaces.
struct Marked<'a> {
    lines: Vec<Line<'a>>,
    sheets: Vec<&'a str>,
}

enum Line<'a> {
    Kept(&'a str),
    Sheet,
    Script,
    Dropped,
}

impl<'a> Marked<'a> {
    fn read(page: &'a str) -> Result<Self> {
        let mut sheets = Vec::new();
        let mut lines = Vec::new();
        for line in page.lines() {
            if !line.contains("data-trunk") {
                lines.push(Line::Kept(line));
                continue;
            }
            let kind = attribute(line, "rel")
                .context("index.html: a data-trunk link needs rel=\"…\" on the same line")?;
            lines.push(match kind {
                "css" => {
                    sheets.push(attribute(line, "href").context("index.html: a css link needs href=\"…\"")?);
                    if sheets.len() == 1 { Line::Sheet } else { Line::Dropped }
                }
                "rust" => Line::Script,
                "copy-dir" => Line::Dropped,
                other => bail!("index.html: data-trunk rel={other:?} is unknown here; use css, rust or copy-dir"),
            });
        }
        if sheets.is_empty() || !lines.iter().any(|line| matches!(line, Line::Script)) {
            bail!(
                "index.html: at least one data-trunk link rel=\"css\" and one rel=\"rust\" are needed"
            );
        }
        Ok(Self { lines, sheets })
    }

    fn page(&self, sheet: &str, script: &Scripts, build: &str) -> String {
        let mut page = String::new();
        for line in &self.lines {
            match line {
                Line::Kept(text) => page.push_str(&format!("{text}\n")),
                Line::Sheet => page.push_str(&format!(
                    "    <link rel=\"stylesheet\" href=\"/assets/{sheet}\">\n"
                )),
                Line::Script => {
                    page.push_str(&format!(
                        "    <meta name=\"hai-long-build\" content=\"{build}\">\n"
                    ));
                    page.push_str(&format!(
                        "    <link rel=\"preload\" href=\"/assets/{}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n",
                        script.wasm
                    ));
                    page.push_str(&format!(
                        "    <link rel=\"modulepreload\" href=\"/assets/{}\">\n",
                        script.glue
                    ));
                    page.push_str(&format!(
                        "    <script type=\"module\" src=\"/assets/{}\"></script>\n",
                        script.boot
                    ));
                }
                Line::Dropped => {}
            }
        }
        page
    }
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.split_once(&format!("{name}=\""))?.1;
    Some(rest.split_once('"')?.0)
}

/// File names of the widget's code.
struct Scripts {
    wasm: String,
    glue: String,
    boot: String,
}

fn scripts(wasm: &Path, assets: &Path) -> Result<Scripts> {
    let mut output = Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .out_name("hai-long")
        .generate_output()
        .with_context(|| format!("wasm-bindgen on {}", wasm.display()))?;
    // Crates without snippets are listed too, with none.
    let snippets = output.snippets().values().any(|list| !list.is_empty());
    if snippets || !output.local_modules().is_empty() {
        bail!(
            "a dependency brings JavaScript snippets, which dist/ does not carry; look at its wasm-bindgen attributes"
        );
    }
    let wasm = write_hashed(assets, "hai-long", "wasm", &output.wasm_mut().emit_wasm())?;
    let glue = write_hashed(assets, "hai-long", "js", output.js().as_bytes())?;
    let start = format!(
        "import start from \"./{glue}\";\nstart({{ module_or_path: new URL(\"./{wasm}\", import.meta.url) }});\n"
    );
    let boot = write_hashed(assets, "boot", "js", start.as_bytes())?;
    Ok(Scripts { wasm, glue, boot })
}

fn sheet(root: &Path, sheets: &[&str], assets: &Path) -> Result<String> {
    let mut all = String::new();
    for sheet in sheets {
        all.push_str(
            &fs::read_to_string(root.join(sheet))
                .with_context(|| format!("index.html names {sheet}"))?,
        );
    }
    write_hashed(assets, "hai-long", "css", all.as_bytes())
}

/// Copies the words of every language but the built-in one, and lists all of them with their own names.
fn words(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let mut languages = Vec::new();
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let (Some("json"), Some(lang)) = (
            path.extension().and_then(|e| e.to_str()),
            path.file_stem().and_then(|s| s.to_str()),
        ) else {
            continue;
        };
        let words: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .with_context(|| path.display().to_string())?;
        let name = words["name"]
            .as_str()
            .with_context(|| format!("{}: \"name\" is missing", path.display()))?;
        languages.push(serde_json::json!({ "lang": lang, "name": name }));
        if lang != BUILT_IN_LANGUAGE {
            fs::write(to.join(format!("{lang}.json")), serde_json::to_vec(&words)?)?;
        }
    }
    // The built-in language first, then by tag.
    languages.sort_by_key(|language| {
        let tag = language["lang"].as_str().unwrap_or_default().to_owned();
        (tag != BUILT_IN_LANGUAGE, tag)
    });
    fs::write(to.join("index.json"), serde_json::to_vec(&languages)?)?;
    Ok(())
}

fn write_hashed(folder: &Path, name: &str, extension: &str, content: &[u8]) -> Result<String> {
    let file = format!("{name}-{}.{extension}", short(&Sha256::digest(content)));
    fs::write(folder.join(&file), content)?;
    Ok(file)
}

/// The first 8 bytes of a digest in hexadecimal: enough to tell builds of one product apart.
pub(crate) fn short(digest: &[u8]) -> String {
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Writes `.br` and `.gz` beside every file.
fn compress(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            compress(&path)?;
            continue;
        }
        let content = fs::read(&path)?;
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut small = brotli::CompressorWriter::new(
            fs::File::create(path.with_file_name(format!("{file}.br")))?,
            1 << 16,
            11,
            22,
        );
        small.write_all(&content)?;
        drop(small);
        let mut zipped = GzEncoder::new(
            fs::File::create(path.with_file_name(format!("{file}.gz")))?,
            Compression::best(),
        );
        zipped.write_all(&content)?;
        zipped.finish()?;
    }
    Ok(())
}

//! The web files in `dist/`. Everything under `dist/assets/` except the words carries a hash of its content in its name,
//! so that it may be cached for ever; everything is also written compressed, for collectors and proxies on slow lines.
//!
//! | file | what it is |
//! |---|---|
//! | `index.html`, `phone.html` | the pages of the doors, written by [`crate::page`] |
//! | `first/FORM.vN.html` | the first question of a form, which the collector puts into `phone.html` |
//! | `pages.json` | what the pages' policy must allow: the hashes of what stands in them |
//! | `assets/` | the widget, once for the kiosk and once for every other door, the words, the kiosk's letters, and the prompts in `audio/` |
//! | `embed/v1/`, `frame.html` | the element for other people's pages, written by [`crate::embed`] |
//! | `OFL.txt` | the licence of the letters |
//! | `sw.js` … | what makes the pages start without a network, written by [`crate::shell`] |

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::audio;
use crate::embed;
use crate::fonts::Fonts;
use crate::letters::Letters;
use crate::lighten;
use crate::page::{self, Page};
use crate::shell::Shell;
use crate::step::{cargo, output, output_with_input, root, run};
use crate::tools::WASM;

/// The language whose words are compiled into the widget; all others are fetched when chosen.
const BUILT_IN_LANGUAGE: &str = "vi";
/// Where a words file says that no native speaker has read it yet (docs/languages.md).
const REVIEW: &str = "review";

/// One build of the widget.
pub(crate) struct Module {
    /// Name of its files.
    pub name: &'static str,
    /// What `cargo` is told of its features.
    features: &'static [&'static str],
}

/// What the kiosk loads.
pub(crate) const KIOSK: Module = Module {
    name: "kiosk",
    features: &[],
};
/// What a phone loads.
pub(crate) const SURVEY: Module = Module {
    name: "hai-long",
    features: &["--no-default-features"],
};
/// What the element in somebody else's page loads.
pub(crate) const PORTAL: Module = Module {
    name: "portal",
    features: &["--no-default-features", "--features", "portal"],
};

/// Builds `dist/` anew, with the first questions of the forms in the folder `forms`, too.
pub fn build(forms: Option<&Path>) -> Result<()> {
    let (root, dist) = (root(), root().join("dist"));
    let fresh = root.join("dist.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let assets = fresh.join("assets");
    fs::create_dir_all(&assets)?;

    let mut languages = words(&root.join("src/words"), &assets.join("words"))?;
    let screens = first_screens(&languages, forms)?;
    let phone = Page::read(&root.join("src/phone/phone.html"))?;
    let kiosk = Page::read(&root.join("index.html"))?;
    // Only the kiosk reads aloud.
    let phone = phone.filled(
        &SURVEY.built(&assets)?,
        &languages,
        &Letters::of_the_machine()?,
        "",
        &["register.js"],
    )?;
    let packs = audio::serve(&assets)?;
    for language in languages.as_array_mut().into_iter().flatten() {
        if let Some(pack) = language["lang"].as_str().and_then(|lang| packs.get(lang)) {
            language["audio"] = pack.as_str().into();
        }
    }
    let attract = screens["kiosk"]
        .as_str()
        .context("no screen for the kiosk")?;
    let kiosk = kiosk.filled(
        &KIOSK.built(&assets)?,
        &languages,
        &Letters::brought_along(&assets)?,
        attract,
        &[],
    )?;
    fs::copy(Fonts::folder().join("OFL.txt"), fresh.join("OFL.txt"))?;
    embed::build(&screens["portal"], &fresh)?;
    let icon = fs::read(root.join("src/worker/icon.svg")).context("src/worker/icon.svg")?;
    let icon = write_hashed(&assets, "icon", "svg", &icon)?;
    first_questions(&screens, &fresh.join("first"))?;

    let shell = Shell::read(
        &root.join("src/worker"),
        &assets,
        &[&kiosk.html, &phone.html],
    )?;
    fs::write(
        fresh.join("index.html"),
        page::named(&kiosk.html, shell.build()),
    )?;
    fs::write(
        fresh.join("phone.html"),
        page::named(&phone.html, shell.build()),
    )?;
    let policies = serde_json::json!({"index.html": kiosk.policy, "phone.html": phone.policy});
    fs::write(fresh.join("pages.json"), policies.to_string())?;
    shell.write(&fresh, &icon)?;
    compress(&fresh)?;

    // The old folder gives way only when the new one is whole, so that a running collector never serves half a build.
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::rename(&fresh, &dist)?;
    Ok(())
}

/// File names of a built widget.
pub(crate) struct Scripts {
    pub wasm: String,
    pub glue: String,
}

impl Module {
    /// Compiles it and writes its files among the assets.
    fn built(&self, assets: &Path) -> Result<Scripts> {
        let (wasm, glue) = self.made()?;
        Ok(Scripts {
            wasm: write_hashed(assets, self.name, "wasm", &wasm)?,
            glue: write_hashed(assets, self.name, "js", glue.as_bytes())?,
        })
    }

    /// Compiles it: the module, and the glue as an ES module.
    pub(crate) fn made(&self) -> Result<(Vec<u8>, String)> {
        let mut output = Bindgen::new()
            .input_bytes(
                self.name,
                lighten::without_the_unreachable(&fs::read(self.compiled()?)?)?,
            )
            .web(true)?
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .omit_default_module_path(true)
            .out_name(self.name)
            .generate_output()
            .with_context(|| format!("wasm-bindgen on {}", self.name))?;
        // Crates without snippets are listed too, with none.
        let snippets = output.snippets().values().any(|list| !list.is_empty());
        if snippets || !output.local_modules().is_empty() {
            bail!(
                "a dependency brings JavaScript snippets, which dist/ does not carry; look at its wasm-bindgen attributes"
            );
        }
        let glue = output.js().to_owned();
        let module = output.wasm_mut();
        let glue = lighten::without_the_unused(module, &glue);
        Ok((module.emit_wasm(), glue))
    }

    /// Compiles it; the file still has the names of its functions.
    fn compiled(&self) -> Result<PathBuf> {
        // Only as a cdylib: with the rlib beside it Cargo leaves link-time optimisation out, which costs a tenth.
        run(cargo()
            .args(["rustc", "--package", "hai-long", "--lib"])
            .args(["--crate-type", "cdylib"])
            .args(["--target", WASM, "--profile", "widget"])
            .args(self.features)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags()?))?;
        let folder = root().join("target").join(WASM).join("widget");
        let kept = folder.join(format!("{}.wasm", self.name));
        fs::copy(folder.join("hai_long.wasm"), &kept)?;
        Ok(kept)
    }
}

/// Names that tell which crate's code a function was made from, for `cargo xtask size`; and no paths of this machine in
/// the module, where every place that could panic would carry one.
fn flags() -> Result<String> {
    let mut flags = "-Csymbol-mangling-version=v0".to_owned();
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let folders: std::collections::BTreeSet<&Path> = packages
        .iter()
        .filter(|package| package["source"].is_string())
        .filter_map(|package| {
            Path::new(package["manifest_path"].as_str()?)
                .parent()?
                .parent()
        })
        .collect();
    for folder in folders {
        flags.push_str(&format!(" --remap-path-prefix={}=", folder.display()));
    }
    Ok(flags)
}

/// Where [`build`] leaves the compiled widgets with the names of their functions: the phone's, the portal's, the kiosk's.
pub fn compiled() -> [PathBuf; 3] {
    [SURVEY.name, PORTAL.name, KIOSK.name].map(|name| {
        let folder = root().join("target").join(WASM).join("widget");
        folder.join(format!("{name}.wasm"))
    })
}

/// Has the widget's own code write the static first screens: see `src/first_screens.rs`.
fn first_screens(languages: &Value, forms: Option<&Path>) -> Result<Value> {
    let mut own = Vec::new();
    if let Some(folder) = forms {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") {
                own.push(fs::read_to_string(&path).with_context(|| path.display().to_string())?);
            }
        }
    }
    let text = output_with_input(
        cargo().args([
            "run",
            "--quiet",
            "--package",
            "hai-long",
            "--bin",
            "first-screens",
            "--features",
            "first-screens",
        ]),
        &serde_json::json!({ "languages": languages, "forms": own }).to_string(),
    )?;
    serde_json::from_str(&text).context("the first screens are not JSON")
}

/// Writes the first question of each form, with the form itself beside it.
fn first_questions(screens: &Value, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for screen in screens["phone"].as_array().context("no first questions")? {
        let text = |name: &str| screen[name].as_str().with_context(|| format!("no {name}"));
        // In JSON `<` stands only in texts, where it may be written like this; so no text can end the element.
        let json = text("json")?.replace('<', "\\u003c");
        let html = format!(
            "{}<script type=\"application/json\" id=\"hl-form\">{json}</script>",
            text("html")?
        );
        let name = format!("{}.v{}.html", text("form")?, screen["version"]);
        fs::write(to.join(name), html)?;
    }
    Ok(())
}

/// Copies the words of every language but the built-in one, and gives the list of all of them with their own names.
fn words(from: &Path, to: &Path) -> Result<Value> {
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
        let words: Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .with_context(|| path.display().to_string())?;
        let name = words["name"]
            .as_str()
            .with_context(|| format!("{}: \"name\" is missing", path.display()))?;
        let mut listed = serde_json::json!({ "lang": lang, "name": name });
        if let Some(review) = words.get(REVIEW) {
            listed[REVIEW] = review.clone();
        }
        languages.push(listed);
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
    Ok(Value::Array(languages))
}

/// Writes a file with a hash of its content in its name, and gives that name.
pub(crate) fn write_hashed(
    folder: &Path,
    name: &str,
    extension: &str,
    content: &[u8],
) -> Result<String> {
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
        // Letters are brotli already, and sound is small.
        if path
            .extension()
            .is_some_and(|end| end == "woff2" || end == "opus")
        {
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

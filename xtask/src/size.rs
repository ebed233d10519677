//! `cargo xtask size`: what each door loads, and what each dependency costs; written to `docs/size.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::step::root;
use crate::{page, web};

/// Builds the web files and reports.
pub fn report() -> Result<()> {
    web::build(None)?;
    let text = text()?;
    print!("{text}");
    fs::write(root().join("docs/size.md"), text)?;
    Ok(())
}

fn text() -> Result<String> {
    let dist = root().join("dist");
    let mut text = String::from(
        "# What the widget weighs\n\n\
         Written by `cargo xtask size`. Bytes as they lie in `dist/`; \"brotli\" at its highest quality, which is what a \
         browser over HTTPS asks for. The budgets stand in `tests/size.rs`, which fails when one is exceeded.\n\n\
         ## What is loaded, and when\n\n\
         | file | what it is | plain | gzip | brotli |\n|---|---|---:|---:|---:|\n",
    );
    let mut row = |file: &str, what: &str| -> Result<()> {
        let [plain, gzip, brotli] = sizes(&dist.join(file))?;
        writeln!(
            text,
            "| `{}` | {what} | {plain} | {gzip} | {brotli} |",
            unhashed(file)
        )?;
        Ok(())
    };
    row(
        "phone.html",
        "page behind a citizen's link, with sheet and loader",
    )?;
    row(
        "first/one-stop-quick.v1.html",
        "its first question and its form, put into that page",
    )?;
    row(
        "index.html",
        "page of the kiosk, with sheet, loader and attract screen",
    )?;
    for (name, what) in [
        ("hai-long", "the widget for phones"),
        (
            "kiosk",
            "the widget for the kiosk: keypad, scanner, idle watch, attendant's panel, heartbeats",
        ),
    ] {
        for end in ["wasm", "js"] {
            row(&asset(&dist, name, end)?, what)?;
        }
    }
    row(
        "embed/v1/hai-long.js",
        "the element in a portal's page: class, sheet, first question, form, glue",
    )?;
    row(
        &among(&dist, "embed/v1", "hai-long", "wasm")?,
        "its module: the widget for portals",
    )?;
    row(
        "assets/words/en.json",
        "another language, when it is chosen",
    )?;
    row("sw.js", "service worker, once the page stands")?;
    for name in ["loader.js", "fill.js", "boot.js"] {
        writeln!(
            text,
            "| `{name}` | in each page (counted there) | {} | | |",
            page::source(name)?.len()
        )?;
    }
    for (path, title) in web::compiled().iter().zip([
        "## Where the code of the phone's widget comes from",
        "## Where the code of the portal's widget comes from",
        "## Where the code of the kiosk's widget comes from",
    ]) {
        writeln!(
            text,
            "\n{title}\n\nBytes of machine code before compression, by the crate that a function names first. What the \
             tools take out afterwards (descriptions for the glue) is left out.\n\n| crate | bytes | share |\n|---|---:|---:|"
        )?;
        let crates = by_crate(path)?;
        let all: usize = crates.values().sum();
        let mut rows: Vec<_> = crates.into_iter().collect();
        rows.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        let (shown, rest) = rows.split_at(rows.len().min(16));
        let rest: usize = rest.iter().map(|(_, bytes)| bytes).sum();
        for (name, bytes) in shown
            .iter()
            .map(|(name, bytes)| (name.as_str(), *bytes))
            .chain([("all others", rest)])
        {
            writeln!(
                text,
                "| {name} | {bytes} | {:.1} % |",
                100.0 * bytes as f64 / all as f64
            )?;
        }
    }
    Ok(text)
}

fn sizes(file: &Path) -> Result<[u64; 3]> {
    let size = |end: &str| -> Result<u64> {
        let path = format!("{}{end}", file.display());
        Ok(fs::metadata(&path).with_context(|| path.clone())?.len())
    };
    Ok([size("")?, size(".gz")?, size(".br")?])
}

/// The asset with this name and ending, whatever its hash.
fn asset(dist: &Path, name: &str, end: &str) -> Result<String> {
    among(dist, "assets", name, end)
}

/// The same in another folder.
fn among(dist: &Path, folder: &str, name: &str, end: &str) -> Result<String> {
    for entry in fs::read_dir(dist.join(folder))? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if unhashed(&file) == format!("{name}.{end}") {
            return Ok(format!("{folder}/{file}"));
        }
    }
    bail!("dist/{folder} holds no {name}.{end}")
}

/// A file's name without the hash of its content.
fn unhashed(file: &str) -> String {
    let hash = |part: &str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    match file.rsplit_once('.') {
        Some((stem, end)) => match stem.rsplit_once('-') {
            Some((name, part)) if hash(part) => format!("{name}.{end}"),
            _ => file.to_owned(),
        },
        None => file.to_owned(),
    }
}

/// Bytes of code by crate, from the names that the compiler left in the module.
fn by_crate(module: &Path) -> Result<BTreeMap<String, usize>> {
    let bytes = fs::read(module).with_context(|| module.display().to_string())?;
    let (mut imported, mut bodies, mut names) = (0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(sections) = section.as_known() {
                    for section in sections {
                        if let Name::Function(functions) = section? {
                            for function in functions {
                                let function = function?;
                                names.insert(function.index as usize, function.name.to_owned());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut crates = BTreeMap::new();
    for (at, size) in bodies.into_iter().enumerate() {
        let name = names.get(&(at + imported)).map_or("", String::as_str);
        let name = rustc_demangle::demangle(name).to_string();
        if !name.contains("describe") {
            *crates.entry(crate_of(&name)).or_default() += size;
        }
    }
    Ok(crates)
}

/// The crate that a demangled name names first; code of Leptos' reactive system and of serde goes to them, whoever had
/// it made.
fn crate_of(name: &str) -> String {
    for made_by in [
        "serde_json",
        "serde_core",
        "reactive_graph",
        "tachys",
        "leptos",
    ] {
        if name.contains(&format!("{made_by}[")) {
            return made_by.to_owned();
        }
    }
    let start = name.split_once('[').map_or("", |(before, _)| before);
    let name: String = start
        .chars()
        .rev()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    match name.chars().rev().collect::<String>() {
        none if none.is_empty() => "glue and compiler".to_owned(),
        name => name,
    }
}

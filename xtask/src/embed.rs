//! The element `<hai-long-survey>` for other people's pages: one script that carries sheet, first question, form and glue,
//! and the module, whose hash the script holds. So one integrity attribute on the script vouches for all of it.
//!
//! | file in `dist/embed/v1/` | what it is |
//! |---|---|
//! | `hai-long.js`, `hai-long-HASH.js` | the loader as an ES module; the first is asked for again, the second kept for ever |
//! | `hai-long.iife.js`, `hai-long-HASH.iife.js` | the same as a script, for pages that have no modules |
//! | `hai-long-HASH.wasm`, `hai-long-HASH.css` | the module; the sheet, for browsers without constructed sheets |
//! | `frame.js`, `frame.css` | what `/frame` loads beside the loader |
//! | `integrity.json` | file → `sha384-…`, for `integrity="…"` |

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha384};

use crate::page;
use crate::step::root;
use crate::web::{PORTAL, write_hashed};

/// Where the files lie in `dist/`, and at the collector.
pub const FOLDER: &str = "embed/v1";
/// What the element exports of the glue.
const CALLS: [&str; 3] = ["mount", "unmount", "submit"];
const SHEETS: [&str; 4] = [
    "style/10-tokens.css",
    "style/20-base.css",
    "style/30-survey.css",
    "style/60-portal.css",
];

/// Writes the files into `dist`; `question` is the usual form with its first question.
pub fn build(question: &Value, dist: &Path) -> Result<()> {
    let folder = dist.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let source = root().join("src/portal");
    let (wasm, glue) = PORTAL.made()?;
    let sheet = within(&page::style(&SHEETS.map(str::to_owned))?)?;
    let module = write_hashed(&folder, "hai-long", "wasm", &wasm)?;
    let style = write_hashed(&folder, "hai-long", "css", sheet.as_bytes())?;

    let element = page::script(&source.join("element.js"))?;
    let element = filled(&element, "\"THE-SHEET\"", &Value::from(sheet).to_string())?;
    let element = filled(&element, "\"THE-QUESTION\"", &question.to_string())?;
    let element = filled(&element, "THE-INTEGRITY", &integrity(&wasm))?;
    let element = format!("{}{element}", scoped(&glue)?);

    let at = |file: &str, here: &str| format!("new URL(\"./{file}\", {here})");
    // Bundlers look for these very words.
    let here = "import.meta.url";
    let loader = format!(
        "const HOME = {here};\nconst FILE = {};\nconst STYLE = {};\n{element}\ndefine();\nexport {{ HaiLongSurvey, define }};\n",
        at(&module, here),
        at(&style, here),
    );
    let script = format!(
        "(() => {{\nconst HOME = document.currentScript?.src || location.href;\nconst FILE = {};\nconst STYLE = {};\n{element}\ndefine();\n}})();\n",
        at(&module, "HOME"),
        at(&style, "HOME"),
    );
    fs::write(folder.join("hai-long.js"), &loader)?;
    fs::write(folder.join("hai-long.iife.js"), &script)?;
    let mut vouched = BTreeMap::new();
    for (end, text) in [("js", &loader), ("iife.js", &script)] {
        let name = write_hashed(&folder, "hai-long", end, text.as_bytes())?;
        vouched.insert(name, integrity(text.as_bytes()));
    }
    vouched.insert(module, integrity(&wasm));
    fs::write(
        folder.join("integrity.json"),
        serde_json::to_string_pretty(&vouched)?,
    )?;
    fs::write(
        folder.join("frame.js"),
        page::script(&source.join("frame.js"))?,
    )?;
    fs::copy(source.join("frame.css"), folder.join("frame.css"))?;
    fs::copy(source.join("frame.html"), dist.join("frame.html"))?;
    Ok(())
}

/// As an `integrity` attribute names a file.
fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

/// Puts a text in the one place that is meant for it.
fn filled(text: &str, place: &str, with: &str) -> Result<String> {
    ensure!(
        text.matches(place).count() == 1,
        "src/portal/element.js needs {place} once"
    );
    Ok(text.replace(place, with))
}

/// The glue, an ES module, as an object in a scope of its own.
fn scoped(glue: &str) -> Result<String> {
    let mut text = String::from("const glue = (() => {\n");
    for line in glue.lines() {
        if line.starts_with("export {") {
            continue;
        }
        text.push_str(line.strip_prefix("export ").unwrap_or(line).trim_start());
        text.push('\n');
    }
    for call in CALLS {
        ensure!(
            glue.contains(&format!("export function {call}(")),
            "the glue exports no {call}"
        );
    }
    ensure!(
        glue.contains("__wbg_init as default"),
        "the glue exports no start"
    );
    text.push_str(&format!(
        "return {{ start: __wbg_init, {} }};\n}})();\n",
        CALLS.join(", ")
    ));
    Ok(text)
}

/// A sheet of whole pages as one of a shadow root: see `style/60-portal.css`.
fn within(sheet: &str) -> Result<String> {
    ensure!(
        sheet.contains(":root") && sheet.contains("body{"),
        "the sheets have no :root or body"
    );
    let sheet = sheet
        .replace(":root", ":host")
        .replace("html{", ".hl-none{")
        .replace("body{", ".hl-host{");
    let mut text = String::new();
    let mut rest = sheet.as_str();
    while let Some(at) = rest.find("rem") {
        let digits = rest[..at]
            .rfind(|c: char| !c.is_ascii_digit() && c != '.')
            .map_or(0, |before| before + 1);
        let (before, number) = rest[..at].split_at(digits);
        text.push_str(before);
        if number.is_empty() {
            text.push_str("rem");
        } else if before.ends_with(':')
            && before
                .rsplit(['{', ';', '}'])
                .next()
                .is_some_and(asks_for_width)
        {
            // What is asked about a container cannot hold variables; its own text is 1.25 rem at least.
            let rem: f64 = number.parse().context("a number before rem")?;
            text.push_str(&format!("{}em", rem / 1.25));
        } else {
            text.push_str(&format!("calc({number}*var(--hl-rem,1rem))"));
        }
        rest = &rest[at + 3..];
    }
    text.push_str(rest);
    Ok(text)
}

/// `@container (min-width:`, `@media (min-width:`.
fn asks_for_width(before: &str) -> bool {
    before.contains('@') || before.contains("(min-") || before.contains("(max-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_for_pages_becomes_one_for_a_shadow_root() {
        let sheet = ":root{--a:max(1.25rem,2px)}body{margin:0}html{zoom:1}@container (min-width:42rem){.b{width:2rem}}.premier{a:b}";
        assert_eq!(
            within(sheet).expect("a sheet"),
            ":host{--a:max(calc(1.25*var(--hl-rem,1rem)),2px)}.hl-host{margin:0}.hl-none{zoom:1}\
             @container (min-width:33.6em){.b{width:calc(2*var(--hl-rem,1rem))}}.premier{a:b}"
        );
    }

    #[test]
    fn glue_that_lacks_a_call_is_found_out() {
        let glue = "export function mount(a) {\n}\nexport function unmount(a) {\n}\nexport function submit(a) {\n}\nexport { initSync, __wbg_init as default };";
        let scoped = scoped(glue).expect("glue");
        assert!(!scoped.contains("export"), "{scoped}");
        assert!(scoped.ends_with("return { start: __wbg_init, mount, unmount, submit };\n})();\n"));
        assert!(super::scoped(&glue.replace("submit", "other")).is_err());
    }
}

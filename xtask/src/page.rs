//! A page of a door: its source with everything put in that the first paint needs, so that one answer of the collector
//! draws the first screen and takes the first tap. Sheets and scripts stand in the page itself; their hashes go into the
//! page's policy, which allows nothing else inline.
//!
//! The sources mark what is to be built with `data-trunk`, as Trunk does, so that `trunk serve` works on `index.html`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::letters::Letters;
use crate::step::root;
use crate::web::Scripts;

/// Where the first screen goes.
const SCREEN: &str = "<div id=\"hai-long\"></div>";
/// What the screen needs stands before this line, behind the screen: nothing that is parsed, run or asked for earlier may hold
/// it up.
const END: &str = "<noscript>";
/// Where the collector puts the first question.
const QUESTION: &str = "<div id=\"hai-long\"><!--first-question--></div>";
/// Stands in a page until the build is named after everything in it.
const BUILD: &str = "BUILD-NAME";

/// The source of a page.
pub struct Page {
    lines: Vec<Line>,
}

enum Line {
    Kept(String),
    Sheets(Vec<String>),
    Script,
}

/// A page as it is served, still without the name of its build.
pub struct Filled {
    /// The page.
    pub html: String,
    /// `{"script":["sha256-…"],"style":["sha256-…"]}`: what stands in it.
    pub policy: Value,
}

/// The page with the name of its build.
pub fn named(html: &str, build: &str) -> String {
    html.replace(BUILD, build)
}

impl Page {
    /// Reads a source.
    pub fn read(path: &Path) -> Result<Self> {
        let file = path.display();
        let source = fs::read_to_string(path).with_context(|| file.to_string())?;
        let mut lines = Vec::new();
        for line in source.lines() {
            if line.trim().starts_with("<!--") && line.trim().ends_with("-->") {
                continue;
            }
            if !line.contains("data-trunk") {
                lines.push(Line::Kept(line.trim().to_owned()));
                continue;
            }
            let kind = attribute(line, "rel").with_context(|| {
                format!("{file}: a data-trunk link needs rel=\"…\" on the same line")
            })?;
            match kind {
                "css" => {
                    let sheet = attribute(line, "href")
                        .with_context(|| format!("{file}: a css link needs href=\"…\""))?;
                    match lines.last_mut() {
                        Some(Line::Sheets(sheets)) => sheets.push(sheet.to_owned()),
                        _ => lines.push(Line::Sheets(vec![sheet.to_owned()])),
                    }
                }
                "rust" => lines.push(Line::Script),
                other => {
                    bail!("{file}: data-trunk rel={other:?} is unknown here; use css or rust")
                }
            }
        }
        let one = |test: fn(&Line) -> bool| lines.iter().filter(|line| test(line)).count() == 1;
        ensure!(
            one(|line| matches!(line, Line::Sheets(_))) && one(|line| matches!(line, Line::Script)),
            "{file}: one block of data-trunk rel=\"css\" and one rel=\"rust\" are needed"
        );
        ensure!(
            one(|line| matches!(line, Line::Kept(text) if text == END))
                && one(
                    |line| matches!(line, Line::Kept(text) if text == SCREEN || text == QUESTION)
                ),
            "{file}: {END} and the place of the first screen must stand on lines of their own"
        );
        Ok(Self { lines })
    }

    /// The page with this widget and this first screen (HTML).
    ///
    /// `more` are further scripts of the loader.
    pub fn filled(
        &self,
        scripts: &Scripts,
        languages: &Value,
        letters: &Letters,
        screen: &str,
        more: &[&str],
    ) -> Result<Filled> {
        let mut loader = source("loader.js")?;
        for script in more {
            loader = format!("{loader}\n{}", source(script)?);
        }
        let fill = source("fill.js")?;
        let boot = source("boot.js")?
            .replace("GLUE", &format!("/assets/{}", scripts.glue))
            .replace("WASM", &format!("/assets/{}", scripts.wasm));
        let files = letters.files.as_ref().map_or_else(String::new, |files| {
            format!("<script type=\"application/json\" id=\"hl-letters\">{files}</script>\n")
        });
        let mut html = String::new();
        let mut styles = Vec::new();
        for line in &self.lines {
            match line {
                Line::Kept(text) if text == SCREEN => {
                    html.push_str(&format!("<div id=\"hai-long\">{screen}</div>\n"));
                }
                Line::Kept(text) if text == END => html.push_str(&format!(
                    "<script>{fill}</script>\n\
                     <script type=\"application/json\" id=\"hl-languages\">{languages}</script>\n{files}\
                     <link rel=\"preload\" href=\"/assets/{}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n\
                     <link rel=\"modulepreload\" href=\"/assets/{}\">\n\
                     <script type=\"module\">{boot}</script>\n\
                     {END}\n",
                    scripts.wasm, scripts.glue
                )),
                Line::Kept(text) => html.push_str(&format!("{text}\n")),
                Line::Sheets(sheets) => {
                    let style = style(sheets)? + &letters.sheet;
                    html.push_str(&format!("<style>{style}</style>\n"));
                    styles.push(hash(&style));
                }
                // The loader before anything is shown.
                Line::Script => html.push_str(&format!(
                    "<meta name=\"hai-long-build\" content=\"{BUILD}\">\n<script>{loader}</script>\n"
                )),
            }
        }
        let policy = json!({"script": [hash(&loader), hash(&fill), hash(&boot)], "style": styles});
        Ok(Filled { html, policy })
    }
}

/// As a content security policy names what stands in a page.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.split_once(&format!("{name}=\""))?.1;
    Some(rest.split_once('"')?.0)
}

/// The sheets as one, without comments.
pub(crate) fn style(sheets: &[String]) -> Result<String> {
    let mut all = String::new();
    for sheet in sheets {
        all.push_str(&fs::read_to_string(root().join(sheet)).with_context(|| sheet.clone())?);
    }
    minifier::css::minify(&all)
        .map(|small| small.to_string())
        .map_err(|fault| anyhow::anyhow!("{}: {fault}", sheets.join(", ")))
}

/// A script of the loader, without comments and indentation.
pub fn source(name: &str) -> Result<String> {
    script(&root().join("src/loader").join(name))
}

/// A script of ours, without comments and indentation.
pub(crate) fn script(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    // Every comment of our scripts stands behind what it is about, or on a line of its own.
    let lines = text.lines().map(|line| match line.split_once("// ") {
        Some((code, _)) => code.trim(),
        None => line.trim(),
    });
    Ok(lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n"))
}

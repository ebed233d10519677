//! Puts the letters of `style/fonts` into the build. A page never waits for them: it is drawn in letters of the machine,
//! and the kiosk takes its own ones between two screens (`src/kiosk/letters.rs`). Only what names a language in its own
//! script stands in the kiosk's page itself: who looks for it must find it on a machine that lacks the script.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustybuzz::{Face, UnicodeBuffer, shape};
use serde_json::{Value, json};

use crate::fonts::{Fonts, name_of, opened};
use crate::web::write_hashed;

/// Where they lie among the assets.
pub const FOLDER: &str = "fonts/";

/// What a page is told of the letters.
#[derive(Default)]
pub struct Letters {
    /// Rules for its sheet.
    pub sheet: String,
    /// The files to fetch, each with its weight, its characters and the languages that alone need it; none where the
    /// machine's letters do.
    pub files: Option<Value>,
}

impl Letters {
    /// For a page that is shown in the machine's own letters: lines that leave their marks room.
    pub fn of_the_machine() -> Result<Self> {
        Ok(Self {
            sheet: lines(&Fonts::read()?),
            files: None,
        })
    }

    /// For the kiosk, with the files written among the assets.
    pub fn brought_along(assets: &Path) -> Result<Self> {
        let fonts = Fonts::read()?;
        let folder = assets.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let mut sheet = lines(&fonts);
        let mut files = Vec::new();
        for font in &fonts.font {
            for (weight, face) in font.faces() {
                let name = format!("{}-{weight}", font.name);
                let file = write_hashed(&folder, &name, "woff2", &read(&face)?)?;
                files.push(json!({
                    "file": format!("/assets/{FOLDER}{file}"), "weight": weight.to_string(), "range": font.range(),
                    "languages": font.languages,
                }));
            }
            for language in &font.languages {
                let file = font.name_face(language);
                let face = STANDARD.encode(read(&file)?);
                // As wide before the browser has opened the face as after that, so that nothing moves.
                let width = width(&file, &name_of(language)?)?;
                sheet.push_str(&format!(
                    "@font-face{{font-family:hl-name-{language};src:url(data:font/woff2;base64,{face})}}\
                     :not(:lang({language}))>[data-lang={language}]{{font-family:hl-name-{language},var(--hl-font);\
                     justify-content:flex-start;white-space:nowrap;\
                     width:calc({width:.3}em + 2*var(--hl-space) + 4px)}}"
                ));
            }
        }
        Ok(Self {
            sheet,
            files: Some(Value::Array(files)),
        })
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{}: run `cargo xtask fonts`", file.display()))
}

/// How wide a text is, in em.
fn width(file: &Path, text: &str) -> Result<f64> {
    let font = opened(file)?;
    let face = Face::from_slice(&font, 0).with_context(|| file.display().to_string())?;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    let shaped = shape(&face, &[], buffer);
    let units: i32 = shaped
        .glyph_positions()
        .iter()
        .map(|glyph| glyph.x_advance)
        .sum();
    Ok(f64::from(units) / f64::from(face.units_per_em()))
}

/// Scripts that stack higher and hang deeper than Vietnamese get lines further apart.
fn lines(fonts: &Fonts) -> String {
    let mut rules = String::new();
    for font in &fonts.font {
        for (language, height) in font
            .languages
            .iter()
            .zip(std::iter::repeat(font.line_height))
        {
            if let Some(height) = height {
                rules.push_str(&format!(
                    ":where([lang={language}]){{--hl-line:{height};line-height:{height}}}"
                ));
            }
        }
    }
    rules
}

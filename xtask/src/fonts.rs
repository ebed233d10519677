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

/// The font in a compressed file.
pub fn opened(file: &Path) -> Result<Vec<u8>> {
    let bytes =
        fs::read(file).with_context(|| format!("{}: run `cargo xtask fonts`", file.display()))?;
    wuff::decompress_woff2(&bytes).map_err(|fault| anyhow::anyhow!("{}: {fault:?}", file.display()))
}

/// What a language calls itself.
pub fn name_of(language: &str) -> Result<String> {
    let path = root().join(format!("src/words/{language}.json"));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let words: serde_json::Value = serde_json::from_str(&text)?;
    let name = words["name"]
        .as_str()
        .context("a language without a name")?;
    Ok(name.to_owned())
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
        let name = name_of(language)?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rustybuzz::{Face, UnicodeBuffer, shape};
    use serde_json::Value;

    use super::*;

    /// Every text of every language: of the screens, and of the forms that are shipped.
    fn texts() -> Result<BTreeMap<String, Vec<String>>> {
        let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in json_files("src/words")? {
            let language = file.file_stem().context("a name")?.to_string_lossy();
            let words: BTreeMap<String, String> =
                serde_json::from_str(&fs::read_to_string(&file)?)?;
            texts
                .entry(language.into_owned())
                .or_default()
                .extend(words.into_values());
        }
        for file in json_files("crates/survey/forms")? {
            collect(
                &serde_json::from_str(&fs::read_to_string(&file)?)?,
                &mut texts,
            );
        }
        Ok(texts)
    }

    fn json_files(folder: &str) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(root().join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") {
                files.push(path);
            }
        }
        Ok(files)
    }

    /// A text is an object with a Vietnamese one.
    fn collect(value: &Value, into: &mut BTreeMap<String, Vec<String>>) {
        match value {
            Value::Object(fields) if fields.get("vi").is_some_and(Value::is_string) => {
                for (language, text) in fields {
                    let text = text.as_str().unwrap_or_default().to_owned();
                    into.entry(language.clone()).or_default().push(text);
                }
            }
            Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
            Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
            _ => {}
        }
    }

    /// The characters that a face lacks, or that stand there as a dotted circle: a mark without its letter.
    fn lacking(face: &Face, text: &str) -> Vec<char> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        let circle = face.glyph_index('\u{25cc}').map(|glyph| u32::from(glyph.0));
        let shaped = shape(face, &[], buffer);
        shaped
            .glyph_infos()
            .iter()
            .filter(|glyph| glyph.glyph_id == 0 || Some(glyph.glyph_id) == circle)
            .filter_map(|glyph| text[glyph.cluster as usize..].chars().next())
            .collect()
    }

    #[test]
    fn the_letters_write_every_text_of_every_language() -> Result<()> {
        let fonts = Fonts::read()?;
        for (language, texts) in texts()? {
            let script = fonts
                .font
                .iter()
                .find(|font| font.languages.contains(&language));
            let latin = fonts.font.iter().find(|font| font.languages.is_empty());
            let latin = latin.context("letters that everybody reads")?;
            for weight in 0..WEIGHTS.len() {
                let open = |font: &Font| opened(&font.faces()[weight].1);
                let (plain, special) = (open(latin)?, script.map(open).transpose()?);
                let plain = Face::from_slice(&plain, 0).context("a font")?;
                let special = special
                    .as_deref()
                    .and_then(|file| Face::from_slice(file, 0));
                for text in &texts {
                    // As a browser does: each stretch in the first face that has it.
                    let of_script = |c: char| {
                        special
                            .as_ref()
                            .is_some_and(|face| face.glyph_index(c).is_some())
                    };
                    for stretch in text
                        .split_inclusive(' ')
                        .flat_map(|word| stretches(word, of_script))
                    {
                        let face = match &special {
                            Some(face) if stretch.starts_with(of_script) => face,
                            _ => &plain,
                        };
                        let lacking = lacking(face, stretch);
                        ensure!(lacking.is_empty(), "{language}: {lacking:?} in {text:?}");
                    }
                }
            }
        }
        Ok(())
    }

    /// A word cut where it changes its script.
    fn stretches(word: &str, of_script: impl Fn(char) -> bool) -> Vec<&str> {
        let mut cuts = vec![0];
        let mut before = None;
        for (place, letter) in word.char_indices() {
            let now = of_script(letter);
            if before.is_some_and(|before| before != now) {
                cuts.push(place);
            }
            before = Some(now);
        }
        cuts.push(word.len());
        cuts.windows(2)
            .map(|pair| &word[pair[0]..pair[1]])
            .collect()
    }

    #[test]
    fn marks_stack_over_the_letters_of_the_central_highlands() -> Result<()> {
        for (_, file) in Fonts::read()?.font[0].faces() {
            let file = opened(&file)?;
            let face = Face::from_slice(&file, 0).context("a font")?;
            for letter in [
                "Ẫ",
                "Ặ",
                "ỵ",
                "Ự",
                "ê\u{306}",
                "ô\u{306}",
                "ơ\u{306}",
                "ư\u{306}",
                "Ê\u{306}",
                "Ư\u{306}",
                "ê\u{30c}",
                "ƀ",
                "Ƀ",
                "ĕ",
                "ĭ",
                "ŏ",
                "ŭ",
                "č",
                "ñ",
                "đ",
            ] {
                let lacking = lacking(&face, letter);
                ensure!(lacking.is_empty(), "{letter}: {lacking:?}");
                let mut buffer = UnicodeBuffer::new();
                buffer.push_str(letter);
                let shaped = shape(&face, &[], buffer);
                // A mark that is placed takes no room of its own and is moved back over its letter.
                for place in shaped.glyph_positions().iter().skip(1) {
                    ensure!(
                        place.x_advance == 0 && place.x_offset != 0,
                        "{letter}: {place:?}"
                    );
                }
            }
        }
        Ok(())
    }

    #[test]
    fn a_language_finds_its_name_in_its_own_script() -> Result<()> {
        for font in Fonts::read()?.font {
            for language in &font.languages {
                let file = opened(&font.name_face(language))?;
                let face = Face::from_slice(&file, 0).context("a font")?;
                let name = name_of(language)?;
                ensure!(
                    lacking(&face, &name).is_empty(),
                    "run `cargo xtask fonts`: {name}"
                );
            }
        }
        Ok(())
    }

    #[test]
    fn the_letters_stay_light() -> Result<()> {
        for font in Fonts::read()?.font {
            let mut bytes = 0;
            for (_, file) in font.faces() {
                bytes += fs::metadata(file)?.len();
            }
            // What everybody loads, and what one language asks for more.
            let budget = if font.languages.is_empty() {
                30_000
            } else {
                36_000
            };
            ensure!(
                bytes <= budget,
                "{}: {bytes} bytes, and {budget} are allowed",
                font.name
            );
        }
        Ok(())
    }
}

//! What the screens say, apart from the forms' own words: one JSON file per language with the same keys.
//!
//! Vietnamese is compiled in, so a kiosk without a network always speaks; other languages are fetched when
//! somebody chooses them. A new language is a new file: no code names one.

mod load;

use serde::Deserialize;
use survey::named::Named;

use crate::json;

pub use load::{from, list, of};

/// Not a text but where a file says whether a native speaker has read it: there until one has (docs/languages.md).
#[cfg(any(feature = "kiosk", test))]
const REVIEW: &str = "review";
/// What it says until then.
#[cfg(any(feature = "kiosk", test))]
const AWAITING: &str = "awaiting";

/// The words of one language, by key.
#[derive(Clone, Debug)]
pub struct Words {
    lang: String,
    by_key: Named<String>,
}

/// One language as listed in `/assets/words/index.json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Language {
    /// Its tag, as in a `lang` attribute.
    pub lang: String,
    /// Its name in itself, as its speakers write it.
    pub name: String,
    /// Where the list of its prompts is, if it can be read aloud.
    #[cfg(feature = "kiosk")]
    #[serde(default)]
    pub audio: Option<String>,
}

#[cfg(target_arch = "wasm32")]
impl survey::read::Read for Language {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            lang: node.get("lang")?,
            name: node.get("name")?,
            #[cfg(feature = "kiosk")]
            audio: node.get("audio"),
        })
    }
}

impl Words {
    /// The Vietnamese words that are compiled in.
    pub fn vietnamese() -> Self {
        Self {
            lang: survey::text::Lang::DEFAULT.to_owned(),
            by_key: json::read(include_str!(concat!(env!("OUT_DIR"), "/vi.json")))
                .unwrap_or_default(),
        }
    }

    /// The words of `lang`, read from a words file. A key that the file lacks is said in Vietnamese.
    pub fn read(lang: &str, text: &str) -> Option<Self> {
        let mut words = Self::vietnamese();
        lang.clone_into(&mut words.lang);
        words.by_key.extend(json::read::<Named<String>>(text)?);
        Some(words)
    }

    /// The language tag of these words.
    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// Has no native speaker read them yet? Their file says so.
    #[cfg(feature = "kiosk")]
    pub fn await_review(&self) -> bool {
        self.by_key
            .get(REVIEW)
            .is_some_and(|state| state == AWAITING)
    }

    /// The text of `key`; the key itself if no file has it, which the tests rule out for every key in use.
    pub fn say(&self, key: &str) -> String {
        self.by_key.get(key).map_or(key, String::as_str).to_owned()
    }

    /// The text of `key` with each `{name}` replaced by its value.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let text = self.say(key);
        let mut filled = String::new();
        let mut rest = text.as_str();
        while let Some((before, blank)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = blank.split_once('}').unwrap_or((blank, ""));
            let value = values.iter().find(|(known, _)| *known == name);
            filled.push_str(value.map_or("", |(_, value)| value));
            rest = after;
        }
        filled + rest
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::Words;

    fn files() -> BTreeMap<String, BTreeMap<String, String>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words");
        fs::read_dir(folder)
            .expect("the words folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .map(|path| {
                let lang = path.file_stem().expect("a name").to_string_lossy();
                let text = fs::read_to_string(&path).expect("a words file");
                let words = serde_json::from_str(&text)
                    .unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
                (lang.into_owned(), words)
            })
            .collect()
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect()
    }

    fn sources(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).expect("a source folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|end| end == "rs") {
                into.push_str(&fs::read_to_string(path).expect("a source file"));
            }
        }
    }

    #[test]
    fn every_language_says_everything_with_the_same_blanks() {
        let files = files();
        let vi = &files["vi"];
        for (lang, mut words) in files.clone() {
            let review = words.remove(super::REVIEW);
            assert!(
                review.is_none_or(|state| state == super::AWAITING),
                "{lang}.json: review is \"awaiting\" or not there"
            );
            let keys: Vec<_> = words.keys().collect();
            assert_eq!(keys, vi.keys().collect::<Vec<_>>(), "keys of {lang}.json");
            for (key, text) in &words {
                assert!(!text.trim().is_empty(), "{lang}.json: {key} is empty");
                assert_eq!(
                    placeholders(text),
                    placeholders(&vi[key]),
                    "blanks of {key} in {lang}.json"
                );
            }
        }
    }

    #[test]
    fn every_key_in_the_files_is_used_and_every_key_used_is_in_the_files() {
        let mut code = String::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut code,
        );
        let files = files();
        for key in files["vi"].keys().filter(|key| *key != "name") {
            let stem = key.strip_suffix(".mend").unwrap_or(key);
            assert!(
                code.contains(&format!("\"{stem}\"")),
                "{key} is said nowhere"
            );
        }
        for call in [".say(\"", ".fill(\""] {
            for rest in code.split(call).skip(1) {
                let key = rest.split('"').next().expect("a literal");
                let literal = key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || ".-".contains(c));
                assert!(
                    !literal || files["vi"].contains_key(key),
                    "no words for {key}"
                );
            }
        }
    }

    #[test]
    fn a_key_missing_in_a_translation_is_said_in_vietnamese() {
        let words = Words::read("rad", r#"{"name":"Rade"}"#).expect("words");
        assert_eq!(words.lang(), "rad");
        assert_eq!(words.say("name"), "Rade");
        assert_eq!(words.say("back"), Words::vietnamese().say("back"));
    }

    #[test]
    fn blanks_are_filled() {
        let words = Words::read("en", include_str!("en.json")).expect("words");
        assert_eq!(
            words.fill("progress", &[("n", "2"), ("total", "4")]),
            "Question 2 of 4"
        );
    }
}

//! What the plain form says around the form's own words: one file for all languages, so that another one is data alone.

use std::sync::LazyLock;

use serde::Deserialize;
use survey::form::Form;
use survey::text::{Lang, Text};

/// A language of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Language {
    /// As in a `lang` attribute.
    pub(super) tag: String,
    /// What it calls itself.
    pub(super) name: String,
    /// No native speaker has read it yet.
    #[serde(default)]
    pub(super) awaits_review: bool,
}

/// Everything that the page says; the field's name says where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) languages: Vec<Language>,
    pub(super) language: Text,
    pub(super) unreviewed: Text,
    pub(super) demo: Text,
    pub(super) unit: Text,
    pub(super) procedure: Text,
    pub(super) note: Text,
    pub(super) must: Text,
    pub(super) only: Text,
    pub(super) skip: Text,
    pub(super) comment_hint: Text,
    pub(super) send: Text,
    pub(super) not_sent: Text,
    pub(super) kept: Text,
    pub(super) choose: Text,
    pub(super) too_long: Text,
    pub(super) busy: Text,
    pub(super) thanks: Text,
    pub(super) farewell: Text,
}

/// The words.
#[expect(
    clippy::expect_used,
    reason = "the file is compiled in and a test reads it"
)]
pub(super) fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        serde_json::from_str(include_str!("words.json"))
            .expect("words that are compiled in have every key")
    });
    &WORDS
}

impl Words {
    /// The languages that page and form both speak.
    pub(super) fn shared_with(&self, form: &Form) -> Vec<&Language> {
        self.languages
            .iter()
            .filter(|one| form.languages.iter().any(|lang| lang.as_str() == one.tag))
            .collect()
    }

    /// The one of these that is asked for, else Vietnamese, in which every form is complete.
    pub(super) fn chosen<'a>(&'a self, form: &Form, tag: &str) -> &'a str {
        self.shared_with(form)
            .into_iter()
            .find(|one| one.tag == tag)
            .map_or(Lang::DEFAULT, |one| &one.tag)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_language_says_everything_with_the_same_blanks() {
        let words = words();
        assert_eq!(
            words.languages[0].tag,
            Lang::DEFAULT,
            "Vietnamese stands first"
        );
        let file: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(include_str!("words.json")).expect("words");
        let blanks = |text: &str| -> Vec<String> {
            let mut blanks: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned()))
                .collect();
            blanks.sort();
            blanks
        };
        for (key, texts) in file.iter().filter(|(key, _)| *key != "languages") {
            let texts = texts.as_object().expect("texts by language");
            assert_eq!(texts.len(), words.languages.len(), "{key}");
            for language in &words.languages {
                let text = texts[&language.tag].as_str().expect("a text");
                assert!(!text.trim().is_empty(), "{key}");
                let vietnamese = texts["vi"].as_str().expect("a text");
                assert_eq!(
                    blanks(text),
                    blanks(vietnamese),
                    "{key} in {}",
                    language.tag
                );
            }
        }
    }
}

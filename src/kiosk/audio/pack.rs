//! The prompts of a language, found by the text that they say.

use gloo_net::http::Request;
use serde::Deserialize;

use crate::json;

/// Where the sound files lie.
const FOLDER: &str = "/assets/audio/";
/// What the keys of a form's prompts begin with.
const FORM: &str = "form.";

/// One prompt, as the build lists it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Prompt {
    /// Its key in the script.
    pub key: String,
    text: String,
    file: String,
}

impl Prompt {
    /// Where its sound is.
    pub fn address(&self) -> String {
        [FOLDER, &self.file].concat()
    }
}

/// What is to be said next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A prompt of the pack.
    Prompt(Prompt),
    /// A text that the pack lacks, in this language.
    Speech {
        /// The text.
        text: String,
        /// Its language.
        lang: String,
    },
}

/// A pack; empty where a language has none.
#[derive(Debug, Default)]
pub struct Pack {
    lang: String,
    prompts: Vec<Prompt>,
}

impl Pack {
    /// From this manifest; false, with an empty pack, when it cannot be had now.
    pub async fn fetch(lang: &str, manifest: Option<&str>) -> (Self, bool) {
        let prompts = match manifest {
            Some(address) => read(address).await,
            None => Some(Vec::new()),
        };
        let whole = prompts.is_some();
        let pack = Self {
            lang: lang.to_owned(),
            prompts: prompts.unwrap_or_default(),
        };
        (pack, whole)
    }

    /// Its language.
    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// What says a text: one prompt, or several that cover it one after the other ("the last digits are", "0", "5"); else
    /// the text itself, for a voice of the device.
    pub fn prompts_of(&self, text: &str) -> Vec<Said> {
        let mut said = Vec::new();
        let mut rest = between(text);
        while !rest.is_empty() {
            let longest = self
                .prompts
                .iter()
                .filter(|prompt| begins(rest, &prompt.text))
                .max_by_key(|prompt| prompt.text.len());
            let Some(prompt) = longest else {
                let (text, lang) = (text.to_owned(), self.lang.clone());
                return vec![Said::Speech { text, lang }];
            };
            said.push(Said::Prompt(prompt.clone()));
            rest = between(&rest[prompt.text.len()..]);
        }
        said
    }

    /// Fetches the prompts of the words and of the form whose keys begin like `form`; false when one cannot be had.
    pub async fn keep(&self, form: &str) -> bool {
        let mut whole = !self.prompts.is_empty();
        for prompt in &self.prompts {
            if prompt.key.starts_with(form) || !prompt.key.starts_with(FORM) {
                let answer = Request::get(&prompt.address()).send().await;
                whole &= match answer {
                    Ok(answer) => answer.ok() && answer.binary().await.is_ok(),
                    Err(_) => false,
                };
            }
        }
        whole
    }
}

async fn read(address: &str) -> Option<Vec<Prompt>> {
    let answer = Request::get(address).send().await.ok()?;
    json::read(&answer.text().await.ok()?)
}

/// Without what is not said between two parts.
fn between(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || "-:/".contains(c))
}

/// Does the text begin with this prompt, and not in the middle of a word? Digits are said one by one.
fn begins(text: &str, prompt: &str) -> bool {
    let digit = prompt.len() == 1 && prompt.starts_with(|c: char| c.is_ascii_digit());
    text.strip_prefix(prompt)
        .is_some_and(|rest| digit || !rest.starts_with(char::is_alphanumeric))
}

#[cfg(target_arch = "wasm32")]
impl survey::read::Read for Prompt {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            key: node.get("key")?,
            text: node.get("text")?,
            file: node.get("file")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let prompts = [
            ("digits", "Mã hồ sơ có các số cuối là"),
            ("code", "Mã hồ sơ"),
            ("hint", "Nhập 6 số."),
            ("scan", "Hoặc đưa mã lại gần."),
            ("no", "Không"),
            ("d0", "0"),
            ("d5", "5"),
        ];
        let pack = Pack {
            lang: "vi".to_owned(),
            prompts: prompts
                .map(|(key, text)| Prompt {
                    key: key.to_owned(),
                    text: text.to_owned(),
                    file: String::new(),
                })
                .to_vec(),
        };
        let told = |said| match said {
            Said::Prompt(prompt) => prompt.key,
            Said::Speech { text, lang } => [lang, text].join(": "),
        };
        pack.prompts_of(text).into_iter().map(told).collect()
    }

    #[test]
    fn a_text_is_said_by_the_prompts_that_cover_it() {
        assert_eq!(said("Mã hồ sơ"), ["code"]);
        assert_eq!(
            said("Mã hồ sơ có các số cuối là 0505"),
            ["digits", "d0", "d5", "d0", "d5"]
        );
        assert_eq!(said("Nhập 6 số. Hoặc đưa mã lại gần."), ["hint", "scan"]);
        assert!(said("  ").is_empty());
    }

    #[test]
    fn a_text_that_is_not_covered_whole_is_not_said_in_part() {
        assert_eq!(said("Không hài lòng"), ["vi: Không hài lòng"]);
        assert_eq!(said("Khôngđâu"), ["vi: Khôngđâu"]);
    }
}

//! A pack: the prompts of one language with their manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::script::Script;
use super::voice::Voice;

const MANIFEST: &str = "manifest.json";
/// What the keys of a form's prompts begin with.
const FORM: &str = "form.";

/// One prompt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// Key of a word, or of a text of a form.
    pub key: String,
    /// What is said.
    pub text: String,
    /// Its file in the folder of the pack.
    pub file: String,
    /// Who speaks.
    pub voice: String,
    /// The voice is a machine's.
    pub synthetic: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    lang: String,
    prompts: Vec<Prompt>,
}

/// The pack in a folder.
pub struct Pack {
    folder: PathBuf,
    lang: String,
    prompts: Vec<Prompt>,
}

impl Pack {
    /// Reads the manifest in this folder; a folder that is not there is an empty pack.
    pub fn open(folder: &Path, lang: &str) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let prompts = if path.is_file() {
            let text = fs::read_to_string(&path)?;
            let manifest: Manifest =
                serde_json::from_str(&text).with_context(|| path.display().to_string())?;
            manifest.prompts
        } else {
            Vec::new()
        };
        Ok(Self {
            folder: folder.to_owned(),
            lang: lang.to_owned(),
            prompts,
        })
    }

    /// Its prompts.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// Makes what the script says and the pack lacks, and takes out what the script no longer says. Prompts of forms
    /// that this script does not know are left alone. Tells what was done.
    pub fn follow(self, script: &Script, voice: &Voice) -> Result<String> {
        fs::create_dir_all(&self.folder)?;
        let known: BTreeSet<&str> = script.keys().filter_map(|key| form_of(key)).collect();
        let others = self
            .prompts
            .iter()
            .filter(|prompt| form_of(&prompt.key).is_some_and(|form| !known.contains(form)));
        let mut all: BTreeMap<String, Prompt> = others
            .map(|prompt| (prompt.key.clone(), prompt.clone()))
            .collect();
        let mut by_text: BTreeMap<String, Prompt> = BTreeMap::new();
        for prompt in &self.prompts {
            // A text that somebody has recorded is not said by a machine elsewhere.
            let fits = self.folder.join(&prompt.file).is_file()
                && (!prompt.synthetic || prompt.voice == voice.name());
            if fits && (!prompt.synthetic || !by_text.contains_key(&prompt.text)) {
                by_text.insert(prompt.text.clone(), prompt.clone());
            }
        }
        let mut made = 0;
        for (key, text) in script {
            let prompt = match by_text.get(text) {
                Some(prompt) => Prompt {
                    key: key.clone(),
                    ..prompt.clone()
                },
                None => {
                    let file = format!("{key}.opus");
                    voice.speak(text, &self.folder.join(&file))?;
                    made += 1;
                    Prompt {
                        key: key.clone(),
                        text: text.clone(),
                        file,
                        voice: voice.name().to_owned(),
                        synthetic: true,
                    }
                }
            };
            by_text.insert(text.clone(), prompt.clone());
            all.insert(key.clone(), prompt);
        }
        let prompts: Vec<Prompt> = all.into_values().collect();
        let removed = self.remove_all_but(&prompts)?;
        let bytes = self.bytes()?;
        let told = format!(
            "{} prompts, {made} files made, {removed} removed, {} kB in all",
            prompts.len(),
            bytes / 1000
        );
        let manifest = Manifest {
            lang: self.lang,
            prompts,
        };
        fs::write(
            self.folder.join(MANIFEST),
            serde_json::to_string_pretty(&manifest)? + "\n",
        )?;
        Ok(told)
    }

    fn remove_all_but(&self, prompts: &[Prompt]) -> Result<usize> {
        let kept: BTreeSet<&str> = prompts.iter().map(|prompt| prompt.file.as_str()).collect();
        let mut removed = 0;
        for file in self.files()? {
            if !kept.contains(file.as_str()) {
                fs::remove_file(self.folder.join(&file))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The names of its sound files.
    fn files(&self) -> Result<Vec<String>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name != MANIFEST {
                files.push(name);
            }
        }
        Ok(files)
    }

    fn bytes(&self) -> Result<u64> {
        let mut bytes = 0;
        for file in self.files()? {
            bytes += fs::metadata(self.folder.join(file))?.len();
        }
        Ok(bytes)
    }
}

/// The form that a key belongs to, with its version.
fn form_of(key: &str) -> Option<&str> {
    let rest = key.strip_prefix(FORM)?;
    let (form, rest) = rest.split_once(".v")?;
    let version = rest.split('.').next()?;
    key.get(..FORM.len() + form.len() + ".v".len() + version.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{folder, languages, script};
    use crate::step::root;

    #[test]
    fn every_pack_says_what_the_screens_say() {
        for lang in languages(&folder()).expect("packs") {
            let pack = Pack::open(&folder().join(&lang), &lang).expect("a manifest");
            let mut script = script::of(&root(), &lang, None).expect("a script");
            for prompt in pack.prompts() {
                let path = pack.folder.join(&prompt.file);
                let sound = fs::read(&path).unwrap_or_default();
                assert!(
                    sound.starts_with(b"OggS"),
                    "{} is no Opus file in an Ogg container",
                    path.display()
                );
                if let Some(text) = script.remove(&prompt.key) {
                    assert_eq!(
                        text, prompt.text,
                        "the text of {} has changed since its prompt was made: run `cargo xtask audio {lang}`, or \
                         record it anew (docs/audio.md)",
                        prompt.key
                    );
                } else {
                    assert!(
                        form_of(&prompt.key).is_some(),
                        "nobody says {} any more: run `cargo xtask audio {lang}`",
                        prompt.key
                    );
                }
            }
            assert!(
                script.is_empty(),
                "without a prompt in {lang}: {:?}; run `cargo xtask audio {lang}`",
                script.keys()
            );
            let named: BTreeSet<&str> = pack.prompts().iter().map(|p| p.file.as_str()).collect();
            for file in pack.files().expect("files") {
                assert!(named.contains(file.as_str()), "nobody says {lang}/{file}");
            }
            assert!(
                pack.bytes().expect("bytes") <= 1_000_000,
                "the pack of {lang} weighs more than 1 MB"
            );
        }
    }

    #[test]
    fn a_recorded_prompt_stays_until_its_text_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let prompt = |key: &str, text: &str| Prompt {
            key: key.to_owned(),
            text: text.to_owned(),
            file: format!("{key}.opus"),
            voice: "Lan".to_owned(),
            synthetic: false,
        };
        let recorded = [
            prompt("back", "Quay lại"),
            prompt("end", "Kết thúc"),
            prompt("form.own.v2.item.a", "A?"),
        ];
        for prompt in &recorded {
            fs::write(folder.path().join(&prompt.file), "OggS").expect("a file");
        }
        let manifest = Manifest {
            lang: "vi".to_owned(),
            prompts: recorded.to_vec(),
        };
        let written = serde_json::to_string(&manifest).expect("JSON");
        fs::write(folder.path().join(MANIFEST), written).expect("a manifest");
        let script = Script::from([("back".to_owned(), "Quay lại".to_owned())]);
        let pack = Pack::open(folder.path(), "vi").expect("a pack");
        // Nothing is to be made, so nobody needs to be able to speak.
        let voice = Voice::of("vi").expect("a voice");
        pack.follow(&script, &voice).expect("followed");
        let kept = Pack::open(folder.path(), "vi").expect("a pack");
        let keys: Vec<(&str, bool)> = kept
            .prompts()
            .iter()
            .map(|prompt| (prompt.key.as_str(), prompt.synthetic))
            .collect();
        assert_eq!(keys, [("back", false), ("form.own.v2.item.a", false)]);
        assert_eq!(kept.files().expect("files").len(), 2);
    }
}

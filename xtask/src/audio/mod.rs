//! `cargo xtask audio`: the prompts that the kiosk reads aloud, made by a synthetic voice from the words and forms
//! themselves. What a person has recorded is left alone as long as its text is the same; docs/audio.md tells how.
//!
//! | file | what it is |
//! |---|---|
//! | `audio/LANG/manifest.json` | the script: key, text, file and voice of each prompt |
//! | `audio/LANG/KEY.opus` | a prompt; texts that are the same share one file |

mod pack;
mod script;
mod serve;
mod voice;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::step::root;
use crate::tools;
use pack::Pack;
pub use serve::serve;
use voice::Voice;

/// What `cargo xtask audio` may be told.
#[derive(Args)]
pub struct AudioArguments {
    /// Languages to make prompts of; all that have a folder in audio/ if none is named.
    #[arg(value_name = "LANG")]
    languages: Vec<String>,
    /// Folder with forms of the authority (*.json): their prompts are made, too.
    #[arg(long, value_name = "DIR")]
    forms: Option<PathBuf>,
}

/// Makes what is missing or out of date in the packs of these languages.
pub fn make(arguments: &AudioArguments) -> Result<()> {
    tools::ensure(&[("espeak-ng", "espeak-ng"), ("opusenc", "opus-tools")])?;
    let languages = match arguments.languages.as_slice() {
        [] => languages(&folder())?,
        named => named.to_vec(),
    };
    for lang in &languages {
        let words = root().join(format!("src/words/{lang}.json"));
        if !words.is_file() {
            bail!("there are no words of {lang:?}; write src/words/{lang}.json first");
        }
        let script = script::of(&root(), lang, arguments.forms.as_deref())?;
        let voice = Voice::of(lang)?;
        let made = Pack::open(&folder().join(lang), lang)?.follow(&script, &voice)?;
        println!("{lang}: {made}");
    }
    Ok(())
}

fn folder() -> PathBuf {
    root().join("audio")
}

/// The languages that have a folder of prompts.
fn languages(folder: &Path) -> Result<Vec<String>> {
    let mut languages = Vec::new();
    for entry in folder
        .read_dir()
        .with_context(|| folder.display().to_string())?
    {
        let entry = entry?;
        if entry.path().is_dir() {
            languages.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    languages.sort();
    Ok(languages)
}

//! A synthetic voice: Debian's espeak-ng speaks, opusenc packs.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::step::{output, run};

/// Words a minute: slower than people talk, since many listeners are old. The kiosk's own button makes it faster.
const WORDS_A_MINUTE: &str = "145";
/// Speech in one channel stays clear at this rate; kbit/s.
const BITRATE: &str = "12";

/// The voice of a language.
pub struct Voice {
    lang: String,
    name: String,
}

impl Voice {
    /// The voice that speaks this language.
    pub fn of(lang: &str) -> Result<Self> {
        let known = output(Command::new("espeak-ng").arg(format!("--voices={lang}")));
        // Its first line is the head of the table.
        if known.is_ok_and(|known| known.lines().count() < 2) {
            bail!(
                "espeak-ng has no voice for {lang:?}; have a speaker record the prompts (docs/audio.md)"
            );
        }
        Ok(Self {
            lang: lang.to_owned(),
            name: format!("espeak-ng {lang}"),
        })
    }

    /// As the manifest names it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes what it says as Opus in an Ogg container, the same bytes each time.
    pub fn speak(&self, text: &str, to: &Path) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let wave = folder.path().join("prompt.wav");
        run(Command::new("espeak-ng")
            .args(["-v", &self.lang, "-s", WORDS_A_MINUTE, "-w"])
            .arg(&wave)
            .arg("--")
            .arg(text))?;
        run(Command::new("opusenc")
            .args([
                "--quiet",
                "--speech",
                "--bitrate",
                BITRATE,
                "--framesize",
                "60",
            ])
            .args(["--downmix-mono", "--padding", "0", "--serial", "1"])
            .args(["--artist", "espeak-ng, a synthetic voice"])
            .arg(&wave)
            .arg(to))
    }
}

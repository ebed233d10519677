//! Writes the built-in words for this build of the widget: all of them for the kiosk, and for the other doors those that
//! are not said at a kiosk alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, error, fs};

/// What the keys of words begin with that only the kiosk says.
const ONLY_AT_THE_KIOSK: [&str; 18] = [
    "attract.invite",
    "attract.note",
    "attract.start",
    "audio",
    "confirm.",
    "display",
    "dossier.",
    "enrol.",
    "error.not-enrolled",
    "error.refused",
    "error.storage.",
    "error.unreachable.",
    "idle.",
    "panel",
    "parked",
    "pin.",
    "staff",
    "unreviewed",
];

fn main() -> Result<(), Box<dyn error::Error>> {
    const WORDS: &str = "src/words/vi.json";
    println!("cargo::rerun-if-changed={WORDS}");
    println!("cargo::rerun-if-changed=build.rs");
    let mut words: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string(WORDS)?)?;
    if env::var_os("CARGO_FEATURE_KIOSK").is_none() {
        words.retain(|key, _| {
            let key = format!("{key}.");
            !ONLY_AT_THE_KIOSK.iter().any(|start| key.starts_with(start))
        });
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    fs::write(folder.join("vi.json"), serde_json::to_vec(&words)?)?;
    Ok(())
}

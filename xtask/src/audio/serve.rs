//! The packs as the kiosk fetches them: each file with a hash of its content in its name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use super::pack::Pack;
use super::{folder, languages};
use crate::web::write_hashed;

/// Copies every pack among the assets; gives the address of each manifest by language.
pub fn serve(assets: &Path) -> Result<BTreeMap<String, String>> {
    let to = assets.join("audio");
    fs::create_dir_all(&to)?;
    let mut addresses = BTreeMap::new();
    for lang in languages(&folder())? {
        let from = folder().join(&lang);
        // One prompt for each text: the kiosk looks for what stands on the screen.
        let mut prompts = BTreeMap::new();
        for prompt in Pack::open(&from, &lang)?.prompts() {
            if prompts.contains_key(&prompt.text) {
                continue;
            }
            let path = from.join(&prompt.file);
            let sound = fs::read(&path).with_context(|| path.display().to_string())?;
            let file = write_hashed(&to, &lang, "opus", &sound)?;
            prompts.insert(
                prompt.text.clone(),
                json!({"key": prompt.key, "text": prompt.text, "file": file}),
            );
        }
        let prompts: Vec<_> = prompts.into_values().collect();
        let manifest = serde_json::to_vec(&prompts)?;
        let file = write_hashed(&to, &lang, "json", &manifest)?;
        addresses.insert(lang, format!("/assets/audio/{file}"));
    }
    Ok(addresses)
}

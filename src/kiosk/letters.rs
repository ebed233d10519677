//! The kiosk's own letters. They are fetched while nobody waits for them and put on between two screens: a line that
//! changes its letters while somebody reads it moves everything under it.
//!
//! The build lists the files in the page (`xtask/src/letters.rs`); a script is one of them, and no code names it.

use std::cell::RefCell;

use serde::Deserialize;
use wasm_bindgen_futures::JsFuture;
use web_sys::{FontFace, FontFaceDescriptors};

use crate::{browser, json};

/// The element with the list.
const LIST: &str = "hl-letters";
/// The family that the sheets name first; the files together are it.
const FAMILY: &str = "Noto Sans";

/// One file.
#[derive(Clone, Deserialize)]
struct Letter {
    file: String,
    weight: String,
    range: String,
    languages: Vec<String>,
}

#[cfg(target_arch = "wasm32")]
impl survey::read::Read for Letter {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            file: node.get("file")?,
            weight: node.get("weight")?,
            range: node.get("range")?,
            languages: node.get("languages")?,
        })
    }
}

/// All of them.
pub(super) struct Letters {
    missing: RefCell<Vec<Letter>>,
    ready: RefCell<Vec<FontFace>>,
}

impl Letters {
    /// As the page lists them; nothing is fetched yet.
    pub fn listed() -> Self {
        let listed = browser::text_of(LIST).and_then(|list| json::read(&list));
        Self {
            missing: RefCell::new(listed.unwrap_or_default()),
            ready: RefCell::default(),
        }
    }

    /// Fetches those that this language alone needs, or without one those that everybody reads. False when some cannot be
    /// had now.
    pub async fn fetch(&self, language: Option<&str>) -> bool {
        let wanted = |letter: &Letter| match language {
            Some(language) => letter.languages.iter().any(|known| known == language),
            None => letter.languages.is_empty(),
        };
        let mut missing = self.missing.borrow().clone();
        missing.retain(wanted);
        for letter in missing {
            let Some(face) = load(&letter).await else {
                return false;
            };
            let still = {
                let mut missing = self.missing.borrow_mut();
                let before = missing.len();
                missing.retain(|other| other.file != letter.file);
                missing.len() < before
            };
            // Else it has been asked for twice, and is there.
            if still {
                self.ready.borrow_mut().push(face);
            }
        }
        true
    }

    /// From now on the page is written in all that have come.
    pub fn put_on(&self) {
        if let Some(document) = browser::window().document() {
            for face in self.ready.take() {
                // Fails only for a face that stands in a sheet.
                let _ = document.fonts().add(&face);
            }
        }
    }
}

async fn load(letter: &Letter) -> Option<FontFace> {
    let more = FontFaceDescriptors::new();
    more.set_weight(&letter.weight);
    more.set_unicode_range(&letter.range);
    let source = ["url(", &letter.file, ")"].concat();
    let face = FontFace::new_with_str_and_descriptors(FAMILY, &source, &more).ok()?;
    JsFuture::from(face.load().ok()?).await.ok()?;
    Some(face)
}

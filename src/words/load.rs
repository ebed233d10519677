//! Fetches words from the collector's static files.

use gloo_net::http::Request;
use survey::text::Lang;

use super::{Language, Words};
use crate::{browser, json};

/// What the build writes into the pages.
const LANGUAGES: &str = "hl-languages";
/// Where the words of the other languages are.
const FOLDER: &str = "/assets/words/";

/// The languages that are served, Vietnamese among them; empty when the list cannot be read.
pub async fn list() -> Vec<Language> {
    let list = match browser::text_of(LANGUAGES) {
        Some(list) => Some(list),
        None => text(&[FOLDER, "index.json"].concat()).await,
    };
    list.and_then(|text| json::read(&text)).unwrap_or_default()
}

/// The words of `lang`, Vietnamese included; `None` when they cannot be had.
pub async fn of(lang: &str) -> Option<Words> {
    from(FOLDER, lang).await
}

/// The same from another folder.
pub async fn from(folder: &str, lang: &str) -> Option<Words> {
    if lang == Lang::DEFAULT {
        return Some(Words::vietnamese());
    }
    let words = text(&[folder, lang, ".json"].concat()).await?;
    Words::read(lang, &words)
}

async fn text(path: &str) -> Option<String> {
    let answer = Request::get(path).send().await.ok()?;
    if answer.ok() {
        answer.text().await.ok()
    } else {
        None
    }
}

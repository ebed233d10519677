//! Fetches words from the collector's static files.

use gloo_net::http::Request;

use super::{Language, Words};

/// The languages that are served, Vietnamese among them; empty when the list cannot be read.
pub async fn list() -> Vec<Language> {
    match Request::get("/assets/words/index.json").send().await {
        Ok(answer) if answer.ok() => answer.json().await.unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The words of `lang`; `None` when they cannot be had.
pub async fn fetch(lang: &str) -> Option<Words> {
    let answer = Request::get(&["/assets/words/", lang, ".json"].concat())
        .send()
        .await
        .ok()
        .filter(gloo_net::http::Response::ok)?;
    Words::read(lang, &answer.text().await.ok()?).ok()
}

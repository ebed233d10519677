//! Every text in every declared language, in one Unicode form.

use unicode_normalization::is_nfc;

use super::Findings;
use crate::form::Form;
use crate::text::Text;

pub(super) fn check(form: &Form, found: &mut Findings) {
    for (path, text) in texts(form) {
        for lang in &form.languages {
            if text.exact(lang.as_str()).is_none() {
                found.add(
                    format!("{path}.{lang}"),
                    "missing-text",
                    "a declared language is complete; add the text, or take the language out of languages",
                );
            }
        }
        for (lang, words) in text.iter() {
            let path = format!("{path}.{lang}");
            if !form.languages.iter().any(|known| known.as_str() == lang) {
                found.add(
                    &path,
                    "undeclared-language",
                    "this language is not among languages; declare it, or take the text out",
                );
            }
            self::words(&path, words, found);
        }
    }
}

fn words(path: &str, words: &str, found: &mut Findings) {
    if words.trim().is_empty() {
        found.add(path, "empty-text", "a text is not empty; write it");
    } else if words.trim() != words {
        found.add(
            path,
            "outer-space",
            "take the spaces at the start and the end away",
        );
    }
    if words.chars().any(char::is_control) {
        found.add(
            path,
            "control-character",
            "a text is one line without control characters; take line breaks and tabs out",
        );
    }
    // Decomposed marks look the same and compare as different, and some fonts draw them apart.
    if !is_nfc(words) {
        found.add(
            path,
            "not-nfc",
            "the text is not in Unicode form NFC; save it with composed Vietnamese letters",
        );
    }
}

/// Every text of the form with its place.
fn texts(form: &Form) -> Vec<(String, &Text)> {
    let mut all = vec![
        ("title".to_owned(), &form.title),
        ("source.basis".to_owned(), &form.source.basis),
    ];
    for (at, text) in form.source.unverified.iter().enumerate() {
        all.push((format!("source.unverified.{at}"), text));
    }
    for (role, text) in &form.leads {
        all.push((format!("leads.{role:?}").to_lowercase(), text));
    }
    for (id, scale) in &form.scales {
        for level in &scale.levels {
            all.push((
                format!("scales.{id}.levels.{}.text", level.value),
                &level.text,
            ));
        }
        if let Some(text) = &scale.not_applicable {
            all.push((format!("scales.{id}.not-applicable"), text));
        }
    }
    for factor in &form.factors {
        all.push((format!("factors.{}.text", factor.id), &factor.text));
    }
    for item in &form.items {
        all.push((format!("items.{}.text", item.id), &item.text));
    }
    if let Some(reasons) = &form.reasons {
        all.push(("reasons.text".to_owned(), &reasons.text));
        for reason in &reasons.options {
            all.push((format!("reasons.options.{}.text", reason.id), &reason.text));
        }
    }
    if let Some(comment) = &form.comment {
        all.push(("comment.text".to_owned(), &comment.text));
    }
    for band in &form.index.bands {
        all.push((format!("index.bands.{}.text", band.id), &band.text));
    }
    all
}

//! Ids, language tags, the version, and the numbers on the printed form.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use crate::form::Form;
use crate::text::Lang;

const MAX_ID: usize = 40;

pub(super) fn check(form: &Form, found: &mut Findings) {
    slug("id", &form.id, found);
    if form.version == 0 {
        found.add("version", "version", "versions start at 1; write 1 or more");
    }
    languages(form, found);
    for id in form.scales.keys() {
        slug(&format!("scales.{id}"), id, found);
    }
    unique(
        "factors",
        form.factors.iter().map(|factor| &factor.id),
        found,
    );
    unique("items", form.items.iter().map(|item| &item.id), found);
    if let Some(reasons) = &form.reasons {
        let ids = reasons.options.iter().map(|reason| &reason.id);
        unique("reasons.options", ids, found);
    }
    unique(
        "index.bands",
        form.index.bands.iter().map(|band| &band.id),
        found,
    );
    numbers(form, found);
}

/// Ids become keys on the wire, columns of exports and parts of addresses.
fn slug(path: &str, id: &str, found: &mut Findings) {
    let fits = (1..=MAX_ID).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        found.add(
            path,
            "id",
            format!(
                "{id:?} is no id; use a-z, 0-9 and -, not - first, at most {MAX_ID} characters"
            ),
        );
    }
}

fn unique<'a>(path: &str, ids: impl Iterator<Item = &'a String>, found: &mut Findings) {
    let mut seen = BTreeSet::new();
    for id in ids {
        let at = format!("{path}.{id}");
        slug(&at, id, found);
        if !seen.insert(id) {
            found.add(
                at,
                "duplicate-id",
                format!("the id {id:?} is given twice; rename one, or the answers of the two fall together"),
            );
        }
    }
}

fn languages(form: &Form, found: &mut Findings) {
    if form.languages.first().map(Lang::as_str) != Some(Lang::DEFAULT) {
        found.add(
            "languages",
            "vi-first",
            "every form is complete in Vietnamese; declare \"vi\" first",
        );
    }
    let mut seen = BTreeSet::new();
    for lang in &form.languages {
        let path = format!("languages.{lang}");
        if !seen.insert(lang) {
            found.add(&path, "duplicate-id", "declare each language once");
        }
        let mut subtags = lang.as_str().split('-');
        let primary = subtags.next().unwrap_or_default();
        let fits = (2..=3).contains(&primary.len())
            && primary.bytes().all(|b| b.is_ascii_lowercase())
            && subtags.all(|tag| {
                (2..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        if !fits {
            found.add(
                path,
                "language-tag",
                "write the tag as in a lang attribute: \"vi\", \"en\", \"km\", \"rad\"",
            );
        }
    }
}

/// The number on the printed form as series and place: `10.7` is place 7 of the series `10.`.
fn place(number: &str) -> Option<(&str, u32)> {
    let digits = number.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (series, place) = number.split_at(number.len() - digits);
    Some((series, place.parse().ok()?))
}

/// A printed number that comes twice, goes back or leaves a gap is how a lost or doubled item shows.
fn numbers(form: &Form, found: &mut Findings) {
    let skipped: BTreeSet<&str> = form
        .source
        .skipped_numbers
        .iter()
        .map(String::as_str)
        .collect();
    let mut last: BTreeMap<&str, u32> = BTreeMap::new();
    for item in &form.items {
        let Some(number) = &item.number else { continue };
        let path = format!("items.{}.number", item.id);
        if skipped.contains(number.as_str()) {
            found.add(
                &path,
                "number",
                format!("{number} is also among source.skipped-numbers; take it out there"),
            );
        }
        let Some((series, place)) = place(number) else {
            found.add(
                path,
                "number",
                format!("{number:?} does not end in a number; write it like \"15\" or \"10.7\""),
            );
            continue;
        };
        if let Some(before) = last.insert(series, place) {
            if place <= before {
                found.add(
                    path,
                    "number-order",
                    format!("{number} stands after {series}{before}; put the items in printed order and give each number once"),
                );
            } else if let Some(gap) =
                (before + 1..place).find(|at| !skipped.contains(format!("{series}{at}").as_str()))
            {
                found.add(
                    path,
                    "number-gap",
                    format!(
                        "{series}{gap} is missing before {number}; add the item, or name the number in source.skipped-numbers if the printed form skips it"
                    ),
                );
            }
        }
    }
}

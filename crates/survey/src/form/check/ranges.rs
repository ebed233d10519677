//! Options that stand for bands of numbers ("25–34 tuổi"): every number belongs to at most one option.

use super::Findings;
use crate::form::{Level, Range, Scale};

pub(super) fn check(path: &str, scale: &Scale, found: &mut Findings) {
    let mut before: Vec<(&Level, Range)> = Vec::new();
    for level in &scale.levels {
        let path = format!("{path}.levels.{}.range", level.value);
        let mut range = level.range;
        for (lang, words) in level.text.iter() {
            let Some(printed) = printed(words) else {
                continue;
            };
            if *range.get_or_insert(printed) != printed {
                found.add(
                    &path,
                    "range",
                    format!(
                        "the words in {lang} say {printed}; let range and all words say the same"
                    ),
                );
            }
        }
        let Some(range) = range else { continue };
        if range.to.is_some_and(|to| to < range.from) {
            found.add(
                &path,
                "range",
                format!("{range} ends before it begins; swap the bounds"),
            );
        }
        for (other, other_range) in &before {
            if range.overlaps(other_range) {
                found.add(
                    &path,
                    "range-overlap",
                    format!(
                        "{range} and {other_range} (level {}) share numbers, so a person fits in both; let one band end before the next begins",
                        other.value
                    ),
                );
            }
        }
        before.push((level, range));
    }
}

impl Range {
    fn overlaps(&self, other: &Self) -> bool {
        let ends_before = |a: &Self, b: &Self| a.to.is_some_and(|to| to < b.from);
        !ends_before(self, other) && !ends_before(other, self)
    }
}

/// The first band of numbers in the words, with or without spaces around the dash: `18–24`, `18 - 24 tuổi`.
fn printed(words: &str) -> Option<Range> {
    let mut rest = words;
    loop {
        rest = &rest[rest.find(|c: char| c.is_ascii_digit())?..];
        let (from, after) = number(rest);
        let bounds = after
            .trim_start()
            .strip_prefix(['-', '–', '—', '‑'])
            .map(|after| number(after.trim_start()).0);
        if let (Ok(from), Some(Ok(to))) = (from.parse(), bounds.map(str::parse)) {
            return Some(Range { from, to: Some(to) });
        }
        rest = after;
    }
}

/// The digits at the start, and what follows them.
fn number(words: &str) -> (&str, &str) {
    let end = words
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(words.len());
    words.split_at(end)
}

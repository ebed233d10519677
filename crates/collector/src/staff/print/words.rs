//! The words of the printed reports: data in `words/*.json`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::staff::words::Language;

/// Everything that the printed reports say beside the words that all pages share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::staff) struct PrintWords {
    pub(in crate::staff) link_one_stop: String,
    pub(in crate::staff) link_items: String,
    pub(super) one_stop: String,
    pub(super) items: String,
    pub(super) how: String,
    pub(super) choose: String,
    pub(super) choose_items: String,
    pub(super) unit_code: String,
    pub(super) records_hint: String,
    pub(super) proposed_hint: String,
    pub(super) records_note: String,
    pub(super) proposed_note: String,
    pub(super) wrong_points: String,
    pub(super) unknown: String,
    pub(super) labels: String,
    pub(super) unit: String,
    pub(super) coverage: String,
    pub(super) coverage_value: String,
    pub(super) coverage_none: String,
    pub(super) part_1: String,
    pub(super) part_2: String,
    pub(super) number: String,
    pub(super) indicator: String,
    pub(super) most: String,
    pub(super) own_points: String,
    pub(super) reviewed_points: String,
    pub(super) notes: String,
    pub(super) answers: String,
    pub(super) missing: String,
    pub(super) note_people: String,
    pub(super) note_nobody: String,
    pub(super) note_hidden: String,
    pub(super) note_proposed: String,
    pub(super) note_typed: String,
    pub(super) note_typed_beside: String,
    pub(super) note_unknown: String,
    pub(super) total: String,
    pub(super) grade: String,
    pub(super) no_total: String,
    pub(super) no_grade: String,
    pub(super) lacking: String,
    pub(super) bands: String,
    pub(super) band_top: String,
    pub(super) band: String,
    pub(super) band_last: String,
    pub(super) unverified: String,
    pub(super) layout: String,
    pub(super) level: String,
    pub(super) count: String,
    pub(super) share: String,
    pub(super) sum: String,
    pub(super) sum_note: String,
    pub(super) no_answers: String,
    pub(super) hidden: String,
    pub(super) caveat: String,
    pub(super) factor: String,
    pub(super) value: String,
    pub(super) interval: String,
    pub(super) whole: String,
    pub(super) place_day: String,
    pub(super) maker: String,
    pub(super) maker_sign: String,
    pub(super) head: String,
    pub(super) head_sign: String,
}

impl PrintWords {
    /// The words in this language.
    pub(in crate::staff) fn of(language: Language) -> &'static Self {
        static VI: LazyLock<PrintWords> = LazyLock::new(|| parse(include_str!("words/vi.json")));
        static EN: LazyLock<PrintWords> = LazyLock::new(|| parse(include_str!("words/en.json")));
        match language {
            Language::Vi => &VI,
            Language::En => &EN,
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the files are compiled in and a test reads both"
)]
fn parse(json: &str) -> PrintWords {
    serde_json::from_str(json).expect("words that are compiled in have every key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word() {
        for language in Language::ALL {
            assert!(!PrintWords::of(language).caveat.is_empty());
        }
    }
}

//! What people read beside a figure: data in `words/methods.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::Text;

/// The words of one method or ratio, complete in Vietnamese and English.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Words {
    /// Its name.
    pub label: Text,
    /// Formula, denominator, rule for missing and not applicable answers, rounding rule.
    pub formula: Text,
    /// How its interval is made and what it means.
    pub interval: Text,
    /// What must stand beside every figure.
    pub note: Text,
}

static WORDS: LazyLock<BTreeMap<String, Words>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../words/methods.json"))
        .expect("words/methods.json is part of the program and read by its tests")
});

impl Words {
    /// The words with this key of the file.
    pub(crate) fn of(key: &str) -> &'static Self {
        &WORDS[key]
    }
}

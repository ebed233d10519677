//! Words of the page of flags.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlagsWords {
    pub(crate) title: String,
    pub(crate) rules: String,
    pub(crate) rules_version: String,
    pub(crate) rule: String,
    pub(crate) count: String,
    pub(crate) share: String,
    pub(crate) looks_for: String,
    pub(crate) innocent: String,
    pub(crate) with_and_without: String,
    pub(crate) together: String,
    pub(crate) without: String,
    pub(crate) difference: String,
    pub(crate) by_rule: String,
    pub(crate) no_proof: String,
    pub(crate) kept: String,
    pub(crate) hidden: String,
    pub(crate) without_hidden: String,
    pub(crate) registers: String,
}

//! Words of the page of who did what.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditWords {
    pub(crate) title: String,
    pub(crate) not_allowed: String,
    pub(crate) note: String,
    pub(crate) command_line: String,
    pub(crate) moment: String,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) about: String,
    pub(crate) detail: String,
    pub(crate) unknown_person: String,
    pub(crate) older: String,
    pub(crate) newest: String,
    pub(crate) most: String,
    /// By kind.
    pub(crate) deeds: BTreeMap<String, String>,
}

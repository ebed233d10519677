//! Words of the pages of citizen reports.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportsWords {
    pub(crate) title: String,
    pub(crate) list: String,
    pub(crate) open_new: String,
    pub(crate) from_comment: String,
    pub(crate) back: String,
    pub(crate) unknown: String,
    pub(crate) one: String,
    pub(crate) cut: String,
    pub(crate) until: String,
    pub(crate) on_time: String,
    pub(crate) no_share: String,
    pub(crate) share_note: String,
    pub(crate) due_note: String,
    pub(crate) number: String,
    pub(crate) text: String,
    pub(crate) text_note: String,
    pub(crate) state: String,
    pub(crate) received: String,
    pub(crate) due: String,
    pub(crate) due_on_note: String,
    pub(crate) answered: String,
    pub(crate) overdue: String,
    pub(crate) only_overdue: String,
    pub(crate) within: String,
    pub(crate) outcome: String,
    pub(crate) source: String,
    pub(crate) outside: String,
    pub(crate) assignee: String,
    pub(crate) dossier: String,
    pub(crate) dossier_note: String,
    pub(crate) dossier_linked: String,
    pub(crate) yes: String,
    pub(crate) no: String,
    pub(crate) save: String,
    pub(crate) assign: String,
    pub(crate) answer: String,
    pub(crate) judge: String,
    pub(crate) reopen: String,
    pub(crate) reopen_note: String,
    pub(crate) change: String,
    pub(crate) undo: String,
    pub(crate) note: String,
    pub(crate) history: String,
    pub(crate) when: String,
    pub(crate) by: String,
    pub(crate) what: String,
    /// By name of the state.
    pub(crate) states: BTreeMap<String, String>,
    /// By name of the outcome.
    pub(crate) outcomes: BTreeMap<String, String>,
    /// By name of the source.
    pub(crate) sources: BTreeMap<String, String>,
    /// By name of the step.
    pub(crate) steps: BTreeMap<String, String>,
    /// By the field that is wrong, or by what does not fit.
    pub(crate) faults: BTreeMap<String, String>,
}

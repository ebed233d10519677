//! Words of the page of comments and reasons.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentsWords {
    pub(crate) title: String,
    pub(crate) reasons: String,
    pub(crate) reasons_note: String,
    pub(crate) summary: String,
    pub(crate) chart: String,
    pub(crate) reason: String,
    pub(crate) ticked: String,
    pub(crate) share: String,
    pub(crate) comments: String,
    pub(crate) group: String,
    pub(crate) none: String,
    pub(crate) hidden: String,
    pub(crate) grouped: String,
    pub(crate) held_back: String,
    pub(crate) cleaned: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) read_note: String,
}

//! Words of the wall screens.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WallWords {
    pub(crate) title: String,
    pub(crate) all: String,
    pub(crate) of_period: String,
    pub(crate) between: String,
    pub(crate) between_note: String,
    pub(crate) rated: String,
    pub(crate) closed: String,
    pub(crate) coverage: String,
    pub(crate) items: String,
    pub(crate) trend: String,
    pub(crate) units: String,
    pub(crate) units_note: String,
    pub(crate) not_shown: String,
    pub(crate) hidden: String,
    pub(crate) none: String,
    pub(crate) no_units: String,
    pub(crate) empty: String,
    pub(crate) reference: String,
    pub(crate) refresh: String,
    pub(crate) turn: String,
    pub(crate) still: String,
    pub(crate) no_refresh: String,
    pub(crate) stay: String,
    pub(crate) go: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) details: String,
    pub(crate) unknown_title: String,
    pub(crate) unknown: String,
    pub(crate) list: String,
}

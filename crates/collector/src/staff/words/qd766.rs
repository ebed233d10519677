//! Words of the page of the ratios of QĐ 766.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Qd766Words {
    pub(crate) title: String,
    pub(crate) ratios: String,
    pub(crate) silence: String,
    pub(crate) split: String,
    pub(crate) no_split: String,
    pub(crate) unverified: String,
    pub(crate) unverified_short: String,
    pub(crate) ratio: String,
    pub(crate) value: String,
    pub(crate) counted: String,
    pub(crate) of: String,
    pub(crate) pending: String,
    pub(crate) points: String,
    pub(crate) beside: String,
    pub(crate) beside_note: String,
    pub(crate) by_unit: String,
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) third: String,
    pub(crate) dossiers: String,
    pub(crate) top2: String,
    pub(crate) reading: String,
    pub(crate) period: String,
    pub(crate) suppressed_note: String,
    pub(crate) not_known: String,
}

//! Words of the weighted figure.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeightsWords {
    pub(crate) title: String,
    pub(crate) compute: String,
    pub(crate) cannot: String,
    pub(crate) figure: String,
    pub(crate) unweighted: String,
    pub(crate) weighted: String,
    pub(crate) effective: String,
    pub(crate) trimmed: String,
    pub(crate) untrimmed: String,
    pub(crate) of_dossiers: String,
    pub(crate) silent: String,
    pub(crate) more: String,
    pub(crate) unknown: String,
    /// By code of the obstacle.
    pub(crate) obstacles: BTreeMap<String, String>,
    /// By name of the margin.
    pub(crate) margins: BTreeMap<String, String>,
    /// Of timeliness, by name.
    pub(crate) categories: BTreeMap<String, String>,
}

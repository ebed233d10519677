//! How an index is computed from a cell.

use serde::{Deserialize, Serialize};

/// A named way to compute an index; none is official (`docs/methods.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Share of valid answers that are satisfied, × 100.
    Top2,
    /// (mean − lowest) / (highest − lowest) × 100.
    Mean100,
    /// Sum of the indicators' mean points, with a grade.
    Points18,
}

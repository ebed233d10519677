//! How an index is computed from a cell. No figure of this product is an official SIPAS index (`docs/methods.md`).

mod figure;
mod points;
mod shares;
mod weighted;
mod words;

use serde::{Deserialize, Serialize};

pub use figure::{Figure, MethodError, Scope, figure, items, sums};
pub use points::{Indicator, Points, points18};
pub use shares::{Shares, shares};
pub use weighted::factor_weights;
pub use words::Words;

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

impl Method {
    /// Every method.
    pub const ALL: [Self; 3] = [Self::Top2, Self::Mean100, Self::Points18];

    /// Its name in forms, addresses and answers.
    pub fn id(self) -> &'static str {
        match self {
            Self::Top2 => "top2",
            Self::Mean100 => "mean100",
            Self::Points18 => "points18",
        }
    }

    /// Version of its formula and rules: raised when a figure of the same answers would be another one.
    pub const fn version(self) -> u16 {
        match self {
            Self::Top2 | Self::Mean100 | Self::Points18 => 1,
        }
    }

    /// The method with this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.id() == id)
    }

    /// Formula, denominator, rule for missing and not applicable answers and rounding rule, in English.
    pub fn formula(self) -> &'static str {
        self.words().formula.get("en")
    }

    /// What people read beside a figure.
    pub fn words(self) -> &'static Words {
        Words::of(self.id())
    }
}

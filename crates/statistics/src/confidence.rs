//! How sure an interval is meant to be.

use serde::Serialize;

use crate::distribution::{normal_quantile, student_quantile};

/// Two-sided confidence of an interval, strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %, which everything of this product is printed with.
    pub const P95: Self = Self(0.95);

    /// None unless 0 < `level` < 1.
    pub fn new(level: f64) -> Option<Self> {
        (level > 0.0 && level < 1.0).then_some(Self(level))
    }

    /// As a share: 0.95.
    pub fn level(self) -> f64 {
        self.0
    }

    /// What is left: 0.05.
    pub fn alpha(self) -> f64 {
        1.0 - self.0
    }

    /// The two-sided point of the normal distribution: 1.96 for 95 %.
    pub fn z(self) -> f64 {
        -normal_quantile(self.alpha() / 2.0)
    }

    /// The two-sided point of Student's t with `freedom` degrees of freedom, whole or not; not a number for none.
    pub fn t(self, freedom: f64) -> f64 {
        -student_quantile(self.alpha() / 2.0, freedom)
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self::P95
    }
}

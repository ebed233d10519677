//! Dossier codes: the key that a citizen holds in hand.

use std::fmt;

/// A normalised dossier code; never cut, and kept whole when its style is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DossierCode {
    text: String,
    style: Style,
}

/// How a dossier code is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// `000.00.19.H08-200929-0001` (TT 01/2018 Điều 19).
    Circular2018,
    /// `H57.132-260804-0583` (from public code; level structure unverified).
    Newer,
    /// Of no style that we know: kept whole and marked.
    Unknown,
}

impl DossierCode {
    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its style.
    pub fn style(&self) -> Style {
        self.style
    }
}

impl fmt::Display for DossierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

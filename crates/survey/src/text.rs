//! Words in several languages, as they stand in form files.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::named::Named;

/// A language tag as used in `lang` attributes: `vi`, `en`, `km`, `rad` …
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(transparent)]
pub struct Lang(String);

impl Lang {
    /// The language that every form must be complete in, and that a missing translation falls back to.
    pub const DEFAULT: &'static str = "vi";

    /// Wraps a tag; whether it is well-formed is checked when a form is loaded.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// The tag as written in a `lang` attribute.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One text in each of the languages of its form.
///
/// ```
/// let text: survey::text::Text = [("vi", "Hài lòng"), ("en", "Satisfied")].into_iter().collect();
/// assert_eq!(text.get("en"), "Satisfied");
/// assert_eq!(text.get("km"), "Hài lòng", "a missing translation falls back to Vietnamese");
/// assert_eq!(text.exact("km"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(transparent)]
pub struct Text(#[serde(deserialize_with = "crate::unique::map")] Named<String>);

impl Text {
    /// The text in `lang`, else in Vietnamese, else the empty string (which a checked form never yields).
    pub fn get(&self, lang: &str) -> &str {
        self.0
            .get(lang)
            .or_else(|| self.0.get(Lang::DEFAULT))
            .map_or("", String::as_str)
    }

    /// The text in exactly this language.
    pub fn exact(&self, lang: &str) -> Option<&str> {
        self.0.get(lang).map(String::as_str)
    }

    /// Every language tag with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }
}

impl From<Named<String>> for Text {
    fn from(by_lang: Named<String>) -> Self {
        Self(by_lang)
    }
}

impl<L: Into<String>, T: Into<String>> FromIterator<(L, T)> for Text {
    fn from_iter<I: IntoIterator<Item = (L, T)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(lang, text)| (lang.into(), text.into()))
                .collect(),
        )
    }
}

//! Answers by item, as they travel and as they are kept: one byte an item.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::form::{Form, Judge};
use crate::named::Named;

/// Answers by item id.
pub type Answers = Named<Answer>;

/// What was answered to one item: `4` or `"na"` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(untagged)]
pub enum Answer {
    /// The value of a level of the item's scale, 0 to 250.
    Level(#[cfg_attr(feature = "schema", schemars(range(max = 250)))] u8),
    /// "Does not apply to me", where the scale offers it.
    NotApplicable(NotApplicable),
}

/// By hand, because a derived untagged enum only says that "data did not match any variant".
impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LevelOrNa;

        impl Visitor<'_> for LevelOrNa {
            type Value = Answer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "the value of a level (0 to {}) or \"na\"",
                    Packed::MAX_LEVEL
                )
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Answer, E> {
                u8::try_from(value)
                    .ok()
                    .filter(|level| *level <= Packed::MAX_LEVEL)
                    .map(Answer::Level)
                    .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(value), &self))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Answer, E> {
                match value {
                    "na" => Ok(Answer::NotApplicable(NotApplicable::Na)),
                    _ => Err(E::invalid_value(Unexpected::Str(value), &self)),
                }
            }
        }

        deserializer.deserialize_any(LevelOrNa)
    }
}

/// The word `"na"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
pub enum NotApplicable {
    /// The only spelling.
    #[serde(rename = "na")]
    Na,
}

/// Answers of one response in the order of the form's items, one byte each: how the log keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed(pub Vec<u8>);

impl Packed {
    /// Greatest value that a level may have.
    pub const MAX_LEVEL: u8 = 250;
    /// The item was not put to this person: its condition was not met, it is switched off, or records judge it.
    pub const NOT_ASKED: u8 = 253;
    /// The person said that it does not apply.
    pub const NOT_APPLICABLE: u8 = 254;
    /// Asked, or due to be asked, and not answered.
    pub const MISSING: u8 = 255;

    /// Packs answers that were checked against `form` (see [`crate::response::Response::check`]).
    pub fn of(form: &Form, answers: &Answers) -> Self {
        Self(
            form.items
                .iter()
                .map(|item| match answers.get(&item.id) {
                    Some(Answer::Level(value)) => *value,
                    Some(Answer::NotApplicable(_)) => Self::NOT_APPLICABLE,
                    None if item.off_by_default || item.judge == Judge::Records => Self::NOT_ASKED,
                    None if form.applies(item, answers, &[]) => Self::MISSING,
                    None => Self::NOT_ASKED,
                })
                .collect(),
        )
    }

    /// The answers again; items that were not answered are absent.
    pub fn unpack(&self, form: &Form) -> Answers {
        form.items
            .iter()
            .zip(&self.0)
            .filter_map(|(item, &byte)| {
                let answer = match byte {
                    Self::NOT_APPLICABLE => Answer::NotApplicable(NotApplicable::Na),
                    Self::MISSING | Self::NOT_ASKED => return None,
                    value => Answer::Level(value),
                };
                Some((item.id.clone(), answer))
            })
            .collect()
    }
}

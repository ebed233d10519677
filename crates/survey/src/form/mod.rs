//! Questionnaires as versioned data: scales, factors, items, conditions, and what may be computed from them.
//!
//! A form file says what is asked and how; no form is written in code. [`Form`] is the shape of the file;
//! a form that came through `load` keeps the promises that the rest of the house relies on.
//!
//! What only the collector reads is compiled for it alone (feature `server`): the widget passes over those fields, and
//! trusts a form that the collector has checked.

#[cfg(feature = "server")]
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

mod ask;
#[cfg(feature = "server")]
mod check;
#[cfg(feature = "server")]
mod load;
#[cfg(feature = "schema")]
mod schema;
#[cfg(feature = "server")]
mod shipped;

#[cfg(feature = "server")]
pub use load::{FormFault, load};
#[cfg(feature = "schema")]
pub use schema::json_schema;
#[cfg(feature = "server")]
pub use shipped::shipped;

use crate::named::Named;
use crate::response::ScaleOrder;
#[cfg(feature = "server")]
use crate::text::Lang;
use crate::text::Text;

/// One version of a questionnaire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Form {
    /// Path of the JSON Schema, for editors.
    #[cfg(feature = "server")]
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// `a-z`, `0-9` and `-`, at most 40 characters.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,39}$"))
    )]
    pub id: String,
    /// Starts at 1; a changed wording, scale or order is a new version, and versions are never pooled.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub version: u16,
    /// Which instrument this is; instruments are never pooled.
    #[cfg(feature = "server")]
    pub instrument: Instrument,
    /// Name of the form for people.
    #[cfg(feature = "server")]
    pub title: Text,
    /// Where the wording comes from and how sure we are of it.
    #[cfg(feature = "server")]
    pub source: Source,
    /// Languages in which every text is complete; Vietnamese first.
    #[cfg(feature = "server")]
    pub languages: Vec<Lang>,
    /// Order in which levels are shown unless the authority configures another. A form whose printed order is
    /// prescribed sets `order-fixed`.
    pub scale_order: ScaleOrder,
    /// The order above is prescribed and configuration must not change it.
    #[serde(default)]
    pub order_fixed: bool,
    /// The sentence above the items of a role, where the items themselves are statements and not questions.
    #[cfg(feature = "server")]
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::unique::map"
    )]
    pub leads: BTreeMap<Role, Text>,
    /// Sets of levels, by id.
    #[serde(deserialize_with = "crate::unique::map")]
    // Of the alias it would take the values for the names.
    #[cfg_attr(feature = "schema", schema(value_type = BTreeMap<String, Scale>))]
    pub scales: Named<Scale>,
    /// Groups of items, in order; empty for a form without factors.
    #[cfg(feature = "server")]
    #[serde(default)]
    pub factors: Vec<Factor>,
    /// The items in the order in which they are asked.
    pub items: Vec<Item>,
    /// Reasons offered when a level is low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Reasons>,
    /// Free text at the end.
    #[cfg(feature = "server")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
    /// What may be computed from this form, and how.
    #[cfg(feature = "server")]
    pub index: IndexRules,
}

/// The kind of measurement; figures of two instruments must not be mixed (three owners, three purposes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// Our own short customer-satisfaction form.
    Csat,
    /// The yearly SIPAS sample survey's questionnaire, for reference.
    Sipas,
    /// Evaluation of the handling of each dossier (nine indicators, 0/1/2 points).
    OneStopEvaluation,
    /// A portal's own set of criteria.
    PortalCriteria,
    /// The three-level satisfaction half of the one-stop evaluation.
    ThreeLevel,
}

/// Where a wording comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Source {
    /// The legal text, portal or page.
    pub basis: Text,
    /// How sure we are that the wording is the official one.
    pub confidence: Confidence,
    /// What is not confirmed; shown to administrators as "chưa xác minh".
    #[serde(default)]
    pub unverified: Vec<Text>,
    /// Numbers that the printed original skips; a gap in [`Item::number`] that is not named here is taken for a
    /// lost item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped_numbers: Vec<String>,
}

/// How sure we are of a wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Read in a legal text or on an official page.
    Verified,
    /// Transcribed from public software that implements the form; not the gazetted text.
    FromPublicCode,
    /// Not confirmed.
    Unverified,
    /// Written for this product.
    Own,
}

/// A set of levels that an item is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Scale {
    /// What the levels mean.
    pub kind: ScaleKind,
    /// For `satisfaction` and `points`: listed from worst to best with rising values.
    #[cfg_attr(feature = "schema", schemars(length(min = 2)))]
    pub levels: Vec<Level>,
    /// Text of "does not apply to me", where the scale offers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<Text>,
}

/// What the levels of a scale mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ScaleKind {
    /// Levels of satisfaction, worst to best.
    Satisfaction,
    /// Points of an indicator, fewest to most.
    Points,
    /// Ordered answers that are no satisfaction ("Ít / Nhiều / Rất nhiều", "đúng hẹn / chậm hẹn"); never enters an index.
    Ordinal,
    /// Unordered options (demographics, yes/no).
    Choice,
}

/// One level of a scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Level {
    /// The value on the wire, 0 to 250, unique in its scale.
    #[cfg_attr(feature = "schema", schemars(range(max = 250)))]
    pub value: u8,
    /// The official words.
    pub text: Text,
    /// Counts as satisfied in `top2`.
    #[cfg(feature = "server")]
    #[serde(default)]
    pub satisfied: bool,
    /// Which of the five faces stands beside the words: 1 (worst) to 5 (best).
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<u8>,
    /// The whole numbers that the option stands for ("25–34"); options of one scale must not overlap.
    #[cfg(feature = "server")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
}

/// Whole numbers from one bound to the other, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Range {
    /// The smallest.
    pub from: u32,
    /// The greatest; absent where there is none ("over 60").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
}

/// A group of items that is reported together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Factor {
    /// Unique in the form.
    pub id: String,
    /// Heading for people.
    pub text: Text,
    /// How much its figure counts in the form's headline figure against those of the other factors. Absent in every factor:
    /// all answers count the same.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u16>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Item {
    /// The key of the answer on the wire, unique in the form.
    pub id: String,
    /// The number on the printed form, where one is prescribed.
    #[cfg(feature = "server")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The question, in the official words.
    pub text: Text,
    /// Which scale answers it.
    pub scale: String,
    /// What the answer is used for.
    #[cfg(feature = "server")]
    pub role: Role,
    /// The group it belongs to.
    #[cfg(feature = "server")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<String>,
    /// Who can judge it: an indicator of elapsed time is read from the records, not asked.
    #[serde(default)]
    pub judge: Judge,
    /// A complete (not partial) response must answer it when it applies.
    #[serde(default)]
    pub required: bool,
    /// Not asked unless the authority switches it on (sensitive questions).
    #[serde(default)]
    pub off_by_default: bool,
    /// Asked only when an earlier answer is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// What an item's answer is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Enters the index.
    Rating,
    /// Decides whether later items apply ("have you ever sent feedback?").
    Experience,
    /// What should improve; reported apart from the index.
    Expectation,
    /// About the person; always optional, only ever reported in groups.
    Demographic,
}

/// Who judges an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Judge {
    /// The person whose dossier it was.
    #[default]
    Person,
    /// The one-stop records; a response that answers it is refused.
    Records,
}

/// "Ask this only if item X was answered with one of these levels."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Condition {
    /// An item that stands earlier in the form.
    pub item: String,
    /// Values of its scale.
    pub is: Vec<u8>,
}

/// Reasons that may be ticked when an answer is low.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Reasons {
    /// The question above the reasons.
    pub text: Text,
    /// Offered when the answer to `item` is at or below this value.
    pub at_or_below: u8,
    /// The rating that decides.
    pub item: String,
    /// The reasons, in order.
    pub options: Vec<Reason>,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Reason {
    /// The key on the wire, unique among the reasons.
    pub id: String,
    /// The words beside the box.
    pub text: Text,
}

/// A free-text field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Comment {
    /// The question above the field.
    pub text: Text,
    /// Longest text that is taken, in characters.
    pub max_chars: u16,
}

/// What may be computed from a form.
#[cfg(feature = "server")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct IndexRules {
    /// The methods that fit its scales; the first is shown when none is asked for.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub methods: Vec<crate::method::Method>,
    /// The items whose answers make the form's headline figure; empty: all items with role `rating`.
    #[serde(default)]
    pub headline: Vec<String>,
    /// How many decimals a figure is printed with, rounded half up.
    pub decimals: u8,
    /// Grades of `points18`, best first; the lower bound is inclusive and the last band reaches 0.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// A grade and the smallest number of points that earns it.
#[cfg(feature = "server")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Band {
    /// Unique in the form.
    pub id: String,
    /// Name of the grade.
    pub text: Text,
    /// Inclusive lower bound, in points.
    pub from: u16,
    /// Exclusive upper bound, in points; none for the best band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u16>,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{}–{to}", self.from),
            None => write!(f, "{} and above", self.from),
        }
    }
}

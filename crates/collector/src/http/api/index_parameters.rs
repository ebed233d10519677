//! The parameters of the index, and of what is told beside it, as the API's description tells them; the handlers read them
//! ([`super::index::question`]), since lists come in two spellings.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use survey::method::Method;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::index::Weights;
use crate::index::{Flagged, Of};
use crate::units::UnitsAs;

/// What may be filtered by.
pub(super) const FILTERS: [&str; 10] = [
    "unit",
    "field",
    "procedure",
    "channel",
    "touchpoint",
    "month",
    "timeliness",
    "provenance",
    "factor",
    "item",
];

/// Those that choose among the answers of a response.
pub(super) const CUTS: [&str; 2] = ["factor", "item"];

/// Of what, and when.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct Asked {
    /// Form id.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: String,
    /// Form version; the newest when absent.
    #[param(minimum = 1, maximum = 65535)]
    form_version: Option<u16>,
    /// A method that the form declares; the form's first when absent.
    #[param(inline)]
    method: Option<MethodId>,
    /// First business day; the first with a rating when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day; the last with a rating when absent. Days after `shown_to` of the answer are left out.
    #[param(format = Date)]
    to: Option<String>,
    /// as-was: ratings count under the unit of their day, an earlier meaning of a code as `code@last-day`; as-is: under
    /// the unit of today that took its place. as-was when absent.
    #[param(inline)]
    units: Option<UnitsName>,
    /// Only this unit and all that stood below it on any day of the period (below it today when units=as-is), as the total of
    /// a district that is no more. Instead of the filter by unit.
    within: Option<String>,
}

/// Names of [`Asked`].
pub(super) const ASKED: [&str; 7] = [
    "form",
    "form_version",
    "method",
    "from",
    "to",
    "units",
    "within",
];

/// With or without flagged responses.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct WithFlagged {
    /// Flagged responses are part of the figures, or are left out of them.
    #[param(inline)]
    flagged: Option<FlaggedWord>,
}

/// Names of [`WithFlagged`].
pub(super) const FLAGGED: [&str; 1] = ["flagged"];

/// What the index alone may be asked.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct OfIndex {
    /// Intervals for the dossiers closed in the period, where their number is known (the usual), or for the way the office
    /// works.
    #[param(inline)]
    interval_of: Option<OfWord>,
    /// `raked` or `post-stratified`: with a figure weighted to the closed dossiers by unit, field, timeliness and filing channel:
    /// to the sums by each of them, or by all of them crossed, for which every combination that was closed must have ratings. Of
    /// the whole: without by, and filtered by unit, field, procedure, and at most one factor or item.
    #[param(inline)]
    weights: Option<WeightsWord>,
    /// Dimensions to group by, in order; at most one of factor and item.
    #[param(inline)]
    by: Option<Dimensions>,
}

/// Which responses, as the description tells it.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct Filters {
    /// Only these receiving units, as in the keys of the cells.
    #[param(inline)]
    unit: Option<Values>,
    /// Only these fields of procedures.
    #[param(inline)]
    field: Option<Values>,
    /// Only these procedures.
    #[param(inline)]
    procedure: Option<Values>,
    /// Only these doors: kiosk, portal, phone, paper.
    #[param(inline)]
    channel: Option<Values>,
    /// Only these moments: receipt, supplement, refusal, result.
    #[param(inline)]
    touchpoint: Option<Values>,
    /// Only these months, `YYYY-MM`.
    #[param(inline)]
    month: Option<Values>,
    /// Only these: unknown, on-time, late, pending.
    #[param(inline)]
    timeliness: Option<Values>,
    /// Only these: invited, dossier, unit.
    #[param(inline)]
    provenance: Option<Values>,
}

/// Which of their answers.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct Cuts {
    /// Only these factors of the form; one, unless figures are grouped by factor.
    #[param(inline)]
    factor: Option<Values>,
    /// Only these items of the form; one, unless figures are grouped by item.
    #[param(inline)]
    item: Option<Values>,
}

/// The id of a method.
struct MethodId;

impl PartialSchema for MethodId {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Method::ALL.map(Method::id)))
            .into()
    }
}

impl ToSchema for MethodId {}

/// How units that have changed since are counted.
pub(super) struct UnitsName;

impl PartialSchema for UnitsName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(UnitsAs::ALL.map(|(_, name)| name)))
            .into()
    }
}

impl ToSchema for UnitsName {}

/// What becomes of flagged responses.
struct FlaggedWord;

impl PartialSchema for FlaggedWord {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(
                [Flagged::Include, Flagged::Exclude].map(Flagged::name),
            ))
            .into()
    }
}

impl ToSchema for FlaggedWord {}

/// Weighted figures, or none.
struct WeightsWord;

impl PartialSchema for WeightsWord {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Weights::names()))
            .into()
    }
}

impl ToSchema for WeightsWord {}

/// Whose satisfaction intervals speak of.
struct OfWord;

impl PartialSchema for OfWord {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some([Of::Closed, Of::Process].map(Of::name)))
            .into()
    }
}

impl ToSchema for OfWord {}

/// A list of dimensions; every filter is one.
struct Dimensions;

impl PartialSchema for Dimensions {
    fn schema() -> RefOr<Schema> {
        let dimension = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(FILTERS));
        ArrayBuilder::new()
            .items(dimension)
            .min_items(Some(1))
            .into()
    }
}

impl ToSchema for Dimensions {}

/// A list of values without commas and without blanks around them.
pub(super) struct Values;

impl PartialSchema for Values {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^[^,\s]([^,]*[^,\s])?$"));
        ArrayBuilder::new().items(value).min_items(Some(1)).into()
    }
}

impl ToSchema for Values {}

//! From counted cells to figures that carry everything a reader needs to believe or doubt them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use survey::method::Method;

use crate::forms::FormBook;
use crate::store::{Store, StoreError};

/// What `GET /api/v1/index` was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexRequest {
    /// Form id.
    pub form: String,
    /// Form version; the newest when absent.
    pub form_version: Option<u16>,
    /// Method id; the form's first when absent.
    pub method: Option<String>,
    /// First business day; the first with a response when absent.
    pub from: Option<Date>,
    /// Last business day; the last with a response when absent.
    pub to: Option<Date>,
    /// Names of dimensions, in order: unit, field, procedure, channel, touchpoint, month, timeliness, provenance,
    /// and at most one of factor, item.
    pub by: Vec<String>,
    /// Allowed values by dimension name; `factor` and `item` may be filtered too.
    pub filters: BTreeMap<String, Vec<String>>,
}

/// The answer of `GET /api/v1/index`: never an unlabelled number (design §5.3).
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct IndexAnswer {
    /// Form id.
    pub form: String,
    /// Form version.
    pub form_version: u16,
    /// Method id.
    #[schema(value_type = String)]
    pub method: Method,
    /// The formula in words.
    pub formula: String,
    /// First business day, `YYYY-MM-DD` in Asia/Ho_Chi_Minh.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last business day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// Dimensions of the cells' keys, in order.
    pub by: Vec<String>,
    /// Groups of fewer respondents than this are suppressed.
    pub threshold: u64,
    /// The data are synthetic demonstration data.
    pub demo: bool,
    /// One for each group that has responses.
    pub cells: Vec<IndexCell>,
}

/// One figure with its labels.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct IndexCell {
    /// Value of each dimension of `by`; null where responses have none (no dossier: no field).
    pub key: BTreeMap<String, Option<String>>,
    /// The figure, rounded half up to the form's decimals; null when suppressed or without valid answers.
    pub value: Option<f64>,
    /// Valid answers (the denominator); null when suppressed.
    pub n: Option<u64>,
    /// Respondents who gave them; null when suppressed.
    pub respondents: Option<u64>,
    /// Satisfied answers, for `top2`.
    pub satisfied: Option<u64>,
    /// Asked and not answered; null when suppressed.
    pub missing: Option<u64>,
    /// Answered "does not apply"; null when suppressed.
    pub not_applicable: Option<u64>,
    /// 95 % interval of received ratings; null where it cannot be given.
    pub interval: Option<[f64; 2]>,
    /// Grade id of `points18`.
    pub grade: Option<String>,
    /// Dossiers finished in the period in this group; null where dossiers have no such group.
    pub closed: Option<u64>,
    /// Counted responses / closed, 0 to 1 and rarely above.
    pub coverage: Option<f64>,
    /// Responses flagged as odd; null when suppressed.
    pub flagged: Option<u64>,
    /// Too few respondents, or the group would reveal one that has too few.
    pub suppressed: bool,
}

/// Why an index could not be given.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The question is at fault: (parameter, code, sentence).
    #[error("{field}: {message}")]
    Request {
        /// Parameter at fault.
        field: String,
        /// Machine code.
        code: &'static str,
        /// The rule and the mend.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers an index request.
pub async fn answer(
    _store: &dyn Store,
    _forms: &FormBook,
    _threshold: u64,
    _request: IndexRequest,
) -> Result<IndexAnswer, IndexError> {
    Err(IndexError::Request {
        field: "form".into(),
        code: "unknown-form",
        message: "not built yet".into(),
    })
}

//! Finished dossiers with their ratings, by the kinds that weights tell apart.

use jiff::civil::Date;
use survey::cell::Cell;

use super::{FinishedFilter, FormKey, Timeliness};

/// Which finished dossiers to count with their ratings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeighedQuery {
    /// The form whose ratings count; versions are never pooled.
    pub form: FormKey,
    /// First business day of finishing, inclusive.
    pub from: Date,
    /// Last business day of finishing, inclusive.
    pub to: Date,
    /// Which dossiers to count.
    pub filter: FinishedFilter,
    /// Last business day whose ratings count, inclusive; none: every day.
    pub rated_to: Option<Date>,
}

/// What weights tell dossiers apart by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WeighedKind {
    /// Receiving unit.
    pub unit: String,
    /// Field of the procedure, when the register of procedures has it.
    pub field: Option<String>,
    /// Finished by the due date or after it.
    pub timeliness: Timeliness,
    /// How it was filed, when that is known.
    pub filing_channel: Option<String>,
}

/// Dossiers of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Finished in the period.
    pub closed: u64,
    /// Of these, of years whose key is destroyed: whether they were rated is not known.
    pub not_known: u64,
    /// Their ratings, one for each dossier at most.
    pub cell: Cell,
}

//! Finished dossiers by what was said against them, for the ratios of QĐ 766.

use std::sync::Arc;

use jiff::civil::Date;
use survey::answers::Packed;

use super::{FormKey, Naming, Pseudonym};

/// Tells whether answers to a form are dissatisfied. The store knows no such rule.
pub type Judge = Arc<dyn Fn(&FormKey, &Packed) -> bool + Send + Sync>;

/// Which finished dossiers to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedQuery {
    /// Form id; ratings of all its versions count.
    pub form: String,
    /// First business day of finishing, inclusive.
    pub from: Date,
    /// Last business day of finishing, inclusive.
    pub to: Date,
    /// Last business day whose ratings count, inclusive; none: every day.
    pub rated_to: Option<Date>,
    /// Dossiers that citizen reports are about, by the names that [`Judging::reporting`] gives.
    pub reported: Vec<Pseudonym>,
}

/// How dossiers are named and answers judged. For one form id always the same, as long as the store is open.
#[derive(Clone)]
pub struct Judging {
    /// The names under which a dossier's ratings lie, one for each touchpoint.
    pub ratings: Vec<Naming>,
    /// The name under which citizen reports know a dossier.
    pub reporting: Naming,
    /// Which answers are dissatisfied.
    pub judge: Judge,
}

/// What is told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JudgedKind {
    /// Receiving unit.
    pub unit: String,
    /// Its year has a key; else whether it was rated or reported is not known.
    pub known: bool,
    /// Finished after the due date.
    pub late: bool,
    /// A citizen report is about it.
    pub reported: bool,
    /// A response counts for it.
    pub rated: bool,
    /// One that is dissatisfied does.
    pub dissatisfied: bool,
}

//! Dossiers as a feed tells them: in any order, again and again.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Dossier, Filed};

/// A dossier as a line of a feed tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// The dossier.
    pub dossier: Dossier,
    /// When the one-stop software changed it last. A line that is older than what is kept never overwrites it; a line
    /// that does not say so is taken, but does not take the end of a finished dossier away.
    pub updated_at: Option<Timestamp>,
}

/// What became of a line of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Its code was new.
    New,
    /// It took the place of what was kept.
    Changed,
    /// It says what is kept already.
    Unchanged,
    /// What is kept is newer; nothing was written.
    Older,
}

/// Which finished dossiers to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FinishedFilter {
    /// Receiving units; all when empty.
    pub units: Vec<String>,
    /// Fields of procedures; all when empty.
    pub fields: Vec<String>,
    /// Procedures; all when empty.
    pub procedures: Vec<String>,
    /// Ways of filing; all when empty.
    pub filing_channels: Vec<String>,
}

impl FinishedFilter {
    /// Does this dossier pass?
    pub fn lets(&self, filed: &Filed) -> bool {
        let among = |allowed: &[String], value: Option<&str>| {
            allowed.is_empty()
                || value.is_some_and(|value| allowed.iter().any(|allowed| allowed == value))
        };
        among(&self.units, Some(&filed.dossier.unit))
            && among(&self.procedures, Some(&filed.dossier.procedure))
            && among(&self.fields, filed.field.as_deref())
            && among(
                &self.filing_channels,
                filed.dossier.filing_channel.as_deref(),
            )
    }
}

/// First and last business day on which a dossier was finished.
pub type FinishedSpan = Option<(Date, Date)>;

/// Whether the citizen of a dossier was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// An invite was given out.
    pub invited: bool,
    /// A response counts.
    pub rated: bool,
}

impl Asked {
    /// Neither: nobody was asked.
    pub fn is_not(self) -> bool {
        !self.invited && !self.rated
    }
}

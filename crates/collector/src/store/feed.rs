//! Dossiers as a feed tells them: in any order, again and again.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Dossier, Filed};

/// A dossier as a line of a feed tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// The dossier.
    pub dossier: Dossier,
    /// Field of its procedure: with it, a procedure that the register does not have is entered there, named by its code.
    /// The field that the register has holds.
    pub field: Option<String>,
    /// How far the dossier had come, and when. Kept beside what was told before, even by a line that is older.
    pub status: Option<StatusChange>,
    /// When the one-stop software changed it last. A line that is older than what is kept never overwrites it; a line
    /// that does not say so is taken, but does not take the end of a finished dossier away.
    pub updated_at: Option<Timestamp>,
}

impl From<Dossier> for Fed {
    fn from(dossier: Dossier) -> Self {
        Self {
            dossier,
            field: None,
            status: None,
            updated_at: None,
        }
    }
}

/// A step on the way of a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// When it came there.
    pub at: Timestamp,
    /// In the words of the one-stop software.
    pub status: String,
}

/// What became of a line of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Its code was new.
    New,
    /// It took the place of what was kept, or told a status that was not known.
    Changed,
    /// It says what is kept already.
    Unchanged,
    /// What is kept is newer; nothing was written but a status that was not known.
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
    /// Handling authorities; all when empty.
    pub authorities: Vec<String>,
    /// Outcomes; all when empty.
    pub outcomes: Vec<String>,
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
            && among(&self.authorities, filed.dossier.authority.as_deref())
            && among(&self.outcomes, filed.dossier.outcome.as_deref())
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

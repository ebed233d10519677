//! Finished dossiers counted by what coverage tells them apart by.

use std::sync::Arc;

use jiff::civil::Date;
use survey::dossier::DossierCode;
use survey::response::Touchpoint;

use super::{Asked, FinishedFilter, Periods, Pseudonym, calendar};

/// What finished dossiers are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FinishedBy {
    /// Receiving unit.
    Unit,
    /// Field of the procedure.
    Field,
    /// Procedure.
    Procedure,
    /// How it was filed.
    FilingChannel,
    /// Month of finishing, `2026-07`.
    Month,
    /// Finished by the due date or after it.
    Timeliness,
    /// Handling authority, where it is another than the receiving unit.
    Authority,
    /// How it ended.
    Outcome,
}

/// Gives a dossier the pseudonym that its responses and invites have; none when the key of its year is destroyed.
pub type Namer = Box<dyn Fn(&DossierCode) -> Option<Pseudonym>>;

/// Makes a [`Namer`] for the years as they stand in the snapshot that is read. The store is never given the folder's key.
pub type Naming = Arc<dyn Fn(Periods) -> Namer + Send + Sync>;

/// Which finished dossiers to count, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageQuery {
    /// Form id; ratings of all its versions count.
    pub form: String,
    /// Moments that are rated: a dossier was asked when it was at one of them. That at which most were comes first, for speed.
    pub touchpoints: Vec<Touchpoint>,
    /// First business day of finishing, inclusive.
    pub from: Date,
    /// Last business day of finishing, inclusive.
    pub to: Date,
    /// Grouping, in the order of the answer's key.
    pub by: Vec<FinishedBy>,
    /// Which ones to count.
    pub filter: FinishedFilter,
    /// Last business day whose ratings count, inclusive; none: every day.
    pub rated_to: Option<Date>,
}

/// How many of a group were asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Dossiers finished.
    pub closed: u64,
    /// Of these, with an invite.
    pub invited: u64,
    /// Of these, with a counted rating.
    pub rated: u64,
    /// Of these, with neither.
    pub unasked: u64,
    /// Of these, of years whose key is destroyed: whether they were asked is not known, and they are in none of the three.
    pub not_known: u64,
}

impl Covered {
    /// Counts so many dossiers of this kind; `None`: whether they were asked is not known.
    pub fn add(&mut self, asked: Option<Asked>, dossiers: u64) {
        let of = |holds: bool| if holds { dossiers } else { 0 };
        self.closed += dossiers;
        let Some(asked) = asked else {
            self.not_known += dossiers;
            return;
        };
        self.invited += of(asked.invited);
        self.rated += of(asked.rated);
        self.unasked += of(asked.is_not());
    }

    /// Adds another group.
    pub fn merge(&mut self, other: Self) {
        self.closed += other.closed;
        self.invited += other.invited;
        self.rated += other.rated;
        self.unasked += other.unasked;
        self.not_known += other.not_known;
    }
}

/// All dossiers whose codes hold one date: the first four bytes of their pseudonyms, which are no secret. Codes without a
/// date share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub [u8; 4]);

impl Bucket {
    /// Where codes without a date lie.
    pub const UNDATED: Self = Self([0; 4]);

    /// Where this dossier lies. Big-endian, so that days lie in order on disk.
    pub fn of(code: &DossierCode) -> Self {
        code.date().map_or(Self::UNDATED, Self::on)
    }

    /// Where dossiers of this day lie.
    pub fn on(day: Date) -> Self {
        Self(calendar::day_number(day).to_be_bytes())
    }

    /// The least and the greatest pseudonym that dossiers of this bucket can have.
    pub fn pseudonyms(self) -> [Pseudonym; 2] {
        [0, u8::MAX].map(|rest| {
            let mut bytes = [rest; 20];
            bytes[..4].copy_from_slice(&self.0);
            Pseudonym(bytes)
        })
    }
}

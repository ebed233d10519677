//! Years of dossier codes, and whose key names their dossiers.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;

use super::{Bucket, calendar};

/// Years that get keys of their own; codes of other years are misread or mistyped, and have the folder's key.
pub const YEARS: RangeInclusive<i16> = 2015..=2099;
const SECRET_BYTES: usize = 32;

impl Bucket {
    /// The year of its dossiers, if such years have keys.
    pub fn year(self) -> Option<i16> {
        let day = calendar::day_of_number(i32::from_be_bytes(self.0))?;
        YEARS.contains(&day.year()).then_some(day.year())
    }
}

/// Where the dossiers of a year lie: from the first bucket on, before the last.
pub fn buckets(year: i16) -> Option<Range<Bucket>> {
    let first = |year| Some(Bucket::on(Date::new(year, 1, 1).ok()?));
    Some(first(year)?..first(year.checked_add(1)?)?)
}

/// What makes the key of a year, together with the key of the folder: neither does alone.
#[derive(Clone, PartialEq, Eq)]
pub struct PeriodSecret(pub [u8; SECRET_BYTES]);

impl fmt::Debug for PeriodSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeriodSecret(…)")
    }
}

/// Whose key names the dossiers of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Period {
    /// The folder's: something of the year was stored before years had keys. It cannot be destroyed.
    Folder,
    /// Its own, made with this.
    Own(PeriodSecret),
    /// Nobody's any more: which dossiers were rated is not known, and never will be.
    Destroyed,
}

/// The years that stand in the store. Of another, nothing is stored, or under the folder's key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods(pub BTreeMap<i16, Period>);

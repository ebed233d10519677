//! Finished dossiers held against the days on which they were due.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{FinishedFilter, calendar};

/// Which finished dossiers to hold against their due days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueQuery {
    /// First business day of finishing, inclusive.
    pub from: Date,
    /// Last business day of finishing, inclusive.
    pub to: Date,
    /// Which ones to count.
    pub filter: FinishedFilter,
}

/// How finished dossiers kept the days on which they were due. By the day, as for [`super::Timeliness`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgainstDue {
    /// Finished on an earlier day.
    pub before: u64,
    /// Finished on that day.
    pub on: u64,
    /// Finished on a later day.
    pub after: u64,
    /// Finished, and no day is known on which they were due.
    pub without: u64,
}

impl AgainstDue {
    /// Counts a finished dossier.
    pub fn add(&mut self, finished: Timestamp, due: Option<Timestamp>) {
        let day = calendar::business_day;
        let count = match due.map(|due| day(finished).cmp(&day(due))) {
            Some(Ordering::Less) => &mut self.before,
            Some(Ordering::Equal) => &mut self.on,
            Some(Ordering::Greater) => &mut self.after,
            None => &mut self.without,
        };
        *count += 1;
    }

    /// Adds those of another part of the period.
    pub fn merge(&mut self, other: Self) {
        self.before += other.before;
        self.on += other.on;
        self.after += other.after;
        self.without += other.without;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dossier_is_held_against_its_day_and_not_its_hour() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let due = Some(at("2026-07-15T02:00:00Z"));
        let mut counted = AgainstDue::default();
        // The day of Viet Nam begins at 17:00 UTC.
        counted.add(at("2026-07-14T16:59:59Z"), due);
        counted.add(at("2026-07-14T17:00:00Z"), due);
        counted.add(at("2026-07-15T16:59:59Z"), due);
        counted.add(at("2026-07-15T17:00:00Z"), due);
        counted.add(at("2026-07-15T17:00:00Z"), None);
        let told = AgainstDue {
            before: 1,
            on: 2,
            after: 1,
            without: 1,
        };
        assert_eq!(counted, told);
        counted.merge(told);
        assert_eq!(counted.on, 4);
    }
}

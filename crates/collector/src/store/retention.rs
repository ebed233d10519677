//! What is told to the store about retention.

use jiff::civil::Date;

use super::Entry;
use crate::retention::{Clock, Hold, Matter};

/// A change of the rules by a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetentionChange {
    /// How many months to keep; 0: for ever. Announcements of the matter begin anew.
    Months(Matter, u16),
    /// On how many days an announcement must have stood.
    NoticeDays(u16),
    /// Put off.
    Hold(Matter, Hold),
    /// Not put off any more. Announcements of the matter begin anew.
    Release(Matter),
    /// The date is right, although the clock leapt.
    ClockIsRight,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionTick {
    /// The clock as the check read it; when it is another by now, nothing is noted.
    pub before: Clock,
    /// The clock after it.
    pub after: Clock,
    /// Throws all announcements away first.
    pub forgets: bool,
    /// The others have stood for a day more.
    pub witnesses: bool,
    /// The business day of the check.
    pub today: Date,
    /// What and which months to announce.
    pub announce: Vec<(Matter, i32)>,
    /// What the audit log is told.
    pub entries: Vec<Entry>,
}

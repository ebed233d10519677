//! How long free text and the keys of years are kept: rules, what is announced, and when it may be destroyed.
//!
//! Nothing undoes a destruction, so a clock that is wrong must not bring one about. A month of text, or the key of a year,
//! is destroyed when its rule is over, and was announced, and a check ran on [`State::notice_days`] different days since:
//! a leap of the clock is one day at most, however far it goes. A leap of more than [`LEAP`] days throws all
//! announcements away, and nothing is destroyed until an administrator has confirmed the date, since ratings of a wrong
//! clock have wrong dates, too, and cannot prove it. A clock that was set back throws them away as well. So a clock can only
//! put a destruction off; dates that are wrong already are another matter: a comment goes with those before it, a citizen
//! report by its dates. The year of a key stands in the codes of its dossiers, which no clock of ours has written.

mod check;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

pub use check::{Checked, check};

use crate::store::calendar::{ZONE, month_name, month_number};
use crate::store::terms::Term;

/// Months that free text is kept where nobody has said otherwise: our proposal, no law. Keys of years are kept for ever.
pub const USUAL_MONTHS: u16 = 24;
/// Fewest months that the key of a year is kept after its end: dossiers are finished and rated long after their receipt.
pub const FEWEST_MONTHS_OF_KEYS: u16 = 12;
/// Longest that may be asked for: a hundred years.
pub const MOST_MONTHS: u16 = 1200;
/// Fewest and most days of notice.
pub const NOTICE_DAYS: std::ops::RangeInclusive<u16> = 1..=365;
/// Days between two checks beyond which the clock is doubted. A server that was off over Tết is not.
pub const LEAP: i32 = 31;
/// Longest reason of a hold, in characters.
pub const LONGEST_REASON: usize = 200;

/// What has a rule of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// What citizens wrote beside their rating, by the month in which it was received.
    Comments,
    /// The text of citizen reports that are answered, by the month of the answer.
    Reports,
    /// Keys that name the dossiers of a year, by its last month ([`crate::store::Period`]).
    Keys,
}

impl Matter {
    /// Months that it is kept where nobody has said otherwise; 0: for ever.
    pub fn usual_months(self) -> u16 {
        match self {
            Self::Comments | Self::Reports => USUAL_MONTHS,
            Self::Keys => 0,
        }
    }

    /// Fewest months that may be asked for.
    pub fn fewest_months(self) -> u16 {
        match self {
            Self::Comments | Self::Reports => 1,
            Self::Keys => FEWEST_MONTHS_OF_KEYS,
        }
    }

    /// What goes together: the name of the month, or of the year that ends with it.
    pub fn period_name(self, month: i32) -> String {
        match self {
            Self::Comments | Self::Reports => month_name(month),
            Self::Keys => month.div_euclid(12).to_string(),
        }
    }
}

impl Term for Matter {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Comments, 1, "comments"),
        (Self::Reports, 2, "reports"),
        (Self::Keys, 3, "keys"),
    ];
}

/// Who puts destructions off, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// An account, or `cli:<name>`.
    pub by: String,
    /// In the words of whoever did.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Of what.
    pub matter: Matter,
    /// Whole months after the month of receipt or answer, or after the end of the year; 0: kept for ever.
    pub months: u16,
    /// Put off.
    pub hold: Option<Hold>,
}

impl Rule {
    /// The first day on which what is of this month (`store::calendar`) may go; none when it is kept for ever.
    pub fn due(&self, month: i32) -> Option<Date> {
        (self.months > 0)
            .then(|| first_day(month + i32::from(self.months) + 1))
            .flatten()
    }
}

/// What was announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Of what.
    pub matter: Matter,
    /// Number of the month (`store::calendar`).
    pub month: i32,
    /// Since which business day.
    pub announced: Date,
    /// Later days on which a check ran.
    pub witnessed: u16,
}

/// How many texts there are of a month; of a year that has one, a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Of what.
    pub matter: Matter,
    /// Number of the month (`store::calendar`).
    pub month: i32,
    /// Texts or keys.
    pub count: u64,
}

/// A destruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// When.
    pub at: Timestamp,
    /// By whom: `server` or `cli:<name>`.
    pub by: String,
    /// Of what.
    pub matter: Matter,
    /// Number of the month (`store::calendar`).
    pub month: i32,
    /// Texts or keys.
    pub count: u64,
    /// Gone from the bytes of the files, too, and written in the audit log.
    pub finished: bool,
}

impl Run {
    /// What the audit log is told of it.
    pub fn detail(&self) -> String {
        let of = self.matter.period_name(self.month);
        match self.matter {
            Matter::Comments | Matter::Reports => format!("{of}; {} texts", self.count),
            Matter::Keys => of,
        }
    }
}

/// What is known of the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Business day of the last check.
    pub last: Option<Date>,
    /// The last day before it leapt, until somebody has confirmed the date.
    pub doubt_from: Option<Date>,
}

/// What a check finds the clock to have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// The day of the last check, or the one before it: midnight and a clock that is put right by seconds.
    Same,
    /// A later day: every announcement has stood for one more.
    Later,
    /// Set back: announcements begin anew.
    Back,
    /// A leap: they begin anew, and nothing is destroyed until the date is confirmed.
    Leap,
}

impl Clock {
    /// The clock after a check on `today`; `newest` is the day of the newest rating, which is all that is known of the
    /// time before the first check.
    pub fn tick(self, today: Date, newest: Option<Date>) -> (Self, Tick) {
        let at = |doubt_from| Self {
            last: Some(today),
            doubt_from,
        };
        let Some(last) = self.last.or(newest) else {
            return (at(None), Tick::Later);
        };
        match days(last, today) {
            // The first check has nothing to be set back from: ratings are dated by the same clock.
            ..=0 if self.last.is_none() => (at(None), Tick::Later),
            -1..=0 => (self, Tick::Same),
            // Back where it came from, it is believed again.
            ..-1 => {
                let doubt = self.doubt_from.filter(|from| days(*from, today) > LEAP);
                (at(doubt), Tick::Back)
            }
            1..=LEAP => (at(self.doubt_from), Tick::Later),
            _ => (at(self.doubt_from.or(Some(last))), Tick::Leap),
        }
    }
}

/// Everything that decides what is destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// One of each matter.
    pub rules: Vec<Rule>,
    /// Days on which an announcement must have stood.
    pub notice_days: u16,
    /// The clock.
    pub clock: Clock,
    /// Business day of the newest rating.
    pub newest: Option<Date>,
    /// What was announced.
    pub notices: Vec<Notice>,
    /// What there is.
    pub amounts: Vec<Amount>,
    /// What was destroyed, the newest first; at most a hundred.
    pub runs: Vec<Run>,
}

/// Why something is not destroyed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The rule is not over.
    NotDue,
    /// An administrator has put it off.
    Held,
    /// The clock leapt.
    Clock,
    /// The announcement has not stood on enough days.
    Notice,
}

/// What will be destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What, and how much of it.
    pub amount: Amount,
    /// When the rule is over.
    pub due: Date,
    /// Not before this day, as it looks today: the rule is over, and the announcement has stood long enough.
    pub earliest: Date,
    /// Since when it is announced.
    pub announced: Option<Date>,
    /// What stands against it today; none: the next check destroys it.
    pub obstacle: Option<Obstacle>,
}

impl State {
    /// Everything that the rules will destroy one day, by when; nothing that is kept for ever.
    pub fn plan(&self, today: Date) -> Vec<Planned> {
        let mut plan: Vec<Planned> = self
            .amounts
            .iter()
            .filter_map(|amount| self.planned(amount, today))
            .collect();
        plan.sort_by_key(|planned| {
            (
                planned.earliest,
                planned.amount.month,
                planned.amount.matter,
            )
        });
        plan
    }

    fn planned(&self, amount: &Amount, today: Date) -> Option<Planned> {
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.matter == amount.matter)?;
        let due = rule.due(amount.month)?;
        let notice = self
            .notices
            .iter()
            .find(|notice| (notice.matter, notice.month) == (amount.matter, amount.month));
        let waits = notice.map_or(self.notice_days, |notice| {
            self.notice_days.saturating_sub(notice.witnessed)
        });
        let obstacle = if today < due {
            Some(Obstacle::NotDue)
        } else if rule.hold.is_some() {
            Some(Obstacle::Held)
        } else if self.clock.doubt_from.is_some() {
            Some(Obstacle::Clock)
        } else if notice.is_none() || waits > 0 {
            Some(Obstacle::Notice)
        } else {
            None
        };
        let told = today.saturating_add(i64::from(waits).days());
        Some(Planned {
            amount: *amount,
            due,
            earliest: due.max(told),
            announced: notice.map(|notice| notice.announced),
            obstacle,
        })
    }

    /// What must be announced by `today` so that nothing waits for its notice once its rule is over.
    pub fn to_announce(&self, today: Date) -> Vec<(Matter, i32)> {
        let horizon = today.saturating_add(i64::from(self.notice_days).days());
        self.plan(today)
            .into_iter()
            .filter(|planned| planned.announced.is_none() && planned.due <= horizon)
            .map(|planned| (planned.amount.matter, planned.amount.month))
            .collect()
    }

    /// Backups made before this moment hold texts that were destroyed.
    pub fn old_backups(&self) -> Option<Timestamp> {
        self.runs.iter().map(|run| run.at).max()
    }
}

/// The moments from which and before which something is of this month; none outside the years of the calendar.
pub fn span(month: i32) -> Option<(Timestamp, Timestamp)> {
    let begin = |month| {
        let day = first_day(month)?.to_datetime(jiff::civil::Time::midnight());
        ZONE.to_timestamp(day).ok()
    };
    Some((begin(month)?, begin(month + 1)?))
}

/// The year that ends with this month; none for another month, or outside the years of the calendar.
pub fn year_of_month(month: i32) -> Option<i16> {
    (month.rem_euclid(12) == 11)
        .then(|| i16::try_from(month.div_euclid(12)).ok())
        .flatten()
}

fn first_day(month: i32) -> Option<Date> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let number = i8::try_from(month.rem_euclid(12) + 1).ok()?;
    let day = Date::new(year, number, 1).ok()?;
    debug_assert_eq!(month_number(day), month);
    Some(day)
}

/// Days from one to the other.
fn days(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

#[cfg(test)]
mod tests;

//! The working days of the demonstration year, and moments in minutes of Vietnam's clock.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};

use super::random::{Dice, Urn};
use crate::store::calendar::ZONE;

/// First day on which a dossier is received.
const FIRST_DAY: Date = date(2020, 6, 16);
/// Last day on which a dossier is received.
const LAST_DAY: Date = date(2021, 6, 15);
/// The day of the report: what is unfinished when it begins is pending.
const REPORT_DAY: Date = date(2021, 6, 22);
/// Last day that may be a due date.
const END: Date = date(2021, 12, 31);
/// Public holidays of that year on weekdays.
const HOLIDAYS: [Date; 10] = [
    date(2020, 9, 2),
    date(2021, 1, 1),
    date(2021, 2, 10),
    date(2021, 2, 11),
    date(2021, 2, 12),
    date(2021, 2, 15),
    date(2021, 2, 16),
    date(2021, 4, 21),
    date(2021, 4, 30),
    date(2021, 5, 3),
];
const DAY_MINUTES: i64 = 24 * 60;
/// Close of business.
const CLOSING: i64 = 17 * 60;

/// A moment in whole minutes since [`FIRST_DAY`] began in Vietnam.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Minute(pub i64);

/// Days by their number since [`FIRST_DAY`], and which of them are worked.
pub(super) struct Calendar {
    days: Vec<Date>,
    /// Numbers of the working days, in order.
    working: Vec<i64>,
    /// For each day, how many working days come before it.
    before: Vec<usize>,
    demand: Urn,
    start: i64,
}

impl Calendar {
    pub(super) fn new() -> Self {
        let days: Vec<Date> = FIRST_DAY
            .series(jiff::ToSpan::days(1))
            .take_while(|&day| day <= END)
            .collect();
        let worked = |day: &Date| {
            !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !HOLIDAYS.contains(day)
        };
        let mut working = Vec::new();
        let mut before = Vec::new();
        for (number, day) in (0..).zip(&days) {
            before.push(working.len());
            if worked(day) {
                working.push(number);
            }
        }
        // Desks are open on Saturday mornings here and there.
        let demand =
            Urn::new(days.iter().take_while(|&&day| day <= LAST_DAY).map(
                |day| match day.weekday() {
                    _ if worked(day) => 100,
                    Weekday::Saturday => 6,
                    _ => 0,
                },
            ));
        let start = ZONE
            .to_timestamp(FIRST_DAY.at(0, 0, 0, 0))
            .map_or(0, Timestamp::as_second);
        Self {
            days,
            working,
            before,
            demand,
            start,
        }
    }

    /// A moment of business in the year of receipt.
    pub(super) fn receipt(&self, dice: &mut Dice) -> Minute {
        let day = self.demand.draw(dice) as i64;
        self.office_time(day, dice)
    }

    /// A moment of business on this day: half past seven to half past eleven, or half past one to half past four.
    fn office_time(&self, day: i64, dice: &mut Dice) -> Minute {
        let minute = dice.between(0, 7 * 60 - 1);
        let lunch = if minute < 4 * 60 { 0 } else { 2 * 60 };
        Minute(day * DAY_MINUTES + 7 * 60 + 30 + minute + lunch)
    }

    /// The same time of day so many working days later; for 0, the close of that day.
    pub(super) fn due(&self, received: Minute, working_days: usize) -> Minute {
        if working_days == 0 {
            return Minute(received.day() * DAY_MINUTES + CLOSING);
        }
        Minute(self.later_day(received, working_days) * DAY_MINUTES + received.0 % DAY_MINUTES)
    }

    /// A moment of business so many working days later.
    pub(super) fn later(&self, from: Minute, working_days: usize, dice: &mut Dice) -> Minute {
        self.office_time(self.later_day(from, working_days), dice)
    }

    fn later_day(&self, from: Minute, working_days: usize) -> i64 {
        let place = usize::try_from(from.day())
            .ok()
            .and_then(|day| self.before.get(day))
            .copied()
            .unwrap_or(0);
        let is_working = self.working.get(place) == Some(&from.day());
        // From a day off, the first working day after it is one day later.
        let steps = if is_working {
            working_days
        } else {
            working_days.saturating_sub(1)
        };
        self.working
            .get(place + steps)
            .or(self.working.last())
            .copied()
            .unwrap_or(from.day())
    }

    /// The moment at which the report was made.
    pub(super) fn report(&self) -> Minute {
        let day = self.days.iter().position(|&day| day == REPORT_DAY);
        Minute(day.unwrap_or(0) as i64 * DAY_MINUTES)
    }

    /// The calendar day.
    pub(super) fn date(&self, minute: Minute) -> Date {
        usize::try_from(minute.day())
            .ok()
            .and_then(|day| self.days.get(day))
            .copied()
            .unwrap_or(END)
    }

    /// The moment as kept in the store.
    pub(super) fn timestamp(&self, minute: Minute) -> Timestamp {
        Timestamp::from_second(self.start + minute.0 * 60).unwrap_or_default()
    }
}

impl Minute {
    fn day(self) -> i64 {
        self.0.div_euclid(DAY_MINUTES)
    }

    pub(super) fn plus(self, minutes: i64) -> Self {
        Self(self.0 + minutes)
    }
}

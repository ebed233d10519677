//! From when on the ratings of a day are part of figures. Whoever reads a figure while the citizen is still in the hall knows
//! who has changed it, so a day is shown as a whole, some hours after it has ended.
//!
//! What counts is the business day that a rating is counted for ([`crate::store::Admitted::day`]): roll-ups, `verify` and what
//! is taken in know nothing of the delay, and a clock that is set back hides days again and changes nothing else.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use crate::store::calendar::{ZONE, business_day};

/// How long a business day is held back after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    hours: u16,
}

impl Default for Delay {
    fn default() -> Self {
        Self::of_hours(Self::USUAL_HOURS)
    }
}

impl Delay {
    /// Nothing is held back: today's ratings are part of figures at once.
    pub const NONE: Self = Self::of_hours(0);
    /// Hours unless the administrator says otherwise.
    pub const USUAL_HOURS: u16 = 24;
    /// Hours at most: 31 days.
    pub const MOST_HOURS: u16 = 31 * 24;

    /// So many hours, at most [`Self::MOST_HOURS`]; 0 for no delay at all.
    pub const fn of_hours(hours: u16) -> Self {
        let hours = if hours > Self::MOST_HOURS {
            Self::MOST_HOURS
        } else {
            hours
        };
        Self { hours }
    }

    /// Hours from the end of a day until it is shown; 0 for no delay at all.
    pub const fn hours(self) -> u16 {
        self.hours
    }

    /// The last business day (Asia/Ho_Chi_Minh) whose ratings may be part of figures at `now`: the last that had ended the
    /// delay ago. None when nothing is held back.
    pub fn last_day(self, now: Timestamp) -> Option<Date> {
        let first = self.first_held_back(now)?;
        Some(first.yesterday().unwrap_or(Date::MIN))
    }

    /// What was received before this moment may be read at `now`: the beginning of the first day that is held back. All of a
    /// day is let out together.
    pub fn released_before(self, now: Timestamp) -> Timestamp {
        self.first_held_back(now).map_or(Timestamp::MAX, |day| {
            ZONE.to_timestamp(day.to_datetime(Time::midnight()))
                .unwrap_or(Timestamp::MIN)
        })
    }

    /// The day that holds the moment the delay ago.
    fn first_held_back(self, now: Timestamp) -> Option<Date> {
        if self == Self::NONE {
            return None;
        }
        let delay = SignedDuration::from_hours(self.hours.into());
        let then = now.saturating_sub(delay).unwrap_or(Timestamp::MIN);
        Some(business_day(then))
    }
}

/// First and last day of a period, cut at the last day that may be shown; none when the period begins after it.
pub fn shown((from, to): (Date, Date), shown_to: Option<Date>) -> Option<(Date, Date)> {
    match shown_to {
        Some(last) if last < from => None,
        Some(last) => Some((from, to.min(last))),
        None => Some((from, to)),
    }
}

/// Why a period that begins after the last day that may be shown has no figures.
pub fn told(last: Date) -> String {
    format!(
        "ratings of these days are held back: a day is shown as a whole, some time after it has ended; the last that is shown now is {last}"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn last(hours: u16, now: &str) -> String {
        let day = Delay::of_hours(hours).last_day(at(now));
        day.map_or_else(|| "all".to_owned(), |day| day.to_string())
    }

    #[test]
    fn a_day_is_shown_when_the_hours_since_its_end_are_over() {
        // 14 July ends at 17:00 UTC, midnight in Viet Nam.
        assert_eq!(last(24, "2026-07-15T16:59:59.999Z"), "2026-07-13");
        assert_eq!(last(24, "2026-07-15T17:00:00Z"), "2026-07-14");
        assert_eq!(last(1, "2026-07-14T17:59:59Z"), "2026-07-13");
        assert_eq!(last(1, "2026-07-14T18:00:00Z"), "2026-07-14");
        assert_eq!(last(48, "2026-07-16T16:59:59Z"), "2026-07-13");
        assert_eq!(last(48, "2026-07-16T17:00:00Z"), "2026-07-14");
    }

    #[test]
    fn without_a_delay_everything_is_shown_at_once() {
        assert_eq!(last(0, "2026-07-15T03:00:00Z"), "all");
        let now = at("2026-07-15T03:00:00Z");
        assert_eq!(Delay::NONE.released_before(now), Timestamp::MAX);
    }

    #[test]
    fn a_clock_that_is_set_back_hides_days_again() {
        assert_eq!(last(24, "2026-07-20T00:00:00Z"), "2026-07-18");
        assert_eq!(last(24, "2026-07-10T00:00:00Z"), "2026-07-08");
        assert!(Delay::default().last_day(Timestamp::MIN).is_some());
    }

    #[test]
    fn hours_have_a_bound() {
        assert_eq!(Delay::of_hours(u16::MAX).hours(), Delay::MOST_HOURS);
        assert_eq!(Delay::default().hours(), 24);
    }

    #[test]
    fn a_period_ends_with_the_last_day_that_is_shown() {
        let day = |text: &str| -> Date { text.parse().expect("a day") };
        let period = (day("2026-07-01"), day("2026-07-31"));
        assert_eq!(shown(period, None), Some(period));
        assert_eq!(shown(period, Some(day("2026-08-01"))), Some(period));
        let cut = Some((day("2026-07-01"), day("2026-07-14")));
        assert_eq!(shown(period, Some(day("2026-07-14"))), cut);
        assert_eq!(shown(period, Some(day("2026-06-30"))), None);
    }

    proptest! {
        /// Whenever one looks: a shown day had ended the delay ago, the next one had not, and all received before the first
        /// hidden day was received on shown days.
        #[test]
        fn what_is_shown_had_ended_the_delay_ago(
            seconds in 0i64..4_000_000_000,
            hours in 1u16..=Delay::MOST_HOURS,
        ) {
            let now = Timestamp::from_second(seconds).expect("in range");
            let delay = Delay::of_hours(hours);
            let last = delay.last_day(now).expect("there is a delay");
            let end_of = |day: Date| {
                let next = day.tomorrow().expect("in range");
                ZONE.to_timestamp(next.to_datetime(Time::midnight())).expect("in range")
            };
            let over = |day: Date| now.duration_since(end_of(day));
            let hours = SignedDuration::from_hours(hours.into());
            prop_assert!(over(last) >= hours);
            prop_assert!(over(last.tomorrow().expect("in range")) < hours);
            prop_assert_eq!(delay.released_before(now), end_of(last));
        }
    }
}

//! By when a citizen report must be answered: a number of working days after the day on which it came.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};

use crate::store::calendar::{ZONE, business_day};

/// Working days for an answer unless the authority says otherwise; no text that we have read prescribes it (unverified).
pub const USUAL_DAYS: u16 = 10;
/// Most working days that may be set.
pub const MOST_DAYS: u16 = 365;

/// The rule of an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRule {
    /// Working days, 1 to [`MOST_DAYS`].
    pub days: u16,
    /// Days from Monday to Friday on which nobody works.
    pub holidays: BTreeSet<Date>,
}

impl Default for DueRule {
    fn default() -> Self {
        Self {
            days: USUAL_DAYS,
            holidays: BTreeSet::new(),
        }
    }
}

impl DueRule {
    /// Is this a day from Monday to Friday that is no holiday?
    pub fn works_on(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.holidays.contains(&day)
    }

    /// The last second of the last of [`DueRule::days`] working days after the business day of `received`, which does not
    /// count itself. `None` where the calendar ends.
    pub fn due(&self, received: Timestamp) -> Option<Timestamp> {
        let mut day = business_day(received);
        let mut left = self.days.clamp(1, MOST_DAYS);
        while left > 0 {
            day = day.tomorrow().ok()?;
            if self.works_on(day) {
                left -= 1;
            }
        }
        end_of(day)
    }
}

/// The last second of a business day.
pub fn end_of(day: Date) -> Option<Timestamp> {
    ZONE.to_timestamp(day.to_datetime(Time::constant(23, 59, 59, 0)))
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn due(days: u16, holidays: &[&str], received: &str) -> String {
        let rule = DueRule {
            days,
            holidays: holidays
                .iter()
                .map(|day| day.parse().expect("a day"))
                .collect(),
        };
        let due = rule
            .due(received.parse().expect("a moment"))
            .expect("in the calendar");
        business_day(due).to_string()
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        // A Friday.
        assert_eq!(due(1, &[], "2026-07-17T03:00:00Z"), "2026-07-20");
        assert_eq!(due(10, &[], "2026-07-17T03:00:00Z"), "2026-07-31");
        assert_eq!(
            due(1, &["2026-07-20"], "2026-07-17T03:00:00Z"),
            "2026-07-21"
        );
        // A Saturday: the first day is Monday.
        assert_eq!(due(1, &[], "2026-07-18T03:00:00Z"), "2026-07-20");
        // Sunday evening in London is Monday in Viet Nam.
        assert_eq!(due(1, &[], "2026-07-19T18:00:00Z"), "2026-07-21");
    }

    proptest! {
        #[test]
        fn as_many_working_days_lie_between_as_the_rule_says(
            days in 1u16..60,
            received in 0i32..20_000,
            off in prop::collection::btree_set(0i32..20_100, 0..40),
        ) {
            let day = |number| crate::store::calendar::day_of_number(number).expect("a day");
            let rule = DueRule { days, holidays: off.into_iter().map(day).collect() };
            let received_at = end_of(day(received)).expect("a moment");
            let due = business_day(rule.due(received_at).expect("in the calendar"));
            prop_assert!(rule.works_on(due));
            let mut working = 0;
            let mut one = day(received);
            while one < due {
                one = one.tomorrow().expect("a day");
                working += u16::from(rule.works_on(one));
            }
            prop_assert_eq!(working, days);
        }
    }
}

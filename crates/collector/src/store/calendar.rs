//! The one place where the time zone of the reports exists: business days of Asia/Ho_Chi_Minh.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// Viet Nam has kept +07:00 without summer time since 1975; fixed, so that no zone database is needed at run time.
pub const ZONE: Offset = Offset::constant(7);

/// Day 0 of [`day_number`].
const EPOCH: Date = Date::constant(2000, 1, 1);

/// The business day on which this moment falls.
pub fn business_day(moment: Timestamp) -> Date {
    TimeZone::fixed(ZONE).to_datetime(moment).date()
}

/// Days since 2000-01-01; negative before.
pub fn day_number(day: Date) -> i32 {
    // A difference of two dates is given in whole days and fits: jiff's years end at 9999.
    (day - EPOCH).get_days()
}

/// The day of this number; `None` outside the years -9999 to 9999.
pub fn day_of_number(number: i32) -> Option<Date> {
    let span = jiff::Span::new().try_days(number).ok()?;
    EPOCH.checked_add(span).ok()
}

/// Months since year 0: rises by one from month to month, over years too.
pub fn month_number(day: Date) -> i32 {
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

/// The first day of the month of this number; `None` outside the years 0 to 9999.
pub fn first_of_month(number: i32) -> Option<Date> {
    let year = i16::try_from(number.div_euclid(12)).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    Date::new(year, month, 1).ok()
}

/// `2026-07` for this number.
pub fn month_name(number: i32) -> String {
    format!(
        "{:04}-{:02}",
        number.div_euclid(12),
        number.rem_euclid(12) + 1
    )
}

/// The number of a month written `2026-07`.
pub fn month_of_name(name: &str) -> Option<i32> {
    format!("{name}-01").parse::<Date>().ok().map(month_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_business_day_begins_at_midnight_in_viet_nam() {
        let before: Timestamp = "2026-07-31T16:59:59Z".parse().expect("a time");
        let after: Timestamp = "2026-07-31T17:00:00Z".parse().expect("a time");
        assert_eq!(business_day(before).to_string(), "2026-07-31");
        assert_eq!(business_day(after).to_string(), "2026-08-01");
    }

    #[test]
    fn days_and_months_come_back_from_their_numbers() {
        for text in ["1999-12-31", "2000-01-01", "2024-02-29", "2026-12-31"] {
            let day: Date = text.parse().expect("a date");
            assert_eq!(day_of_number(day_number(day)), Some(day));
            assert_eq!(month_name(month_number(day)), text[..7]);
            assert_eq!(month_of_name(&text[..7]), Some(month_number(day)));
            assert_eq!(
                first_of_month(month_number(day)),
                Some(day.first_of_month())
            );
        }
        assert_eq!(month_of_name("2026-13"), None);
        assert_eq!(day_of_number(i32::MAX), None);
        assert_eq!(first_of_month(i32::MAX), None);
    }
}

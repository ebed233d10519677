//! The days on which a receipt that somebody holds in the hall was most likely given out. Pure: no browser.

use std::iter::successors;

use crate::browser::Day;

/// How many days are offered.
const DAYS: usize = 3;
/// Milliseconds in a day.
const DAY_MS: f64 = 86_400_000.0;

/// A day of receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    /// YYMMDD, as it stands in a code.
    pub digits: String,
    /// As people write it: 28/11.
    pub said: String,
    /// Is it today?
    pub is_today: bool,
}

/// Today and the working days before it, the newest first; `day_of` tells the day at a time in milliseconds.
pub(super) fn recent(now_ms: f64, day_of: impl Fn(f64) -> Day) -> Vec<Receipt> {
    successors(Some(now_ms), |day| Some(day - DAY_MS))
        .map(|time| (time, day_of(time)))
        .filter(|(_, day)| !day.is_sunday)
        .take(DAYS)
        .map(|(time, day)| Receipt {
            digits: format!("{:02}{:02}{:02}", day.year % 100, day.month, day.date),
            said: format!("{:02}/{:02}", day.date, day.month),
            is_today: time >= now_ms,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The days around New Year 2026; the fourth of January is a Sunday.
    fn day_of(time: f64) -> Day {
        let after = (time / DAY_MS) as i64;
        let (year, month, date) = if after > 0 {
            (2026, 1, after)
        } else {
            (2025, 12, 31 + after)
        };
        Day {
            year,
            month,
            date: date as u32,
            is_sunday: (after - 4).rem_euclid(7) == 0,
        }
    }

    fn said(day: f64) -> Vec<(String, String, bool)> {
        recent(day * DAY_MS + 5.0, day_of)
            .into_iter()
            .map(|day| (day.digits, day.said, day.is_today))
            .collect()
    }

    fn day(digits: &str, said: &str, is_today: bool) -> (String, String, bool) {
        (digits.to_owned(), said.to_owned(), is_today)
    }

    #[test]
    fn today_and_the_two_working_days_before_are_offered() {
        let over_new_year = [
            day("260102", "02/01", true),
            day("260101", "01/01", false),
            day("251231", "31/12", false),
        ];
        assert_eq!(said(2.0), over_new_year);
    }

    #[test]
    fn nobody_hands_a_dossier_in_on_a_sunday() {
        let after_a_sunday = [
            day("260105", "05/01", true),
            day("260103", "03/01", false),
            day("260102", "02/01", false),
        ];
        assert_eq!(said(5.0), after_a_sunday);
        assert!(said(4.0).iter().all(|(_, _, is_today)| !is_today));
    }
}

//! The periods of releases: calendar months and quarters, so that two of them either are apart or one holds the other.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::store::calendar::ZONE;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// A calendar month.
    Month,
    /// Three of them, from January, April, July or October on.
    Quarter,
}

/// A calendar month or quarter of business days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Told", try_from = "Told")]
pub struct Period {
    kind: PeriodKind,
    from: Date,
    to: Date,
}

/// A period on the wire; its name says everything.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Period)]
pub(super) struct Told {
    /// `2026-07` or `2026-Q3`.
    name: String,
    /// First business day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last business day.
    #[schema(value_type = String, format = Date)]
    to: Date,
}

/// What is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a month as 2026-07 or a quarter as 2026-Q3")]
pub struct NoPeriod;

impl Period {
    /// The month of this year; none unless it is 1 to 12 of a year 1 to 9998.
    pub fn month(year: i16, month: i8) -> Option<Self> {
        Self::new(PeriodKind::Month, year, month)
    }

    /// The quarter of this year; none unless it is 1 to 4 of a year 1 to 9998.
    pub fn quarter(year: i16, quarter: i8) -> Option<Self> {
        (1..=4)
            .contains(&quarter)
            .then(|| Self::new(PeriodKind::Quarter, year, quarter * 3 - 2))
            .flatten()
    }

    fn new(kind: PeriodKind, year: i16, month: i8) -> Option<Self> {
        // So that the day after it exists.
        let from = Date::new(year, month, 1)
            .ok()
            .filter(|_| (1..9999).contains(&year))?;
        let more = match kind {
            PeriodKind::Month => 0,
            PeriodKind::Quarter => 2,
        };
        let to = from.checked_add(more.months()).ok()?.last_of_month();
        Some(Self { kind, from, to })
    }

    /// Month or quarter.
    pub fn kind(self) -> PeriodKind {
        self.kind
    }

    /// First business day.
    pub fn from(self) -> Date {
        self.from
    }

    /// Last business day.
    pub fn to(self) -> Date {
        self.to
    }

    /// `2026-07` or `2026-Q3`.
    pub fn name(self) -> String {
        self.to_string()
    }

    /// When its last day is over in Viet Nam.
    pub fn end(self) -> Option<Timestamp> {
        let next = self.to.tomorrow().ok()?;
        let zone = TimeZone::fixed(ZONE);
        zone.to_timestamp(next.at(0, 0, 0, 0)).ok()
    }

    /// Has it a day in common with the other?
    pub fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.from.year(), self.from.month());
        match self.kind {
            PeriodKind::Month => write!(f, "{year:04}-{month:02}"),
            PeriodKind::Quarter => write!(f, "{year:04}-Q{}", (month + 2) / 3),
        }
    }
}

impl FromStr for Period {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let number = |digits: &str, width: usize| -> Option<i16> {
            let plain = digits.len() == width && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| plain)
        };
        let parsed = || {
            let (year, rest) = text.split_once('-')?;
            let year = number(year, 4)?;
            match rest.strip_prefix('Q') {
                Some(quarter) => Self::quarter(year, i8::try_from(number(quarter, 1)?).ok()?),
                None => Self::month(year, i8::try_from(number(rest, 2)?).ok()?),
            }
        };
        parsed().ok_or(NoPeriod)
    }
}

impl From<Period> for Told {
    fn from(period: Period) -> Self {
        Self {
            name: period.name(),
            from: period.from,
            to: period.to,
        }
    }
}

impl TryFrom<Told> for Period {
    type Error = NoPeriod;

    fn try_from(told: Told) -> Result<Self, NoPeriod> {
        told.name.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_period_has_its_days() {
        let days = |text: &str| {
            let period: Period = text.parse().unwrap();
            (period.from().to_string(), period.to().to_string())
        };
        assert_eq!(days("2026-02"), ("2026-02-01".into(), "2026-02-28".into()));
        assert_eq!(days("2024-Q1"), ("2024-01-01".into(), "2024-03-31".into()));
        assert_eq!(days("2026-Q4"), ("2026-10-01".into(), "2026-12-31".into()));
    }

    #[test]
    fn a_period_ends_at_midnight_in_viet_nam() {
        let period: Period = "2026-07".parse().unwrap();
        assert_eq!(period.end().unwrap().to_string(), "2026-07-31T17:00:00Z");
    }

    #[test]
    fn nothing_else_is_a_period() {
        for wrong in [
            "", "2026", "2026-7", "2026-13", "2026-00", "2026-Q0", "2026-Q5", "2026-q1", "26-07",
            "2026-+7", "0000-01", "9999-12",
        ] {
            assert_eq!(wrong.parse::<Period>(), Err(NoPeriod), "{wrong}");
        }
    }

    fn any() -> impl Strategy<Value = Period> {
        let quarter = (2020..2023i16, 1..=4i8).prop_filter_map("", |(y, q)| Period::quarter(y, q));
        let month = (2020..2023i16, 1..=12i8).prop_filter_map("", |(y, m)| Period::month(y, m));
        prop_oneof![quarter, month]
    }

    proptest! {
        #[test]
        fn a_period_comes_back_from_its_name_and_from_json(period in any()) {
            prop_assert_eq!(period.name().parse(), Ok(period));
            let json = serde_json::to_string(&period).unwrap();
            prop_assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period);
        }

        #[test]
        fn two_periods_share_days_only_if_one_holds_the_other(one in any(), other in any()) {
            let holds = |a: Period, b: Period| a.from() <= b.from() && b.to() <= a.to();
            prop_assert_eq!(one.overlaps(other), holds(one, other) || holds(other, one));
        }
    }
}

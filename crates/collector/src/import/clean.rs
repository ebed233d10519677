//! From the text of a field to a value: what people and other systems write, in the form that we keep.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use survey::response::Fault;

use crate::intake::scrub;
use crate::store::calendar::{ZONE, business_day};

/// Years that a real dossier or unit may name; outside of them it is a typing error.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// What a date without a time of day means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayMeans {
    /// Its first moment: a dossier received or finished that day.
    Start,
    /// Its last second: a dossier due that day is on time until the day is over.
    End,
}

/// Reads a moment: RFC 3339, or `2026-03-13 10:56`, `13/03/2026 10:56`, `10:56 13/03/2026`, each with or without
/// seconds, or the date alone; without an offset it is taken as Asia/Ho_Chi_Minh.
///
/// # Errors
/// A sentence that names the rule, when the text is none of these or its year is outside 1900 to 2100.
pub fn parse_time(text: &str, day_means: DayMeans) -> Result<Timestamp, String> {
    let moment = if let Ok(date) = parse_civil_date(text) {
        let time = match day_means {
            DayMeans::Start => Time::midnight(),
            DayMeans::End => Time::constant(23, 59, 59, 0),
        };
        in_vietnam(date.to_datetime(time))
    } else if let Ok(moment) = text.parse::<Timestamp>() {
        Some(moment)
    } else {
        civil_date_time(text).and_then(in_vietnam)
    };
    moment
        .filter(|moment| YEARS.contains(&business_day(*moment).year()))
        .ok_or_else(|| {
            format!(
                "{text:?} is no moment that we can read; write 2026-03-13T10:56:00+07:00, 2026-03-13 10:56, \
                 13/03/2026 10:56 or 10:56 13/03/2026"
            )
        })
}

/// Reads a date: `2026-03-13` or `13/03/2026`.
pub(super) fn parse_date(text: &str) -> Result<Date, String> {
    parse_civil_date(text)
        .ok()
        .filter(|date| YEARS.contains(&date.year()))
        .ok_or_else(|| {
            format!("{text:?} is no date that we can read; write 2026-03-13 or 13/03/2026")
        })
}

fn in_vietnam(moment: DateTime) -> Option<Timestamp> {
    ZONE.to_timestamp(moment).ok()
}

/// A date without a time; a text that says more is an error.
fn parse_civil_date(text: &str) -> Result<Date, jiff::Error> {
    Date::strptime("%d/%m/%Y", text).or_else(|_| Date::strptime("%Y-%m-%d", text))
}

fn civil_date_time(text: &str) -> Option<DateTime> {
    const PATTERNS: [&str; 8] = [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M",
        "%H:%M:%S %d/%m/%Y",
        "%H:%M %d/%m/%Y",
    ];
    PATTERNS
        .iter()
        .find_map(|pattern| DateTime::strptime(pattern, text).ok())
}

/// Text for people: NFC, one space between words, no control characters, ID and phone numbers masked as in comments.
pub(super) fn text(raw: &str, max_chars: usize) -> Result<String, Fault> {
    let printable = raw.replace(char::is_control, " ");
    let spaced = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = scrub::register(&spaced).unwrap_or_default();
    let length = kept.chars().count();
    if length <= max_chars {
        Ok(kept)
    } else {
        Err(Fault::new(
            "",
            "too-long",
            format!("{length} characters; at most {max_chars} fit here"),
        ))
    }
}

/// A code of a unit or procedure: letters, digits and `.`, `-`, `_`, at most 64 characters.
pub(super) fn code(raw: &str) -> Result<String, Fault> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if raw.len() <= 64 && raw.chars().all(fits) {
        Ok(raw.to_owned())
    } else {
        Err(Fault::new(
            "",
            "bad-code",
            "a code is made of letters, digits, \".\", \"-\" and \"_\", at most 64 characters; take the code alone, \
             without a name beside it",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> String {
        parse_time(text, DayMeans::Start).unwrap().to_string()
    }

    #[test]
    fn every_way_of_writing_a_moment_means_the_same() {
        for text in [
            "2026-03-13T03:56:00Z",
            "2026-03-13T10:56:00+07:00",
            "2026-03-13 10:56",
            "2026-03-13 10:56:00",
            "2026-03-13T10:56",
            "13/03/2026 10:56",
            "13/3/2026 10:56:00",
            "10:56 13/03/2026",
            "10:56:00 13/03/2026",
        ] {
            assert_eq!(moment(text), "2026-03-13T03:56:00Z", "{text}");
        }
    }

    #[test]
    fn a_date_alone_is_the_beginning_or_the_end_of_the_day_in_vietnam() {
        for text in ["13/03/2026", "2026-03-13"] {
            assert_eq!(moment(text), "2026-03-12T17:00:00Z");
            let due = parse_time(text, DayMeans::End).unwrap();
            assert_eq!(due.to_string(), "2026-03-13T16:59:59Z");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_with_the_mend() {
        for text in [
            "31/02/2026",
            "03/13/2026",
            "2026-13-01",
            "hôm nay",
            "13/03/0026",
            "25:00 13/03/2026",
        ] {
            let told = parse_time(text, DayMeans::Start).unwrap_err();
            assert!(
                told.contains(text) && told.contains("13/03/2026 10:56"),
                "{told}"
            );
        }
    }

    #[test]
    fn personal_numbers_are_masked_and_others_stay() {
        let clean = |raw| text(raw, 200).unwrap();
        assert_eq!(clean("CMND 285123456, ĐT 0912.345.678"), "CMND ***, ĐT ***");
        assert_eq!(
            clean("theo Nghị định 61/2018/NĐ-CP"),
            "theo Nghị định 61/2018/NĐ-CP"
        );
    }

    #[test]
    fn text_is_composed_and_evenly_spaced() {
        assert_eq!(
            text("  Ho\u{301}a\t\u{0}Bi\u{300}nh ", 200).unwrap(),
            "Hóa Bình"
        );
    }
}

//! Numbers and days as people write them: `84,87 %` and `25.400` in Vietnamese, `84.87 %` and `25,400` in English.

use jiff::civil::Date;

use super::words::Language;
use crate::store::calendar::month_name;

/// Keeps number and unit on one line.
const NO_BREAK_SPACE: char = '\u{a0}';

/// A whole number with its thousands apart.
pub(crate) fn whole(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(match language {
                Language::Vi => '.',
                Language::En => ',',
            });
        }
        text.push(digit);
    }
    text
}

/// A number with a fixed count of decimals.
pub(crate) fn decimal(language: Language, number: f64, decimals: u8) -> String {
    let text = format!("{number:.*}", usize::from(decimals));
    match language {
        Language::Vi => text.replace('.', ","),
        Language::En => text,
    }
}

/// The same with a percent sign.
pub(crate) fn percent(language: Language, number: f64, decimals: u8) -> String {
    format!("{}{NO_BREAK_SPACE}%", decimal(language, number, decimals))
}

/// A day.
pub(crate) fn day(language: Language, date: Date) -> String {
    match language {
        Language::Vi => date.strftime("%d/%m/%Y").to_string(),
        Language::En => date.strftime("%-d %B %Y").to_string(),
    }
}

/// A month by its number.
pub(super) fn month(language: Language, number: i32) -> String {
    let name = month_name(number);
    let (year, month) = name.split_once('-').unwrap_or((&name, ""));
    match language {
        Language::Vi => format!("tháng {month}/{year}"),
        Language::En => format!("{name}-01")
            .parse::<Date>()
            .map_or(name.clone(), |first| first.strftime("%B %Y").to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_the_language() {
        assert_eq!(whole(Language::Vi, 25_400), "25.400");
        assert_eq!(whole(Language::En, 1_201_196), "1,201,196");
        assert_eq!(whole(Language::Vi, 0), "0");
        assert_eq!(whole(Language::Vi, 999), "999");
        assert_eq!(percent(Language::Vi, 84.87, 2), "84,87\u{a0}%");
        assert_eq!(percent(Language::En, 84.9, 2), "84.90\u{a0}%");
    }

    #[test]
    fn days_are_written_as_in_the_language() {
        let date = jiff::civil::date(2026, 7, 1);
        assert_eq!(day(Language::Vi, date), "01/07/2026");
        assert_eq!(day(Language::En, date), "1 July 2026");
        let number = crate::store::calendar::month_number(date);
        assert_eq!(month(Language::Vi, number), "tháng 07/2026");
        assert_eq!(month(Language::En, number), "July 2026");
    }
}

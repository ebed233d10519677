//! A dossier code as it is typed on a keypad: the device's prefix, then the date of receipt, then the day's number.
//! Pure: no browser.

/// Digits of the date of receipt: YYMMDD.
const DATE: usize = 6;
/// Fewest and most digits of the day's number.
const NUMBER: std::ops::RangeInclusive<usize> = 4..=6;

/// What was typed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keypad {
    prefix: String,
    digits: String,
}

/// Why the digits are no dossier code yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Digits are missing.
    Short,
    /// The third and fourth digit are not a month.
    Month {
        /// The two digits typed.
        given: String,
    },
    /// The fifth and sixth digit are not a day of the month typed.
    Day {
        /// The two digits of the month.
        month: String,
        /// The two digits typed.
        given: String,
    },
    /// There is no room for another digit.
    Full,
}

impl Keypad {
    /// An empty code that begins with `prefix`, with or without its closing `-`.
    pub fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.trim().trim_end_matches('-').to_owned(),
            digits: String::new(),
        }
    }

    /// Adds a digit; tells at once when the date cannot be right.
    pub fn press(&mut self, digit: char) -> Result<(), Fault> {
        if !digit.is_ascii_digit() {
            return Ok(());
        }
        if self.digits.len() >= DATE + NUMBER.end() {
            return Err(Fault::Full);
        }
        self.digits.push(digit);
        self.check_date()
    }

    /// Begins anew with this date of receipt, as YYMMDD.
    pub fn begin(&mut self, date: &str) {
        self.clear();
        self.digits.push_str(date);
    }

    /// Takes the last digit away.
    pub fn delete(&mut self) {
        self.digits.pop();
    }

    /// Takes all digits away.
    pub fn clear(&mut self) {
        self.digits.clear();
    }

    /// Has nothing been typed?
    pub fn is_empty(&self) -> bool {
        self.digits.is_empty()
    }

    /// The whole code, as soon as it can be one.
    pub fn code(&self) -> Result<String, Fault> {
        self.check_date()?;
        match self.digits.split_at_checked(DATE) {
            Some((date, number)) if NUMBER.contains(&number.len()) => {
                Ok([&self.prefix, "-", date, "-", number].concat())
            }
            _ => Err(Fault::Short),
        }
    }

    /// The code as it is shown, in its three parts: prefix, date, number. Digits that are still to come stand as `_`.
    pub fn parts(&self) -> [String; 3] {
        let (date, number) = self.digits.split_at(self.digits.len().min(DATE));
        let least = *NUMBER.start();
        [
            self.prefix.clone(),
            format!("{date:_<DATE$}"),
            format!("{number:_<least$}"),
        ]
    }

    fn check_date(&self) -> Result<(), Fault> {
        let part = |from: usize| {
            let text = self.digits.get(from..from + 2)?;
            Some((text, text.parse::<u32>().ok()?))
        };
        let Some((month_text, month)) = part(2) else {
            return Ok(());
        };
        if !(1..=12).contains(&month) {
            return Err(Fault::Month {
                given: month_text.to_owned(),
            });
        }
        let (Some((_, year)), Some((day_text, day))) = (part(0), part(4)) else {
            return Ok(());
        };
        if !(1..=days(year, month)).contains(&day) {
            return Err(Fault::Day {
                month: month_text.to_owned(),
                given: day_text.to_owned(),
            });
        }
        Ok(())
    }
}

/// Days of a month of 2000 to 2099, in which every fourth year is a leap year.
fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(prefix: &str, digits: &str) -> (Keypad, Result<(), Fault>) {
        let mut keypad = Keypad::new(prefix);
        let last = digits
            .chars()
            .map(|digit| keypad.press(digit))
            .last()
            .unwrap_or(Ok(()));
        (keypad, last)
    }

    #[test]
    fn a_receipt_is_typed_after_the_prefix_of_the_device() {
        for prefix in ["H57.132", "H57.132-"] {
            let (keypad, last) = typed(prefix, "2608040583");
            assert_eq!(last, Ok(()));
            assert_eq!(keypad.code().as_deref(), Ok("H57.132-260804-0583"));
        }
        let (old, _) = typed("000.00.19.H08", "2009290001");
        assert_eq!(old.code().as_deref(), Ok("000.00.19.H08-200929-0001"));
        let (long, _) = typed("H57.132", "260804000583");
        assert_eq!(long.code().as_deref(), Ok("H57.132-260804-000583"));
    }

    #[test]
    fn the_code_is_shown_as_it_grows() {
        let (keypad, _) = typed("H57.132", "26080405");
        assert_eq!(keypad.parts(), ["H57.132", "260804", "05__"]);
        assert_eq!(
            Keypad::new("H57.132").parts(),
            ["H57.132", "______", "____"]
        );
    }

    #[test]
    fn an_impossible_date_is_told_at_the_digit_that_makes_it_so() {
        let (keypad, last) = typed("H57.132", "2613");
        let month = Fault::Month {
            given: "13".to_owned(),
        };
        assert_eq!((last, keypad.code()), (Err(month.clone()), Err(month)));
        let (_, last) = typed("H57.132", "260230");
        let day = Fault::Day {
            month: "02".to_owned(),
            given: "30".to_owned(),
        };
        assert_eq!(last, Err(day));
        assert_eq!(typed("H57.132", "240229").1, Ok(()));
        assert!(typed("H57.132", "250229").1.is_err());
    }

    #[test]
    fn a_day_that_was_chosen_takes_the_place_of_what_was_typed() {
        let (mut keypad, _) = typed("H57.132", "2608041");
        keypad.begin("261128");
        assert_eq!(keypad.parts(), ["H57.132", "261128", "____"]);
        "0583"
            .chars()
            .for_each(|digit| assert_eq!(keypad.press(digit), Ok(())));
        assert_eq!(keypad.code().as_deref(), Ok("H57.132-261128-0583"));
    }

    #[test]
    fn deleting_the_wrong_digit_mends_the_code() {
        let (mut keypad, _) = typed("H57.132", "2613");
        keypad.delete();
        assert_eq!(keypad.press('2'), Ok(()));
    }

    proptest! {
        /// A code is never longer than a receipt's, never loses a digit, and starts with the prefix.
        #[test]
        fn what_was_typed_is_what_comes_out(digits in "[0-9]{0,20}") {
            let (keypad, _) = typed("H57.132", &digits);
            if let Ok(code) = keypad.code() {
                let kept: String = code["H57.132".len()..].chars().filter(char::is_ascii_digit).collect();
                prop_assert!(kept.len() >= 10 && kept.len() <= 12);
                prop_assert_eq!(&digits[..kept.len()], kept);
            } else {
                prop_assert!(digits.len() < 10 || typed("H57.132", &digits[..6]).1.is_err());
            }
        }
    }
}

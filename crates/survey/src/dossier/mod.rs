//! Dossier codes: the key that a citizen holds in hand, as it is printed on the receipt, scanned or typed.
//!
//! Two styles are known (TT 01/2018 Điều 19, and a newer one seen in Huế in 2026). A code of another style is kept
//! whole and marked: a code that is cut short makes strangers' dossiers fall together.

mod clean;
mod shape;

use std::fmt;

use shape::Shape;

/// A normalised dossier code; never cut, and kept whole when its style is unknown.
///
/// Codes are personal data: store a keyed pseudonym with a rating, not the code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DossierCode {
    text: String,
    style: Style,
}

/// How a dossier code is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// `000.00.19.H08-200929-0001` (TT 01/2018 Điều 19): unit, date of receipt, number of the day in 4 digits.
    Circular2018,
    /// `H57.132-260804-0583` (from public code; level structure unverified): the number has 4 to 6 digits.
    Newer,
    /// Of no style that we know: kept whole and marked.
    Unknown,
}

/// Why a text is not taken as a dossier code. Each message says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DossierCodeError {
    /// Nothing is left after normalisation.
    #[error("there is no dossier code here; give the code that stands on the receipt")]
    Empty,
    /// Longer than a code can be.
    #[error("a dossier code has at most {max} characters; give the code alone, without other text", max = DossierCode::MAX_CHARS)]
    TooLong,
    /// A control character between other characters: two scans in one, or a damaged one.
    #[error(
        "the code holds a line break or another control character; scan or type one code at a time"
    )]
    ControlCharacter,
    /// A web address.
    #[error(
        "this is a web address, not a dossier code; open it, or give the code that stands on the receipt"
    )]
    Link,
    /// No digit at all: a name or another word.
    #[error("a dossier code has digits; give the code that stands on the receipt")]
    NoDigits,
    /// `1.011441`, `1.011441.000.00.00.H38`.
    #[error(
        "{0} is the code of a procedure; give the code of the dossier, which also has the date of receipt and a number"
    )]
    Procedure(String),
    /// `000.00.00.H49`, `H57.132`.
    #[error(
        "{0} is the code of an agency; give the whole dossier code, which goes on with -YYMMDD-number"
    )]
    Unit(String),
    /// 9 or 12 digits. The number is not repeated in the message, because it identifies a person.
    #[error(
        "this looks like the number of an identity card, which is never asked for; give the code of the dossier"
    )]
    NationalId,
    /// A day that the calendar does not have.
    #[error(
        "{0} is no date (year, month, day, two digits each); compare the code with the receipt"
    )]
    ImpossibleDate(String),
    /// A known style whose last part has too few or too many digits.
    #[error(
        "the number at the end has {found} digits but {expected} are usual in this style; compare the code with the receipt"
    )]
    NumberLength {
        /// How many there are.
        found: usize,
        /// How many the style has.
        expected: &'static str,
    },
}

impl DossierCode {
    /// Longest code, in characters, after normalisation.
    pub const MAX_CHARS: usize = 64;

    /// Reads a code as printed, scanned or typed.
    ///
    /// Taken away: the label "Mã số hồ sơ:" or "Mã hồ sơ:" (any case, composed or decomposed, also without marks), the
    /// tail " - Số phiếu: 26.10229", spaces, invisible characters, control characters at either end, and the symbology
    /// prefix that some scanners send (`]Q1`). Full-width characters and typographic dashes become ASCII, letters
    /// capitals. Inside a code of unknown style one space is kept where there were some.
    ///
    /// Reading is stable: the result read again is the same code.
    ///
    /// Without the feature `server` (in the widget) two checks are left to the collector, which reads the code again:
    /// the calendar, and Unicode form NFC for codes of unknown style.
    ///
    /// # Errors
    ///
    /// See [`DossierCodeError`]. A code of unknown style is no error.
    ///
    /// # Examples
    ///
    /// ```
    /// use survey::dossier::{DossierCode, Style};
    ///
    /// let code = DossierCode::parse("Mã số hồ sơ: h57.132-260804-0583 - Số phiếu: 26.10229\r\n")?;
    /// assert_eq!(code.as_str(), "H57.132-260804-0583");
    /// assert_eq!((code.style(), code.unit_code(), code.number()), (Style::Newer, Some("H57.132"), Some(583)));
    /// # Ok::<(), survey::dossier::DossierCodeError>(())
    /// ```
    pub fn parse(raw: &str) -> Result<Self, DossierCodeError> {
        let text = clean::clean(raw)?;
        let compact: String = text.chars().filter(|c| *c != ' ').collect();
        let style = match shape::of(&compact) {
            Shape::Procedure => return Err(DossierCodeError::Procedure(compact)),
            Shape::Unit => return Err(DossierCodeError::Unit(compact)),
            Shape::NationalId => return Err(DossierCodeError::NationalId),
            Shape::Dossier {
                style,
                date,
                digits,
            } => {
                if let Err(expected) = shape::number_fits(style, digits) {
                    return Err(DossierCodeError::NumberLength {
                        found: digits,
                        expected,
                    });
                }
                #[cfg(feature = "server")]
                if calendar_date(date).is_none() {
                    return Err(DossierCodeError::ImpossibleDate(date.to_owned()));
                }
                #[cfg(not(feature = "server"))]
                let _ = date;
                style
            }
            Shape::Unknown => Style::Unknown,
        };
        let text = match style {
            Style::Unknown => text,
            Style::Circular2018 | Style::Newer => compact,
        };
        if text.chars().count() > Self::MAX_CHARS {
            return Err(DossierCodeError::TooLong);
        }
        Ok(Self { text, style })
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its style.
    pub fn style(&self) -> Style {
        self.style
    }

    /// The day of receipt that stands in the code; none for an unknown style. The year is 2000 to 2099.
    #[cfg(feature = "server")]
    pub fn date(&self) -> Option<jiff::civil::Date> {
        calendar_date(self.parts()?.1)
    }

    /// The number of the day; none for an unknown style.
    pub fn number(&self) -> Option<u32> {
        self.parts()?.2.parse().ok()
    }

    /// The code of the receiving unit; none for an unknown style.
    pub fn unit_code(&self) -> Option<&str> {
        Some(self.parts()?.0)
    }

    fn parts(&self) -> Option<(&str, &str, &str)> {
        match self.style {
            Style::Unknown => None,
            Style::Circular2018 | Style::Newer => shape::parts(&self.text),
        }
    }
}

impl fmt::Display for DossierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The day that six digits YYMMDD name. Codes exist since 2018, so the century is this one.
#[cfg(feature = "server")]
fn calendar_date(digits: &str) -> Option<jiff::civil::Date> {
    let part = |at| digits.get(at..at + 2)?.parse::<i8>().ok();
    let (year, month, day) = (part(0)?, part(2)?, part(4)?);
    jiff::civil::Date::new(2000 + i16::from(year), month, day).ok()
}

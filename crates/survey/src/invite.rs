//! A citizen's right to rate one dossier once: a number that fits on a receipt, into a QR code and on a keypad.
//!
//! Digits alone, because a scanner that acts as a keyboard may speak through a Vietnamese input method, which rewrites
//! letters. Twenty random digits are 66 bits: at the 3,000 numbers a minute that one address may try, hitting one of a
//! million open invites takes some 63,000 years. Two check digits after ISO 7064 (MOD 97-10) find every single wrong
//! digit and every pair of swapped neighbours, before anything is asked.

use std::fmt;
use std::str::FromStr;

/// Random digits.
const RANDOM: usize = 20;
/// All digits.
const DIGITS: usize = RANDOM + 2;

/// A number whose check digits are right; whether it was given out is the collector's business.
///
/// ```
/// let token: survey::invite::Token = "4017 9325 8809 1746 3352 61".parse().expect("a token");
/// assert_eq!(token.to_string(), "4017932588091746335261");
/// assert!("4017932588091746335262".parse::<survey::invite::Token>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

/// The text is no token: too short, too long, other characters than digits, or wrong check digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a token has {DIGITS} digits, of which the last two follow from the others; look at it again"
)]
pub struct NoToken;

impl Token {
    /// A token from random bytes; each keeps what is below the greatest multiple of ten, so that no digit is likelier.
    /// `None` when too many bytes had to be passed over.
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        let digits: String = bytes
            .iter()
            .filter(|byte| **byte < 250)
            .take(RANDOM)
            .map(|byte| char::from(b'0' + byte % 10))
            .collect();
        (digits.len() == RANDOM).then(|| {
            // 98 minus the remainder, as ISO 7064 says.
            let check = 98 - remainder(&format!("{digits}00"));
            Self(format!("{digits}{check:02}"))
        })
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Token {
    type Err = NoToken;

    /// Spaces and hyphens between the digits are passed over: people copy numbers in groups.
    fn from_str(text: &str) -> Result<Self, NoToken> {
        if text.len() > 4 * DIGITS {
            return Err(NoToken);
        }
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        let well_formed = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
        if well_formed && remainder(&digits) == 1 {
            Ok(Self(digits))
        } else {
            Err(NoToken)
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A right is not written into logs.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The number modulo 97.
fn remainder(digits: &str) -> u32 {
    digits
        .bytes()
        .fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token() -> impl Strategy<Value = Token> {
        prop::collection::vec(0u8..250, RANDOM)
            .prop_map(|bytes| Token::from_random(&bytes).expect("enough bytes"))
    }

    #[test]
    fn too_little_chance_makes_no_token() {
        assert_eq!(Token::from_random(&[255; 64]), None);
        assert_eq!(Token::from_random(&[1; RANDOM - 1]), None);
    }

    proptest! {
        #[test]
        fn a_token_is_read_as_it_is_written_in_groups_too(token in token(), group in 1usize..8) {
            let text = token.to_string();
            prop_assert_eq!(text.parse::<Token>(), Ok(token.clone()));
            let grouped: Vec<&str> = text
                .as_bytes()
                .chunks(group)
                .map(|part| std::str::from_utf8(part).expect("digits"))
                .collect();
            prop_assert_eq!(grouped.join(" ").parse::<Token>(), Ok(token.clone()));
            prop_assert_eq!(grouped.join("-").parse::<Token>(), Ok(token));
        }

        #[test]
        fn one_wrong_digit_is_found(token in token(), at in 0..DIGITS, by in 1u8..10) {
            let mut digits = token.to_string().into_bytes();
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            let wrong = String::from_utf8(digits).expect("digits");
            prop_assert_eq!(wrong.parse::<Token>(), Err(NoToken));
        }

        #[test]
        fn two_neighbours_in_each_others_place_are_found(token in token(), at in 0..DIGITS - 1) {
            let mut digits = token.to_string().into_bytes();
            prop_assume!(digits[at] != digits[at + 1]);
            digits.swap(at, at + 1);
            let wrong = String::from_utf8(digits).expect("digits");
            prop_assert_eq!(wrong.parse::<Token>(), Err(NoToken));
        }

        #[test]
        fn any_text_is_borne(text in any::<String>()) {
            let _ = text.parse::<Token>();
        }
    }
}

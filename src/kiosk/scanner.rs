//! Tells a code scanner that acts as a keyboard from a person at a keyboard. Pure: keys and times in, codes out.
//!
//! Keys are named by `KeyboardEvent.code`, the place of the key, never by the character: a Vietnamese input method
//! (Telex, VNI) turns `aa`, `w` or `d9` into other letters, but it cannot move a key.

/// Most milliseconds between two keys of a scanner.
const GAP_MS: f64 = 50.0;
/// Fewest characters of a code.
const LEAST: usize = 8;
/// Most characters that are gathered; a receipt's longest line is shorter.
const MOST: usize = 200;

/// Keys that came fast one after another.
#[derive(Clone, Debug, Default)]
pub struct Burst {
    text: String,
    last_at: f64,
}

/// What a key meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Part of a burst, or the start of one: nobody else should act on it.
    Gathered,
    /// The end of a scan.
    Scan(String),
    /// A person takes the last digit back.
    Delete,
    /// Not the scanner's: somebody may be using the keyboard.
    NotOurs,
}

impl Burst {
    /// Takes a key by its `code` at a time in milliseconds.
    pub fn key(&mut self, code: &str, at: f64) -> Heard {
        if code.starts_with("Shift") {
            return Heard::NotOurs; // scanners hold Shift for capitals; it neither adds to a burst nor ends it
        }
        if at - self.last_at > GAP_MS {
            self.text.clear();
        }
        if code == "Backspace" {
            // In a burst it is an input method that puts its own letter in the place of the scanner's.
            return match self.text.is_empty() {
                true => Heard::Delete,
                false => Heard::Gathered,
            };
        }
        if matches!(code, "Enter" | "NumpadEnter") {
            let text = std::mem::take(&mut self.text);
            return if text.len() >= LEAST {
                Heard::Scan(text)
            } else {
                Heard::NotOurs
            };
        }
        let Some(character) = character(code) else {
            return Heard::NotOurs;
        };
        if character == ' ' && self.text.is_empty() {
            return Heard::NotOurs; // the space bar presses buttons
        }
        self.last_at = at;
        if self.text.len() < MOST {
            self.text.push(character);
        }
        Heard::Gathered
    }

    /// The digit that was typed alone by `at`: the scanner would have sent more by now.
    pub fn lone_digit(&mut self, at: f64) -> Option<char> {
        let mut characters = self.text.chars();
        let digit = characters.next().filter(char::is_ascii_digit)?;
        if characters.next().is_some() || at - self.last_at <= GAP_MS {
            return None;
        }
        self.text.clear();
        Some(digit)
    }
}

/// The character on this key of a US keyboard, which scanners imitate; letters as capitals.
fn character(code: &str) -> Option<char> {
    let last = code.chars().last()?;
    match code {
        "Period" | "NumpadDecimal" => Some('.'),
        "Minus" | "NumpadSubtract" => Some('-'),
        "Slash" | "NumpadDivide" => Some('/'),
        "Semicolon" => Some(':'),
        "Space" => Some(' '),
        _ if code.len() == 4 && code.starts_with("Key") => Some(last),
        _ if code.len() == 6 && code.starts_with("Digit") => Some(last),
        _ if code.len() == 7 && code.starts_with("Numpad") && last.is_ascii_digit() => Some(last),
        _ => None,
    }
}

/// The dossier code in what a scanner read: the whole text if it can be one, never a piece of it.
pub fn dossier_code(read: &str) -> Option<String> {
    let code: String = read.chars().filter(|c| *c != ' ').collect();
    let shaped = code.len() >= LEAST
        && code
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        && code.chars().any(|c| c.is_ascii_digit());
    shaped.then_some(code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code_of(c: char) -> String {
        match c {
            '.' => "Period".to_owned(),
            '-' => "Minus".to_owned(),
            '0'..='9' => format!("Digit{c}"),
            _ => format!("Key{c}"),
        }
    }

    fn scan(burst: &mut Burst, text: &str, gap: f64) -> Heard {
        let mut at = 1_000.0;
        for c in text.chars() {
            if c.is_ascii_uppercase() {
                burst.key("ShiftLeft", at);
            }
            burst.key(&code_of(c), at);
            at += gap;
        }
        burst.key("Enter", at)
    }

    #[test]
    fn a_fast_burst_with_enter_is_a_scan() {
        let code = "000.00.19.H08-200929-0001";
        assert_eq!(
            scan(&mut Burst::default(), code, 12.0),
            Heard::Scan(code.to_owned())
        );
    }

    #[test]
    fn a_person_typing_is_no_scan() {
        assert_eq!(
            scan(&mut Burst::default(), "H57.132-260804-0583", 120.0),
            Heard::NotOurs
        );
        let mut burst = Burst::default();
        assert_eq!(burst.key("Enter", 5_000.0), Heard::NotOurs);
        assert_eq!(burst.key("Space", 9_000.0), Heard::NotOurs);
        assert_eq!(burst.key("Tab", 9_100.0), Heard::NotOurs);
    }

    #[test]
    fn a_digit_alone_is_a_person_and_a_digit_in_a_burst_is_not() {
        let mut burst = Burst::default();
        burst.key("Numpad7", 1_000.0);
        assert_eq!(burst.lone_digit(1_020.0), None);
        assert_eq!(burst.lone_digit(1_080.0), Some('7'));
        assert_eq!(burst.lone_digit(1_090.0), None);
        burst.key("Digit1", 2_000.0);
        burst.key("Digit2", 2_010.0);
        assert_eq!(burst.lone_digit(2_100.0), None);
    }

    #[test]
    fn a_person_takes_a_digit_back_and_an_input_method_does_not() {
        let mut burst = Burst::default();
        assert_eq!(burst.key("Backspace", 1_000.0), Heard::Delete);
        burst.key("Digit1", 2_000.0);
        assert_eq!(burst.key("Backspace", 2_010.0), Heard::Gathered);
        assert_eq!(burst.key("Backspace", 2_500.0), Heard::Delete);
    }

    #[test]
    fn what_is_not_a_dossier_code_is_refused_whole() {
        assert_eq!(
            dossier_code("H57.132-260804-0583").as_deref(),
            Some("H57.132-260804-0583")
        );
        for read in ["HTTPS://EXAMPLE.VN/R/12", "ABCDEFGHIJ", "1234567"] {
            assert_eq!(dossier_code(read), None, "{read}");
        }
    }

    proptest! {
        /// Any code arrives as it stands on the receipt, at any speed of a scanner, also right after other keys.
        #[test]
        fn a_scan_arrives_whole(text in "[A-Z0-9.-]{8,40}", gap in 1.0f64..=50.0, before in "[A-Z0-9]{0,12}") {
            let mut burst = Burst::default();
            for c in before.chars() {
                burst.key(&code_of(c), 10.0);
            }
            prop_assert_eq!(scan(&mut burst, &text, gap), Heard::Scan(text));
        }

        /// No key and no time brings it down or lets it grow without end.
        #[test]
        fn any_keys_are_borne(keys in prop::collection::vec((".{0,12}", 0.0f64..60.0), 0..300)) {
            let mut burst = Burst::default();
            let mut at = 0.0;
            for (code, gap) in keys {
                at += gap;
                burst.key(&code, at);
                prop_assert!(burst.text.len() <= MOST);
            }
        }
    }
}

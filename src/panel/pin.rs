//! The attendant's PIN: chosen on the first opening, kept salted and hashed, and slow to guess. Pure: digits and times
//! in, verdicts out.
//!
//! The PIN keeps curious hands off a panel that shows counts. It is no protection against somebody who reads the
//! device's disk: there lies the device key as well. The hash is for people who use one PIN in many places.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Digits of a PIN: at five tries a minute, half of all PINs take two months.
pub const DIGITS: usize = 6;
const TRIES: u32 = 5;
const WAIT_MS: f64 = 60_000.0;
/// Rounds of the hash; a few hundredths of a second on an old PC.
const ROUNDS: u32 = 2_000;

/// A PIN as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    salt: String,
    hash: String,
}

#[cfg(target_arch = "wasm32")]
impl survey::read::Read for Sealed {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        Some(Self {
            salt: node.get("salt")?,
            hash: node.get("hash")?,
        })
    }
}

impl Sealed {
    /// Seals a PIN with a salt of its own.
    pub fn new(pin: &str, salt: String) -> Self {
        let hash = hash(pin, &salt);
        Self { salt, hash }
    }

    /// Is it this PIN?
    pub fn is(&self, pin: &str) -> bool {
        self.hash == hash(pin, &self.salt)
    }
}

fn hash(pin: &str, salt: &str) -> String {
    let mut digest = Sha256::digest([salt, ":", pin].concat());
    for _ in 1..ROUNDS {
        digest = Sha256::digest(digest);
    }
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Wrong PINs on this device since the page started.
#[derive(Clone, Debug, Default)]
pub struct Tries {
    wrong: u32,
    held_until: f64,
}

impl Tries {
    /// Seconds until the next try may be made at `now` (milliseconds); `None` if it may be made.
    pub fn wait_s(&self, now: f64) -> Option<u32> {
        let left = self.held_until - now;
        (left > 0.0).then(|| (left / 1_000.0).ceil() as u32)
    }

    fn wrong(&mut self, now: f64) {
        self.wrong += 1;
        if self.wrong >= TRIES {
            self.wrong = 0;
            self.held_until = now + WAIT_MS;
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The PIN of this device.
    Pin,
    /// A new PIN: this device has none.
    New,
    /// The new PIN once more.
    Repeat,
}

/// What became of a digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// More digits are to come.
    More,
    /// The next thing is asked for; see [`Gate::asked`].
    Next,
    /// All digits are alike, or one step apart: chosen by everybody, guessed first.
    Weak,
    /// The second PIN is not the first.
    Differs,
    /// Not the PIN of this device.
    Wrong,
    /// Too many wrong PINs; so many seconds to wait.
    Held(u32),
    /// The panel may be shown; with the PIN to keep if it was chosen just now.
    Open(Option<Sealed>),
}

/// The keypad's side of the PIN, from the first digit to the panel.
#[derive(Clone, Debug)]
pub struct Gate {
    sealed: Option<Sealed>,
    tries: Rc<RefCell<Tries>>,
    salt: String,
    chosen: Option<String>,
    typed: String,
}

impl Gate {
    /// Asks for the PIN `sealed`, or for a new one, to be sealed with `salt`.
    pub fn new(sealed: Option<Sealed>, tries: Rc<RefCell<Tries>>, salt: String) -> Self {
        Self {
            sealed,
            tries,
            salt,
            chosen: None,
            typed: String::new(),
        }
    }

    /// What is asked for now.
    pub fn asked(&self) -> Asked {
        match (&self.sealed, &self.chosen) {
            (Some(_), _) => Asked::Pin,
            (None, None) => Asked::New,
            (None, Some(_)) => Asked::Repeat,
        }
    }

    /// How many digits have been typed.
    pub fn typed(&self) -> usize {
        self.typed.len()
    }

    /// Takes the last digit away.
    pub fn delete(&mut self) {
        self.typed.pop();
    }

    /// Takes a digit at `now`, in milliseconds; the last one decides.
    pub fn press(&mut self, digit: char, now: f64) -> Verdict {
        if let Some(seconds) = self.tries.borrow().wait_s(now) {
            self.typed.clear();
            return Verdict::Held(seconds);
        }
        if digit.is_ascii_digit() {
            self.typed.push(digit);
        }
        if self.typed.len() < DIGITS {
            return Verdict::More;
        }
        let pin = std::mem::take(&mut self.typed);
        match (&self.sealed, self.chosen.take()) {
            (Some(sealed), _) if sealed.is(&pin) => {
                self.tries.replace(Tries::default());
                Verdict::Open(None)
            }
            (Some(_), _) => {
                let mut tries = self.tries.borrow_mut();
                tries.wrong(now);
                tries.wait_s(now).map_or(Verdict::Wrong, Verdict::Held)
            }
            (None, None) if weak(&pin) => Verdict::Weak,
            (None, None) => {
                self.chosen = Some(pin);
                Verdict::Next
            }
            (None, Some(first)) if first == pin => {
                Verdict::Open(Some(Sealed::new(&pin, self.salt.clone())))
            }
            (None, Some(_)) => Verdict::Differs,
        }
    }
}

/// Do all digits lie the same step apart, as in 000000, 123456 and 987654?
fn weak(pin: &str) -> bool {
    let digits = pin.as_bytes();
    let mut steps = digits
        .iter()
        .zip(digits.iter().skip(1))
        .map(|(one, next)| i16::from(*next) - i16::from(*one));
    let first = steps.next();
    first.is_some_and(|step| step.abs() <= 1) && steps.all(|step| Some(step) == first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gate(pin: Option<&str>) -> Gate {
        let sealed = pin.map(|pin| Sealed::new(pin, "salt".to_owned()));
        Gate::new(sealed, Rc::default(), "new salt".to_owned())
    }

    fn enter(gate: &mut Gate, pin: &str, now: f64) -> Verdict {
        pin.chars()
            .map(|digit| gate.press(digit, now))
            .last()
            .expect("digits")
    }

    #[test]
    fn the_first_opening_asks_for_a_pin_twice_and_seals_it() {
        let mut first = gate(None);
        assert_eq!(first.asked(), Asked::New);
        assert_eq!(enter(&mut first, "271828", 0.0), Verdict::Next);
        assert_eq!(first.asked(), Asked::Repeat);
        let Verdict::Open(Some(sealed)) = enter(&mut first, "271828", 0.0) else {
            panic!("the same PIN twice opens");
        };
        let kept = serde_json::to_string(&sealed).expect("JSON");
        assert!(!kept.contains("271828"));
        let sealed = serde_json::from_str(&kept).expect("a sealed PIN");
        let mut later = Gate::new(Some(sealed), Rc::default(), String::new());
        assert_eq!(later.asked(), Asked::Pin);
        assert_eq!(enter(&mut later, "271828", 0.0), Verdict::Open(None));
    }

    #[test]
    fn two_different_pins_start_over() {
        let mut gate = gate(None);
        enter(&mut gate, "271828", 0.0);
        assert_eq!(enter(&mut gate, "271829", 0.0), Verdict::Differs);
        assert_eq!(gate.asked(), Asked::New);
    }

    #[test]
    fn pins_that_everybody_tries_first_are_not_taken() {
        for pin in ["000000", "777777", "123456", "987654"] {
            assert_eq!(enter(&mut gate(None), pin, 0.0), Verdict::Weak, "{pin}");
        }
        for pin in ["123457", "112233", "024681"] {
            assert_eq!(enter(&mut gate(None), pin, 0.0), Verdict::Next, "{pin}");
        }
    }

    #[test]
    fn five_wrong_pins_cost_a_minute_also_when_the_panel_is_closed_in_between() {
        let mut first = gate(Some("271828"));
        for _ in 0..4 {
            assert_eq!(enter(&mut first, "000000", 1_000.0), Verdict::Wrong);
        }
        assert_eq!(enter(&mut first, "000000", 1_000.0), Verdict::Held(60));
        let mut again = Gate::new(first.sealed.clone(), first.tries.clone(), String::new());
        assert_eq!(enter(&mut again, "271828", 60_500.0), Verdict::Held(1));
        assert_eq!(enter(&mut again, "271828", 61_000.0), Verdict::Open(None));
    }

    #[test]
    fn a_digit_can_be_taken_back() {
        let mut gate = gate(Some("271828"));
        gate.press('9', 0.0);
        gate.delete();
        gate.delete();
        assert_eq!(gate.typed(), 0);
        assert_eq!(enter(&mut gate, "271828", 0.0), Verdict::Open(None));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        /// No other PIN opens, and nothing but digits counts.
        #[test]
        fn only_the_pin_opens(pin in "[0-9]{6}", other in "[0-9]{6}", noise in "[^0-9]{0,4}") {
            let mut gate = gate(Some(&pin));
            prop_assert_eq!(matches!(enter(&mut gate, &other, 0.0), Verdict::Open(_)), pin == other);
            for sign in noise.chars() {
                prop_assert_eq!(gate.press(sign, 0.0), Verdict::More);
            }
            prop_assert_eq!(enter(&mut gate, &pin, 0.0), Verdict::Open(None));
        }
    }
}

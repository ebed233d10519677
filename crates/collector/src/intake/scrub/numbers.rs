//! Numbers by which a person, an account or a dossier can be found.

use super::MASK;

/// Old identity cards have 9 digits, telephones 10 or 11, identity cards and personal numbers 12, bank accounts more.
const IDENTIFYING: usize = 9;
/// What is said to be a number of an account, a dossier or a card needs fewer.
const NAMED: usize = 4;
/// What leads to such a number.
const LEADS: [&str; 16] = [
    "stk",
    "tk",
    "tài khoản",
    "tai khoan",
    "hồ sơ",
    "ho so",
    "mã hs",
    "số phiếu",
    "so phieu",
    "cccd",
    "cmnd",
    "cmt",
    "sđt",
    "sdt",
    "đt",
    "zalo",
];

/// How digits of one number may be parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parted {
    /// By one space, dot or dash.
    AsPrinted,
    /// By up to three of more marks, and shorter numbers count after a word that names them.
    AsTyped,
}

impl Parted {
    fn by(self, c: char) -> bool {
        match self {
            Self::AsPrinted => matches!(c, ' ' | '.' | '-'),
            Self::AsTyped => {
                matches!(c, ' ' | '.' | '-' | '\u{a0}' | '–' | '_' | '(' | ')')
            }
        }
    }

    fn most(self) -> usize {
        match self {
            Self::AsPrinted => 1,
            Self::AsTyped => 3,
        }
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '\u{ff10}'..='\u{ff19}')
}

/// The text with identifying numbers masked.
pub(super) fn masked(text: &str, parted: Parted) -> String {
    let text: Vec<char> = text.chars().collect();
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        let Some((length, digits)) = run(text.get(at..).unwrap_or_default(), parted) else {
            kept.push(c);
            at += 1;
            continue;
        };
        let named = parted == Parted::AsTyped && digits >= NAMED && is_led_to(&kept);
        if digits >= IDENTIFYING || named {
            if parted == Parted::AsTyped {
                take_letter(&mut kept);
            }
            kept.push_str(MASK);
        } else {
            kept.extend(text.iter().skip(at).take(length));
        }
        at += length;
    }
    kept
}

/// Length in characters and count of digits of the run that the text begins with.
fn run(text: &[char], parted: Parted) -> Option<(usize, usize)> {
    let mut digits = 0;
    let mut length = 0;
    for (at, c) in text.iter().enumerate() {
        if is_digit(*c) {
            digits += 1;
            length = at + 1;
        } else if digits == 0 || !parted.by(*c) || at - length >= parted.most() {
            break;
        }
    }
    (digits > 0).then_some((length, digits))
}

/// Does what stands before say that a number of an account, a dossier or a card comes?
fn is_led_to(before: &str) -> bool {
    let tail: Vec<char> = before.chars().rev().take(24).collect();
    let tail: String = tail.into_iter().rev().collect::<String>().to_lowercase();
    let tail = tail.trim_end_matches([' ', ':', '.', '-', '#', '\u{a0}']);
    let tail = tail.strip_suffix("số").unwrap_or(tail).trim_end();
    LEADS.iter().any(|lead| {
        tail.strip_suffix(lead)
            .is_some_and(|rest| !rest.ends_with(char::is_alphabetic))
    })
}

/// The letter of a province before a dossier's number, as in `H57.132 - 260804 - 0583`.
fn take_letter(kept: &mut String) {
    let mut back = kept.chars().rev();
    let letter = back.next().is_some_and(|c| c.is_ascii_alphabetic());
    if letter && !back.next().is_some_and(char::is_alphanumeric) {
        kept.pop();
    }
}

//! From what a person typed or a scanner sent to the code alone.

use super::{DossierCode, DossierCodeError};

/// Longest raw text that is looked at: a code with label and tail has under 100 characters.
const MAX_RAW: usize = 4 * DossierCode::MAX_CHARS;

/// "Mã số hồ sơ", "Mã hồ sơ" and "Số phiếu" without their marks, see [`fold`].
const LABELS: [&str; 2] = ["ma so ho so", "ma ho so"];
const TAIL: &str = "so phieu";

/// The text without label, tail and noise, in capitals, with single spaces inside and none at the ends.
pub(super) fn clean(raw: &str) -> Result<String, DossierCodeError> {
    if raw.chars().count() > MAX_RAW {
        return Err(DossierCodeError::TooLong);
    }
    let text = compose(raw.chars().filter_map(character).collect());
    let mut rest: &str = &text;
    // Until nothing more comes off, so that cleaning a clean text changes nothing.
    loop {
        let shorter = without_tail(without_label(without_symbology(trim(rest))));
        if shorter.len() == rest.len() {
            break;
        }
        rest = shorter;
    }
    if rest.is_empty() {
        return Err(DossierCodeError::Empty);
    }
    if rest.chars().any(char::is_control) {
        return Err(DossierCodeError::ControlCharacter);
    }
    if rest.contains("://") {
        return Err(DossierCodeError::Link);
    }
    if !rest.bytes().any(|b| b.is_ascii_digit()) {
        return Err(DossierCodeError::NoDigits);
    }
    Ok(rest
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" "))
}

/// One character in the spelling that codes use; none for characters that cannot be seen.
fn character(c: char) -> Option<char> {
    let plain = match c {
        // Soft hyphen, zero-width and direction marks, byte-order mark.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => return None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        // Full-width forms lie at a fixed distance from ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        c if c.is_whitespace() && !c.is_control() => ' ',
        c => c,
    };
    // A letter whose capital is several letters (ß) stays, so that no two codes fall together.
    let mut capital = plain.to_uppercase();
    Some(match (capital.next(), capital.next()) {
        (Some(one), None) => one,
        _ => plain,
    })
}

#[cfg(feature = "server")]
fn compose(text: String) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().collect()
}

/// The tables of NFC would weigh more than the rest of this module; the collector reads the code again.
#[cfg(not(feature = "server"))]
fn compose(text: String) -> String {
    text
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control())
}

/// Scanners may be set to say which kind of barcode they saw: `]Q1`, `]C0` (ISO/IEC 15424).
fn without_symbology(text: &str) -> &str {
    match text.as_bytes() {
        [b']', kind, modifier, ..]
            if kind.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() =>
        {
            &text[3..]
        }
        _ => text,
    }
}

fn without_label(text: &str) -> &str {
    for label in LABELS {
        let Some(rest) = after_folded(text, label) else {
            continue;
        };
        let value = rest.trim_start();
        if let Some(value) = value.strip_prefix(':') {
            return trim(value);
        }
        if value.len() < rest.len() {
            return value;
        }
    }
    text
}

/// Takes " - Số phiếu: 26.10229" off the end, with or without its dash; only when nothing but a number follows the words.
fn without_tail(text: &str) -> &str {
    for (at, _) in text.match_indices(['-', ' ']) {
        let Some(rest) = after_folded(text[at + 1..].trim_start(), TAIL) else {
            continue;
        };
        let number = rest.trim_start().trim_start_matches(':').trim();
        if number
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '/' | ' '))
        {
            return trim(&text[..at]);
        }
    }
    text
}

/// What follows `words` at the start of the text, compared without marks and case.
fn after_folded<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let mut wanted = words.chars();
    let mut next = wanted.next();
    for (at, c) in text.char_indices() {
        let Some(letter) = fold(c) else { continue };
        match next {
            None => return Some(&text[at..]),
            Some(expected) if letter == expected => next = wanted.next(),
            Some(_) => return None,
        }
    }
    next.is_none().then_some("")
}

/// The letter under the marks, for the letters of the labels; none for a combining mark. Labels come composed,
/// decomposed, half-composed, and from printers that know no marks at all.
fn fold(c: char) -> Option<char> {
    match c {
        '\u{300}'..='\u{36f}' => None,
        'Ã' | 'ã' => Some('a'),
        'Ố' | 'ố' | 'Ồ' | 'ồ' | 'Ô' | 'ô' | 'Ơ' | 'ơ' | 'Ó' | 'ó' | 'Ò' | 'ò' => {
            Some('o')
        }
        'Ế' | 'ế' | 'Ê' | 'ê' | 'É' | 'é' => Some('e'),
        c => Some(c.to_ascii_lowercase()),
    }
}

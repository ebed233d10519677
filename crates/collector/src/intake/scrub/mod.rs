//! Free text without what identifies a person: numbers, e-mail addresses, dossier codes and names.

mod names;
mod numbers;

use survey::dossier::DossierCode;
use unicode_normalization::UnicodeNormalization;

/// What stands in place of what was taken out.
const MASK: &str = "***";

/// The text of a register (a unit's name, a procedure's) in NFC, without control characters (line breaks stay), and with
/// every run of nine or more digits masked; digits parted by one space, dot or dash are one run, as telephone numbers are
/// written. An amount of money of nine digits is masked too: better one number too many than one person. `None` when
/// nothing is left. Names stay: Bà Rịa is a place.
pub fn register(raw: &str) -> Option<String> {
    finish(&numbers::masked(&visible(raw), numbers::Parted::AsPrinted))
}

/// What a citizen wrote: as [`register`], with numbers parted in more ways, and without e-mail addresses, dossier codes,
/// shorter numbers after words such as "số tài khoản", and one to six capitalised words after a form of address (ông, bà,
/// anh, chị, cô, chú, em, bác, đồng chí), however it is written. Names that nothing leads to, and names without capitals,
/// are not found. Cleaning again changes nothing.
pub fn comment(raw: &str) -> Option<String> {
    let text = without_codes(&visible(raw));
    let text = without_addresses(&text);
    let text = numbers::masked(&text, numbers::Parted::AsTyped);
    finish(&names::masked(&text))
}

/// NFC without what is not seen and could part a number: control characters and marks of no width.
fn visible(raw: &str) -> String {
    raw.nfc()
        .filter(|c| *c == '\n' || !c.is_control())
        .filter(|c| {
            !matches!(
                c,
                '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
            )
        })
        .nfc()
        .collect()
}

fn finish(text: &str) -> Option<String> {
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Dossier codes of the known styles, whose date is a day of the calendar.
fn without_codes(text: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(part) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !part(c)).unwrap_or(from.len()));
        let core = word.trim_end_matches(['.', '-']);
        kept.push_str(before);
        if DossierCode::parse(core).is_ok_and(|code| code.date().is_some()) {
            kept.push_str(MASK);
            kept.push_str(word.get(core.len()..).unwrap_or_default());
        } else {
            kept.push_str(word);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// E-mail addresses.
fn without_addresses(text: &str) -> String {
    let local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('@') {
        kept.push_str(before);
        let name = kept.trim_end_matches(local).len();
        let place = after.find(|c| !host(c)).unwrap_or(after.len());
        // A full stop at the end is the sentence's.
        let place = after
            .get(..place)
            .map_or(0, |place| place.trim_end_matches(['.', '-']).len());
        if name < kept.len() && place > 0 {
            kept.truncate(name);
            kept.push_str(MASK);
        } else {
            kept.push('@');
            kept.push_str(after.get(..place).unwrap_or_default());
        }
        rest = after.get(place..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests;

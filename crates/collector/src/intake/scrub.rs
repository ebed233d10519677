//! Free text without what identifies a person by number.

use unicode_normalization::UnicodeNormalization;

/// What stands in place of a number that was taken out.
const MASK: &str = "***";
/// Old identity cards have 9 digits, telephones 10 or 11, identity cards and personal numbers 12, bank accounts more.
const IDENTIFYING: usize = 9;

/// The comment in NFC, without control characters (line breaks stay), and with every run of nine or more digits
/// masked; digits parted by one space, dot or dash are one run, as telephone numbers are written. An amount of money
/// of nine digits is masked too: better one number too many than one person. `None` when nothing is left.
pub fn comment(raw: &str) -> Option<String> {
    let text: Vec<char> = raw
        .nfc()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    let mut scrubbed = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        let run = digit_run(text.get(at..).unwrap_or_default());
        match run {
            Some((length, digits)) if digits >= IDENTIFYING => {
                scrubbed.push_str(MASK);
                at += length;
            }
            Some((length, _)) => {
                scrubbed.extend(text.iter().skip(at).take(length));
                at += length;
            }
            None => {
                scrubbed.push(c);
                at += 1;
            }
        }
    }
    let trimmed = scrubbed.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Length in characters and count of digits of the run that the text begins with.
fn digit_run(text: &[char]) -> Option<(usize, usize)> {
    let mut digits = 0;
    let mut length = 0;
    for (at, c) in text.iter().enumerate() {
        let parts = matches!(c, ' ' | '.' | '-') && at == length;
        if c.is_ascii_digit() {
            digits += 1;
            length = at + 1;
        } else if digits == 0 || !parts {
            break;
        }
    }
    (digits > 0).then_some((length, digits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_people_are_masked_and_others_stay() {
        for (raw, kept) in [
            ("Gọi tôi 0912345678 nhé", "Gọi tôi *** nhé"),
            ("Gọi 0912 345 678.", "Gọi ***."),
            ("+84 912-345-678", "+***"),
            ("CCCD 046 099 001 234", "CCCD ***"),
            ("CMND 190123456", "CMND ***"),
            (
                "chờ 3 lần, 15 ngày, năm 2026",
                "chờ 3 lần, 15 ngày, năm 2026",
            ),
            ("ngày 12.05.2026 lúc 10:30", "ngày 12.05.2026 lúc 10:30"),
            ("phí 150.000 đồng", "phí 150.000 đồng"),
            ("  dòng 1\n\u{7}dòng 2 ", "dòng 1\ndòng 2"),
        ] {
            assert_eq!(comment(raw).as_deref(), Some(kept), "{raw}");
        }
    }

    #[test]
    fn nothing_but_space_is_no_comment() {
        assert_eq!(comment(" \n\u{0} "), None);
    }

    #[test]
    fn words_come_out_composed() {
        assert_eq!(
            comment("Ha\u{300}i lo\u{300}ng").as_deref(),
            Some("Hài lòng")
        );
    }

    proptest! {
        #[test]
        fn no_identifying_run_is_left_and_scrubbing_again_changes_nothing(raw in "[0-9a-zđ .\\-\n]{0,60}") {
            let Some(once) = comment(&raw) else { return Ok(()) };
            prop_assert_eq!(comment(&once), Some(once.clone()));
            let longest = once.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            prop_assert!(longest.unwrap_or(0) < IDENTIFYING, "{}", once);
        }
    }
}

//! What a desk may rely on when a dossier code is scanned or typed.

#![cfg(feature = "server")]

use proptest::prelude::*;
use survey::dossier::{DossierCode, DossierCodeError, Style};

fn parse(raw: &str) -> DossierCode {
    DossierCode::parse(raw).expect(raw)
}

fn refusal(raw: &str) -> DossierCodeError {
    DossierCode::parse(raw).expect_err(raw)
}

#[test]
fn the_circulars_style_is_read_in_its_parts() {
    let code = parse("000.00.19.H08-200929-0001");
    assert_eq!(code.style(), Style::Circular2018);
    assert_eq!(code.unit_code(), Some("000.00.19.H08"));
    assert_eq!(code.date(), Some(jiff::civil::date(2020, 9, 29)));
    assert_eq!(code.number(), Some(1));
}

#[test]
fn the_newer_style_is_read_in_its_parts() {
    let code = parse("H57.132-260804-0583");
    assert_eq!(code.style(), Style::Newer);
    assert_eq!(code.unit_code(), Some("H57.132"));
    assert_eq!(code.date(), Some(jiff::civil::date(2026, 8, 4)));
    assert_eq!(code.number(), Some(583));
    for longer in ["H57.132.04-260804-00583", "K57.10.001.02-260804-100583"] {
        assert_eq!(parse(longer).style(), Style::Newer, "{longer}");
    }
}

#[test]
fn a_real_receipt_line_gives_the_code_alone() {
    let line = "Mã số hồ sơ: H57.132-260804-0583 - Số phiếu: 26.10229";
    assert_eq!(parse(line).as_str(), "H57.132-260804-0583");
}

#[test]
fn labels_come_off_in_every_spelling() {
    let labels = [
        "Mã số hồ sơ:",
        "MÃ SỐ HỒ SƠ :",
        "Mã hồ sơ:",
        // Decomposed, as some phones and PDF readers copy it.
        "Ma\u{303} so\u{302}\u{301} ho\u{302}\u{300} so\u{31b}:",
        "MA\u{303} HO\u{302}\u{300} SO\u{31b}:",
        // Half-composed, as some keyboards type it.
        "Mã sô\u{301} hô\u{300} sơ:",
        // From a printer without Vietnamese letters, and without a colon.
        "Ma so ho so",
        "Mã số hồ sơ：",
    ];
    for label in labels {
        let code = parse(&format!("{label} H57.132-260804-0583"));
        assert_eq!(code.as_str(), "H57.132-260804-0583", "{label:?}");
    }
}

#[test]
fn scanner_noise_comes_off() {
    let noisy = [
        "H57.132-260804-0583\r\n",
        "\u{2}\tH57.132-260804-0583\u{3}",
        "]Q1H57.132-260804-0583",
        "\u{feff}h57.132-260804-0583\u{200b}",
        "Ｈ５７．１３２－２６０８０４－０５８３",
        "H57.132–260804—0583",
        "H57.132 - 260804 - 0583",
        "\u{a0}H57.132-260804-0583\u{3000}",
    ];
    for raw in noisy {
        assert_eq!(parse(raw).as_str(), "H57.132-260804-0583", "{raw:?}");
    }
}

#[test]
fn two_scans_in_one_are_refused_and_not_joined() {
    for between in ["\n", "\r\n", "\t", "\u{1d}", "\0"] {
        let raw = format!("H57.132-260804-0583{between}H57.132-260804-0584");
        assert_eq!(refusal(&raw), DossierCodeError::ControlCharacter, "{raw:?}");
    }
}

#[test]
fn codes_of_procedures_agencies_and_people_are_told_apart() {
    for raw in ["1.011441", "1.011441.000.00.00.H38", "1.011441.H57.132"] {
        assert_eq!(refusal(raw), DossierCodeError::Procedure(raw.to_owned()));
    }
    for raw in ["000.00.00.H49", "H57.132", "H57", "000.00.19.H08"] {
        assert_eq!(refusal(raw), DossierCodeError::Unit(raw.to_owned()));
    }
    for raw in ["001090012345", "191234567", "001 090 012 345"] {
        let error = refusal(raw);
        assert_eq!(error, DossierCodeError::NationalId, "{raw}");
        assert!(!error.to_string().contains("0012345"), "{error}");
    }
    assert_eq!(
        refusal("https://dichvucong.example.vn/r/1"),
        DossierCodeError::Link
    );
}

#[test]
fn the_calendar_is_checked_and_not_only_the_digits() {
    for day in ["261332", "260230", "260100", "260431", "250229"] {
        for raw in [
            format!("000.00.19.H08-{day}-0001"),
            format!("H57.132-{day}-0583"),
        ] {
            assert_eq!(refusal(&raw), DossierCodeError::ImpossibleDate(day.into()));
        }
    }
    assert_eq!(
        parse("H57.132-240229-0583").date(),
        Some(jiff::civil::date(2024, 2, 29))
    );
}

#[test]
fn a_number_of_the_wrong_length_is_refused() {
    for raw in [
        "000.00.19.H08-200929-00001",
        "000.00.19.H08-200929-001",
        "H57.132-260804-058",
        "H57.132-260804-0000583",
    ] {
        assert!(
            matches!(refusal(raw), DossierCodeError::NumberLength { .. }),
            "{raw}"
        );
    }
}

#[test]
fn an_unknown_style_is_kept_whole_and_marked() {
    for (raw, kept) in [
        ("HS-2026/00123-QĐ", "HS-2026/00123-QĐ"),
        ("  ubnd 17  2026.05 ", "UBND 17 2026.05"),
        (
            "26.000.00.19.H08-200929-0001",
            "26.000.00.19.H08-200929-0001",
        ),
        (
            "XX000.00.19.H08-200929-0001XX",
            "XX000.00.19.H08-200929-0001XX",
        ),
    ] {
        let code = parse(raw);
        assert_eq!((code.as_str(), code.style()), (kept, Style::Unknown));
        assert_eq!(
            (code.date(), code.number(), code.unit_code()),
            (None, None, None)
        );
    }
}

#[test]
fn what_cannot_be_a_code_is_refused() {
    for raw in ["", "  \r\n", "Mã số hồ sơ:", "\u{200b}", "]Q1"] {
        assert_eq!(refusal(raw), DossierCodeError::Empty, "{raw:?}");
    }
    assert_eq!(refusal("Nguyễn Văn A"), DossierCodeError::NoDigits);
    assert_eq!(refusal(&"1A".repeat(33)), DossierCodeError::TooLong);
    assert_eq!(refusal(&"1A".repeat(100_000)), DossierCodeError::TooLong);
    assert_eq!(
        parse(&"1A".repeat(32)).as_str().len(),
        DossierCode::MAX_CHARS
    );
}

/// In the field an unanchored expression cut every code of an agency to `00.19.H08`, and all its dossiers looked like
/// repeats of one.
#[test]
fn two_codes_of_one_agency_stay_two() {
    let first = parse("000.00.19.H08-200929-0001");
    let second = parse("000.00.19.H08-200929-0002");
    assert_ne!(first, second);
    assert_eq!(first.as_str(), "000.00.19.H08-200929-0001");
    assert_ne!(first, parse("000.00.19.H08-200930-0001"));
}

fn valid_code() -> impl Strategy<Value = String> {
    let unit = prop_oneof![
        "[0-9]{3}\\.[0-9]{2}\\.[0-9]{2}\\.[A-Z][0-9]{2}".prop_map(|unit| (unit, 4..=4_usize)),
        "[A-Z][0-9]{2}(\\.[0-9]{2,3}){1,3}".prop_map(|unit| (unit, 4..=6_usize)),
    ];
    (unit, 0..36_525_i32, any::<u32>()).prop_flat_map(|((unit, lengths), day, number)| {
        let day = jiff::civil::date(2000, 1, 1)
            .checked_add(jiff::Span::new().days(day))
            .expect("a day of this century");
        lengths.prop_map(move |length| {
            let number = number % 10_u32.pow(u32::try_from(length).expect("small"));
            format!("{unit}-{}-{number:0length$}", day.strftime("%y%m%d"))
        })
    })
}

fn noise() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("", ""),
        ("Mã số hồ sơ: ", " - Số phiếu: 26.10229"),
        ("MÃ HỒ SƠ:", "\r\n"),
        ("]C1", "\t"),
        ("\u{2} ma so ho so ", "\u{3}\u{feff}"),
        ("Mã số hồ sơ:\u{a0}", " – SỐ PHIẾU: 7 "),
    ])
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_reading_is_stable(raw in any::<String>()) {
        if let Ok(code) = DossierCode::parse(&raw) {
            prop_assert_eq!(DossierCode::parse(code.as_str()), Ok(code));
        }
    }

    #[test]
    fn reading_is_stable_close_to_the_grammar(
        raw in "(\\]Q1|Mã số hồ sơ|ma ho so|-|:| |\t|ß|ſ|ǅ|Ｈ|[A-Z][0-9]{2}|\\.|[0-9]{1,6}|Số phiếu|\u{302}|\u{345}|\u{2010}){0,12}"
    ) {
        if let Ok(code) = DossierCode::parse(&raw) {
            prop_assert_eq!(DossierCode::parse(code.as_str()), Ok(code));
        }
    }

    #[test]
    fn a_valid_code_comes_through_noise(code in valid_code(), (before, after) in noise(), lower: bool) {
        let shown = if lower { code.to_lowercase() } else { code.clone() };
        let read = DossierCode::parse(&format!("{before}{shown}{after}"));
        prop_assert_eq!(read.as_ref().map(DossierCode::as_str), Ok(code.as_str()));
        prop_assert!(read.is_ok_and(|code| code.style() != Style::Unknown && code.date().is_some()));
    }

    #[test]
    fn different_codes_never_become_equal(first in valid_code(), second in valid_code()) {
        prop_assert_eq!(parse(&first) == parse(&second), first == second);
    }

    #[test]
    fn different_unknown_codes_never_become_equal(
        first in "[A-Z]{1,3}[0-9./_-]{1,5}[0-9]", second in "[A-Z]{1,3}[0-9./_-]{1,5}[0-9]"
    ) {
        if let (Ok(a), Ok(b)) = (DossierCode::parse(&first), DossierCode::parse(&second)) {
            prop_assert_eq!(a == b, first == second);
        }
    }
}

//! Exact fractions and printed decimals.

use proptest::prelude::*;
use survey::ratio::{Decimal, Ratio};

#[test]
fn halves_are_rounded_up() {
    let printed = |numerator, denominator, decimals| {
        let ratio = Ratio::new(numerator, denominator).unwrap();
        ratio.round(decimals).unwrap().to_string()
    };
    assert_eq!(printed(1, 8, 2), "0.13");
    assert_eq!(printed(3, 8, 2), "0.38");
    assert_eq!(printed(5, 2, 0), "3");
    assert_eq!(
        printed(1005, 1000, 2),
        "1.01",
        "as a float this is 1.00499…"
    );
    assert_eq!(printed(99_995, 1000, 2), "100.00");
    assert_eq!(printed(1, 3, 200), "0.333333333", "nine decimals at most");
}

#[test]
fn nothing_is_divided_by_zero_and_nothing_overflows() {
    assert_eq!(Ratio::new(1, 0), None);
    assert_eq!(Ratio::whole(1).over(0), None);
    assert_eq!(Ratio::new(u128::MAX, 1).unwrap().round(9), None);
    let one = Ratio::new(u128::MAX, u128::MAX).unwrap();
    assert_eq!(one.percent().round(2).unwrap().to_string(), "100.00");
}

#[test]
fn what_is_no_decimal_is_refused() {
    for text in [
        "",
        ".",
        "1.",
        ".5",
        "-1",
        "+1",
        "1,5",
        "1.2.3",
        "1e3",
        "٣",
        "0.1234567890",
        "99999999999999999999",
    ] {
        assert!(text.parse::<Decimal>().is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn printed_decimals_are_read_back(text in "(0|[1-9][0-9]{0,5})(\\.[0-9]{1,9})?") {
        let decimal: Decimal = text.parse().unwrap();
        prop_assert_eq!(decimal.to_string(), text.clone());
        prop_assert_eq!(decimal.to_f64(), text.parse::<f64>().unwrap());
        prop_assert!(decimal.is_of(&decimal.ratio()));
    }

    #[test]
    fn rounding_stays_within_half_a_unit(numerator in 0u128..1_000_000, denominator in 1u128..1_000_000, decimals in 0u8..=9) {
        let ratio = Ratio::new(numerator, denominator).unwrap();
        let half = Ratio::new(1, 2 * 10u128.pow(decimals.into())).unwrap();
        let printed = ratio.round(decimals).unwrap().ratio();
        prop_assert!(ratio.distance(&printed) <= half);
        prop_assert!(ratio.truncate(decimals).unwrap().ratio() <= ratio);
    }
}

//! The one way in which figures that are computed from others are rounded.

/// To so many decimals, half up (away from nothing). A value that is half but for the last bits of a float counts as half, and
/// nothing has no sign.
pub(crate) fn rounded(number: f64, decimals: u8) -> f64 {
    let scale = 10f64.powi(decimals.into());
    (number * scale * (1.0 + f64::EPSILON)).round() / scale + 0.0
}

/// A part of a whole, 0 to 1 with four decimals: it reads as per cent with two. None of nothing.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| rounded(part as f64 / whole as f64, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_goes_up_and_nothing_has_no_sign() {
        assert_eq!(rounded(12.345, 2), 12.35);
        assert_eq!(rounded(-12.344, 2), -12.34);
        assert!(rounded(-0.001, 2).is_sign_positive());
    }

    #[test]
    fn a_share_reads_as_per_cent_with_two_decimals() {
        assert_eq!(share(1, 3), Some(0.3333));
        assert_eq!(share(0, 3), Some(0.0));
        assert_eq!(share(0, 0), None);
    }
}

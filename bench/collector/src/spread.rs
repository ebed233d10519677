//! Medians with their spread. Pure.

use serde::Serialize;

/// What several measurements of one thing gave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The middle one; of an even number the mean of the two in the middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// How many there were.
    pub n: usize,
}

impl Spread {
    /// The spread of these values, to so many decimals; `None` of none.
    pub fn of(values: &[f64], decimals: i32) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let half = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            (sorted.get(half - 1)? + sorted.get(half)?) / 2.0
        } else {
            *sorted.get(half)?
        };
        Some(Self {
            median: rounded(median, decimals),
            min: rounded(min, decimals),
            max: rounded(max, decimals),
            n: sorted.len(),
        })
    }

    /// The spread of the quotients of what was measured side by side.
    pub fn of_ratios(ours: &[f64], theirs: &[f64]) -> Option<Self> {
        let ratios: Vec<f64> = ours
            .iter()
            .zip(theirs)
            .filter(|(_, theirs)| **theirs > 0.0)
            .map(|(ours, theirs)| ours / theirs)
            .collect();
        Self::of(&ratios, 3)
    }
}

/// To so many decimals.
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

/// The value that this share (0 to 1) of all values does not exceed, by nearest rank; 0 of none.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        let spread = Spread::of(&[4.0, 1.0, 2.0, 9.0], 1).unwrap();
        assert_eq!(
            (spread.median, spread.min, spread.max, spread.n),
            (3.0, 1.0, 9.0, 4)
        );
        assert_eq!(Spread::of(&[7.0], 0).unwrap().median, 7.0);
        assert_eq!(Spread::of(&[], 0), None);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The machine was half as fast in the second round, for both alike.
        let spread = Spread::of_ratios(&[10.0, 5.0], &[20.0, 10.0]).unwrap();
        assert_eq!((spread.min, spread.max), (0.5, 0.5));
        assert_eq!(Spread::of_ratios(&[1.0], &[0.0]), None);
    }

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let mut values = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(percentile(&mut values, 0.5), 3.0);
        assert_eq!(percentile(&mut values, 0.95), 5.0);
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}

//! Chance that is the same on every machine: ChaCha8 from a fixed seed, and whole numbers only.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The seed of all demonstration data; another seed gives other data.
const SEED: [u8; 32] = *b"hai-long demonstration data  (1)";

/// One stream of chance.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Streams with different numbers are independent, so that a change to one part leaves the others as they were.
    pub(super) fn stream(number: u64) -> Self {
        let mut generator = ChaCha8Rng::from_seed(SEED);
        generator.set_stream(number);
        Self(generator)
    }

    /// A whole number from 0 to `end - 1`; 0 when `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // The high half of a product spreads 64 random bits evenly, and the result is below `end`.
        ((u128::from(self.0.next_u64()) * end as u128) >> 64) as usize
    }

    /// A whole number between the two, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(usize::try_from(high - low + 1).unwrap_or(0)) as i64
    }

    /// True so many times in a thousand.
    pub(super) fn chance(&mut self, permille: usize) -> bool {
        self.below(1000) < permille
    }

    /// Bell-shaped about 0, never beyond ±4 × `step`; its standard deviation is near 1.15 × `step`.
    pub(super) fn bell(&mut self, step: i64) -> i64 {
        (0..4).map(|_| self.between(-step, step)).sum()
    }

    /// One of the options; `None` when there is none.
    pub(super) fn pick<'a, T>(&mut self, options: &'a [T]) -> Option<&'a T> {
        options.get(self.below(options.len()))
    }

    /// Ten random bytes, as a UUIDv7 wants.
    pub(super) fn ten_bytes(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Puts the items in a random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// Draws places by weight, with replacement.
pub(super) struct Urn(Vec<u64>);

impl Urn {
    pub(super) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let mut sum = 0;
        Self(
            weights
                .into_iter()
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    /// The place of the weight drawn.
    pub(super) fn draw(&self, dice: &mut Dice) -> usize {
        let total = self.0.last().copied().unwrap_or(0);
        let drawn = dice.below(usize::try_from(total).unwrap_or(usize::MAX)) as u64;
        self.0.partition_point(|&sum| sum <= drawn)
    }
}

/// Shares a total by weights so that the parts are whole and sum to it: the largest remainders get what is left.
pub(super) fn share(total: usize, weights: &[u64]) -> Vec<usize> {
    let sum = weights.iter().sum::<u64>().max(1);
    let exact = |weight: u64| total as u64 * weight;
    let mut parts: Vec<usize> = weights
        .iter()
        .map(|&weight| (exact(weight) / sum) as usize)
        .collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder
        .sort_by_key(|&at| std::cmp::Reverse(weights.get(at).map_or(0, |&w| exact(w) % sum)));
    let left = total.saturating_sub(parts.iter().sum());
    for at in by_remainder.into_iter().take(left) {
        if let Some(part) = parts.get_mut(at) {
            *part += 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_stream_is_the_one_that_all_demonstration_data_were_drawn_from() {
        let mut dice = Dice::stream(1);
        let drawn: Vec<usize> = (0..5).map(|_| dice.below(1000)).collect();
        assert_eq!(drawn, [448, 461, 722, 548, 28]);
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_total_and_lie_within_one_of_the_exact_share(
            total in 0_usize..300_000,
            weights in prop::collection::vec(1_u64..1_000_000, 1..130),
        ) {
            let parts = share(total, &weights);
            prop_assert_eq!(parts.iter().sum::<usize>(), total);
            let sum: u64 = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let floor = total as u64 * weight / sum;
                prop_assert!((floor..=floor + 1).contains(&(*part as u64)));
            }
        }
    }
}

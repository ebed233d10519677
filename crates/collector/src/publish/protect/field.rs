//! Whole numbers modulo the prime 2^61 − 1: exact, and one machine word each.
//!
//! What can be computed from figures by adding and subtracting is computed here without rounding. A derivation over the
//! fractions is one here, too, unless the prime divides one of its denominators; those are determinants of zeros and ones, and
//! nobody can choose them to be divided by it.

/// The prime.
pub const PRIME: u64 = (1 << 61) - 1;

/// A number below [`PRIME`] with the same remainder.
pub fn number(value: u64) -> u64 {
    value % PRIME
}

/// `one + other`, both below [`PRIME`].
pub fn add(one: u64, other: u64) -> u64 {
    let sum = one + other;
    if sum >= PRIME { sum - PRIME } else { sum }
}

/// `one − other`, both below [`PRIME`].
pub fn subtract(one: u64, other: u64) -> u64 {
    if one >= other {
        one - other
    } else {
        one + PRIME - other
    }
}

/// `−one`, below [`PRIME`].
pub fn negative(one: u64) -> u64 {
    subtract(0, one)
}

/// `one × other`, both below [`PRIME`].
pub fn multiply(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    // 2^61 leaves 1, so the two halves are added.
    let low = product as u64 & PRIME;
    let high = (product >> 61) as u64;
    add(low, high)
}

/// The number that `one`, which is not 0, must be multiplied by to give 1.
pub fn inverse(one: u64) -> u64 {
    // Fermat: to the power of the prime less two.
    let (mut power, mut result, mut exponent) = (one, 1, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, power);
        }
        power = multiply(power, power);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any() -> impl Strategy<Value = u64> {
        prop_oneof![0..PRIME, 0..10u64, (PRIME - 10)..PRIME]
    }

    proptest! {
        #[test]
        fn it_counts_as_wide_numbers_do(one in any(), other in any()) {
            let prime = u128::from(PRIME);
            let wide = |value: u64| u128::from(value);
            prop_assert_eq!(wide(add(one, other)), (wide(one) + wide(other)) % prime);
            prop_assert_eq!(wide(multiply(one, other)), wide(one) * wide(other) % prime);
            prop_assert_eq!(add(subtract(one, other), other), one);
            prop_assert_eq!(add(negative(one), one), 0);
            if one > 0 {
                prop_assert_eq!(multiply(inverse(one), one), 1);
            }
        }
    }
}

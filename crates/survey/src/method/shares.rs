//! Shares of the levels of one item.

use crate::ratio::{Decimal, Ratio};

/// Shares in per cent, each rounded on its own, and what the printed shares add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// One for each count.
    pub each: Vec<Decimal>,
    /// The sum of the printed shares: print it beside them when it is not 100.
    pub sum: Decimal,
}

/// Shares of counts in their sum. No share is made up as 100 minus the others, which would hide errors; so three shares
/// may add up to 99.9 or 100.1. None when nothing was counted, or for counts too large to print.
pub fn shares(counts: &[u64], decimals: u8) -> Option<Shares> {
    let whole: u128 = counts.iter().map(|&count| u128::from(count)).sum();
    if whole == 0 {
        return None;
    }
    let each = counts
        .iter()
        .map(|&count| Ratio::new(count.into(), whole)?.percent().round(decimals))
        .collect::<Option<Vec<_>>>()?;
    let sum: Ratio = each.iter().map(|share| share.ratio()).sum();
    Some(Shares {
        sum: sum.round(decimals)?,
        each,
    })
}

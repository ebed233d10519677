//! Ranks with intervals: which places a unit may truly hold.

use serde::Serialize;

use crate::confidence::Confidence;
use crate::difference::{NotComparable, shift};
use crate::estimate::Estimate;
use crate::holm;

/// The place of one unit among all; 1 is the highest figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rank {
    /// Place by the figure itself; equal figures share one. Never shown without the next two.
    pub place: usize,
    /// Best place that cannot be excluded: one more than the units that are surely ahead.
    pub best: usize,
    /// Worst place that cannot be excluded: all units less those that are surely behind.
    pub worst: usize,
    /// Bands count from 1, the highest. Two units that cannot be told apart share a band; so do those between which a
    /// chain of such units runs.
    pub band: usize,
}

/// Ranks units, given in any order, with simultaneous confidence for all rank intervals together.
///
/// Every ordered pair is tested for "the first is ahead" by [`difference`](crate::difference::difference), one-sided, and
/// all k(k − 1) tests together by Holm; a unit's interval counts who is surely ahead and behind (Mogstad, Romano, Shaikh
/// and Wilhelm 2024, Review of Economic Studies 91:476; Al Mohamad, Goeman and van Zwet 2022, Biometrics 78:238). A unit with
/// too few respondents cannot be told from any other and gets all places. Work grows with the square of the units: a
/// province's few hundred take some 20 ms, all 3,321 communes of the country some 3 s.
///
/// # Errors
///
/// [`NotComparable::Measures`] or [`NotComparable::Finite`].
pub fn rank(units: &[Estimate], confidence: Confidence) -> Result<Vec<Rank>, NotComparable> {
    let k = units.len();
    let mut order: Vec<_> = (0..k).collect();
    order.sort_by(|&a, &b| units[b].value.total_cmp(&units[a].value));
    let mut pairs = Vec::new();
    let mut chances = Vec::new();
    for (above, &a) in order.iter().enumerate() {
        for (below, &b) in order.iter().enumerate().skip(above + 1) {
            match shift(&units[a], &units[b]) {
                // The other direction is hopeless: its probability is a half or more.
                Ok(shift) if shift.centre > 0.0 => {
                    pairs.push((above, below));
                    chances.push(shift.upper());
                }
                Ok(_) | Err(NotComparable::TooFew) => {}
                Err(fault) => return Err(fault),
            }
        }
    }
    let surely = holm::rejected(&chances, k * k.saturating_sub(1), confidence.alpha());
    let (mut ahead, mut behind) = (vec![0; k], vec![0; k]);
    // How many of the pairs on the two sides of each place are told apart, as steps of a running sum.
    let mut steps = vec![0isize; k + 1];
    for (&(above, below), _) in pairs.iter().zip(surely).filter(|(_, surely)| *surely) {
        behind[above] += 1;
        ahead[below] += 1;
        steps[above] += 1;
        steps[below] -= 1;
    }
    let mut ranks = vec![
        Rank {
            place: 0,
            best: 0,
            worst: 0,
            band: 0
        };
        k
    ];
    let (mut place, mut band, mut apart) = (1, 1, 0isize);
    for (at, &unit) in order.iter().enumerate() {
        if at > 0 {
            if units[unit].value < units[order[at - 1]].value {
                place = at + 1;
            }
            apart += steps[at - 1];
            if usize::try_from(apart) == Ok(at * (k - at)) {
                band += 1;
            }
        }
        ranks[unit] = Rank {
            place,
            best: 1 + ahead[at],
            worst: k - behind[at],
            band,
        };
    }
    Ok(ranks)
}

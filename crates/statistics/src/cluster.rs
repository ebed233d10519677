//! The sums that a cluster-robust interval needs: exact integers that can be added and taken away.

use serde::{Deserialize, Serialize};
use survey::cell::Moments;

/// Sums over respondents (the clusters: answers of one person are correlated) who gave at least one valid answer. With
/// `m` valid answers of one respondent and `y` what is counted of them: satisfied answers, or the sum of scores.
///
/// These six numbers are sufficient for the ratio Σy/Σm and its linearised variance, whatever groups they are added up
/// over; so a store that keeps them per cell can give a cluster-robust interval of any union of cells. They form a
/// commutative group under [`merge`](Self::merge) and [`subtract`](Self::subtract) (integers modulo 2⁶⁴; counts of people
/// never come near). [`Moments`] of a cell holds two of them, for satisfied answers and for scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterSums {
    /// Respondents with m > 0.
    pub clusters: u64,
    /// Σm: valid answers.
    pub m: u64,
    /// Σy
    pub y: u64,
    /// Σm²
    pub mm: u64,
    /// Σy²
    pub yy: u64,
    /// Σym
    pub ym: u64,
}

impl ClusterSums {
    /// Satisfied answers of a scope of a cell.
    pub fn satisfied(sums: &Moments) -> Self {
        Self {
            clusters: sums.respondents,
            m: sums.m,
            y: sums.s,
            mm: sums.mm,
            yy: sums.ss,
            ym: sums.sm,
        }
    }

    /// Scores of a scope of a cell: steps above the scale's lowest level.
    pub fn scores(sums: &Moments) -> Self {
        Self {
            clusters: sums.respondents,
            m: sums.m,
            y: sums.x,
            mm: sums.mm,
            yy: sums.xx,
            ym: sums.xm,
        }
    }

    /// Independent answers, one per respondent, `y` of them counted: a single item.
    pub fn single(y: u64, answers: u64) -> Self {
        Self {
            clusters: answers,
            m: answers,
            y,
            mm: answers,
            yy: y,
            ym: y,
        }
    }

    /// Counts one respondent with `m` valid answers; one without any counts as nothing.
    pub fn add(&mut self, y: u32, m: u32) {
        if m == 0 {
            return;
        }
        let [y, m] = [y, m].map(u64::from);
        self.merge(&Self {
            clusters: 1,
            m,
            y,
            mm: m * m,
            yy: y * y,
            ym: y * m,
        });
    }

    /// Adds another group of respondents.
    pub fn merge(&mut self, other: &Self) {
        self.combine(other, u64::wrapping_add);
    }

    /// Takes a group of respondents away again.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, u64::wrapping_sub);
    }

    /// One answer from each respondent?
    pub fn is_single(&self) -> bool {
        self.m == self.clusters && self.mm == self.clusters
    }

    /// Σy/Σm; none without answers.
    pub fn ratio(&self) -> Option<f64> {
        (self.m > 0).then(|| self.y as f64 / self.m as f64)
    }

    /// Linearised variance of Σy/Σm with respondents as sampling units (Cochran 1977, 6.3; Woodruff 1971), without finite-
    /// population correction: R/(R−1) · Σ(y − m·Σy/Σm)² / (Σm)². The sum of squares is exact, since in floating point
    /// it is a small difference of large numbers.
    ///
    /// None with fewer than two respondents, and for sums that no respondents could have.
    pub fn variance(&self) -> Option<f64> {
        if self.clusters < 2 || self.m == 0 {
            return None;
        }
        let [m, y, mm, yy, ym] = [self.m, self.y, self.mm, self.yy, self.ym].map(i128::from);
        // (Σm)² Σ(y − m·Σy/Σm)² = (Σm)²Σy² − 2ΣmΣyΣym + (Σy)²Σm²
        let squares = m
            .checked_mul(m)?
            .checked_mul(yy)?
            .checked_sub(m.checked_mul(y)?.checked_mul(ym)?.checked_mul(2)?)?
            .checked_add(y.checked_mul(y)?.checked_mul(mm)?)?;
        if squares < 0 {
            return None;
        }
        let clusters = self.clusters as f64;
        Some(squares as f64 / (m as f64).powi(4) * clusters / (clusters - 1.0))
    }

    /// Σ(e − ē)² over `n` respondents, where e = y − ratio·m and those beyond `clusters` have y = m = 0. From exact sums
    /// around the group's own means, so that little is lost to rounding. None when the sums are
    /// impossible.
    pub(crate) fn spread(&self, ratio: f64, n: u64) -> Option<f64> {
        if n == 0 {
            return Some(0.0);
        }
        let [n, m, y, mm, yy, ym] = [n, self.m, self.y, self.mm, self.yy, self.ym].map(i128::from);
        let centred = |sum: i128, a: i128, b: i128| {
            let exact = n.checked_mul(sum)?.checked_sub(a.checked_mul(b)?)?;
            Some(exact as f64)
        };
        let [yy, ym, mm] = [centred(yy, y, y)?, centred(ym, y, m)?, centred(mm, m, m)?];
        if yy < 0.0 || mm < 0.0 {
            return None;
        }
        Some(((yy - 2.0 * ratio * ym + ratio * ratio * mm) / n as f64).max(0.0))
    }

    fn combine(&mut self, other: &Self, op: fn(u64, u64) -> u64) {
        for (mine, theirs) in [
            (&mut self.clusters, other.clusters),
            (&mut self.m, other.m),
            (&mut self.y, other.y),
            (&mut self.mm, other.mm),
            (&mut self.yy, other.yy),
            (&mut self.ym, other.ym),
        ] {
            *mine = op(*mine, theirs);
        }
    }
}

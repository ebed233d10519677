//! Intervals of shares and means on the scale from 0 to 1, and what they are intervals *of*.

use serde::Serialize;

use crate::confidence::Confidence;
use crate::distribution::beta_quantile;

/// How an interval was made. The names are part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalKind {
    /// Wilson's score interval of independent answers.
    Wilson,
    /// Wilson with the effective number of answers.
    ClusterWilson,
    /// Student's t of the mean of independent answers.
    T,
    /// Student's t of a ratio with respondents as sampling units.
    ClusterT,
    /// Nobody is left who could have answered otherwise: the figure is that of all closed dossiers.
    Census,
}

/// Where the true value lies, with a stated confidence, on the scale from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end, at least 0.
    pub low: f64,
    /// Upper end, at most 1.
    pub high: f64,
    /// How it was made.
    pub kind: IntervalKind,
    /// How sure it is meant to be, two-sided.
    pub confidence: Confidence,
}

impl Interval {
    /// Is the value within it, ends included?
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// From end to end.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// Whose satisfaction a figure speaks of, which decides whether a finite-population correction is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Population {
    /// The way an office works, of which these dossiers are examples: no correction. Comparisons between periods or
    /// units are of this kind.
    #[default]
    Process,
    /// Exactly the dossiers closed in the period, this many: what is left uncertain is only what those would have said
    /// who did not rate. Only right where the raters are as good as a random draw from them.
    Closed(u64),
}

/// More responses than closed dossiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{respondents} responses of {closed} closed dossiers: a dossier counts once, so the feed of closed dossiers is incomplete or of another period; import it again or ask for the figure without finite-population correction"
)]
pub struct MoreThanClosed {
    /// Responses.
    pub respondents: u64,
    /// Closed dossiers.
    pub closed: u64,
}

impl Population {
    /// The share 1 − n/N of the variance that is left when n of N closed dossiers were rated (Cochran 1977, 2.6); 1 for
    /// a process.
    ///
    /// # Errors
    ///
    /// [`MoreThanClosed`] when n > N.
    pub fn correction(self, respondents: u64) -> Result<f64, MoreThanClosed> {
        match self {
            Self::Process => Ok(1.0),
            Self::Closed(closed) if respondents > closed => Err(MoreThanClosed {
                respondents,
                closed,
            }),
            Self::Closed(0) => Ok(0.0),
            Self::Closed(closed) => Ok((closed - respondents) as f64 / closed as f64),
        }
    }
}

/// Wilson's score interval of a share of `effective` independent answers, which need not be a whole number (Wilson 1927,
/// JASA 22:209): the p for which |share − p| = z √(p (1 − p) / effective). An infinite number gives the share itself.
pub fn wilson(share: f64, effective: f64, confidence: Confidence) -> [f64; 2] {
    let z = confidence.z();
    let zz = z * z / effective;
    let centre = share + zz / 2.0;
    let half = (zz * (share * (1.0 - share) + zz / 4.0)).sqrt();
    let [low, high] = [centre - half, centre + half].map(|end| (end / (1.0 + zz)).clamp(0.0, 1.0));
    // Rounding must not keep the ends from the share itself where they meet it.
    [low.min(share), high.max(share)]
}

/// The interval of Korn and Graubard (1998, Survey Methodology 24:193): Clopper and Pearson's with an effective number of
/// answers, already shrunk for few degrees of freedom. Never covers less than it claims for independent answers, and is wider than
/// [`wilson`]; for a figure that a penalty hangs on.
pub fn korn_graubard(share: f64, effective: f64, confidence: Confidence) -> [f64; 2] {
    let tail = confidence.alpha() / 2.0;
    let [yes, no] = [effective * share, effective * (1.0 - share)];
    [
        beta_quantile(tail, yes, no + 1.0),
        beta_quantile(1.0 - tail, yes + 1.0, no),
    ]
}

/// Student's t interval of a mean on the scale from 0 to 1, cut there.
pub fn student(mean: f64, variance: f64, freedom: f64, confidence: Confidence) -> [f64; 2] {
    let half = confidence.t(freedom) * variance.sqrt();
    [mean - half, mean + half].map(|end| end.clamp(0.0, 1.0))
}

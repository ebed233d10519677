//! What happens to a request, and how often.

use std::time::Duration;

/// What the line does to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Sends it on and brings the answer back.
    Pass,
    /// The same, this much later.
    Delay(Duration),
    /// Breaks the client's connection; the collector never hears of it.
    CutBefore,
    /// The collector gets half of the body, then both connections break.
    CutInBody,
    /// The collector gets all of it and answers; the client's connection breaks before the answer.
    CutAnswer,
    /// The collector gets it twice at the same time; one of the answers comes back.
    Duplicate,
    /// Breaks the client's connection at once; the collector gets the request after so many later ones.
    Hold(u8),
}

/// How often each fate comes, decided for each request by the seed and its number alone.
#[derive(Clone, Debug)]
pub struct Faults {
    seed: u64,
    weights: Vec<(u32, Fate)>,
    paths: &'static str,
}

impl Faults {
    /// A good line: everything passes.
    pub fn none() -> Self {
        Self::new(0, vec![(1, Fate::Pass)])
    }

    /// A bad line: four requests in ten fare well, each fault has its share of the rest.
    pub fn bad(seed: u64) -> Self {
        Self::new(
            seed,
            vec![
                (40, Fate::Pass),
                (10, Fate::Delay(Duration::from_millis(20))),
                (8, Fate::CutBefore),
                (10, Fate::CutInBody),
                (14, Fate::CutAnswer),
                (10, Fate::Duplicate),
                (4, Fate::Hold(1)),
                (4, Fate::Hold(5)),
            ],
        )
    }

    /// These fates in these proportions; with no weight at all everything passes.
    pub fn new(seed: u64, weights: Vec<(u32, Fate)>) -> Self {
        Self {
            seed,
            weights,
            paths: "/",
        }
    }

    /// Only requests whose path begins like this meet faults; the others pass.
    pub fn only(mut self, paths: &'static str) -> Self {
        self.paths = paths;
        self
    }

    pub(super) fn apply_to(&self, path: &str) -> bool {
        path.starts_with(self.paths)
    }

    /// The fate of request `number`.
    pub(super) fn fate(&self, number: u64) -> Fate {
        let total: u32 = self.weights.iter().map(|(weight, _)| weight).sum();
        if total == 0 {
            return Fate::Pass;
        }
        let mut drawn = fastrand::Rng::with_seed(self.seed.rotate_left(32) ^ number).u32(..total);
        for (weight, fate) in &self.weights {
            if drawn < *weight {
                return *fate;
            }
            drawn -= weight;
        }
        Fate::Pass
    }
}

//! Names, versions and words of the methods: what stands beside every figure that one of them made.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use survey::method::Words;
use survey::text::Text;

use crate::difference::Verdict;

/// A named and versioned way to say how sure, how weighted or how different figures are. A change that could move a
/// figure is a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Technique {
    /// Wilson's interval, cluster-robust where answers are pooled: [`estimate`](crate::estimate::estimate) of a share.
    ShareInterval,
    /// Student's t interval, cluster-robust where answers are pooled: [`estimate`](crate::estimate::estimate) of a mean.
    MeanInterval,
    /// Finite-population correction: [`Population::Closed`](crate::interval::Population::Closed).
    FinitePopulation,
    /// Post-stratification: [`weigh`](crate::weight::weigh) with one margin over all dimensions.
    PostStratified,
    /// Raking: [`weigh`](crate::weight::weigh) with several margins.
    Raked,
    /// Change against an earlier period: [`change`](crate::change::change).
    Change,
    /// Rank intervals and bands: [`rank`](crate::rank::rank).
    RankInterval,
    /// Control chart: [`chart`](crate::chart::chart).
    ControlChart,
    /// Kiosk against phone: [`gaps`](crate::gap::gaps).
    KioskPhoneGap,
}

impl Technique {
    /// Every technique.
    pub const ALL: [Self; 9] = [
        Self::ShareInterval,
        Self::MeanInterval,
        Self::FinitePopulation,
        Self::PostStratified,
        Self::Raked,
        Self::Change,
        Self::RankInterval,
        Self::ControlChart,
        Self::KioskPhoneGap,
    ];

    /// Its name in answers of the API and in `words/techniques.json`.
    pub fn id(self) -> &'static str {
        match self {
            Self::ShareInterval => "share-interval",
            Self::MeanInterval => "mean-interval",
            Self::FinitePopulation => "finite-population",
            Self::PostStratified => "post-stratified",
            Self::Raked => "raked",
            Self::Change => "change",
            Self::RankInterval => "rank-interval",
            Self::ControlChart => "control-chart",
            Self::KioskPhoneGap => "kiosk-phone-gap",
        }
    }

    /// Its version; starts at 1.
    pub fn version(self) -> u16 {
        1
    }

    /// What people read beside a figure.
    pub fn words(self) -> &'static Words {
        &TECHNIQUES[self.id()]
    }
}

/// As `id/version`: `raked/1`.
impl Serialize for Technique {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.id(), self.version()))
    }
}

impl Verdict {
    /// What may be said of a change, from the later period's side.
    pub fn words(self) -> &'static Text {
        &VERDICTS[match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Undecided => "undecided",
        }]
    }
}

static TECHNIQUES: LazyLock<BTreeMap<String, Words>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../words/techniques.json"))
        .expect("words/techniques.json is part of the program and read by its tests")
});

static VERDICTS: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../words/verdicts.json"))
        .expect("words/verdicts.json is part of the program and read by its tests")
});

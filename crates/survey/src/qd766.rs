//! The three ratios of the group "Mức độ hài lòng" of QĐ 766/QĐ-TTg (23/06/2022).
//!
//! They are computed from system data, not from a survey, and two of them count silence as satisfied: of 1,000
//! dossiers with 20 ratings, 10 of them dissatisfied, 99 % are "satisfied" here while the ratings say 50 %. They are
//! therefore **not comparable** with any [`crate::method::Method`] and never stand in one series or sum with one.

use crate::method::Words;
use crate::ratio::Ratio;

/// One of the three ratios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indicator {
    /// Tỷ lệ PAKN xử lý đúng hạn.
    ReportsOnTime,
    /// Tỷ lệ hài lòng trong xử lý PAKN.
    ReportsSatisfied,
    /// Tỷ lệ hài lòng trong tiếp nhận, giải quyết TTHC.
    DossiersSatisfied,
}

impl Indicator {
    /// All three, in the order of the decision.
    pub const ALL: [Self; 3] = [
        Self::ReportsOnTime,
        Self::ReportsSatisfied,
        Self::DossiersSatisfied,
    ];

    /// Its name in addresses and answers.
    pub fn id(self) -> &'static str {
        match self {
            Self::ReportsOnTime => "qd766-reports-on-time",
            Self::ReportsSatisfied => "qd766-reports-satisfied",
            Self::DossiersSatisfied => "qd766-dossiers-satisfied",
        }
    }

    /// What people read beside it, with the warning that it compares with no survey figure.
    pub fn words(self) -> &'static Words {
        Words::of(self.id())
    }
}

/// Why a dossier or a citizen report is not counted as satisfied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grounds {
    /// The person answered "không hài lòng".
    pub dissatisfied: bool,
    /// A dossier: there is a citizen report about it. A citizen report: there is a complaint about its result.
    pub complaint: bool,
    /// It is overdue.
    pub overdue: bool,
}

/// Dossiers or citizen reports, counted by whether any ground speaks against them.
///
/// The "hoặc" of the decision is read as a union: what is dissatisfied *and* overdue is subtracted once. The decision
/// does not say so in as many words (unverified).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    total: u64,
    against: u64,
}

impl Tally {
    /// Counts `number` dossiers or citizen reports that share these grounds.
    pub fn add(&mut self, grounds: Grounds, number: u64) {
        let Grounds {
            dissatisfied,
            complaint,
            overdue,
        } = grounds;
        self.total = self.total.saturating_add(number);
        if dissatisfied || complaint || overdue {
            self.against = self.against.saturating_add(number);
        }
    }

    /// All that were counted.
    pub fn total(self) -> u64 {
        self.total
    }

    /// Those with at least one ground.
    pub fn against(self) -> u64 {
        self.against
    }

    /// Ratio 2 (of citizen reports) or ratio 3 (of dossiers), in per cent; none when there are none.
    pub fn satisfied(self) -> Option<Ratio> {
        let satisfied = self.total.saturating_sub(self.against);
        Some(Ratio::new(satisfied.into(), self.total.into())?.percent())
    }
}

impl FromIterator<(Grounds, u64)> for Tally {
    fn from_iter<I: IntoIterator<Item = (Grounds, u64)>>(groups: I) -> Self {
        let mut tally = Self::default();
        for (grounds, number) in groups {
            tally.add(grounds, number);
        }
        tally
    }
}

/// Ratio 1, in per cent: citizen reports handled on time or early, of all within competence. None when there are none,
/// or when more were on time than there were.
pub fn reports_on_time(on_time: u64, all: u64) -> Option<Ratio> {
    if on_time > all {
        return None;
    }
    Some(Ratio::new(on_time.into(), all.into())?.percent())
}

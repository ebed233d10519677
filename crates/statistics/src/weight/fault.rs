//! Why responses cannot be weighed.

/// Why responses cannot be weighed. `kind` names categories by dimension, as in `timeliness late`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeightError {
    /// There are no margins, no groups with responses, or no dimension in a margin.
    #[error(
        "nothing to weigh: give groups with responses and at least one margin with a dimension"
    )]
    Nothing,
    /// A group or margin names more or fewer dimensions than there are, or one twice.
    #[error("{0} does not fit the dimensions; name every dimension once, in their order")]
    Shape(String),
    /// A base weight is zero, negative or not finite.
    #[error(
        "the base weight of {kind} is {base}; it is one over a chance of being invited, so greater than 0"
    )]
    Base {
        /// The group.
        kind: String,
        /// Its base weight.
        base: f64,
    },
    /// Dossiers were closed and nobody rated.
    #[error(
        "{closed} dossiers of {kind} were closed and none was rated, so no weight can speak for them; merge the category with one like it, or rake to margins without it"
    )]
    EmptyCell {
        /// Categories that nobody rated.
        kind: String,
        /// Closed dossiers of them.
        closed: u64,
    },
    /// Dossiers were rated and none was closed.
    #[error(
        "{responses} responses are of {kind}, of which no dossier was closed; import the dossiers of the same period, or leave these responses out"
    )]
    NotClosed {
        /// Categories.
        kind: String,
        /// Responses of them.
        responses: u64,
    },
    /// Margins count different numbers of dossiers.
    #[error(
        "the margin of {first} counts {first_total} closed dossiers and that of {second} {second_total}; make all margins from the same dossiers"
    )]
    Inconsistent {
        /// Dimensions of the first margin.
        first: String,
        /// Its dossiers.
        first_total: u64,
        /// Dimensions of the one that differs.
        second: String,
        /// Its dossiers.
        second_total: u64,
    },
    /// Raking went on without an end.
    #[error(
        "raking did not converge in {rounds} rounds: {kind} is still off by {gap:.1e} of its dossiers; the margins contradict each other or some combinations have no responses; use fewer or coarser margins"
    )]
    NotConverged {
        /// Rounds.
        rounds: usize,
        /// The category that is off most.
        kind: String,
        /// By which share of its closed dossiers.
        gap: f64,
    },
    /// Bounds and margins cannot both be kept.
    #[error(
        "weights between {lower} and {upper} of their mean cannot meet the margins: the furthest is {found:.3}, at {kind}; allow wider bounds or merge rarely rated categories"
    )]
    CannotTrim {
        /// Lower bound as a multiple of the mean weight.
        lower: f64,
        /// Upper bound as a multiple of the mean weight.
        upper: f64,
        /// The weight that stays out, as a multiple of the mean.
        found: f64,
        /// Its group.
        kind: String,
    },
    /// Bounds that do not enclose the mean weight.
    #[error(
        "bounds {lower} and {upper} must satisfy 0 ≤ lower < 1 < upper, as multiples of the mean weight"
    )]
    Bounds {
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
    },
    /// The sums do not belong to these groups.
    #[error("{sums} sums for {groups} groups; give one for each group, in the order of the groups")]
    OtherGroups {
        /// Sums given.
        sums: usize,
        /// Groups weighed.
        groups: usize,
    },
    /// A group has more respondents with valid answers than responses.
    #[error(
        "{kind} has more respondents with valid answers than responses; count both in the same way"
    )]
    Responses {
        /// The group.
        kind: String,
    },
    /// There is no figure of these sums.
    #[error(transparent)]
    Estimate(#[from] crate::estimate::EstimateError),
}

//! Units ranked, with what keeps a rank from being over-read: the places that each may truly hold, and bands of units that cannot
//! be told apart. Suppressed units never become one, so nothing can be computed from what is not shown.

use serde::Serialize;
use statistics::confidence::Confidence;
use statistics::estimate::{Estimate, estimate};
use statistics::interval::Population;
use statistics::methods::Technique;
use statistics::rank::{Rank, rank};

use crate::forms::FormBook;
use crate::index::{self, IndexAnswer, IndexError, IndexRequest, Of};
use crate::store::{Store, StoreError};

/// What ranks are of.
pub const BY: &str = "unit";

/// The answer of `GET /api/v1/ranks`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RanksAnswer {
    /// How ranks were made: `rank-interval/1`.
    #[schema(value_type = String)]
    pub technique: Technique,
    /// Bands among the ranked units.
    pub bands: u64,
    /// One for each cell of the index, in its order; null where a unit is not shown, or where the method gives no interval to
    /// rank by.
    pub ranks: Vec<Option<UnitRank>>,
    /// The index of the units, the highest first; those that are not shown stand at the end in the order of their codes.
    pub index: IndexAnswer,
}

/// Which places a unit may hold among the ranked ones, with 95 % confidence for all of them together; 1 is the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UnitRank {
    /// Best place that cannot be excluded.
    pub best: u64,
    /// Worst place that cannot be excluded.
    pub worst: u64,
    /// Band, counted from 1, the highest. Units that cannot be told apart share one.
    pub band: u64,
}

impl From<Rank> for UnitRank {
    fn from(rank: Rank) -> Self {
        let [best, worst, band] = [rank.best, rank.worst, rank.band].map(|place| place as u64);
        Self { best, worst, band }
    }
}

/// Ranked units with the estimates behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// The answer.
    pub answer: RanksAnswer,
    /// The estimate of each cell that has one, in the order of the cells.
    pub estimates: Vec<Estimate>,
}

/// Ranks the units of a request, whose grouping and kind of intervals do not matter: ranks compare how units work.
///
/// # Errors
///
/// As [`index::answer`].
pub async fn ranking(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: IndexRequest,
) -> Result<Ranking, IndexError> {
    let request = IndexRequest {
        by: vec![BY.to_owned()],
        of: Of::Process,
        ..request
    };
    let index::Measured {
        answer: mut index,
        sums,
        ..
    } = index::measured(store, forms, threshold, request).await?;
    let cells = std::mem::take(&mut index.cells);
    // Those not shown keep the order of their codes, which tells nothing about their ratings.
    let (mut shown, rest): (Vec<_>, Vec<_>) = cells
        .into_iter()
        .zip(sums)
        .partition(|(cell, _)| !cell.suppressed && cell.value.is_some());
    // Those alike stay in the order of their codes.
    shown.sort_by(|(a, _), (b, _)| {
        let value = |value: Option<f64>| value.unwrap_or_default();
        value(b.value).total_cmp(&value(a.value))
    });
    let estimates: Vec<Option<Estimate>> = shown
        .iter()
        .map(|(_, sums)| {
            let (sums, measure) = (*sums)?;
            estimate(&sums, measure, Population::Process, Confidence::P95).ok()
        })
        .collect();
    let ranks = match estimates.iter().cloned().collect::<Option<Vec<_>>>() {
        None => Vec::new(),
        // Work grows with the square of the units: not on a thread that others wait for.
        Some(all) => tokio::task::spawn_blocking(move || rank(&all, Confidence::P95))
            .await
            .map_err(|error| StoreError::Engine(format!("ranking was broken off: {error}")))?
            .unwrap_or_default(),
    };
    let mut ranks: Vec<Option<UnitRank>> = ranks
        .into_iter()
        .map(|rank| Some(UnitRank::from(rank)))
        .collect();
    ranks.resize(shown.len() + rest.len(), None);
    index.cells = shown
        .into_iter()
        .chain(rest)
        .map(|(cell, _)| cell)
        .collect();
    let answer = RanksAnswer {
        technique: Technique::RankInterval,
        bands: ranks
            .iter()
            .flatten()
            .map(|rank| rank.band)
            .max()
            .unwrap_or(0),
        ranks,
        index,
    };
    Ok(Ranking {
        answer,
        estimates: estimates.into_iter().flatten().collect(),
    })
}

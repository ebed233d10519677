//! What the rules of flags say of a choice of responses: how many each rule flags, never which.

use std::sync::Arc;

use statistics::flag::Rules;

use crate::coverage;
use crate::forms::FormBook;
use crate::index::{self, IndexAnswer, IndexError, IndexRequest};
use crate::store::Store;

/// Counts of flags beside the index of the same groups.
#[derive(Clone, Debug, PartialEq)]
pub struct FlagReport {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The index of the groups, with and without what is flagged.
    pub answer: IndexAnswer,
    /// For each cell of the answer, in the same order; none of a suppressed one.
    pub counts: Vec<Option<FlagCounts>>,
}

/// Counts of flags in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagCounts {
    /// Responses that count.
    pub responses: u64,
    /// How many of them each rule flags, in the order of the rules; none where they are too few to be told, or would tell
    /// such a number.
    pub raised: Vec<Option<u64>>,
}

/// Counts flags by what the request asks for. Numbers from 1 to below `threshold` are not told, nor the next smallest of
/// the same rule where they would follow from the total.
///
/// # Errors
///
/// As [`index::answer`].
pub async fn report(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: IndexRequest,
) -> Result<FlagReport, IndexError> {
    let rules = store.rules();
    let measured = index::measured(store, forms, threshold, request).await?;
    let mut counts: Vec<Option<FlagCounts>> = measured
        .responses
        .iter()
        .map(|responses| {
            Some(FlagCounts {
                responses: (*responses)?,
                raised: Vec::with_capacity(rules.rules.len()),
            })
        })
        .collect();
    for rule in 0..rules.rules.len() {
        let raised: Vec<u64> = measured
            .raised
            .iter()
            .flatten()
            .map(|raised| raised.get(rule).copied().unwrap_or(0))
            .collect();
        let hidden = coverage::hidden(&raised, threshold);
        let shown = raised.into_iter().zip(hidden);
        for (counts, (raised, hidden)) in counts.iter_mut().flatten().zip(shown) {
            counts.raised.push((!hidden).then_some(raised));
        }
    }
    Ok(FlagReport {
        rules,
        answer: measured.answer,
        counts,
    })
}

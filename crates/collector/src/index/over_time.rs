//! Counting where units change within the period: each part of it between two changes by itself, then added up under the
//! keys that the units are asked for by.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::store::calendar::business_day;
use crate::store::{CellQuery, Dimension, Examined, GroupKey, Store, StoreError};
use crate::units::{KeptAsWas, Lineage, UnitsAs};

/// What was counted.
#[derive(Default)]
pub(super) struct Counted {
    /// Ratings by group.
    pub(super) groups: Vec<(GroupKey, Examined)>,
    /// Finished dossiers by group, when asked for.
    pub(super) closed: Option<HashMap<GroupKey, u64>>,
    /// Units that stayed what they were.
    pub(super) kept_as_was: Vec<KeptAsWas>,
}

/// Counts ratings, and finished dossiers if `with_closed`.
pub(super) async fn count(
    store: &dyn Store,
    query: CellQuery,
    with_closed: bool,
    units: UnitsAs,
) -> Result<Counted, StoreError> {
    let at = query.by.iter().position(|by| *by == Dimension::Unit);
    let filter = query
        .filters
        .iter()
        .find(|(dimension, _)| *dimension == Dimension::Unit)
        .map(|(_, keys)| keys.as_slice());
    if at.is_some() || filter.is_some() {
        let today = business_day(Timestamp::now());
        if let Some(lineage) = Lineage::load(store, units, today).await? {
            return by_parts(store, &query, with_closed, &lineage, at, filter).await;
        }
    }
    let closed = if with_closed {
        Some(store.closed(query.clone()).await?.into_iter().collect())
    } else {
        None
    };
    Ok(Counted {
        groups: store.examined(query).await?,
        closed,
        kept_as_was: Vec::new(),
    })
}

async fn by_parts(
    store: &dyn Store,
    query: &CellQuery,
    with_closed: bool,
    lineage: &Lineage,
    at: Option<usize>,
    filter: Option<&[String]>,
) -> Result<Counted, StoreError> {
    let mut groups: HashMap<GroupKey, Examined> = HashMap::new();
    let mut closed: HashMap<GroupKey, u64> = HashMap::new();
    let mut kept: BTreeSet<KeptAsWas> = BTreeSet::new();
    for segment in lineage.segments(query.from, query.to, filter) {
        let mut part = query.clone();
        (part.from, part.to) = (segment.from, segment.to);
        for (dimension, values) in &mut part.filters {
            if let (Dimension::Unit, Some(codes)) = (dimension, &segment.units) {
                values.clone_from(codes);
            }
        }
        let rekeyed = |mut key: GroupKey| {
            if let Some(code) = at.and_then(|at| key.get_mut(at)?.as_mut()) {
                *code = lineage.key(code, segment.from);
            }
            key
        };
        if with_closed {
            for (key, dossiers) in store.closed(part.clone()).await? {
                *closed.entry(rekeyed(key)).or_default() += dossiers;
            }
        }
        for (key, examined) in store.examined(part).await? {
            let code = at.and_then(|at| key.get(at)?.as_deref());
            kept.extend(code.and_then(|code| lineage.kept_as_was(code, segment.from)));
            groups
                .entry(rekeyed(key))
                .and_modify(|sum| sum.merge(&examined))
                .or_insert(examined);
        }
    }
    Ok(Counted {
        groups: groups.into_iter().collect(),
        closed: with_closed.then_some(closed),
        kept_as_was: kept.into_iter().collect(),
    })
}

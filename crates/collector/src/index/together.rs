//! Several tables of one period that are counted together, so that no rating comes in between two of them.

use std::collections::HashMap;

use jiff::civil::Date;

use super::over_time;
use super::question::Question;
use super::row::{self, Row};
use super::{IndexError, IndexRequest};
use crate::store::{CellQuery, Dimension, Examined, FormKey, GroupKey, Store, StoreError};
use crate::units::UnitsAs;

/// How often a period is counted anew when ratings of it come in meanwhile.
const TRIES: usize = 3;

/// Ratings by some dimensions.
#[derive(Clone, Debug)]
struct Groups {
    by: Vec<Dimension>,
    groups: Vec<(GroupKey, Examined)>,
}

/// What is counted of a period.
#[derive(Clone, Debug)]
pub(crate) struct Together {
    /// By every dimension.
    fine: Groups,
    /// By those that dossiers have, too: these tell which ratings are of closed dossiers.
    of_dossiers: Groups,
    /// Finished dossiers by the same.
    closed: Vec<(GroupKey, u64)>,
}

impl Together {
    /// Counts the ratings of a form between two business days by all these dimensions, units as they were.
    pub(crate) async fn count(
        store: &dyn Store,
        form: &FormKey,
        (from, to): (Date, Date),
        by: Vec<Dimension>,
    ) -> Result<Self, StoreError> {
        let query = |by: &[Dimension]| CellQuery {
            form: form.clone(),
            from,
            to,
            by: by.to_vec(),
            filters: Vec::new(),
        };
        let coarse: Vec<Dimension> = by
            .iter()
            .copied()
            .filter(|by| by.is_of_dossiers())
            .collect();
        for _ in 0..TRIES {
            let fine = over_time::count(store, query(&by), false, UnitsAs::Was).await?;
            let counted = over_time::count(store, query(&coarse), true, UnitsAs::Was).await?;
            let together = Self {
                fine: Groups {
                    by: by.clone(),
                    groups: fine.groups,
                },
                of_dossiers: Groups {
                    by: coarse.clone(),
                    groups: counted.groups,
                },
                closed: counted.closed.into_iter().flatten().collect(),
            };
            if together.is_of_one_moment() {
                return Ok(together);
            }
        }
        Err(StoreError::Busy(5))
    }

    /// Do both counts say the same?
    fn is_of_one_moment(&self) -> bool {
        let of = |groups: &Groups| {
            let counted = groups.merged(&self.of_dossiers.by).into_iter();
            counted
                .map(|(key, group)| (key, (group.all, group.flagged)))
                .collect::<HashMap<_, _>>()
        };
        of(&self.fine) == of(&self.of_dossiers)
    }

    /// The dimensions of [`Self::cells`].
    pub(crate) fn by(&self) -> &[Dimension] {
        &self.fine.by
    }

    /// The smallest groups.
    pub(crate) fn cells(&self) -> &[(GroupKey, Examined)] {
        &self.fine.groups
    }

    /// The groups by these dimensions, which are some of all.
    pub(crate) fn groups(&self, by: &[Dimension]) -> Vec<(GroupKey, Examined)> {
        let groups = if by.iter().all(|by| by.is_of_dossiers()) {
            &self.of_dossiers
        } else {
            &self.fine
        };
        groups.merged(by)
    }

    /// The rows of a table, sorted, nothing hidden.
    pub(crate) fn rows(
        &self,
        question: &Question<'_>,
        request: &IndexRequest,
    ) -> Result<Vec<Row>, IndexError> {
        let by = question.dimensions();
        let closed = question.counts_dossiers().then(|| {
            let mut sums: HashMap<GroupKey, u64> = HashMap::new();
            for (key, dossiers) in &self.closed {
                *sums
                    .entry(part(key, &self.of_dossiers.by, &by))
                    .or_default() += dossiers;
            }
            sums
        });
        let mut rows = row::rows(question, self.groups(&by), closed.as_ref(), request)?;
        rows.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(rows)
    }
}

impl Groups {
    fn merged(&self, by: &[Dimension]) -> Vec<(GroupKey, Examined)> {
        let mut merged: HashMap<GroupKey, Examined> = HashMap::new();
        for (key, group) in &self.groups {
            merged
                .entry(part(key, &self.by, by))
                .and_modify(|sum| sum.merge(group))
                .or_insert_with(|| group.clone());
        }
        merged.into_iter().collect()
    }
}

/// The values of some dimensions of a key.
pub(crate) fn part(key: &GroupKey, of: &[Dimension], by: &[Dimension]) -> GroupKey {
    by.iter()
        .map(|wanted| {
            let at = of.iter().position(|own| own == wanted)?;
            key.get(at).cloned().flatten()
        })
        .collect()
}

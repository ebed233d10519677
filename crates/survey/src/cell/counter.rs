//! Counting responses by the million.

use super::{Cell, Marks, ends, pooled_items};
use crate::answers::Packed;
use crate::form::Form;

/// Everything about a form that counting needs, looked up once.
#[derive(Clone, Debug)]
pub struct Counter {
    /// For each item, for each byte from 0 to the greatest value of its scale: the level with this value.
    items: Vec<Vec<Option<Level>>>,
    /// For each scope of a cell, the items that it pools.
    scopes: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    /// Its place in the scale.
    at: usize,
    satisfied: bool,
    /// Steps above the scale's lowest value.
    score: u8,
}

impl Counter {
    /// Prepares to count responses to `form`.
    pub fn new(form: &Form) -> Self {
        let items = form
            .items
            .iter()
            .map(|item| {
                let Some((scale, (lowest, highest))) = form
                    .scale_of(item)
                    .and_then(|scale| Some((scale, ends(scale)?)))
                else {
                    return Vec::new();
                };
                let mut levels = vec![None; usize::from(highest) + 1];
                for (at, level) in scale.levels.iter().enumerate() {
                    if level.value > Packed::MAX_LEVEL {
                        continue; // would be taken for one of the marks above it
                    }
                    levels[usize::from(level.value)] = Some(Level {
                        at,
                        satisfied: level.satisfied,
                        score: level.value - lowest,
                    });
                }
                levels
            })
            .collect();
        let factors = (0..form.factors.len()).map(Some);
        let scopes = [None]
            .into_iter()
            .chain(factors)
            .map(|factor| pooled_items(form, factor))
            .collect();
        Self { items, scopes }
    }

    /// Counts one response into a cell of the same form. A byte that is no level of its item's scale cannot come from
    /// a checked response and counts as nothing.
    pub fn add(&self, cell: &mut Cell, answers: &Packed, marks: Marks) {
        cell.responses = cell.responses.wrapping_add(1);
        cell.partial = cell.partial.wrapping_add(u64::from(marks.partial));
        cell.assisted = cell.assisted.wrapping_add(u64::from(marks.assisted));
        cell.flagged = cell.flagged.wrapping_add(u64::from(marks.flagged));
        for ((&byte, levels), count) in answers.0.iter().zip(&self.items).zip(&mut cell.items) {
            let number = match byte {
                Packed::NOT_ASKED => None,
                Packed::NOT_APPLICABLE => Some(&mut count.not_applicable),
                Packed::MISSING => Some(&mut count.missing),
                value => level(levels, value).and_then(|level| count.levels.get_mut(level.at)),
            };
            if let Some(number) = number {
                *number = number.wrapping_add(1);
            }
        }
        for (items, sums) in self.scopes.iter().zip(&mut cell.scopes) {
            let (mut m, mut s, mut x) = (0u64, 0u64, 0u64);
            for &at in items {
                let (Some(&byte), Some(levels)) = (answers.0.get(at), self.items.get(at)) else {
                    continue;
                };
                if let Some(level) = level(levels, byte) {
                    m += 1;
                    s += u64::from(level.satisfied);
                    x += u64::from(level.score);
                }
            }
            if m > 0 {
                for (sum, value) in [
                    (&mut sums.respondents, 1),
                    (&mut sums.m, m),
                    (&mut sums.s, s),
                    (&mut sums.x, x),
                    (&mut sums.mm, m * m),
                    (&mut sums.ss, s * s),
                    (&mut sums.xx, x * x),
                    (&mut sums.sm, s * m),
                    (&mut sums.xm, x * m),
                ] {
                    *sum = sum.wrapping_add(value);
                }
            }
        }
    }
}

fn level(levels: &[Option<Level>], byte: u8) -> Option<Level> {
    levels.get(usize::from(byte)).copied().flatten()
}

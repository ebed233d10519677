//! Counted groups of responses: the only thing that figures are made of.
//!
//! A cell holds exact integers and forms a commutative group under [`Cell::merge`] and [`Cell::subtract`], so that
//! roll-ups may be kept, corrected and rebuilt in any order and stay equal to the last unit.

mod codec;
mod counter;

use crate::answers::Packed;
use crate::form::{Form, Item, Role, Scale, ScaleKind};

pub use codec::CellError;
pub use counter::Counter;

/// Counts of a group of responses to one form version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Responses in the group.
    pub responses: u64,
    /// Of these, left before the end.
    pub partial: u64,
    /// Of these, with help.
    pub assisted: u64,
    /// Of these, flagged as odd.
    pub flagged: u64,
    /// One for each item of the form, in order.
    pub items: Vec<ItemCount>,
    /// Sums per respondent, for intervals of pooled answers: the headline first, then each factor in order.
    pub scopes: Vec<Moments>,
}

/// Counts of the answers to one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemCount {
    /// How often each level of the item's scale was given, in the order of the scale's levels.
    pub levels: Vec<u64>,
    /// Asked and not answered.
    pub missing: u64,
    /// Answered "does not apply".
    pub not_applicable: u64,
}

/// Sums over respondents who gave at least one valid answer in a scope. With `m` valid answers of one respondent,
/// `s` of them satisfied and `x` the sum of their scores (steps above the scale's lowest value).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// Respondents.
    pub respondents: u64,
    /// Σm
    pub m: u64,
    /// Σs
    pub s: u64,
    /// Σx
    pub x: u64,
    /// Σm²
    pub mm: u64,
    /// Σs²
    pub ss: u64,
    /// Σx²
    pub xx: u64,
    /// Σsm
    pub sm: u64,
    /// Σxm
    pub xm: u64,
}

/// What a response is, apart from its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Left before the end.
    pub partial: bool,
    /// With help.
    pub assisted: bool,
    /// Flagged as odd.
    pub flagged: bool,
}

impl Cell {
    /// A cell without responses, shaped for this form.
    pub fn empty(form: &Form) -> Self {
        Self {
            responses: 0,
            partial: 0,
            assisted: 0,
            flagged: 0,
            items: form
                .items
                .iter()
                .map(|item| ItemCount {
                    levels: vec![0; levels_of(form, item)],
                    missing: 0,
                    not_applicable: 0,
                })
                .collect(),
            scopes: vec![Moments::default(); 1 + form.factors.len()],
        }
    }

    /// Counts one response. To count many, keep a [`Counter`].
    pub fn add(&mut self, form: &Form, answers: &Packed, marks: Marks) {
        Counter::new(form).add(self, answers, marks);
    }

    /// Adds another cell of the same form version.
    pub fn merge(&mut self, other: &Self) {
        self.combine(other, u64::wrapping_add);
    }

    /// Takes another cell of the same form version away again.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, u64::wrapping_sub);
    }

    /// No response counted.
    pub fn is_empty(&self) -> bool {
        self.responses == 0
    }

    /// Has the cell an entry for each item, level and factor of this form, and no other?
    pub fn fits(&self, form: &Form) -> bool {
        self.scopes.len() == 1 + form.factors.len()
            && self.items.len() == form.items.len()
            && self
                .items
                .iter()
                .zip(&form.items)
                .all(|(count, item)| count.levels.len() == levels_of(form, item))
    }

    /// Wrapping, so that subtracting undoes merging whatever the order; counts of people never come near 2⁶⁴.
    fn combine(&mut self, other: &Self, op: fn(u64, u64) -> u64) {
        debug_assert!(
            self.numbers().count() == other.numbers().count(),
            "cells of two forms"
        );
        let mut theirs = other.numbers();
        self.each_mut(|mine| {
            if let Some(theirs) = theirs.next() {
                *mine = op(*mine, theirs);
            }
        });
    }

    /// Every number of the cell in the order of [`Cell::each_mut`].
    fn numbers(&self) -> impl Iterator<Item = u64> {
        let items = self.items.iter().flat_map(|item| {
            item.levels
                .iter()
                .copied()
                .chain([item.missing, item.not_applicable])
        });
        let scopes = self.scopes.iter().flat_map(|sums| {
            [
                sums.respondents,
                sums.m,
                sums.s,
                sums.x,
                sums.mm,
                sums.ss,
                sums.xx,
                sums.sm,
                sums.xm,
            ]
        });
        [self.responses, self.partial, self.assisted, self.flagged]
            .into_iter()
            .chain(items)
            .chain(scopes)
    }

    /// Visits every number of the cell in the order in which it is stored.
    fn each_mut(&mut self, mut visit: impl FnMut(&mut u64)) {
        visit(&mut self.responses);
        visit(&mut self.partial);
        visit(&mut self.assisted);
        visit(&mut self.flagged);
        for item in &mut self.items {
            item.levels.iter_mut().for_each(&mut visit);
            visit(&mut item.missing);
            visit(&mut item.not_applicable);
        }
        for sums in &mut self.scopes {
            visit(&mut sums.respondents);
            visit(&mut sums.m);
            visit(&mut sums.s);
            visit(&mut sums.x);
            visit(&mut sums.mm);
            visit(&mut sums.ss);
            visit(&mut sums.xx);
            visit(&mut sums.sm);
            visit(&mut sums.xm);
        }
    }
}

fn levels_of(form: &Form, item: &Item) -> usize {
    form.scale_of(item).map_or(0, |scale| scale.levels.len())
}

/// The scale of an item that may enter a figure: a rating on a scale of satisfaction or points.
pub(crate) fn rated_scale<'a>(form: &'a Form, item: &Item) -> Option<&'a Scale> {
    form.scale_of(item).filter(|scale| {
        item.role == Role::Rating
            && matches!(scale.kind, ScaleKind::Satisfaction | ScaleKind::Points)
    })
}

/// Smallest and greatest value of a scale.
pub(crate) fn ends(scale: &Scale) -> Option<(u8, u8)> {
    let values = || scale.levels.iter().map(|level| level.value);
    Some((values().min()?, values().max()?))
}

/// Items whose answers a scope pools, as indexes into the form's items: `None` for the headline, else a factor.
pub(crate) fn pooled_items(form: &Form, factor: Option<usize>) -> Vec<usize> {
    let id = factor.map(|at| form.factors.get(at).map(|factor| factor.id.as_str()));
    form.items
        .iter()
        .enumerate()
        .filter(|(_, item)| {
            rated_scale(form, item).is_some()
                && match id {
                    None => form.is_headline(item),
                    Some(id) => id.is_some() && item.factor.as_deref() == id,
                }
        })
        .map(|(at, _)| at)
        .collect()
}

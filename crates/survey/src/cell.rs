//! Counted groups of responses: the only thing that figures are made of.
//!
//! A cell holds exact integers and forms a commutative group under [`Cell::merge`] and [`Cell::subtract`], so that
//! roll-ups may be kept, corrected and rebuilt in any order and stay equal to the last unit.

use crate::answers::Packed;
use crate::form::{Form, Role, ScaleKind};

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
                    levels: vec![0; form.scale_of(item).map_or(0, |scale| scale.levels.len())],
                    missing: 0,
                    not_applicable: 0,
                })
                .collect(),
            scopes: vec![Moments::default(); 1 + form.factors.len()],
        }
    }

    /// Counts one response.
    pub fn add(&mut self, form: &Form, answers: &Packed, marks: Marks) {
        let mut one = Self::empty(form);
        one.responses = 1;
        one.partial = u64::from(marks.partial);
        one.assisted = u64::from(marks.assisted);
        one.flagged = u64::from(marks.flagged);
        for ((item, &byte), count) in form.items.iter().zip(&answers.0).zip(&mut one.items) {
            let Some(scale) = form.scale_of(item) else {
                continue;
            };
            match byte {
                Packed::NOT_ASKED => {}
                Packed::NOT_APPLICABLE => count.not_applicable = 1,
                Packed::MISSING => count.missing = 1,
                value => {
                    let Some(at) = scale.levels.iter().position(|level| level.value == value)
                    else {
                        continue;
                    };
                    count.levels[at] = 1;
                    let rated = matches!(scale.kind, ScaleKind::Satisfaction | ScaleKind::Points);
                    if item.role != Role::Rating || !rated {
                        continue;
                    }
                    let lowest = scale
                        .levels
                        .iter()
                        .map(|level| level.value)
                        .min()
                        .unwrap_or(0);
                    let factor = form
                        .factors
                        .iter()
                        .position(|f| Some(&f.id) == item.factor.as_ref());
                    let headline = form.is_headline(item).then_some(0);
                    for scope in [headline, factor.map(|at| at + 1)].into_iter().flatten() {
                        let sums = &mut one.scopes[scope];
                        sums.m += 1;
                        sums.s += u64::from(scale.levels[at].satisfied);
                        sums.x += u64::from(value - lowest);
                    }
                }
            }
        }
        for sums in &mut one.scopes {
            if sums.m > 0 {
                sums.respondents = 1;
                sums.mm = sums.m * sums.m;
                sums.ss = sums.s * sums.s;
                sums.xx = sums.x * sums.x;
                sums.sm = sums.s * sums.m;
                sums.xm = sums.x * sums.m;
            }
        }
        self.merge(&one);
    }

    /// Adds another cell of the same form version.
    pub fn merge(&mut self, other: &Self) {
        self.zip(other, u64::wrapping_add);
    }

    /// Takes another cell of the same form version away again.
    pub fn subtract(&mut self, other: &Self) {
        self.zip(other, u64::wrapping_sub);
    }

    /// No response counted.
    pub fn is_empty(&self) -> bool {
        self.responses == 0
    }

    fn zip(&mut self, other: &Self, op: fn(u64, u64) -> u64) {
        for (mine, theirs) in self.numbers_mut().into_iter().zip(other.numbers()) {
            *mine = op(*mine, theirs);
        }
    }

    /// Every number of the cell in a fixed order: what [`Cell::encode`] writes.
    fn numbers(&self) -> Vec<u64> {
        let mut copy = self.clone();
        copy.numbers_mut()
            .into_iter()
            .map(|number| *number)
            .collect()
    }

    fn numbers_mut(&mut self) -> Vec<&mut u64> {
        let mut all = vec![
            &mut self.responses,
            &mut self.partial,
            &mut self.assisted,
            &mut self.flagged,
        ];
        for item in &mut self.items {
            all.extend(item.levels.iter_mut());
            all.push(&mut item.missing);
            all.push(&mut item.not_applicable);
        }
        for sums in &mut self.scopes {
            all.extend([
                &mut sums.respondents,
                &mut sums.m,
                &mut sums.s,
                &mut sums.x,
                &mut sums.mm,
                &mut sums.ss,
                &mut sums.xx,
                &mut sums.sm,
                &mut sums.xm,
            ]);
        }
        all
    }
}

//! Hides figures until nothing that follows from the shown ones together is about few people. Pure: no store, no form.
//!
//! A figure is an equation over the smallest groups of people that can be told apart ([`System`]); whoever reads figures can
//! add and subtract them as often as he likes. A group of few people is *open* when its own sum follows from the shown
//! equations that way. While one is, the smallest figure that its derivation needs is hidden. Each round hides at least one,
//! so this ends; and it ends only when none is open.

mod field;
mod secrets;
mod space;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use self::field::{add, inverse, multiply, negative};
pub use self::secrets::{Group, Places};
use self::space::Space;

/// Most equations × columns that are looked at: some seconds of one processor.
pub const MOST: usize = 400_000_000;

/// A figure of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Its respondents.
    pub people: u64,
    /// Must not be shown.
    pub hidden: bool,
    /// Figures without which this one is not shown.
    pub under: Vec<u32>,
    /// Is hidden only when nothing else helps.
    pub last: bool,
}

/// A figure as a sum of columns.
#[derive(Clone, Debug)]
pub struct Equation {
    /// Number of the figure.
    pub figure: u32,
    /// Columns in rising order.
    pub columns: Arc<[u32]>,
    /// Respondents of the figure.
    pub people: u64,
    /// Figures of one kind are about the same answers, so that their respondents can be subtracted.
    pub kind: u32,
}

/// A part of a line: the rows of a table along one of its dimensions, that add up to a total.
#[derive(Clone, Debug)]
pub struct Part {
    /// Number of the figure that shows it.
    pub figure: u32,
    /// Columns in rising order.
    pub columns: Arc<[u32]>,
    /// Its people.
    pub people: u64,
}

/// Figures about the same columns.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// People of each column: the smallest groups that can be told apart. None is empty: which are is taken as known.
    pub people: Vec<u64>,
    /// The figures.
    pub equations: Vec<Equation>,
    /// What adds up.
    pub lines: Vec<Vec<Part>>,
    /// Groups of few people, as columns in rising order.
    pub secrets: HashSet<Group>,
}

impl System {
    /// How much work it is.
    pub fn size(&self) -> usize {
        self.equations.len().saturating_mul(self.people.len())
    }
}

/// Hides figures until no group of fewer than `threshold` people is open in any system:
///
/// - no secret of the system, and no column;
/// - no difference of two shown figures of a kind;
/// - no sum of the hidden parts of a line, of those that are hidden when it ends;
/// - no combination of any two columns that together have fewer people than the threshold.
pub fn protect(figures: &mut [Figure], systems: &[System], threshold: u64) {
    follow(figures);
    loop {
        let mut chosen: BTreeSet<u32> = BTreeSet::new();
        for system in systems {
            system.close(figures, threshold, &mut chosen);
        }
        if chosen.is_empty() {
            return;
        }
        for figure in chosen {
            if let Some(figure) = figures.get_mut(figure as usize) {
                figure.hidden = true;
            }
        }
        follow(figures);
    }
}

/// Hides what is not shown without something hidden.
fn follow(figures: &mut [Figure]) {
    loop {
        let is_hidden = |at: &u32| figures.get(*at as usize).is_some_and(|one| one.hidden);
        let more: Vec<usize> = (0..figures.len())
            .filter(|at| {
                let figure = figures.get(*at);
                figure.is_some_and(|one| !one.hidden && one.under.iter().any(is_hidden))
            })
            .collect();
        if more.is_empty() {
            return;
        }
        for at in more {
            if let Some(figure) = figures.get_mut(at) {
                figure.hidden = true;
            }
        }
    }
}

/// A combination of columns.
type Vector = Vec<(u32, u64)>;

impl System {
    /// Chooses shown figures to hide for what is open, one at least if anything is.
    fn close(&self, figures: &[Figure], threshold: u64, chosen: &mut BTreeSet<u32>) {
        let is_hidden = |at: u32| figures.get(at as usize).is_none_or(|one| one.hidden);
        let mut shown: Vec<&Equation> = self
            .equations
            .iter()
            .filter(|one| !is_hidden(one.figure))
            .collect();
        // Inner cells first: they have no columns in common, so little has to be taken away from them.
        shown.sort_by_key(|one| (one.columns.len(), one.figure));
        let mut uses = vec![0; self.people.len()];
        for column in shown.iter().flat_map(|one| one.columns.iter()) {
            if let Some(uses) = uses.get_mut(*column as usize) {
                *uses += 1;
            }
        }
        let mut space = Space::new(uses);
        for equation in &shown {
            space.insert(equation.figure, &equation.columns);
        }
        // The same data are protected alike every time.
        let mut chance = ChaCha8Rng::from_seed([7; 32]);
        let unseen = [space.unseen(&mut chance), space.unseen(&mut chance)];
        for vector in self.open(&shown, &unseen, is_hidden, threshold) {
            let Some(names) = space.derivation(&vector) else {
                continue;
            };
            if names.iter().any(|name| chosen.contains(name)) {
                continue;
            }
            let smallest = names.into_iter().min_by_key(|name| {
                let figure = figures.get(*name as usize);
                (figure.map(|one| (one.last, one.people)), *name)
            });
            chosen.extend(smallest);
        }
    }

    /// Combinations that follow from the shown figures and are about few people, those of fewest columns first.
    fn open(
        &self,
        shown: &[&Equation],
        unseen: &[Vec<u64>; 2],
        is_hidden: impl Fn(u32) -> bool,
        threshold: u64,
    ) -> Vec<Vector> {
        let [first, _] = unseen;
        let follows = |group: &[u32]| {
            let values = group
                .iter()
                .filter_map(|column| first.get(*column as usize));
            values.fold(0, |sum, value| add(sum, *value)) == 0
        };
        let is_few = |people: u64| (1..threshold).contains(&people);
        let mut groups: BTreeSet<Vec<u32>> = self
            .secrets
            .iter()
            .filter(|group| follows(group))
            .map(|group| group.to_vec())
            .collect();
        for line in &self.lines {
            let hidden = || line.iter().filter(|part| is_hidden(part.figure));
            if is_few(hidden().map(|part| part.people).sum()) {
                let mut rest: Vec<u32> = hidden().flat_map(|part| part.columns.to_vec()).collect();
                rest.sort_unstable();
                if follows(&rest) {
                    groups.insert(rest);
                }
            }
        }
        groups.extend(differences(shown, is_few));
        let mut vectors: Vec<Vector> = groups
            .into_iter()
            .map(|group| group.into_iter().map(|column| (column, 1)).collect())
            .collect();
        vectors.extend(self.pairs(unseen, threshold));
        vectors.sort_by_key(Vec::len);
        vectors
    }

    /// Two columns whose values hang together whatever else they are: some combination of the two follows. Of each such lot
    /// the two of fewest people, if they are few together.
    fn pairs(&self, [first, second]: &[Vec<u64>; 2], threshold: u64) -> Vec<Vector> {
        let mut alike: HashMap<u64, Vec<(u64, u32, u64)>> = HashMap::new();
        let values = first.iter().zip(second).zip(&self.people);
        for (column, ((one, other), people)) in (0..).zip(values) {
            if *other != 0 && *people < threshold {
                let ratio = multiply(*one, inverse(*other));
                let lot = alike.entry(ratio).or_default();
                lot.push((*people, column, *one));
            }
        }
        let mut pairs = Vec::new();
        for mut lot in alike.into_values() {
            lot.sort_unstable();
            if let [(some, one, of_one), (others, other, of_other), ..] = lot.as_slice()
                && some + others < threshold
                && *of_other != 0
            {
                let share = negative(multiply(*of_one, inverse(*of_other)));
                pairs.push(vec![(*one, 1), (*other, share)]);
            }
        }
        pairs.sort_unstable();
        pairs
    }
}

/// What two shown figures of a kind leave of each other where one is a part of the other and few people are left.
fn differences(shown: &[&Equation], is_few: impl Fn(u64) -> bool) -> Vec<Vec<u32>> {
    // A rough picture of the columns, so that most pairs need no closer look.
    let picture = |columns: &[u32]| columns.iter().fold(0u64, |bits, at| bits | 1 << (at % 64));
    let mut sorted: Vec<(&Equation, u64)> = shown
        .iter()
        .map(|one| (*one, picture(&one.columns)))
        .collect();
    sorted.sort_by_key(|(one, _)| (one.kind, one.people, one.figure));
    let mut found = Vec::new();
    for (at, (part, small)) in sorted.iter().enumerate() {
        for (whole, large) in sorted.iter().skip(at + 1) {
            if whole.kind != part.kind {
                break;
            }
            let left = whole.people.saturating_sub(part.people);
            if left > 0 && !is_few(left) {
                break;
            }
            if left > 0 && small & !large == 0 {
                found.extend(rest(&whole.columns, &part.columns));
            }
        }
    }
    found
}

/// The columns of `whole` without those of `part`, if it has them all; both in rising order.
fn rest(whole: &[u32], part: &[u32]) -> Option<Vec<u32>> {
    let mut part = part.iter().peekable();
    let mut rest = Vec::new();
    for column in whole {
        if part.next_if(|own| *own == column).is_none() {
            rest.push(*column);
        }
    }
    part.next().is_none().then_some(rest)
}

#[cfg(test)]
mod tests;

//! What an attacker does with figures: subtracts two of them, subtracts a line from its total, and solves for groups.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Another prime than that of the protection.
const PRIME: u64 = (1 << 31) - 1;

/// A set of the smallest groups, by number.
pub type Set = BTreeSet<usize>;

/// A figure that was read.
#[derive(Clone, Debug)]
pub struct Read {
    pub name: String,
    pub set: Set,
    pub people: u64,
    /// Figures about the same answers can be subtracted from each other.
    pub kind: usize,
}

/// Rows of a table along one dimension; which of them are hidden.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: String,
    pub rows: Vec<(Set, u64, bool)>,
}

/// A group of few people whose figure is wanted.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub set: Set,
    pub people: u64,
}

/// Everything that the attacker has.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// How many smallest groups there are.
    pub columns: usize,
    pub read: Vec<Read>,
    pub lines: Vec<Line>,
    pub targets: Vec<Target>,
}

/// A group that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub how: &'static str,
    pub what: String,
    pub people: u64,
}

impl Knowledge {
    pub fn attacked(&self, threshold: u64) -> Vec<Breach> {
        let mut found = self.too_small(threshold);
        found.extend(self.pairs(threshold));
        let solved = Solved::of(self);
        found.extend(self.by_lines(threshold, &solved));
        found.extend(self.by_elimination(&solved));
        found
    }

    /// Figures of few people that are simply shown.
    fn too_small(&self, threshold: u64) -> Vec<Breach> {
        let small = self.read.iter().filter(|read| read.people < threshold);
        small
            .map(|read| Breach {
                how: "shown",
                what: read.name.clone(),
                people: read.people,
            })
            .collect()
    }

    /// Two figures of which one is a part of the other.
    fn pairs(&self, threshold: u64) -> Vec<Breach> {
        let mut found = Vec::new();
        for whole in &self.read {
            for part in &self.read {
                let left = whole.people.saturating_sub(part.people);
                if whole.kind == part.kind
                    && (1..threshold).contains(&left)
                    && part.set.is_subset(&whole.set)
                {
                    found.push(Breach {
                        how: "pair",
                        what: format!("{} less {}", whole.name, part.name),
                        people: left,
                    });
                }
            }
        }
        found
    }

    /// The hidden rows of a line together.
    fn by_lines(&self, threshold: u64, solved: &Solved) -> Vec<Breach> {
        let mut found = Vec::new();
        for line in &self.lines {
            let hidden = || line.rows.iter().filter(|(.., is_hidden)| *is_hidden);
            let left: u64 = hidden().map(|(_, people, _)| people).sum();
            let rest: Set = hidden().flat_map(|(set, ..)| set).copied().collect();
            if (1..threshold).contains(&left) && solved.tells(&rest) {
                found.push(Breach {
                    how: "line",
                    what: line.name.clone(),
                    people: left,
                });
            }
        }
        found
    }

    /// Any group whose own figure follows from all the others.
    fn by_elimination(&self, solved: &Solved) -> Vec<Breach> {
        let told = self
            .targets
            .iter()
            .filter(|target| solved.tells(&target.set));
        told.map(|target| Breach {
            how: "elimination",
            what: target.name.clone(),
            people: target.people,
        })
        .collect()
    }
}

/// Two random assignments to the smallest groups that no figure can tell from nothing.
struct Solved([Vec<u64>; 2]);

impl Solved {
    fn of(knowledge: &Knowledge) -> Self {
        let mut rows: Vec<(usize, Vec<u64>)> = Vec::new();
        for read in &knowledge.read {
            let mut row = vec![0; knowledge.columns];
            for at in &read.set {
                row[*at] = 1;
            }
            for (pivot, known) in &rows {
                let much = row[*pivot];
                if much != 0 {
                    for (value, entry) in row.iter_mut().zip(known) {
                        if *entry != 0 {
                            *value = (*value + (PRIME - much) * entry) % PRIME;
                        }
                    }
                }
            }
            if let Some(pivot) = row.iter().position(|value| *value != 0) {
                let by = power(row[pivot], PRIME - 2);
                for value in &mut row {
                    *value = *value * by % PRIME;
                }
                rows.push((pivot, row));
            }
        }
        let mut state = 20_260_711_u64;
        let mut chance = move || {
            // A plain generator of Lehmer's; nobody has an interest in foreseeing it.
            state = state * 48_271 % PRIME;
            state
        };
        let assigned = [0, 1].map(|_| {
            let pivots: BTreeSet<usize> = rows.iter().map(|(pivot, _)| *pivot).collect();
            let mut values: Vec<u64> = (0..knowledge.columns)
                .map(|at| if pivots.contains(&at) { 0 } else { chance() })
                .collect();
            for (pivot, row) in rows.iter().rev() {
                let sum = row
                    .iter()
                    .zip(&values)
                    .filter(|(entry, _)| **entry != 0)
                    .fold(0, |sum, (entry, value)| (sum + entry * value) % PRIME);
                values[*pivot] = (PRIME - sum) % PRIME;
            }
            values
        });
        let solved = Self(assigned);
        assert!(
            knowledge.read.iter().all(|read| solved.tells(&read.set)),
            "the attack is wrong"
        );
        solved
    }

    /// Does the sum of these follow from the figures?
    fn tells(&self, set: &Set) -> bool {
        self.0
            .iter()
            .all(|values| set.iter().fold(0, |sum, at| (sum + values[*at]) % PRIME) == 0)
    }
}

fn power(base: u64, exponent: u64) -> u64 {
    let (mut base, mut exponent, mut result) = (base, exponent, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent /= 2;
    }
    result
}

/// The cells of every cross of the places of some columns that have few people.
pub fn small_cells(
    places: &[BTreeMap<String, String>],
    people: &[u64],
    threshold: u64,
) -> Vec<Target> {
    let names: Vec<&String> = places
        .first()
        .map_or_else(Vec::new, |place| place.keys().collect());
    let mut found: BTreeMap<Set, Target> = BTreeMap::new();
    for choice in 0..1usize << names.len() {
        let mut cells: HashMap<Vec<&str>, (Set, u64)> = HashMap::new();
        for (at, place) in places.iter().enumerate() {
            let chosen = names
                .iter()
                .enumerate()
                .filter(|(bit, _)| choice & (1 << bit) != 0);
            let key = chosen.map(|(_, name)| place[*name].as_str()).collect();
            let (set, sum) = cells.entry(key).or_default();
            set.insert(at);
            *sum += people[at];
        }
        for (key, (set, people)) in cells {
            if (1..threshold).contains(&people) {
                let name = key.join(" × ");
                let target = Target {
                    name,
                    set: set.clone(),
                    people,
                };
                found.entry(set).or_insert(target);
            }
        }
    }
    found.into_values().collect()
}

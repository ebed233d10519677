//! The groups of few people that nobody must find: cells of every cross of the dimensions, and what is left beside one.

use std::collections::{HashMap, HashSet};

/// What the smallest groups are told apart by: one for each column.
pub struct Places {
    /// By dimension: the value of each column.
    pub values: Vec<Vec<u32>>,
    /// By column.
    pub people: Vec<u64>,
}

/// The groups of a set of dimensions.
struct Cross {
    /// By column: number of its group.
    group_of: Vec<u32>,
    /// By group.
    people: Vec<u64>,
}

/// A group as its columns, in rising order.
pub type Group = Box<[u32]>;

impl Places {
    /// Every group of 1 to `threshold - 1` people that is a cell of a cross of some of the dimensions, or what such a cell
    /// leaves of the cell of one dimension less, or of the whole.
    pub fn groups(&self, threshold: u64) -> HashSet<Group> {
        let is_few = |people: u64| (1..threshold).contains(&people);
        let mut found: HashSet<Group> = HashSet::new();
        let crosses = self.crosses();
        for (set, cross) in crosses.iter().enumerate() {
            let few: Vec<bool> = cross.people.iter().map(|people| is_few(*people)).collect();
            let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
            for (column, group) in (0..).zip(&cross.group_of) {
                if few.get(*group as usize) == Some(&true) {
                    members.entry(*group).or_default().push(column);
                }
            }
            found.extend(members.into_values().map(Vec::into_boxed_slice));
            let above = (0..self.values.len())
                .filter(|dimension| set & (1 << dimension) != 0)
                .map(|dimension| set & !(1 << dimension));
            let mut above: Vec<usize> = above.chain([0]).filter(|above| *above != set).collect();
            above.sort_unstable();
            above.dedup();
            for above in above {
                if let Some(above) = crosses.get(above) {
                    found.extend(rests(above, cross, is_few));
                }
            }
        }
        found
    }

    /// The crosses of all sets of dimensions; bit `d` of the place stands for dimension `d`.
    fn crosses(&self) -> Vec<Cross> {
        let columns = self.people.len();
        let mut crosses: Vec<Cross> = vec![Cross::of(vec![0; columns], &self.people)];
        for set in 1..1usize << self.values.len() {
            let last = set.ilog2() as usize;
            let (Some(before), Some(values)) =
                (crosses.get(set & !(1 << last)), self.values.get(last))
            else {
                break;
            };
            let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
            let group_of = before.group_of.iter().zip(values).map(|(group, value)| {
                let next = numbers.len() as u32;
                *numbers.entry((*group, *value)).or_insert(next)
            });
            let group_of = group_of.collect();
            crosses.push(Cross::of(group_of, &self.people));
        }
        crosses
    }
}

impl Cross {
    fn of(group_of: Vec<u32>, people: &[u64]) -> Self {
        let groups = group_of.iter().max().map_or(0, |last| *last as usize + 1);
        let mut sums = vec![0; groups];
        for (group, people) in group_of.iter().zip(people) {
            if let Some(sum) = sums.get_mut(*group as usize) {
                *sum += people;
            }
        }
        Self {
            group_of,
            people: sums,
        }
    }
}

/// What few people the groups of `below` leave of those of `above` that hold them.
fn rests(above: &Cross, below: &Cross, is_few: impl Fn(u64) -> bool) -> Vec<Group> {
    // By group above: the groups below that leave few, each with what they leave.
    let mut wanted: HashMap<u32, HashMap<u32, Vec<u32>>> = HashMap::new();
    let pairs = || above.group_of.iter().zip(&below.group_of);
    for (whole, part) in pairs() {
        let people = |cross: &Cross, group: u32| cross.people.get(group as usize).copied();
        let left = people(above, *whole).zip(people(below, *part));
        if left.is_some_and(|(whole, part)| is_few(whole.saturating_sub(part))) {
            wanted.entry(*whole).or_default().entry(*part).or_default();
        }
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    for (column, (whole, own)) in (0..).zip(pairs()) {
        if let Some(parts) = wanted.get_mut(whole) {
            for (part, rest) in parts {
                if part != own {
                    rest.push(column);
                }
            }
        }
    }
    let rests = wanted.into_values().flat_map(HashMap::into_values);
    rests.map(Vec::into_boxed_slice).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(values: &[&[u32]], people: &[u64], threshold: u64) -> Vec<Vec<u32>> {
        let places = Places {
            values: values.iter().map(|values| values.to_vec()).collect(),
            people: people.to_vec(),
        };
        let mut groups: Vec<Vec<u32>> = places
            .groups(threshold)
            .into_iter()
            .map(Vec::from)
            .collect();
        groups.sort();
        groups
    }

    #[test]
    fn cells_and_what_they_leave_are_found() {
        // One dimension: a has 3, b has 9; of 12.
        assert_eq!(groups(&[&[0, 1]], &[3, 9], 5), [[0]]);
        // Two dimensions: (a, x) has 4, (a, y) has 4, (b, x) has 9.
        let found = groups(&[&[0, 0, 1], &[0, 1, 0]], &[4, 4, 9], 5);
        assert_eq!(found, [[0], [1]]);
        // Nobody is few where all are many, and the few of whom all are.
        assert_eq!(groups(&[&[0, 1]], &[9, 9], 5), [[0; 0]; 0]);
        assert_eq!(
            groups(&[&[0, 1]], &[1, 2], 5),
            [vec![0], vec![0, 1], vec![1]]
        );
    }

    proptest! {
        #[test]
        fn it_finds_what_trying_everything_finds(
            columns in prop::collection::btree_map((0..3u32, 0..3u32), 1..6u64, 1..9), threshold in 2..7u64
        ) {
            let values: [Vec<u32>; 2] = [columns.keys().map(|key| key.0).collect(), columns.keys().map(|key| key.1).collect()];
            let people: Vec<u64> = columns.values().copied().collect();
            let found = groups(&[&values[0], &values[1]], &people, threshold);
            // Every cell of every cross as a set of columns, by hand.
            let all: Vec<u32> = (0..people.len() as u32).collect();
            let cells = |dimensions: &[usize]| -> HashSet<Vec<u32>> {
                all.iter().map(|own| {
                    let alike = |other: &&u32| dimensions.iter().all(|d| values[*d][**other as usize] == values[*d][*own as usize]);
                    all.iter().filter(alike).copied().collect()
                }).collect()
            };
            let mut expected: HashSet<Vec<u32>> = HashSet::new();
            for (below, above) in [(&[0usize][..], vec![&[][..]]), (&[1], vec![&[]]), (&[0, 1], vec![&[0], &[1], &[]]), (&[], vec![])] {
                for cell in cells(below) {
                    for above in above.iter().flat_map(|above| cells(above)) {
                        if cell.iter().all(|column| above.contains(column)) {
                            expected.insert(above.iter().filter(|column| !cell.contains(column)).copied().collect());
                        }
                    }
                    expected.insert(cell);
                }
            }
            expected.retain(|group| (1..threshold).contains(&group.iter().map(|column| people[*column as usize]).sum::<u64>()));
            let mut expected: Vec<Vec<u32>> = expected.into_iter().collect();
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}

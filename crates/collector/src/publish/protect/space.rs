//! Everything that follows from some sums by adding and subtracting them: elimination of sparse rows.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::field::{add, inverse, multiply, negative, number, subtract};

/// No row.
const NONE: u32 = u32::MAX;

/// The sums that follow from given ones. Columns are what is added up.
pub struct Space {
    rows: Vec<Row>,
    /// By column: the row that is told by it.
    row_of: Vec<u32>,
    /// By column: how many of the given sums it is part of. What is in few of them is taken first, so that rows stay short.
    uses: Vec<u32>,
    scratch: Scratch,
}

/// A given sum less what the rows before it say: 1 in its own column, 0 in theirs.
struct Row {
    /// The caller's number of the sum.
    name: u32,
    column: u32,
    entries: Vec<(u32, u64)>,
    /// What the entry of its column was divided by, inverted.
    scale: u64,
    /// How much of which earlier rows was taken away before that.
    less: Vec<(u32, u64)>,
}

/// A vector while it is reduced; 0 wherever it is not touched.
struct Scratch {
    values: Vec<u64>,
    is_touched: Vec<bool>,
    touched: Vec<u32>,
}

impl Scratch {
    fn value(&self, column: u32) -> u64 {
        self.values.get(column as usize).copied().unwrap_or(0)
    }

    /// Adds to a column; the first time, the row that is told by it begins to wait.
    fn put(
        &mut self,
        column: u32,
        value: u64,
        row_of: &[u32],
        waiting: &mut BinaryHeap<Reverse<u32>>,
    ) {
        let at = column as usize;
        let (Some(kept), Some(is_touched)) = (self.values.get_mut(at), self.is_touched.get_mut(at))
        else {
            return;
        };
        *kept = add(*kept, value);
        if !*is_touched {
            *is_touched = true;
            self.touched.push(column);
            let row = row_of.get(at).copied().filter(|row| *row != NONE);
            waiting.extend(row.map(Reverse));
        }
    }

    fn clear(&mut self) {
        for column in self.touched.drain(..) {
            let at = column as usize;
            if let (Some(value), Some(flag)) =
                (self.values.get_mut(at), self.is_touched.get_mut(at))
            {
                (*value, *flag) = (0, false);
            }
        }
    }
}

impl Space {
    /// Without any sums, over so many columns; `uses` says of each column how many sums will have it.
    pub fn new(uses: Vec<u32>) -> Self {
        let columns = uses.len();
        Self {
            rows: Vec::new(),
            row_of: vec![NONE; columns],
            uses,
            scratch: Scratch {
                values: vec![0; columns],
                is_touched: vec![false; columns],
                touched: Vec::new(),
            },
        }
    }

    /// Takes a sum of columns in; false when it follows from those before it.
    pub fn insert(&mut self, name: u32, columns: &[u32]) -> bool {
        let less = self.reduce(columns.iter().map(|column| (*column, 1)));
        let mut entries: Vec<(u32, u64)> = self.remainder().collect();
        self.scratch.clear();
        let own = entries
            .iter()
            .min_by_key(|(column, _)| (self.uses.get(*column as usize), *column));
        let Some(&(column, value)) = own else {
            return false;
        };
        let scale = inverse(value);
        for (_, entry) in &mut entries {
            *entry = multiply(*entry, scale);
        }
        if let Some(row) = self.row_of.get_mut(column as usize) {
            *row = self.rows.len() as u32;
        }
        self.rows.push(Row {
            name,
            column,
            entries,
            scale,
            less,
        });
        true
    }

    /// The names of the sums that this vector is made of; `None` when it does not follow from them.
    pub fn derivation(&mut self, vector: &[(u32, u64)]) -> Option<Vec<u32>> {
        let made_of = self.reduce(vector.iter().copied());
        let follows = self.remainder().next().is_none();
        self.scratch.clear();
        if !follows {
            return None;
        }
        let mut shares = vec![0; self.rows.len()];
        for (row, share) in made_of {
            if let Some(kept) = shares.get_mut(row as usize) {
                *kept = share;
            }
        }
        // A row is its sum less earlier rows, so the last one is taken apart first.
        let mut names = Vec::new();
        for at in (0..self.rows.len()).rev() {
            let (Some(row), Some(share)) = (self.rows.get(at), shares.get(at).copied()) else {
                continue;
            };
            if share == 0 {
                continue;
            }
            names.push(row.name);
            let share = multiply(share, row.scale);
            for (earlier, much) in &row.less {
                if let Some(kept) = shares.get_mut(*earlier as usize) {
                    *kept = subtract(*kept, multiply(share, *much));
                }
            }
        }
        Some(names)
    }

    /// Values of the columns that make every given sum 0, as random as that leaves them: what follows from the sums is 0,
    /// too, and what does not is so only with probability 2^-61.
    pub fn unseen(&self, chance: &mut ChaCha8Rng) -> Vec<u64> {
        let mut values: Vec<u64> = self
            .row_of
            .iter()
            .map(|row| match *row {
                NONE => number(chance.next_u64()),
                _ => 0,
            })
            .collect();
        // A row has no columns of rows before it, and those of rows after it are known by then.
        for row in self.rows.iter().rev() {
            let others = row
                .entries
                .iter()
                .filter(|(column, _)| *column != row.column);
            let sum = others.fold(0, |sum, (column, entry)| {
                let value = values.get(*column as usize).copied().unwrap_or(0);
                add(sum, multiply(*entry, value))
            });
            if let Some(value) = values.get_mut(row.column as usize) {
                *value = negative(sum);
            }
        }
        values
    }

    /// Takes the rows out of a vector as far as they go; what is left stands in the scratch. Gives how much of which row.
    fn reduce(&mut self, vector: impl Iterator<Item = (u32, u64)>) -> Vec<(u32, u64)> {
        let Self {
            rows,
            row_of,
            scratch,
            ..
        } = self;
        let mut waiting: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
        for (column, value) in vector {
            scratch.put(column, value, row_of, &mut waiting);
        }
        let mut taken = Vec::new();
        // A row has no columns of rows before it, so in rising order each comes once.
        while let Some(Reverse(at)) = waiting.pop() {
            let Some(row) = rows.get(at as usize) else {
                continue;
            };
            let much = scratch.value(row.column);
            if much == 0 {
                continue;
            }
            for (column, entry) in &row.entries {
                let less = negative(multiply(much, *entry));
                scratch.put(*column, less, row_of, &mut waiting);
            }
            taken.push((at, much));
        }
        taken
    }

    fn remainder(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let touched = self.scratch.touched.iter();
        let values = touched.map(|column| (*column, self.scratch.value(*column)));
        values.filter(|(_, value)| *value != 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::rand_core::SeedableRng;

    use super::super::field::PRIME;
    use super::*;

    const COLUMNS: usize = 7;

    fn space(sums: &[Vec<u32>]) -> Space {
        let mut space = Space::new(vec![0; COLUMNS]);
        for (name, columns) in (0..).zip(sums) {
            space.insert(name, columns);
        }
        space
    }

    fn ones(columns: &[u32]) -> Vec<(u32, u64)> {
        columns.iter().map(|column| (*column, 1)).collect()
    }

    #[test]
    fn a_difference_is_derived_from_the_sums_that_make_it() {
        let mut space = space(&[vec![0, 1], vec![2, 3], vec![0, 1, 2]]);
        let mut names = space.derivation(&ones(&[3])).unwrap();
        names.sort_unstable();
        assert_eq!(names, [0, 1, 2]);
        assert_eq!(space.derivation(&ones(&[0])), None);
        let twice = space.derivation(&[(0, 2), (1, 2)]);
        assert_eq!(twice, Some(vec![0]));
    }

    fn sums() -> impl Strategy<Value = Vec<Vec<u32>>> {
        let sum = prop::collection::btree_set(0..COLUMNS as u32, 1..COLUMNS);
        prop::collection::vec(sum.prop_map(|sum| sum.into_iter().collect()), 0..9)
    }

    proptest! {
        /// Both ways of asking say the same, and a derivation holds only sums that were given.
        #[test]
        fn what_follows_is_derived_and_unseen(sums in sums(), asked in prop::collection::btree_set(0..COLUMNS as u32, 1..4)) {
            let asked: Vec<u32> = asked.into_iter().collect();
            let mut known = space(&sums);
            let unseen = known.unseen(&mut ChaCha8Rng::from_seed([1; 32]));
            let sum = |columns: &[u32]| columns.iter().fold(0, |sum, at| add(sum, unseen[*at as usize]));
            prop_assert!(sums.iter().all(|columns| sum(columns) == 0));
            let derived = known.derivation(&ones(&asked));
            prop_assert_eq!(derived.is_some(), sum(&asked) == 0);
            if let Some(names) = derived {
                prop_assert!(names.iter().all(|name| (*name as usize) < sums.len()));
                // Without any one of them it is another matter only if the others do not hold it.
                let only: Vec<Vec<u32>> = names.iter().map(|name| sums[*name as usize].clone()).collect();
                let again = space(&only).derivation(&ones(&asked));
                prop_assert!(again.is_some());
            }
        }

        /// Any combination of sums follows from them, with any weights.
        #[test]
        fn combinations_follow(sums in sums(), weights in prop::collection::vec(0..PRIME, 9)) {
            let mut vector = vec![0; COLUMNS];
            for (columns, weight) in sums.iter().zip(&weights) {
                for column in columns {
                    vector[*column as usize] = add(vector[*column as usize], *weight);
                }
            }
            let vector: Vec<(u32, u64)> = (0..).zip(vector).collect();
            prop_assert!(space(&sums).derivation(&vector).is_some());
        }
    }
}

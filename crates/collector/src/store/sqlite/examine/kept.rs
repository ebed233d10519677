//! What was found of the log, kept in memory day by day and month by month.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use survey::answers::Packed;
use survey::cell::Marks;

use crate::store::sqlite::log::Facts;
use crate::store::{Dimension, StoreError, calendar};

/// What is kept at most, in the weight of one [`Tied`] (some 40 bytes): eight million of them, or two million flagged responses.
/// Beyond it the oldest days are forgotten, and read again when somebody asks.
const MOST: usize = 8_000_000;

/// The weight of one [`Flagged`].
const FLAGGED: usize = 4;

/// What was found of one day of one form.
#[derive(Default)]
pub struct Day {
    /// Changes of the log on the three days that were looked at.
    pub changes: i64,
    pub flagged: Vec<Flagged>,
    /// Ratings of finished dossiers, by what these have.
    pub tied: Ratings,
}

/// A flagged response that counts.
pub struct Flagged {
    pub facts: Facts,
    pub marks: Marks,
    pub answers: Packed,
    /// Bits by the place of the rule.
    pub raised: u64,
    pub tied: bool,
}

/// Ratings of the finished dossiers of one unit, field and procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tied {
    of: [i64; 3],
    pub count: u64,
}

/// Ratings of finished dossiers, by what these have.
pub type Ratings = Arc<[Tied]>;

impl Tied {
    const BY: [Dimension; 3] = [Dimension::Unit, Dimension::Field, Dimension::Procedure];

    /// What these ratings are counted by, in this month.
    pub fn facts(&self, month: i32) -> Facts {
        Self::BY.into_iter().zip(self.of).fold(
            Facts::none().with(Dimension::Month, i64::from(month)),
            |facts, (dimension, value)| facts.with(dimension, value),
        )
    }
}

/// Ratings of finished dossiers while they are counted.
#[derive(Default)]
pub struct Tally(HashMap<[i64; 3], u64>);

impl Tally {
    /// Counts one rating.
    pub fn add(&mut self, facts: &Facts) {
        *self
            .0
            .entry(Tied::BY.map(|dimension| facts.get(dimension)))
            .or_default() += 1;
    }

    /// Adds what was counted, without telling procedures apart.
    fn merge(&mut self, tied: &[Tied]) {
        for Tied {
            of: [unit, field, _],
            count,
        } in tied
        {
            *self.0.entry([*unit, *field, Facts::NONE]).or_default() += count;
        }
    }

    pub fn finish(self) -> Ratings {
        self.0
            .into_iter()
            .map(|(of, count)| Tied { of, count })
            .collect()
    }
}

/// All that is kept.
#[derive(Default)]
pub struct Kept {
    /// By day and form, the oldest first.
    days: BTreeMap<(i32, i64), Arc<Day>>,
    weight: usize,
    /// Ratings of finished dossiers by unit and field, by form and month.
    months: HashMap<(i64, i32), (i64, Ratings)>,
}

impl Kept {
    /// What is known of a day after so many changes.
    pub fn day(&self, form: i64, day: i32, changes: i64) -> Option<Arc<Day>> {
        self.days
            .get(&(day, form))
            .filter(|kept| kept.changes == changes)
            .cloned()
    }

    /// Keeps what was found, and forgets the oldest days where that is too much.
    pub fn put(&mut self, form: i64, day: i32, found: Arc<Day>) {
        self.put_within(MOST, form, day, found);
    }

    fn put_within(&mut self, most: usize, form: i64, day: i32, found: Arc<Day>) {
        let size = |day: &Day| day.flagged.len() * FLAGGED + day.tied.len();
        self.weight += size(&found);
        if let Some(before) = self.days.insert((day, form), found) {
            self.weight -= size(&before);
        }
        while self.weight > most
            && let Some((_, oldest)) = self.days.pop_first()
        {
            self.weight -= size(&oldest);
        }
    }

    /// Is there hardly room for more?
    pub fn is_full(&self) -> bool {
        self.weight > MOST / 10 * 9
    }

    /// Ratings of finished dossiers in a month that is asked for as a whole, by unit and field; `days` are all its days
    /// that have any, `changes` those of its days and of the two around it.
    pub fn month(&mut self, form: i64, month: i32, changes: i64, days: &[Arc<Day>]) -> Ratings {
        if let Some((then, tied)) = self.months.get(&(form, month))
            && *then == changes
        {
            return Arc::clone(tied);
        }
        let mut tally = Tally::default();
        for day in days {
            tally.merge(&day.tied);
        }
        let tied = tally.finish();
        self.months
            .insert((form, month), (changes, Arc::clone(&tied)));
        tied
    }
}

/// The month of a day of the log.
pub fn month_of(day: i32) -> Result<i32, StoreError> {
    calendar::day_of_number(day)
        .map(calendar::month_number)
        .ok_or_else(|| StoreError::Corrupt(format!("a response of day {day}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(changes: i64, ratings: &[(i64, i64)]) -> Arc<Day> {
        let mut tally = Tally::default();
        for (unit, procedure) in ratings {
            let of = Facts::none()
                .with(Dimension::Unit, *unit)
                .with(Dimension::Procedure, *procedure);
            tally.add(&of);
        }
        Arc::new(Day {
            changes,
            flagged: Vec::new(),
            tied: tally.finish(),
        })
    }

    #[test]
    fn the_oldest_days_are_forgotten_and_only_when_there_are_too_many() {
        let mut kept = Kept::default();
        for (number, ratings) in [
            (7, vec![(1, 1), (2, 1)]),
            (5, vec![(1, 1)]),
            (6, vec![(1, 1)]),
        ] {
            kept.put_within(4, 1, number, day(9, &ratings));
        }
        let known = |kept: &Kept| [5, 6, 7].map(|number| kept.day(1, number, 9).is_some());
        assert_eq!(known(&kept), [true; 3]);
        // The same day anew takes the place of what was kept of it.
        kept.put_within(4, 1, 6, day(10, &[(1, 1)]));
        assert_eq!(known(&kept), [true, false, true]);
        kept.put_within(4, 2, 8, day(9, &[(1, 1)]));
        assert_eq!(known(&kept), [false, false, true]);
        assert!(kept.day(1, 6, 10).is_some());
    }

    #[test]
    fn a_month_is_added_up_anew_when_its_log_has_changed() {
        let mut kept = Kept::default();
        let days = [day(1, &[(1, 1), (1, 2)]), day(1, &[(1, 1)])];
        let told = |tied: Ratings| {
            tied.iter()
                .map(|tied| (tied.of, tied.count))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(kept.month(1, 3, 2, &days)), [([1, 0, 0], 3)]);
        assert_eq!(told(kept.month(1, 3, 2, &[])), [([1, 0, 0], 3)]);
        assert_eq!(told(kept.month(1, 3, 3, &days[1..])), [([1, 0, 0], 1)]);
    }
}

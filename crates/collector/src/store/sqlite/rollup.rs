//! Roll-ups: counted cells of the log by month, by unit and by day, advanced by a watermark and provable against the log.
//!
//! The watermark is a row number. Rows are added by one write transaction at a time, so every row at or below the
//! watermark is visible to whoever advances it; cells and watermark change in one transaction, and so do cells and a row
//! below the watermark that a later revision takes ([`amend`]).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, ToSql};
use survey::cell::{Cell, Counter};
use survey::form::Form;

use super::log::{self, Counted};
use super::names::forms_by_id;
use super::sql;
use crate::forms::FormBook;
use crate::store::{Dimension, StoreError};

/// Rows that one transaction rolls up: a write may have to wait for so much.
const BATCH: i64 = 20_000;

/// form, month, unit, field, channel, touchpoint, timeliness, provenance.
pub type MonthKey = [i64; 8];
/// form, month, unit.
pub type UnitKey = [i64; 3];
/// form, day, unit.
pub type DayKey = [i64; 3];

/// Dimensions of the month roll-up after form and month, in the order of its key.
pub const MONTH_DIMENSIONS: [Dimension; 6] = [
    Dimension::Unit,
    Dimension::Field,
    Dimension::Channel,
    Dimension::Touchpoint,
    Dimension::Timeliness,
    Dimension::Provenance,
];

/// How far [`advance`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The log has more rows than one batch.
    More,
    /// Roll-ups and log are level.
    Complete,
}

/// What the roll-ups hold for some rows of the log.
#[derive(Default)]
pub struct Tally {
    /// By month and all else but the procedure.
    pub months: HashMap<MonthKey, Cell>,
    /// By month and unit.
    pub units: HashMap<UnitKey, Cell>,
    /// By day and unit.
    pub days: HashMap<DayKey, Cell>,
}

impl Tally {
    /// Counts responses after one row, up to another.
    pub fn of(
        connection: &Connection,
        forms: &HashMap<i64, Arc<Form>>,
        after: i64,
        upto: i64,
    ) -> Result<Self, StoreError> {
        let mut tally = Self::default();
        let counters: HashMap<i64, Counter> = forms
            .iter()
            .map(|(id, form)| (*id, Counter::new(form)))
            .collect();
        log::each(connection, sql::ROWS_AFTER, (after, upto), |counted| {
            let form = form_of(forms, counted.form)?;
            let Some(counter) = counters.get(&counted.form) else {
                return Ok(());
            };
            let add = |cell: &mut Cell| counter.add(cell, &counted.answers, counted.marks);
            let empty = || Cell::empty(form);
            add(tally.months.entry(month_key(counted)).or_insert_with(empty));
            add(tally.units.entry(unit_key(counted)).or_insert_with(empty));
            add(tally.days.entry(day_key(counted)).or_insert_with(empty));
            Ok(())
        })?;
        Ok(tally)
    }

    /// Takes away what another tally holds, all of it answers to one form. Counts may go below none for a while:
    /// they wrap, and come right when they are merged with what is kept.
    fn subtract(&mut self, other: Self, form: &Form) {
        fn each<K: Hash + Eq>(mine: &mut HashMap<K, Cell>, theirs: HashMap<K, Cell>, form: &Form) {
            for (key, cell) in theirs {
                mine.entry(key)
                    .or_insert_with(|| Cell::empty(form))
                    .subtract(&cell);
            }
        }
        each(&mut self.months, other.months, form);
        each(&mut self.units, other.units, form);
        each(&mut self.days, other.days, form);
    }

    /// Merges all cells into those that are kept.
    fn merge(self, connection: &Connection) -> Result<(), StoreError> {
        for (key, cell) in self.months {
            MONTHS.merge(connection, &key, cell)?;
        }
        for (key, cell) in self.units {
            UNITS.merge(connection, &key, cell)?;
        }
        for (key, cell) in self.days {
            DAYS.merge(connection, &key, cell)?;
        }
        Ok(())
    }
}

fn month_key(counted: &Counted) -> MonthKey {
    let fact = |dimension| counted.facts.get(dimension);
    let [unit, field, channel, touchpoint, timeliness, provenance] = MONTH_DIMENSIONS.map(fact);
    let month = fact(Dimension::Month);
    [
        counted.form,
        month,
        unit,
        field,
        channel,
        touchpoint,
        timeliness,
        provenance,
    ]
}

fn unit_key(counted: &Counted) -> UnitKey {
    let fact = |dimension| counted.facts.get(dimension);
    [counted.form, fact(Dimension::Month), fact(Dimension::Unit)]
}

fn day_key(counted: &Counted) -> DayKey {
    [
        counted.form,
        i64::from(counted.day),
        counted.facts.get(Dimension::Unit),
    ]
}

fn form_of(forms: &HashMap<i64, Arc<Form>>, id: i64) -> Result<&Arc<Form>, StoreError> {
    forms
        .get(&id)
        .ok_or_else(|| StoreError::Corrupt(format!("answers to a form of number {id}")))
}

/// Merges a kept cell of the same form version into this one.
pub fn merge(cell: &mut Cell, bytes: &[u8]) -> Result<(), StoreError> {
    cell.merge_encoded(bytes)
        .map_err(|error| StoreError::Corrupt(format!("a roll-up: {error}")))
}

/// Responses up to this row are in the roll-ups.
pub fn watermark(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached(sql::WATERMARK)?
        .query_row([], |row| row.get(0))?)
}

/// Counts the next batch of the log into the roll-ups. Must run inside a write transaction.
pub fn advance(connection: &Connection, book: &FormBook) -> Result<Progress, StoreError> {
    let from = watermark(connection)?;
    let last = log::last_row(connection)?;
    if from >= last {
        return Ok(Progress::Complete);
    }
    let upto = last.min(from + BATCH);
    let forms = forms_by_id(connection, book)?;
    let tally = Tally::of(connection, &forms, from, upto)?;
    tally.merge(connection)?;
    connection
        .prepare_cached(sql::SET_WATERMARK)?
        .execute([upto])?;
    Ok(if upto < last {
        Progress::More
    } else {
        Progress::Complete
    })
}

/// Lets `change` write a row anew, which answers this form before and after, and moves in the roll-ups what they hold
/// of it. Must run inside a write transaction.
pub fn amend(
    connection: &Connection,
    number: i64,
    form: Arc<Form>,
    row: i64,
    change: impl FnOnce() -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if row > watermark(connection)? {
        return change();
    }
    let forms = HashMap::from([(number, Arc::clone(&form))]);
    let held = || Tally::of(connection, &forms, row - 1, row);
    let before = held()?;
    change()?;
    let mut difference = held()?;
    difference.subtract(before, &form);
    difference.merge(connection)
}

/// The statements on one roll-up; each takes the cell's key.
struct Kept {
    read: &'static str,
    write: &'static str,
    remove: &'static str,
}

const MONTHS: Kept = Kept {
    read: sql::MONTH_CELL,
    write: sql::PUT_MONTH_CELL,
    remove: sql::REMOVE_MONTH_CELL,
};
const UNITS: Kept = Kept {
    read: sql::UNIT_CELL,
    write: sql::PUT_UNIT_CELL,
    remove: sql::REMOVE_UNIT_CELL,
};
const DAYS: Kept = Kept {
    read: sql::DAY_CELL,
    write: sql::PUT_DAY_CELL,
    remove: sql::REMOVE_DAY_CELL,
};

impl Kept {
    /// Adds a cell to the one kept under this key; a group that has no responses any more has no cell.
    fn merge(
        &self,
        connection: &Connection,
        key: &[i64],
        mut cell: Cell,
    ) -> Result<(), StoreError> {
        let kept: Option<Vec<u8>> = connection
            .prepare_cached(self.read)?
            .query_row(rusqlite::params_from_iter(key), |row| row.get(0))
            .optional()?;
        if let Some(bytes) = kept {
            merge(&mut cell, &bytes)?;
        }
        if cell.is_empty() {
            connection
                .prepare_cached(self.remove)?
                .execute(rusqlite::params_from_iter(key))?;
            return Ok(());
        }
        let encoded = cell.encode();
        let parameters = key
            .iter()
            .map(|number| number as &dyn ToSql)
            .chain([&encoded as &dyn ToSql]);
        connection
            .prepare_cached(self.write)?
            .execute(rusqlite::params_from_iter(parameters))?;
        Ok(())
    }
}

/// Forgets the roll-ups, so that [`advance`] counts the log anew, and counts finished dossiers anew. Must run inside
/// a write transaction.
pub fn clear(connection: &Connection) -> Result<(), StoreError> {
    for statement in [
        sql::CLEAR_MONTHS,
        sql::CLEAR_UNITS,
        sql::CLEAR_DAYS,
        sql::CLEAR_FINISHED,
        sql::RECOUNT_FINISHED,
    ] {
        connection.prepare_cached(statement)?.execute([])?;
    }
    connection
        .prepare_cached(sql::SET_WATERMARK)?
        .execute([0])?;
    Ok(())
}

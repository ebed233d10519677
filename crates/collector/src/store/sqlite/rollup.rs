//! Roll-ups: counted cells of the log by month and by day, advanced by a watermark and provable against the log.
//!
//! The watermark is a row number. Rows are added by one write transaction at a time, so every row at or below the
//! watermark is visible to whoever advances it; cells and watermark change in one transaction, and so do cells and a row
//! below the watermark that a later revision takes ([`amend`]).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, ToSql};
use survey::cell::{Cell, Counter};
use survey::form::Form;

use super::log::{self, Counted};
use super::names::forms_by_id;
use super::sql;
use crate::forms::FormBook;
use crate::store::terms::Term;
use crate::store::{Difference, Dimension, StoreError, Verification, calendar};

/// Rows that one transaction rolls up: a write may have to wait for so much.
const BATCH: i64 = 20_000;

/// form, month, unit, field, channel, touchpoint, timeliness, provenance.
type MonthKey = [i64; 8];
/// form, day, unit.
type DayKey = [i64; 3];

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

/// What both roll-ups hold for some rows of the log.
#[derive(Default)]
struct Tally {
    months: HashMap<MonthKey, Cell>,
    days: HashMap<DayKey, Cell>,
    responses: u64,
}

impl Tally {
    fn of(
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
            let month = tally
                .months
                .entry(month_key(&counted))
                .or_insert_with(|| Cell::empty(form));
            let day = tally
                .days
                .entry(day_key(&counted))
                .or_insert_with(|| Cell::empty(form));
            if let Some(counter) = counters.get(&counted.form) {
                counter.add(month, &counted.answers, counted.marks);
                counter.add(day, &counted.answers, counted.marks);
            }
            tally.responses += 1;
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
        each(&mut self.days, other.days, form);
    }

    /// Merges all cells into those that are kept.
    fn merge(
        self,
        connection: &Connection,
        forms: &HashMap<i64, Arc<Form>>,
    ) -> Result<(), StoreError> {
        for (key, cell) in self.months {
            MONTHS.merge(connection, form_of(forms, key[0])?, &key, cell)?;
        }
        for (key, cell) in self.days {
            DAYS.merge(connection, form_of(forms, key[0])?, &key, cell)?;
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

/// Reads a cell of this form version.
pub fn decode(form: &Form, bytes: &[u8]) -> Result<Cell, StoreError> {
    Cell::decode(form, bytes).map_err(|error| StoreError::Corrupt(format!("a roll-up: {error}")))
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
    tally.merge(connection, &forms)?;
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
    difference.merge(connection, &forms)
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
        form: &Form,
        key: &[i64],
        mut cell: Cell,
    ) -> Result<(), StoreError> {
        let kept: Option<Vec<u8>> = connection
            .prepare_cached(self.read)?
            .query_row(rusqlite::params_from_iter(key), |row| row.get(0))
            .optional()?;
        if let Some(bytes) = kept {
            cell.merge(&decode(form, &bytes)?);
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

/// Forgets both roll-ups, so that [`advance`] counts the log anew, and counts finished dossiers anew. Must run inside
/// a write transaction.
pub fn clear(connection: &Connection) -> Result<(), StoreError> {
    for statement in [
        sql::CLEAR_MONTHS,
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

/// Recomputes both roll-ups from the log up to the watermark and compares every cell. Must see one snapshot.
pub fn verify(connection: &Connection, book: &FormBook) -> Result<Verification, StoreError> {
    let forms = forms_by_id(connection, book)?;
    let tally = Tally::of(connection, &forms, 0, watermark(connection)?)?;
    let mut found = Verification {
        responses: tally.responses,
        ..Verification::default()
    };
    let month_name = |key: &MonthKey| {
        let [form, month, rest @ ..] = key;
        let month = i32::try_from(*month).map_or_else(|_| month.to_string(), calendar::month_name);
        let rest: Vec<String> = MONTH_DIMENSIONS
            .iter()
            .zip(rest)
            .map(|(dimension, number)| format!("{} {number}", dimension.name()))
            .collect();
        format!(
            "rollup_month: form {}, month {month}, {}",
            form_name(&forms, *form),
            rest.join(", ")
        )
    };
    let day_name = |key: &DayKey| {
        let [form, day, unit] = *key;
        let date = i32::try_from(day).ok().and_then(calendar::day_of_number);
        let date = date.map_or_else(|| day.to_string(), |date| date.to_string());
        format!(
            "rollup_day: form {}, day {date}, unit {unit}",
            form_name(&forms, form)
        )
    };
    compare(
        connection,
        sql::ALL_MONTH_CELLS,
        tally.months,
        month_name,
        &mut found,
    )?;
    compare(
        connection,
        sql::ALL_DAY_CELLS,
        tally.days,
        day_name,
        &mut found,
    )?;
    compare_finished(connection, &mut found)?;
    Ok(found)
}

/// Compares the kept numbers of finished dossiers with the register of dossiers.
fn compare_finished(connection: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    let cells: i64 = connection.query_row(sql::FINISHED_CELLS, [], |row| row.get(0))?;
    found.cells += cells.unsigned_abs();
    let mut statement = connection.prepare_cached(sql::FINISHED_DIFFERS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number = |at| row.get::<_, i64>(at);
        found.differences.push(Difference {
            place: format!(
                "finished_month: month {}, unit {}, procedure {}",
                calendar::month_name(row.get(0)?),
                number(1)?,
                number(2)?
            ),
            kept: number(3)?.to_string(),
            recomputed: number(4)?.to_string(),
        });
    }
    Ok(())
}

fn form_name(forms: &HashMap<i64, Arc<Form>>, id: i64) -> String {
    forms.get(&id).map_or_else(
        || format!("number {id}"),
        |form| format!("{} version {}", form.id, form.version),
    )
}

/// Compares what a roll-up keeps with what the log says. Equal cells have equal bytes.
fn compare<const N: usize>(
    connection: &Connection,
    all: &str,
    mut recomputed: HashMap<[i64; N], Cell>,
    place: impl Fn(&[i64; N]) -> String,
    found: &mut Verification,
) -> Result<(), StoreError>
where
    [i64; N]: Hash + Eq,
{
    let differs = |key: &[i64; N], kept: &str, recomputed: String| Difference {
        place: place(key),
        kept: kept.to_owned(),
        recomputed,
    };
    let mut statement = connection.prepare_cached(all)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = read_key(row)?;
        let kept: Vec<u8> = row.get(N)?;
        found.cells += 1;
        match recomputed.remove(&key) {
            Some(cell) if cell.encode() == kept => {}
            Some(cell) => found
                .differences
                .push(differs(&key, &hex(&kept), hex(&cell.encode()))),
            None => found
                .differences
                .push(differs(&key, &hex(&kept), "no responses".into())),
        }
    }
    let mut missing: Vec<_> = recomputed.into_iter().collect();
    missing.sort_by_key(|(key, _)| *key);
    for (key, cell) in missing {
        found.cells += 1;
        found
            .differences
            .push(differs(&key, "nothing", hex(&cell.encode())));
    }
    Ok(())
}

fn read_key<const N: usize>(row: &Row<'_>) -> Result<[i64; N], StoreError> {
    let mut key = [0; N];
    for (at, number) in key.iter_mut().enumerate() {
        *number = row.get(at)?;
    }
    Ok(key)
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

//! Is everything that is kept as the log says? Checks the file itself, recomputes every roll-up, and compares.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use rusqlite::{Connection, Row};
use survey::cell::Cell;
use survey::form::Form;

use super::buckets;
use super::names::forms_by_id;
use super::rollup::{self, DayKey, MONTH_DIMENSIONS, MonthKey, Tally, UnitKey};
use super::sql;
use crate::forms::FormBook;
use crate::store::terms::Term;
use crate::store::{Difference, StoreError, Verification, calendar};

/// What SQLite finds wrong with its file; nothing when all is well. A file that cannot be read to its end is a finding,
/// not an error.
pub fn file(connection: &Connection) -> Result<Vec<Difference>, StoreError> {
    let finding = |text| Difference {
        place: "database file".into(),
        kept: text,
        recomputed: "a sound file; bring the last backup back with \"hai-long restore\"".into(),
    };
    match check(connection, sql::CHECK_FILE) {
        Ok(found) => Ok(found.into_iter().map(finding).collect()),
        Err(StoreError::Damaged(detail)) => Ok(vec![finding(detail)]),
        Err(error) => Err(error),
    }
}

/// Reads the whole file; fails when it is damaged or cannot be read.
pub fn read_all(connection: &Connection) -> Result<(), StoreError> {
    match check(connection, sql::READ_ALL)?.pop() {
        None => Ok(()),
        Some(found) => Err(StoreError::Damaged(found)),
    }
}

/// What one of SQLite's own checks finds.
fn check(connection: &Connection, statement: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(statement)?;
    let mut found = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<String>, _>>()?;
    found.retain(|text| text != "ok");
    Ok(found)
}

/// Recomputes every roll-up from the log up to the watermark and compares every cell. Must see one snapshot.
pub fn figures(connection: &Connection, book: &FormBook) -> Result<Verification, StoreError> {
    let forms = forms_by_id(connection, book)?;
    let tally = Tally::of(connection, &forms, 0, rollup::watermark(connection)?)?;
    let mut found = Verification::default();
    (found.responses, found.repeats, found.forgotten) =
        connection.query_row(sql::EXTENT, [], |row| {
            let count = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
            Ok((count(0)?, count(1)?, count(2)?))
        })?;
    let month_place = |key: &MonthKey| {
        let [form, month, rest @ ..] = key;
        let month = month_name(*month);
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
    let unit_place = |key: &UnitKey| {
        let [form, month, unit] = *key;
        format!(
            "rollup_unit: form {}, month {}, unit {unit}",
            form_name(&forms, form),
            month_name(month)
        )
    };
    let day_place = |key: &DayKey| {
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
        month_place,
        &mut found,
    )?;
    compare(
        connection,
        sql::ALL_UNIT_CELLS,
        tally.units,
        unit_place,
        &mut found,
    )?;
    compare(
        connection,
        sql::ALL_DAY_CELLS,
        tally.days,
        day_place,
        &mut found,
    )?;
    compare_finished(connection, &mut found)?;
    buckets::compare(connection, &mut found)?;
    compare_repeats(connection, &mut found)?;
    Ok(found)
}

/// Every repeat must be one of a response that counts for the same dossier, form and touchpoint.
fn compare_repeats(connection: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::STRAY_REPEATS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.differences.push(Difference {
            place: format!("response: row {}", row.get::<_, i64>(0)?),
            kept: format!("repeat of row {}", row.get::<_, i64>(1)?),
            recomputed: "no response in that row counts for the same dossier".into(),
        });
    }
    Ok(())
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

fn month_name(number: i64) -> String {
    i32::try_from(number).map_or_else(|_| number.to_string(), calendar::month_name)
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

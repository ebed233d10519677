//! Finished dossiers of a period: what coverage divides by. Whole months are kept counted, other days are counted from the
//! register.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use rusqlite::Connection;

use super::count::name;
use super::names::{self, Kind, Texts};
use super::{registers, sql};
use crate::store::terms::Term;
use crate::store::{CellQuery, Dimension, GroupKey, StoreError, calendar};

/// Dossiers finished in the period, sorted by group; empty when asked by what dossiers do not have.
pub fn closed(
    connection: &Connection,
    texts: &Texts,
    query: &CellQuery,
) -> Result<Vec<(GroupKey, u64)>, StoreError> {
    let uses = |dimension| {
        query.by.contains(&dimension) || query.filters.iter().any(|(used, _)| *used == dimension)
    };
    let foreign =
        |(dimension, ..): &(Dimension, u8, &str)| !dimension.is_of_dossiers() && uses(*dimension);
    if query.from > query.to || Dimension::ALL.iter().any(foreign) {
        return Ok(Vec::new());
    }
    let only =
        query
            .filters
            .iter()
            .find_map(|(dimension, values)| match (dimension, values.as_slice()) {
                (Dimension::Unit, [unit]) => Some(unit),
                _ => None,
            });
    let unit = match only {
        Some(code) => match names::find(connection, Kind::Unit, code)? {
            Some(unit) => Some(unit),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    let finished = Finished {
        unit,
        by_month: uses(Dimension::Month),
        by_unit: uses(Dimension::Unit),
        by_procedure: uses(Dimension::Procedure) || uses(Dimension::Field),
    };
    let mut groups: BTreeMap<GroupKey, u64> = BTreeMap::new();
    for ([month, unit, procedure], count) in finished.count(connection, query)? {
        // Compared by text: a value may have dossiers and no response, and a field has no number then.
        let value = |dimension| match dimension {
            Dimension::Field => registers::field_of(connection, &texts.get(connection, procedure)?),
            Dimension::Unit => name(connection, texts, dimension, unit),
            Dimension::Procedure => name(connection, texts, dimension, procedure),
            _ => name(connection, texts, Dimension::Month, month),
        };
        let mut passes = true;
        for (dimension, allowed) in &query.filters {
            passes &= value(*dimension)?.is_some_and(|value| allowed.contains(&value));
        }
        if passes {
            let key = query.by.iter().map(|dimension| value(*dimension));
            *groups.entry(key.collect::<Result<_, _>>()?).or_default() += count;
        }
    }
    Ok(groups.into_iter().collect())
}

/// What finished dossiers are told apart by; the less, the fewer groups have to be named.
struct Finished {
    /// The only unit that is asked for, if there is but one.
    unit: Option<i64>,
    by_month: bool,
    by_unit: bool,
    by_procedure: bool,
}

impl Finished {
    /// Counts by numbers of month, unit and procedure; 0 where not told apart.
    fn count(
        &self,
        connection: &Connection,
        query: &CellQuery,
    ) -> Result<HashMap<[i64; 3], u64>, StoreError> {
        let (first, last): (Option<i32>, Option<i32>) = connection
            .prepare_cached(sql::FINISHED_SPAN)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let ends = first.zip(last).map(|(first, last)| {
            let day = calendar::day_of_number;
            day(first).zip(day(last))
        });
        let mut counts = HashMap::new();
        let Some(span) = ends.flatten() else {
            return Ok(counts);
        };
        for month in months(query, span) {
            match (month, self.unit) {
                (Month::Whole(number), None) => self.add(
                    connection,
                    sql::FINISHED_MONTH,
                    [number],
                    number,
                    &mut counts,
                ),
                (Month::Whole(number), Some(unit)) => self.add(
                    connection,
                    sql::FINISHED_MONTH_OF_UNIT,
                    (number, unit),
                    number,
                    &mut counts,
                ),
                (Month::Part(number, from, to), None) => self.add(
                    connection,
                    sql::FINISHED_DAYS,
                    [from, to],
                    number,
                    &mut counts,
                ),
                (Month::Part(number, from, to), Some(unit)) => self.add(
                    connection,
                    sql::FINISHED_DAYS_OF_UNIT,
                    (from, to, unit),
                    number,
                    &mut counts,
                ),
            }?;
        }
        Ok(counts)
    }

    fn add(
        &self,
        connection: &Connection,
        statement: &str,
        parameters: impl rusqlite::Params,
        month: i32,
        counts: &mut HashMap<[i64; 3], u64>,
    ) -> Result<(), StoreError> {
        let kept = |keep: bool, number: i64| if keep { number } else { 0 };
        let mut statement = connection.prepare_cached(statement)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            let key = [
                kept(self.by_month, i64::from(month)),
                kept(self.by_unit, row.get(0)?),
                kept(self.by_procedure, row.get(1)?),
            ];
            let dossiers = row.get::<_, i64>(2)?.unsigned_abs();
            if dossiers > 0 {
                *counts.entry(key).or_default() += dossiers;
            }
        }
        Ok(())
    }
}

/// A month of the asked period.
enum Month {
    /// All of it.
    Whole(i32),
    /// Its number, first and last day.
    Part(i32, i32, i32),
}

/// The asked period by months; `span` is the period that has finished dossiers.
fn months(query: &CellQuery, span: (Date, Date)) -> Vec<Month> {
    let mut months = Vec::new();
    let mut first = query.from.max(span.0.first_of_month());
    let end = query.to.min(span.1.last_of_month());
    while first <= end {
        let last = first.last_of_month().min(end);
        let number = calendar::month_number(first);
        months.push(
            if first == first.first_of_month() && last == last.last_of_month() {
                Month::Whole(number)
            } else {
                Month::Part(
                    number,
                    calendar::day_number(first),
                    calendar::day_number(last),
                )
            },
        );
        match last.tomorrow() {
            Ok(next) => first = next,
            Err(_) => break,
        }
    }
    months
}

//! Units, procedures and dossiers.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::{periods, sql};
use crate::store::{
    Dossier, Filed, Procedure, Registers, StatusChange, StoreError, ToldChange, Totals, Unit,
    UnitChange, calendar,
};

/// A moment from the disk.
pub fn moment(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| StoreError::Corrupt(format!("a moment of {milliseconds} ms")))
}

fn day(number: Option<i32>) -> Result<Option<Date>, StoreError> {
    number
        .map(|number| {
            calendar::day_of_number(number)
                .ok_or_else(|| StoreError::Corrupt(format!("a day of number {number}")))
        })
        .transpose()
}

/// Adds or changes units; returns how many were new.
pub fn upsert_units(connection: &Connection, units: &[Unit]) -> Result<u64, StoreError> {
    let mut added = 0;
    for unit in units {
        let row = params![
            unit.code,
            unit.name,
            unit.kind,
            unit.parent,
            unit.valid_from.map(calendar::day_number),
            unit.valid_to.map(calendar::day_number),
        ];
        if connection.prepare_cached(sql::ADD_UNIT)?.execute(row)? == 1 {
            added += 1;
        } else {
            connection.prepare_cached(sql::CHANGE_UNIT)?.execute(row)?;
        }
    }
    Ok(added)
}

/// All units by code and first day.
pub fn units(connection: &Connection) -> Result<Vec<Unit>, StoreError> {
    let mut statement = connection.prepare_cached(sql::UNITS)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Unit {
            code: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            parent: row.get(3)?,
            valid_from: day(row.get(4)?)?,
            valid_to: day(row.get(5)?)?,
        });
    }
    Ok(all)
}

/// Has any code several meanings?
pub fn has_reused_unit_codes(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(sql::UNIT_CODES_REUSED)?
        .query_row([], |row| row.get(0))?)
}

/// Adds what became of units, or takes it back; returns how many were new.
pub fn tell_unit_changes(
    connection: &Connection,
    changes: &[ToldChange],
) -> Result<u64, StoreError> {
    let mut added = 0;
    for change in changes {
        match change {
            ToldChange::Is(change) => {
                let from = calendar::day_number(change.from);
                added += connection
                    .prepare_cached(sql::ADD_UNIT_CHANGE)?
                    .execute(params![change.unit, change.successor, from])?;
            }
            ToldChange::IsNot { unit, from } => {
                connection
                    .prepare_cached(sql::REMOVE_UNIT_CHANGES)?
                    .execute(params![unit, calendar::day_number(*from)])?;
            }
        }
    }
    Ok(added as u64)
}

/// What became of units, by unit and day.
pub fn unit_changes(connection: &Connection) -> Result<Vec<UnitChange>, StoreError> {
    let mut statement = connection.prepare_cached(sql::UNIT_CHANGES)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let from: i32 = row.get(2)?;
        all.push(UnitChange {
            unit: row.get(0)?,
            successor: row.get(1)?,
            from: calendar::day_of_number(from)
                .ok_or_else(|| StoreError::Corrupt(format!("a day of number {from}")))?,
        });
    }
    Ok(all)
}

/// Adds or changes procedures; returns how many were new.
pub fn upsert_procedures(
    connection: &Connection,
    procedures: &[Procedure],
) -> Result<u64, StoreError> {
    let mut added = 0;
    for procedure in procedures {
        let row = (&procedure.code, &procedure.name, &procedure.field);
        if connection
            .prepare_cached(sql::ADD_PROCEDURE)?
            .execute(row)?
            == 1
        {
            added += 1;
        } else {
            connection
                .prepare_cached(sql::CHANGE_PROCEDURE)?
                .execute(row)?;
        }
    }
    Ok(added)
}

/// All procedures by code.
pub fn procedures(connection: &Connection) -> Result<Vec<Procedure>, StoreError> {
    let mut statement = connection.prepare_cached(sql::PROCEDURES)?;
    let rows = statement.query_map([], |row| {
        Ok(Procedure {
            code: row.get(0)?,
            name: row.get(1)?,
            field: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One dossier by code.
pub fn dossier(connection: &Connection, code: &str) -> Result<Option<Dossier>, StoreError> {
    let mut statement = connection.prepare_cached(sql::DOSSIER)?;
    let mut rows = statement.query([code])?;
    rows.next()?.map(read_dossier).transpose()
}

/// What was told of the way of a dossier, the first step first.
pub fn dossier_statuses(
    connection: &Connection,
    code: &str,
) -> Result<Vec<StatusChange>, StoreError> {
    let mut statement = connection.prepare_cached(sql::DOSSIER_STATUSES)?;
    let mut rows = statement.query([code])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(StatusChange {
            at: moment(row.get(0)?)?,
            status: row.get(1)?,
        });
    }
    Ok(all)
}

/// A dossier in the order of the statements that read one.
pub fn read_dossier(row: &rusqlite::Row<'_>) -> Result<Dossier, StoreError> {
    let at = |column| -> Result<Option<Timestamp>, StoreError> {
        row.get::<_, Option<i64>>(column)?.map(moment).transpose()
    };
    Ok(Dossier {
        code: row.get(0)?,
        procedure: row.get(1)?,
        unit: row.get(2)?,
        authority: row.get(3)?,
        filing_channel: row.get(4)?,
        received_at: at(5)?,
        due_at: at(6)?,
        finished_at: at(7)?,
        outcome: row.get(8)?,
    })
}

/// The field of a procedure.
pub fn field_of(connection: &Connection, procedure: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached(sql::FIELD_OF)?
        .query_row([procedure], |row| row.get(0))
        .optional()?)
}

/// What the registers say about these dossiers and units (and about the units of the dossiers).
pub fn look_up(
    connection: &Connection,
    dossiers: &[String],
    units: &[String],
) -> Result<Registers, StoreError> {
    let mut filed = HashMap::new();
    for code in dossiers {
        if let Some(dossier) = dossier(connection, code)? {
            let field = field_of(connection, &dossier.procedure)?;
            filed.insert(code.clone(), Filed { dossier, field });
        }
    }
    let asked: HashSet<&String> = units
        .iter()
        .chain(filed.values().map(|filed| &filed.dossier.unit))
        .collect();
    let mut known = HashSet::new();
    for code in asked {
        let exists: bool = connection
            .prepare_cached(sql::UNIT_EXISTS)?
            .query_row([code], |row| row.get(0))?;
        if exists {
            known.insert(code.clone());
        }
    }
    Ok(Registers {
        dossiers: filed,
        units: known,
        periods: periods::all(connection)?,
    })
}

/// How much is kept.
pub fn totals(connection: &Connection) -> Result<Totals, StoreError> {
    Ok(connection
        .prepare_cached(sql::TOTALS)?
        .query_row([], |row| {
            let count = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
            Ok(Totals {
                units: count(0)?,
                procedures: count(1)?,
                dossiers: count(2)?,
                responses: count(3)?,
            })
        })?)
}

//! Dossiers of a feed: written when they say something new, found again by their last day and by pseudonym.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::buckets::bucket;
use super::names::Kind;
use super::registers::{field_of, read_dossier};
use super::sql;
use super::writer::Scope;
use crate::store::{
    Asked, Dossier, Fed, Filed, FinishedFilter, FinishedSpan, Kept, Pseudonym, StoreError, calendar,
};

/// What a row of a dossier holds, apart from its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Numbers {
    procedure: i64,
    unit: i64,
    authority: Option<i64>,
    filing_channel: Option<i64>,
    received_at: Option<i64>,
    due_at: Option<i64>,
    finished_at: Option<i64>,
    outcome: Option<i64>,
    updated_at: Option<i64>,
}

impl Numbers {
    fn of(scope: &mut Scope<'_>, fed: &Fed) -> Result<Self, StoreError> {
        let dossier = &fed.dossier;
        let connection = scope.connection;
        let names = &mut *scope.names;
        let mut optional =
            |kind, text: &Option<String>| names.optional(connection, kind, text.as_deref());
        let authority = optional(Kind::Unit, &dossier.authority)?;
        let filing_channel = optional(Kind::FilingChannel, &dossier.filing_channel)?;
        let outcome = optional(Kind::Outcome, &dossier.outcome)?;
        let millis = |moment: Option<Timestamp>| moment.map(Timestamp::as_millisecond);
        Ok(Self {
            procedure: names.number(connection, Kind::Procedure, &dossier.procedure)?,
            unit: names.number(connection, Kind::Unit, &dossier.unit)?,
            authority,
            filing_channel,
            received_at: millis(dossier.received_at),
            due_at: millis(dossier.due_at),
            finished_at: millis(dossier.finished_at),
            outcome,
            updated_at: millis(fed.updated_at),
        })
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            procedure: row.get(0)?,
            unit: row.get(1)?,
            authority: row.get(2)?,
            filing_channel: row.get(3)?,
            received_at: row.get(4)?,
            due_at: row.get(5)?,
            finished_at: row.get(6)?,
            outcome: row.get(7)?,
            updated_at: row.get(8)?,
        })
    }

    /// What becomes of a line that says `self` where `kept` is kept.
    fn against(&self, kept: &Self) -> Kept {
        match (self.updated_at, kept.updated_at) {
            (Some(told), Some(known)) if told < known => return Kept::Older,
            // It does not say how old it is: it may be the word from before the end.
            (None, _) if kept.finished_at.is_some() && self.finished_at.is_none() => {
                return Kept::Older;
            }
            _ => {}
        }
        if self.stamped(kept) == *kept {
            Kept::Unchanged
        } else {
            Kept::Changed
        }
    }

    /// A line that does not tell its age leaves the one that is kept.
    fn stamped(mut self, kept: &Self) -> Self {
        self.updated_at = self.updated_at.or(kept.updated_at);
        self
    }

    fn write(&self, connection: &Connection, code: &str, new: bool) -> Result<(), StoreError> {
        let finished = match self.finished_at {
            Some(at) => Some(calendar::business_day(super::registers::moment(at)?)),
            None => None,
        };
        let statement = if new {
            sql::ADD_DOSSIER
        } else {
            sql::CHANGE_DOSSIER
        };
        connection.prepare_cached(statement)?.execute(params![
            code,
            self.procedure,
            self.unit,
            self.authority,
            self.filing_channel,
            self.received_at,
            self.due_at,
            self.finished_at,
            finished.map(calendar::day_number),
            finished.map(calendar::month_number),
            self.outcome,
            self.updated_at,
            bucket(code).0,
        ])?;
        Ok(())
    }
}

fn kept(connection: &Connection, code: &str) -> Result<Option<Numbers>, StoreError> {
    Ok(connection
        .prepare_cached(sql::DOSSIER_NUMBERS)?
        .query_row([code], Numbers::read)
        .optional()?)
}

/// Enters a procedure that the register does not have, so that its field is known; named by its code until somebody names it.
fn enter_procedure(scope: &Scope<'_>, fed: &Fed) -> Result<(), StoreError> {
    if let Some(field) = &fed.field {
        let procedure = &fed.dossier.procedure;
        scope
            .connection
            .prepare_cached(sql::ADD_PROCEDURE)?
            .execute((procedure, procedure, field))?;
    }
    Ok(())
}

/// Adds what a line tells of the way of its dossier; was it not known?
fn add_status(scope: &mut Scope<'_>, fed: &Fed) -> Result<bool, StoreError> {
    let Some(change) = &fed.status else {
        return Ok(false);
    };
    let status = scope
        .names
        .number(scope.connection, Kind::Status, &change.status)?;
    let added = scope
        .connection
        .prepare_cached(sql::ADD_DOSSIER_STATUS)?
        .execute((&fed.dossier.code, change.at.as_millisecond(), status))?;
    Ok(added > 0)
}

/// Writes what is new; one answer each, in order.
pub fn feed(scope: &mut Scope<'_>, lines: &[Fed]) -> Result<Vec<Kept>, StoreError> {
    let mut answers = Vec::with_capacity(lines.len());
    for fed in lines {
        let told = Numbers::of(scope, fed)?;
        let code = &fed.dossier.code;
        enter_procedure(scope, fed)?;
        let is_new_status = add_status(scope, fed)?;
        let answer = match kept(scope.connection, code)? {
            None => {
                told.write(scope.connection, code, true)?;
                Kept::New
            }
            Some(kept) => {
                let answer = told.against(&kept);
                if answer == Kept::Changed {
                    told.stamped(&kept).write(scope.connection, code, false)?;
                }
                match answer {
                    Kept::Unchanged if is_new_status => Kept::Changed,
                    answer => answer,
                }
            }
        };
        answers.push(answer);
    }
    Ok(answers)
}

/// Adds or replaces dossiers, whatever is kept; returns how many were new.
pub fn upsert(scope: &mut Scope<'_>, dossiers: &[Dossier]) -> Result<u64, StoreError> {
    let mut added = 0;
    for dossier in dossiers {
        let told = Numbers::of(scope, &dossier.clone().into())?;
        let kept = kept(scope.connection, &dossier.code)?;
        match kept {
            None => added += 1,
            Some(kept) if told.stamped(&kept) == kept => continue,
            Some(_) => {}
        }
        let told = kept.map_or(told, |kept| told.stamped(&kept));
        told.write(scope.connection, &dossier.code, kept.is_none())?;
    }
    Ok(added)
}

/// First and last day on which a dossier was finished.
pub fn span(connection: &Connection) -> Result<FinishedSpan, StoreError> {
    let (first, last): (Option<i32>, Option<i32>) = connection
        .prepare_cached(sql::FINISHED_SPAN)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(first.zip(last).and_then(|(first, last)| {
        calendar::day_of_number(first).zip(calendar::day_of_number(last))
    }))
}

/// Dossiers finished on this day that pass, by code.
pub fn finished_on(
    connection: &Connection,
    day: Date,
    filter: &FinishedFilter,
) -> Result<Vec<Filed>, StoreError> {
    let mut statement = connection.prepare_cached(sql::FINISHED_ON)?;
    let mut rows = statement.query([calendar::day_number(day)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let dossier = read_dossier(row)?;
        let field = field_of(connection, &dossier.procedure)?;
        let filed = Filed { dossier, field };
        if filter.lets(&filed) {
            all.push(filed);
        }
    }
    Ok(all)
}

/// For each pseudonym, in order, whether its citizen was asked.
pub fn asked(connection: &Connection, pseudonyms: &[Pseudonym]) -> Result<Vec<Asked>, StoreError> {
    let mut statement = connection.prepare_cached(sql::ASKED)?;
    let each = pseudonyms.iter().map(|pseudonym| {
        Ok(statement.query_row([pseudonym.0], |row| {
            Ok(Asked {
                invited: row.get(0)?,
                rated: row.get(1)?,
            })
        })?)
    });
    each.collect()
}

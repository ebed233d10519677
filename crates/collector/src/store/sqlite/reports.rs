//! Citizen reports: opened, moved on by events, read back; and what of the registers the ratios of QĐ 766 need.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};
use survey::answers::Packed;

use super::registers::{field_of, read_dossier};
use super::{audit, sql};
use crate::reports::{Event, NewReport, Report, ReportFilter, Standing, Step};
use crate::store::terms::Term;
use crate::store::{Deed, Entry, Filed, FormKey, Kept, Pseudonym, StoreError, calendar};

/// Opens a report and gives its number; the first event says so.
pub fn open(
    connection: &Connection,
    report: &NewReport,
    by: &str,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let standing = &report.standing;
    let id: i64 = connection.prepare_cached(sql::ADD_REPORT)?.query_row(
        params![
            report.outside_id,
            report.source.number(),
            report.text,
            report.dossier.map(|dossier| dossier.0),
            report.received_at.as_millisecond(),
            calendar::day_number(calendar::business_day(report.received_at)),
            standing.unit,
            standing.due_at.as_millisecond(),
            standing.within_competence,
            standing.state.number(),
            standing.assignee,
            standing.answered_at.map(Timestamp::as_millisecond),
            standing.outcome.number(),
        ],
        |row| row.get(0),
    )?;
    let step = match report.outside_id {
        Some(_) => Step::Fed,
        None => Step::Opened,
    };
    let event = Event {
        at,
        by: by.to_owned(),
        step,
        note: None,
        standing: standing.clone(),
    };
    add_event(connection, id, &event)?;
    Ok(id)
}

/// Adds an event to the report if `version` is its last, and writes down who did; false when it is not, or there is no such
/// report.
pub fn step(
    connection: &Connection,
    id: i64,
    version: i64,
    event: &Event,
) -> Result<bool, StoreError> {
    let known: Option<(i64, String)> = connection
        .prepare_cached(sql::REPORT_VERSION)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((_, unit)) = known.filter(|(last, _)| *last == version) else {
        return Ok(false);
    };
    add_event(connection, id, event)?;
    let detail = format!("{} {id}", event.step.name());
    let entry = Entry::at(event.at, &event.by, Deed::ReportChange, &unit, &detail);
    audit::add(connection, &entry)?;
    Ok(true)
}

fn add_event(connection: &Connection, id: i64, event: &Event) -> Result<(), StoreError> {
    let standing = &event.standing;
    let json = serde_json::to_string(standing)
        .map_err(|error| StoreError::Engine(format!("a report cannot be written: {error}")))?;
    let version: i64 = connection
        .prepare_cached(sql::ADD_REPORT_EVENT)?
        .query_row(
            params![
                id,
                event.at.as_millisecond(),
                event.by,
                event.step.number(),
                event.note,
                json
            ],
            |row| row.get(0),
        )?;
    connection
        .prepare_cached(sql::SET_REPORT)?
        .execute(params![
            id,
            standing.unit,
            standing.due_at.as_millisecond(),
            standing.within_competence,
            standing.state.number(),
            standing.assignee,
            standing.answered_at.map(Timestamp::as_millisecond),
            standing.outcome.number(),
            version,
        ])?;
    Ok(())
}

/// Takes lines of a feed: opens what is new, and notes what has changed.
pub fn feed(
    connection: &Connection,
    lines: &[NewReport],
    by: &str,
    at: Timestamp,
) -> Result<Vec<Kept>, StoreError> {
    let mut answers = Vec::with_capacity(lines.len());
    for line in lines {
        let known = match &line.outside_id {
            Some(id) => connection
                .prepare_cached(sql::REPORT_OF_OUTSIDE_ID)?
                .query_row([id], |row| Ok(read(row)))
                .optional()?
                .transpose()?,
            None => None,
        };
        let Some(known) = known else {
            open(connection, line, by, at)?;
            answers.push(Kept::New);
            continue;
        };
        let standing = known.report.standing.fed(&line.standing);
        let dossier = line.dossier.or(known.report.dossier);
        if standing == known.report.standing && dossier == known.report.dossier {
            answers.push(Kept::Unchanged);
            continue;
        }
        connection
            .prepare_cached(sql::SET_REPORT_DOSSIER)?
            .execute((known.id, dossier.map(|dossier| dossier.0)))?;
        let event = Event {
            at,
            by: by.to_owned(),
            step: Step::Fed,
            note: None,
            standing,
        };
        add_event(connection, known.id, &event)?;
        answers.push(Kept::Changed);
    }
    Ok(answers)
}

/// First and last day of receipt.
fn days(filter: &ReportFilter) -> [i32; 2] {
    [
        filter.from.map_or(i32::MIN, calendar::day_number),
        filter.to.map_or(i32::MAX, calendar::day_number),
    ]
}

/// Reports received in the period, the newest first.
pub fn list(connection: &Connection, filter: &ReportFilter) -> Result<Vec<Report>, StoreError> {
    let mut statement = connection.prepare_cached(sql::REPORTS)?;
    let mut rows = statement.query(days(filter))?;
    let mut reports = Vec::new();
    while let Some(row) = rows.next()? {
        reports.push(read(row)?);
    }
    Ok(reports)
}

/// Numbers of the reports received in the period that were opened once more, unless that was taken back.
pub fn reopened(
    connection: &Connection,
    filter: &ReportFilter,
) -> Result<BTreeSet<i64>, StoreError> {
    let [from, to] = days(filter);
    let steps = [Step::Reopened, Step::Undone].map(Step::number);
    let mut statement = connection.prepare_cached(sql::REOPENED_REPORTS)?;
    let found = statement.query_map((from, to, steps[0], steps[1]), |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// A report with all its events, the oldest first.
pub fn one(connection: &Connection, id: i64) -> Result<Option<(Report, Vec<Event>)>, StoreError> {
    let report = connection
        .prepare_cached(sql::REPORT)?
        .query_row([id], |row| Ok(read(row)))
        .optional()?
        .transpose()?;
    let Some(report) = report else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached(sql::REPORT_EVENTS)?;
    let mut rows = statement.query([id])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let standing: String = row.get(4)?;
        events.push(Event {
            at: moment(row.get(0)?)?,
            by: row.get(1)?,
            step: term(row.get(2)?)?,
            note: row.get(3)?,
            standing: serde_json::from_str::<Standing>(&standing).map_err(|_| damaged("event"))?,
        });
    }
    Ok(Some((report, events)))
}

/// The counted response of each pseudonym, unless it is of a later day than this.
pub fn answers(
    connection: &Connection,
    pseudonyms: &[Pseudonym],
    upto: Option<Date>,
) -> Result<Vec<Option<(FormKey, Packed)>>, StoreError> {
    let upto = upto.map(calendar::day_number);
    let mut statement = connection.prepare_cached(sql::COUNTED_ANSWERS)?;
    pseudonyms
        .iter()
        .map(|pseudonym| {
            let found = statement.query_row((pseudonym.0, upto), |row| {
                let key = FormKey {
                    id: row.get(0)?,
                    version: row.get(1)?,
                };
                Ok((key, Packed(row.get(2)?)))
            });
            Ok(found.optional()?)
        })
        .collect()
}

/// Dossiers that are not finished and were due in this span of moments, by due moment.
pub fn open_dossiers(
    connection: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Filed>, StoreError> {
    let mut statement = connection.prepare_cached(sql::OPEN_DOSSIERS)?;
    let mut rows = statement.query((from.as_millisecond(), to.as_millisecond()))?;
    let mut filed = Vec::new();
    while let Some(row) = rows.next()? {
        let dossier = read_dossier(row)?;
        filed.push(Filed {
            field: field_of(connection, &dossier.procedure)?,
            dossier,
        });
    }
    Ok(filed)
}

fn read(row: &Row<'_>) -> Result<Report, StoreError> {
    let answered_at: Option<i64> = row.get(10)?;
    Ok(Report {
        id: row.get(0)?,
        version: row.get(12)?,
        report: NewReport {
            outside_id: row.get(1)?,
            source: term(row.get(2)?)?,
            text: row.get(3)?,
            dossier: row.get::<_, Option<[u8; 20]>>(4)?.map(Pseudonym),
            received_at: moment(row.get(5)?)?,
            standing: Standing {
                unit: row.get(6)?,
                due_at: moment(row.get(7)?)?,
                within_competence: row.get(8)?,
                state: term(row.get(9)?)?,
                answered_at: answered_at.map(moment).transpose()?,
                outcome: term(row.get(11)?)?,
                assignee: row.get(13)?,
            },
        },
    })
}

fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt(format!("a citizen report with an {what} that cannot be"))
}

fn term<T: Term>(number: i64) -> Result<T, StoreError> {
    T::of_number(number).ok_or_else(|| damaged("entry"))
}

fn moment(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| damaged("instant"))
}

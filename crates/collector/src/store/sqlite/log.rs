//! The response log: appending, and reading what counts.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use survey::answers::Packed;
use survey::cell::Marks;

use super::invites;
use super::names::Kind;
use super::revision::Stored;
use super::sql;
use super::writer::Scope;
use crate::store::terms::Term;
use crate::store::{Admitted, Appended, Dimension, StoreError, calendar};

/// `repeat_of` of a response of which nobody can know what it repeats; no row has this number.
const FORGOTTEN: i64 = 0;

/// Appends one response, and uses its invite up.
pub fn append(scope: &mut Scope<'_>, response: &Admitted) -> Result<Appended, StoreError> {
    let Some(invite) = response.invite else {
        return append_any(scope, response);
    };
    if invites::is_used_by_another(scope.connection, invite, response.id)? {
        return Ok(Appended::InviteUsed);
    }
    let appended = append_any(scope, response)?;
    if matches!(appended, Appended::Stored { .. }) {
        invites::use_up(scope.connection, invite, response.id)?;
    }
    Ok(appended)
}

/// The unique indexes decide what the response is; nothing is checked beforehand.
fn append_any(scope: &mut Scope<'_>, response: &Admitted) -> Result<Appended, StoreError> {
    let unknown = match (response.forgotten, response.pseudonym) {
        (Some(_), None) => Some(FORGOTTEN),
        _ => None,
    };
    if insert(scope, response, unknown)? {
        return Ok(Appended::Stored {
            counted: unknown.is_none(),
        });
    }
    let connection = scope.connection;
    if let Some(stored) = Stored::find(connection, response.id)? {
        return stored.meet(scope, response);
    }
    // The id is free, so it was the pseudonym: this response is kept as a repeat of the one that counts.
    let counted: i64 = connection
        .prepare_cached(sql::COUNTED_ROW)?
        .query_row([response.pseudonym.map(|pseudonym| pseudonym.0)], |row| {
            row.get(0)
        })?;
    if !insert(scope, response, Some(counted))? {
        return Err(StoreError::Engine("a repeat could not be written".into()));
    }
    Ok(Appended::Stored { counted: false })
}

/// Adds a row unless a unique index refuses it; true when it was added.
fn insert(
    scope: &mut Scope<'_>,
    response: &Admitted,
    repeat_of: Option<i64>,
) -> Result<bool, StoreError> {
    let added = write(scope, sql::ADD_RESPONSE, response, repeat_of)? == 1;
    if added {
        add_comment(
            scope.connection,
            scope.connection.last_insert_rowid(),
            response,
        )?;
    }
    Ok(added)
}

/// Puts a later revision in the place of the response in this row, and has what is kept in memory of its answers looked for
/// again. The roll-ups are the caller's business.
pub fn replace(
    scope: &mut Scope<'_>,
    response: &Admitted,
    row: i64,
    repeat_of: Option<i64>,
) -> Result<(), StoreError> {
    write(scope, sql::REPLACE_RESPONSE, response, repeat_of)?;
    scope
        .connection
        .prepare_cached(sql::REMOVE_COMMENT)?
        .execute([row])?;
    if let Some(pseudonym) = response.pseudonym {
        scope
            .connection
            .prepare_cached(sql::TOUCH_BUCKET)?
            .execute([pseudonym.0])?;
    }
    add_comment(scope.connection, row, response)
}

fn add_comment(connection: &Connection, row: i64, response: &Admitted) -> Result<(), StoreError> {
    if let Some(comment) = &response.comment {
        connection
            .prepare_cached(sql::ADD_COMMENT)?
            .execute((row, comment))?;
    }
    Ok(())
}

/// Runs a statement that writes all columns of a response; gives the number of rows written.
fn write(
    scope: &mut Scope<'_>,
    statement: &str,
    response: &Admitted,
    repeat_of: Option<i64>,
) -> Result<usize, StoreError> {
    let connection = scope.connection;
    let told = &response.circumstances;
    let form = scope.names.form(connection, scope.forms, &response.form)?;
    let mut name = |kind, text: Option<&String>| {
        scope
            .names
            .optional(connection, kind, text.map(String::as_str))
    };
    let unit = name(Kind::Unit, Some(&response.unit))?;
    let procedure = name(Kind::Procedure, response.procedure.as_ref())?;
    let field = name(Kind::Field, response.field.as_ref())?;
    let device = name(Kind::Device, told.device.as_ref())?;
    let reasons = (!response.reasons.is_empty())
        .then(|| serde_json::Value::from(response.reasons.clone()).to_string());
    Ok(connection.prepare_cached(statement)?.execute(params![
        response.id.as_bytes(),
        response.fingerprint,
        form,
        unit,
        procedure,
        field,
        response.timeliness.number(),
        response.touchpoint.number(),
        response.channel.number(),
        response.provenance.number(),
        response.pseudonym.map(|pseudonym| pseudonym.0),
        repeat_of,
        calendar::day_number(response.day),
        response.received_at.as_millisecond(),
        response.answers.0,
        response.flags,
        response.assisted,
        response.partial,
        reasons,
        told.locale,
        told.scale_order.map(Term::number),
        told.presentation.map(Term::number),
        device,
        told.boot,
        told.seq.map(saturate),
        told.started_at.map(Timestamp::as_millisecond),
        told.submitted_at.map(Timestamp::as_millisecond),
        told.elapsed_ms.map(saturate),
        told.clock_offset_ms,
        response.revision,
        told.audio,
    ])?)
}

/// SQLite's integers end at 2^63 - 1.
pub fn saturate(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Values of a response by dimension, as numbers: interned names, terms, month numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts([i64; Dimension::ALL.len()]);

impl Facts {
    /// "Has none", for dimensions whose numbers start at 1.
    pub const NONE: i64 = 0;

    /// No value in any dimension.
    pub const fn none() -> Self {
        Self([Self::NONE; Dimension::ALL.len()])
    }

    /// With this value in this dimension.
    pub fn with(mut self, dimension: Dimension, value: i64) -> Self {
        self.0[usize::from(dimension.number())] = value;
        self
    }

    /// The value in this dimension.
    pub fn get(&self, dimension: Dimension) -> i64 {
        self.0[usize::from(dimension.number())]
    }
}

/// A response that enters the index, as far as counting needs it.
pub struct Counted {
    /// Number of its form version.
    pub form: i64,
    /// What it is counted by.
    pub facts: Facts,
    /// Its business day.
    pub day: i32,
    /// What it is.
    pub marks: Marks,
    /// What was answered.
    pub answers: Packed,
}

impl Counted {
    /// Reads a row of `ROWS_AFTER`, `ROWS_BY_DAY`, `ROWS_BY_UNIT`, `EXAMINED` or `RATINGS_IN_BUCKET`; `buffer` takes the answers.
    pub fn read(row: &Row<'_>, mut buffer: Vec<u8>) -> Result<Self, StoreError> {
        let answers = row.get_ref(12)?.as_blob();
        buffer.clear();
        buffer.extend_from_slice(answers.map_err(|error| StoreError::Corrupt(error.to_string()))?);
        let day: i32 = row.get(8)?;
        let month = calendar::day_of_number(day)
            .map(calendar::month_number)
            .ok_or_else(|| StoreError::Corrupt(format!("a response of day {day}")))?;
        let optional = |at| -> Result<i64, StoreError> {
            Ok(row.get::<_, Option<i64>>(at)?.unwrap_or(Facts::NONE))
        };
        Ok(Self {
            form: row.get(0)?,
            facts: Facts::none()
                .with(Dimension::Unit, row.get(1)?)
                .with(Dimension::Procedure, optional(2)?)
                .with(Dimension::Field, optional(3)?)
                .with(Dimension::Channel, row.get(4)?)
                .with(Dimension::Touchpoint, row.get(5)?)
                .with(Dimension::Timeliness, row.get(6)?)
                .with(Dimension::Provenance, row.get(7)?)
                .with(Dimension::Month, i64::from(month)),
            day,
            marks: Marks {
                flagged: row.get::<_, u32>(9)? != 0,
                assisted: row.get(10)?,
                partial: row.get(11)?,
            },
            answers: Packed(buffer),
        })
    }
}

/// Reads every row of one of the statements above.
pub fn each(
    connection: &Connection,
    statement: &str,
    parameters: impl rusqlite::Params,
    mut visit: impl FnMut(&Counted) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(statement)?;
    let mut rows = statement.query(parameters)?;
    let mut buffer = Vec::new();
    while let Some(row) = rows.next()? {
        let counted = Counted::read(row, buffer)?;
        visit(&counted)?;
        buffer = counted.answers.0;
    }
    Ok(())
}

/// Number of the last row.
pub fn last_row(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached(sql::LAST_ROW)?
        .query_row([], |row| row.get(0))?)
}

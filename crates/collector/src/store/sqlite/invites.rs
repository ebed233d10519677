//! Invites: given out, looked at, and used up by the response that they bring.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use survey::response::Touchpoint;
use uuid::Uuid;

use super::{audit, sql};
use crate::store::terms::Term;
use crate::store::{Entry, FormKey, Invite, InviteHash, Pseudonym, StoreError, Timeliness};

/// Adds invites; one whose hash is taken already is an error, since two citizens would share a right.
pub fn add(
    connection: &Connection,
    invites: &[Invite],
    entry: Option<&Entry>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::ADD_INVITE)?;
    for invite in invites {
        statement.execute(params![
            invite.hash.0,
            invite.form.id,
            invite.form.version,
            invite.touchpoint.number(),
            invite.pseudonym.0,
            invite.unit,
            invite.procedure,
            invite.field,
            invite.timeliness.number(),
            invite.flags,
            invite.expires_at.as_millisecond(),
        ])?;
    }
    if let Some(entry) = entry {
        audit::add(connection, entry)?;
    }
    Ok(())
}

/// The invite with this hash.
pub fn get(connection: &Connection, hash: InviteHash) -> Result<Option<Invite>, StoreError> {
    let mut statement = connection.prepare_cached(sql::INVITE)?;
    let found = statement
        .query_row([hash.0], |row| Ok(read(hash, row)))
        .optional()?;
    found.transpose()
}

fn read(hash: InviteHash, row: &Row<'_>) -> Result<Invite, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("an invite with an unknown {what}"));
    Ok(Invite {
        hash,
        form: FormKey {
            id: row.get(0)?,
            version: row.get(1)?,
        },
        touchpoint: Touchpoint::of_number(row.get(2)?).ok_or_else(|| corrupt("touchpoint"))?,
        pseudonym: Pseudonym(row.get(3)?),
        unit: row.get(4)?,
        procedure: row.get(5)?,
        field: row.get(6)?,
        timeliness: Timeliness::of_number(row.get(7)?).ok_or_else(|| corrupt("timeliness"))?,
        flags: row.get(8)?,
        expires_at: Timestamp::from_millisecond(row.get(9)?).map_err(|_| corrupt("last moment"))?,
        used_by: row.get::<_, Option<[u8; 16]>>(10)?.map(Uuid::from_bytes),
    })
}

/// Has another response used this invite up? Asked inside the writer's transaction, so that two never do.
pub fn is_used_by_another(
    connection: &Connection,
    hash: InviteHash,
    response: Uuid,
) -> Result<bool, StoreError> {
    let used_by: Option<Option<[u8; 16]>> = connection
        .prepare_cached(sql::INVITE_USED_BY)?
        .query_row([hash.0], |row| row.get(0))
        .optional()?;
    Ok(used_by
        .flatten()
        .is_some_and(|id| id != *response.as_bytes()))
}

/// Uses the invite up, in the transaction that stores the response.
pub fn use_up(connection: &Connection, hash: InviteHash, response: Uuid) -> Result<(), StoreError> {
    connection
        .prepare_cached(sql::USE_INVITE)?
        .execute((hash.0, response.as_bytes()))?;
    Ok(())
}

//! Keys, accounts, sessions and notes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::registers::moment;
use super::sql;
use crate::store::terms::Term;
use crate::store::{DeviceSettings, Key, Role, Session, StoreError, User};

fn role(number: i64) -> Result<Role, StoreError> {
    Role::of_number(number)
        .ok_or_else(|| StoreError::Corrupt(format!("a role with the number {number}")))
}

/// Adds a key with a new name.
pub fn add_key(connection: &Connection, key: &Key) -> Result<bool, StoreError> {
    let device = key.device.as_ref();
    let added = connection.prepare_cached(sql::ADD_KEY)?.execute((
        &key.name,
        key.hash,
        key.role.number(),
        device.map(|device| &device.unit),
        device.map(|device| &device.form),
        key.created_at.as_millisecond(),
        device.map(settings).transpose()?,
    ))?;
    Ok(added == 1)
}

/// The chosen settings of a device as they are kept.
pub fn settings(device: &DeviceSettings) -> Result<String, StoreError> {
    serde_json::to_string(&device.kiosk).map_err(|error| StoreError::Engine(error.to_string()))
}

/// A device's settings from the columns of unit, form and chosen settings.
pub fn device(
    unit: String,
    form: String,
    kiosk: Option<&str>,
) -> Result<DeviceSettings, StoreError> {
    let kiosk = serde_json::from_str(kiosk.unwrap_or("{}"))
        .map_err(|error| StoreError::Corrupt(format!("the settings of a kiosk: {error}")))?;
    Ok(DeviceSettings { unit, form, kiosk })
}

fn read_key(row: &Row<'_>) -> Result<Key, StoreError> {
    let unit: Option<String> = row.get(3)?;
    let form: Option<String> = row.get(4)?;
    let kiosk: Option<String> = row.get(6)?;
    Ok(Key {
        name: row.get(0)?,
        hash: row.get(1)?,
        role: role(row.get(2)?)?,
        device: unit
            .zip(form)
            .map(|(unit, form)| device(unit, form, kiosk.as_deref()))
            .transpose()?,
        created_at: moment(row.get(5)?)?,
    })
}

/// The key with this hash.
pub fn key(connection: &Connection, hash: &[u8; 32]) -> Result<Option<Key>, StoreError> {
    let mut statement = connection.prepare_cached(sql::KEY)?;
    let mut rows = statement.query([hash])?;
    rows.next()?.map(read_key).transpose()
}

/// All keys by name.
pub fn keys(connection: &Connection) -> Result<Vec<Key>, StoreError> {
    let mut statement = connection.prepare_cached(sql::KEYS)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read_key(row)?);
    }
    Ok(all)
}

/// Adds or replaces an account. Its sessions end: a new password shuts out whoever knew the old one.
pub fn put_user(connection: &Connection, user: &User) -> Result<(), StoreError> {
    connection.prepare_cached(sql::PUT_USER)?.execute((
        &user.name,
        &user.password_hash,
        user.role.number(),
        &user.branch,
        user.disabled_at.map(Timestamp::as_millisecond),
    ))?;
    connection
        .prepare_cached(sql::REMOVE_SESSIONS_OF)?
        .execute([&user.name])?;
    Ok(())
}

/// The account of this name.
pub fn user(connection: &Connection, name: &str) -> Result<Option<User>, StoreError> {
    let mut statement = connection.prepare_cached(sql::USER)?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(read_user).transpose()
}

/// All accounts by name.
pub fn users(connection: &Connection) -> Result<Vec<User>, StoreError> {
    let mut statement = connection.prepare_cached(sql::USERS)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read_user(row)?);
    }
    Ok(all)
}

/// The account in the columns of [`sql::USER`].
pub fn read_user(row: &Row<'_>) -> Result<User, StoreError> {
    let disabled_at: Option<i64> = row.get(4)?;
    Ok(User {
        name: row.get(0)?,
        password_hash: row.get(1)?,
        role: role(row.get(2)?)?,
        branch: row.get(3)?,
        disabled_at: disabled_at.map(moment).transpose()?,
    })
}

/// Opens a session, and sweeps out those that have expired.
pub fn add_session(connection: &Connection, session: &Session) -> Result<(), StoreError> {
    connection
        .prepare_cached(sql::REMOVE_EXPIRED_SESSIONS)?
        .execute([])?;
    connection.prepare_cached(sql::ADD_SESSION)?.execute((
        session.hash,
        &session.user,
        &session.csrf,
        session.expires_at.as_millisecond(),
    ))?;
    Ok(())
}

/// The session with this hash, if it is alive at `now`.
pub fn session(
    connection: &Connection,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let mut statement = connection.prepare_cached(sql::SESSION)?;
    let mut rows = statement.query((hash, now.as_millisecond()))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(Session {
        hash: row.get(0)?,
        user: row.get(1)?,
        csrf: row.get(2)?,
        expires_at: moment(row.get(3)?)?,
    }))
}

/// The note of this name.
pub fn note(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached(sql::NOTE)?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

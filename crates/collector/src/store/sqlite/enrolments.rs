//! Devices: what they are set up to do, and how a new one gets its key by a short code.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::access::{device, settings};
use super::sql;
use crate::store::terms::Term;
use crate::store::{DeviceSettings, Enrolment, Role, StoreError};

/// What the device of this name is set up to do.
pub fn get(connection: &Connection, name: &str) -> Result<Option<DeviceSettings>, StoreError> {
    let columns: Option<(String, String, Option<String>)> = connection
        .prepare_cached(sql::DEVICE)?
        .query_row((name, Role::Device.number()), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    columns
        .map(|(unit, form, kiosk)| device(unit, form, kiosk.as_deref()))
        .transpose()
}

/// Changes what a device is set up to do; false when there is none of this name.
pub fn set_device(
    connection: &Connection,
    name: &str,
    device: &DeviceSettings,
) -> Result<bool, StoreError> {
    let changed = connection.prepare_cached(sql::SET_DEVICE)?.execute((
        name,
        &device.unit,
        &device.form,
        settings(device)?,
        Role::Device.number(),
    ))?;
    Ok(changed == 1)
}

/// Adds a code in place of the earlier one of its name, and sweeps out those that are over; false when the name is that of
/// a key that is no device's.
pub fn add(
    connection: &Connection,
    enrolment: &Enrolment,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let role: Option<i64> = connection
        .prepare_cached(sql::KEY_ROLE)?
        .query_row([&enrolment.name], |row| row.get(0))
        .optional()?;
    if role.is_some_and(|role| role != i64::from(Role::Device.number())) {
        return Ok(false);
    }
    connection
        .prepare_cached(sql::REMOVE_ENROLMENTS)?
        .execute((&enrolment.name, now.as_millisecond()))?;
    connection.prepare_cached(sql::ADD_ENROLMENT)?.execute((
        enrolment.code,
        &enrolment.name,
        &enrolment.device.unit,
        &enrolment.device.form,
        settings(&enrolment.device)?,
        enrolment.expires_at.as_millisecond(),
    ))?;
    Ok(true)
}

/// Uses up a code and gives its device the key with this hash.
pub fn redeem(
    connection: &Connection,
    code: &[u8; 32],
    key: &[u8; 32],
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached(sql::USE_ENROLMENT)?;
    let found = statement
        .query_row((code, now.as_millisecond()), |row| {
            let (name, unit, form, kiosk): (String, String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((name, unit, form, kiosk))
        })
        .optional()?;
    let Some((name, unit, form, kiosk)) = found else {
        return Ok(None);
    };
    let device = device(unit, form, Some(&kiosk))?;
    connection.prepare_cached(sql::PUT_DEVICE_KEY)?.execute((
        &name,
        key,
        Role::Device.number(),
        &device.unit,
        &device.form,
        now.as_millisecond(),
        settings(&device)?,
    ))?;
    Ok(Some(name))
}

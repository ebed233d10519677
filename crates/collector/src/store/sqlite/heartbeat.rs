//! The last heartbeat of each device.

use jiff::Timestamp;
use rusqlite::{Connection, Row};
use survey::heartbeat::{Heartbeat, Storage};

use super::log::saturate;
use super::registers::moment;
use super::{access, sql};
use crate::pulse::{Beat, Device, Pulse};
use crate::store::{Role, StoreError};

/// Keeps a heartbeat. Never fails on what the device sent or on what is kept, since that would take the ratings with
/// it that are written in the same group.
pub fn put(connection: &Connection, device: &str, beat: Beat) -> Result<Pulse, StoreError> {
    let last = match pulse(connection, device) {
        Err(StoreError::Corrupt(error)) => {
            tracing::warn!(
                device,
                error,
                "the last heartbeat cannot be read; starting afresh"
            );
            None
        }
        read => read?,
    };
    let pulse = Pulse::after(last, beat);
    let heartbeat = &pulse.beat.heartbeat;
    let losses: Vec<i64> = pulse.losses.iter().map(|at| at.as_millisecond()).collect();
    let losses = serde_json::to_string(&losses)
        .map_err(|error| StoreError::Engine(format!("losses as JSON: {error}")))?;
    connection
        .prepare_cached(sql::PUT_HEARTBEAT)?
        .execute(rusqlite::params![
            device,
            pulse.beat.received_at.as_millisecond(),
            pulse.beat.clock_skew_ms,
            heartbeat.install_id,
            saturate(heartbeat.boots),
            heartbeat.boot,
            heartbeat.version,
            saturate(heartbeat.waiting),
            saturate(heartbeat.parked),
            saturate(heartbeat.sent),
            heartbeat.storage.persisted,
            heartbeat.storage.strict,
            heartbeat.storage.used.map(saturate),
            heartbeat.storage.quota.map(saturate),
            heartbeat.device_time,
            pulse.previous_boot,
            pulse.previous_install,
            pulse.install_changed_at.map(Timestamp::as_millisecond),
            losses,
        ])?;
    Ok(pulse)
}

/// Every device key with its last heartbeat, by name.
pub fn devices(connection: &Connection) -> Result<Vec<Device>, StoreError> {
    access::keys(connection)?
        .into_iter()
        .filter(|key| key.role == Role::Device)
        .map(|key| {
            Ok(Device {
                pulse: pulse(connection, &key.name)?,
                name: key.name,
                unit: key.device.map(|device| device.unit),
                enrolled_at: key.created_at,
            })
        })
        .collect()
}

fn pulse(connection: &Connection, device: &str) -> Result<Option<Pulse>, StoreError> {
    let mut statement = connection.prepare_cached(sql::HEARTBEAT)?;
    let mut rows = statement.query([device])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<Pulse, StoreError> {
    let losses: String = row.get(17)?;
    let losses: Vec<i64> = serde_json::from_str(&losses)
        .map_err(|error| StoreError::Corrupt(format!("losses of a device: {error}")))?;
    let changed: Option<i64> = row.get(16)?;
    Ok(Pulse {
        beat: Beat {
            heartbeat: Heartbeat {
                install_id: row.get(2)?,
                boots: unsigned(row.get(3)?)?,
                boot: row.get(4)?,
                version: row.get(5)?,
                waiting: unsigned(row.get(6)?)?,
                parked: unsigned(row.get(7)?)?,
                sent: unsigned(row.get(8)?)?,
                storage: Storage {
                    persisted: row.get(9)?,
                    strict: row.get(10)?,
                    used: row.get::<_, Option<i64>>(11)?.map(unsigned).transpose()?,
                    quota: row.get::<_, Option<i64>>(12)?.map(unsigned).transpose()?,
                },
                device_time: row.get(13)?,
            },
            received_at: moment(row.get(0)?)?,
            clock_skew_ms: row.get(1)?,
        },
        previous_boot: row.get(14)?,
        previous_install: row.get(15)?,
        install_changed_at: changed.map(moment).transpose()?,
        losses: losses.into_iter().map(moment).collect::<Result<_, _>>()?,
    })
}

fn unsigned(count: i64) -> Result<u64, StoreError> {
    u64::try_from(count).map_err(|_| StoreError::Corrupt(format!("a count of {count}")))
}

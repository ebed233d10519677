//! Years of dossier codes: begun when something of them is to be stored, and rid of their keys.

use jiff::Timestamp;
use rusqlite::Connection;

use super::sql;
use crate::intake::invite::GRACE;
use crate::store::period::buckets;
use crate::store::{Bucket, Period, PeriodSecret, Periods, StoreError};

/// Numbers of the column `state`.
const FOLDER: u8 = 1;
const OWN: u8 = 2;
const DESTROYED: u8 = 3;

/// All years that stand here.
pub fn all(connection: &Connection) -> Result<Periods, StoreError> {
    let mut statement = connection.prepare_cached(sql::PERIODS)?;
    let mut rows = statement.query([])?;
    let mut all = Periods::default();
    while let Some(row) = rows.next()? {
        let year = row.get(0)?;
        let period = match (row.get(1)?, row.get(2)?) {
            (FOLDER, None) => Period::Folder,
            (OWN, Some(secret)) => Period::Own(PeriodSecret(secret)),
            (DESTROYED, None) => Period::Destroyed,
            _ => return Err(StoreError::Corrupt(format!("the key of the year {year}"))),
        };
        all.0.insert(year, period);
    }
    Ok(all)
}

/// Begins the years that do not stand here; gives all that do then.
pub fn begin(
    connection: &Connection,
    offered: &[(i16, PeriodSecret)],
) -> Result<Periods, StoreError> {
    let known = all(connection)?;
    for (year, secret) in offered {
        if known.0.contains_key(year) {
            continue;
        }
        // Asked here, with nobody else writing: what was stored under the folder's key must be found again.
        let (state, secret) = if is_used(connection, *year)? {
            (FOLDER, None)
        } else {
            (OWN, Some(&secret.0))
        };
        connection
            .prepare_cached(sql::ADD_PERIOD)?
            .execute((year, state, secret))?;
    }
    all(connection)
}

/// Does anything name a dossier of this year?
fn is_used(connection: &Connection, year: i16) -> Result<bool, StoreError> {
    let Some((from, before)) = span(year) else {
        return Ok(true);
    };
    Ok(connection
        .prepare_cached(sql::PERIOD_IS_USED)?
        .query_row((from.0, before.0), |row| row.get(0))?)
}

/// Destroys the key of a year; false when it has none. Whether its dossiers were asked has to be asked anew.
pub fn destroy(connection: &Connection, year: i16, at: Timestamp) -> Result<bool, StoreError> {
    let gone = connection
        .prepare_cached(sql::DESTROY_PERIOD_KEY)?
        .execute((year, DESTROYED))?
        == 1;
    if let Some((from, before)) = span(year).filter(|_| gone) {
        connection
            .prepare_cached(sql::RENEW_BUCKETS)?
            .execute((from.0, before.0))?;
        forget_invites(connection, year, at)?;
    }
    Ok(gone)
}

/// Removes the invites of forgotten years whose time is over at `at`: whoever kept a list of links could tell by them who has
/// rated. Those that are still good stay for that long.
pub fn tidy(connection: &Connection, at: Timestamp) -> Result<(), StoreError> {
    for (year, period) in all(connection)?.0 {
        if period == Period::Destroyed {
            forget_invites(connection, year, at)?;
        }
    }
    Ok(())
}

fn forget_invites(connection: &Connection, year: i16, at: Timestamp) -> Result<(), StoreError> {
    if let (Some((from, before)), Ok(over)) = (span(year), at.checked_sub(GRACE)) {
        connection.prepare_cached(sql::REMOVE_INVITES)?.execute((
            from.0,
            before.0,
            over.as_millisecond(),
        ))?;
    }
    Ok(())
}

fn span(year: i16) -> Option<(Bucket, Bucket)> {
    buckets(year).map(|buckets| (buckets.start, buckets.end))
}

//! Portals: who may send from which pages.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::sql;
use crate::store::{Site, SiteKey, StoreError};

/// Adds a site with its keys and origins; false when the name is taken.
pub fn add(connection: &Connection, site: &Site) -> Result<bool, StoreError> {
    let added = connection.prepare_cached(sql::ADD_SITE)?.execute((
        &site.name,
        &site.unit,
        &site.form,
        site.created_at.as_millisecond(),
    ))?;
    if added == 0 {
        return Ok(false);
    }
    for key in &site.keys {
        add_key(connection, &site.name, key)?;
    }
    add_origins(connection, &site.name, &site.origins)?;
    Ok(true)
}

/// Every site, by name.
pub fn all(connection: &Connection) -> Result<Vec<Site>, StoreError> {
    let mut statement = connection.prepare_cached(sql::SITES)?;
    let mut rows = statement.query([])?;
    let mut sites = Vec::new();
    while let Some(row) = rows.next()? {
        sites.push(read(connection, row)?);
    }
    Ok(sites)
}

/// The site that this key is or was one of.
pub fn of_key(connection: &Connection, key: &str) -> Result<Option<Site>, StoreError> {
    let name: Option<String> = connection
        .prepare_cached(sql::SITE_OF_KEY)?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let Some(name) = name else { return Ok(None) };
    let mut statement = connection.prepare_cached(sql::SITE)?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(|row| read(connection, row)).transpose()
}

/// Does a site that is not revoked allow this origin?
pub fn allows_origin(connection: &Connection, origin: &str) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(sql::ORIGIN_IS_ALLOWED)?
        .query_row([origin], |row| row.get(0))?)
}

/// Changes origins, unit and form; false when there is no such site, or it is revoked.
pub fn set(connection: &Connection, site: &Site) -> Result<bool, StoreError> {
    let name = &site.name;
    let changed = connection
        .prepare_cached(sql::SET_SITE)?
        .execute((name, &site.unit, &site.form))?;
    if changed == 0 {
        return Ok(false);
    }
    connection
        .prepare_cached(sql::REMOVE_SITE_ORIGINS)?
        .execute([name])?;
    add_origins(connection, name, &site.origins)?;
    Ok(true)
}

/// Gives another key; those before it end at `old_until`. False when there is no such site, or it is revoked.
pub fn rotate(
    connection: &Connection,
    name: &str,
    key: &SiteKey,
    old_until: Timestamp,
) -> Result<bool, StoreError> {
    let live: bool = connection
        .prepare_cached(sql::SITE_IS_LIVE)?
        .query_row([name], |row| row.get(0))?;
    if live {
        connection
            .prepare_cached(sql::END_SITE_KEYS)?
            .execute((name, old_until.as_millisecond()))?;
        add_key(connection, name, key)?;
    }
    Ok(live)
}

/// Ends a site; false when there is no such site, or it is revoked.
pub fn revoke(connection: &Connection, name: &str, at: Timestamp) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached(sql::REVOKE_SITE)?
        .execute((name, at.as_millisecond()))?;
    Ok(changed == 1)
}

fn add_key(connection: &Connection, site: &str, key: &SiteKey) -> Result<(), StoreError> {
    connection.prepare_cached(sql::ADD_SITE_KEY)?.execute((
        &key.key,
        site,
        key.created_at.as_millisecond(),
    ))?;
    Ok(())
}

fn add_origins(connection: &Connection, site: &str, origins: &[String]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::ADD_SITE_ORIGIN)?;
    for origin in origins {
        statement.execute((origin, site))?;
    }
    Ok(())
}

fn read(connection: &Connection, row: &Row<'_>) -> Result<Site, StoreError> {
    let name: String = row.get(0)?;
    let origins = connection
        .prepare_cached(sql::SITE_ORIGINS)?
        .query_map([&name], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut keys = Vec::new();
    let mut statement = connection.prepare_cached(sql::SITE_KEYS)?;
    let mut rows = statement.query([&name])?;
    while let Some(row) = rows.next()? {
        keys.push(SiteKey {
            key: row.get(0)?,
            created_at: moment(row.get(1)?)?,
            expires_at: row.get::<_, Option<i64>>(2)?.map(moment).transpose()?,
        });
    }
    Ok(Site {
        unit: row.get(1)?,
        form: row.get(2)?,
        origins,
        keys,
        created_at: moment(row.get(3)?)?,
        revoked_at: row.get::<_, Option<i64>>(4)?.map(moment).transpose()?,
        name,
    })
}

fn moment(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| StoreError::Corrupt("a site with a moment that cannot be".into()))
}

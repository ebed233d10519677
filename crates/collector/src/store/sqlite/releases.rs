//! What was published. Triggers of the schema refuse to change or remove a release; it can only be withdrawn and put back.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::registers::moment;
use super::{audit, sql};
use crate::publish::{Release, ReleaseHead};
use crate::store::{Entry, StoreError, calendar};

/// Adds a release and the entry that tells of it; gives the one of the same form that shares days with it instead, if there
/// is one, and adds nothing.
pub fn add(
    connection: &Connection,
    release: &Release,
    entry: &Entry,
) -> Result<Option<ReleaseHead>, StoreError> {
    let head = &release.head;
    let days = [head.period.from(), head.period.to()].map(calendar::day_number);
    let earlier = connection
        .prepare_cached(sql::PUBLISHED_IN)?
        .query_row((&head.form, days[0], days[1]), |row| Ok(read_head(row)))
        .optional()?
        .transpose()?;
    if earlier.is_some() {
        return Ok(earlier);
    }
    connection.prepare_cached(sql::ADD_PUBLISHED)?.execute((
        &head.id,
        &head.form,
        days[0],
        days[1],
        written(&head)?,
        written(&release.tables)?,
    ))?;
    audit::add(connection, entry)?;
    Ok(None)
}

/// All releases, in the order in which they were made.
pub fn list(connection: &Connection) -> Result<Vec<ReleaseHead>, StoreError> {
    let mut statement = connection.prepare_cached(sql::PUBLISHED)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read_head(row)?);
    }
    Ok(all)
}

/// A release with its tables.
pub fn one(connection: &Connection, id: &str) -> Result<Option<Release>, StoreError> {
    let read = |row: &Row<'_>| -> Result<Release, StoreError> {
        Ok(Release {
            head: read_head(row)?,
            tables: parsed(&row.get::<_, String>(2)?)?,
        })
    };
    connection
        .prepare_cached(sql::PUBLISHED_ONE)?
        .query_row([id], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// Withdraws a release or puts it back; false when there is none of this id, or it is so already, and nothing is written.
pub fn withdraw(
    connection: &Connection,
    id: &str,
    at: Option<Timestamp>,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached(sql::WITHDRAW_PUBLISHED)?
        .execute((id, at.map(Timestamp::as_millisecond)))?;
    if changed == 0 {
        return Ok(false);
    }
    audit::add(connection, entry)?;
    Ok(true)
}

fn read_head(row: &Row<'_>) -> Result<ReleaseHead, StoreError> {
    let withdrawn_at: Option<i64> = row.get(1)?;
    Ok(ReleaseHead {
        withdrawn_at: withdrawn_at.map(moment).transpose()?,
        ..parsed(&row.get::<_, String>(0)?)?
    })
}

fn written(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Engine(format!("a release cannot be written: {error}")))
}

fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json)
        .map_err(|error| StoreError::Corrupt(format!("a release that cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::{Period, TableName};
    use crate::store::Deed;
    use crate::store::sqlite::connection;

    fn release(form: &str, period: &str) -> Release {
        Release {
            head: ReleaseHead {
                id: format!("{form}-1-{period}"),
                form: form.to_owned(),
                form_version: 1,
                method: survey::method::Method::Top2,
                period: period.parse::<Period>().unwrap(),
                threshold: 5,
                made_at: Timestamp::UNIX_EPOCH,
                withdrawn_at: None,
                table_names: vec![TableName::WHOLE],
            },
            tables: Vec::new(),
        }
    }

    #[test]
    fn days_are_published_once_and_a_release_is_never_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = connection::create(folder.path()).unwrap();
        let connection = connection::writer(&path).unwrap();
        let entry = Entry::now("lan", Deed::ReleaseMake, "", "");
        let add = |form, period| add(&connection, &release(form, period), &entry).unwrap();
        assert_eq!(add("f", "2026-02"), None);
        assert_eq!(add("f", "2026-03"), None);
        assert_eq!(add("g", "2026-Q1"), None, "another form");
        let first = release("f", "2026-02");
        assert_eq!(add("f", "2026-Q1").as_ref(), Some(&first.head));
        assert_eq!(add("f", "2026-02").as_ref(), Some(&first.head));
        assert_eq!(list(&connection).unwrap().len(), 3);
        assert_eq!(one(&connection, &first.head.id).unwrap(), Some(first));
        assert_eq!(one(&connection, "f-1-2026-04").unwrap(), None);
        for statement in [
            "UPDATE published SET tables = '[]'",
            "UPDATE published SET from_day = 0",
            "DELETE FROM published",
        ] {
            let refused = connection.execute(statement, []).unwrap_err();
            assert!(
                refused.to_string().contains("a release is never"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_release_is_withdrawn_and_put_back_once_each() {
        let folder = tempfile::tempdir().unwrap();
        let path = connection::create(folder.path()).unwrap();
        let connection = connection::writer(&path).unwrap();
        let entry = Entry::now("lan", Deed::ReleaseWithdraw, "", "");
        let kept = release("f", "2026-02");
        add(&connection, &kept, &entry).unwrap();
        let id = kept.head.id.as_str();
        let at = Some(Timestamp::UNIX_EPOCH);
        let set = |at| withdraw(&connection, id, at, &entry).unwrap();
        assert!(!set(None), "it is public");
        assert!(set(at));
        assert!(!set(at));
        let head = one(&connection, id).unwrap().unwrap().head;
        assert_eq!(head.withdrawn_at, at);
        assert!(set(None));
        assert_eq!(one(&connection, id).unwrap(), Some(kept));
        assert!(!withdraw(&connection, "none", at, &entry).unwrap());
    }
}

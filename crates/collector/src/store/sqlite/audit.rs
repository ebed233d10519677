//! The log of who did what. Triggers of the schema refuse to change or remove any of it.

use rusqlite::Connection;

use super::registers::moment;
use super::sql;
use crate::store::terms::Term;
use crate::store::{AuditFilter, Deed, Entry, StoreError};

/// Adds an entry.
pub fn add(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    connection.prepare_cached(sql::ADD_AUDIT)?.execute((
        entry.at.as_millisecond(),
        &entry.who,
        entry.what.number(),
        &entry.about,
        &entry.detail,
    ))?;
    Ok(())
}

/// Entries with their numbers, the newest first.
pub fn entries(
    connection: &Connection,
    filter: &AuditFilter,
) -> Result<Vec<(i64, Entry)>, StoreError> {
    let mut statement = connection.prepare_cached(sql::AUDIT)?;
    let mut rows = statement.query((
        &filter.who,
        filter.what.map(Deed::number),
        filter.before,
        filter.most,
    ))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(3)?;
        let entry = Entry {
            at: moment(row.get(1)?)?,
            who: row.get(2)?,
            what: Deed::of_number(number)
                .ok_or_else(|| StoreError::Corrupt(format!("a deed with the number {number}")))?,
            about: row.get(4)?,
            detail: row.get(5)?,
        };
        all.push((row.get(0)?, entry));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::connection;

    #[test]
    fn no_statement_changes_or_removes_an_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = connection::create(folder.path()).unwrap();
        let connection = connection::writer(&path).unwrap();
        let entry = Entry::now("lan", Deed::SignIn, "lan", "127.0.0.1");
        add(&connection, &entry).unwrap();
        for statement in [
            "UPDATE audit SET who = 'hoa'",
            "DELETE FROM audit",
            "INSERT OR REPLACE INTO audit (id, at, who, what, about, detail) VALUES (1, 0, 'hoa', 1, '', '')",
        ] {
            let refused = connection.execute(statement, []).unwrap_err();
            assert!(refused.to_string().contains("only grows"), "{refused}");
        }
        let filter = AuditFilter {
            most: 10,
            ..AuditFilter::default()
        };
        let kept = entries(&connection, &filter).unwrap();
        let who: Vec<&str> = kept.iter().map(|(_, entry)| entry.who.as_str()).collect();
        assert_eq!(who, ["lan"]);
    }
}

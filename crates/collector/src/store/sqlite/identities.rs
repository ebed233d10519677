//! Who accounts are at providers of accounts.

use rusqlite::{Connection, OptionalExtension};

use super::access::read_user;
use super::registers::moment;
use super::{audit, sql};
use crate::store::{Deed, Entry, Identity, Mark, StoreError, User};

/// Links an account, and ends its sessions; false when it has a person at this provider, or the person another account.
pub fn link(connection: &Connection, identity: &Identity) -> Result<bool, StoreError> {
    let (subject, email) = match &identity.mark {
        Mark::Subject(subject) => (Some(subject), None),
        Mark::Email(email) => (None, Some(email)),
    };
    let added = connection.prepare_cached(sql::ADD_IDENTITY)?.execute((
        &identity.user,
        &identity.issuer,
        subject,
        email,
        identity.linked_at.as_millisecond(),
    ))?;
    if added == 0 {
        return Ok(false);
    }
    connection
        .prepare_cached(sql::REMOVE_SESSIONS_OF)?
        .execute([&identity.user])?;
    Ok(true)
}

/// Takes every link of an account away, and ends its sessions; false when there was none.
pub fn unlink(connection: &Connection, user: &str) -> Result<bool, StoreError> {
    let removed = connection
        .prepare_cached(sql::REMOVE_IDENTITIES_OF)?
        .execute([user])?;
    connection
        .prepare_cached(sql::REMOVE_SESSIONS_OF)?
        .execute([user])?;
    Ok(removed > 0)
}

/// All links, by account.
pub fn all(connection: &Connection) -> Result<Vec<Identity>, StoreError> {
    let mut statement = connection.prepare_cached(sql::IDENTITIES)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (user, issuer): (String, String) = (row.get(0)?, row.get(1)?);
        let mark = match (row.get(2)?, row.get(3)?) {
            (Some(subject), None) => Mark::Subject(subject),
            (None, Some(email)) => Mark::Email(email),
            _ => {
                return Err(StoreError::Corrupt(format!(
                    "the link of the account {user:?} to {issuer}"
                )));
            }
        };
        all.push(Identity {
            user,
            issuer,
            mark,
            linked_at: moment(row.get(4)?)?,
        });
    }
    Ok(all)
}

/// The account of this person.
pub fn user(
    connection: &Connection,
    issuer: &str,
    subject: &str,
) -> Result<Option<User>, StoreError> {
    let mut statement = connection.prepare_cached(sql::USER_OF_SUBJECT)?;
    let mut rows = statement.query((issuer, subject))?;
    rows.next()?.map(read_user).transpose()
}

/// Puts the subject in the place of the e-mail address, writes that down, and gives the account's name; `None` when no link
/// waits for the address, or the subject has an account already.
pub fn bind(
    connection: &Connection,
    issuer: &str,
    email: &str,
    subject: &str,
) -> Result<Option<String>, StoreError> {
    if user(connection, issuer, subject)?.is_some() {
        return Ok(None);
    }
    let bound: Option<String> = connection
        .prepare_cached(sql::BIND_EMAIL)?
        .query_row((issuer, email, subject), |row| row.get(0))
        .optional()?;
    if let Some(name) = &bound {
        let detail = format!("{email} is {subject} at {issuer} from now on");
        let entry = Entry::now(name, Deed::UserChange, name, &detail);
        audit::add(connection, &entry)?;
    }
    Ok(bound)
}

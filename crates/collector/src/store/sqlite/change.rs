//! Changes of access, each with its entry in the log of who did what: both are written, or neither is.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{access, audit, enrolments, identities, sites, sql};
use crate::store::{Change, Entry, StoreError};

/// Makes a change and writes down who did. False when there was nothing to change; then nothing is written down either. Must run
/// inside a write transaction.
pub fn make(
    connection: &Connection,
    change: &Change,
    entry: Option<&Entry>,
) -> Result<bool, StoreError> {
    let made = match change {
        Change::AddKey(key) => access::add_key(connection, key)?,
        Change::RemoveKey(name) => {
            let removed = connection
                .prepare_cached(sql::REMOVE_KEY)?
                .execute([name])?;
            removed == 1
        }
        Change::SetDevice(name, device) => enrolments::set_device(connection, name, device)?,
        Change::AddEnrolment(enrolment) => {
            enrolments::add(connection, enrolment, Timestamp::now())?
        }
        Change::AddSite(site) => sites::add(connection, site)?,
        Change::SetSite(site) => sites::set(connection, site)?,
        Change::RotateSite {
            name,
            key,
            old_until,
        } => sites::rotate(connection, name, key, *old_until)?,
        Change::RevokeSite(name, at) => sites::revoke(connection, name, *at)?,
        Change::PutUser(user) => {
            access::put_user(connection, user)?;
            true
        }
        Change::Link(identity) => identities::link(connection, identity)?,
        Change::Unlink(user) => identities::unlink(connection, user)?,
        Change::AddSession(session) => {
            access::add_session(connection, session)?;
            true
        }
    };
    if made && let Some(entry) = entry {
        audit::add(connection, entry)?;
    }
    Ok(made)
}

//! An id that comes again: the same content, a later revision of the session, an older one that was long on its way,
//! or an id that was used twice. Decided inside the writer's transaction, so that any order of arrival ends alike.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use survey::response::{Channel, Touchpoint};
use uuid::Uuid;

use super::names::known_form;
use super::writer::Scope;
use super::{log, rollup, sql};
use crate::store::terms::Term;
use crate::store::{Admitted, Appended, FormKey, Pseudonym, StoreError};

/// What is stored under an id, as far as another response of this id is measured by it.
pub struct Stored {
    row: i64,
    fingerprint: [u8; 16],
    session: Session,
    partial: bool,
    revision: u32,
    repeat_of: Option<i64>,
}

/// What all revisions of one response have in common.
#[derive(PartialEq)]
struct Session {
    form: FormKey,
    pseudonym: Option<Pseudonym>,
    touchpoint: Option<Touchpoint>,
    channel: Option<Channel>,
    device: Option<String>,
}

impl Session {
    fn of(response: &Admitted) -> Self {
        Self {
            form: response.form.clone(),
            pseudonym: response.pseudonym,
            touchpoint: Some(response.touchpoint),
            channel: Some(response.channel),
            device: response.circumstances.device.clone(),
        }
    }
}

impl Stored {
    /// What is stored under this id.
    pub fn find(connection: &Connection, id: Uuid) -> Result<Option<Self>, StoreError> {
        Ok(connection
            .prepare_cached(sql::STORED)?
            .query_row([id.as_bytes()], |row| {
                Ok(Self {
                    row: row.get(0)?,
                    fingerprint: row.get(1)?,
                    session: Session {
                        form: FormKey {
                            id: row.get(2)?,
                            version: row.get(3)?,
                        },
                        pseudonym: row.get::<_, Option<_>>(4)?.map(Pseudonym),
                        touchpoint: Touchpoint::of_number(row.get(5)?),
                        channel: Channel::of_number(row.get(6)?),
                        device: row.get(7)?,
                    },
                    partial: row.get(8)?,
                    revision: row.get(9)?,
                    repeat_of: row.get(10)?,
                })
            })
            .optional()?)
    }

    /// Measures a response of the same id by what is stored, and writes it when it completes that.
    pub fn meet(&self, scope: &mut Scope<'_>, response: &Admitted) -> Result<Appended, StoreError> {
        let Some(bucket) = response.forgotten else {
            return self.complete(scope, response);
        };
        // The key that this id's content was marked with is gone, so all else decides; and what was stored while there was
        // one keeps its place.
        let kept = self.session.pseudonym;
        let kept = kept.filter(|pseudonym| pseudonym.bucket() == bucket);
        let known = Admitted {
            pseudonym: response.pseudonym.or(kept),
            ..response.clone()
        };
        if known.revision == self.revision && self.session == Session::of(&known) {
            return Ok(Appended::Duplicate);
        }
        self.complete(scope, &known)
    }

    fn complete(&self, scope: &mut Scope<'_>, response: &Admitted) -> Result<Appended, StoreError> {
        if self.fingerprint == response.fingerprint {
            return Ok(Appended::Duplicate);
        }
        if self.session != Session::of(response) {
            return Ok(Appended::IdReused);
        }
        if response.revision < self.revision {
            // What has taken its place is stored already.
            return Ok(Appended::Duplicate);
        }
        if response.revision == self.revision || !self.partial {
            return Ok(Appended::IdReused);
        }
        let connection = scope.connection;
        let number = scope.names.form(connection, scope.forms, &response.form)?;
        let form = Arc::clone(known_form(scope.forms, &response.form)?);
        rollup::amend(connection, number, form, self.row, || {
            log::replace(scope, response, self.row, self.repeat_of)
        })?;
        Ok(Appended::Stored {
            counted: self.repeat_of.is_none(),
        })
    }
}

//! Long texts as small numbers, and forms as the numbers of their versions.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension};
use survey::form::Form;

use super::sql;
use crate::forms::FormBook;
use crate::store::{FormKey, StoreError};

/// What a name names; the numbers are on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A unit code.
    Unit = 1,
    /// A procedure code.
    Procedure = 2,
    /// A field.
    Field = 3,
    /// A device.
    Device = 4,
    /// How a dossier was filed.
    FilingChannel = 5,
    /// How a dossier ended.
    Outcome = 6,
    /// How far a dossier had come.
    Status = 7,
}

/// The number of a text, if it has one.
pub fn find(connection: &Connection, kind: Kind, text: &str) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached(sql::NAME_ID)?
        .query_row((kind as u8, text), |row| row.get(0))
        .optional()?)
}

/// Gives numbers to texts; lives with the writer and is thrown away when a transaction is lost.
#[derive(Default)]
pub struct Interner {
    names: HashMap<Kind, HashMap<String, i64>>,
    forms: HashMap<FormKey, i64>,
}

impl Interner {
    /// The number of this text, made now if it has none.
    pub fn number(
        &mut self,
        connection: &Connection,
        kind: Kind,
        text: &str,
    ) -> Result<i64, StoreError> {
        let known = self.names.entry(kind).or_default();
        if let Some(id) = known.get(text) {
            return Ok(*id);
        }
        let id = match find(connection, kind, text)? {
            Some(id) => id,
            None => connection
                .prepare_cached(sql::ADD_NAME)?
                .query_row((kind as u8, text), |row| row.get(0))?,
        };
        known.insert(text.to_owned(), id);
        Ok(id)
    }

    /// [`Interner::number`] of a text that may be absent.
    pub fn optional(
        &mut self,
        connection: &Connection,
        kind: Kind,
        text: Option<&str>,
    ) -> Result<Option<i64>, StoreError> {
        text.map(|text| self.number(connection, kind, text))
            .transpose()
    }

    /// The number of a form version, made now (with its shape) if it has none.
    pub fn form(
        &mut self,
        connection: &Connection,
        forms: &FormBook,
        key: &FormKey,
    ) -> Result<i64, StoreError> {
        if let Some(id) = self.forms.get(key) {
            return Ok(*id);
        }
        let form = known_form(forms, key)?;
        let id = match form_row(connection, key)? {
            Some((id, written)) => {
                check_shape(form, &written)?;
                id
            }
            None => connection
                .prepare_cached(sql::ADD_FORM)?
                .query_row((&key.id, key.version, shape(form)), |row| row.get(0))?,
        };
        self.forms.insert(key.clone(), id);
        Ok(id)
    }
}

/// The form that answers of this key are read with.
pub fn known_form<'a>(forms: &'a FormBook, key: &FormKey) -> Result<&'a Arc<Form>, StoreError> {
    forms.get(&key.id, key.version).ok_or_else(|| {
        StoreError::Corrupt(format!(
            "there are answers to form {} version {}, which is not among the known forms; put its file back",
            key.id, key.version
        ))
    })
}

/// The number of a form version, if it has answers.
pub fn form_id(connection: &Connection, key: &FormKey) -> Result<Option<i64>, StoreError> {
    Ok(form_row(connection, key)?.map(|(id, _)| id))
}

fn form_row(connection: &Connection, key: &FormKey) -> Result<Option<(i64, String)>, StoreError> {
    Ok(connection
        .prepare_cached(sql::FORM_ROW)?
        .query_row((&key.id, key.version), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Refuses a form that would read packed answers otherwise than when they were written.
fn check_shape(form: &Form, written: &str) -> Result<(), StoreError> {
    if shape(form) == written {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!(
        "form {} version {} was changed after it was answered (items, levels, factors or headline); give the changed \
         form a new version and put the old file back",
        form.id, form.version
    )))
}

/// Every form version that has answers, by its number. Fails when one is missing from `forms` or would read its
/// packed answers otherwise than when they were written.
pub fn forms_by_id(
    connection: &Connection,
    forms: &FormBook,
) -> Result<HashMap<i64, Arc<Form>>, StoreError> {
    let mut statement = connection.prepare_cached(sql::FORMS)?;
    let mut rows = statement.query([])?;
    let mut all = HashMap::new();
    while let Some(row) = rows.next()? {
        let key = FormKey {
            id: row.get(1)?,
            version: row.get(2)?,
        };
        let form = known_form(forms, &key)?;
        check_shape(form, &row.get::<_, String>(3)?)?;
        all.insert(row.get(0)?, Arc::clone(form));
    }
    Ok(all)
}

/// Everything that the meaning of packed answers and of counted cells depends on; wording is not part of it.
fn shape(form: &Form) -> String {
    let items: Vec<_> = form
        .items
        .iter()
        .map(|item| {
            let scale = form.scale_of(item);
            serde_json::json!({
                "id": item.id,
                "role": item.role,
                "factor": item.factor,
                "headline": form.is_headline(item),
                "kind": scale.map(|scale| scale.kind),
                "levels": scale.map(|scale| {
                    scale.levels.iter().map(|level| (level.value, level.satisfied)).collect::<Vec<_>>()
                }),
            })
        })
        .collect();
    let factors: Vec<_> = form.factors.iter().map(|factor| &factor.id).collect();
    serde_json::json!({ "factors": factors, "items": items }).to_string()
}

/// Texts of numbers, for readers. Only committed names are ever asked for, and these never change.
#[derive(Default)]
pub struct Texts(RwLock<HashMap<i64, Arc<str>>>);

impl Texts {
    /// The text of this number.
    pub fn get(&self, connection: &Connection, id: i64) -> Result<Arc<str>, StoreError> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known.get(&id) {
            return Ok(Arc::clone(text));
        }
        drop(known);
        let text: Arc<str> = connection
            .prepare_cached(sql::NAME_TEXT)?
            .query_row([id], |row| row.get::<_, String>(0))?
            .into();
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, Arc::clone(&text));
        Ok(text)
    }
}

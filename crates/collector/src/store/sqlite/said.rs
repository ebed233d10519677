//! What citizens wrote and ticked, grouped while it is read.

use std::collections::HashMap;

use rusqlite::Connection;

use super::names::{self, Kind, Texts};
use super::sql;
use crate::comments::{Comment, Group};
use crate::store::{SaidQuery, StoreError, calendar};

/// Groups by unit, month, field and procedure of all counted responses in the period.
pub fn groups(
    connection: &Connection,
    texts: &Texts,
    query: &SaidQuery,
) -> Result<Vec<Group>, StoreError> {
    let Some(form) = names::form_id(connection, &query.form)? else {
        return Ok(Vec::new());
    };
    let from = calendar::day_number(query.from);
    let to = calendar::day_number(query.to);
    let before = query.received_before.as_millisecond();
    let mut groups = HashMap::new();
    match &query.unit {
        None => {
            let mut statement = connection.prepare_cached(sql::SAID)?;
            let rows = statement.query((form, from, to, before))?;
            read(connection, texts, rows, &mut groups)?;
        }
        Some(unit) => {
            let Some(unit) = names::find(connection, Kind::Unit, unit)? else {
                return Ok(Vec::new());
            };
            let mut statement = connection.prepare_cached(sql::SAID_OF_UNIT)?;
            let rows = statement.query((form, from, to, before, unit))?;
            read(connection, texts, rows, &mut groups)?;
        }
    }
    Ok(groups.into_values().collect())
}

/// Month, unit, field, procedure.
type Place = (i32, i64, Option<i64>, Option<i64>);

fn read(
    connection: &Connection,
    texts: &Texts,
    mut rows: rusqlite::Rows<'_>,
    groups: &mut HashMap<Place, Group>,
) -> Result<(), StoreError> {
    let damaged = |what: &str| StoreError::Corrupt(format!("a response with {what}"));
    while let Some(row) = rows.next()? {
        let day =
            calendar::day_of_number(row.get(0)?).ok_or_else(|| damaged("a day that cannot be"))?;
        let place: Place = (
            calendar::month_number(day),
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
        );
        let group = match groups.entry(place) {
            std::collections::hash_map::Entry::Occupied(kept) => kept.into_mut(),
            std::collections::hash_map::Entry::Vacant(free) => {
                let text = |id: Option<i64>| id.map(|id| texts.get(connection, id)).transpose();
                free.insert(Group {
                    unit: texts.get(connection, place.1)?,
                    month: place.0,
                    field: text(place.2)?,
                    procedure: text(place.3)?,
                    responses: 0,
                    reasons: std::collections::BTreeMap::new(),
                    comments: Vec::new(),
                })
            }
        };
        group.responses += 1;
        let reasons: Vec<String> = match row.get::<_, Option<String>>(4)? {
            Some(json) => {
                serde_json::from_str(&json).map_err(|_| damaged("reasons that are no list"))?
            }
            None => Vec::new(),
        };
        for reason in &reasons {
            match group.reasons.get_mut(reason) {
                Some(count) => *count += 1,
                None => {
                    group.reasons.insert(reason.clone(), 1);
                }
            }
        }
        if let Some(text) = row.get::<_, Option<String>>(5)? {
            group.comments.push(Comment { text, reasons });
        }
    }
    Ok(())
}

//! What finished dossiers are told apart by: as numbers while they are counted, as texts in the end.

use std::collections::HashMap;

use rusqlite::Connection;
use survey::dossier::DossierCode;

use super::names::Texts;
use super::registers::{field_of, moment};
use super::sql;
use crate::store::terms::Term;
use crate::store::{Bucket, FinishedBy, FinishedFilter, StoreError, Timeliness, calendar};

/// Stands for a value that is not told apart, or that a dossier does not have.
pub const NONE: u32 = 0;

/// What is told apart by numbers; the less, the fewer groups have to be named.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub month: i32,
    pub unit: u32,
    pub procedure: u32,
    pub filing_channel: u32,
    pub authority: u32,
    pub outcome: u32,
    pub timeliness: u8,
}

/// A finished dossier; its place has no month.
pub struct Finished {
    pub code: DossierCode,
    pub day: i32,
    pub place: Place,
}

/// Visits every finished dossier of a bucket.
pub fn finished(
    connection: &Connection,
    bucket: Bucket,
    mut visit: impl FnMut(Finished),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql::FINISHED_IN_BUCKET)?;
    let mut rows = statement.query([bucket.0])?;
    while let Some(row) = rows.next()? {
        let code = DossierCode::parse(&row.get::<_, String>(0)?)
            .map_err(|error| StoreError::Corrupt(format!("a dossier code: {error}")))?;
        let finished = moment(row.get(4)?)?;
        let due = row.get::<_, Option<i64>>(5)?.map(moment).transpose()?;
        visit(Finished {
            code,
            day: calendar::day_number(calendar::business_day(finished)),
            place: Place {
                month: 0,
                unit: row.get(1)?,
                procedure: row.get(2)?,
                filing_channel: row.get::<_, Option<u32>>(3)?.unwrap_or(NONE),
                authority: row.get::<_, Option<u32>>(6)?.unwrap_or(NONE),
                outcome: row.get::<_, Option<u32>>(7)?.unwrap_or(NONE),
                timeliness: Timeliness::of(Some(finished), due).number(),
            },
        });
    }
    Ok(())
}

/// Texts for numbers.
pub struct Names<'a> {
    connection: &'a Connection,
    texts: &'a Texts,
    fields: HashMap<u32, Option<String>>,
    /// What passes the filter, so that each value is named once and not once for each dossier.
    passing: HashMap<(FinishedBy, u32), bool>,
}

impl<'a> Names<'a> {
    pub fn new(connection: &'a Connection, texts: &'a Texts) -> Self {
        Self {
            connection,
            texts,
            fields: HashMap::new(),
            passing: HashMap::new(),
        }
    }

    /// Does the filter let dossiers of this place pass? To be asked with one and the same filter.
    pub fn passes(&mut self, filter: &FinishedFilter, place: &Place) -> Result<bool, StoreError> {
        for (by, number, allowed) in [
            (FinishedBy::Unit, place.unit, &filter.units),
            (FinishedBy::Field, place.procedure, &filter.fields),
            (FinishedBy::Procedure, place.procedure, &filter.procedures),
            (
                FinishedBy::FilingChannel,
                place.filing_channel,
                &filter.filing_channels,
            ),
            (FinishedBy::Authority, place.authority, &filter.authorities),
            (FinishedBy::Outcome, place.outcome, &filter.outcomes),
        ] {
            if allowed.is_empty() {
                continue;
            }
            let passes = match self.passing.get(&(by, number)) {
                Some(passes) => *passes,
                None => {
                    let value = self.of(by, place)?;
                    let passes = value.is_some_and(|value| allowed.contains(&value));
                    self.passing.insert((by, number), passes);
                    passes
                }
            };
            if !passes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value of a place; none where a dossier has none.
    pub fn of(&mut self, by: FinishedBy, place: &Place) -> Result<Option<String>, StoreError> {
        match by {
            FinishedBy::Unit => self.text(place.unit),
            FinishedBy::Procedure => self.text(place.procedure),
            FinishedBy::FilingChannel => self.text(place.filing_channel),
            FinishedBy::Authority => self.text(place.authority),
            FinishedBy::Outcome => self.text(place.outcome),
            FinishedBy::Month => Ok(Some(calendar::month_name(place.month))),
            FinishedBy::Timeliness => Ok(Some(timeliness(place)?.name().to_owned())),
            FinishedBy::Field => {
                if let Some(field) = self.fields.get(&place.procedure) {
                    return Ok(field.clone());
                }
                let field = match self.text(place.procedure)? {
                    Some(procedure) => field_of(self.connection, &procedure)?,
                    None => None,
                };
                self.fields.insert(place.procedure, field.clone());
                Ok(field)
            }
        }
    }

    fn text(&self, number: u32) -> Result<Option<String>, StoreError> {
        if number == NONE {
            return Ok(None);
        }
        let text = self.texts.get(self.connection, i64::from(number))?;
        Ok(Some(text.to_string()))
    }
}

/// The term of a place.
pub fn timeliness(place: &Place) -> Result<Timeliness, StoreError> {
    Timeliness::of_number(i64::from(place.timeliness))
        .ok_or_else(|| StoreError::Corrupt("a term of a finished dossier".into()))
}

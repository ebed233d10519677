//! Finished dossiers held against their due days, counted from the register itself.

use std::collections::HashMap;

use jiff::civil::{Date, Time};
use rusqlite::{Connection, Rows};

use super::names::{self, Kind, Texts};
use super::places::{NONE, Names, Place};
use super::registers::moment;
use super::sql;
use crate::store::calendar::{self, ZONE};
use crate::store::{AgainstDue, DueQuery, FinishedFilter, StoreError};

/// Counts the finished dossiers of the query by how they kept their due days.
pub fn against_due(
    connection: &Connection,
    texts: &Texts,
    query: &DueQuery,
) -> Result<AgainstDue, StoreError> {
    let mut counting = Counting {
        filter: &query.filter,
        names: Names::new(connection, texts),
        passes: HashMap::new(),
        counted: AgainstDue::default(),
    };
    // Those of one unit are few and looked up one by one; all are read from an index that holds both moments.
    if let [unit] = query.filter.units.as_slice() {
        let Some(unit) = names::find(connection, Kind::Unit, unit)? else {
            return Ok(AgainstDue::default());
        };
        let [first, last] = [query.from, query.to].map(calendar::day_number);
        let mut statement = connection.prepare_cached(sql::AGAINST_DUE_OF_UNIT)?;
        counting.read(statement.query((first, last, unit))?)?;
    } else {
        let first = start_of(query.from).unwrap_or(i64::MIN);
        let end = query.to.tomorrow().ok().and_then(start_of);
        let mut statement = connection.prepare_cached(sql::AGAINST_DUE)?;
        counting.read(statement.query((first, end.unwrap_or(i64::MAX)))?)?;
    }
    Ok(counting.counted)
}

/// The first moment of a business day, in milliseconds; none outside the calendar.
fn start_of(day: Date) -> Option<i64> {
    let midnight = ZONE.to_timestamp(day.to_datetime(Time::midnight())).ok()?;
    Some(midnight.as_millisecond())
}

struct Counting<'a> {
    filter: &'a FinishedFilter,
    names: Names<'a>,
    /// Which places pass: they are far fewer than dossiers.
    passes: HashMap<Place, bool>,
    counted: AgainstDue,
}

impl Counting<'_> {
    fn read(&mut self, mut rows: Rows<'_>) -> Result<(), StoreError> {
        while let Some(row) = rows.next()? {
            let place = Place {
                month: 0,
                unit: row.get(0)?,
                procedure: row.get(1)?,
                filing_channel: row.get::<_, Option<u32>>(2)?.unwrap_or(NONE),
                authority: row.get::<_, Option<u32>>(5)?.unwrap_or(NONE),
                outcome: row.get::<_, Option<u32>>(6)?.unwrap_or(NONE),
                timeliness: 0,
            };
            if self.lets(place)? {
                let due = row.get::<_, Option<i64>>(4)?.map(moment).transpose()?;
                self.counted.add(moment(row.get(3)?)?, due);
            }
        }
        Ok(())
    }

    fn lets(&mut self, place: Place) -> Result<bool, StoreError> {
        if let Some(passes) = self.passes.get(&place) {
            return Ok(*passes);
        }
        let passes = self.names.passes(self.filter, &place)?;
        self.passes.insert(place, passes);
        Ok(passes)
    }
}

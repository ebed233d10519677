//! Counting: which source answers which part of a question, and grouping what it yields.
//!
//! ```text
//! asked period   ──────[ edge days ][ whole months ][ edge days ]──────▶
//! counted from          days or log  month roll-up   days or log        + the log behind the watermark
//! ```
//!
//! The month roll-up knows every dimension but the procedure; for units alone there is a much smaller one, and the day
//! roll-up knows the unit alone, too. All sources are read in one snapshot, and the rows that the roll-ups do not hold yet are added from the log, so every answer is
//! exact at the moment of its snapshot, however far the roll-ups are behind.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use jiff::civil::Date;
use rusqlite::Connection;
use survey::cell::{Cell, Counter};
use survey::form::Form;
use survey::response::{Channel, Touchpoint};

use super::log::{self, Facts};
use super::names::{self, Kind, Texts, form_id, known_form};
use super::{rollup, sql};
use crate::forms::FormBook;
use crate::store::terms::Term;
use crate::store::{
    CellQuery, Dimension, FormKey, GroupKey, Provenance, StoreError, Timeliness, calendar,
};

/// Where counts may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// The fastest that suffices.
    Fastest,
    /// The log alone: the truth that the roll-ups are held against.
    #[cfg(test)]
    Log,
}

/// A part of the asked period, by the source that answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Months(RangeInclusive<i32>),
    /// Months of which only the units matter.
    Units(RangeInclusive<i32>),
    Days(RangeInclusive<i32>),
    Log(RangeInclusive<i32>),
}

/// First and last day with a counted response, of those up to this day.
pub fn span(
    connection: &Connection,
    key: &FormKey,
    upto: Option<Date>,
) -> Result<Option<(Date, Date)>, StoreError> {
    let Some(form) = form_id(connection, key)? else {
        return Ok(None);
    };
    let upto = upto.map_or(i32::MAX, calendar::day_number);
    let day = |statement| -> Result<Option<Date>, StoreError> {
        let number: Option<i32> = connection
            .prepare_cached(statement)?
            .query_row((form, upto), |row| row.get(0))?;
        Ok(number.and_then(calendar::day_of_number))
    };
    Ok(day(sql::FIRST_DAY)?.zip(day(sql::LAST_DAY)?))
}

/// Splits the asked period; `span` is the period that has responses.
fn plan(query: &CellQuery, span: (Date, Date), sources: Sources) -> Vec<Part> {
    // Beyond the first and last response there is nothing, so a month that holds them all is whole.
    let from = if query.from <= span.0 {
        span.0.first_of_month()
    } else {
        query.from
    };
    let to = if query.to >= span.1 {
        span.1.last_of_month()
    } else {
        query.to
    };
    if from > to {
        return Vec::new();
    }
    let days = |from: Date, to: Date| calendar::day_number(from)..=calendar::day_number(to);
    let uses = |dimension| {
        query.by.contains(&dimension) || query.filters.iter().any(|(used, _)| *used == dimension)
    };
    if sources != Sources::Fastest || uses(Dimension::Procedure) {
        return vec![Part::Log(days(from, to))];
    }
    let by_unit = !Dimension::ALL.iter().any(|(dimension, ..)| {
        uses(*dimension) && !matches!(dimension, Dimension::Unit | Dimension::Month)
    });
    let edge = |from, to| {
        if by_unit {
            Part::Days(days(from, to))
        } else {
            Part::Log(days(from, to))
        }
    };
    let first = calendar::month_number(from) + i32::from(from != from.first_of_month());
    let last = calendar::month_number(to) - i32::from(to != to.last_of_month());
    if first > last {
        return vec![edge(from, to)];
    }
    let mut parts = vec![if by_unit {
        Part::Units(first..=last)
    } else {
        Part::Months(first..=last)
    }];
    if from != from.first_of_month() {
        parts.push(edge(from, from.last_of_month()));
    }
    if to != to.last_of_month() {
        parts.push(edge(to.first_of_month(), to));
    }
    parts
}

/// Groups and filters by numbers.
pub struct Grouping {
    by: Vec<Dimension>,
    filters: Vec<(Dimension, HashSet<i64>)>,
}

impl Grouping {
    fn of(connection: &Connection, query: &CellQuery) -> Result<Self, StoreError> {
        let mut filters = Vec::new();
        for (dimension, values) in &query.filters {
            let mut numbers = HashSet::new();
            for value in values {
                numbers.extend(number(connection, *dimension, value)?);
            }
            filters.push((*dimension, numbers));
        }
        Ok(Self {
            by: query.by.clone(),
            filters,
        })
    }

    /// The group of these facts: those that it is told apart by, if the filters let it pass.
    pub fn group(&self, facts: &Facts) -> Option<Facts> {
        self.filters
            .iter()
            .all(|(dimension, allowed)| allowed.contains(&facts.get(*dimension)))
            .then(|| {
                self.by.iter().fold(Facts::none(), |group, dimension| {
                    group.with(*dimension, facts.get(*dimension))
                })
            })
    }

    /// The only unit that can pass, if there is but one.
    fn only_unit(&self) -> Option<i64> {
        self.filters
            .iter()
            .find(|(dimension, allowed)| *dimension == Dimension::Unit && allowed.len() == 1)
            .and_then(|(_, allowed)| allowed.iter().next().copied())
    }

    /// No response can pass.
    fn is_void(&self) -> bool {
        self.filters.iter().any(|(_, allowed)| allowed.is_empty())
    }

    /// The values of a group, in the order asked for.
    pub fn names(
        &self,
        connection: &Connection,
        texts: &Texts,
        group: &Facts,
    ) -> Result<GroupKey, StoreError> {
        self.by
            .iter()
            .map(|dimension| name(connection, texts, *dimension, group.get(*dimension)))
            .collect()
    }
}

/// The number of a dimension's value; `None` when no response can have it.
fn number(
    connection: &Connection,
    dimension: Dimension,
    value: &str,
) -> Result<Option<i64>, StoreError> {
    fn term<T: Term>(value: &str) -> Option<i64> {
        T::of_name(value).map(|term| i64::from(term.number()))
    }
    Ok(match dimension {
        Dimension::Unit => names::find(connection, Kind::Unit, value)?,
        Dimension::Field => names::find(connection, Kind::Field, value)?,
        Dimension::Procedure => names::find(connection, Kind::Procedure, value)?,
        Dimension::Month => calendar::month_of_name(value).map(i64::from),
        Dimension::Channel => term::<Channel>(value),
        Dimension::Touchpoint => term::<Touchpoint>(value),
        Dimension::Timeliness => term::<Timeliness>(value),
        Dimension::Provenance => term::<Provenance>(value),
    })
}

/// The value of a dimension's number; `None` where a response has none.
pub fn name(
    connection: &Connection,
    texts: &Texts,
    dimension: Dimension,
    number: i64,
) -> Result<Option<String>, StoreError> {
    fn term<T: Term>(number: i64) -> Result<Option<String>, StoreError> {
        T::of_number(number)
            .map(|term| Some(term.name().to_owned()))
            .ok_or_else(|| StoreError::Corrupt(format!("a term of number {number}")))
    }
    match dimension {
        Dimension::Unit | Dimension::Field | Dimension::Procedure => {
            if number == Facts::NONE {
                return Ok(None);
            }
            Ok(Some(texts.get(connection, number)?.to_string()))
        }
        Dimension::Month => i32::try_from(number)
            .map(|month| Some(calendar::month_name(month)))
            .map_err(|_| StoreError::Corrupt(format!("a month of number {number}"))),
        Dimension::Channel => term::<Channel>(number),
        Dimension::Touchpoint => term::<Touchpoint>(number),
        Dimension::Timeliness => term::<Timeliness>(number),
        Dimension::Provenance => term::<Provenance>(number),
    }
}

/// Cells while they are gathered.
struct Gathering<'a> {
    connection: &'a Connection,
    form: &'a Form,
    counter: Counter,
    id: i64,
    grouping: Grouping,
    cells: HashMap<Facts, Cell>,
}

impl Gathering<'_> {
    fn merge(&mut self, facts: &Facts, bytes: &[u8]) -> Result<(), StoreError> {
        match self.grouping.group(facts) {
            Some(group) => rollup::merge(cell_of(&mut self.cells, group, self.form), bytes),
            None => Ok(()),
        }
    }

    fn add(&mut self, counted: &log::Counted) {
        if let Some(group) = self.grouping.group(&counted.facts) {
            let cell = cell_of(&mut self.cells, group, self.form);
            self.counter.add(cell, &counted.answers, counted.marks);
        }
    }

    fn months(&mut self, months: RangeInclusive<i32>) -> Result<(), StoreError> {
        let connection = self.connection;
        let unit = self.grouping.only_unit();
        for month in months {
            let facts = Facts::none().with(Dimension::Month, i64::from(month));
            let mut statement = connection.prepare_cached(match unit {
                Some(_) => sql::MONTH_CELLS_OF_UNIT,
                None => sql::MONTH_CELLS,
            })?;
            let mut rows = match unit {
                Some(unit) => statement.query((self.id, month, unit))?,
                None => statement.query((self.id, month))?,
            };
            while let Some(row) = rows.next()? {
                let mut facts = facts;
                for (at, dimension) in rollup::MONTH_DIMENSIONS.into_iter().enumerate() {
                    facts = facts.with(dimension, row.get(at)?);
                }
                self.merge(&facts, row.get_ref(6)?.as_blob().map_err(broken)?)?;
            }
        }
        Ok(())
    }

    fn units(&mut self, months: RangeInclusive<i32>) -> Result<(), StoreError> {
        for month in months {
            self.units_of(
                i64::from(month),
                month,
                [sql::UNIT_CELLS, sql::UNIT_CELLS_OF_UNIT],
            )?;
        }
        Ok(())
    }

    fn days(&mut self, days: RangeInclusive<i32>) -> Result<(), StoreError> {
        for day in days {
            if let Some(date) = calendar::day_of_number(day) {
                let month = i64::from(calendar::month_number(date));
                self.units_of(month, day, [sql::DAY_CELLS, sql::DAY_CELLS_OF_UNIT])?;
            }
        }
        Ok(())
    }

    /// Cells of units in this month or on this day of it, by the statements for all and for one unit.
    fn units_of(
        &mut self,
        month: i64,
        period: i32,
        [all, one]: [&str; 2],
    ) -> Result<(), StoreError> {
        let connection = self.connection;
        let unit = self.grouping.only_unit();
        let mut statement = connection.prepare_cached(if unit.is_some() { one } else { all })?;
        let mut rows = match unit {
            Some(unit) => statement.query((self.id, period, unit))?,
            None => statement.query((self.id, period))?,
        };
        while let Some(row) = rows.next()? {
            let facts = Facts::none()
                .with(Dimension::Month, month)
                .with(Dimension::Unit, row.get(0)?);
            self.merge(&facts, row.get_ref(1)?.as_blob().map_err(broken)?)?;
        }
        Ok(())
    }

    /// Counts responses of these days up to this row.
    fn log(&mut self, days: RangeInclusive<i32>, upto: i64) -> Result<(), StoreError> {
        let connection = self.connection;
        let (id, unit) = (self.id, self.grouping.only_unit());
        let add = |counted: &log::Counted| {
            self.add(counted);
            Ok(())
        };
        match unit {
            Some(unit) => log::each(
                connection,
                sql::ROWS_BY_UNIT,
                (id, days.start(), days.end(), upto, unit),
                add,
            ),
            None => log::each(
                connection,
                sql::ROWS_BY_DAY,
                (id, days.start(), days.end(), upto),
                add,
            ),
        }
    }

    /// Counts responses of these days behind the watermark.
    fn tail(&mut self, days: RangeInclusive<i32>, after: i64) -> Result<(), StoreError> {
        let id = self.id;
        log::each(
            self.connection,
            sql::ROWS_AFTER,
            (after, i64::MAX),
            |counted| {
                if counted.form == id && days.contains(&counted.day) {
                    self.add(counted);
                }
                Ok(())
            },
        )
    }
}

/// The group's cell, made when it is the first time.
fn cell_of<'a>(cells: &'a mut HashMap<Facts, Cell>, group: Facts, form: &Form) -> &'a mut Cell {
    cells.entry(group).or_insert_with(|| Cell::empty(form))
}

fn broken(error: rusqlite::types::FromSqlError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// Cells by number, before they are named.
pub struct Gathered {
    /// The form.
    pub form: Arc<Form>,
    /// Its number.
    pub id: i64,
    /// First and last day with a response to it.
    pub span: (Date, Date),
    /// What they are grouped by.
    pub grouping: Grouping,
    /// Each group's cell.
    pub cells: HashMap<Facts, Cell>,
}

/// Counts responses that enter the index; `None` when there can be none.
pub fn gather(
    connection: &Connection,
    forms: &FormBook,
    query: &CellQuery,
    sources: Sources,
) -> Result<Option<Gathered>, StoreError> {
    let form = Arc::clone(known_form(forms, &query.form)?);
    let (Some(id), Some(span)) = (
        form_id(connection, &query.form)?,
        span(connection, &query.form, None)?,
    ) else {
        return Ok(None);
    };
    let mut gathering = Gathering {
        connection,
        form: &form,
        counter: Counter::new(&form),
        id,
        grouping: Grouping::of(connection, query)?,
        cells: HashMap::new(),
    };
    if gathering.grouping.is_void() {
        return Ok(None);
    }
    let watermark = rollup::watermark(connection)?;
    for part in plan(query, span, sources) {
        match part {
            Part::Months(months) => gathering.months(months)?,
            Part::Units(months) => gathering.units(months)?,
            Part::Days(days) => gathering.days(days)?,
            Part::Log(days) => gathering.log(days, watermark)?,
        }
    }
    if query.from <= query.to {
        let asked = calendar::day_number(query.from)..=calendar::day_number(query.to);
        gathering.tail(asked, watermark)?;
    }
    let Gathering {
        grouping, cells, ..
    } = gathering;
    Ok(Some(Gathered {
        form,
        id,
        span,
        grouping,
        cells,
    }))
}

/// Counts responses that enter the index, sorted by group.
pub fn cells(
    connection: &Connection,
    forms: &FormBook,
    texts: &Texts,
    query: &CellQuery,
    sources: Sources,
) -> Result<Vec<(GroupKey, Cell)>, StoreError> {
    let Some(Gathered {
        grouping, cells, ..
    }) = gather(connection, forms, query, sources)?
    else {
        return Ok(Vec::new());
    };
    let mut named = cells
        .into_iter()
        .map(|(group, cell)| Ok((grouping.names(connection, texts, &group)?, cell)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(named)
}

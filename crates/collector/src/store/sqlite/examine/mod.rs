//! What the rules of flags say of the log, day by day.
//!
//! Rules about series (bursts, identical answers) see a day with the days before and after it, repeats too. What was
//! found of a day is kept in memory for as long as the log of these three days does not change, which `log_change` tells
//! in the same snapshot: so what is said is always what the rules say of the log as it is read, and a new response costs
//! the reading of a few days. Nothing of it is stored: other rules need no migration. After a start the log is looked at
//! from the newest month back, before anybody asks ([`months_back`]).

mod kept;
mod seen;

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use statistics::flag::{Rules, flags};
use survey::cell::{Cell, Counter};

use self::kept::{Day, Flagged, Kept, Ratings, Tally, month_of};
use super::count::{self, Gathered, Sources};
use super::names::{Texts, form_id};
use super::{log::Facts, sql};
use crate::forms::FormBook;
use crate::store::{CellQuery, Dimension, Examined, FormKey, GroupKey, StoreError, calendar};

/// Changes of the log that are looked at together when many days have to be: a bound of the memory that it takes.
const TOGETHER: i64 = 50_000;

/// The rules, and what they found.
pub struct Examiner {
    rules: Arc<Rules>,
    kept: Mutex<Kept>,
}

/// What is known of a period, all of one snapshot.
struct Period {
    form: i64,
    days: RangeInclusive<i32>,
    /// Changes of the log by day, from the day before the period to the day after it.
    changes: HashMap<i32, i64>,
    /// Days that have responses, in order.
    found: Vec<(i32, Arc<Day>)>,
}

impl Examiner {
    pub fn new(rules: Arc<Rules>) -> Self {
        Self {
            rules,
            kept: Mutex::default(),
        }
    }

    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Is there hardly memory left for more days?
    pub fn is_full(&self) -> bool {
        self.kept().is_full()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at these days of a form, so that nobody has to wait for it later.
    pub fn look_at(
        &self,
        connection: &Connection,
        form: i64,
        days: RangeInclusive<i32>,
    ) -> Result<(), StoreError> {
        self.period(connection, form, days).map(drop)
    }

    fn period(
        &self,
        connection: &Connection,
        form: i64,
        days: RangeInclusive<i32>,
    ) -> Result<Period, StoreError> {
        let changes = changes(connection, form, &days)?;
        let around = |day: i32| -> i64 {
            let of = |day: i32| changes.get(&day).copied().unwrap_or(0);
            of(day.saturating_sub(1)) + of(day) + of(day.saturating_add(1))
        };
        let busy = changes.keys().copied().filter(|day| days.contains(day));
        let mut found = Vec::new();
        let mut stale = Vec::new();
        {
            let kept = self.kept();
            for day in busy {
                match kept.day(form, day, around(day)) {
                    Some(known) => found.push((day, known)),
                    None => stale.push((day, around(day))),
                }
            }
        }
        stale.sort_unstable();
        for run in runs(&stale) {
            let mut looked_at = self.examine(connection, form, run.clone())?;
            let mut kept = self.kept();
            for day in run {
                let mut one = looked_at.remove(&day).unwrap_or_default();
                one.changes = around(day);
                let one = Arc::new(one);
                kept.put(form, day, Arc::clone(&one));
                found.push((day, one));
            }
        }
        found.sort_unstable_by_key(|(day, _)| *day);
        Ok(Period {
            form,
            days,
            changes,
            found,
        })
    }

    /// Reads some days in a row, with the one before and the one after, and asks the rules.
    fn examine(
        &self,
        connection: &Connection,
        form: i64,
        run: RangeInclusive<i32>,
    ) -> Result<HashMap<i32, Day>, StoreError> {
        let days = (run.start().saturating_sub(1), run.end().saturating_add(1));
        let (seen, given) = seen::read(connection, form, days)?;
        let places: HashMap<&str, u32> = (0..)
            .zip(&self.rules.rules)
            .map(|(place, rule)| (rule.id.as_str(), place))
            .collect();
        let mut raised: HashMap<u64, u64> = HashMap::new();
        for flag in flags(&self.rules, &given) {
            if let Some(place) = places.get(flag.rule.id.as_str()) {
                *raised.entry(flag.row).or_default() |= 1u64.wrapping_shl(*place);
            }
        }
        let mut found: HashMap<i32, (Day, Tally)> = HashMap::new();
        for (one, given) in seen.into_iter().zip(given) {
            if !one.counts || !run.contains(&one.day) {
                continue;
            }
            let (day, tally) = found.entry(one.day).or_default();
            if one.tied {
                tally.add(&one.facts);
            }
            if let Some(raised) = raised.get(&given.row) {
                day.flagged.push(Flagged {
                    facts: one.facts,
                    marks: one.marks,
                    answers: given.answers,
                    raised: *raised,
                    tied: one.tied,
                });
            }
        }
        let days = found.into_iter().map(|(number, (mut day, tally))| {
            day.flagged.shrink_to_fit();
            day.tied = tally.finish();
            (number, day)
        });
        Ok(days.collect())
    }

    /// Ratings of finished dossiers in the period, with the month that they are of. Months that are asked for as a whole
    /// come by unit and field from what was added up before, unless procedures must be told apart.
    fn tied(&self, period: &Period, by_procedure: bool) -> Result<Vec<(i32, Ratings)>, StoreError> {
        let mut months: Vec<(i32, Vec<Arc<Day>>)> = Vec::new();
        for (day, found) in &period.found {
            let month = month_of(*day)?;
            match months.last_mut() {
                Some((last, days)) if *last == month => days.push(Arc::clone(found)),
                _ => months.push((month, vec![Arc::clone(found)])),
            }
        }
        let mut tied = Vec::new();
        for (month, days) in months {
            match whole(month).filter(|(first, last)| {
                !by_procedure && period.days.contains(first) && period.days.contains(last)
            }) {
                Some((first, last)) => {
                    let around = first.saturating_sub(1)..=last.saturating_add(1);
                    let changes = around.filter_map(|day| period.changes.get(&day)).sum();
                    tied.push((month, self.kept().month(period.form, month, changes, &days)));
                }
                None => tied.extend(days.iter().map(|day| (month, Arc::clone(&day.tied)))),
            }
        }
        Ok(tied)
    }
}

/// Changes of the log by day, from the day before the period to the day after it.
fn changes(
    connection: &Connection,
    form: i64,
    period: &RangeInclusive<i32>,
) -> Result<HashMap<i32, i64>, StoreError> {
    let (first, last) = (
        period.start().saturating_sub(1),
        period.end().saturating_add(1),
    );
    let mut statement = connection.prepare_cached(sql::LOG_CHANGES)?;
    let rows = statement.query_map((form, first, last), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Days in rising order, with their changes, as ranges of days in a row, none of more than [`TOGETHER`] unless it is one day.
fn runs(days: &[(i32, i64)]) -> Vec<RangeInclusive<i32>> {
    let mut runs: Vec<RangeInclusive<i32>> = Vec::new();
    let mut size = 0i64;
    for &(day, changes) in days {
        size = size.saturating_add(changes);
        match runs.last_mut() {
            Some(run) if *run.end() + 1 == day && size <= TOGETHER => {
                *run = *run.start()..=day;
            }
            _ => {
                runs.push(day..=day);
                size = changes;
            }
        }
    }
    runs
}

/// First and last day of a month.
fn whole(month: i32) -> Option<(i32, i32)> {
    let first = calendar::first_of_month(month)?;
    Some((
        calendar::day_number(first),
        calendar::day_number(first.last_of_month()),
    ))
}

/// The months that have responses to a form, the newest first, each with the form's number, as days.
pub fn months_back(
    connection: &Connection,
    form: &FormKey,
) -> Result<Vec<(i64, RangeInclusive<i32>)>, StoreError> {
    let (Some(id), Some((first, last))) = (
        form_id(connection, form)?,
        count::span(connection, form, None)?,
    ) else {
        return Ok(Vec::new());
    };
    let months = calendar::month_number(first)..=calendar::month_number(last);
    Ok(months
        .rev()
        .filter_map(whole)
        .map(|(first, last)| (id, first..=last))
        .collect())
}

/// Counted responses with their flags, sorted by group.
pub fn examined(
    connection: &Connection,
    forms: &FormBook,
    texts: &Texts,
    examiner: &Examiner,
    query: &CellQuery,
) -> Result<Vec<(GroupKey, Examined)>, StoreError> {
    let Some(gathered) = count::gather(connection, forms, query, Sources::Fastest)? else {
        return Ok(Vec::new());
    };
    let Gathered {
        form,
        id,
        span,
        grouping,
        cells,
    } = gathered;
    let counter = Counter::new(&form);
    let mut groups: HashMap<Facts, Examined> = cells
        .into_iter()
        .map(|(group, cell)| (group, Examined::of(cell)))
        .collect();
    let uses = || {
        let filters = query.filters.iter().map(|(dimension, _)| dimension);
        query.by.iter().chain(filters)
    };
    let of_dossiers = uses().all(|dimension| dimension.is_of_dossiers());
    let by_procedure = uses().any(|dimension| *dimension == Dimension::Procedure);
    // Beyond the first and last response there is nothing, so a month that holds them is whole.
    let [from, to] = [
        query.from.max(span.0.first_of_month()),
        query.to.min(span.1.last_of_month()),
    ]
    .map(calendar::day_number);
    let period = examiner.period(connection, id, from..=to)?;
    for (_, day) in &period.found {
        for one in &day.flagged {
            let group = grouping.group(&one.facts);
            let Some(examined) = group.and_then(|group| groups.get_mut(&group)) else {
                continue;
            };
            let cell = examined.flagged.get_or_insert_with(|| Cell::empty(&form));
            counter.add(cell, &one.answers, one.marks);
            examined.raised.resize(examiner.rules.rules.len(), 0);
            for (place, count) in (0..).zip(&mut examined.raised) {
                *count += one.raised.wrapping_shr(place) & 1;
            }
            examined.tied_flagged += u64::from(one.tied && of_dossiers);
        }
    }
    if of_dossiers {
        for (month, tied) in examiner.tied(&period, by_procedure)? {
            for one in tied.iter() {
                let group = grouping.group(&one.facts(month));
                if let Some(examined) = group.and_then(|group| groups.get_mut(&group)) {
                    examined.tied += one.count;
                }
            }
        }
    }
    let mut named = groups
        .into_iter()
        .map(|(group, examined)| Ok((grouping.names(connection, texts, &group)?, examined)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_a_row_are_read_together_and_never_too_many() {
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[(1, 10), (2, 10), (4, 10)]), [1..=2, 4..=4]);
        let half = TOGETHER / 2;
        assert_eq!(runs(&[(1, half), (2, half), (3, half)]), [1..=2, 3..=3]);
        assert_eq!(runs(&[(1, i64::MAX), (2, i64::MAX)]), [1..=1, 2..=2]);
    }
}

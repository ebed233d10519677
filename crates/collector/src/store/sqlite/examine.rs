//! What the rules of flags say of the log, day by day.
//!
//! Rules about series (bursts, identical answers) see a day with the days before and after it, repeats too. What was
//! found of a day is kept in memory for as long as the log of these three days does not change, which `log_change` tells
//! in the same snapshot: so what is said is always what the rules say of the log as it is read, and a new response costs
//! the reading of a few days. Nothing of it is stored: other rules need no migration.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Row};
use statistics::flag::{self, Rules, flags};
use survey::answers::Packed;
use survey::cell::{Cell, Counter, Marks};
use survey::response::{Channel, Touchpoint};

use super::count::{self, Gathered, Sources};
use super::log::{Counted, Facts};
use super::names::Texts;
use super::sql;
use crate::forms::FormBook;
use crate::intake::Flag;
use crate::store::terms::Term;
use crate::store::{CellQuery, Dimension, Examined, GroupKey, Provenance, StoreError, calendar};

/// Days that are looked at together when many have to be: a bound of the memory that it takes.
const TOGETHER: i32 = 31;

/// The rules, and what they found.
pub struct Examiner {
    rules: Arc<Rules>,
    /// By form and day.
    days: Mutex<HashMap<(i64, i32), Arc<Day>>>,
}

/// What was found of one day of one form.
#[derive(Default)]
struct Day {
    /// Changes of the log on the three days that were looked at.
    changes: i64,
    flagged: Vec<Flagged>,
    /// Ratings of finished dossiers by unit, field and procedure.
    tied: HashMap<Facts, u64>,
}

/// A flagged response that counts.
struct Flagged {
    facts: Facts,
    marks: Marks,
    answers: Packed,
    /// Bits by the place of the rule.
    raised: u64,
    tied: bool,
}

impl Examiner {
    pub fn new(rules: Arc<Rules>) -> Self {
        Self {
            rules,
            days: Mutex::default(),
        }
    }

    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Days of the period that have responses.
    fn days(
        &self,
        connection: &Connection,
        form: i64,
        period: RangeInclusive<i32>,
    ) -> Result<Vec<Arc<Day>>, StoreError> {
        let changes = changes(connection, form, &period)?;
        let around = |day: i32| -> i64 {
            let of = |day: i32| changes.get(&day).copied().unwrap_or(0);
            of(day.saturating_sub(1)) + of(day) + of(day.saturating_add(1))
        };
        let mut busy: Vec<i32> = changes
            .keys()
            .copied()
            .filter(|day| period.contains(day))
            .collect();
        busy.sort_unstable();
        let kept = |days: &HashMap<(i64, i32), Arc<Day>>, day: i32| {
            days.get(&(form, day))
                .filter(|kept| kept.changes == around(day))
                .cloned()
        };
        let mut found = Vec::with_capacity(busy.len());
        let mut stale = Vec::new();
        {
            let days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
            for day in busy {
                match kept(&days, day) {
                    Some(day) => found.push(day),
                    None => stale.push(day),
                }
            }
        }
        for run in runs(&stale) {
            let mut looked_at = self.examine(connection, form, run.clone())?;
            let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
            for day in run {
                let mut one = looked_at.remove(&day).unwrap_or_default();
                one.changes = around(day);
                let one = Arc::new(one);
                days.insert((form, day), Arc::clone(&one));
                found.push(one);
            }
        }
        Ok(found)
    }

    /// Reads some days in a row, with the one before and the one after, and asks the rules.
    fn examine(
        &self,
        connection: &Connection,
        form: i64,
        run: RangeInclusive<i32>,
    ) -> Result<HashMap<i32, Day>, StoreError> {
        let mut seen = Vec::new();
        let mut facts = Vec::new();
        {
            let mut statement = connection.prepare_cached(sql::EXAMINED)?;
            let (first, last) = (run.start().saturating_sub(1), run.end().saturating_add(1));
            let mut rows = statement.query((form, first, last))?;
            while let Some(row) = rows.next()? {
                let one = Seen::read(row)?;
                facts.push(one.facts(row)?);
                seen.push(one);
            }
        }
        let places: HashMap<&str, u32> = (0..)
            .zip(&self.rules.rules)
            .map(|(place, rule)| (rule.id.as_str(), place))
            .collect();
        let mut raised: HashMap<u64, u64> = HashMap::new();
        for flag in flags(&self.rules, &facts) {
            if let Some(place) = places.get(flag.rule.id.as_str()) {
                *raised.entry(flag.row).or_default() |= 1u64.wrapping_shl(*place);
            }
        }
        let mut days: HashMap<i32, Day> = HashMap::new();
        for one in seen {
            if !one.counts || !run.contains(&one.counted.day) {
                continue;
            }
            let day = days.entry(one.counted.day).or_default();
            let (tied, bits) = (one.is_tied(), raised.get(&one.row).copied().unwrap_or(0));
            if tied {
                *day.tied.entry(of_dossier(&one.counted.facts)).or_default() += 1;
            }
            if bits != 0 {
                day.flagged.push(Flagged {
                    facts: one.counted.facts,
                    marks: one.counted.marks,
                    answers: one.counted.answers,
                    raised: bits,
                    tied,
                });
            }
        }
        Ok(days)
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

/// Days in rising order as ranges of days in a row, none longer than [`TOGETHER`].
fn runs(days: &[i32]) -> Vec<RangeInclusive<i32>> {
    let mut runs: Vec<RangeInclusive<i32>> = Vec::new();
    for &day in days {
        match runs.last_mut() {
            Some(run) if *run.end() + 1 == day && day - run.start() < TOGETHER => {
                *run = *run.start()..=day;
            }
            _ => runs.push(day..=day),
        }
    }
    runs
}

/// A row of the log as the rules need it.
struct Seen {
    row: u64,
    counted: Counted,
    /// Flags of the intake.
    noted: u32,
    /// False for a repeat.
    counts: bool,
}

impl Seen {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            counted: Counted::read(row, Vec::new())?,
            noted: row.get(9)?,
            row: row.get::<_, i64>(13)?.unsigned_abs(),
            counts: row.get(14)?,
        })
    }

    fn facts(&self, row: &Row<'_>) -> Result<flag::Facts, StoreError> {
        let get = |dimension| self.counted.facts.get(dimension);
        let channel = Channel::of_number(get(Dimension::Channel))
            .ok_or_else(|| StoreError::Corrupt("a response of no known channel".to_owned()))?;
        let device: Option<i64> = row.get(15)?;
        let received: i64 = row.get(16)?;
        let submitted: Option<i64> = row.get(17)?;
        let offset: Option<i64> = row.get(19)?;
        let named: bool = row.get(20)?;
        Ok(flag::Facts {
            row: self.row,
            at: moment(received, submitted, offset, self.counted.day).div_euclid(1_000),
            // Kiosks are what is enrolled; a citizen's phone is no device.
            device: device
                .filter(|_| channel == Channel::Kiosk)
                .map(|device| device.to_string()),
            counter: get(Dimension::Unit).to_string(),
            channel,
            elapsed_ms: row.get::<_, Option<i64>>(18)?.map(i64::unsigned_abs),
            answers: self.counted.answers.clone(),
            dossier: if !named {
                flag::Dossier::NotNamed
            } else if Flag::UnknownDossier.is_in(self.noted) {
                flag::Dossier::Unknown
            } else if Flag::UnfinishedDossier.is_in(self.noted) {
                flag::Dossier::Unfinished
            } else {
                flag::Dossier::Known
            },
            known_unit: !Flag::UnknownUnit.is_in(self.noted),
            other_unit: Flag::OtherUnit.is_in(self.noted),
            assisted: self.counted.marks.assisted,
            clock_offset_ms: offset,
        })
    }

    /// Does it rate a finished dossier that the register knew?
    fn is_tied(&self) -> bool {
        let is = |dimension, terms: &[u8]| {
            let number = self.counted.facts.get(dimension);
            terms.iter().any(|term| i64::from(*term) == number)
        };
        let [result, refusal] = [Touchpoint::Result, Touchpoint::Refusal].map(Term::number);
        let [invited, dossier] = [Provenance::Invited, Provenance::Dossier].map(Term::number);
        is(Dimension::Touchpoint, &[result, refusal])
            && is(Dimension::Provenance, &[invited, dossier])
            && !Flag::UnfinishedDossier.is_in(self.noted)
    }
}

/// Milliseconds since 1970 by the clock that the intake trusted: the device's, corrected, where the response counts for
/// that day, else that of receipt.
fn moment(received: i64, submitted: Option<i64>, offset: Option<i64>, day: i32) -> i64 {
    let corrected = submitted.map(|submitted| submitted.saturating_add(offset.unwrap_or(0)));
    corrected
        .filter(|moment| {
            Timestamp::from_millisecond(*moment)
                .is_ok_and(|moment| calendar::day_number(calendar::business_day(moment)) == day)
        })
        .unwrap_or(received)
}

/// What finished dossiers have of these facts.
fn of_dossier(facts: &Facts) -> Facts {
    [
        Dimension::Unit,
        Dimension::Field,
        Dimension::Procedure,
        Dimension::Month,
    ]
    .into_iter()
    .fold(Facts::none(), |kept, dimension| {
        kept.with(dimension, facts.get(dimension))
    })
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
    let of_dossiers = query
        .by
        .iter()
        .chain(query.filters.iter().map(|(dimension, _)| dimension))
        .all(|dimension| dimension.is_of_dossiers());
    let [from, to] = [query.from.max(span.0), query.to.min(span.1)].map(calendar::day_number);
    for day in examiner.days(connection, id, from..=to)? {
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
        for (facts, count) in day.tied.iter().filter(|_| of_dossiers) {
            let group = grouping.group(facts);
            if let Some(examined) = group.and_then(|group| groups.get_mut(&group)) {
                examined.tied += count;
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
        assert_eq!(runs(&[1, 2, 4]), [1..=2, 4..=4]);
        let long: Vec<i32> = (0..40).collect();
        assert_eq!(runs(&long), [0..=30, 31..=39]);
    }

    #[test]
    fn a_moment_is_by_the_clock_that_decided_the_day() {
        let noon = 1_785_906_000_000; // 5 August 2026, 12:00 in Việt Nam
        let day = calendar::day_number("2026-08-05".parse().expect("a day"));
        assert_eq!(moment(noon, None, None, day), noon);
        let earlier = noon - 3_600_000;
        assert_eq!(
            moment(noon, Some(earlier), Some(-1_000), day),
            earlier - 1_000
        );
        let years_ago = noon - 200_000_000_000;
        assert_eq!(moment(noon, Some(years_ago), None, day), noon);
        assert_eq!(moment(noon, Some(i64::MAX), Some(i64::MAX), day), noon);
    }
}

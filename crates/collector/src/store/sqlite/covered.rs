//! How many of the finished dossiers were asked. Nobody can tell without the key whose response is whose, so each dossier
//! is looked for by its pseudonym at each touchpoint that counts; what was found is kept in memory, by bucket, as long as the
//! bucket's number stands.
//!
//! ```text
//! bucket_revision ──▶ as counted? ──yes──▶ groups in memory ──▶ those of the period, added up
//!                         └──no──▶ its dossiers, responses and invites ──▶ groups in memory
//! ```
//!
//! All of it reads one snapshot, so every answer is exact at that moment. Nothing of it is written to disk: beside the
//! register it would tell whose dossier was rated to who has the database and not the key.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::Connection;
use survey::dossier::DossierCode;

use super::names::Texts;
use super::places::{self, NONE, Names, Place};
use super::{periods, sql};
use crate::store::terms::Term;
use crate::store::{
    Asked, Bucket, CoverageQuery, Covered, FinishedBy, GroupKey, Namer, Naming, Pseudonym,
    StoreError, calendar,
};

/// Groups kept in memory, 28 bytes each: some 8 million finished dossiers for one form and its touchpoints. When there are
/// more, those of other forms and touchpoints are forgotten.
const MOST: usize = 8_000_000;
/// Stands for dossiers whose year has lost its key.
const NOT_KNOWN: u8 = 4;

/// Finished dossiers of a bucket that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    day: i32,
    unit: u32,
    procedure: u32,
    filing_channel: u32,
    authority: u32,
    outcome: u32,
    timeliness: u8,
    /// 1: invited, 2: rated; [`NOT_KNOWN`].
    asked: u8,
    dossiers: u16,
}

impl Alike {
    /// Where these dossiers belong, without their month.
    fn place(&self) -> Place {
        Place {
            month: 0,
            unit: self.unit,
            procedure: self.procedure,
            filing_channel: self.filing_channel,
            authority: self.authority,
            outcome: self.outcome,
            timeliness: self.timeliness,
        }
    }

    fn asked(&self) -> Option<Asked> {
        (self.asked != NOT_KNOWN).then_some(Asked {
            invited: self.asked & 1 != 0,
            rated: self.asked & 2 != 0,
        })
    }
}

/// A bucket as it was when it had this number, and these ratings of later days did not count.
struct Counted {
    revision: i64,
    later: BTreeSet<[u8; 20]>,
    groups: Box<[Alike]>,
}

/// What was counted before, by form, touchpoints and bucket.
#[derive(Default)]
pub struct Cache(HashMap<(String, Vec<u8>), HashMap<Bucket, Counted>>);

impl Cache {
    /// Counts finished dossiers. Must see one snapshot.
    pub fn count(
        &mut self,
        connection: &Connection,
        texts: &Texts,
        query: &CoverageQuery,
        namings: &[Naming],
    ) -> Result<Vec<(GroupKey, Covered)>, StoreError> {
        let numbers: Vec<u8> = query.touchpoints.iter().map(|at| at.number()).collect();
        let years = periods::all(connection)?;
        let made = namings.iter().map(|naming| naming(years.clone()));
        let names: Vec<(u8, Namer)> = numbers.iter().copied().zip(made).collect();
        let shelf = (query.form.clone(), numbers);
        let counted = self.0.entry(shelf.clone()).or_default();
        let mut later = later(connection, query)?;
        let mut statement = connection.prepare_cached(sql::BUCKETS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (bucket, revision) = (Bucket(row.get(0)?), row.get(1)?);
            let later = later.remove(&bucket).unwrap_or_default();
            let stands = |known: &Counted| known.revision == revision && known.later == later;
            if !counted.get(&bucket).is_some_and(stands) {
                let groups = groups(connection, bucket, &names, &later)?;
                let fresh = Counted {
                    revision,
                    later,
                    groups,
                };
                counted.insert(bucket, fresh);
            }
        }
        let groups = || counted.values().flat_map(|counted| &counted.groups);
        let answer = Fold::of(query).answer(connection, texts, query, groups());
        let size = |shelf: &HashMap<Bucket, Counted>| -> usize {
            shelf.values().map(|counted| counted.groups.len()).sum()
        };
        if self.0.values().map(size).sum::<usize>() > MOST {
            self.0.retain(|key, _| *key == shelf);
        }
        answer
    }
}

/// Dossiers whose ratings are of later days than may count, by bucket.
fn later(
    connection: &Connection,
    query: &CoverageQuery,
) -> Result<HashMap<Bucket, BTreeSet<[u8; 20]>>, StoreError> {
    let mut later: HashMap<Bucket, BTreeSet<[u8; 20]>> = HashMap::new();
    let Some(last) = query.rated_to else {
        return Ok(later);
    };
    let mut statement = connection.prepare_cached(sql::RATED_AFTER)?;
    let mut rows = statement.query((&query.form, calendar::day_number(last)))?;
    while let Some(row) = rows.next()? {
        let pseudonym: [u8; 20] = row.get(0)?;
        let [a, b, c, d, ..] = pseudonym;
        let bucket = later.entry(Bucket([a, b, c, d])).or_default();
        bucket.insert(pseudonym);
    }
    Ok(later)
}

/// Looks for every finished dossier of a bucket at each touchpoint, as if the `later` ratings were not there.
fn groups(
    connection: &Connection,
    bucket: Bucket,
    names: &[(u8, Namer)],
    later: &BTreeSet<[u8; 20]>,
) -> Result<Box<[Alike]>, StoreError> {
    let [least, greatest] = bucket.pseudonyms();
    let among = |statement| -> Result<HashSet<[u8; 20]>, StoreError> {
        let mut statement = connection.prepare_cached(statement)?;
        let found = statement.query_map([least.0, greatest.0], |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    };
    let rated = among(sql::RATED_IN_BUCKET)?;
    let invited = among(sql::INVITED_IN_BUCKET)?;
    // Of those ratings and invites, the ones that no dossier has been found for.
    let left = Cell::new(rated.len() + invited.len());
    let look_for = |name: &Namer, code: &DossierCode| {
        name(code).map_or(NOT_KNOWN, |Pseudonym(pseudonym)| {
            let [is_invited, is_rated] = [&invited, &rated].map(|all| all.contains(&pseudonym));
            let found = usize::from(is_invited) + usize::from(is_rated);
            left.set(left.get().saturating_sub(found));
            let counts = is_rated && !later.contains(&pseudonym);
            u8::from(is_invited) | u8::from(counts) << 1
        })
    };
    let mut groups = Vec::new();
    let Some(((_, first), others)) = names.split_first() else {
        return Ok(Box::default());
    };
    places::finished(connection, bucket, |finished| {
        let asked = look_for(first, &finished.code);
        let place = finished.place;
        groups.push(Alike {
            day: finished.day,
            unit: place.unit,
            procedure: place.procedure,
            filing_channel: place.filing_channel,
            authority: place.authority,
            outcome: place.outcome,
            timeliness: place.timeliness,
            asked,
            dossiers: 1,
        });
    })?;
    for (touchpoint, name) in others {
        // Names take most of the time, so they are made only where something may be found by them.
        if left.get() == 0 || !is_touched(connection, bucket, *touchpoint)? {
            continue;
        }
        // The same dossiers in the same order, since all of it is one snapshot.
        let mut next = groups.iter_mut();
        places::finished(connection, bucket, |finished| {
            if let Some(group) = next.next() {
                group.asked |= look_for(name, &finished.code);
            }
        })?;
    }
    groups.sort_unstable();
    groups.dedup_by(|next, kept| {
        let alike = Alike {
            dossiers: next.dossiers,
            ..*kept
        } == *next;
        let sum = kept.dossiers.checked_add(next.dossiers).filter(|_| alike);
        if let Some(sum) = sum {
            kept.dossiers = sum;
        }
        sum.is_some()
    });
    Ok(groups.into())
}

/// Was anybody of a bucket asked at a touchpoint?
fn is_touched(connection: &Connection, bucket: Bucket, touchpoint: u8) -> Result<bool, StoreError> {
    let [least, greatest] = bucket.pseudonyms();
    Ok(connection
        .prepare_cached(sql::TOUCHED_IN_BUCKET)?
        .query_row((least.0, greatest.0, touchpoint), |row| row.get(0))?)
}

/// Which values a question tells apart; the less, the fewer groups have to be named.
struct Fold {
    month: bool,
    unit: bool,
    procedure: bool,
    filing_channel: bool,
    authority: bool,
    outcome: bool,
    timeliness: bool,
}

impl Fold {
    fn of(query: &CoverageQuery) -> Self {
        let by = |by| query.by.contains(&by);
        Self {
            month: by(FinishedBy::Month),
            unit: by(FinishedBy::Unit),
            procedure: by(FinishedBy::Procedure) || by(FinishedBy::Field),
            filing_channel: by(FinishedBy::FilingChannel),
            authority: by(FinishedBy::Authority),
            outcome: by(FinishedBy::Outcome),
            timeliness: by(FinishedBy::Timeliness),
        }
    }

    fn place(&self, group: &Alike, months: &mut Months) -> Place {
        let kept = |keep: bool, number: u32| if keep { number } else { NONE };
        Place {
            month: if self.month { months.of(group.day) } else { 0 },
            unit: kept(self.unit, group.unit),
            procedure: kept(self.procedure, group.procedure),
            filing_channel: kept(self.filing_channel, group.filing_channel),
            authority: kept(self.authority, group.authority),
            outcome: kept(self.outcome, group.outcome),
            timeliness: if self.timeliness { group.timeliness } else { 0 },
        }
    }

    fn answer<'a>(
        &self,
        connection: &Connection,
        texts: &Texts,
        query: &CoverageQuery,
        groups: impl Iterator<Item = &'a Alike>,
    ) -> Result<Vec<(GroupKey, Covered)>, StoreError> {
        let days = calendar::day_number(query.from)..=calendar::day_number(query.to);
        let mut months = Months::default();
        let mut names = Names::new(connection, texts);
        let mut places: HashMap<Place, Covered> = HashMap::new();
        for group in groups.filter(|group| days.contains(&group.day)) {
            if names.passes(&query.filter, &group.place())? {
                let covered = places.entry(self.place(group, &mut months)).or_default();
                covered.add(group.asked(), u64::from(group.dossiers));
            }
        }
        let mut answer: BTreeMap<GroupKey, Covered> = BTreeMap::new();
        for (place, covered) in places {
            let key = query.by.iter().map(|by| names.of(*by, &place));
            let key = key.collect::<Result<_, _>>()?;
            answer.entry(key).or_default().merge(covered);
        }
        Ok(answer.into_iter().collect())
    }
}

/// Months of days, each found once.
#[derive(Default)]
struct Months(HashMap<i32, i32>);

impl Months {
    fn of(&mut self, day: i32) -> i32 {
        *self
            .0
            .entry(day)
            .or_insert_with(|| calendar::day_of_number(day).map_or(0, calendar::month_number))
    }
}

//! Finished dossiers with what was answered about each, for weights. As with coverage, a dossier is looked for by its pseudonyms,
//! and what was found is kept in memory, by bucket, as long as the bucket's number stands:
//!
//! ```text
//! bucket_revision ──▶ as kept? ──yes──▶ kinds of its dossiers, answers to them ──▶ those of the period, added up
//!                        └──no──▶ its dossiers and responses ──▶ kept, as long as there is room
//! ```
//!
//! All of it reads one snapshot, so every answer is exact at that moment. Nothing of it is written to disk.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use rusqlite::Connection;
use survey::answers::Packed;
use survey::cell::{Cell, Counter, Marks};
use survey::form::Form;

use super::log;
use super::names::{Texts, form_id, known_form};
use super::places::{self, Names, Place};
use super::{periods, sql};
use crate::forms::FormBook;
use crate::store::{
    Bucket, FinishedBy, FormKey, Namer, Naming, StoreError, Weighed, WeighedKind, WeighedQuery,
    calendar,
};

/// What is kept at most, in the weight of one [`Closed`] (some 36 bytes): eight million of them, or one million answers.
const MOST: usize = 8_000_000;
/// The weight of one [`Rated`].
const RATED: usize = 8;

/// Finished dossiers that are alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Closed {
    day: i32,
    place: Place,
    /// Its year has a key.
    known: bool,
    dossiers: u16,
}

/// A finished dossier with its ratings, the one that counts first first.
struct Rated {
    day: i32,
    place: Place,
    ratings: Box<[Rating]>,
}

struct Rating {
    day: i32,
    marks: Marks,
    answers: Packed,
}

/// A bucket as it was when it had this number.
struct Kept {
    revision: i64,
    closed: Box<[Closed]>,
    rated: Box<[Rated]>,
}

impl Kept {
    fn weight(&self) -> usize {
        self.closed.len() + self.rated.len() * RATED
    }
}

/// What was found before, by form version and bucket.
pub struct Cache {
    kept: HashMap<FormKey, HashMap<Bucket, Kept>>,
    weight: usize,
    most: usize,
}

impl Default for Cache {
    fn default() -> Self {
        Self::within(MOST)
    }
}

impl Cache {
    fn within(most: usize) -> Self {
        Self {
            kept: HashMap::new(),
            weight: 0,
            most,
        }
    }

    /// Counts finished dossiers and their ratings, each dossier by the first of its names that a response counts for. Must see
    /// one snapshot.
    pub fn count(
        &mut self,
        connection: &Connection,
        forms: &FormBook,
        texts: &Texts,
        query: &WeighedQuery,
        namings: &[Naming],
    ) -> Result<Vec<(WeighedKind, Weighed)>, StoreError> {
        let form = Arc::clone(known_form(forms, &query.form)?);
        let id = form_id(connection, &query.form)?;
        let mut sums = Sums::of(&form, query);
        let years = periods::all(connection)?;
        let names: Vec<Namer> = namings.iter().map(|naming| naming(years.clone())).collect();
        let mut statement = connection.prepare_cached(sql::BUCKETS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (bucket, revision) = (Bucket(row.get(0)?), row.get(1)?);
            let shelf = self.kept.entry(query.form.clone()).or_default();
            if let Some(kept) = shelf.get(&bucket).filter(|kept| kept.revision == revision) {
                sums.add(kept);
                continue;
            }
            if let Some(stale) = shelf.remove(&bucket) {
                self.weight -= stale.weight();
            }
            let found = look_for(connection, bucket, revision, id, &names)?;
            sums.add(&found);
            self.keep(&query.form, bucket, found);
        }
        sums.named(connection, texts, query)
    }

    /// Keeps what was found, as long as there is room: that of other forms makes way.
    fn keep(&mut self, form: &FormKey, bucket: Bucket, found: Kept) {
        let weight = found.weight();
        if self.weight + weight > self.most {
            self.kept.retain(|kept, _| kept == form);
            let kept = self.kept.values().flat_map(HashMap::values);
            self.weight = kept.map(Kept::weight).sum();
        }
        if self.weight + weight <= self.most
            && let Some(shelf) = self.kept.get_mut(form)
        {
            self.weight += weight;
            shelf.insert(bucket, found);
        }
    }
}

/// Looks for every finished dossier of a bucket among the ratings of a form; without its number there are none.
fn look_for(
    connection: &Connection,
    bucket: Bucket,
    revision: i64,
    form: Option<i64>,
    names: &[Namer],
) -> Result<Kept, StoreError> {
    let mut answers: HashMap<[u8; 20], Rating> = HashMap::new();
    if let Some(form) = form {
        let [least, greatest] = bucket.pseudonyms();
        let mut statement = connection.prepare_cached(sql::RATINGS_IN_BUCKET)?;
        let mut rows = statement.query((least.0, greatest.0, form))?;
        while let Some(row) = rows.next()? {
            let counted = log::Counted::read(row, Vec::new())?;
            let rating = Rating {
                day: counted.day,
                marks: counted.marks,
                answers: counted.answers,
            };
            answers.insert(row.get(13)?, rating);
        }
    }
    let (mut closed, mut rated) = (Vec::new(), Vec::new());
    places::finished(connection, bucket, |finished| {
        let day = finished.day;
        // Nothing is weighed by these, and what they tell apart would be kept apart.
        let place = Place {
            authority: places::NONE,
            outcome: places::NONE,
            ..finished.place
        };
        // All names are made with the key of the same year.
        let known = names
            .first()
            .is_none_or(|name| name(&finished.code).is_some());
        closed.push(Closed {
            day,
            place,
            known,
            dossiers: 1,
        });
        if answers.is_empty() {
            return;
        }
        let ratings: Box<[Rating]> = names
            .iter()
            .filter_map(|name| answers.remove(&name(&finished.code)?.0))
            .collect();
        if !ratings.is_empty() {
            rated.push(Rated {
                day,
                place,
                ratings,
            });
        }
    })?;
    closed.sort_unstable();
    closed.dedup_by(|next, kept| {
        let alike = (next.day, next.place, next.known) == (kept.day, kept.place, kept.known);
        let sum = kept.dossiers.checked_add(next.dossiers).filter(|_| alike);
        if let Some(sum) = sum {
            kept.dossiers = sum;
        }
        sum.is_some()
    });
    Ok(Kept {
        revision,
        closed: closed.into(),
        rated: rated.into(),
    })
}

/// Dossiers of a place.
#[derive(Default)]
struct Sum {
    closed: u64,
    not_known: u64,
    cell: Option<Cell>,
}

/// Dossiers while they are counted.
struct Sums<'a> {
    form: &'a Form,
    counter: Counter,
    days: RangeInclusive<i32>,
    rated_to: Option<i32>,
    places: HashMap<Place, Sum>,
}

impl<'a> Sums<'a> {
    fn of(form: &'a Form, query: &WeighedQuery) -> Self {
        Self {
            form,
            counter: Counter::new(form),
            days: calendar::day_number(query.from)..=calendar::day_number(query.to),
            rated_to: query.rated_to.map(calendar::day_number),
            places: HashMap::new(),
        }
    }

    fn add(&mut self, kept: &Kept) {
        let days = self.days.clone();
        for one in kept.closed.iter().filter(|one| days.contains(&one.day)) {
            let sum = self.places.entry(one.place).or_default();
            sum.closed += u64::from(one.dossiers);
            sum.not_known += if one.known {
                0
            } else {
                u64::from(one.dossiers)
            };
        }
        for one in kept.rated.iter().filter(|one| days.contains(&one.day)) {
            let may_count = |rating: &&Rating| self.rated_to.is_none_or(|last| rating.day <= last);
            if let Some(rating) = one.ratings.iter().find(may_count) {
                let sum = self.places.entry(one.place).or_default();
                let cell = sum.cell.get_or_insert_with(|| Cell::empty(self.form));
                self.counter.add(cell, &rating.answers, rating.marks);
            }
        }
    }

    /// By kind, sorted.
    fn named(
        self,
        connection: &Connection,
        texts: &Texts,
        query: &WeighedQuery,
    ) -> Result<Vec<(WeighedKind, Weighed)>, StoreError> {
        let mut names = Names::new(connection, texts);
        let mut kinds: BTreeMap<WeighedKind, Weighed> = BTreeMap::new();
        for (place, sum) in self.places {
            if !names.passes(&query.filter, &place)? {
                continue;
            }
            let kind = WeighedKind {
                unit: names.of(FinishedBy::Unit, &place)?.unwrap_or_default(),
                field: names.of(FinishedBy::Field, &place)?,
                timeliness: places::timeliness(&place)?,
                filing_channel: names.of(FinishedBy::FilingChannel, &place)?,
            };
            let weighed = kinds.entry(kind).or_insert_with(|| Weighed {
                closed: 0,
                not_known: 0,
                cell: Cell::empty(self.form),
            });
            weighed.closed += sum.closed;
            weighed.not_known += sum.not_known;
            if let Some(cell) = sum.cell {
                weighed.cell.merge(&cell);
            }
        }
        Ok(kinds.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(dossiers: usize) -> Kept {
        let place = Place {
            unit: 1,
            procedure: 1,
            ..Place::default()
        };
        let one = Closed {
            day: 0,
            place,
            known: true,
            dossiers: 1,
        };
        Kept {
            revision: 1,
            closed: vec![one; dossiers].into(),
            rated: Box::default(),
        }
    }

    #[test]
    fn what_is_kept_has_a_bound_and_other_forms_make_way() {
        let form = |version| FormKey {
            id: "t".into(),
            version,
        };
        let mut cache = Cache::within(10);
        let mut keep = |version, bucket: u8, dossiers| {
            cache.kept.entry(form(version)).or_default();
            cache.keep(&form(version), Bucket([0, 0, 0, bucket]), kept(dossiers));
            let mut buckets: Vec<(u16, usize)> = cache
                .kept
                .iter()
                .map(|(form, shelf)| (form.version, shelf.len()))
                .collect();
            buckets.sort_unstable();
            (buckets, cache.weight)
        };
        assert_eq!(keep(1, 1, 6), (vec![(1, 1)], 6));
        assert_eq!(keep(2, 1, 4), (vec![(1, 1), (2, 1)], 10));
        assert_eq!(keep(2, 2, 3), (vec![(2, 2)], 7));
        // No room: it is looked for again at the next question.
        assert_eq!(keep(2, 3, 4), (vec![(2, 2)], 7));
    }
}

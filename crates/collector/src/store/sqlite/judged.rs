//! Finished dossiers by what was said against them. As with coverage, each is looked for by its pseudonyms, and what was found
//! is kept in memory, by bucket, as long as the bucket's number and the reports about its dossiers are the same. All of it
//! reads one snapshot; nothing of it is written to disk.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;
use survey::answers::Packed;

use super::names::Texts;
use super::{periods, places, sql};
use crate::store::terms::Term;
use crate::store::{
    Bucket, FinishedBy, FormKey, Judge, JudgedKind, JudgedQuery, Judging, Namer, Pseudonym,
    StoreError, Timeliness, calendar,
};

/// Groups kept in memory, some 24 bytes each. When there are more, those of other forms are forgotten.
const MOST: usize = 8_000_000;
/// The day of what has not happened.
const NEVER: i32 = i32::MAX;

/// Finished dossiers of a bucket that are alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    day: i32,
    unit: u32,
    /// Its year has a key.
    known: bool,
    late: bool,
    reported: bool,
    /// First day of a counted rating.
    rated: i32,
    /// First day of a dissatisfied one.
    dissatisfied: i32,
    dossiers: u16,
}

/// A bucket as it was when it had this number and these reports.
struct Kept {
    revision: i64,
    reported: Box<[Pseudonym]>,
    groups: Box<[Alike]>,
}

/// What was found before, by form and bucket.
#[derive(Default)]
pub struct Cache(HashMap<String, HashMap<Bucket, Kept>>);

impl Cache {
    /// Counts finished dossiers, sorted by kind. Must see one snapshot.
    pub fn count(
        &mut self,
        connection: &Connection,
        texts: &Texts,
        query: &JudgedQuery,
        judging: &Judging,
    ) -> Result<Vec<(JudgedKind, u64)>, StoreError> {
        let mut reported = query.reported.clone();
        reported.sort_unstable();
        let years = periods::all(connection)?;
        let names = judging.ratings.iter();
        let names = Names {
            ratings: names.map(|naming| naming(years.clone())).collect(),
            reporting: (judging.reporting)(years.clone()),
            judge: &judging.judge,
        };
        let kept = self.0.entry(query.form.clone()).or_default();
        let mut statement = connection.prepare_cached(sql::BUCKETS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (bucket, revision) = (Bucket(row.get(0)?), row.get(1)?);
            let about = about(&reported, bucket);
            let same = |kept: &Kept| kept.revision == revision && *kept.reported == *about;
            if !kept.get(&bucket).is_some_and(same) {
                let groups = look_for(connection, bucket, &query.form, about, &names)?;
                let reported = about.into();
                kept.insert(
                    bucket,
                    Kept {
                        revision,
                        reported,
                        groups,
                    },
                );
            }
        }
        let answer = answer(connection, texts, query, kept);
        let size = |kept: &HashMap<Bucket, Kept>| -> usize {
            kept.values().map(|kept| kept.groups.len()).sum()
        };
        if self.0.values().map(size).sum::<usize>() > MOST {
            self.0.retain(|form, _| *form == query.form);
        }
        answer
    }
}

/// Those of a bucket, out of a sorted list.
fn about(reported: &[Pseudonym], bucket: Bucket) -> &[Pseudonym] {
    let [least, greatest] = bucket.pseudonyms();
    let first = reported.partition_point(|one| *one < least);
    let end = reported.partition_point(|one| *one <= greatest);
    reported.get(first..end).unwrap_or_default()
}

/// How dossiers are named, with the years as they stand in the snapshot, and answers judged.
struct Names<'a> {
    ratings: Vec<Namer>,
    reporting: Namer,
    judge: &'a Judge,
}

/// First days of a rating and of a dissatisfied one.
#[derive(Clone, Copy)]
struct Said {
    rated: i32,
    dissatisfied: i32,
}

impl Said {
    const NOTHING: Self = Self {
        rated: NEVER,
        dissatisfied: NEVER,
    };

    fn and(self, other: Self) -> Self {
        Self {
            rated: self.rated.min(other.rated),
            dissatisfied: self.dissatisfied.min(other.dissatisfied),
        }
    }
}

/// Looks for every finished dossier of a bucket.
fn look_for(
    connection: &Connection,
    bucket: Bucket,
    form: &str,
    reported: &[Pseudonym],
    names: &Names<'_>,
) -> Result<Box<[Alike]>, StoreError> {
    let [least, greatest] = bucket.pseudonyms();
    let mut said: HashMap<Pseudonym, Said> = HashMap::new();
    let mut statement = connection.prepare_cached(sql::ANSWERS_IN_BUCKET)?;
    let mut rows = statement.query((least.0, greatest.0, form))?;
    while let Some(row) = rows.next()? {
        let form = FormKey {
            id: form.to_owned(),
            version: row.get(1)?,
        };
        let day = row.get(2)?;
        let against = (names.judge)(&form, &Packed(row.get(3)?));
        let dissatisfied = if against { day } else { NEVER };
        said.insert(
            Pseudonym(row.get(0)?),
            Said {
                rated: day,
                dissatisfied,
            },
        );
    }
    let mut groups = Vec::new();
    places::finished(connection, bucket, |finished| {
        let code = &finished.code;
        let report = (names.reporting)(code);
        let ratings = names.ratings.iter();
        let said = match said.is_empty() {
            true => Said::NOTHING,
            false => ratings
                .filter_map(|name| said.get(&name(code)?))
                .fold(Said::NOTHING, |all, one| all.and(*one)),
        };
        groups.push(Alike {
            day: finished.day,
            unit: finished.place.unit,
            known: report.is_some(),
            late: finished.place.timeliness == Timeliness::Late.number(),
            reported: report.is_some_and(|report| reported.binary_search(&report).is_ok()),
            rated: said.rated,
            dissatisfied: said.dissatisfied,
            dossiers: 1,
        });
    })?;
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

/// Adds up what is kept of the period.
fn answer(
    connection: &Connection,
    texts: &Texts,
    query: &JudgedQuery,
    kept: &HashMap<Bucket, Kept>,
) -> Result<Vec<(JudgedKind, u64)>, StoreError> {
    let days = calendar::day_number(query.from)..=calendar::day_number(query.to);
    let last = query.rated_to.map_or(NEVER - 1, calendar::day_number);
    let mut counts: HashMap<(u32, [bool; 5]), u64> = HashMap::new();
    let groups = kept.values().flat_map(|kept| &kept.groups);
    for group in groups.filter(|group| days.contains(&group.day)) {
        let marks = [
            group.known,
            group.late,
            group.reported,
            group.rated <= last,
            group.dissatisfied <= last,
        ];
        *counts.entry((group.unit, marks)).or_default() += u64::from(group.dossiers);
    }
    let mut names = places::Names::new(connection, texts);
    let mut kinds: BTreeMap<JudgedKind, u64> = BTreeMap::new();
    for ((unit, [known, late, reported, rated, dissatisfied]), count) in counts {
        let place = places::Place {
            unit,
            ..places::Place::default()
        };
        let kind = JudgedKind {
            unit: names.of(FinishedBy::Unit, &place)?.unwrap_or_default(),
            known,
            late,
            reported,
            rated,
            dissatisfied,
        };
        *kinds.entry(kind).or_default() += count;
    }
    Ok(kinds.into_iter().collect())
}

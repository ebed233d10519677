//! What weights and the ratios of QĐ 766 are made of beside a plain count: whatever is fed, changed, rated and completed, in whatever order, the two
//! agree, and so what was remembered of earlier questions is never out of date.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod store_fixture;

use std::collections::BTreeMap;
use std::sync::Arc;

use collector::store::calendar::{business_day, day_of_number};
use collector::store::sqlite::SqliteStore;
use collector::store::{
    Admitted, Appended, Bucket, Dossier, FinishedFilter, JudgedKind, JudgedQuery, Judging, Namer,
    Naming, Procedure, Pseudonym, Store, Timeliness, Weighed, WeighedKind, WeighedQuery,
};
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use store_fixture::{admitted, form, forms, key};
use survey::answers::Packed;
use survey::cell::{Cell, Counter, Marks};
use survey::dossier::DossierCode;
use survey::response::Touchpoint;
use tempfile::TempDir;

const DOSSIERS: u8 = 10;
/// In the order in which ratings count.
const TOUCHPOINTS: [Touchpoint; 2] = [Touchpoint::Result, Touchpoint::Refusal];
const FIELDS: [(&str, &str); 2] = [("P0", "Đất đai"), ("P1", "Hộ tịch")];

/// Of three days, and every fourth without any.
fn code(number: u8) -> String {
    match number % 4 {
        3 => format!("HS {number}/X"),
        day => format!("H57.132-26070{}-{number:04}", day + 1),
    }
}

/// What stands in for the key: the bucket, as it must be, and the number of everything.
fn pseudonym(code: &DossierCode, touchpoint: Touchpoint) -> Pseudonym {
    let place = TOUCHPOINTS.iter().position(|one| *one == touchpoint);
    named(code, u8::try_from(place.unwrap()).unwrap())
}

/// The same for citizen reports.
fn report_pseudonym(code: &DossierCode) -> Pseudonym {
    named(code, 9)
}

/// Names that no year's key has a part in.
fn naming(name: impl Fn(&DossierCode) -> Pseudonym + Copy + Send + Sync + 'static) -> Naming {
    Arc::new(move |_| -> Namer { Box::new(move |code: &DossierCode| Some(name(code))) })
}

fn named(code: &DossierCode, kind: u8) -> Pseudonym {
    let mut bytes = [kind; 20];
    bytes[..4].copy_from_slice(&Bucket::of(code).0);
    let text = code.as_str().as_bytes();
    for (byte, text) in bytes[4..19].iter_mut().zip(text.iter().rev()) {
        *byte = *text;
    }
    Pseudonym(bytes)
}

fn day(number: i32) -> Date {
    day_of_number(9_678 + number).unwrap()
}

fn moment(number: i32) -> Timestamp {
    day(number)
        .at(23, 30, 0, 0)
        .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(7)))
        .unwrap()
        .timestamp()
}

#[derive(Clone, Debug)]
enum Step {
    /// The feed tells of a dossier: new, moved to another unit or day, or opened again.
    Feed(Dossier),
    /// Somebody rates a dossier on a day, and may leave before the end.
    Rate {
        number: u8,
        touchpoint: Touchpoint,
        day: i32,
        level: u8,
        partial: bool,
    },
    /// One who left comes back and goes on, perhaps after midnight.
    Complete {
        pick: usize,
        day: i32,
        level: u8,
    },
    /// The collector is ended and started again.
    Restart,
    Ask(WeighedQuery),
    /// What was said against dossiers, when there are citizen reports about these.
    Judge(WeighedQuery, Vec<u8>),
}

prop_compose! {
    fn any_dossier()(
        number in 0..DOSSIERS, procedure in 0..3usize, unit in 0..3usize, filing in prop::option::of(0..2usize),
        finished in prop::option::weighted(0.8, 0..40i32), due in prop::option::of(0..40i32),
    ) -> Dossier {
        Dossier {
            code: code(number),
            procedure: format!("P{procedure}"),
            unit: format!("U{unit}"),
            authority: None,
            filing_channel: filing.map(|filing| ["desk", "online"][filing].to_owned()),
            received_at: None,
            due_at: due.map(moment),
            finished_at: finished.map(moment),
            outcome: None,
        }
    }
}

prop_compose! {
    fn any_question()(
        from in -3..40i32, length in 0..45i32, rated_to in prop::option::of(-1..42i32),
        filter in 0..6usize, pick in 0..3usize,
    ) -> WeighedQuery {
        let mut passes = FinishedFilter::default();
        match filter {
            0 => passes.units = vec![format!("U{pick}"), "nowhere".into()],
            1 => passes.fields = vec!["Đất đai".into()],
            2 => passes.procedures = vec![format!("P{pick}")],
            _ => {}
        }
        WeighedQuery {
            form: key(),
            from: day(from),
            to: day(from + length),
            filter: passes,
            rated_to: rated_to.map(day),
        }
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let touchpoint = prop::sample::select(&TOUCHPOINTS[..]);
    let rating = (0..DOSSIERS, touchpoint, 0..40i32, 1..6u8, any::<bool>());
    prop_oneof![
        6 => any_dossier().prop_map(Step::Feed),
        5 => rating.prop_map(|(number, touchpoint, day, level, partial)| Step::Rate {
            number, touchpoint, day, level, partial,
        }),
        3 => (any::<prop::sample::Index>(), 0..40i32, 1..6u8).prop_map(|(pick, day, level)| Step::Complete {
            pick: pick.index(usize::MAX), day, level,
        }),
        1 => Just(Step::Restart),
        6 => any_question().prop_map(Step::Ask),
        6 => any_judgement(),
    ]
}

fn any_judgement() -> impl Strategy<Value = Step> {
    let reported = prop::collection::vec(0..DOSSIERS, 0..3);
    (any_question(), reported).prop_map(|(query, reported)| Step::Judge(query, reported))
}

/// Stands in for the rule: the first answer is one of the lower two levels.
fn is_dissatisfied(answers: &Packed) -> bool {
    (1..=2).contains(&answers.0[0])
}

/// A store in a folder that can be closed and opened again, and everything that happened to it.
struct World {
    folder: TempDir,
    store: Option<SqliteStore>,
    events: u128,
    dossiers: BTreeMap<String, Dossier>,
    /// As they are now, with whether each is the one that counts for its dossier.
    ratings: Vec<(Admitted, bool)>,
}

impl World {
    async fn new() -> Self {
        let (folder, store) = store_fixture::store();
        let procedures = FIELDS.map(|(code, field)| Procedure {
            code: code.into(),
            name: code.into(),
            field: field.into(),
        });
        store.upsert_procedures(procedures.into()).await.unwrap();
        Self {
            folder,
            store: Some(store),
            events: 0,
            dossiers: BTreeMap::new(),
            ratings: Vec::new(),
        }
    }

    fn store(&self) -> &SqliteStore {
        self.store.as_ref().unwrap()
    }

    async fn append(&self, one: &Admitted) -> bool {
        let appended = self.store().append(vec![one.clone()]).await.unwrap();
        let counted = Appended::Stored { counted: true };
        let kept = Appended::Stored { counted: false };
        assert!(appended == [counted] || appended == [kept], "{appended:?}");
        appended == [counted]
    }

    async fn ask(&self, query: &WeighedQuery) -> Vec<(WeighedKind, Weighed)> {
        let namings = TOUCHPOINTS.map(|touchpoint| naming(move |code| pseudonym(code, touchpoint)));
        let asked = self.store().weighed(query.clone(), namings.into());
        asked.await.unwrap()
    }

    fn count(&self, query: &WeighedQuery) -> Vec<(WeighedKind, Weighed)> {
        let form = form();
        let counter = Counter::new(&form);
        let mut kinds: BTreeMap<WeighedKind, Weighed> = BTreeMap::new();
        for dossier in self.dossiers.values() {
            let Some(finished) = dossier.finished_at.map(business_day) else {
                continue;
            };
            let field = FIELDS.iter().find(|(code, _)| *code == dossier.procedure);
            let field = field.map(|(_, field)| (*field).to_owned());
            let lets = |allowed: &[String], value: Option<&String>| {
                allowed.is_empty() || value.is_some_and(|value| allowed.contains(value))
            };
            if finished < query.from
                || finished > query.to
                || !lets(&query.filter.units, Some(&dossier.unit))
                || !lets(&query.filter.procedures, Some(&dossier.procedure))
                || !lets(&query.filter.fields, field.as_ref())
            {
                continue;
            }
            let kind = WeighedKind {
                unit: dossier.unit.clone(),
                field,
                timeliness: dossier.timeliness(),
                filing_channel: dossier.filing_channel.clone(),
            };
            let weighed = kinds.entry(kind).or_insert_with(|| Weighed {
                closed: 0,
                not_known: 0,
                cell: Cell::empty(&form),
            });
            weighed.closed += 1;
            let code = DossierCode::parse(&dossier.code).unwrap();
            let rating = TOUCHPOINTS.into_iter().find_map(|touchpoint| {
                let name = Some(pseudonym(&code, touchpoint));
                self.ratings.iter().find(|(one, counts)| {
                    let in_time = query.rated_to.is_none_or(|last| one.day <= last);
                    *counts && one.pseudonym == name && in_time
                })
            });
            if let Some((one, _)) = rating {
                let marks = Marks {
                    partial: one.partial,
                    assisted: one.assisted,
                    flagged: one.flags != 0,
                };
                counter.add(&mut weighed.cell, &one.answers, marks);
            }
        }
        kinds.into_iter().collect()
    }

    async fn judge(&self, query: JudgedQuery) -> Vec<(JudgedKind, u64)> {
        let ratings = TOUCHPOINTS.map(|touchpoint| naming(move |code| pseudonym(code, touchpoint)));
        let judging = Judging {
            ratings: ratings.into(),
            reporting: naming(report_pseudonym),
            judge: Arc::new(|form, answers| *form == key() && is_dissatisfied(answers)),
        };
        self.store().judged(query, judging).await.unwrap()
    }

    fn count_judged(&self, query: &JudgedQuery) -> Vec<(JudgedKind, u64)> {
        let mut kinds: BTreeMap<JudgedKind, u64> = BTreeMap::new();
        for dossier in self.dossiers.values() {
            let finished = dossier.finished_at.map(business_day);
            if !finished.is_some_and(|day| (query.from..=query.to).contains(&day)) {
                continue;
            }
            let code = DossierCode::parse(&dossier.code).unwrap();
            let names = TOUCHPOINTS.map(|touchpoint| Some(pseudonym(&code, touchpoint)));
            let said: Vec<&Packed> = self
                .ratings
                .iter()
                .filter(|(one, counts)| *counts && names.contains(&one.pseudonym))
                .filter(|(one, _)| query.rated_to.is_none_or(|last| one.day <= last))
                .map(|(one, _)| &one.answers)
                .collect();
            let kind = JudgedKind {
                unit: dossier.unit.clone(),
                known: true,
                late: dossier.timeliness() == Timeliness::Late,
                reported: query.reported.contains(&report_pseudonym(&code)),
                rated: !said.is_empty(),
                dissatisfied: said.iter().any(|answers| is_dissatisfied(answers)),
            };
            *kinds.entry(kind).or_default() += 1;
        }
        kinds.into_iter().collect()
    }

    async fn go(&mut self, step: Step) {
        self.events += 1;
        match step {
            Step::Feed(dossier) => {
                let all = vec![dossier.clone()];
                self.store().upsert_dossiers(all).await.unwrap();
                self.dossiers.insert(dossier.code.clone(), dossier);
            }
            Step::Rate {
                number,
                touchpoint,
                day: on,
                level,
                partial,
            } => {
                let code = DossierCode::parse(&code(number)).unwrap();
                let one = Admitted {
                    pseudonym: Some(pseudonym(&code, touchpoint)),
                    touchpoint,
                    day: day(on),
                    answers: Packed(vec![level, 5, Packed::MISSING, Packed::MISSING]),
                    partial,
                    ..admitted(self.events)
                };
                let counts = self.append(&one).await;
                self.ratings.push((one, counts));
            }
            Step::Complete {
                pick,
                day: on,
                level,
            } => {
                let open: Vec<usize> = (0..self.ratings.len())
                    .filter(|at| self.ratings[*at].0.partial)
                    .collect();
                let Some(at) = pick.checked_rem(open.len()).map(|at| open[at]) else {
                    return;
                };
                let one = Admitted {
                    revision: self.ratings[at].0.revision + 1,
                    fingerprint: [level; 16],
                    day: day(on),
                    answers: Packed(vec![level, level, 2, 1]),
                    partial: false,
                    ..self.ratings[at].0.clone()
                };
                let counts = self.append(&one).await;
                self.ratings[at] = (one, counts);
            }
            Step::Restart => {
                drop(self.store.take());
                self.store = Some(SqliteStore::open(self.folder.path(), forms()).unwrap());
            }
            Step::Ask(query) => {
                let (found, plain) = (self.ask(&query).await, self.count(&query));
                assert_eq!(found, plain, "{query:?}");
            }
            Step::Judge(query, reported) => {
                let name = |number| report_pseudonym(&DossierCode::parse(&code(number)).unwrap());
                let query = JudgedQuery {
                    form: query.form.id,
                    from: query.from,
                    to: query.to,
                    rated_to: query.rated_to,
                    reported: reported.into_iter().map(name).collect(),
                };
                let (found, plain) = (self.judge(query.clone()).await, self.count_judged(&query));
                assert_eq!(found, plain, "{query:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_weighed_and_judged_is_what_a_plain_count_says(
        steps in prop::collection::vec(any_step(), 1..60),
        last in prop::collection::vec(prop_oneof![any_question().prop_map(Step::Ask), any_judgement()], 6),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in steps {
                world.go(step).await;
            }
            for step in last {
                world.go(step).await;
            }
            assert_eq!(world.store().verify().await.unwrap().differences, []);
        });
    }
}

//! Coverage beside a plain count: whatever is fed, changed, rated and invited, in whatever order, the two agree.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod store_fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use collector::store::calendar::{business_day, day_of_number, month_name, month_number};
use collector::store::sqlite::SqliteStore;
use collector::store::terms::Term;
use collector::store::{
    Admitted, Bucket, CoverageQuery, Covered, Dossier, FinishedBy, FinishedFilter, GroupKey,
    Invite, InviteHash, Namer, Naming, Procedure, Pseudonym, Store, Timeliness,
};
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use store_fixture::{admitted, forms, key};
use survey::dossier::DossierCode;
use survey::response::Touchpoint;
use tempfile::TempDir;
use uuid::Uuid;

const DOSSIERS: u8 = 12;
const TOUCHPOINTS: [Touchpoint; 3] = [Touchpoint::Result, Touchpoint::Refusal, Touchpoint::Receipt];
const FIELDS: [(&str, &str); 3] = [("P0", "Đất đai"), ("P1", "Hộ tịch"), ("P2", "Đất đai")];

/// Of three days, and every fourth without any.
fn code(number: u8) -> String {
    match number % 4 {
        3 => format!("HS {number}/X"),
        day => format!("H57.132-26070{}-{number:04}", day + 1),
    }
}

/// What stands in for the key: the bucket, as it must be, and the number of everything.
fn pseudonym(code: &DossierCode, touchpoint: Touchpoint) -> Pseudonym {
    let mut bytes = [touchpoint.number(); 20];
    bytes[..4].copy_from_slice(&Bucket::of(code).0);
    let text = code.as_str().as_bytes();
    for (byte, text) in bytes[4..19].iter_mut().zip(text.iter().rev()) {
        *byte = *text;
    }
    Pseudonym(bytes)
}

fn pseudonym_of(number: u8, touchpoint: Touchpoint) -> Pseudonym {
    pseudonym(&DossierCode::parse(&code(number)).unwrap(), touchpoint)
}

#[derive(Clone, Debug)]
enum Step {
    /// The feed tells of a dossier: new, moved to another unit or month, or opened again.
    Feed(Dossier),
    /// On this day.
    Rate(u8, Touchpoint, i32),
    Invite(u8, Touchpoint),
    /// The collector is ended and started again.
    Restart,
    Ask(CoverageQuery),
}

fn moment(day: i32) -> Timestamp {
    day_of_number(9_678 + day)
        .unwrap()
        .at(23, 30, 0, 0)
        .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(7)))
        .unwrap()
        .timestamp()
}

prop_compose! {
    fn any_dossier()(
        number in 0..DOSSIERS, procedure in 0..4usize, unit in 0..3usize, filing in prop::option::of(0..2usize),
        finished in prop::option::weighted(0.8, 0..70i32), due in prop::option::of(0..70i32),
        authority in prop::option::of(0..2usize), outcome in prop::option::of(0..3usize),
    ) -> Dossier {
        Dossier {
            code: code(number),
            procedure: format!("P{procedure}"),
            unit: format!("U{unit}"),
            authority: authority.map(|unit| format!("U{unit}")),
            filing_channel: filing.map(|filing| ["desk", "online"][filing].to_owned()),
            received_at: None,
            due_at: due.map(moment),
            finished_at: finished.map(moment),
            outcome: outcome
                .map(|outcome| ["granted", "refused", "withdrawn"][outcome].to_owned()),
        }
    }
}

prop_compose! {
    fn any_question()(
        by in prop::sample::subsequence(FinishedBy::ALL.to_vec(), 0..4),
        touchpoints in prop::sample::subsequence(TOUCHPOINTS.to_vec(), 1..=3), from in -5..70i32, length in 0..70i32, filter in 0..8usize, pick in 0..3usize,
        rated_to in prop::option::of(-5..75i32),
    ) -> CoverageQuery {
        let mut passes = FinishedFilter::default();
        match filter {
            0 => passes.units = vec![format!("U{pick}"), "nowhere".into()],
            1 => passes.fields = vec!["Đất đai".into()],
            2 => passes.procedures = vec![format!("P{pick}")],
            3 => passes.filing_channels = vec!["online".into()],
            4 => passes.authorities = vec![format!("U{pick}")],
            5 => passes.outcomes = vec!["refused".into(), "withdrawn".into()],
            _ => {}
        }
        CoverageQuery {
            form: "t".into(),
            touchpoints,
            from: day_of_number(9_678 + from).unwrap(),
            to: day_of_number(9_678 + from + length).unwrap(),
            by: by.into_iter().map(|(by, ..)| by).collect(),
            filter: passes,
            rated_to: rated_to.and_then(|day| day_of_number(9_678 + day)),
        }
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let touchpoint = || prop::sample::select(&TOUCHPOINTS[..]);
    prop_oneof![
        6 => any_dossier().prop_map(Step::Feed),
        4 => (0..DOSSIERS, touchpoint(), 0..70i32)
            .prop_map(|(number, at, day)| Step::Rate(number, at, day)),
        2 => (0..DOSSIERS, touchpoint()).prop_map(|(number, at)| Step::Invite(number, at)),
        1 => Just(Step::Restart),
        6 => any_question().prop_map(Step::Ask),
    ]
}

/// Everything that happened, counted one by one.
#[derive(Default)]
struct Plain {
    dossiers: BTreeMap<String, Dossier>,
    /// With the day of the rating that counts.
    rated: BTreeMap<Pseudonym, Date>,
    invited: BTreeSet<Pseudonym>,
}

impl Plain {
    fn count(&self, query: &CoverageQuery) -> Vec<(GroupKey, Covered)> {
        let mut groups: BTreeMap<GroupKey, Covered> = BTreeMap::new();
        for dossier in self.dossiers.values() {
            let Some(day) = dossier.finished_at.map(business_day) else {
                continue;
            };
            let field = FIELDS.iter().find(|(code, _)| *code == dossier.procedure);
            let field = field.map(|(_, field)| (*field).to_owned());
            let passes = |allowed: &[String], value: Option<&String>| {
                allowed.is_empty() || value.is_some_and(|value| allowed.contains(value))
            };
            if day < query.from
                || day > query.to
                || !passes(&query.filter.units, Some(&dossier.unit))
                || !passes(&query.filter.procedures, Some(&dossier.procedure))
                || !passes(&query.filter.fields, field.as_ref())
                || !passes(
                    &query.filter.filing_channels,
                    dossier.filing_channel.as_ref(),
                )
                || !passes(&query.filter.authorities, dossier.authority.as_ref())
                || !passes(&query.filter.outcomes, dossier.outcome.as_ref())
            {
                continue;
            }
            let value = |by: &FinishedBy| match by {
                FinishedBy::Unit => Some(dossier.unit.clone()),
                FinishedBy::Field => field.clone(),
                FinishedBy::Procedure => Some(dossier.procedure.clone()),
                FinishedBy::FilingChannel => dossier.filing_channel.clone(),
                FinishedBy::Authority => dossier.authority.clone(),
                FinishedBy::Outcome => dossier.outcome.clone(),
                FinishedBy::Month => Some(month_name(month_number(day))),
                FinishedBy::Timeliness => Some(
                    match dossier.due_at.map(business_day) {
                        None => Timeliness::Unknown,
                        Some(due) if due < day => Timeliness::Late,
                        Some(_) => Timeliness::OnTime,
                    }
                    .name()
                    .to_owned(),
                ),
            };
            let code = DossierCode::parse(&dossier.code).unwrap();
            let mut pseudonyms = query.touchpoints.iter().map(|at| pseudonym(&code, *at));
            let group = groups
                .entry(query.by.iter().map(value).collect())
                .or_default();
            let invited = pseudonyms.clone().any(|one| self.invited.contains(&one));
            let rated = pseudonyms.any(|one| {
                let day = self.rated.get(&one);
                day.is_some_and(|day| query.rated_to.is_none_or(|last| *day <= last))
            });
            group.closed += 1;
            group.invited += u64::from(invited);
            group.rated += u64::from(rated);
            group.unasked += u64::from(!invited && !rated);
        }
        groups.into_iter().collect()
    }
}

/// A store in a folder that can be closed and opened again.
struct World {
    folder: TempDir,
    store: Option<SqliteStore>,
    plain: Plain,
    events: u128,
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
            plain: Plain::default(),
            events: 0,
        }
    }

    fn store(&self) -> &SqliteStore {
        self.store.as_ref().unwrap()
    }

    fn restart(&mut self) {
        drop(self.store.take());
        self.store = Some(SqliteStore::open(self.folder.path(), forms()).unwrap());
    }

    async fn ask(&self, query: &CoverageQuery) -> Vec<(GroupKey, Covered)> {
        let naming = |touchpoint| -> Naming {
            Arc::new(move |_| -> Namer {
                Box::new(move |code: &DossierCode| Some(pseudonym(code, touchpoint)))
            })
        };
        let namings = query.touchpoints.iter().copied().map(naming).collect();
        self.store().coverage(query.clone(), namings).await.unwrap()
    }

    async fn go(&mut self, step: Step) {
        self.events += 1;
        match step {
            Step::Feed(dossier) => {
                self.store()
                    .upsert_dossiers(vec![dossier.clone()])
                    .await
                    .unwrap();
                self.plain.dossiers.insert(dossier.code.clone(), dossier);
            }
            Step::Rate(number, touchpoint, day) => {
                let pseudonym = pseudonym_of(number, touchpoint);
                let day = day_of_number(9_678 + day).unwrap();
                let response = Admitted {
                    pseudonym: Some(pseudonym),
                    touchpoint,
                    day,
                    ..admitted(self.events)
                };
                self.store().append(vec![response]).await.unwrap();
                self.plain.rated.entry(pseudonym).or_insert(day);
            }
            Step::Invite(number, touchpoint) => {
                let pseudonym = pseudonym_of(number, touchpoint);
                self.store()
                    .add_invites(vec![invite(self.events, pseudonym, touchpoint)], None)
                    .await
                    .unwrap();
                self.plain.invited.insert(pseudonym);
            }
            Step::Restart => self.restart(),
            Step::Ask(query) => {
                assert_eq!(
                    self.ask(&query).await,
                    self.plain.count(&query),
                    "{query:?}"
                );
            }
        }
    }
}

fn invite(number: u128, pseudonym: Pseudonym, touchpoint: Touchpoint) -> Invite {
    Invite {
        hash: InviteHash(Uuid::from_u128(number).into_bytes()),
        form: key(),
        touchpoint,
        pseudonym,
        unit: "U1".into(),
        procedure: None,
        field: None,
        timeliness: Timeliness::Unknown,
        flags: 0,
        expires_at: moment(200),
        used_by: None,
    }
}

fn whole() -> CoverageQuery {
    CoverageQuery {
        form: "t".into(),
        touchpoints: vec![Touchpoint::Result],
        from: Date::constant(2026, 1, 1),
        to: Date::constant(2027, 1, 1),
        by: vec![FinishedBy::Unit, FinishedBy::Month],
        filter: FinishedFilter::default(),
        rated_to: None,
    }
}

fn dossier(number: u8, unit: &str, finished: i32) -> Dossier {
    Dossier {
        code: code(number),
        procedure: "P0".into(),
        unit: unit.into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: None,
        finished_at: Some(moment(finished)),
        outcome: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn coverage_is_what_a_plain_count_says(
        steps in prop::collection::vec(any_step(), 1..60),
        last in prop::collection::vec(any_question(), 4),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in steps {
                world.go(step).await;
            }
            for query in last {
                world.go(Step::Ask(query)).await;
            }
            assert_eq!(world.store().verify().await.unwrap().differences, []);
        });
    }
}

#[tokio::test]
async fn a_rating_counts_from_the_moment_its_dossier_is_fed_and_moves_with_it() {
    let mut world = World::new().await;
    world.go(Step::Rate(1, Touchpoint::Result, 5)).await;
    assert_eq!(
        world.ask(&whole()).await,
        [],
        "nobody knows the dossier yet"
    );
    let group = |unit: &str, month: &str| {
        let covered = Covered {
            closed: 1,
            rated: 1,
            ..Covered::default()
        };
        vec![(vec![Some(unit.to_owned()), Some(month.to_owned())], covered)]
    };
    world.go(Step::Feed(dossier(1, "U1", 3))).await;
    assert_eq!(world.ask(&whole()).await, group("U1", "2026-07"));
    world.go(Step::Feed(dossier(1, "U2", 40))).await;
    assert_eq!(world.ask(&whole()).await, group("U2", "2026-08"));
}

#[tokio::test]
async fn dossiers_from_before_there_were_buckets_are_placed_when_the_store_opens() {
    let mut world = World::new().await;
    for number in 0..DOSSIERS {
        world.go(Step::Feed(dossier(number, "U1", 3))).await;
    }
    world.go(Step::Rate(2, Touchpoint::Result, 5)).await;
    drop(world.store.take());
    let path = world.folder.path().join("hai-long.db");
    let database = rusqlite::Connection::open(path).unwrap();
    database
        .execute("UPDATE dossier SET bucket = NULL", [])
        .unwrap();
    drop(database);
    world.restart();
    assert_eq!(world.ask(&whole()).await, world.plain.count(&whole()));
    assert_eq!(world.store().verify().await.unwrap().differences, []);
}

#[tokio::test]
async fn a_dossier_in_a_wrong_bucket_is_found_without_being_named_and_a_rebuild_mends_it() {
    let mut world = World::new().await;
    world.go(Step::Feed(dossier(1, "U1", 3))).await;
    world.go(Step::Rate(1, Touchpoint::Result, 5)).await;
    let database = rusqlite::Connection::open(world.folder.path().join("hai-long.db")).unwrap();
    database
        .execute("UPDATE dossier SET bucket = x'00000001'", [])
        .unwrap();
    let found = world.store().verify().await.unwrap().differences;
    assert_eq!(found.len(), 1);
    assert!(!format!("{found:?}").contains(&code(1)), "{found:?}");
    world.store().rebuild().await.unwrap();
    assert_eq!(world.store().verify().await.unwrap().differences, []);
    assert_eq!(world.ask(&whole()).await, world.plain.count(&whole()));
}

//! Flags in the index: counted by the rules, never silently dropped, and never telling how a few flagged people rated.

mod store_fixture;

use std::sync::Arc;

use collector::forms::FormBook;
use collector::index::{Flagged, IndexAnswer, IndexRequest, Of, answer};
use collector::store::sqlite::SqliteStore;
use collector::store::{
    Admitted, CellQuery, Circumstances, Dimension, Dossier, Examined, FormKey, Provenance, Store,
};
use proptest::prelude::*;
use store_fixture::{admitted, day, forms, key, moment, pseudonym, store};
use survey::answers::Packed;

/// Responses number `start` and following with this overall level.
async fn rate(
    store: &SqliteStore,
    start: u128,
    count: u128,
    overall: u8,
    change: impl Fn(&mut Admitted),
) {
    let responses = (start..start + count)
        .map(|n| {
            let mut one = admitted(n);
            one.answers = Packed(vec![overall, 5, 4, Packed::MISSING]);
            change(&mut one);
            one
        })
        .collect();
    store.append(responses).await.expect("stored");
}

async fn ask(store: &SqliteStore, by: &[&str], flagged: Flagged) -> IndexAnswer {
    let request = IndexRequest {
        form: "t".into(),
        by: by.iter().map(|&name| name.to_owned()).collect(),
        flagged,
        ..IndexRequest::default()
    };
    answer(store, &forms(), 5, request)
        .await
        .expect("an answer")
}

/// Value, flagged, and value without.
fn figures(answer: &IndexAnswer) -> Vec<(Option<f64>, Option<u64>, Option<f64>)> {
    let cells = answer.cells.iter();
    cells
        .map(|cell| (cell.value, cell.flagged, cell.value_without_flagged()))
        .collect()
}

fn helped(response: &mut Admitted) {
    response.assisted = true;
}

#[tokio::test]
async fn the_index_stands_with_and_without_what_is_flagged() {
    let (_folder, store) = store();
    rate(&store, 1, 30, 4, |_| {}).await;
    rate(&store, 100, 10, 2, helped).await;
    let with = ask(&store, &[], Flagged::Include).await;
    assert_eq!(figures(&with), [(Some(75.0), Some(10), Some(100.0))]);
    assert_eq!((with.flagged, with.flag_rules), (Flagged::Include, 3));
    let without = ask(&store, &[], Flagged::Exclude).await;
    assert_eq!(figures(&without), [(Some(100.0), Some(10), None)]);
    assert_eq!(without.cells[0].n, Some(30));
}

#[tokio::test]
async fn a_few_flagged_people_are_not_told_by_two_figures() {
    let (_folder, store) = store();
    rate(&store, 1, 30, 4, |_| {}).await;
    rate(&store, 100, 4, 1, helped).await;
    for flagged in [Flagged::Include, Flagged::Exclude] {
        let told = ask(&store, &[], flagged).await;
        assert_eq!(told.cells[0].value_without_flagged(), None);
        assert_eq!(told.cells[0].suppressed, flagged == Flagged::Exclude);
    }
    // The same four would follow from the others, were these shown without the flagged ones.
    rate(&store, 200, 30, 4, |one| one.unit = "U2".into()).await;
    rate(&store, 300, 6, 1, |one| {
        helped(one);
        one.unit = "U2".into();
    })
    .await;
    let told = ask(&store, &["unit"], Flagged::Include).await;
    assert!(told.cells.iter().all(|cell| cell.value.is_some()));
    assert!(
        told.cells
            .iter()
            .all(|cell| cell.value_without_flagged().is_none())
    );
    assert!(
        ask(&store, &[], Flagged::Include).await.cells[0]
            .value_without_flagged()
            .is_some()
    );
}

#[tokio::test]
async fn a_burst_is_seen_when_its_last_response_arrives_late_and_repeats_are_part_of_it() {
    let (_folder, store) = store();
    let on_kiosk = |second: i64| {
        move |one: &mut Admitted| {
            one.received_at = moment("2026-07-15T03:00:00Z")
                .checked_add(jiff::SignedDuration::from_secs(second))
                .expect("a moment");
            one.circumstances = Circumstances {
                device: Some("kiosk-1".into()),
                ..Circumstances::default()
            };
        }
    };
    for n in 0..7 {
        rate(&store, n, 1, 4, on_kiosk(n as i64 * 10)).await;
    }
    assert_eq!(
        ask(&store, &[], Flagged::Include).await.cells[0].flagged,
        Some(0)
    );
    // The seventh again for the dossier of another: it does not count, and it is the eighth at the device.
    rate(&store, 50, 1, 4, |one| one.pseudonym = Some(pseudonym(9))).await;
    rate(&store, 51, 1, 4, |one| {
        on_kiosk(75)(one);
        one.pseudonym = Some(pseudonym(9));
    })
    .await;
    let told = ask(&store, &[], Flagged::Include).await;
    assert_eq!(told.cells[0].respondents, Some(8));
    assert_eq!(told.cells[0].flagged, Some(7));
}

#[tokio::test]
async fn straight_lines_of_the_usual_form_are_seen_when_the_fifteenth_in_a_row_comes_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let forms = Arc::new(FormBook::load(folder.path()).expect("the shipped forms"));
    let store = SqliteStore::open(folder.path(), Arc::clone(&forms)).expect("a store");
    let at_minute = |n: u128, minute: i64, answers: [u8; 5]| {
        let mut one = admitted(n);
        one.form = FormKey {
            id: "one-stop-quick".into(),
            version: 1,
        };
        one.received_at = moment("2026-07-15T03:00:00Z")
            .checked_add(jiff::SignedDuration::from_mins(minute))
            .expect("a moment");
        one.circumstances.device = Some("kiosk-1".into());
        one.answers = Packed(answers.to_vec());
        one
    };
    let told = async || {
        let request = IndexRequest {
            form: "one-stop-quick".into(),
            ..IndexRequest::default()
        };
        let told = answer(&store, &forms, 5, request).await.expect("an answer");
        figures(&told)
    };
    let others = [
        [4, 5, 4, 5, 4],
        [3, 4, 4, 5, 2],
        [5, 5, 4, 4, 4],
        [4, 3, 4, 4, 5],
        [2, 5, 1, 3, 4],
    ];
    let others = (0..)
        .zip(others)
        .map(|(n, levels)| at_minute(200 + n, n as i64 * 3, levels));
    store.append(others.collect()).await.expect("stored");
    let run = (0..14).map(|n| at_minute(n, 60 + n as i64 * 5, [5; 5]));
    store.append(run.collect()).await.expect("stored");
    let before = told().await;
    assert_eq!(before[0].1, Some(0), "fourteen are alike by chance");
    store
        .append(vec![at_minute(14, 130, [5; 5])])
        .await
        .expect("stored");
    assert_eq!(told().await[0].1, Some(15));
    // What the device had kept comes in late, and somebody else stood there in between.
    let between = at_minute(300, 92, [5, 4, 5, 5, 5]);
    store.append(vec![between]).await.expect("stored");
    assert_eq!(told().await[0].1, Some(0));
}

#[tokio::test]
async fn an_interval_is_for_the_closed_dossiers_where_they_are_known_and_never_narrower_than_that()
{
    let (_folder, store) = store();
    let of = |population| {
        let store = &store;
        async move {
            let request = IndexRequest {
                form: "t".into(),
                from: Some(day("2026-07-01")),
                to: Some(day("2026-07-31")),
                of: population,
                ..IndexRequest::default()
            };
            let told = answer(store, &forms(), 5, request)
                .await
                .expect("an answer");
            let cell = told.cells[0].clone();
            let [low, high] = cell.interval.expect("an interval");
            (cell.interval_of, high - low)
        }
    };
    rate(&store, 1, 20, 4, |one| one.provenance = Provenance::Dossier).await;
    rate(&store, 100, 20, 2, |one| one.provenance = Provenance::Unit).await;
    let (unknown, wide) = of(Of::Closed).await;
    assert_eq!(unknown, Some(Of::Process));
    let dossiers = |count: u32| {
        (0..count)
            .map(|n| Dossier {
                code: format!("H57.132-260701-{n:04}"),
                procedure: "1.000001".into(),
                unit: "U1".into(),
                authority: None,
                filing_channel: None,
                received_at: None,
                due_at: None,
                finished_at: Some(moment("2026-07-15T02:00:00Z")),
                outcome: None,
            })
            .collect::<Vec<_>>()
    };
    store.upsert_dossiers(dossiers(30)).await.expect("dossiers");
    assert_eq!(
        of(Of::Closed).await,
        (Some(Of::Process), wide),
        "coverage above 1"
    );
    store.upsert_dossiers(dossiers(40)).await.expect("dossiers");
    assert_eq!(of(Of::Process).await, (Some(Of::Process), wide));
    let (closed, narrow) = of(Of::Closed).await;
    assert_eq!(closed, Some(Of::Closed));
    // Of 40 dossiers 20 are known to be rated: the other 20 ratings may be of any.
    assert!(narrow < wide && narrow > wide * 0.65, "{narrow} {wide}");
}

/// What a store that has just been opened says.
async fn afresh(
    folder: &std::path::Path,
    query: &CellQuery,
) -> Vec<(Vec<Option<String>>, Examined)> {
    let store = SqliteStore::open(folder, forms()).expect("the store again");
    store.examined(query.clone()).await.expect("examined")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever comes in whatever order over some days, what is kept in memory says what a new look at the log says.
    #[test]
    fn what_is_remembered_is_what_the_log_says(
        batches in prop::collection::vec(prop::collection::vec((0..4u8, 0..200i64, 0..3u8, 1..6u8, any::<bool>()), 1..9), 1..6)
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let (folder, store) = store();
            let query = |from, to, by| CellQuery {
                form: key(),
                from: day(from),
                to: day(to),
                by: vec![by],
                filters: Vec::new(),
            };
            let queries = [
                query("2026-07-14", "2026-07-16", Dimension::Unit),
                query("2026-07-01", "2026-08-31", Dimension::Unit),
                query("2026-07-01", "2026-07-31", Dimension::Procedure),
            ];
            let mut number = 0;
            for batch in batches {
                let responses = batch.into_iter().map(|(days, seconds, device, level, helped)| {
                    number += 1;
                    let mut one = admitted(number);
                    one.received_at = one
                        .received_at
                        .checked_add(jiff::SignedDuration::from_secs(i64::from(days) * 86_400 + seconds))
                        .expect("a moment");
                    one.day = collector::store::calendar::business_day(one.received_at);
                    one.unit = format!("U{}", device % 2);
                    one.circumstances.device = Some(format!("kiosk-{device}"));
                    one.answers = Packed(vec![level, 5, 4, Packed::MISSING]);
                    one.assisted = helped;
                    // Some rate a finished dossier.
                    one.provenance = if level > 2 { Provenance::Dossier } else { Provenance::Unit };
                    one.procedure = Some(format!("1.00000{}", level % 2));
                    one
                });
                store.append(responses.collect()).await.expect("stored");
                for query in &queries {
                    let remembered = store.examined(query.clone()).await.expect("examined");
                    let looked = afresh(folder.path(), query).await;
                    assert_eq!(remembered, looked);
                    let all: Vec<_> = remembered.into_iter().map(|(group, examined)| (group, examined.all)).collect();
                    assert_eq!(all, store.cells(query.clone()).await.expect("cells"));
                }
            }
        });
    }
}

//! What the log promises: stored once, counted once, and there after a restart.

mod store_fixture;

use std::sync::Arc;

use collector::store::sqlite::SqliteStore;
use collector::store::{
    Admitted, Appended, CellQuery, Dimension, Provenance, Store, StoreError, Timeliness,
};
use store_fixture::{admitted, day, form, forms, key, pseudonym, store};
use survey::answers::Packed;
use survey::cell::Cell;
use survey::response::{Channel, Touchpoint};
use tempfile::TempDir;

#[tokio::test]
async fn a_repeated_request_changes_nothing() {
    let (_folder, store) = store();
    let batch = vec![admitted(1), admitted(2)];
    let stored = Appended::Stored { counted: true };
    assert_eq!(store.append(batch.clone()).await, Ok(vec![stored, stored]));
    for _ in 0..3 {
        assert_eq!(
            store.append(batch.clone()).await,
            Ok(vec![Appended::Duplicate, Appended::Duplicate])
        );
    }
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(2));
}

#[tokio::test]
async fn other_content_under_a_used_id_is_told_and_not_written() {
    let (_folder, store) = store();
    let mut other = admitted(1);
    other.fingerprint = [8; 16];
    assert_eq!(
        store.append(vec![admitted(1), other]).await,
        Ok(vec![Appended::Stored { counted: true }, Appended::IdReused])
    );
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(1));
}

#[tokio::test]
async fn a_second_response_about_a_dossier_is_kept_and_not_counted() {
    let (_folder, store) = store();
    let about = |n, dossier| {
        let mut response = admitted(n);
        response.pseudonym = Some(pseudonym(dossier));
        response.touchpoint = Touchpoint::Result;
        response
    };
    let batch = vec![about(1, 1), about(2, 1), about(3, 2), about(4, 1)];
    let answers = [true, false, true, false].map(|counted| Appended::Stored { counted });
    assert_eq!(store.append(batch).await, Ok(answers.to_vec()));
    // A repeat is a stored response like any other: sending it again is a duplicate.
    assert_eq!(
        store.append(vec![about(2, 1)]).await,
        Ok(vec![Appended::Duplicate])
    );
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(4));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let (folder, store) = store();
    store.append(vec![admitted(1)]).await.expect("stored");
    store.close();
    assert!(store.append(vec![admitted(2)]).await.is_err());
    drop(store);
    let store = SqliteStore::open(folder.path(), forms()).expect("the store again");
    assert_eq!(
        store.append(vec![admitted(1)]).await,
        Ok(vec![Appended::Duplicate])
    );
}

#[tokio::test]
async fn a_form_that_was_changed_after_it_was_answered_is_refused() {
    let (folder, store) = store();
    store.append(vec![admitted(1)]).await.expect("stored");
    drop(store);
    let mut changed = form();
    changed.items.swap(1, 2);
    let opened = SqliteStore::open(folder.path(), Arc::new([changed].into_iter().collect()));
    let Err(StoreError::Corrupt(message)) = opened else {
        panic!("a changed form must be refused");
    };
    assert!(message.contains("form t version 1"), "{message}");
    assert!(SqliteStore::open(folder.path(), Arc::default()).is_err());

    let mut reworded = form();
    reworded.title = [("vi", "Tên khác")].into_iter().collect();
    assert!(SqliteStore::open(folder.path(), Arc::new([reworded].into_iter().collect())).is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_can_read_the_data() {
    use std::os::unix::fs::PermissionsExt;

    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("data");
    let store = SqliteStore::open(&folder, forms()).expect("a store");
    store.append(vec![admitted(1)]).await.expect("stored");
    let mode = |path| {
        std::fs::metadata(path)
            .expect("a file")
            .permissions()
            .mode()
            & 0o077
    };
    assert_eq!(mode(folder.clone()), 0);
    for entry in std::fs::read_dir(&folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(path.clone()), 0, "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_simultaneous_copies_exactly_one_is_stored() {
    const IDS: u128 = 100;
    const COPIES: usize = 8;

    let (_folder, store) = store();
    let store = Arc::new(store);
    let senders: Vec<_> = (0..COPIES)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut answers = Vec::new();
                for n in 0..IDS {
                    let mut response = admitted(n);
                    response.pseudonym = Some(pseudonym(n as u8));
                    answers.extend(store.append(vec![response]).await.expect("an answer"));
                }
                answers
            })
        })
        .collect();
    let mut stored = 0;
    let mut duplicates = 0;
    for sender in senders {
        for answer in sender.await.expect("a sender") {
            match answer {
                Appended::Stored { counted } => {
                    assert!(counted);
                    stored += 1;
                }
                Appended::Duplicate => duplicates += 1,
                Appended::IdReused | Appended::InviteUsed => panic!("no copy has other content"),
            }
        }
    }
    assert_eq!(stored, IDS);
    assert_eq!(duplicates, (COPIES as u128 - 1) * IDS);
    let verification = store.verify().await.expect("verified");
    assert_eq!(verification.differences, []);
}

/// A revision of response 1 about dossier 1: the overall rating alone, or all answers.
fn revision(revision: u32, partial: bool) -> Admitted {
    let mut response = admitted(1);
    response.revision = revision;
    response.fingerprint = [u8::try_from(revision).expect("a small number"); 16];
    response.pseudonym = Some(pseudonym(1));
    response.partial = partial;
    response.circumstances.device = Some("kiosk-1".into());
    if partial {
        response.answers = Packed(vec![2, Packed::MISSING, Packed::MISSING, Packed::MISSING]);
    }
    response
}

const STORED: Appended = Appended::Stored { counted: true };

async fn append(store: &SqliteStore, response: Admitted) -> Appended {
    store.append(vec![response]).await.expect("an answer")[0]
}

/// All that is counted, by one dimension.
async fn cells(store: &SqliteStore, by: Dimension) -> Vec<(Option<String>, Cell)> {
    let query = CellQuery {
        form: key(),
        from: day("2026-01-01"),
        to: day("2026-12-31"),
        by: vec![by],
        filters: Vec::new(),
    };
    let cells = store.cells(query).await.expect("cells");
    cells
        .into_iter()
        .map(|(mut group, cell)| (group.remove(0), cell))
        .collect()
}

const EVERY_DIMENSION: [Dimension; 8] = [
    Dimension::Unit,
    Dimension::Field,
    Dimension::Procedure,
    Dimension::Channel,
    Dimension::Touchpoint,
    Dimension::Month,
    Dimension::Timeliness,
    Dimension::Provenance,
];

/// Whatever has been replaced: the store must be as one that was given `kept` alone.
async fn assert_holds(store: &SqliteStore, kept: Vec<Admitted>) {
    let (_folder, fresh) = store_fixture::store();
    fresh.append(kept).await.expect("stored");
    for by in EVERY_DIMENSION {
        assert_eq!(cells(store, by).await, cells(&fresh, by).await, "{by:?}");
    }
    assert_eq!(store.totals().await, fresh.totals().await);
    assert_eq!(store.verify().await.expect("verified").differences, []);
}

/// The store again, its roll-ups level with the log.
fn level(folder: &TempDir, store: SqliteStore) -> SqliteStore {
    drop(store);
    SqliteStore::open(folder.path(), forms()).expect("the store again")
}

/// In another group by every dimension that a later look at the registers and the clock can change.
fn moved(mut response: Admitted) -> Admitted {
    response.unit = "U2".into();
    response.procedure = Some("1.000001".into());
    response.field = Some("Đất đai".into());
    response.timeliness = Timeliness::Late;
    response.provenance = Provenance::Dossier;
    response.day = day("2026-08-02");
    response.flags = 1;
    response.assisted = true;
    response
}

#[tokio::test]
async fn the_rest_of_a_response_takes_the_place_of_its_partial_one() {
    for rolled_up in [false, true] {
        for alone in [false, true] {
            for rest in [revision(1, false), moved(revision(1, false))] {
                let (folder, mut store) = store();
                let mut others = vec![admitted(2), admitted(3)];
                if alone {
                    others.clear();
                }
                assert_eq!(append(&store, revision(0, true)).await, STORED);
                store.append(others.clone()).await.expect("stored");
                if rolled_up {
                    store = level(&folder, store);
                }
                assert_eq!(append(&store, rest.clone()).await, STORED);
                assert_eq!(append(&store, rest.clone()).await, Appended::Duplicate);
                others.push(rest);
                assert_holds(&store, others.clone()).await;
                assert_holds(&level(&folder, store), others).await;
            }
        }
    }
}

#[tokio::test]
async fn a_partial_response_may_grow_again_and_again() {
    let (folder, mut store) = store();
    for number in 0..5 {
        assert_eq!(append(&store, revision(number, true)).await, STORED);
        store = level(&folder, store);
    }
    assert_eq!(append(&store, revision(9, false)).await, STORED);
    assert_holds(&store, vec![revision(9, false)]).await;
}

#[tokio::test]
async fn an_earlier_revision_that_comes_late_changes_nothing() {
    for last in [revision(2, false), revision(2, true)] {
        let (_folder, store) = store();
        assert_eq!(append(&store, last.clone()).await, STORED);
        for earlier in [
            revision(0, true),
            revision(1, true),
            moved(revision(1, false)),
        ] {
            assert_eq!(append(&store, earlier).await, Appended::Duplicate);
        }
        assert_holds(&store, vec![last]).await;
    }
}

#[tokio::test]
async fn only_the_session_itself_completes_its_partial_response() {
    let other = |change: fn(&mut Admitted)| {
        let mut response = revision(1, false);
        change(&mut response);
        response
    };
    let strangers = [
        other(|response| response.pseudonym = Some(pseudonym(2))),
        other(|response| response.pseudonym = None),
        other(|response| response.touchpoint = Touchpoint::Receipt),
        other(|response| response.channel = Channel::Phone),
        other(|response| response.circumstances.device = Some("kiosk-2".into())),
        other(|response| response.circumstances.device = None),
        // Other content that does not say to be later.
        other(|response| response.revision = 0),
    ];
    let (_folder, store) = store();
    assert_eq!(append(&store, revision(0, true)).await, STORED);
    for stranger in strangers {
        assert_eq!(append(&store, stranger).await, Appended::IdReused);
    }
    assert_holds(&store, vec![revision(0, true)]).await;
    // What is whole is never changed.
    assert_eq!(append(&store, revision(1, false)).await, STORED);
    assert_eq!(append(&store, revision(2, false)).await, Appended::IdReused);
    assert_holds(&store, vec![revision(1, false)]).await;
}

#[tokio::test]
async fn a_repeat_that_is_completed_still_does_not_count() {
    let (folder, store) = store();
    let mut counts = admitted(2);
    counts.pseudonym = Some(pseudonym(1));
    let uncounted = Appended::Stored { counted: false };
    assert_eq!(append(&store, counts.clone()).await, STORED);
    assert_eq!(append(&store, revision(0, true)).await, uncounted);
    let store = level(&folder, store);
    assert_eq!(append(&store, revision(1, false)).await, uncounted);
    assert_holds(&store, vec![counts, revision(1, false)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whichever_revision_arrives_first_the_later_one_is_kept() {
    const TASKS: u32 = 8;
    const ROUNDS: u128 = 40;

    let (_folder, store) = store();
    let store = Arc::new(store);
    let of_round = |number: u32, round: u128| {
        let mut response = revision(number, number == 0);
        response.id = admitted(round).id;
        response.pseudonym = Some(pseudonym(round as u8));
        response
    };
    let senders: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for round in 0..ROUNDS {
                    let answer = append(&store, of_round(task % 2, round)).await;
                    assert_ne!(answer, Appended::IdReused);
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.expect("a sender");
    }
    assert_holds(
        &store,
        (0..ROUNDS).map(|round| of_round(1, round)).collect(),
    )
    .await;
}

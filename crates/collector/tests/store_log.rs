//! What the log promises: stored once, counted once, and there after a restart.

mod store_fixture;

use std::sync::Arc;

use collector::store::sqlite::SqliteStore;
use collector::store::{Appended, Store, StoreError};
use store_fixture::{admitted, form, forms, pseudonym, store};
use survey::response::Touchpoint;

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
                Appended::IdReused => panic!("no copy has other content"),
            }
        }
    }
    assert_eq!(stored, IDS);
    assert_eq!(duplicates, (COPIES as u128 - 1) * IDS);
    let verification = store.verify().await.expect("verified");
    assert_eq!(verification.differences, []);
}

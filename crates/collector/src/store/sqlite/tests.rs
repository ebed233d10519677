//! What can only be seen from inside: the statements, a full disk, a full queue, and roll-ups held against the log.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use proptest::prelude::*;
use survey::answers::Packed;
use survey::response::{Channel, Touchpoint};
use tempfile::TempDir;
use uuid::Uuid;

use super::count::Sources;
use super::{SqliteStore, connection, rollup, sql, writer};
use crate::forms::FormBook;
use crate::store::terms::Term;
use crate::store::{
    Admitted, Appended, CellQuery, Circumstances, Dimension, FormKey, Provenance, Pseudonym, Store,
    StoreError, Timeliness, calendar,
};

fn forms() -> Arc<FormBook> {
    let form = serde_json::from_value(serde_json::json!({
        "id": "t", "version": 1, "instrument": "csat", "title": {"vi": "Thử"},
        "source": {"basis": {"vi": "thử"}, "confidence": "own"}, "languages": ["vi"], "scale-order": "ascending",
        "scales": {"two": {"kind": "satisfaction", "levels": [
            {"value": 1, "text": {"vi": "Không"}}, {"value": 2, "text": {"vi": "Có"}, "satisfied": true}]}},
        "items": [{"id": "a", "text": {"vi": "A?"}, "scale": "two", "role": "rating"},
                  {"id": "b", "text": {"vi": "B?"}, "scale": "two", "role": "rating"}],
        "index": {"methods": ["top2"], "decimals": 2}
    }))
    .expect("a form");
    Arc::new([form].into_iter().collect())
}

fn key() -> FormKey {
    FormKey {
        id: "t".into(),
        version: 1,
    }
}

fn open() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path(), forms()).expect("a store");
    (folder, store)
}

fn response(n: u128) -> Admitted {
    Admitted {
        id: Uuid::from_u128(n),
        revision: 0,
        fingerprint: [0; 16],
        form: key(),
        unit: "U1".into(),
        procedure: None,
        field: None,
        timeliness: Timeliness::Unknown,
        touchpoint: Touchpoint::Result,
        channel: Channel::Kiosk,
        provenance: Provenance::Unit,
        pseudonym: None,
        forgotten: None,
        invite: None,
        day: Date::constant(2026, 7, 15),
        received_at: "2026-07-15T03:00:00Z".parse().expect("a moment"),
        answers: Packed(vec![2, 1]),
        flags: 0,
        assisted: false,
        partial: false,
        reasons: Vec::new(),
        comment: None,
        circumstances: Circumstances::default(),
    }
}

/// Waits until the roll-ups hold the whole log.
async fn level(store: &SqliteStore) {
    let start = Instant::now();
    loop {
        let behind = store
            .readers
            .run(
                |connection| Ok(super::log::last_row(connection)? - rollup::watermark(connection)?),
            )
            .await
            .expect("a read");
        if behind == 0 {
            return;
        }
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "the roll-ups must follow within 2 s"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let (_folder, store) = open();
    store
        .write(|connection| {
            for (name, statement) in sql::ALL {
                if let Err(error) = connection.prepare(statement) {
                    panic!("{name}: {error}");
                }
            }
            Ok(())
        })
        .await
        .expect("all prepared");
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_heals() {
    let (_folder, store) = open();
    store.append(vec![response(1)]).await.expect("stored");
    let limit = |pages: i64| {
        store.write(move |connection| {
            Ok(connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
        })
    };
    limit(1).await.expect("limited to what it has");
    let mut large = response(2);
    large.comment = Some("x".repeat(1_000_000));
    let Err(full) = store.append(vec![large.clone()]).await else {
        panic!("there is no room");
    };
    assert!(full.to_string().contains("free space"), "{full}");
    assert_eq!(store.health().await, Err(full), "a failed write must show");
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(1));

    // The limit went with the connection: there is room again, and nobody writes.
    becomes_healthy(&store).await;
    assert_eq!(
        store.append(vec![large]).await,
        Ok(vec![Appended::Stored { counted: true }])
    );
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(2));
}

/// Asks as `/readyz` does until the answer is good.
async fn becomes_healthy(store: &SqliteStore) {
    let start = Instant::now();
    while let Err(cause) = store.health().await {
        assert!(start.elapsed() < Duration::from_secs(20), "still {cause}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_database_that_another_process_holds_is_told_in_time_and_comes_back() {
    let (folder, store) = open();
    let other = rusqlite::Connection::open(folder.path().join("hai-long.db")).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    let start = Instant::now();
    assert_eq!(
        store.append(vec![response(1)]).await,
        Err(StoreError::Busy(2))
    );
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(store.health().await, Err(StoreError::Busy(2)));
    other.execute_batch("ROLLBACK").expect("let go");
    becomes_healthy(&store).await;
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(0));
}

/// Bytes of the first page of this table or index in the file.
fn page_of(path: &Path, name: &str) -> std::ops::Range<usize> {
    let connection = rusqlite::Connection::open(path).expect("opened");
    let find = "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?1";
    let (page, size): (u32, u32) = connection
        .query_row(find, [name], |row| row.try_into())
        .expect("a page");
    let (page, size) = (page as usize, size as usize);
    (page - 1) * size..page * size
}

#[tokio::test]
async fn a_damaged_page_is_noticed_when_it_is_read_and_forgotten_when_it_is_mended() {
    let (folder, store) = open();
    store.append(vec![response(1)]).await.expect("stored");
    drop(store);
    let path = folder.path().join("hai-long.db");
    let page = page_of(&path, "procedure");
    let sound = std::fs::read(&path).expect("read");
    let mut damaged = sound.clone();
    damaged[page].fill(0xff);
    std::fs::write(&path, &damaged).expect("damaged");

    let store = SqliteStore::open(folder.path(), forms()).expect("it is not looked at yet");
    assert_eq!(store.health().await, Ok(()));
    let found = store.verify().await.expect("verified").differences;
    assert!(
        found
            .iter()
            .all(|difference| difference.place == "database file")
            && !found.is_empty(),
        "{found:?}"
    );
    let Err(cause) = store.procedures().await else {
        panic!("a damaged page was read");
    };
    assert!(cause.to_string().contains("hai-long restore"), "{cause}");
    assert!(matches!(store.health().await, Err(StoreError::Damaged(_))));

    std::fs::write(&path, &sound).expect("mended");
    becomes_healthy(&store).await;
    assert_eq!(store.procedures().await, Ok(vec![]));
}

#[test]
fn a_failed_migration_does_not_show_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hai-long.db");
    let connection = rusqlite::Connection::open(&path).expect("made");
    connection
        .execute_batch("CREATE TABLE response (other)")
        .expect("in the way");
    drop(connection);
    let Err(error) = SqliteStore::open(folder.path(), forms()) else {
        panic!("the tables of something else were taken over");
    };
    let said = error.to_string();
    assert!(
        said.contains("already exists") && !said.contains("CREATE TABLE"),
        "{said}"
    );
}

/// Copies what a response is made of, in the columns that the older schema has.
fn copy_rows(from: &Path, to: &Path) {
    let connection = rusqlite::Connection::open(to).expect("opened");
    let from = from.to_str().expect("a path");
    connection
        .execute("ATTACH ?1 AS newer", [from])
        .expect("attached");
    for table in ["name", "form", "response"] {
        let columns: String = connection
            .query_row(
                "SELECT group_concat(name) FROM pragma_table_info(?1, 'main')",
                [table],
                |row| row.get(0),
            )
            .expect("columns");
        let copy =
            format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}");
        connection.execute(&copy, []).expect("copied");
    }
}

#[tokio::test]
async fn rows_from_before_there_was_sound_are_read_as_given_without_it() {
    let (today, store) = open();
    store.append(vec![response(1)]).await.expect("stored");
    drop(store);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hai-long.db");
    let mut before = rusqlite::Connection::open(&path).expect("opened");
    connection::migrate_to(&mut before, 6).expect("a store from before");
    drop(before);
    copy_rows(&today.path().join("hai-long.db"), &path);

    let store = SqliteStore::open(folder.path(), forms()).expect("the store again");
    let mut heard = response(2);
    heard.circumstances.audio = true;
    store.append(vec![heard]).await.expect("stored");
    assert_eq!(store.totals().await.expect("totals").responses, 2);
    assert_eq!(store.verify().await.expect("verified").differences, []);
    drop(store);
    let connection = rusqlite::Connection::open(&path).expect("opened");
    let mut rows = connection
        .prepare("SELECT audio FROM response ORDER BY row")
        .expect("a statement");
    let told: Result<Vec<bool>, _> = rows
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect();
    assert_eq!(told, Ok(vec![false, true]));
}

#[test]
fn tables_of_a_later_version_are_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(SqliteStore::open(folder.path(), forms()).expect("a store"));
    let connection = rusqlite::Connection::open(folder.path().join("hai-long.db")).expect("opened");
    let later = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
        SELECT 99, 'later', applied_on, '1' FROM refinery_schema_history WHERE version = 1";
    connection.execute_batch(later).expect("a later version");
    drop(connection);
    let Err(StoreError::Corrupt(said)) = SqliteStore::open(folder.path(), forms()) else {
        panic!("tables of a later version were opened");
    };
    assert!(said.contains("another version of hai-long"), "{said}");
}

#[tokio::test]
async fn words_of_an_earlier_revision_go_with_it() {
    let (_folder, store) = open();
    let said = |revision: u32, words: Option<&str>| Admitted {
        revision,
        fingerprint: [revision as u8; 16],
        partial: true,
        reasons: words.map(str::to_owned).into_iter().collect(),
        comment: words.map(str::to_owned),
        ..response(1)
    };
    let kept = || {
        store.readers.run(|connection| {
            let words = "SELECT reasons, (SELECT text FROM comment c WHERE c.row = r.row), \
                (SELECT count(*) FROM comment) FROM response r";
            Ok(connection.query_row(words, [], |row| {
                <(Option<String>, Option<String>, u32)>::try_from(row)
            })?)
        })
    };
    store
        .append(vec![said(0, Some("slow"))])
        .await
        .expect("stored");
    store
        .append(vec![said(1, Some("rude"))])
        .await
        .expect("stored");
    assert_eq!(
        kept().await,
        Ok((Some("[\"rude\"]".into()), Some("rude".into()), 1))
    );
    store.append(vec![said(2, None)]).await.expect("stored");
    assert_eq!(kept().await, Ok((None, None, 0)));
}

#[tokio::test]
async fn one_failure_fails_the_whole_request_and_its_new_names() {
    let (_folder, store) = open();
    let mut unknown = response(2);
    unknown.form.version = 9;
    unknown.unit = "U2".into();
    let mut first = response(1);
    first.unit = "U2".into();
    assert!(matches!(
        store.append(vec![first.clone(), unknown]).await,
        Err(StoreError::Corrupt(_))
    ));
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(0));
    // Another unit must not inherit the number that the lost transaction gave to U2.
    store
        .append(vec![response(3), first])
        .await
        .expect("stored");
    let query = CellQuery {
        form: key(),
        from: Date::MIN,
        to: Date::MAX,
        by: vec![Dimension::Unit],
        filters: Vec::new(),
    };
    let units: Vec<_> = store
        .cells(query)
        .await
        .expect("cells")
        .into_iter()
        .map(|(key, cell)| (key, cell.responses))
        .collect();
    assert_eq!(
        units,
        [
            (vec![Some("U1".to_owned())], 1),
            (vec![Some("U2".to_owned())], 1)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_when_to_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = connection::create(folder.path()).expect("a database");
    let writer =
        Arc::new(writer::Writer::start(path, forms(), Arc::default(), 1).expect("a writer"));
    let (started, running) = channel();
    let (release, released) = channel::<()>();
    let blocker = {
        let writer = Arc::clone(&writer);
        tokio::spawn(async move {
            writer
                .run(usize::MAX, move |_| {
                    let _ = started.send(());
                    let _ = released.recv();
                    Ok(())
                })
                .await
        })
    };
    tokio::task::spawn_blocking(move || running.recv())
        .await
        .expect("a thread")
        .expect("the writer is at work");
    let mut waiting = Box::pin(writer.run(1, |_| Ok(())));
    assert!(futures_pending(&mut waiting).await);
    assert_eq!(
        writer.run(1, |_| Ok(())).await,
        Err(StoreError::Busy(2)),
        "the one place in the queue is taken"
    );
    release.send(()).expect("the writer waits");
    assert_eq!(waiting.await, Ok(()));
    assert_eq!(blocker.await.expect("a task"), Ok(()));
}

/// Polls once: is the future still waiting?
async fn futures_pending<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
    })
    .await
}

#[tokio::test]
async fn verify_finds_one_tampered_cell_and_a_rebuild_mends_it() {
    let (_folder, store) = open();
    store
        .append((1..50).map(response).collect())
        .await
        .expect("stored");
    level(&store).await;
    assert_eq!(store.verify().await.expect("verified").differences, []);
    for (tampering, place) in [
        (
            "UPDATE response SET answers = x'0101' WHERE row = 7",
            "rollup_month",
        ),
        ("DELETE FROM rollup_unit", "rollup_unit"),
        ("DELETE FROM rollup_day", "rollup_day"),
        (
            "INSERT INTO finished_month (month, unit, procedure, dossiers) VALUES (24312, 1, 1, 5)",
            "finished_month",
        ),
    ] {
        store
            .write(move |connection| Ok(connection.execute_batch(tampering)?))
            .await
            .expect("tampered");
        let found = store.verify().await.expect("verified");
        assert!(
            found
                .differences
                .iter()
                .any(|difference| difference.place.starts_with(place)),
            "{found:?}"
        );
        store.rebuild().await.expect("rebuilt");
        assert_eq!(store.verify().await.expect("verified").differences, []);
    }
}

#[tokio::test]
async fn verify_finds_a_response_that_was_put_aside_without_reason() {
    let (_folder, store) = open();
    let about = |n, dossier| Admitted {
        pseudonym: Some(Pseudonym([dossier; 20])),
        ..response(n)
    };
    let batch = vec![about(1, 1), about(2, 1), about(3, 2)];
    store.append(batch).await.expect("stored");
    let found = store.verify().await.expect("verified");
    assert_eq!((found.responses, found.repeats), (3, 1));
    assert_eq!(found.differences, []);
    let tampering = "UPDATE response SET repeat_of = 1 WHERE row = 3";
    store
        .write(|connection| Ok(connection.execute_batch(tampering)?))
        .await
        .expect("tampered");
    store.rebuild().await.expect("rebuilt");
    let found = store.verify().await.expect("verified").differences;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].place, "response: row 3");
}

prop_compose! {
    fn any_response()(
        unit in 0..4u8, field in prop::option::of(0..3u8), channel in 0..4usize, touchpoint in 0..4usize,
        timeliness in 0..4usize, provenance in 0..3usize, dossier in prop::option::of(0..40u8),
        day in 0..100i32, flags in 0..2u32, partial: bool, assisted: bool,
        answers in prop::collection::vec(prop::sample::select(vec![1, 2, Packed::MISSING, Packed::NOT_ASKED]), 2),
    ) -> Admitted {
        Admitted {
            unit: format!("U{unit}"),
            field: field.map(|field| format!("F{field}")),
            procedure: field.map(|field| format!("P{field}")),
            channel: Channel::ALL[channel].0,
            touchpoint: Touchpoint::ALL[touchpoint].0,
            timeliness: Timeliness::ALL[timeliness].0,
            provenance: Provenance::ALL[provenance].0,
            pseudonym: dossier.map(|dossier| Pseudonym([dossier; 20])),
            day: calendar::day_of_number(9_600 + day).expect("a day"),
            answers: Packed(answers),
            flags, partial, assisted,
            ..response(0)
        }
    }
}

prop_compose! {
    fn any_query()(
        by in prop::sample::subsequence(Dimension::ALL.to_vec(), 0..4),
        filtered in prop::sample::subsequence(Dimension::ALL.to_vec(), 0..2),
        pick in 0..3usize, from in -10..110i32, length in 0..120i32, whole: bool,
    ) -> CellQuery {
        let day = |number| calendar::day_of_number(9_600 + number).expect("a day");
        let (mut from, mut to) = (day(from), day(from + length));
        if whole {
            (from, to) = (from.first_of_month(), to.last_of_month());
        }
        let values = |dimension| match dimension {
            Dimension::Unit => vec![format!("U{pick}")],
            Dimension::Field => vec![format!("F{pick}"), "nowhere".into()],
            Dimension::Procedure => vec![format!("P{pick}")],
            Dimension::Channel => vec![Channel::ALL[pick].2.into()],
            Dimension::Touchpoint => vec![Touchpoint::ALL[pick].2.into()],
            Dimension::Month => vec!["2026-05".into(), "2026-06".into()],
            Dimension::Timeliness => vec![Timeliness::ALL[pick].2.into()],
            Dimension::Provenance => vec![Provenance::ALL[pick].2.into()],
        };
        CellQuery {
            form: key(),
            from,
            to,
            by: by.into_iter().map(|(dimension, ..)| dimension).collect(),
            filters: filtered.into_iter().map(|(dimension, ..)| (dimension, values(dimension))).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever was stored, completed and asked: roll-ups and log give equal cells, level or behind.
    #[test]
    fn roll_ups_and_log_agree(
        responses in prop::collection::vec(any_response(), 1..120),
        queries in prop::collection::vec(any_query(), 12),
        late in 0..40usize,
        completed in prop::collection::vec((any::<prop::sample::Index>(), any_response()), 0..40),
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let (_folder, store) = open();
            let mut responses: Vec<_> = responses
                .into_iter()
                .zip(1..)
                .map(|(response, n)| Admitted { id: Uuid::from_u128(n), ..response })
                .collect();
            let mut revisions = Vec::new();
            for ((which, other), n) in completed.into_iter().zip(1..) {
                let first = which.get(&responses);
                revisions.push(Admitted {
                    id: first.id, revision: n, fingerprint: [n as u8; 16],
                    pseudonym: first.pseudonym, touchpoint: first.touchpoint, channel: first.channel,
                    ..other
                });
            }
            let tail = responses.split_off(responses.len().saturating_sub(late));
            store.append(responses).await.expect("stored");
            level(&store).await;
            store.append(tail).await.expect("stored");
            store.append(revisions).await.expect("stored");
            for query in queries {
                let fast = store.cells(query.clone()).await.expect("cells");
                let slow = store.count(query.clone(), Sources::Log).await.expect("cells");
                assert_eq!(fast, slow, "{query:?}");
            }
            level(&store).await;
            assert_eq!(store.verify().await.expect("verified").differences, []);
        });
    }
}

#[tokio::test]
async fn a_look_up_that_panics_fails_its_own_caller_alone() {
    let (_folder, store) = open();
    let broken = store
        .lookups
        .run(|_| Ok("no number".parse::<u8>().expect("meant to panic")));
    assert!(broken.await.is_err());
    assert_eq!(store.note("demo").await, Ok(None));
    assert_eq!(store.health().await, Ok(()));
}

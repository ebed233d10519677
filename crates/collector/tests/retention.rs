//! What is over is destroyed, in the bytes, too; nothing else is; and whoever is killed in between tells no lie.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod store_fixture;

use std::path::Path;

use collector::reports::{NewReport, Outcome, Source, Standing, State};
use collector::retention::{Hold, Matter, Obstacle, check};
use collector::store::calendar::month_name;
use collector::store::sqlite::SqliteStore;
use collector::store::{
    Admitted, AuditFilter, CellQuery, Deed, Dimension, Entry, RetentionChange, Store,
};
use jiff::SignedDuration;
use rusqlite::Connection;
use store_fixture::{admitted, day, forms, key, moment, store};

const OLD: &str = "Cán bộ xã rất nhiệt tình XYZZY-1";
const YOUNG: &str = "Chờ hơi lâu XYZZY-2";
const REPORT: &str = "Đường hỏng từ tháng trước XYZZY-3";
const OPEN: &str = "Chưa ai trả lời XYZZY-4";

fn commented(n: u128, received: &str, text: Option<&str>) -> Admitted {
    let received_at = moment(received);
    Admitted {
        comment: text.map(str::to_owned),
        received_at,
        day: collector::store::calendar::business_day(received_at),
        ..admitted(n)
    }
}

fn report(text: &str, received: &str, answered: Option<&str>) -> NewReport {
    NewReport {
        outside_id: None,
        source: Source::Hotline,
        text: text.to_owned(),
        dossier: None,
        received_at: moment(received),
        standing: Standing {
            unit: "U1".into(),
            due_at: moment(received),
            within_competence: true,
            state: if answered.is_some() {
                State::Answered
            } else {
                State::New
            },
            assignee: None,
            answered_at: answered.map(moment),
            outcome: Outcome::Unknown,
        },
    }
}

/// Comments of January 2024 and of June 2026, a report of 2023 that was answered in January 2024, and one that was not.
async fn filled(store: &SqliteStore) {
    let mut responses = vec![
        commented(1, "2024-01-31T16:59:59Z", Some(OLD)),
        commented(2, "2024-01-31T17:00:00Z", None),
    ];
    // So long that it does not fit a page, and many beside it.
    let long = format!("{} {OLD}", "dài ".repeat(3_000));
    responses.push(commented(4, "2024-01-10T03:00:00Z", Some(&long)));
    for n in 10..200 {
        responses.push(commented(n, "2024-01-15T03:00:00Z", Some(OLD)));
    }
    responses.push(commented(3, "2026-06-01T03:00:00Z", Some(YOUNG)));
    store.append(responses).await.unwrap();
    for one in [
        report(REPORT, "2023-12-01T03:00:00Z", Some("2024-01-05T03:00:00Z")),
        report(OPEN, "2023-12-01T03:00:00Z", None),
    ] {
        let at = one.received_at;
        store.open_report(one, "lan", at).await.unwrap();
    }
}

/// Checks on this many days in a row, from this one on.
async fn run_days(store: &SqliteStore, from: &str, days: i64) -> u64 {
    let mut destroyed = 0;
    for passed in 0..days {
        let now = moment(from) + SignedDuration::from_hours(24 * passed);
        let checked = check(store, "server", now).await.unwrap();
        assert!(!checked.unfinished);
        destroyed += checked
            .destroyed
            .iter()
            .map(|(.., count)| count)
            .sum::<u64>();
    }
    destroyed
}

/// Which of these texts stand in the bytes of any file of the folder.
fn in_bytes(folder: &Path) -> Vec<&'static str> {
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        bytes.push(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |text: &str| {
        let text = text.as_bytes();
        bytes
            .iter()
            .any(|file| file.windows(text.len()).any(|part| part == text))
    };
    let texts = [OLD, YOUNG, REPORT, OPEN].into_iter();
    texts.filter(|text| holds(text)).collect()
}

async fn deeds(store: &SqliteStore) -> Vec<(Deed, String, String)> {
    let filter = AuditFilter {
        most: 1000,
        ..AuditFilter::default()
    };
    let entries = store.audited(filter).await.unwrap().into_iter().rev();
    entries
        .map(|(_, entry)| (entry.what, entry.about, entry.detail))
        .collect()
}

fn figures() -> CellQuery {
    CellQuery {
        form: key(),
        from: day("2023-01-01"),
        to: day("2027-01-01"),
        by: vec![Dimension::Month, Dimension::Unit],
        filters: Vec::new(),
    }
}

#[tokio::test]
async fn what_is_over_is_gone_from_the_bytes_after_its_notice_and_no_figure_moves() {
    let (folder, store) = store();
    filled(&store).await;
    assert_eq!(in_bytes(folder.path()), [OLD, YOUNG, REPORT, OPEN]);
    let before = store.cells(figures()).await.unwrap();
    let answered = store.report(1).await.unwrap().unwrap();

    assert_eq!(run_days(&store, "2026-06-02T03:00:00Z", 14).await, 0);
    assert_eq!(in_bytes(folder.path()), [OLD, YOUNG, REPORT, OPEN]);
    assert_eq!(run_days(&store, "2026-06-16T03:00:00Z", 1).await, 193);
    assert_eq!(in_bytes(folder.path()), [YOUNG, OPEN]);

    assert_eq!(store.cells(figures()).await.unwrap(), before);
    let after = store.report(1).await.unwrap().unwrap();
    assert_eq!(after.0.report.text, "");
    assert_eq!(after.0.report.standing, answered.0.report.standing);
    let verified = store.verify().await.unwrap();
    assert_eq!(verified.differences, []);
    assert_eq!(verified.responses, 194);
    let told = deeds(&store).await;
    let run = |about: &str, detail: &str| (Deed::RetentionRun, about.to_owned(), detail.to_owned());
    assert!(
        told.contains(&run("comments", "2024-01; 192 texts")),
        "{told:?}"
    );
    assert!(told.contains(&run("reports", "2024-01; 1 texts")));
    assert_eq!(
        told.iter()
            .filter(|(what, ..)| *what == Deed::RetentionAnnounce)
            .count(),
        2
    );
    // Another check finds nothing left to do.
    assert_eq!(run_days(&store, "2026-06-17T03:00:00Z", 20).await, 0);
    assert_eq!(deeds(&store).await, told);
}

#[tokio::test]
async fn many_checks_on_one_day_are_one_day_of_notice() {
    let (folder, store) = store();
    filled(&store).await;
    for _ in 0..40 {
        assert_eq!(run_days(&store, "2026-06-02T03:00:00Z", 1).await, 0);
    }
    assert_eq!(in_bytes(folder.path()).len(), 4);
}

#[tokio::test]
async fn a_clock_ten_years_ahead_or_back_destroys_nothing() {
    let (folder, store) = store();
    filled(&store).await;
    assert_eq!(run_days(&store, "2026-06-02T03:00:00Z", 10).await, 0);
    assert_eq!(run_days(&store, "2036-06-12T03:00:00Z", 60).await, 0);
    let state = store.retention().await.unwrap();
    assert_eq!(state.clock.doubt_from, Some(day("2026-06-11")));
    assert_eq!(run_days(&store, "2016-06-12T03:00:00Z", 60).await, 0);
    assert_eq!(run_days(&store, "2026-06-12T03:00:00Z", 60).await, 0);
    assert_eq!(in_bytes(folder.path()).len(), 4);
    // A person confirms the date; what was announced under it has stood long enough.
    let entry = Entry::now("lan", Deed::RetentionClock, "right", "");
    let change = RetentionChange::ClockIsRight;
    store.change_retention(change, entry).await.unwrap();
    assert_eq!(run_days(&store, "2026-08-11T03:00:00Z", 1).await, 193);
    assert_eq!(in_bytes(folder.path()), [YOUNG, OPEN]);
}

#[tokio::test]
async fn a_hold_stops_it_to_the_last_and_after_release_the_notice_begins_anew() {
    let (folder, store) = store();
    filled(&store).await;
    run_days(&store, "2026-06-02T03:00:00Z", 14).await;
    let at = moment("2026-06-15T04:00:00Z");
    for matter in [Matter::Comments, Matter::Reports] {
        let hold = Hold {
            by: "lan".into(),
            reason: "thanh tra".into(),
            at,
        };
        let entry = Entry::now("lan", Deed::RetentionHold, "comments", "thanh tra");
        let change = RetentionChange::Hold(matter, hold);
        store.change_retention(change, entry).await.unwrap();
    }
    assert_eq!(run_days(&store, "2026-06-16T03:00:00Z", 30).await, 0);
    // Not even by the store alone.
    let month = store.retention().await.unwrap().amounts[0].month;
    let now = moment("2026-07-16T03:00:00Z");
    let asked = store.destroy(Matter::Comments, month, "x", now).await;
    assert_eq!(asked.unwrap(), None);
    assert_eq!(in_bytes(folder.path()).len(), 4);

    let entry = Entry::now("lan", Deed::RetentionRelease, "comments", "");
    let change = RetentionChange::Release(Matter::Comments);
    store.change_retention(change, entry).await.unwrap();
    assert_eq!(run_days(&store, "2026-07-16T03:00:00Z", 14).await, 0);
    assert_eq!(run_days(&store, "2026-07-30T03:00:00Z", 1).await, 192);
    assert_eq!(in_bytes(folder.path()), [YOUNG, REPORT, OPEN]);
}

#[tokio::test]
async fn what_is_kept_for_ever_stays_and_another_rule_begins_its_notice_anew() {
    let (folder, store) = store();
    filled(&store).await;
    let set = async |matter, months| {
        let entry = Entry::now("lan", Deed::RetentionSet, "comments", "");
        let change = RetentionChange::Months(matter, months);
        store.change_retention(change, entry).await.unwrap();
    };
    set(Matter::Reports, 0).await;
    run_days(&store, "2026-06-02T03:00:00Z", 14).await;
    set(Matter::Comments, 23).await;
    assert_eq!(run_days(&store, "2026-06-16T03:00:00Z", 14).await, 0);
    assert_eq!(run_days(&store, "2026-06-30T03:00:00Z", 1).await, 192);
    assert_eq!(in_bytes(folder.path()), [YOUNG, REPORT, OPEN]);
}

/// Killed after the transaction and before the log was cut: the texts may stand in the log, and nothing says that they are
/// gone. The next check finishes it.
#[tokio::test]
async fn killed_between_transaction_and_log_it_is_not_told_as_done_and_the_next_start_finishes_it()
{
    let (folder, store) = store();
    filled(&store).await;
    run_days(&store, "2026-06-02T03:00:00Z", 14).await;
    let now = moment("2026-06-16T03:00:00Z");
    // The fifteenth day is witnessed while a reader keeps the log from being cut.
    let reader = Connection::open(folder.path().join("hai-long.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM response")
        .unwrap();
    let checked = check(&store, "server", now).await.unwrap();
    assert!(checked.unfinished);
    assert_eq!(checked.destroyed.len(), 2);
    let runs = |told: Vec<(Deed, String, String)>| {
        told.iter()
            .filter(|(what, ..)| *what == Deed::RetentionRun)
            .count()
    };
    assert_eq!(runs(deeds(&store).await), 0, "not told as done");
    assert!(
        in_bytes(folder.path()).contains(&OLD),
        "the log still holds it"
    );
    assert!(
        store
            .retention()
            .await
            .unwrap()
            .runs
            .iter()
            .all(|run| !run.finished)
    );

    // A kill leaves the files as they are.
    let killed = tempfile::tempdir().unwrap();
    for file in ["hai-long.db", "hai-long.db-wal"] {
        std::fs::copy(folder.path().join(file), killed.path().join(file)).unwrap();
    }
    drop(reader);
    let again = SqliteStore::open(killed.path(), forms()).unwrap();
    let later = now + SignedDuration::from_hours(1);
    let checked = check(&again, "server", later).await.unwrap();
    assert_eq!((checked.unfinished, checked.destroyed.len()), (false, 0));
    assert_eq!(in_bytes(killed.path()), [YOUNG, OPEN]);
    assert_eq!(runs(deeds(&again).await), 2, "told once");
    assert_eq!(again.verify().await.unwrap().differences, []);
}

/// Killed within the transaction: all or nothing is SQLite's promise; the log is cut at any byte here.
#[tokio::test]
async fn killed_within_the_transaction_nothing_is_gone_or_told() {
    let (folder, store) = store();
    filled(&store).await;
    run_days(&store, "2026-06-02T03:00:00Z", 14).await;
    let db = folder.path().join("hai-long.db");
    let wal = folder.path().join("hai-long.db-wal");
    let reader = Connection::open(&db).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM response")
        .unwrap();
    let before = std::fs::metadata(&wal).unwrap().len();
    let month = store.retention().await.unwrap().amounts[0].month;
    let now = moment("2026-06-15T23:00:00Z");
    let ticked = check(&store, "server", now).await.unwrap();
    assert_eq!(ticked.destroyed.len(), 2);
    let bytes = std::fs::read(&wal).unwrap();
    let written = bytes.len() as u64 - before;
    for part in 0..12 {
        let cut = before + written * part / 12;
        let killed = tempfile::tempdir().unwrap();
        std::fs::copy(&db, killed.path().join("hai-long.db")).unwrap();
        let log = &bytes[..usize::try_from(cut).unwrap()];
        std::fs::write(killed.path().join("hai-long.db-wal"), log).unwrap();
        let again = SqliteStore::open(killed.path(), forms()).unwrap();
        let state = again.retention().await.unwrap();
        let left = state
            .amounts
            .iter()
            .find(|one| one.matter == Matter::Comments && one.month == month)
            .map_or(0, |one| one.count);
        let told = state.runs.iter().any(|run| run.matter == Matter::Comments);
        assert!(
            matches!((left, told), (192, false) | (0, true)),
            "{left} {told}"
        );
        check(&again, "server", now).await.unwrap();
        assert_eq!(in_bytes(killed.path()), [YOUNG, OPEN]);
    }
}

#[tokio::test]
async fn a_text_that_was_replaced_by_a_later_revision_is_gone_from_the_bytes() {
    let (folder, store) = store();
    let first = Admitted {
        partial: true,
        fingerprint: [1; 16],
        ..commented(1, "2026-06-01T03:00:00Z", Some(OLD))
    };
    let second = Admitted {
        revision: 1,
        fingerprint: [2; 16],
        ..commented(1, "2026-06-01T03:01:00Z", Some(YOUNG))
    };
    store.append(vec![first]).await.unwrap();
    store.append(vec![second]).await.unwrap();
    store.close();
    assert_eq!(in_bytes(folder.path()), [YOUNG]);
}

#[tokio::test]
async fn the_plan_is_shown_before_anything_is_announced() {
    let (_folder, store) = store();
    filled(&store).await;
    let plan = store.retention().await.unwrap().plan(day("2026-06-02"));
    let told: Vec<_> = plan
        .iter()
        .map(|one| {
            (
                one.amount.matter,
                one.amount.count,
                one.earliest,
                one.obstacle,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                Matter::Comments,
                192,
                day("2026-06-16"),
                Some(Obstacle::Notice)
            ),
            (
                Matter::Reports,
                1,
                day("2026-06-16"),
                Some(Obstacle::Notice)
            ),
            (
                Matter::Comments,
                1,
                day("2028-07-01"),
                Some(Obstacle::NotDue)
            ),
        ]
    );
}

#[tokio::test]
async fn a_comment_that_came_under_a_wrong_clock_goes_with_those_before_it_and_drags_none_along() {
    let (_folder, store) = store();
    let received = [
        "2099-01-01T03:00:00Z",
        "2024-01-15T03:00:00Z",
        "2024-02-15T03:00:00Z",
        "1970-01-02T03:00:00Z",
        "2024-02-16T03:00:00Z",
    ];
    let responses = (1..).zip(received);
    let responses = responses.map(|(n, received)| commented(n, received, Some(OLD)));
    store.append(responses.collect()).await.unwrap();
    let amounts = store.retention().await.unwrap().amounts;
    let told: Vec<_> = amounts
        .iter()
        .map(|one| (month_name(one.month), one.count))
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(month, count)| (&**month, *count))
        .collect();
    assert_eq!(told, [("2024-01", 1), ("2024-02", 3), ("2099-01", 1)]);
    // Only January 2024 is over in February 2026.
    assert_eq!(run_days(&store, "2026-02-01T03:00:00Z", 1).await, 0);
    let entry = Entry::now("lan", Deed::RetentionClock, "right", "");
    let change = RetentionChange::ClockIsRight;
    store.change_retention(change, entry).await.unwrap();
    assert_eq!(run_days(&store, "2026-02-02T03:00:00Z", 20).await, 1);
    assert_eq!(run_days(&store, "2026-02-22T03:00:00Z", 20).await, 3);
}

//! The key of a year names its dossiers, what was stored before years had keys is found as before, and a key goes from the
//! bytes when its time is over, and not before.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod periods_fixture;

use std::sync::Arc;

use collector::reports::{NewReport, Source, Standing};
use collector::retention::{Matter, check};
use collector::store::sqlite::SqliteStore;
use collector::store::{
    Admitted, AuditFilter, Deed, Invite, InviteHash, Period, PeriodSecret, Periods, Store,
    Timeliness,
};
use jiff::{SignedDuration, Timestamp};
use periods_fixture::store_fixture::{admitted, forms, key, moment};
use periods_fixture::{
    NOW, asked, code, counted, figures, folder_key, in_bytes, intake_on, office, parsed, pass,
    rating, secret, set_rule, stored, total, until_the_last_day,
};
use rusqlite::Connection;
use serde_json::json;
use survey::response::Touchpoint;

#[tokio::test]
async fn each_year_gets_a_key_of_its_own_and_repeats_are_found_with_it() {
    let (folder, store, intake) = office().await;
    assert_eq!(store.periods().await.unwrap(), Periods::default());
    stored(&intake, rating(1, &code(1), json!({}))).await;
    stored(&intake, rating(2, "H57.132-251230-0001", json!({}))).await;
    stored(&intake, rating(3, "HS 77/X", json!({}))).await;
    stored(&intake, rating(4, "H57.132-120101-0001", json!({}))).await;
    let periods = store.periods().await.unwrap();
    assert_eq!(periods.0.keys().collect::<Vec<_>>(), [&2025, &2026]);
    assert_ne!(secret(&periods, 2025), secret(&periods, 2026));
    let repeats = [
        &code(1),
        "H57.132-251230-0001",
        "HS 77/X",
        "H57.132-120101-0001",
    ];
    for (n, dossier) in repeats.into_iter().enumerate() {
        stored(&intake, rating(10 + n as u64, dossier, json!({}))).await;
    }
    assert_eq!(counted(&store).await, 4);
    // Nobody finds them with the folder's key alone.
    let folders = folder_key().pseudonym(&parsed(&code(1)), "t", Touchpoint::Result);
    assert!(!in_bytes(folder.path(), &folders.0));
    // The same after a restart.
    drop(intake);
    drop(store);
    let store = Arc::new(SqliteStore::open(folder.path(), forms()).unwrap());
    assert_eq!(store.periods().await.unwrap(), periods);
    let intake = intake_on(&store, NOW);
    stored(&intake, rating(20, &code(1), json!({}))).await;
    assert_eq!(counted(&store).await, 4);
    assert_eq!(store.verify().await.unwrap().differences, []);
}

#[tokio::test]
async fn what_an_earlier_version_stored_is_found_and_its_years_keep_the_folders_key() {
    let (_folder, store, intake) = office().await;
    let of = |code: &str| folder_key().pseudonym(&parsed(code), "t", Touchpoint::Result);
    let rated = Admitted {
        pseudonym: Some(of("H57.132-230101-0001")),
        ..admitted(900)
    };
    store.append(vec![rated]).await.unwrap();
    let invite = Invite {
        hash: InviteHash([5; 16]),
        form: key(),
        touchpoint: Touchpoint::Result,
        pseudonym: of("H57.132-241231-0001"),
        unit: "U1".into(),
        procedure: None,
        field: None,
        timeliness: Timeliness::Unknown,
        flags: 0,
        expires_at: moment(NOW),
        used_by: None,
    };
    store.add_invites(vec![invite], None).await.unwrap();
    let at = moment("2026-07-02T03:00:00Z");
    let report = NewReport {
        outside_id: None,
        source: Source::Hotline,
        text: String::new(),
        dossier: Some(folder_key().report_pseudonym(&parsed("H57.132-220101-0001"))),
        received_at: at,
        standing: Standing::new("U1".into(), at, true),
    };
    store.open_report(report, "lan", at).await.unwrap();

    // A repeat of the dossier, and the first ratings of others of each year, on its first and last day.
    stored(&intake, rating(1, "H57.132-230101-0001", json!({}))).await;
    assert_eq!(counted(&store).await, 1);
    for (n, date) in ["210101", "220101", "221231", "231231", "240101", "250101"]
        .iter()
        .enumerate()
    {
        stored(
            &intake,
            rating(10 + n as u64, &format!("H57.132-{date}-0009"), json!({})),
        )
        .await;
    }
    assert_eq!(counted(&store).await, 7);
    let periods = store.periods().await.unwrap();
    for year in [2022, 2023, 2024] {
        assert_eq!(periods.0.get(&year), Some(&Period::Folder), "{year}");
    }
    for year in [2021, 2025] {
        secret(&periods, year);
    }
    // No rule destroys what is not there.
    set_rule(&store).await;
    let keys = store.retention().await.unwrap().amounts.into_iter();
    let keys: Vec<_> = keys
        .filter(|amount| amount.matter == Matter::Keys)
        .collect();
    let years: Vec<String> = keys
        .iter()
        .map(|key| key.matter.period_name(key.month))
        .collect();
    assert_eq!(years, ["2021", "2025"]);
}

#[tokio::test]
async fn a_destroyed_key_is_gone_from_the_bytes_and_no_figure_of_the_index_moves() {
    let (folder, store, intake) = office().await;
    asked(&store, &intake).await;
    let before = figures(&store).await;
    let known = total(&intake).await;
    assert_eq!(
        (known.closed, known.rated, known.not_known),
        (20, Some(6), 0)
    );
    let gone = secret(&store.periods().await.unwrap(), 2026).0;
    until_the_last_day(&store).await;
    assert!(in_bytes(folder.path(), &gone));
    let years = pass(&store, "2028-01-01T03:00:00Z", "2028-01-02T03:00:00Z", 24).await;
    assert_eq!(years, ["2026"]);
    assert!(!in_bytes(folder.path(), &gone));
    assert_eq!(
        store.periods().await.unwrap().0.get(&2026),
        Some(&Period::Destroyed)
    );

    assert_eq!(figures(&store).await, before);
    assert_eq!(store.verify().await.unwrap().differences, []);
    // The year never gets another key, whoever offers one.
    let offered = vec![(2026, PeriodSecret([8; 32]))];
    let periods = store.begin_periods(offered).await.unwrap();
    assert_eq!(periods.0.get(&2026), Some(&Period::Destroyed));
    // What was counted before is asked anew, and not known.
    let after = total(&intake).await;
    assert_eq!((after.closed, after.not_known), (20, 20));
    assert_eq!(
        (after.invited, after.rated, after.unasked),
        (None, None, None)
    );
    assert_eq!((after.invited_share, after.rated_share), (None, None));
    let filter = AuditFilter {
        most: 1000,
        ..AuditFilter::default()
    };
    let audited = store.audited(filter).await.unwrap();
    let told = |what| {
        let of = audited.iter().map(|(_, entry)| entry);
        of.filter(|entry| entry.what == what && entry.about == "keys")
            .map(|entry| entry.detail.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(Deed::RetentionAnnounce), ["2026"]);
    assert_eq!(told(Deed::RetentionRun), ["2026"]);
}

#[tokio::test]
async fn without_a_rule_and_with_a_clock_ten_years_ahead_no_key_goes() {
    let (_folder, store, intake) = office().await;
    asked(&store, &intake).await;
    let kept = store.periods().await.unwrap();
    // No rule.
    pass(
        &store,
        "2026-08-05T03:00:00Z",
        "2030-01-01T03:00:00Z",
        28 * 24,
    )
    .await;
    assert_eq!(store.periods().await.unwrap(), kept);
    set_rule(&store).await;
    // The clock leaps.
    assert_eq!(
        pass(&store, "2041-01-01T03:00:00Z", "2041-03-01T03:00:00Z", 24).await,
        [""; 0]
    );
    assert_eq!(store.periods().await.unwrap(), kept);
    // Nor the store by itself.
    let month = 2026 * 12 + 11;
    let now = moment("2041-03-01T03:00:00Z");
    assert_eq!(
        store.destroy(Matter::Keys, month, "x", now).await.unwrap(),
        None
    );
}

/// Killed after the transaction and before the log was cut: the next start takes the key out of the bytes.
#[tokio::test]
async fn killed_in_between_the_next_start_finishes_it() {
    let (folder, store, intake) = office().await;
    asked(&store, &intake).await;
    let gone = secret(&store.periods().await.unwrap(), 2026).0;
    until_the_last_day(&store).await;
    let now: Timestamp = moment("2028-01-01T03:00:00Z");
    let reader = Connection::open(folder.path().join("hai-long.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM response")
        .unwrap();
    let checked = check(&*store, "server", now).await.unwrap();
    assert!(checked.unfinished && checked.destroyed.len() == 1);
    let killed = tempfile::tempdir().unwrap();
    for file in ["hai-long.db", "hai-long.db-wal"] {
        std::fs::copy(folder.path().join(file), killed.path().join(file)).unwrap();
    }
    drop(reader);
    assert!(in_bytes(killed.path(), &gone), "else this proves nothing");
    let again = SqliteStore::open(killed.path(), forms()).unwrap();
    let later = now + SignedDuration::from_hours(1);
    assert!(!check(&again, "server", later).await.unwrap().unfinished);
    assert!(!in_bytes(killed.path(), &gone));
    assert_eq!(
        again.periods().await.unwrap().0.get(&2026),
        Some(&Period::Destroyed)
    );
    assert_eq!(again.verify().await.unwrap().differences, []);
    let runs = again.retention().await.unwrap().runs;
    assert!(runs.iter().all(|run| run.finished) && runs.len() == 1);
}

//! The demonstration data: the same on every machine, and loaded the way of real data.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use collector::demo::{self, Demo, DemoError, Figures};
use collector::forms::FormBook;
use collector::intake::Intake;
use collector::intake::pseudonym::PseudonymKey;
use collector::store::sqlite::SqliteStore;
use collector::store::{Store, Unit};
use survey::form::{load, shipped};
use tempfile::TempDir;

/// One dossier in forty: the shape of the whole in little time.
const SMALL: Figures = Figures::REPORT.one_in(40);

fn forms() -> Arc<FormBook> {
    Arc::new(
        shipped()
            .iter()
            .map(|(name, text)| load(text, name).unwrap())
            .collect(),
    )
}

fn office() -> (Arc<Intake>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let forms = forms();
    let store = SqliteStore::open(folder.path(), Arc::clone(&forms)).unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let key = PseudonymKey::from_bytes([7; 32]);
    (Arc::new(Intake::new(forms, store, key)), folder)
}

#[test]
fn the_same_data_come_out_every_time() {
    let one = Demo::generate(&forms(), &SMALL).unwrap();
    let other = Demo::generate(&forms(), &SMALL).unwrap();
    assert_eq!(one.dossiers, other.dossiers);
    assert_eq!(one.ratings, other.ratings);
    // The first code and rating of the data that the product's documents and pictures show.
    let first = one.dossiers.first().unwrap();
    assert_eq!(first.code, "000.00.01.H10-200616-0001");
}

#[test]
fn every_rating_fits_its_form_and_its_dossier_is_finished_and_rated_once() {
    let forms = forms();
    let demo = Demo::generate(&forms, &SMALL).unwrap();
    let finished: HashSet<&str> = demo
        .dossiers
        .iter()
        .filter(|dossier| dossier.finished_at.is_some())
        .map(|dossier| dossier.code.as_str())
        .collect();
    let mut rated = HashSet::new();
    let mut ids = HashSet::new();
    let mut by_form: BTreeMap<&str, usize> = BTreeMap::new();
    for rating in &demo.ratings {
        let form = forms.get(&rating.form, rating.form_version).unwrap();
        assert_eq!(rating.check(form), [], "{rating:?}");
        assert!(ids.insert(rating.id));
        *by_form.entry(&rating.form).or_default() += 1;
        if let Some(code) = &rating.dossier {
            assert!(finished.contains(code.as_str()));
            assert!(rated.insert((code.as_str(), rating.form.as_str())));
        }
    }
    for form in [
        "one-stop-quick",
        "one-stop-nine",
        "three-level",
        "sipas-services-2023",
    ] {
        assert!(by_form.contains_key(form), "{form} has no rating");
    }
}

#[tokio::test]
async fn loading_goes_through_the_intake_and_the_figures_can_be_verified() {
    let (intake, folder) = office();
    let credentials = demo::load(&intake, folder.path(), &SMALL, &mut ())
        .await
        .unwrap();
    let totals = intake.store.totals().await.unwrap();
    let expected = Demo::generate(&intake.forms, &SMALL).unwrap();
    assert_eq!(totals.dossiers, SMALL.received() as u64);
    assert_eq!((totals.units, totals.procedures), (124, 1_769));
    assert_eq!(totals.responses, expected.ratings.len() as u64);
    assert_eq!(intake.store.verify().await.unwrap().differences, []);
    let note = intake.store.note(demo::NOTE).await.unwrap().unwrap();
    let note: BTreeMap<String, String> = serde_json::from_str(&note).unwrap();
    assert!(note["vi"].contains("minh họa") && note["en"].contains("synthetic"));
    // The kiosk's unit has finished dossiers that nobody has rated.
    assert!(!credentials.example_dossiers.is_empty());
    for code in &credentials.example_dossiers {
        let dossier = intake.store.dossier(code).await.unwrap().unwrap();
        assert_eq!(dossier.unit, credentials.kiosk_unit);
        assert!(dossier.finished_at.is_some());
    }
    // Once more: nothing is added, and the same credentials come back.
    let again = demo::load(&intake, folder.path(), &SMALL, &mut ())
        .await
        .unwrap();
    assert_eq!(again, credentials);
    assert_eq!(intake.store.totals().await.unwrap(), totals);
}

#[tokio::test]
async fn ratings_count_for_the_days_of_the_demonstration_year() {
    let (intake, folder) = office();
    demo::load(&intake, folder.path(), &SMALL, &mut ())
        .await
        .unwrap();
    let form = intake.forms.newest("one-stop-quick").unwrap();
    let key = collector::store::FormKey {
        id: form.id.clone(),
        version: form.version,
    };
    let (first, last) = intake.store.span(&key, None).await.unwrap().unwrap();
    assert!(first >= jiff::civil::date(2020, 6, 16), "{first}");
    assert!(last <= jiff::civil::date(2021, 6, 25), "{last}");
}

#[cfg(unix)]
#[tokio::test]
async fn credentials_are_readable_by_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (intake, folder) = office();
    demo::load(
        &intake,
        folder.path(),
        &Figures::REPORT.one_in(400),
        &mut (),
    )
    .await
    .unwrap();
    let path = demo::Credentials::path(folder.path());
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_folder_with_other_data_is_refused() {
    let (intake, folder) = office();
    let unit = Unit {
        code: "H57.132".into(),
        name: "Phường".into(),
        kind: "ward".into(),
        parent: None,
        valid_from: None,
        valid_to: None,
    };
    intake.store.upsert_units(vec![unit]).await.unwrap();
    let error = demo::load(&intake, folder.path(), &SMALL, &mut ())
        .await
        .unwrap_err();
    assert!(matches!(error, DemoError::OtherData(_)));
    assert!(error.to_string().contains("1 units"), "{error}");
    assert_eq!(intake.store.note(demo::NOTE).await.unwrap(), None);
}

#[tokio::test]
async fn verify_on_the_command_line_fails_when_a_kept_figure_does_not_follow_from_the_ratings() {
    let (intake, folder) = office();
    let figures = Figures::REPORT.one_in(400);
    demo::load(&intake, folder.path(), &figures, &mut ())
        .await
        .unwrap();
    // Brings the roll-ups up to date before the store is closed.
    assert_eq!(intake.store.verify().await.unwrap().differences, []);
    drop(intake);
    let verify = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hai-long"));
        command
            .args(["verify", "--data"])
            .arg(folder.path())
            .output()
            .unwrap()
    };
    assert_eq!(verify().status.code(), Some(0));
    let database = rusqlite::Connection::open(folder.path().join("hai-long.db")).unwrap();
    database.execute("DELETE FROM rollup_day", []).unwrap();
    drop(database);
    let found = verify();
    assert_eq!(found.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&found.stderr).contains("differences"));
}

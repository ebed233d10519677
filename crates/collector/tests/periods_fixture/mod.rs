//! An office with dossiers of 2026, the intake of its folder, and years that pass.

#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fixture that fails fails the test")]

#[path = "../store_fixture/mod.rs"]
pub mod store_fixture;

use std::path::Path;
use std::sync::Arc;

use collector::coverage::{self, CoverageCell, CoverageRequest};
use collector::intake::invite::{Given, Wish};
use collector::intake::pseudonym::PseudonymKey;
use collector::intake::{Intake, Sender};
use collector::reports::{NewReport, Source, Standing};
use collector::retention::{Matter, check};
use collector::store::sqlite::SqliteStore;
use collector::store::{
    CellQuery, Deed, Dimension, Dossier, Entry, Period, PeriodSecret, Periods, Procedure,
    RetentionChange, Store, Unit,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store_fixture::{day, forms, key, moment, store};
use survey::dossier::DossierCode;
use survey::response::{Receipt, Response, Status, Touchpoint};
use tempfile::TempDir;

pub const NOW: &str = "2026-08-04T03:00:00Z";

pub fn folder_key() -> PseudonymKey {
    PseudonymKey::from_bytes([9; 32])
}

pub fn code(n: u32) -> String {
    format!("H57.132-260701-{n:04}")
}

pub fn parsed(text: &str) -> DossierCode {
    DossierCode::parse(text).unwrap()
}

pub fn intake_on(store: &Arc<SqliteStore>, now: &str) -> Intake {
    let now = moment(now);
    Intake::new(forms(), Arc::clone(store) as Arc<dyn Store>, folder_key())
        .with_clock(Arc::new(move || now))
}

/// Unit U1 and 20 dossiers with codes of 2026, finished in July.
pub async fn office() -> (TempDir, Arc<SqliteStore>, Intake) {
    let (folder, store) = store();
    let store = Arc::new(store);
    let unit = Unit {
        code: "U1".into(),
        name: "U1".into(),
        kind: "commune".into(),
        parent: None,
        valid_from: None,
        valid_to: None,
    };
    store.upsert_units(vec![unit]).await.unwrap();
    let procedure = Procedure {
        code: "1.000001".into(),
        name: "Thủ tục".into(),
        field: "Đất đai".into(),
    };
    store.upsert_procedures(vec![procedure]).await.unwrap();
    let dossiers = (0..20).map(|n| dossier(&code(n)));
    store.upsert_dossiers(dossiers.collect()).await.unwrap();
    let intake = intake_on(&store, NOW);
    (folder, store, intake)
}

pub fn dossier(code: &str) -> Dossier {
    Dossier {
        code: code.into(),
        procedure: "1.000001".into(),
        unit: "U1".into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: Some(moment("2026-07-20T03:00:00Z")),
        finished_at: Some(moment("2026-07-15T03:00:00Z")),
        outcome: None,
    }
}

/// Rating number `n` of a dossier, with these fields instead.
pub fn rating(n: u64, dossier: &str, changes: Value) -> Response {
    let id = uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + n, &[3; 10]);
    let mut body = json!({
        "id": id.into_uuid(), "form": "t", "form_version": 1, "unit": "U1", "touchpoint": "result", "channel": "kiosk",
        "answers": {"overall": 4}, "dossier": dossier, "elapsed_ms": 9000
    });
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    serde_json::from_value(body).unwrap()
}

pub async fn send(intake: &Intake, response: Response) -> Receipt {
    let mut receipts = intake
        .receive(vec![response], &Sender::Operator)
        .await
        .unwrap();
    receipts.remove(0)
}

pub async fn stored(intake: &Intake, response: Response) {
    let receipt = send(intake, response).await;
    assert_eq!(receipt.status, Status::Stored, "{receipt:?}");
}

/// Responses that count, by month and unit.
pub async fn figures(store: &SqliteStore) -> Vec<(Vec<Option<String>>, survey::cell::Cell)> {
    let query = CellQuery {
        form: key(),
        from: day("2020-01-01"),
        to: day("2040-01-01"),
        by: vec![Dimension::Month, Dimension::Unit],
        filters: Vec::new(),
    };
    store.cells(query).await.unwrap()
}

pub async fn counted(store: &SqliteStore) -> u64 {
    figures(store)
        .await
        .iter()
        .map(|(_, cell)| cell.responses)
        .sum()
}

pub async fn total(intake: &Intake) -> CoverageCell {
    let request = CoverageRequest {
        form: Some("t".into()),
        ..CoverageRequest::default()
    };
    coverage::answer(intake, 1, request).await.unwrap().total
}

/// Keys go a year after theirs.
pub async fn set_rule(store: &SqliteStore) {
    let entry = Entry::now("lan", Deed::RetentionSet, "keys", "12 months");
    let change = RetentionChange::Months(Matter::Keys, 12);
    store.change_retention(change, entry).await.unwrap();
}

/// Checks every so many hours from one moment to before another; gives the years whose keys went.
pub async fn pass(store: &SqliteStore, from: &str, to: &str, hours: i64) -> Vec<String> {
    let (mut now, to) = (moment(from), moment(to));
    let mut gone = Vec::new();
    while now < to {
        let checked = check(store, "server", now).await.unwrap();
        let keys = checked.destroyed.iter();
        gone.extend(
            keys.filter(|(matter, ..)| *matter == Matter::Keys)
                .map(|(matter, month, _)| matter.period_name(*month)),
        );
        now += SignedDuration::from_hours(hours);
    }
    gone
}

/// Until the last day of the notice: nothing has gone.
pub async fn until_the_last_day(store: &SqliteStore) {
    set_rule(store).await;
    let gone = pass(
        store,
        "2026-08-05T03:00:00Z",
        "2027-12-10T03:00:00Z",
        20 * 24,
    )
    .await;
    assert_eq!(gone, [""; 0]);
    let gone = pass(store, "2027-12-10T03:00:00Z", "2028-01-01T03:00:00Z", 24).await;
    assert_eq!(gone, [""; 0]);
}

/// The key of 2026 is destroyed, as the rule wants it.
pub async fn forget(store: &SqliteStore) {
    until_the_last_day(store).await;
    let gone = pass(store, "2028-01-01T03:00:00Z", "2028-01-02T03:00:00Z", 24).await;
    assert_eq!(gone, ["2026"]);
}

pub fn secret(periods: &Periods, year: i16) -> PeriodSecret {
    let period = periods.0.get(&year);
    let Some(Period::Own(secret)) = period else {
        unreachable!("{year} has {period:?}");
    };
    secret.clone()
}

/// Do these bytes stand in any file of the folder?
pub fn in_bytes(folder: &Path, what: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(what.len()).any(|part| part == what)
    })
}

/// Ratings of dossiers 0 to 5, an invite for dossier 6, and a citizen report about dossier 7.
pub async fn asked(store: &SqliteStore, intake: &Intake) -> Given {
    for n in 0..6 {
        stored(intake, rating(n, &code(n as u32), json!({}))).await;
    }
    let mut given = intake.invite(vec![wish(&code(6))]).await.unwrap();
    let about = intake.report_pseudonym(&parsed(&code(7))).await.unwrap();
    assert!(about.is_some());
    let at = moment("2026-07-20T03:00:00Z");
    let report = NewReport {
        outside_id: None,
        source: Source::Hotline,
        text: String::new(),
        dossier: about,
        received_at: at,
        standing: Standing::new("U1".into(), at, true),
    };
    store.open_report(report, "lan", at).await.unwrap();
    given.remove(0).unwrap()
}

pub fn wish(code: &str) -> Wish {
    Wish {
        dossier: code.into(),
        touchpoint: Touchpoint::Result,
        form: "t".into(),
        days: 365,
    }
}

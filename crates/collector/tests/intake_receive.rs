//! What a sender may rely on: a receipt for each response, with every fault named, and repeating is safe.

mod store_fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use collector::intake::pseudonym::PseudonymKey;
use collector::intake::{Flag, Intake, Sender};
use collector::store::sqlite::SqliteStore;
use collector::store::{
    CellQuery, DeviceSettings, Dimension, Dossier, Key, Procedure, Role, Store, Unit,
};
use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Value, json};
use store_fixture::{forms, key, moment};
use survey::response::{Receipt, Response, Status};
use tempfile::TempDir;
use uuid::Uuid;

const NOW: &str = "2026-08-04T03:00:00Z";

/// An intake at [`NOW`] with unit U1, procedure 1.000001 of field "Đất đai" and dossier H57.132-260804-0001 (on time).
async fn intake() -> (TempDir, Arc<SqliteStore>, Intake) {
    let (folder, store) = store_fixture::store();
    let store = Arc::new(store);
    let unit = |code: &str| Unit {
        code: code.into(),
        name: code.into(),
        kind: "commune".into(),
        parent: None,
        valid_from: None,
        valid_to: None,
    };
    store
        .upsert_units(vec![unit("U1"), unit("U2")])
        .await
        .expect("units");
    let procedure = Procedure {
        code: "1.000001".into(),
        name: "Thủ tục".into(),
        field: "Đất đai".into(),
    };
    store
        .upsert_procedures(vec![procedure])
        .await
        .expect("procedures");
    let dossier = |number: u32, finished: Option<&str>| Dossier {
        code: format!("H57.132-260804-{number:04}"),
        procedure: "1.000001".into(),
        unit: "U1".into(),
        authority: None,
        filing_channel: None,
        received_at: None,
        due_at: Some(moment("2026-08-04T10:00:00Z")),
        finished_at: finished.map(moment),
        outcome: None,
    };
    store
        .upsert_dossiers(vec![
            dossier(1, Some("2026-08-04T02:00:00Z")),
            dossier(2, None),
            dossier(3, Some("2026-08-05T02:00:00Z")),
        ])
        .await
        .expect("dossiers");
    let key = PseudonymKey::load_or_create(folder.path()).expect("a key");
    let intake = Intake::new(forms(), Arc::clone(&store) as Arc<dyn Store>, key)
        .with_clock(Arc::new(|| moment(NOW)));
    (folder, store, intake)
}

fn kiosk(unit: &str) -> Sender {
    Sender::Key(Key {
        name: "kiosk".into(),
        role: Role::Device,
        hash: [0; 32],
        device: Some(DeviceSettings {
            unit: unit.into(),
            form: "t".into(),
            ..DeviceSettings::default()
        }),
        created_at: moment(NOW),
    })
}

/// A version 7 id with this number in it.
fn id(n: u64) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + n, &[3; 10]).into_uuid()
}

/// A good response with these fields instead.
fn response(n: u64, changes: Value) -> Response {
    let mut body = json!({
        "id": id(n), "form": "t", "form_version": 1, "unit": "U1", "touchpoint": "result", "channel": "kiosk",
        "answers": {"overall": 4}, "submitted_at": "2026-08-04T02:59:00Z", "elapsed_ms": 9000
    });
    for (field, value) in changes.as_object().expect("an object") {
        body[field] = value.clone();
    }
    serde_json::from_value(body).expect("a response")
}

async fn one(intake: &Intake, changes: Value, sender: &Sender) -> Receipt {
    let n = changes["n"].as_u64().unwrap_or(1);
    let mut changes = changes;
    changes.as_object_mut().expect("an object").remove("n");
    intake
        .receive(vec![response(n, changes)], sender)
        .await
        .expect("received")
        .remove(0)
}

/// Responses by the value of one dimension, and how many of them are flagged.
async fn by(store: &SqliteStore, dimension: Dimension) -> Vec<(Option<String>, u64, u64)> {
    let query = CellQuery {
        form: key(),
        from: Date::MIN,
        to: Date::MAX,
        by: vec![dimension],
        filters: Vec::new(),
    };
    store
        .cells(query)
        .await
        .expect("cells")
        .into_iter()
        .map(|(mut key, cell)| (key.remove(0), cell.responses, cell.flagged))
        .collect()
}

#[tokio::test]
async fn each_fault_is_named_with_its_field_and_code() {
    let (_folder, store, intake) = intake().await;
    let cases = [
        (
            json!({"answers": {"overall": 6}}),
            "answers.overall",
            "wrong-level",
        ),
        (
            json!({"answers": {"overall": 4, "wat": 1}}),
            "answers.wat",
            "unknown-item",
        ),
        (
            json!({"answers": {"attitude": 4}}),
            "answers.overall",
            "required",
        ),
        (json!({"form": "wat"}), "form", "unknown-form"),
        (
            json!({"form_version": 2}),
            "form_version",
            "unknown-form-version",
        ),
        (
            json!({"id": "00000000-0000-0000-0000-000000000000"}),
            "id",
            "bad-id",
        ),
        (json!({"invite": "abc"}), "invite", "invite-unknown"),
        (json!({"unit": null}), "unit", "required"),
        (json!({"unit": ""}), "unit", "bad-unit"),
        (json!({"unit": "x".repeat(65)}), "unit", "bad-unit"),
        (json!({"dossier": "1.011441"}), "dossier", "bad-dossier"),
        (
            json!({"dossier": "000.00.00.H49"}),
            "dossier",
            "bad-dossier",
        ),
        (
            json!({"dossier": "H57.132-261332-0583"}),
            "dossier",
            "bad-dossier",
        ),
        (
            json!({"submitted_at": "yesterday"}),
            "submitted_at",
            "bad-time",
        ),
        (
            json!({"started_at": "2026-08-04 09:00"}),
            "started_at",
            "bad-time",
        ),
        (json!({"seq": u64::MAX}), "seq", "out-of-range"),
        (
            json!({"elapsed_ms": u64::MAX}),
            "elapsed_ms",
            "out-of-range",
        ),
        (json!({"locale": "v".repeat(36)}), "locale", "too-long"),
        (json!({"device": "v".repeat(65)}), "device", "too-long"),
        (json!({"comment": "v".repeat(201)}), "comment", "too-long"),
    ];
    for (changes, field, code) in cases {
        let receipt = one(&intake, changes.clone(), &Sender::Operator).await;
        assert_eq!(receipt.status, Status::Rejected, "{changes}");
        assert_eq!(receipt.code.as_deref(), Some(code), "{changes}");
        assert_eq!(receipt.faults[0].field, field, "{changes}");
        assert!(!receipt.faults[0].message.is_empty(), "{changes}");
    }
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(0));
}

#[tokio::test]
async fn one_bad_response_does_not_stop_the_others_and_receipts_keep_their_order() {
    let (_folder, store, intake) = intake().await;
    let batch = vec![
        response(1, json!({})),
        response(2, json!({"answers": {"overall": 9}})),
        response(1, json!({})),
        response(1, json!({"answers": {"overall": 5}})),
        response(3, json!({})),
    ];
    let receipts = intake
        .receive(batch, &Sender::Operator)
        .await
        .expect("received");
    let told: Vec<_> = receipts
        .iter()
        .map(|receipt| (receipt.id, receipt.status, receipt.code.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (id(1), Status::Stored, None),
            (id(2), Status::Rejected, Some("wrong-level")),
            (id(1), Status::Duplicate, None),
            (id(1), Status::Rejected, Some("id-reused")),
            (id(3), Status::Stored, None),
        ]
    );
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(2));
}

#[tokio::test]
async fn the_register_places_a_response_before_the_device_and_the_device_before_the_response() {
    let (_folder, store, intake) = intake().await;
    let dossier = "Mã số hồ sơ: H57.132-260804-0001 - Số phiếu: 26.10229";
    one(
        &intake,
        json!({"n": 1, "dossier": dossier, "unit": "U2"}),
        &kiosk("U2"),
    )
    .await;
    one(&intake, json!({"n": 2, "unit": "U1"}), &kiosk("U2")).await;
    one(&intake, json!({"n": 3, "unit": "U9"}), &Sender::Operator).await;
    one(&intake, json!({"n": 4, "unit": null}), &kiosk("U2")).await;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        by(&store, Dimension::Unit).await,
        [
            (some("U1"), 1, 1), // named another unit
            (some("U2"), 2, 1), // one of them named another unit
            (some("U9"), 1, 1), // unknown unit
        ]
    );
    assert_eq!(
        by(&store, Dimension::Field).await,
        [(None, 3, 2), (some("Đất đai"), 1, 1)]
    );
    assert_eq!(
        by(&store, Dimension::Provenance).await,
        [(some("dossier"), 1, 1), (some("unit"), 3, 2)]
    );
}

#[tokio::test]
async fn timeliness_comes_from_the_register() {
    let (_folder, store, intake) = intake().await;
    for number in 1..=4 {
        let dossier = format!("H57.132-260804-{number:04}");
        one(
            &intake,
            json!({"n": number, "dossier": dossier}),
            &Sender::Operator,
        )
        .await;
    }
    let told: BTreeMap<_, _> = by(&store, Dimension::Timeliness)
        .await
        .into_iter()
        .map(|(name, responses, flagged)| (name.expect("a name"), (responses, flagged)))
        .collect();
    let expected = [
        ("late", (1, 0)),
        ("on-time", (1, 0)),
        ("pending", (1, 1)), // a result is said to be handed out before the dossier is finished
        ("unknown", (1, 1)), // no such dossier
    ];
    assert_eq!(
        told,
        expected
            .map(|(name, counts)| (name.to_owned(), counts))
            .into()
    );
}

#[tokio::test]
async fn a_response_counts_for_the_day_on_which_it_was_given() {
    for (changes, sender, day, odd) in [
        (json!({}), kiosk("U1"), "2026-08-04", false),
        // 23:30 in Viet Nam, kept by the device over night.
        (
            json!({"submitted_at": "2026-08-02T16:30:00Z"}),
            kiosk("U1"),
            "2026-08-02",
            false,
        ),
        (
            json!({"submitted_at": "2026-08-02T17:30:00Z"}),
            kiosk("U1"),
            "2026-08-03",
            false,
        ),
        // A clock that stands a year back, and says by how much.
        (
            json!({"submitted_at": "2025-08-03T03:00:00Z", "clock_offset_ms": 365i64 * 86_400_000}),
            kiosk("U1"),
            "2026-08-03",
            true,
        ),
        // Moments that cannot be: the day of receipt counts.
        (
            json!({"submitted_at": "2026-08-05T03:00:00Z"}),
            kiosk("U1"),
            "2026-08-04",
            true,
        ),
        (
            json!({"submitted_at": "2026-06-01T03:00:00Z"}),
            kiosk("U1"),
            "2026-08-04",
            true,
        ),
        (
            json!({"submitted_at": "2026-08-04T03:00:00Z", "clock_offset_ms": i64::MIN}),
            kiosk("U1"),
            "2026-08-04",
            true,
        ),
        (
            json!({"submitted_at": null}),
            kiosk("U1"),
            "2026-08-04",
            false,
        ),
        // An administrator brings in paper forms of last year.
        (
            json!({"submitted_at": "2025-06-01T03:00:00Z"}),
            Sender::Operator,
            "2025-06-01",
            false,
        ),
    ] {
        let (_folder, store, intake) = intake().await;
        let receipt = one(&intake, changes.clone(), &sender).await;
        assert_eq!(receipt.status, Status::Stored, "{changes}");
        let day: Date = store_fixture::day(day);
        assert_eq!(
            store.span(&key(), None).await,
            Ok(Some((day, day))),
            "{changes}"
        );
        let flagged = by(&store, Dimension::Unit).await[0].2;
        assert_eq!(flagged, u64::from(odd), "{changes}");
    }
}

#[tokio::test]
async fn a_hasty_response_is_flagged() {
    let (_folder, store, intake) = intake().await;
    let answers = json!({"overall": 4, "attitude": 4, "time": 4});
    one(
        &intake,
        json!({"n": 1, "answers": answers, "elapsed_ms": 2999}),
        &Sender::Operator,
    )
    .await;
    one(
        &intake,
        json!({"n": 2, "answers": answers, "elapsed_ms": 3000}),
        &Sender::Operator,
    )
    .await;
    assert_eq!(
        by(&store, Dimension::Unit).await,
        [(Some("U1".into()), 2, 1)]
    );
    assert!(Flag::ALL.iter().all(|flag| flag.is_in(*flag as u32)));
}

#[tokio::test]
async fn neither_dossier_codes_nor_numbers_of_people_reach_the_disk_with_a_rating() {
    let (folder, store, intake) = intake().await;
    let changes = json!({"dossier": "H57.132-260804-9753", "comment": "Gọi 0912 345 678 cho tôi"});
    assert_eq!(
        one(&intake, changes, &Sender::Operator).await.status,
        Status::Stored
    );
    store.close();
    let mut written = Vec::new();
    for entry in std::fs::read_dir(folder.path()).expect("the folder") {
        written.extend(std::fs::read(entry.expect("an entry").path()).expect("a file"));
    }
    let holds = |needle: &str| {
        written
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
    };
    assert!(holds("cho tôi"), "the comment itself is kept");
    assert!(!holds("260804-9753") && !holds("345 678"));
}

/// What the oracle remembers of a stored response.
type Content = (Option<u8>, u8);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Ids, dossiers and contents in any order, in any batches, repeated at will: each receipt is what a model in
    /// memory says, and each (dossier, touchpoint) counts once.
    #[test]
    fn receipts_follow_an_oracle(
        batches in prop::collection::vec(
            prop::collection::vec((0..12u64, prop::option::of(1..4u8), 1..7u8), 1..10),
            1..12,
        ),
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let (_folder, store, intake) = intake().await;
            let mut stored: BTreeMap<u64, Content> = BTreeMap::new();
            let mut rated = BTreeSet::new();
            let mut counted = 0;
            for batch in batches {
                let mut expected = Vec::new();
                for (n, dossier, level) in &batch {
                    expected.push(match stored.get(n) {
                        _ if *level > 5 => (Status::Rejected, Some("wrong-level")),
                        Some(content) if *content == (*dossier, *level) => (Status::Duplicate, None),
                        Some(_) => (Status::Rejected, Some("id-reused")),
                        None => {
                            stored.insert(*n, (*dossier, *level));
                            counted += u64::from(dossier.is_none_or(|dossier| rated.insert(dossier)));
                            (Status::Stored, None)
                        }
                    });
                }
                let responses = batch
                    .iter()
                    .map(|(n, dossier, level)| {
                        let dossier = dossier.map(|dossier| format!("H57.132-260804-{dossier:04}"));
                        response(*n, json!({"dossier": dossier, "answers": {"overall": level}}))
                    })
                    .collect();
                let receipts = intake.receive(responses, &Sender::Operator).await.expect("received");
                let told: Vec<_> = receipts.iter().map(|r| (r.status, r.code.as_deref())).collect();
                assert_eq!(told, expected);
            }
            let totals = store.totals().await.expect("totals");
            assert_eq!(totals.responses, stored.len() as u64);
            let in_index: u64 = by(&store, Dimension::Unit).await.iter().map(|(_, n, _)| n).sum();
            assert_eq!(in_index, counted);
        });
    }
}

#[tokio::test]
async fn a_rating_that_was_sent_when_given_is_completed_by_the_same_session_alone() {
    let (_folder, store, intake) = intake().await;
    let sender = kiosk("U1");
    let rated = |changes: Value| {
        let mut body = json!({
            "dossier": "H57.132-260804-0001", "device": "kiosk-1", "partial": true, "seq": 7
        });
        for (field, value) in changes.as_object().expect("an object") {
            body[field] = value.clone();
        }
        body
    };
    let whole = rated(json!({
        "revision": 1, "partial": false, "answers": {"overall": 2, "attitude": 5}, "reasons": ["slow"],
        "submitted_at": "2026-08-04T02:59:30Z"
    }));
    let mut other_dossier = whole.clone();
    other_dossier["dossier"] = json!("H57.132-260804-0003");

    let status = |receipt: Receipt| (receipt.status, receipt.code);
    let stored = (Status::Stored, None);
    let duplicate = (Status::Duplicate, None);
    let reused = (Status::Rejected, Some("id-reused".to_owned()));
    for (sent, expected) in [
        (rated(json!({})), &stored),
        (other_dossier, &reused),
        (whole.clone(), &stored),
        // The answer was lost, and both are sent again.
        (rated(json!({})), &duplicate),
        (whole.clone(), &duplicate),
        (
            rated(json!({"revision": 2, "answers": {"overall": 5}})),
            &reused,
        ),
        (
            rated(json!({"revision": 1, "answers": {"overall": 5}})),
            &reused,
        ),
    ] {
        assert_eq!(
            status(one(&intake, sent.clone(), &sender).await),
            *expected,
            "{sent}"
        );
    }
    assert_eq!(
        by(&store, Dimension::Touchpoint).await,
        [(Some("result".to_owned()), 1, 0)]
    );
    let verification = store.verify().await.expect("verified");
    assert_eq!(verification.differences, []);
    assert_eq!(store.totals().await.map(|totals| totals.responses), Ok(1));
}

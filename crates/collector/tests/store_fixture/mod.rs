//! A small form, admitted responses and a throw-away store, for tests of store, intake and index.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::sync::Arc;

use collector::forms::FormBook;
use collector::store::sqlite::SqliteStore;
use collector::store::{Admitted, Circumstances, FormKey, Provenance, Pseudonym, Timeliness};
use jiff::Timestamp;
use jiff::civil::Date;
use survey::answers::Packed;
use survey::form::Form;
use survey::response::{Channel, Touchpoint};
use tempfile::TempDir;
use uuid::Uuid;

/// Form `t` version 1: `overall` (headline), `attitude` and `time` (factor `service`), `age`; five levels and "na".
pub const FORM: &str = r#"{
  "id": "t", "version": 1, "instrument": "csat",
  "title": {"vi": "Phiếu thử"},
  "source": {"basis": {"vi": "thử"}, "confidence": "own"},
  "languages": ["vi"], "scale-order": "ascending",
  "scales": {
    "five": {"kind": "satisfaction", "not-applicable": {"vi": "Không áp dụng"}, "levels": [
      {"value": 1, "text": {"vi": "Rất không hài lòng"}}, {"value": 2, "text": {"vi": "Không hài lòng"}},
      {"value": 3, "text": {"vi": "Bình thường"}}, {"value": 4, "text": {"vi": "Hài lòng"}, "satisfied": true},
      {"value": 5, "text": {"vi": "Rất hài lòng"}, "satisfied": true}]},
    "age": {"kind": "choice", "levels": [{"value": 1, "text": {"vi": "Dưới 30"}}, {"value": 2, "text": {"vi": "Từ 30"}}]}
  },
  "factors": [{"id": "service", "text": {"vi": "Phục vụ"}}],
  "items": [
    {"id": "overall", "text": {"vi": "Chung?"}, "scale": "five", "role": "rating", "required": true},
    {"id": "attitude", "text": {"vi": "Thái độ?"}, "scale": "five", "role": "rating", "factor": "service"},
    {"id": "time", "text": {"vi": "Thời gian?"}, "scale": "five", "role": "rating", "factor": "service"},
    {"id": "age", "text": {"vi": "Tuổi?"}, "scale": "age", "role": "demographic"}
  ],
  "reasons": {"text": {"vi": "Vì sao?"}, "at-or-below": 2, "item": "overall",
    "options": [{"id": "slow", "text": {"vi": "Chậm"}}, {"id": "rude", "text": {"vi": "Thái độ"}}]},
  "comment": {"text": {"vi": "Góp ý"}, "max-chars": 200},
  "index": {"methods": ["top2", "mean100"], "headline": ["overall"], "decimals": 2}
}"#;

/// The form above.
pub fn form() -> Form {
    serde_json::from_str(FORM).expect("the test form")
}

/// A book with the form above alone.
pub fn forms() -> Arc<FormBook> {
    Arc::new([form()].into_iter().collect())
}

/// Its key.
pub fn key() -> FormKey {
    FormKey {
        id: "t".into(),
        version: 1,
    }
}

/// A new folder and a store in it.
pub fn store() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path(), forms()).expect("a store");
    (folder, store)
}

/// A date.
pub fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

/// A moment.
pub fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A response number `n` to the form above: of unit `U1`, without dossier, with overall level 4.
pub fn admitted(n: u128) -> Admitted {
    Admitted {
        id: Uuid::from_u128(n),
        revision: 0,
        fingerprint: [7; 16],
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
        day: day("2026-07-15"),
        received_at: moment("2026-07-15T03:00:00Z"),
        answers: Packed(vec![4, 5, Packed::NOT_APPLICABLE, Packed::MISSING]),
        flags: 0,
        assisted: false,
        partial: false,
        reasons: Vec::new(),
        comment: None,
        circumstances: Circumstances::default(),
    }
}

/// The pseudonym of dossier number `n`.
pub fn pseudonym(n: u8) -> Pseudonym {
    Pseudonym([n; 20])
}

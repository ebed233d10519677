//! What the widget reads with the browser's parser is what serde reads: run without the collector's features, as the widget
//! is built (`cargo test -p hai-long-survey --no-default-features --test read`).
#![cfg(not(feature = "server"))]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use survey::form::{Form, Judge, ScaleKind};
use survey::heartbeat::Greeting;
use survey::kiosk::KioskSettings;
use survey::read::{Node, Read};
use survey::response::{Presentation, Receipts, ScaleOrder, Status, Touchpoint};
use survey::text::Text;

/// Stands for what the browser's parser makes.
struct Parsed(Value);

impl Node for Parsed {
    fn field(&self, name: &str) -> Option<Self> {
        let value = self.0.get(name)?;
        (!value.is_null()).then(|| Self(value.clone()))
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn list(&self) -> Option<Vec<Self>> {
        let list = self.0.as_array()?;
        Some(list.iter().cloned().map(Self).collect())
    }

    fn entries(&self) -> Option<Vec<(String, Self)>> {
        let object = self.0.as_object()?;
        let entries = object.iter();
        Some(
            entries
                .map(|(name, value)| (name.clone(), Self(value.clone())))
                .collect(),
        )
    }
}

fn both<T: Read + DeserializeOwned>(value: Value) -> (Option<T>, Option<T>) {
    let by_serde = serde_json::from_value(value.clone()).ok();
    (T::read(&Parsed(value)), by_serde)
}

#[test]
fn every_shipped_form_is_read_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("forms");
    let mut forms = 0;
    for entry in fs::read_dir(folder).expect("the forms") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.contains(".v") {
            continue; // the schema
        }
        let text = fs::read_to_string(&path).expect("a form");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let (read, by_serde) = both::<Form>(value);
        assert!(read.is_some(), "{name}");
        assert_eq!(read, by_serde, "{name}");
        forms += 1;
    }
    assert!(forms >= 5, "{forms} forms");
}

#[test]
fn every_value_of_an_enumeration_has_the_name_that_serde_gives_it() {
    fn named<T: Read + Serialize + PartialEq + std::fmt::Debug>(all: &[T]) {
        for value in all {
            let json = serde_json::to_value(value).expect("JSON");
            assert_eq!(T::read(&Parsed(json)).as_ref(), Some(value));
        }
    }
    named(&[ScaleOrder::Ascending, ScaleOrder::Descending]);
    named(&[
        ScaleKind::Satisfaction,
        ScaleKind::Points,
        ScaleKind::Ordinal,
        ScaleKind::Choice,
    ]);
    named(&[Judge::Person, Judge::Records]);
    named(&[
        Presentation::Faces,
        Presentation::TwoStep,
        Presentation::Words,
    ]);
    named(&[Status::Stored, Status::Duplicate, Status::Rejected]);
    named(&[
        Touchpoint::Receipt,
        Touchpoint::Supplement,
        Touchpoint::Refusal,
        Touchpoint::Result,
    ]);
}

#[test]
fn what_the_collector_answers_is_read_alike() {
    let (read, by_serde) = both::<Receipts>(json!({"results": [
        {"id": "019a0000-0000-7000-8000-000000000001", "status": "stored"},
        {"id": "019a0000-0000-7000-8000-000000000002", "status": "rejected", "code": "wrong-level",
         "faults": [{"field": "answers.overall", "code": "wrong-level", "message": "use 1 to 5"}]},
    ]}));
    assert_eq!(
        read.as_ref().map(|receipts| receipts.results.len()),
        Some(2)
    );
    assert_eq!(read, by_serde);
    let (read, by_serde) =
        both::<Greeting>(json!({"server_time": "2026-08-04T02:00:00Z", "alarms": ["parked"]}));
    assert!(read.is_some());
    assert_eq!(read, by_serde);
    for settings in [
        json!({}),
        json!({"touchpoint": "receipt", "scale_order": "descending", "presentation": "two-step",
               "languages": ["vi", "km"], "idle_s": 90, "screen_inches": 15.6}),
    ] {
        let (read, by_serde) = both::<KioskSettings>(settings);
        assert!(read.is_some());
        assert_eq!(read, by_serde);
    }
}

#[test]
fn a_receipt_with_an_id_or_a_status_that_is_none_is_no_receipt() {
    for receipt in [
        json!({"id": "x", "status": "stored"}),
        json!({"id": "019a0000-0000-7000-8000-000000000001", "status": "lost"}),
        json!({"id": "019a0000-0000-7000-8000-000000000001"}),
    ] {
        let (read, by_serde) = both::<Receipts>(json!({ "results": [receipt] }));
        assert_eq!(read, None);
        assert_eq!(by_serde, None);
    }
}

proptest! {
    /// Whole numbers are taken as serde takes them: those that fit.
    #[test]
    fn numbers_that_do_not_fit_are_none(number in -10i64..70_000) {
        let (read, by_serde) = both::<Vec<u16>>(json!([number]));
        prop_assert_eq!(read, by_serde);
    }

    /// Texts come through in every language, ordered as serde orders them.
    #[test]
    fn texts_are_read_alike(texts in prop::collection::btree_map("[a-z]{2,3}", ".{0,20}", 0..6)) {
        let (read, by_serde) = both::<Text>(json!(texts));
        prop_assert_eq!(read, by_serde);
    }
}

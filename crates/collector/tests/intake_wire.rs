//! Reading a batch: every refusal names the place, and one unreadable response has its own receipt.

use collector::intake::wire::{WireError, parse};
use proptest::prelude::*;
use serde_json::{Value, json};
use survey::response::Status;

fn good() -> Value {
    json!({"id": "0190a6c0-0000-7000-8000-000000000001", "form": "t", "form_version": 1, "touchpoint": "result",
           "channel": "kiosk", "answers": {"overall": 4}})
}

fn with(field: &str, value: Value) -> Value {
    let mut response = good();
    response[field] = value;
    response
}

fn refused(body: &[u8]) -> WireError {
    parse(body).expect_err("refused")
}

#[test]
fn a_batch_that_cannot_be_read_names_the_place() {
    let many = json!({"responses": vec![good(); 51]}).to_string();
    let no_id = json!({"responses": [good(), {"form": "t"}]}).to_string();
    let bad_id = json!({"responses": [with("id", json!("wat"))]}).to_string();
    let unknown = json!({"responses": [good()], "token": 1}).to_string();
    for (body, field, code) in [
        (b"{\"responses\": [\xff]}".as_slice(), "body", "not-utf8"),
        (b"", "body", "bad-json"),
        (b"{\"responses\": [", "responses", "bad-json"),
        (b"[]", "body", "bad-value"),
        (b"{}", "body", "bad-value"),
        (b"{\"responses\": []}", "responses", "no-responses"),
        (b"{\"responses\": 3}", "responses", "bad-value"),
        (b"{\"responses\": []} x", "body", "bad-json"),
        (many.as_bytes(), "responses", "too-many-responses"),
        (unknown.as_bytes(), "token", "unknown-field"),
        (no_id.as_bytes(), "responses[1]", "bad-value"),
        (bad_id.as_bytes(), "responses[0].id", "bad-value"),
    ] {
        let error = refused(body);
        let told = String::from_utf8_lossy(&body[..body.len().min(60)]);
        assert_eq!((error.field.as_str(), error.code), (field, code), "{told}");
        assert!(!error.message.is_empty());
    }
}

#[test]
fn fifty_responses_are_taken() {
    let body = json!({"responses": vec![good(); 50], "site": "abc"}).to_string();
    let batch = parse(body.as_bytes()).expect("read");
    assert_eq!(batch.responses.len(), 50);
    assert_eq!(batch.site.as_deref(), Some("abc"));
}

#[test]
fn an_unreadable_response_has_its_own_receipt() {
    for (bad, field, code) in [
        (with("wat", json!(1)), "wat", "unknown-field"),
        (with("channel", json!("fax")), "channel", "bad-value"),
        (
            with("form_version", json!(1.0)),
            "form_version",
            "bad-value",
        ),
        (
            with("answers", json!({"overall": 3.5})),
            "answers.overall",
            "bad-value",
        ),
        (
            with("answers", json!({"overall": "yes"})),
            "answers.overall",
            "bad-value",
        ),
        (
            with("answers", json!({"overall": 300})),
            "answers.overall",
            "bad-value",
        ),
    ] {
        let body = json!({"responses": [good(), bad, good()]}).to_string();
        let batch = parse(body.as_bytes()).expect("read");
        let [Ok(_), Err(receipt), Ok(_)] = batch.responses.as_slice() else {
            panic!("the others must be read: {batch:?}");
        };
        assert_eq!(receipt.status, Status::Rejected);
        assert_eq!(receipt.code.as_deref(), Some(code), "{bad}");
        assert_eq!(receipt.faults[0].field, field, "{bad}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_json_makes_it_panic(tail in "[\\[\\]{}:,\"a-z0-9.\\\\ ]{0,60}") {
        let _ = parse(format!("{{\"responses\": [{tail}").as_bytes());
    }
}

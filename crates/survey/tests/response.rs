//! A response is checked against the form it names: one fault for each thing that is wrong, with its field.

#![cfg(feature = "server")]

use serde_json::{Value, json};
use survey::form::{Form, load, shipped};
use survey::response::{Batch, Response};

fn form(id: &str) -> Form {
    let (file, json) = shipped()
        .iter()
        .find(|(file, _)| file.starts_with(id))
        .expect("a shipped form");
    load(json, file).expect("loads")
}

fn response(form: &str, answers: Value) -> Value {
    json!({
        "id": "01930000-0000-7000-8000-000000000000", "form": form, "form_version": 1,
        "touchpoint": "result", "channel": "kiosk", "answers": answers,
    })
}

fn read(json: Value) -> Response {
    serde_json::from_value(json).expect("a response")
}

/// Code and field of each fault.
fn faults(form: &Form, json: Value) -> Vec<(String, String)> {
    read(json)
        .check(form)
        .into_iter()
        .map(|fault| (fault.code, fault.field))
        .collect()
}

#[track_caller]
fn expect(id: &str, json: Value, expected: &[(&str, &str)]) {
    let found = faults(&form(id), json);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(c, f)| (c.as_str(), f.as_str()))
        .collect();
    assert_eq!(found, expected);
}

fn quick(answers: Value) -> Value {
    response("one-stop-quick", answers)
}

#[test]
fn a_good_response_has_no_fault() {
    let mut good = quick(json!({"overall": 2, "attitude": 5}));
    good["reasons"] = json!(["slow", "fees"]);
    good["comment"] = json!("ế".repeat(1200));
    good["device"] = json!("k".repeat(64));
    expect("one-stop-quick", good, &[]);
}

#[test]
fn each_fault_is_named_once_with_its_field() {
    let mut bad = quick(json!({"overall": 6, "attitude": "na", "speed": 3}));
    bad["reasons"] = json!(["slow", "rude", "slow"]);
    bad["comment"] = json!("x".repeat(1201));
    bad["device"] = json!("k".repeat(65));
    bad["boot"] = json!("k".repeat(65));
    expect(
        "one-stop-quick",
        bad,
        &[
            ("wrong-level", "answers.attitude"),
            ("wrong-level", "answers.overall"),
            ("unknown-item", "answers.speed"),
            ("unknown-reason", "reasons.1"),
            ("repeated", "reasons.2"),
            ("too-long", "comment"),
            ("too-long", "device"),
            ("too-long", "boot"),
        ],
    );
}

#[test]
fn a_wrong_level_is_answered_with_the_levels_that_exist() {
    let faults = read(quick(json!({"overall": 0}))).check(&form("one-stop-quick"));
    assert_eq!(
        faults[0].message,
        "0 is no level of scale satisfaction-5; use one of 1, 2, 3, 4, 5"
    );
}

#[test]
fn a_response_without_answers_is_one_fault() {
    expect(
        "one-stop-quick",
        quick(json!({})),
        &[("no-answers", "answers")],
    );
    let mut left = quick(json!({}));
    left["partial"] = json!(true);
    expect("one-stop-quick", left, &[("no-answers", "answers")]);
}

#[test]
fn only_a_partial_response_may_lack_a_required_item() {
    let mut response = quick(json!({"attitude": 4}));
    expect(
        "one-stop-quick",
        response.clone(),
        &[("required", "answers.overall")],
    );
    response["partial"] = json!(true);
    expect("one-stop-quick", response, &[]);
}

#[test]
fn what_records_judge_is_not_answered_by_a_person() {
    expect(
        "one-stop-nine",
        response("one-stop-nine", json!({"total-time": 2, "attitude": 2})),
        &[("not-asked", "answers.total-time")],
    );
}

#[test]
fn does_not_apply_is_taken_where_the_scale_offers_it() {
    expect(
        "one-stop-nine",
        response(
            "one-stop-nine",
            json!({"explanation": "na", "contacts": "na"}),
        ),
        &[("wrong-level", "answers.contacts")],
    );
}

#[test]
fn a_conditional_item_needs_the_answer_that_opens_it() {
    let sipas = |answers| response("sipas-services-2023", answers);
    let fault = [("not-applicable-here", "answers.feedback-result")];
    expect("sipas", sipas(json!({"feedback-result": 4})), &fault);
    expect(
        "sipas",
        sipas(json!({"gave-feedback": 0, "feedback-result": 4})),
        &fault,
    );
    expect(
        "sipas",
        sipas(json!({"gave-feedback": 1, "feedback-result": 4})),
        &[],
    );
}

#[test]
fn an_item_that_an_authority_may_switch_on_is_taken() {
    expect(
        "sipas",
        response("sipas-services-2023", json!({"signs": 4, "ethnicity": 2})),
        &[],
    );
}

#[test]
fn reasons_and_comments_go_only_to_forms_that_ask_for_them() {
    let mut form = form("three-level");
    form.comment = None;
    let mut response = response("three-level", json!({"overall": 1}));
    response["reasons"] = json!(["slow"]);
    response["comment"] = json!("");
    let found = faults(&form, response);
    assert_eq!(
        found,
        [
            ("unknown-reason".to_owned(), "reasons.0".to_owned()),
            ("not-asked".to_owned(), "comment".to_owned())
        ]
    );
}

#[test]
fn an_unknown_field_is_refused_by_its_name() {
    let mut response = quick(json!({"overall": 5}));
    response["name"] = json!("Nguyễn Văn A");
    let error = serde_json::from_value::<Response>(response.clone()).expect_err("unknown field");
    assert!(
        error.to_string().contains("unknown field `name`"),
        "{error}"
    );

    let batch = json!({"responses": [], "sites": "x"});
    let error = serde_json::from_value::<Batch>(batch).expect_err("unknown field");
    assert!(
        error.to_string().contains("unknown field `sites`"),
        "{error}"
    );
}

#[test]
fn an_answer_is_a_level_or_na() {
    for (wrong, says) in [
        (json!(251), "integer `251`"),
        (json!(-1), "integer `-1`"),
        (json!(4.5), "floating point `4.5`"),
        (json!("N/A"), "string \"N/A\""),
        (json!(null), "null"),
    ] {
        let error = serde_json::from_value::<Response>(quick(json!({"overall": wrong})))
            .expect_err("no answer")
            .to_string();
        assert!(
            error.contains(says) && error.contains("the value of a level (0 to 250) or \"na\""),
            "{error}"
        );
    }
}

#[test]
fn an_item_answered_twice_is_refused_and_not_overwritten() {
    let text = quick(json!({"overall": 5}))
        .to_string()
        .replace("\"overall\":5", "\"overall\":5,\"overall\":1");
    let error = serde_json::from_str::<Response>(&text).expect_err("answered twice");
    assert!(
        error.to_string().contains("\"overall\" is given twice"),
        "{error}"
    );
}

#[test]
fn what_was_read_is_written_the_same() {
    let sent = quick(json!({"overall": 5, "attitude": 1}));
    let written = serde_json::to_value(read(sent.clone())).expect("JSON");
    for (field, value) in sent.as_object().expect("an object") {
        assert_eq!(written[field], *value, "{field}");
    }
    assert_eq!(read(written.clone()), read(sent));
}

#[test]
fn that_it_was_read_aloud_is_told_only_where_it_was() {
    let mut plain = response("one-stop-quick", json!({"overall": 4}));
    let written = |json: &Value| serde_json::to_value(read(json.clone())).expect("JSON");
    // A content that an older collector has stored must not look like another one.
    assert_eq!(written(&plain).get("audio"), None);
    plain["audio"] = json!(true);
    assert_eq!(written(&plain)["audio"], true);
    expect("one-stop-quick", plain, &[]);
}

//! A file of responses is taken in as if the kiosk had sent it: each once, whatever is imported twice.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use cli_fixture::{Server, enrol, err, fail, folder, index, rating, run, succeed, write};
use serde_json::{Value, json};

fn rescue(responses: &[Value], parked: &[Value]) -> String {
    let parked: Vec<Value> = parked
        .iter()
        .map(|response| json!({"response": response, "code": "unknown-form"}))
        .collect();
    json!({
        "format": "hai-long-rescue", "version": 1, "device": "hall-1",
        "exported_at": "2026-09-30T09:00:00+07:00", "responses": responses, "parked": parked,
    })
    .to_string()
}

#[tokio::test]
async fn a_rescue_file_is_taken_once_beside_what_the_kiosk_sends_itself() {
    let place = folder();
    let data = place.path().join("data");
    let key = enrol(&data, "hall-1");
    let ratings: Vec<Value> = (0..120).map(rating).collect();
    let file = write(
        place.path(),
        "rescue.json",
        &rescue(&ratings[..110], &ratings[110..]),
    );
    let server = Server::start(&data);
    assert_eq!(server.send(&key, &ratings[..5]).await, vec!["stored"; 5]);

    let import = ["import", "responses", &file, "--device", "hall-1"];
    let first = run(&data, &import);
    assert_eq!(first.status.code(), Some(0), "{}", err(&first));
    assert!(err(&first).contains("read 120, stored 115, duplicate 5, rejected 0"));
    let figures = index(&data);
    let second = run(&data, &import);
    assert_eq!(second.status.code(), Some(0));
    assert!(err(&second).contains("stored 0, duplicate 120, rejected 0"));
    assert_eq!(
        server.send(&key, &ratings[5..50]).await,
        vec!["duplicate"; 45]
    );
    assert_eq!(index(&data), figures);
    assert!(figures.contains("H57.132"), "{figures}");
    succeed(&data, &["verify"]);
}

#[test]
fn without_the_key_that_ratings_were_taken_in_with_no_other_is_made() {
    let place = folder();
    let data = place.path().join("data");
    enrol(&data, "hall-1");
    let file = write(place.path(), "one.ndjson", &rating(0).to_string());
    let import = ["import", "responses", &file, "--device", "hall-1"];
    assert_eq!(run(&data, &import).status.code(), Some(0));
    std::fs::remove_file(data.join("pseudonym.key")).unwrap();

    let refused = run(&data, &import);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        err(&refused).contains("pseudonym.key is missing"),
        "{}",
        err(&refused)
    );
    assert!(!data.join("pseudonym.key").exists());
}

#[test]
fn what_is_rejected_is_told_and_its_file_can_be_mended_and_imported() {
    let place = folder();
    let data = place.path().join("data");
    enrol(&data, "hall-1");
    let mut wrong = rating(1);
    wrong["answers"]["overall"] = 9.into();
    let lines = format!("{}\n\n{wrong}\n{{\"id\": cut\n", rating(0));
    let file = write(place.path(), "lines.ndjson", &lines);
    let errors = place.path().join("rejected.json");
    let errors = errors.to_str().unwrap();
    let first = run(
        &data,
        &[
            "import",
            "responses",
            &file,
            "--device",
            "hall-1",
            "--errors",
            errors,
        ],
    );
    assert_eq!(first.status.code(), Some(1));
    let told = err(&first);
    assert!(
        told.contains("line 3: answers.overall: 9 is no level"),
        "{told}"
    );
    assert!(told.contains("line 4: "), "{told}");
    assert!(
        told.contains("read 3, stored 1, duplicate 0, rejected 2"),
        "{told}"
    );

    let mut written: Value = serde_json::from_slice(&std::fs::read(errors).unwrap()).unwrap();
    let parked = written["parked"].as_array_mut().unwrap();
    assert_eq!(parked[0]["code"], "wrong-level");
    assert_eq!(parked[1]["response"], "{\"id\": cut");
    parked[0]["response"]["answers"]["overall"] = 4.into();
    parked.remove(1);
    let mended = write(place.path(), "mended.json", &written.to_string());
    let second = run(
        &data,
        &["import", "responses", &mended, "--device", "hall-1"],
    );
    assert_eq!(second.status.code(), Some(0), "{}", err(&second));
    assert!(err(&second).contains("stored 1"));
}

#[test]
fn paper_of_long_ago_needs_a_unit_of_its_own() {
    let place = folder();
    let data = place.path().join("data");
    enrol(&data, "hall-1");
    let mut paper = rating(0);
    paper["channel"] = "paper".into();
    paper["submitted_at"] = "2019-03-01T09:00:00+07:00".into();
    let homeless = write(place.path(), "paper.json", &json!([paper]).to_string());
    let told = fail(&data, &["import", "responses", &homeless]);
    assert!(
        told.contains("responses[0]: unit:") && told.contains("--device"),
        "{told}"
    );
    paper["unit"] = "H57.132".into();
    let placed = write(place.path(), "paper.json", &json!([paper]).to_string());
    succeed(&data, &["import", "responses", &placed]);
    let period = ["--from", "2019-03-01", "--to", "2019-03-01"];
    let what = ["index", "--form", "one-stop-quick", "--by", "unit"];
    assert!(succeed(&data, &[&what[..], &period].concat()).contains("H57.132"));
}

#[test]
fn what_is_no_file_of_responses_is_refused_whole_with_the_reason() {
    let place = folder();
    let data = place.path().join("data");
    enrol(&data, "hall-1");
    let told = |text: &str| {
        let file = write(place.path(), "file", text);
        fail(&data, &["import", "responses", &file])
    };
    let csv = told("id;overall\n1;5\n");
    assert!(csv.contains("id;overall") && csv.contains("CSV"), "{csv}");
    let whole = rescue(&[rating(0)], &[]);
    let cut = told(&whole[..whole.len() / 2]);
    assert!(cut.contains("no whole JSON"), "{cut}");
    let later = told(
        &whole
            .replace("\"version\":1", "\"version\":2")
            .replace("form_version\":2", "form_version\":1"),
    );
    assert!(later.contains("version 2"), "{later}");
    assert!(told("").contains("no responses"));
    let nobody = write(place.path(), "file", &whole);
    let nobody = fail(
        &data,
        &["import", "responses", &nobody, "--device", "hall-9"],
    );
    assert!(nobody.contains("device list"), "{nobody}");
    assert!(succeed(&data, &["verify"]).contains("0 responses"));
}

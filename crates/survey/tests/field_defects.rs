//! Every defect that was seen in questionnaires and evaluation software in use, one test each: a form or a response
//! that repeats it is refused. Defects of a page (a send button that sends nothing, a label that points to another
//! control) are beyond a form file; ids that fall together are not.

#![cfg(feature = "server")]

use serde_json::{Value, json};
use survey::form::{load, shipped};
use survey::response::Response;

fn sipas() -> Value {
    of("sipas-services-2023.v1.json")
}

fn of(name: &str) -> Value {
    let (_, json) = shipped()
        .iter()
        .find(|(file, _)| *file == name)
        .expect("shipped");
    serde_json::from_str(json).expect("JSON")
}

/// Rule and place of each fault.
fn faults(form: &Value) -> Vec<(&'static str, String)> {
    load(&form.to_string(), "field.json")
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|fault| (fault.rule, fault.path))
        .collect()
}

fn has(form: &Value, rule: &'static str, path: &str) {
    let found = faults(form);
    assert!(found.contains(&(rule, path.to_owned())), "{found:#?}");
}

fn items(form: &mut Value) -> &mut Vec<Value> {
    form["items"].as_array_mut().expect("items")
}

/// Grades tested as "> 15" and "12 to < 15": exactly 15 points kept the grade of the dossier before.
#[test]
fn exactly_fifteen_points_without_a_grade() {
    let mut form = of("one-stop-nine.v1.json");
    form["index"]["bands"][0]["from"] = json!(16);
    assert_eq!(faults(&form), [("band-gap", "index.bands.good".to_owned())]);
}

/// 18–25 and 25–34: a person of 25 fits in both. Found in the declared numbers …
#[test]
fn overlapping_age_bands() {
    let mut form = sipas();
    form["scales"]["age"]["levels"][0]["range"]["to"] = json!(25);
    form["scales"]["age"]["levels"][0]["text"] = json!({"vi": "18–25 tuổi", "en": "18–25 years"});
    assert_eq!(
        faults(&form),
        [("range-overlap", "scales.age.levels.2.range".to_owned())]
    );
}

/// … and in the printed words alone.
#[test]
fn overlapping_age_bands_in_the_words_alone() {
    for words in ["18–25", "18 - 25 tuổi", "Từ 18-25 tuổi", "nhóm 1: 18—25"] {
        let mut form = sipas();
        for level in form["scales"]["age"]["levels"]
            .as_array_mut()
            .expect("levels")
        {
            level.as_object_mut().expect("a level").remove("range");
        }
        form["scales"]["age"]["levels"][0]["text"] = json!({"vi": words, "en": words});
        has(&form, "range-overlap", "scales.age.levels.2.range");
    }
}

/// The copy prints 18–25 where 18–24 is meant.
#[test]
fn words_that_say_another_age_band_than_the_numbers() {
    let mut form = sipas();
    form["scales"]["age"]["levels"][0]["text"]["vi"] = json!("18–25 tuổi");
    has(&form, "range", "scales.age.levels.1.range");
}

/// Câu 2 has two options of value 2, so all later values shift.
#[test]
fn two_options_of_one_value() {
    let mut form = sipas();
    form["scales"]["occupation"]["levels"][2]["value"] = json!(2);
    has(&form, "duplicate-value", "scales.occupation.levels.2");
}

/// "Qua loa phát thanh xã." belongs to Câu 2 (by which channel) and also stands first in Câu 5 (how many had to pay).
#[test]
fn an_option_of_another_question() {
    let mut form = sipas();
    form["scales"]["channel"] = json!({"kind": "choice", "levels": [
        {"value": 1, "text": {"vi": "Qua mạng internet.", "en": "On the internet."}},
        {"value": 2, "text": {"vi": "Qua loa phát thanh xã.", "en": "Through the commune's loudspeakers."}}]});
    form["scales"]["payment"] = json!({"kind": "ordinal", "levels": [
        {"value": 1, "text": {"vi": "Qua loa phát thanh xã.", "en": "Through the commune's loudspeakers."}},
        {"value": 2, "text": {"vi": "Không có người dân nào", "en": "Nobody"}},
        {"value": 3, "text": {"vi": "Một số người dân", "en": "Some people"}}]});
    let mut question = |id: &str| {
        let question =
            json!({"id": id, "text": {"vi": id, "en": id}, "scale": id, "role": "expectation"});
        items(&mut form).push(question);
    };
    question("channel");
    question("payment");
    assert_eq!(
        faults(&form),
        [("stray-option", "scales.payment.levels.1.text".to_owned())]
    );
}

/// The same option twice in one question.
#[test]
fn an_option_listed_twice() {
    let mut form = sipas();
    form["scales"]["education"]["levels"][5]["text"]["vi"] = json!("Tiểu học (Cấp I)");
    has(&form, "duplicate-text", "scales.education.levels.6.text");
}

/// Câu 10 jumps from 7 to 9: either an item was lost, or the file says that the print skips the number.
#[test]
fn a_number_that_is_missing() {
    let mut form = sipas();
    form["source"]["skipped-numbers"] = json!([]);
    assert_eq!(
        faults(&form),
        [("number-gap", "items.improve-policies.number".to_owned())]
    );

    let mut lost = sipas();
    items(&mut lost).retain(|item| item["id"] != "guidance");
    assert_eq!(
        faults(&lost),
        [("number-gap", "items.follows-rules.number".to_owned())]
    );
}

#[test]
fn a_number_given_twice() {
    let mut form = sipas();
    items(&mut form)[1]["number"] = json!("15");
    has(&form, "number-order", "items.signs.number");
}

/// `id="male"` on many controls: answers and labels go to the wrong one.
#[test]
fn one_id_on_many_items() {
    let mut form = sipas();
    let again = items(&mut form)[0].clone();
    items(&mut form).push(again);
    has(&form, "duplicate-id", "items.information");
}

/// Câu 8 asks about experience, and every item of Câu 9 is required all the same.
#[test]
fn an_experience_that_decides_nothing() {
    let mut form = sipas();
    for item in items(&mut form) {
        let item = item.as_object_mut().expect("an item");
        item.remove("when");
        if item["role"] == "rating" {
            item.insert("required".into(), json!(true));
        }
    }
    assert_eq!(
        faults(&form),
        [("unused-gate", "items.gave-feedback".to_owned())]
    );
}

/// The same defect seen from the answers: a person who never gave feedback is not held to rate its handling.
#[test]
fn a_person_without_the_experience_owes_no_answer() {
    let mut form = sipas();
    for item in items(&mut form) {
        item["required"] = json!(item["role"] == "rating");
    }
    let form = load(&form.to_string(), "strict.json").expect("loads");
    let mut answers = serde_json::Map::new();
    for item in form
        .items
        .iter()
        .filter(|item| item.required && item.when.is_none())
    {
        answers.insert(item.id.clone(), json!(4));
    }
    let owed = |said: u8| -> Vec<String> {
        let mut answers = answers.clone();
        answers.insert("gave-feedback".into(), json!(said));
        let response: Response = serde_json::from_value(json!({
            "id": "01930000-0000-7000-8000-000000000000", "form": form.id, "form_version": 1,
            "touchpoint": "result", "channel": "kiosk", "answers": answers,
        }))
        .expect("a response");
        response
            .check(&form)
            .into_iter()
            .map(|fault| fault.field)
            .collect()
    };
    assert_eq!(owed(0), Vec::<String>::new());
    assert_eq!(
        owed(1),
        [
            "answers.feedback-channels",
            "answers.feedback-handling",
            "answers.feedback-result"
        ]
    );
}

/// Huế averaged "đúng hẹn / chậm hẹn" and "đơn giản / phức tạp" into its satisfaction figure.
#[test]
fn a_rating_on_a_scale_that_is_no_satisfaction() {
    for kind in ["ordinal", "choice"] {
        let mut form = of("one-stop-quick.v1.json");
        form["scales"]["punctuality"] = json!({"kind": kind, "levels": [
            {"value": 1, "text": {"vi": "Không đúng hẹn", "en": "Not on time"}},
            {"value": 2, "text": {"vi": "Chậm hẹn nhưng chấp nhận được", "en": "Late but acceptable"}},
            {"value": 3, "text": {"vi": "Đúng hẹn", "en": "On time"}}]});
        items(&mut form)[1]["scale"] = json!("punctuality");
        has(&form, "rating-scale", "items.timeliness.scale");
    }
}

/// Three levels without a neutral one and five levels are not comparable.
#[test]
fn three_and_five_levels_in_one_figure() {
    let mut form = of("one-stop-quick.v1.json");
    form["scales"]["satisfaction-3"] =
        of("three-level.v1.json")["scales"]["satisfaction-3"].clone();
    items(&mut form)[1]["scale"] = json!("satisfaction-3");
    assert_eq!(faults(&form), [], "apart from each other they are fine");
    form["index"]["headline"] = json!(["overall", "timeliness"]);
    assert_eq!(
        faults(&form),
        [("mixed-scales", "index.headline".to_owned())]
    );
}

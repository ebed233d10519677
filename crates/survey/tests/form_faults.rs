//! The loader refuses what would go wrong later, and says where and why. Each case breaks one thing in a shipped form.

#![cfg(feature = "server")]

use proptest::prelude::*;
use serde_json::{Value, json};
use survey::form::{FormFault, load, shipped};

fn shipped_json(id: &str) -> Value {
    let (_, json) = shipped()
        .iter()
        .find(|(file, _)| file.starts_with(id))
        .expect("a shipped form");
    serde_json::from_str(json).expect("JSON")
}

fn faults(form: &Value) -> Vec<FormFault> {
    load(&form.to_string(), "broken.json")
        .err()
        .unwrap_or_default()
}

/// Breaks a shipped form and expects exactly one fault, with this rule at this place.
#[track_caller]
fn refused(id: &str, change: impl FnOnce(&mut Value), rule: &str, path: &str) {
    let mut form = shipped_json(id);
    change(&mut form);
    let faults = faults(&form);
    let found: Vec<(&str, &str)> = faults
        .iter()
        .map(|fault| (fault.rule, fault.path.as_str()))
        .collect();
    assert_eq!(found, [(rule, path)], "{faults:#?}");
    assert_eq!(faults[0].file, "broken.json");
}

fn quick(change: impl FnOnce(&mut Value), rule: &str, path: &str) {
    refused("one-stop-quick", change, rule, path);
}

fn sipas(change: impl FnOnce(&mut Value), rule: &str, path: &str) {
    refused("sipas-services-2023", change, rule, path);
}

fn nine(change: impl FnOnce(&mut Value), rule: &str, path: &str) {
    refused("one-stop-nine", change, rule, path);
}

/// The item with this id, to be changed.
fn item<'a>(form: &'a mut Value, id: &str) -> &'a mut Value {
    form["items"]
        .as_array_mut()
        .expect("items")
        .iter_mut()
        .find(|item| item["id"] == id)
        .expect("the item")
}

fn remove(value: &mut Value, key: &str) {
    value.as_object_mut().expect("an object").remove(key);
}

#[test]
fn a_fault_names_file_place_rule_and_mend() {
    let mut form = shipped_json("one-stop-quick");
    item(&mut form, "attitude")["scale"] = json!("stars");
    assert_eq!(
        faults(&form)[0].to_string(),
        "broken.json: items.attitude.scale: there is no scale \"stars\"; use one of satisfaction-5 [unknown-scale]"
    );
}

#[test]
fn every_fault_is_reported_and_not_only_the_first() {
    let mut form = shipped_json("one-stop-quick");
    form["id"] = json!("Quick Form");
    form["version"] = json!(0);
    item(&mut form, "attitude")["text"]["en"] = json!(" ");
    let rules: Vec<&str> = faults(&form).iter().map(|fault| fault.rule).collect();
    assert_eq!(rules, ["id", "version", "empty-text"]);
}

#[test]
fn shape() {
    for text in ["", "[]", "{\"id\": \"x\"", "not JSON", "{} {}"] {
        let faults = load(text, "broken.json").expect_err("no form");
        assert_eq!((faults.len(), faults[0].rule), (1, "shape"), "{text}");
    }
    quick(|form| form["button"] = json!("submit"), "shape", "button");
    quick(|form| remove(form, "instrument"), "shape", ".");
    quick(
        |form| form["items"][1]["role"] = json!("vote"),
        "shape",
        "items[1].role",
    );
    quick(
        |form| form["scales"]["satisfaction-5"]["levels"][0]["value"] = json!(300),
        "shape",
        "scales.satisfaction-5.levels[0].value",
    );
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let (file, json) = shipped()[0];
    assert!(load(&format!("\u{feff}{json}"), file).is_ok());
}

#[test]
fn a_key_given_twice_is_refused_and_does_not_replace_the_first() {
    let (file, json) = shipped()[0];
    let doubled = json.replacen("{\"vi\": ", "{\"vi\": \"khác\", \"vi\": ", 1);
    let faults = load(&doubled, file).expect_err("a doubled key");
    assert_eq!(faults[0].rule, "shape");
    assert!(
        faults[0].message.contains("\"vi\" is given twice"),
        "{}",
        faults[0]
    );
}

#[test]
fn names() {
    quick(|form| form["id"] = json!("one stop"), "id", "id");
    quick(|form| form["id"] = json!("x".repeat(41)), "id", "id");
    quick(|form| form["version"] = json!(0), "version", "version");
    quick(
        |form| item(form, "procedure")["id"] = json!("guidance"),
        "duplicate-id",
        "items.guidance",
    );
    quick(
        |form| form["reasons"]["options"][1]["id"] = json!("slow"),
        "duplicate-id",
        "reasons.options.slow",
    );
    nine(
        |form| form["index"]["bands"][1]["id"] = json!("excellent"),
        "duplicate-id",
        "index.bands.excellent",
    );
}

#[test]
fn languages_and_texts() {
    quick(
        |form| form["languages"] = json!(["en", "vi", "km"]),
        "vi-first",
        "languages",
    );
    quick(
        |form| remove(&mut item(form, "attitude")["text"], "en"),
        "missing-text",
        "items.attitude.text.en",
    );
    quick(
        |form| item(form, "attitude")["text"]["rad"] = json!("…"),
        "undeclared-language",
        "items.attitude.text.rad",
    );
    quick(
        |form| form["title"]["en"] = json!("Rate\nus"),
        "control-character",
        "title.en",
    );
    quick(
        |form| form["title"]["en"] = json!("Rate "),
        "outer-space",
        "title.en",
    );
    quick(
        |form| form["reasons"]["text"]["vi"] = json!("Ly\u{301} do"),
        "not-nfc",
        "reasons.text.vi",
    );
    sipas(
        |form| remove(&mut form["leads"]["expectation"], "vi"),
        "missing-text",
        "leads.expectation.vi",
    );
}

#[test]
fn scale_direction_faces_and_satisfied_levels() {
    let path = "/scales/satisfaction-5/levels";
    let levels = |form: &mut Value, change: fn(&mut Vec<Value>)| {
        change(
            form.pointer_mut(path)
                .and_then(Value::as_array_mut)
                .expect("levels"),
        );
    };
    let at = |value: u8, field: &str| format!("scales.satisfaction-5.levels.{value}.{field}");

    let mut upside_down = shipped_json("one-stop-quick");
    levels(&mut upside_down, |levels| levels.reverse());
    assert!(
        faults(&upside_down)
            .iter()
            .any(|fault| fault.rule == "direction" && fault.path == "scales.satisfaction-5.levels")
    );
    // Best words on the lowest value: the values rise, so only the marks give it away.
    let mut swapped = shipped_json("one-stop-quick");
    levels(&mut swapped, |levels| {
        levels.reverse();
        for (level, value) in levels.iter_mut().zip(1..) {
            level["value"] = json!(value);
        }
    });
    let rules: Vec<&str> = faults(&swapped).iter().map(|fault| fault.rule).collect();
    assert!(
        rules.contains(&"face") && rules.contains(&"satisfied"),
        "{rules:?}"
    );

    quick(
        |form| levels(form, |l| l[4]["face"] = json!(6)),
        "face",
        &at(5, "face"),
    );
    quick(
        |form| levels(form, |l| l[1]["face"] = json!(1)),
        "face",
        &at(2, "face"),
    );
    quick(
        |form| levels(form, |l| l[0]["satisfied"] = json!(true)),
        "satisfied",
        "scales.satisfaction-5",
    );
    sipas(
        |form| form["scales"]["gender"]["levels"][0]["face"] = json!(3),
        "face",
        "scales.gender.levels.1.face",
    );
    quick(
        |form| levels(form, |l| l[4]["value"] = json!(251)),
        "value-too-high",
        "scales.satisfaction-5.levels.251",
    );
}

#[test]
fn items_point_to_things_that_exist() {
    quick(
        |form| item(form, "attitude")["factor"] = json!("officer"),
        "unknown-factor",
        "items.attitude.factor",
    );
    sipas(
        |form| {
            form["factors"]
                .as_array_mut()
                .expect("factors")
                .push(json!({"id": "policy", "text": {"vi": "Chính sách", "en": "Policy"}}));
        },
        "unused-factor",
        "factors.policy",
    );
    quick(
        |form| {
            form["scales"]["old"] = form["scales"]["satisfaction-5"].clone();
        },
        "unused-scale",
        "scales.old",
    );
}

#[test]
fn a_question_about_the_person_is_never_required() {
    sipas(
        |form| item(form, "gender")["required"] = json!(true),
        "required",
        "items.gender.required",
    );
}

#[test]
fn what_is_never_asked_is_never_required() {
    nine(
        |form| item(form, "total-time")["required"] = json!(true),
        "required",
        "items.total-time.required",
    );
    quick(
        |form| {
            item(form, "attitude")["off-by-default"] = json!(true);
            item(form, "attitude")["required"] = json!(true);
        },
        "required",
        "items.attitude.required",
    );
}

#[test]
fn conditions_cannot_dead_end() {
    let when = |item: &str, is: Value| json!({"item": item, "is": is});
    quick(
        |form| item(form, "attitude")["when"] = when("procedure", json!([1])),
        "condition-item",
        "items.attitude.when",
    );
    quick(
        |form| item(form, "attitude")["when"] = when("attitude", json!([1])),
        "condition-item",
        "items.attitude.when",
    );
    quick(
        |form| item(form, "attitude")["when"] = when("nothing", json!([1])),
        "condition-item",
        "items.attitude.when",
    );
    quick(
        |form| item(form, "attitude")["when"] = when("overall", json!([1, 9])),
        "condition-value",
        "items.attitude.when.is",
    );
    quick(
        |form| item(form, "attitude")["when"] = when("overall", json!([])),
        "dead-end",
        "items.attitude.when.is",
    );
    nine(
        |form| item(form, "attitude")["when"] = when("total-time", json!([0])),
        "dead-end",
        "items.attitude.when",
    );
    quick(
        |form| {
            item(form, "timeliness")["off-by-default"] = json!(true);
            item(form, "attitude")["when"] = when("timeliness", json!([1]));
        },
        "dead-end",
        "items.attitude.when",
    );
}

#[test]
fn an_item_behind_an_unreachable_one_is_unreachable_too() {
    let mut form = shipped_json("one-stop-quick");
    item(&mut form, "attitude")["when"] = json!({"item": "overall", "is": [9]});
    item(&mut form, "guidance")["when"] = json!({"item": "attitude", "is": [1]});
    let found: Vec<(String, &str)> = faults(&form)
        .into_iter()
        .map(|fault| (fault.path, fault.rule))
        .collect();
    assert_eq!(
        found,
        [
            ("items.attitude.when.is".to_owned(), "condition-value"),
            ("items.guidance.when".to_owned(), "dead-end")
        ]
    );
}

#[test]
fn a_form_that_asks_nobody_for_a_rating_is_refused() {
    refused(
        "three-level",
        |form| {
            item(form, "overall")["off-by-default"] = json!(true);
            item(form, "overall")["required"] = json!(false);
        },
        "no-rating",
        "items",
    );
}

#[test]
fn reasons_and_comment() {
    quick(
        |form| form["reasons"]["item"] = json!("speed"),
        "reasons-item",
        "reasons.item",
    );
    for threshold in [0, 4, 5] {
        quick(
            |form| form["reasons"]["at-or-below"] = json!(threshold),
            "reasons-threshold",
            "reasons.at-or-below",
        );
    }
    quick(
        |form| form["reasons"]["options"] = json!([]),
        "no-reasons",
        "reasons.options",
    );
    quick(
        |form| form["comment"]["max-chars"] = json!(0),
        "comment-length",
        "comment.max-chars",
    );
}

#[test]
fn methods_fit_the_scales() {
    quick(
        |form| form["index"]["methods"] = json!([]),
        "no-method",
        "index.methods",
    );
    quick(
        |form| form["index"]["methods"] = json!(["top2", "top2"]),
        "duplicate-id",
        "index.methods",
    );
    quick(
        |form| form["index"]["decimals"] = json!(9),
        "decimals",
        "index.decimals",
    );
    quick(
        |form| form["index"]["headline"] = json!(["speed"]),
        "headline-item",
        "index.headline.speed",
    );
    sipas(
        |form| form["index"]["headline"] = json!(["gender"]),
        "headline-item",
        "index.headline.gender",
    );
    let mut points_as_shares = shipped_json("one-stop-nine");
    points_as_shares["index"]["methods"] = json!(["points18", "top2"]);
    let faults = faults(&points_as_shares);
    assert!(faults.len() == 9 && faults.iter().all(|fault| fault.rule == "top2"));
}

#[test]
fn points18_needs_nine_indicators_of_0_1_2_and_bands() {
    nine(
        |form| {
            let items = form["items"].as_array_mut().expect("items");
            items.retain(|item| item["id"] != "online");
            remove(&mut form["scales"], "online");
        },
        "points18",
        "index.methods",
    );
    let bands = shipped_json("one-stop-nine")["index"]["bands"].clone();
    quick(
        |form| {
            form["index"]["methods"] = json!(["points18"]);
            form["index"]["bands"] = bands;
        },
        "points18",
        "index.methods",
    );
}

#[test]
fn scales_of_different_length_are_not_pooled() {
    sipas(
        |form| {
            form["scales"]["three"] = json!({"kind": "satisfaction", "levels": [
                {"value": 1, "text": {"vi": "Không hài lòng", "en": "Dissatisfied"}},
                {"value": 2, "text": {"vi": "Hài lòng", "en": "Satisfied"}, "satisfied": true}]});
            item(form, "signs")["scale"] = json!("three");
            form["index"]["headline"] = json!(["courtesy"]);
        },
        "mixed-scales",
        "factors.access",
    );
}

#[test]
fn bands_without_hole_or_overlap() {
    let band = |form: &mut Value, at: usize, field: &str, value: Value| {
        form["index"]["bands"][at][field] = value;
    };
    nine(
        |form| band(form, 1, "below", json!(14)),
        "band-gap",
        "index.bands.good",
    );
    nine(
        |form| band(form, 1, "below", json!(16)),
        "band-overlap",
        "index.bands.good",
    );
    nine(
        |form| band(form, 1, "below", json!(null)),
        "band-overlap",
        "index.bands.good",
    );
    nine(
        |form| band(form, 4, "from", json!(1)),
        "band-cover",
        "index.bands.weak.from",
    );
    nine(
        |form| band(form, 0, "below", json!(18)),
        "band-cover",
        "index.bands.excellent.below",
    );
    nine(
        |form| form["index"]["bands"] = json!([]),
        "bands",
        "index.bands",
    );
    quick(
        |form| {
            form["index"]["bands"] =
                json!([{"id": "any", "text": {"vi": "Tốt", "en": "Good", "km": "ល្អ"}, "from": 0}]);
        },
        "bands",
        "index.bands",
    );
}

/// Every place in a JSON document, as pointers.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                pointers(field, &format!("{at}/{}", key.replace('/', "~1")), all);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pointers(element, &format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u8>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9–-]{1,12}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A form that passed can be walked by any answers; a form that did not says why.
    #[test]
    fn no_form_file_makes_it_panic(
        which in 0..shipped().len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..4),
    ) {
        let mut form: Value = serde_json::from_str(shipped()[which].1).expect("JSON");
        for (place, value) in changes {
            let mut places = Vec::new();
            pointers(&form, "", &mut places);
            if let Some(old) = form.pointer_mut(place.get::<String>(&places)) {
                *old = value;
            }
        }
        match load(&form.to_string(), "any.json") {
            Ok(form) => {
                let nothing = survey::answers::Answers::new();
                prop_assert!(form.next_item(None, &nothing, &[]).is_some());
                prop_assert!(form.items.iter().all(|item| form.scale_of(item).is_some()));
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                prop_assert!(faults.iter().all(|fault| !fault.path.is_empty() && !fault.message.is_empty()));
            }
        }
    }
}

/// A shipped form with factors, all of which have a weight, and a headline of whole factors.
fn weighed(change: impl FnOnce(&mut Value), rule: &str, path: &str) {
    refused(
        "sipas-services-2023",
        |form| {
            let rated: Vec<Value> = form["items"]
                .as_array()
                .expect("items")
                .iter()
                .filter(|item| item["role"] == "rating" && item["factor"].is_string())
                .map(|item| item["id"].clone())
                .collect();
            form["index"]["headline"] = rated.into();
            for factor in form["factors"].as_array_mut().expect("factors") {
                factor["weight"] = 2.into();
            }
            change(form);
        },
        rule,
        path,
    );
}

#[test]
fn weights_of_factors_are_all_or_none_and_whole_numbers() {
    weighed(
        |form| form["factors"][0]["weight"] = 0.into(),
        "weight-range",
        "factors.access.weight",
    );
    weighed(
        |form| form["factors"][1]["weight"] = Value::Null,
        "weight-missing",
        "factors.procedure.weight",
    );
    weighed(
        |form| {
            let headline = form["index"]["headline"].as_array_mut().expect("a list");
            headline.pop();
        },
        "weight-headline",
        "index.headline",
    );
}

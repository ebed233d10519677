//! Rules as data are checked, and say what would explain a flag innocently.

use std::collections::BTreeSet;

use statistics::flag::{Rules, RulesError};

#[test]
fn rules_are_checked_when_they_are_loaded() {
    let shipped: serde_json::Value =
        serde_json::from_str(include_str!("../../../rules/flags.json")).unwrap();
    let faults = |pointer: &str, value: serde_json::Value| {
        let mut rules = shipped.clone();
        *rules.pointer_mut(pointer).unwrap() = value;
        Rules::load(&rules.to_string()).unwrap_err()
    };
    assert!(matches!(faults("/rules/1/id", "burst".into()), RulesError::Id(id) if id == "burst"));
    assert!(matches!(
        faults("/rules/0/id", "Dồn dập".into()),
        RulesError::Id(_)
    ));
    assert!(matches!(
        faults("/rules/0/test/responses", 1.into()),
        RulesError::Threshold { .. }
    ));
    assert!(matches!(
        faults("/rules/12/test/responses", 1.into()),
        RulesError::Threshold { .. }
    ));
    assert!(matches!(
        faults("/rules/3/test/open/days", vec![8].into()),
        RulesError::Threshold { .. }
    ));
    assert!(matches!(
        faults("/rules/3/test/open/until", "06:00".into()),
        RulesError::Threshold { .. }
    ));
    assert!(matches!(
        faults("/rules/3/test/open/until", "25:00".into()),
        RulesError::Json(_)
    ));
    assert!(matches!(
        faults("/rules/0/test/kind", "mood".into()),
        RulesError::Json(_)
    ));
    assert!(matches!(
        faults("/rules/0/label/vi", " ".into()),
        RulesError::Words { .. }
    ));
    let fault = faults("/rules/0/explanation/en", "{count} ratings".into()).to_string();
    assert_eq!(
        fault,
        "rule burst: the explanation in en names {count}; its test finds: responses, seconds"
    );
}

#[test]
fn a_file_has_no_more_rules_than_a_response_can_carry() {
    let mut rules: serde_json::Value =
        serde_json::from_str(include_str!("../../../rules/flags.json")).unwrap();
    let one = rules["rules"][0].clone();
    let many = (0..=Rules::MAX).map(|n| {
        let mut rule = one.clone();
        rule["id"] = format!("burst-{n}").into();
        rule
    });
    rules["rules"] = many.collect();
    assert!(matches!(
        Rules::load(&rules.to_string()),
        Err(RulesError::Many(65))
    ));
}

#[test]
fn every_rule_says_what_would_explain_it_innocently() {
    let ids: BTreeSet<_> = Rules::shipped()
        .rules
        .iter()
        .map(|rule| rule.id.as_str())
        .collect();
    assert_eq!(ids.len(), 13);
    for rule in &Rules::shipped().rules {
        for lang in ["vi", "en"] {
            assert!(
                rule.innocent
                    .exact(lang)
                    .is_some_and(|text| text.len() > 10),
                "{}",
                rule.id
            );
        }
    }
}

#[test]
fn every_rule_says_what_it_looks_for_with_its_thresholds() {
    let rules = &Rules::shipped().rules;
    for rule in rules {
        for lang in ["vi", "en"] {
            let said = rule.describe(lang);
            assert!(!said.contains(['{', '}']), "{said}");
        }
    }
    assert_eq!(
        rules[0].describe("en"),
        "≥ 8 ratings on one device within ≤ 180 seconds."
    );
    assert_eq!(
        rules[12].describe("en"),
        "≥ 15 ratings in a row on one device in one day, each with all ≥ 5 answers at level x."
    );
}

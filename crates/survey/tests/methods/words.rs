//! The words beside figures are complete, and none calls a figure official.

use std::collections::BTreeSet;

use survey::method::{Method, Words};
use survey::qd766::Indicator;

fn all() -> Vec<(&'static str, &'static Words)> {
    let methods = Method::ALL.map(|method| (method.id(), method.words()));
    let ratios = Indicator::ALL.map(|indicator| (indicator.id(), indicator.words()));
    methods.into_iter().chain(ratios).collect()
}

#[test]
fn every_text_is_there_in_both_languages() {
    for (id, words) in all() {
        for text in [&words.label, &words.formula, &words.interval, &words.note] {
            for lang in ["vi", "en"] {
                let text = text.exact(lang).unwrap_or_default();
                assert!(!text.trim().is_empty(), "{id} in {lang}");
                assert_eq!(
                    text,
                    unicode_normalization::UnicodeNormalization::nfc(text).collect::<String>(),
                    "{id} in {lang} is not NFC"
                );
            }
        }
    }
}

#[test]
fn the_file_has_no_words_without_a_use() {
    let file: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../../words/methods.json")).unwrap();
    let used: BTreeSet<_> = all().into_iter().map(|(id, _)| id).collect();
    assert_eq!(
        file.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        used
    );
}

#[test]
fn every_note_says_that_the_figure_is_not_official() {
    for (id, words) in all() {
        let (vi, en) = (
            words.note.get("vi").to_lowercase(),
            words.note.get("en").to_lowercase(),
        );
        assert!(vi.contains("tham khảo"), "{id}");
        assert!(vi.contains("không phải chỉ số sipas chính thức"), "{id}");
        assert!(en.contains("not an official sipas index"), "{id}");
    }
}

#[test]
fn no_label_is_called_official_or_sipas() {
    for (id, words) in all() {
        for (_, label) in words.label.iter() {
            let label = label.to_lowercase();
            assert!(
                !label.contains("sipas")
                    && !label.contains("chính thức")
                    && !label.contains("official"),
                "{id}"
            );
        }
    }
}

#[test]
fn the_formula_tells_denominator_missing_answers_and_rounding() {
    for method in Method::ALL {
        let formula = method.formula();
        for part in [
            "valid answers",
            "unanswered questions",
            "does not apply",
            "ounded half up",
        ] {
            assert!(formula.contains(part), "{}: {part}", method.id());
        }
    }
}

#[test]
fn ids_name_methods_both_ways() {
    for method in Method::ALL {
        assert_eq!(Method::from_id(method.id()), Some(method));
        assert_eq!(
            serde_json::to_value(method).unwrap(),
            method.id(),
            "forms and addresses use one name"
        );
    }
    assert_eq!(Method::from_id("sipas"), None);
}

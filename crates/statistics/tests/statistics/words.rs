//! The words beside figures are complete, and none calls a figure official.

use std::collections::BTreeSet;

use statistics::difference::Verdict;
use statistics::methods::Technique;

#[test]
fn every_technique_has_its_words_in_both_languages() {
    for technique in Technique::ALL {
        let words = technique.words();
        for text in [&words.label, &words.formula, &words.interval, &words.note] {
            for lang in ["vi", "en"] {
                assert!(
                    text.exact(lang).is_some_and(|text| !text.trim().is_empty()),
                    "{}",
                    technique.id()
                );
            }
        }
        assert!(
            words
                .note
                .get("vi")
                .contains("không phải chỉ số SIPAS chính thức"),
            "{}",
            technique.id()
        );
        assert!(
            words.note.get("en").contains("not an official SIPAS index"),
            "{}",
            technique.id()
        );
    }
}

#[test]
fn no_words_are_without_a_use() {
    let file: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../../words/techniques.json")).unwrap();
    let used: BTreeSet<_> = Technique::ALL.map(Technique::id).into_iter().collect();
    assert_eq!(
        file.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        used
    );
}

#[test]
fn a_technique_is_written_with_its_version() {
    assert_eq!(serde_json::to_value(Technique::Raked).unwrap(), "raked/1");
}

#[test]
fn verdicts_have_words_and_undecided_does_not_say_equal() {
    for verdict in [Verdict::Higher, Verdict::Lower, Verdict::Undecided] {
        for lang in ["vi", "en"] {
            assert!(verdict.words().exact(lang).is_some());
        }
    }
    assert!(
        Verdict::Undecided
            .words()
            .get("en")
            .contains("does not mean that they are equal")
    );
}

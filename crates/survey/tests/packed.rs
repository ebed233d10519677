//! Answers packed for the log, one byte an item, come out as they went in.

#![cfg(feature = "server")]

use proptest::prelude::*;
use survey::answers::{Answer, Answers, NotApplicable, Packed};
use survey::form::{Form, load, shipped};
use survey::response::{Channel, Response, Touchpoint};

fn forms() -> Vec<Form> {
    shipped()
        .iter()
        .map(|(file, json)| load(json, file).expect("loads"))
        .collect()
}

fn response(form: &Form, answers: Answers) -> Response {
    serde_json::from_value(serde_json::json!({
        "id": "01930000-0000-7000-8000-000000000000", "form": form.id, "form_version": form.version,
        "touchpoint": Touchpoint::Result, "channel": Channel::Kiosk, "answers": answers, "partial": true,
    }))
    .expect("a response")
}

/// A shipped form and answers to some of its items, each a level of its scale or "na"; faulty ones are taken out.
fn answered() -> impl Strategy<Value = (Form, Answers)> {
    prop::sample::select(forms()).prop_flat_map(|form| {
        let choices: Vec<_> = form
            .items
            .iter()
            .map(|item| {
                let scale = form.scale_of(item).expect("its scale");
                let mut answers: Vec<_> = scale
                    .levels
                    .iter()
                    .map(|level| Answer::Level(level.value))
                    .collect();
                if scale.not_applicable.is_some() {
                    answers.push(Answer::NotApplicable(NotApplicable::Na));
                }
                (
                    Just(item.id.clone()),
                    prop::option::of(prop::sample::select(answers)),
                )
            })
            .collect();
        choices.prop_map(move |choices| {
            let mut answers: Answers = choices
                .into_iter()
                .filter_map(|(id, answer)| Some((id, answer?)))
                .collect();
            for fault in response(&form, answers.clone()).check(&form) {
                if let Some(id) = fault.field.strip_prefix("answers.") {
                    answers.remove(id);
                }
            }
            (form.clone(), answers)
        })
    })
}

proptest! {
    #[test]
    fn checked_answers_come_out_as_they_went_in((form, answers) in answered()) {
        let packed = Packed::of(&form, &answers);
        prop_assert_eq!(packed.0.len(), form.items.len());
        prop_assert_eq!(packed.unpack(&form), answers);
    }

    #[test]
    fn an_item_without_answer_is_missing_only_if_it_was_put_to_the_person((form, answers) in answered()) {
        let packed = Packed::of(&form, &answers);
        for (item, byte) in form.items.iter().zip(packed.0) {
            if !answers.contains_key(&item.id) {
                let put = form.applies(item, &answers, &[]);
                prop_assert_eq!(byte, if put { Packed::MISSING } else { Packed::NOT_ASKED }, "{}", item.id);
            }
        }
    }

    #[test]
    fn bytes_from_elsewhere_never_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        for form in forms() {
            let answers = Packed(bytes.clone()).unpack(&form);
            prop_assert!(answers.keys().all(|id| form.item(id).is_some()));
        }
    }
}

#[test]
fn people_without_the_experience_are_not_counted_as_missing() {
    let form = forms()
        .into_iter()
        .find(|form| form.id.starts_with("sipas"))
        .expect("SIPAS");
    let at = |id: &str| {
        form.items
            .iter()
            .position(|item| item.id == id)
            .expect("the item")
    };
    let byte = |said: Option<u8>| {
        let answers: Answers = said
            .map(|level| ("gave-feedback".to_owned(), Answer::Level(level)))
            .into_iter()
            .collect();
        Packed::of(&form, &answers).0[at("feedback-result")]
    };
    assert_eq!(byte(Some(0)), Packed::NOT_ASKED);
    assert_eq!(byte(None), Packed::NOT_ASKED);
    assert_eq!(byte(Some(1)), Packed::MISSING);
}

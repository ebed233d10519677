//! Factors with weights: the headline is the mean of their figures, whatever the number of their questions.

use proptest::prelude::*;
use survey::answers::Packed;
use survey::cell::{Cell, Counter, Marks};
use survey::form::Form;
use survey::method::{Method, MethodError, Scope, figure, sums};

use crate::forms::{MISSING, NOT_ASKED, five_ratings};

/// The form of five ratings, `a` with two of them and `b` with three, with these weights.
fn weighing(weights: [Option<u16>; 2]) -> Form {
    let mut form = five_ratings();
    for (factor, weight) in form.factors.iter_mut().zip(weights) {
        factor.weight = weight;
    }
    for item in form.items.iter_mut().filter(|item| item.id == "q5") {
        item.factor = Some("b".to_owned());
    }
    form
}

fn counted(form: &Form, responses: &[[u8; 5]]) -> Cell {
    let (counter, mut cell) = (Counter::new(form), Cell::empty(form));
    for answers in responses {
        let mut all = answers.to_vec();
        all.push(NOT_ASKED);
        counter.add(&mut cell, &Packed(all), Marks::default());
    }
    cell
}

#[test]
fn the_worked_example_of_the_methods() {
    // Ten people: all 20 answers to `a` satisfied, of 30 to `b` 15.
    let responses: Vec<[u8; 5]> = (0..10)
        .map(|n| {
            if n < 5 {
                [5, 4, 4, 5, 4]
            } else {
                [4, 4, 2, 1, 2]
            }
        })
        .collect();
    let headline = |form: &Form, method| {
        figure(form, &counted(form, &responses), method, Scope::Headline).unwrap()
    };
    let plain = headline(&weighing([None, None]), Method::Top2);
    assert_eq!(plain.value, Some(70.0), "35 of 50");
    let weighted = headline(&weighing([Some(3), Some(1)]), Method::Top2);
    assert_eq!(weighted.value, Some(87.5), "(3·100 + 1·50)/4");
    assert_eq!((weighted.n, weighted.satisfied), (50, Some(35)));
    assert_eq!(weighted.interval_kind, Some("weighted-factors"));
    let [low, high] = weighted.interval.unwrap();
    assert!(low < 87.5 && 87.5 < high);
    assert_eq!(
        headline(&weighing([Some(6), Some(2)]), Method::Top2),
        weighted,
        "only the proportion counts"
    );
}

#[test]
fn a_factor_without_answers_leaves_the_headline_open() {
    let form = weighing([Some(1), Some(1)]);
    let cell = counted(&form, &[[5, 5, MISSING, MISSING, MISSING]; 6]);
    let told = figure(&form, &cell, Method::Top2, Scope::Headline).unwrap();
    assert_eq!((told.value, told.interval), (None, None));
    assert_eq!((told.n, told.missing), (12, 18));
    let factor = figure(&form, &cell, Method::Top2, Scope::Factor(0)).unwrap();
    assert_eq!(factor.value, Some(100.0));
}

#[test]
fn a_weighted_headline_is_no_ratio_of_sums() {
    let form = weighing([Some(1), Some(1)]);
    let cell = counted(&form, &[[5; 5]; 6]);
    assert_eq!(
        sums(&form, &cell, Method::Top2, Scope::Headline),
        Err(MethodError::Weighted("test".into()))
    );
    assert!(sums(&form, &cell, Method::Top2, Scope::Factor(1)).is_ok());
}

proptest! {
    /// The headline lies between the factors' figures, and its interval around it.
    #[test]
    fn the_headline_lies_between_the_factors(
        responses in prop::collection::vec(prop::array::uniform5(1..6u8), 2..40),
        weights in [1..100u16, 1..100u16],
    ) {
        let form = weighing(weights.map(Some));
        let cell = counted(&form, &responses);
        for method in [Method::Top2, Method::Mean100] {
            let value = |scope| figure(&form, &cell, method, scope).unwrap();
            let whole = value(Scope::Headline);
            let factors = [0, 1].map(|at| value(Scope::Factor(at)).value.unwrap());
            let (least, most) = (factors[0].min(factors[1]), factors[0].max(factors[1]));
            let shown = whole.value.unwrap();
            prop_assert!((least - 0.01..=most + 0.01).contains(&shown));
            if let Some([low, high]) = whole.interval {
                prop_assert!(low <= shown && shown <= high);
            }
        }
    }
}

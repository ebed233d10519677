//! Figures: the formulas with their denominators, rounding and refusals.

use proptest::prelude::*;
use survey::cell::Cell;
use survey::form::Form;
use survey::method::{Figure, Method, MethodError, Scope, figure};

use crate::forms::{MISSING, NA, NOT_ASKED, count, five_ratings, mixed_scales, ratings};

fn of(form: &Form, responses: &[Vec<u8>], method: Method, scope: Scope) -> Figure {
    figure(form, &count(form, responses), method, scope).unwrap()
}

/// `top2` and `mean100` of answers to one question.
fn both(answers: &[u8]) -> [Option<f64>; 2] {
    let responses: Vec<_> = answers.iter().map(|&answer| vec![answer]).collect();
    [Method::Top2, Method::Mean100]
        .map(|method| of(&ratings(1), &responses, method, Scope::Headline).value)
}

#[test]
fn the_checks_of_the_five_level_scale() {
    assert_eq!(both(&[4, 4, 4]), [Some(100.0), Some(75.0)], "all satisfied");
    assert_eq!(both(&[3, 3]), [Some(0.0), Some(50.0)], "all neutral");
    assert_eq!(
        both(&[1, 2, 3, 4, 5]),
        [Some(40.0), Some(50.0)],
        "one of each"
    );
    assert_eq!(both(&[5]), [Some(100.0), Some(100.0)]);
    assert_eq!(both(&[1]), [Some(0.0), Some(0.0)]);
}

#[test]
fn rounding_is_half_up_once() {
    // 1/800 = 0.125 %: half to even would print 0.12.
    let mut answers = vec![1; 800];
    answers[0] = 5;
    assert_eq!(both(&answers)[0], Some(0.13));
    // 2/3 and 1/3
    assert_eq!(both(&[5, 5, 1])[0], Some(66.67));
    assert_eq!(both(&[5, 1, 1])[0], Some(33.33));
    // 1022 of 1204 = 84.8837 %
    let mut answers = vec![4; 1204];
    answers[1022..].fill(2);
    assert_eq!(both(&answers)[0], Some(84.88));
}

#[test]
fn missing_and_not_applicable_stand_beside_the_figure_not_in_it() {
    let form = ratings(2);
    let responses = [
        vec![5, MISSING],
        vec![2, NA],
        vec![MISSING, NA],
        vec![NOT_ASKED, 4],
    ];
    let figure = of(&form, &responses, Method::Top2, Scope::Headline);
    assert_eq!(figure.value, Some(66.67));
    assert_eq!((figure.n, figure.satisfied), (3, Some(2)));
    assert_eq!(figure.respondents, 3, "one person gave no valid answer");
    assert_eq!((figure.missing, figure.not_applicable), (2, 2));
}

#[test]
fn a_cell_without_answers_has_no_value_and_no_interval() {
    for responses in [vec![], vec![vec![MISSING], vec![NA]]] {
        for method in [Method::Top2, Method::Mean100] {
            let figure = of(&ratings(1), &responses, method, Scope::Headline);
            assert_eq!(
                (
                    figure.value,
                    figure.interval,
                    figure.interval_kind,
                    figure.n
                ),
                (None, None, None, 0)
            );
        }
    }
}

#[test]
fn factors_and_items_are_counted_apart() {
    let form = five_ratings();
    let responses = [vec![5, 5, 1, 1, 3, 1], vec![5, 1, 1, 1, 3, 0]];
    let value = |scope| of(&form, &responses, Method::Top2, scope).value;
    assert_eq!(value(Scope::Factor(0)), Some(75.0));
    assert_eq!(value(Scope::Factor(1)), Some(0.0));
    assert_eq!(value(Scope::Item(1)), Some(50.0));
    assert_eq!(value(Scope::Headline), Some(30.0));
    let factor = of(&form, &responses, Method::Mean100, Scope::Factor(0));
    assert_eq!((factor.n, factor.respondents), (4, 2));
    assert_eq!(factor.interval_kind, Some("cluster-t"));
}

#[test]
fn the_interval_says_how_it_was_made() {
    let form = five_ratings();
    let responses = [vec![5, 4, 4, 2, 3, 1], vec![4, 1, 2, 5, 3, 0]];
    let kind = |method, scope| of(&form, &responses, method, scope).interval_kind;
    assert_eq!(kind(Method::Top2, Scope::Item(0)), Some("wilson"));
    assert_eq!(kind(Method::Top2, Scope::Headline), Some("cluster-wilson"));
    assert_eq!(kind(Method::Mean100, Scope::Item(0)), Some("t"));
    assert_eq!(kind(Method::Mean100, Scope::Headline), Some("cluster-t"));
    assert_eq!(
        kind(Method::Mean100, Scope::Item(4)),
        None,
        "all answered alike: no spread to estimate from"
    );
}

#[test]
fn what_does_not_fit_is_refused_with_its_name() {
    let form = mixed_scales();
    let cell = count(&form, &[vec![5, 3, 2]]);
    let refusal = |method, scope| figure(&form, &cell, method, scope).unwrap_err();
    assert_eq!(
        refusal(Method::Mean100, Scope::Headline),
        MethodError::MixedScales("three".into())
    );
    assert_eq!(
        refusal(Method::Top2, Scope::Item(2)),
        MethodError::WrongScale {
            method: Method::Top2,
            item: "points".into()
        }
    );
    assert_eq!(
        refusal(Method::Points18, Scope::Item(0)),
        MethodError::WrongScale {
            method: Method::Points18,
            item: "five".into()
        }
    );
    for scope in [
        Scope::Item(3),
        Scope::Item(usize::MAX),
        Scope::Factor(1),
        Scope::Factor(2),
        Scope::Factor(usize::MAX),
    ] {
        assert_eq!(refusal(Method::Top2, scope), MethodError::NoScope);
    }
    let form = five_ratings();
    let cell = count(&form, &[]);
    assert_eq!(
        figure(&form, &cell, Method::Top2, Scope::Item(5)),
        Err(MethodError::NotRating("before".into()))
    );
    assert_eq!(
        figure(
            &form,
            &Cell::empty(&ratings(1)),
            Method::Top2,
            Scope::Headline
        ),
        Err(MethodError::OtherForm)
    );
    let undeclared = figure(&form, &cell, Method::Points18, Scope::Headline).unwrap_err();
    assert_eq!(
        undeclared.to_string(),
        "form test does not declare method points18; it declares: top2, mean100"
    );
}

#[test]
fn scales_of_two_lengths_may_be_pooled_as_satisfied_shares() {
    let form = mixed_scales();
    let pooled = of(
        &form,
        &[vec![5, 1, 0], vec![3, 3, 0]],
        Method::Top2,
        Scope::Headline,
    );
    assert_eq!((pooled.value, pooled.n), (Some(50.0), 4));
}

proptest! {
    /// Against plain floating-point arithmetic on the raw answers, to the half of the last printed digit.
    #[test]
    fn figures_follow_from_the_raw_answers(
        responses in prop::collection::vec(prop::collection::vec(prop_oneof![5 => 1u8..=5, 1 => Just(MISSING)], 3), 1..50),
    ) {
        let form = ratings(3);
        let cell = count(&form, &responses);
        let valid: Vec<f64> = responses.concat().into_iter().filter(|&byte| byte <= 5).map(f64::from).collect();
        let n = valid.len() as f64;
        let top2 = valid.iter().filter(|&&value| value >= 4.0).count() as f64 / n * 100.0;
        let mean100 = (valid.iter().sum::<f64>() / n - 1.0) / 4.0 * 100.0;
        for (method, expected) in [(Method::Top2, top2), (Method::Mean100, mean100)] {
            let figure = figure(&form, &cell, method, Scope::Headline).unwrap();
            prop_assert_eq!(figure.n, valid.len() as u64);
            match figure.value {
                None => prop_assert!(valid.is_empty()),
                Some(value) => prop_assert!((value - expected).abs() <= 0.005 + 1e-9, "{} for {}", value, expected),
            }
            if let (Some(value), Some([low, high])) = (figure.value, figure.interval) {
                prop_assert!(0.0 <= low && low <= value && value <= high && high <= 100.0);
            }
        }
    }

    /// Whatever stands in a damaged or hostile cell, figures answer.
    #[test]
    fn no_numbers_panic(numbers in prop::collection::vec(prop_oneof![0..10u64, Just(u64::MAX), any::<u64>()], 41)) {
        let form = ratings(3);
        let mut cell = Cell::empty(&form);
        let mut numbers = numbers.into_iter();
        for item in &mut cell.items {
            for number in item.levels.iter_mut().chain([&mut item.missing, &mut item.not_applicable]) {
                *number = numbers.next().unwrap();
            }
        }
        let sums = &mut cell.scopes[0];
        for number in [&mut sums.respondents, &mut sums.m, &mut sums.s, &mut sums.x, &mut sums.mm, &mut sums.ss, &mut sums.xx, &mut sums.sm, &mut sums.xm] {
            *number = numbers.next().unwrap();
        }
        for scope in [Scope::Headline, Scope::Item(1)] {
            for method in [Method::Top2, Method::Mean100] {
                let figure = figure(&form, &cell, method, scope).unwrap();
                prop_assert!(figure.interval.into_iter().flatten().chain(figure.value).all(f64::is_finite));
            }
        }
    }
}

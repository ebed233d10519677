//! The statistics start where the index does: same value, same interval, for every shipped form, method and scope.

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::confidence::Confidence;
use statistics::estimate::{EstimateError, Measure, estimate};
use statistics::index::sums;
use statistics::interval::Population;
use survey::answers::Packed;
use survey::cell::{Cell, Counter, Marks};
use survey::form::{Form, load, shipped};
use survey::method::{Method, MethodError, Scope, figure};

fn forms() -> Vec<Form> {
    let load = |&(file, json): &(&str, &str)| load(json, file).unwrap();
    shipped().iter().map(load).collect()
}

/// Every scope of a form.
fn scopes(form: &Form) -> Vec<Scope> {
    let factors = (0..form.factors.len()).map(Scope::Factor);
    let items = (0..form.items.len()).map(Scope::Item);
    [Scope::Headline]
        .into_iter()
        .chain(factors)
        .chain(items)
        .collect()
}

/// A cell of responses whose answers are picked by numbers: a level of the item's scale, or missing.
fn cell(form: &Form, responses: &[Vec<u8>]) -> Cell {
    let counter = Counter::new(form);
    let mut cell = Cell::empty(form);
    for picks in responses {
        let answers = form
            .items
            .iter()
            .zip(picks.iter().cycle())
            .map(|(item, &pick)| {
                let levels = form.scale_of(item).map_or(&[][..], |scale| &scale.levels);
                levels
                    .get(usize::from(pick))
                    .map_or(Packed::MISSING, |level| level.value)
            });
        counter.add(&mut cell, &Packed(answers.collect()), Marks::default());
    }
    cell
}

proptest! {
    // Each case is every form, method and scope.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn estimates_are_the_figures_of_the_index(responses in vec(vec(0u8..6, 17), 0..25)) {
        for form in forms() {
            let cell = cell(&form, &responses);
            for method in Method::ALL {
                for scope in scopes(&form) {
                    let index = figure(&form, &cell, method, scope);
                    let (sums, measure) = match sums(&form, &cell, method, scope) {
                        Ok(sums) => sums,
                        Err(fault) => {
                            prop_assert!(method == Method::Points18 || index == Err(fault));
                            continue;
                        }
                    };
                    let index = index.unwrap();
                    let ours = match estimate(&sums, measure, Population::Process, Confidence::P95) {
                        Ok(ours) => ours,
                        Err(fault) => {
                            prop_assert_eq!((fault, index.n), (EstimateError::NoAnswers, 0));
                            continue;
                        }
                    };
                    // The index prints; what is printed is within half a unit of the last decimal.
                    let printed = 0.5 * 10f64.powi(-i32::from(form.index.decimals)) + 1e-9;
                    let near = |ours: f64, index: f64| (ours * 100.0 - index).abs() <= printed;
                    prop_assert!(near(ours.value, index.value.unwrap()));
                    prop_assert_eq!((ours.answers, ours.respondents), (index.n, index.respondents));
                    prop_assert_eq!(ours.interval.is_some(), index.interval.is_some());
                    if let (Some(ours), Some([low, high])) = (ours.interval, index.interval) {
                        prop_assert!(near(ours.low, low) && near(ours.high, high), "{:?} for {:?}", ours, [low, high]);
                        let kind = serde_json::to_value(ours.kind).unwrap();
                        prop_assert_eq!(kind, index.interval_kind.unwrap());
                    }
                }
            }
        }
    }
}

#[test]
fn points_have_no_sums_and_what_does_not_fit_is_refused() {
    let forms = forms();
    let nine = forms
        .iter()
        .find(|form| form.id == "one-stop-nine")
        .unwrap();
    let fault = sums(nine, &Cell::empty(nine), Method::Points18, Scope::Headline);
    assert!(matches!(fault, Err(MethodError::WrongScale { .. })));
    let quick = forms
        .iter()
        .find(|form| form.id == "one-stop-quick")
        .unwrap();
    let fault = sums(quick, &Cell::empty(nine), Method::Top2, Scope::Headline);
    assert_eq!(fault, Err(MethodError::OtherForm));
    let (_, measure) = sums(quick, &Cell::empty(quick), Method::Mean100, Scope::Headline).unwrap();
    assert_eq!(measure, Measure::Mean { span: 4 });
}

//! `points18`, its grades, and the shares of the satisfaction half of that form. Every case of the field bug.

use survey::form::Form;
use survey::method::{Indicator, Method, Scope, figure, points18, shares};
use survey::ratio::Ratio;

use crate::forms::{MISSING, NA, count, nine_indicators};

/// Nine indicators whose means add up to hundredths / 100.
fn adding_up_to(hundredths: u128) -> Vec<Indicator> {
    (0..9)
        .map(|_| Indicator {
            mean: Ratio::new(hundredths, 900),
            highest: 2,
        })
        .collect()
}

fn grade(hundredths: u128) -> Option<String> {
    points18(&nine_indicators(0).index.bands, &adding_up_to(hundredths)).grade
}

#[test]
fn the_lower_bound_of_a_grade_is_inclusive() {
    for (hundredths, expected) in [
        (0, "weak"),
        (599, "weak"),
        (600, "average"),
        (899, "average"),
        (900, "fair"),
        (1_200, "good"),
        (1_499, "good"),
        (1_500, "excellent"),
        (1_501, "excellent"),
        (1_800, "excellent"),
    ] {
        assert_eq!(grade(hundredths).as_deref(), Some(expected), "{hundredths}");
    }
}

#[test]
fn a_missing_part_leaves_no_sum_and_no_grade() {
    let mut parts = adding_up_to(1_800);
    parts[4].mean = None;
    let points = points18(&nine_indicators(0).index.bands, &parts);
    assert_eq!((points.total, points.grade), (None, None));
    assert_eq!(
        points.judged,
        Ratio::whole(16),
        "what is there is still shown"
    );
    assert_eq!(points.judged_max, 16);
}

#[test]
fn no_indicators_have_no_grade() {
    let points = points18(&nine_indicators(0).index.bands, &[]);
    assert_eq!((points.total, points.grade), (None, None));
}

#[test]
fn sums_of_many_unlike_fractions_stay_exact() {
    // Nine thirds of 5 with huge unlike denominators: a hair under 15, which floating point cannot tell from 15.
    let primes = [
        999_983u128,
        999_979,
        999_961,
        999_959,
        999_953,
        999_931,
        999_917,
        999_907,
        999_883,
    ];
    let mut parts: Vec<_> = primes
        .iter()
        .map(|prime| Indicator {
            mean: Ratio::new(5 * prime, 3 * prime),
            highest: 2,
        })
        .collect();
    let bands = nine_indicators(0).index.bands;
    assert_eq!(points18(&bands, &parts).grade.as_deref(), Some("excellent"));
    parts[0].mean = Ratio::new(5 * 10u128.pow(30) - 1, 3 * 10u128.pow(30));
    let points = points18(&bands, &parts);
    assert_eq!(points.grade.as_deref(), Some("good"));
    let printed = points.total.unwrap().round(2).unwrap();
    assert_eq!(
        printed.to_string(),
        "15.00",
        "printed is rounded, graded is not"
    );
}

fn headline(form: &Form, responses: &[Vec<u8>]) -> (Option<f64>, Option<String>) {
    let cell = count(form, responses);
    let figure = figure(form, &cell, Method::Points18, Scope::Headline).unwrap();
    assert_eq!(figure.interval, None);
    (figure.value, figure.grade)
}

#[test]
fn responses_add_up_to_points_and_a_grade() {
    let form = nine_indicators(0);
    let responses = [
        vec![2, 2, 2, 2, 2, 2, 2, 1, 1],
        vec![2, 2, 2, 2, 1, 1, 1, 1, MISSING],
        vec![2, 2, 2, NA, 2, 2, 1, 1, 0],
    ];
    // 2 + 2 + 2 + 2 + 5/3 + 5/3 + 4/3 + 1 + 1/2
    assert_eq!(
        headline(&form, &responses),
        (Some(14.17), Some("good".into()))
    );
    assert_eq!(
        headline(&form, &[vec![2; 9]]),
        (Some(18.0), Some("excellent".into()))
    );
    assert_eq!(
        headline(&form, &[vec![0; 9]]),
        (Some(0.0), Some("weak".into()))
    );
}

#[test]
fn zero_responses_and_an_unanswered_indicator_have_no_points() {
    let form = nine_indicators(0);
    assert_eq!(headline(&form, &[]), (None, None));
    let unanswered = vec![2, 2, 2, 2, 2, 2, 2, 2, MISSING];
    assert_eq!(headline(&form, &[unanswered]), (None, None));
}

#[test]
fn indicators_of_the_records_are_awaited() {
    let form = nine_indicators(2);
    assert_eq!(headline(&form, &[vec![2; 9]]), (None, None));
    let cell = count(&form, &[vec![1; 9], vec![2; 9]]);
    let one = figure(&form, &cell, Method::Points18, Scope::Item(8)).unwrap();
    assert_eq!((one.value, one.grade, one.n), (Some(1.5), None, 2));
}

#[test]
fn three_shares_are_rounded_each_on_its_own() {
    let three = shares(&[1, 1, 1], 1).unwrap();
    let printed: Vec<_> = three.each.iter().map(ToString::to_string).collect();
    assert_eq!(printed, ["33.3", "33.3", "33.3"]);
    assert_eq!(three.sum.to_string(), "99.9");
    assert_eq!(
        shares(&[1, 1, 4], 1).unwrap().sum.to_string(),
        "100.1",
        "16.7 + 16.7 + 66.7"
    );
    assert_eq!(shares(&[0, 0, 0], 1), None);
    assert_eq!(shares(&[], 1), None);
}

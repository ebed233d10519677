//! Control charts: no line across a break, limits that know months, signals.

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::chart::{Month, MonthTwice, Monthly, Signal, chart};
use statistics::cluster::ClusterSums;

fn month(number: i16) -> Month {
    Month::new(2025 + number / 12, (number % 12) as u8 + 1).unwrap()
}

fn monthly(number: i16, form_version: u16, satisfied: u64, answers: u64) -> Monthly {
    Monthly {
        month: month(number),
        form_version,
        satisfied: ClusterSums::single(satisfied, answers),
    }
}

#[test]
fn no_line_crosses_a_form_version_or_a_month_without_ratings() {
    let months = [
        monthly(5, 2, 70, 100),
        monthly(0, 1, 90, 100),
        monthly(1, 1, 91, 100),
        monthly(2, 1, 0, 0),
        monthly(3, 1, 88, 100),
        monthly(4, 1, 89, 100),
        monthly(4, 2, 71, 100), // the version changed within the month
    ];
    let segments = chart(&months).unwrap();
    let lines: Vec<_> = segments
        .iter()
        .flat_map(|segment| {
            segment
                .lines
                .iter()
                .map(|line| (segment.form_version, line.len()))
        })
        .collect();
    assert_eq!(lines, [(1, 2), (1, 2), (2, 2)]);
    assert!(
        (segments[0].centre - 358.0 / 400.0).abs() < 1e-12,
        "each version has its own centre"
    );
    assert!((segments[1].centre - 141.0 / 200.0).abs() < 1e-12);
    assert!(segments.iter().all(|segment| segment.provisional));
}

#[test]
fn a_bad_month_stands_out() {
    let mut months: Vec<_> = (0..14)
        .map(|at| monthly(at, 1, 900 + u64::from(at as u16 % 3) * 8, 1_000))
        .collect();
    months[9] = monthly(9, 1, 700, 1_000);
    let segments = chart(&months).unwrap();
    let beyond: Vec<_> = segments[0].lines[0]
        .iter()
        .filter(|point| point.signals.contains(&Signal::Beyond))
        .map(|point| point.month)
        .collect();
    assert_eq!(beyond, [month(9)]);
}

#[test]
fn eight_months_on_one_side_are_a_run() {
    let months: Vec<_> = (0..16)
        .map(|at| {
            monthly(
                at,
                1,
                if at < 8 { 850 } else { 900 } + u64::from(at as u16 % 2),
                1_000,
            )
        })
        .collect();
    let segments = chart(&months).unwrap();
    let run: Vec<_> = segments[0].lines[0]
        .iter()
        .map(|point| point.signals.contains(&Signal::Run))
        .collect();
    let expected: Vec<_> = (0..16).map(|at| at == 7 || at == 15).collect();
    assert_eq!(run, expected);
}

#[test]
fn months_that_differ_by_themselves_widen_the_limits_and_the_classic_chart_cries_wolf() {
    let months: Vec<_> = (0..12)
        .map(|at| monthly(at, 1, if at % 2 == 0 { 8_600 } else { 9_000 }, 10_000))
        .collect();
    let segment = &chart(&months).unwrap()[0];
    assert!(segment.sigma_z.unwrap() > 3.0);
    let wolf = segment.lines[0]
        .iter()
        .filter(|point| point.share < point.classic[0] || point.share > point.classic[1]);
    assert_eq!(wolf.count(), 12);
    assert!(
        segment.lines[0]
            .iter()
            .all(|point| point.signals.is_empty())
    );
}

#[test]
fn months_before_and_after_a_gap_are_not_neighbours() {
    // 80 % twice, a silent month, 90 % twice: within each pair nothing moves.
    let months = [(0, 800), (1, 800), (3, 900), (4, 900)]
        .map(|(at, satisfied)| monthly(at, 1, satisfied, 1_000));
    assert_eq!(chart(&months).unwrap()[0].sigma_z, Some(0.0));
}

#[test]
fn a_month_given_twice_is_an_error() {
    let fault = chart(&[
        monthly(3, 1, 5, 9),
        monthly(2, 1, 5, 9),
        monthly(3, 1, 6, 9),
    ]);
    assert_eq!(
        fault,
        Err(MonthTwice {
            month: month(3),
            form_version: 1
        })
    );
    assert!(
        fault
            .unwrap_err()
            .to_string()
            .starts_with("month 2025-04 of form version 1")
    );
}

#[test]
fn one_month_has_no_limits_of_its_own_and_none_no_chart() {
    let segments = chart(&[monthly(0, 1, 9, 10)]).unwrap();
    assert_eq!(segments[0].lines[0][0].limits, None);
    assert!(chart(&[]).unwrap().is_empty());
    assert!(chart(&[monthly(0, 1, 0, 0)]).unwrap().is_empty());
    assert_eq!((Month::new(2026, 0), Month::new(2026, 13)), (None, None));
}

proptest! {
    #[test]
    fn every_month_with_answers_is_on_exactly_one_line(rows in vec((0u64..60, 0u64..60, 1u16..4), 0..24)) {
        let months: Vec<_> = rows.iter().enumerate().map(|(at, &(s, more, version))| monthly(at as i16, version, s, s + more)).collect();
        let segments = chart(&months).unwrap();
        let drawn: usize = segments.iter().flat_map(|segment| &segment.lines).map(Vec::len).sum();
        prop_assert_eq!(drawn, months.iter().filter(|monthly| monthly.satisfied.m > 0).count());
        for segment in &segments {
            for line in &segment.lines {
                prop_assert!(line.is_sorted_by_key(|point| point.month));
                for point in line {
                    for [low, high] in [Some(point.classic), point.limits].into_iter().flatten() {
                        prop_assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
                        prop_assert!(low <= segment.centre + 1e-12 && segment.centre <= high + 1e-12);
                    }
                }
            }
        }
    }
}

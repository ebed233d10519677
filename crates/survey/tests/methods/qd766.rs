//! The ratios of QĐ 766/QĐ-TTg.

use survey::method::{Method, Scope, figure};
use survey::qd766::{Grounds, Indicator, Tally, reports_on_time};

use crate::forms::{count, ratings};

const NONE: Grounds = Grounds {
    dissatisfied: false,
    complaint: false,
    overdue: false,
};

fn printed(tally: Tally) -> Option<String> {
    Some(tally.satisfied()?.round(2)?.to_string())
}

#[test]
fn silence_counts_as_satisfied_here_and_not_in_top2() {
    let dissatisfied = Grounds {
        dissatisfied: true,
        ..NONE
    };
    let dossiers: Tally = [(dissatisfied, 10), (NONE, 990)].into_iter().collect();
    assert_eq!(printed(dossiers).as_deref(), Some("99.00"));

    let form = ratings(1);
    let answers: Vec<_> = (0..20)
        .map(|at| vec![if at < 10 { 2 } else { 4 }])
        .collect();
    let rated = figure(
        &form,
        &count(&form, &answers),
        Method::Top2,
        Scope::Headline,
    )
    .unwrap();
    assert_eq!(rated.value, Some(50.0));
}

#[test]
fn a_dossier_is_subtracted_once() {
    let all_three = Grounds {
        dissatisfied: true,
        complaint: true,
        overdue: true,
    };
    let overdue = Grounds {
        overdue: true,
        ..NONE
    };
    let dossiers: Tally = [(all_three, 1), (overdue, 2), (NONE, 5)]
        .into_iter()
        .collect();
    assert_eq!((dossiers.total(), dossiers.against()), (8, 3));
    assert_eq!(printed(dossiers).as_deref(), Some("62.50"));
}

#[test]
fn ratios_of_nothing_are_no_numbers() {
    assert_eq!(Tally::default().satisfied(), None);
    assert_eq!(reports_on_time(0, 0), None);
    assert_eq!(reports_on_time(2, 1), None);
    let on_time = reports_on_time(198_488, 199_602).unwrap();
    assert_eq!(on_time.round(2).unwrap().to_string(), "99.44");
}

#[test]
fn every_ratio_says_that_it_is_not_comparable() {
    for indicator in Indicator::ALL {
        let note = &indicator.words().note;
        assert!(note.get("vi").starts_with("Không so sánh được"));
        assert!(note.get("en").starts_with("Not comparable"));
    }
}

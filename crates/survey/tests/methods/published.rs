//! The published table of Huế city, first quarter of 2019: each of its inconsistencies is found, to the last digit.

use survey::form::ScaleKind;
use survey::published::{
    Base, Counts, Finding, Flaw, Mend, Off, Place, PublishedTable, Row, check,
};

fn hue() -> PublishedTable {
    serde_json::from_str(include_str!("../../fixtures/hue-2019-q1.json")).unwrap()
}

fn place(row: &str, level: usize) -> Place {
    Place {
        row: row.into(),
        level,
    }
}

#[test]
fn the_return_rate_and_the_rows_satisfied_shares() {
    let findings = check(&hue());
    assert_eq!(
        findings[0].to_string(),
        "4215 of 5326 questionnaires came back (79.14 %)"
    );
    let rows: Vec<_> = findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Satisfied { count, share, .. } => Some((*count, share.unwrap().to_string())),
            _ => None,
        })
        .collect();
    let expected = [
        (4200, "99.64"),
        (4111, "97.53"),
        (4118, "97.70"),
        (4126, "97.89"),
        (4106, "97.41"),
    ];
    assert_eq!(
        rows,
        expected.map(|(count, share)| (count, share.to_owned()))
    );
}

fn row_sums(table: &PublishedTable) -> Vec<(String, u64, Off, Vec<Mend>)> {
    check(table)
        .into_iter()
        .filter_map(|finding| match finding {
            Finding::RowSum {
                row,
                sum,
                off,
                mends,
                ..
            } => Some((row, sum, off, mends)),
            _ => None,
        })
        .collect()
}

#[test]
fn row_1_is_over_and_15_for_150_would_mend_it() {
    let (row, sum, off, mends) = row_sums(&hue()).swap_remove(0);
    assert_eq!((row.as_str(), sum, off), ("1", 4350, Off::Over(135)));
    assert_eq!(
        mends[0],
        Mend {
            at: place("1", 2),
            printed: 150,
            corrected: 15,
            digits: 1,
            share_fits_printed: true,
            share_fits_corrected: false,
        }
    );
}

#[test]
fn row_5_is_short_by_missing_answers_or_109_for_99() {
    let all = row_sums(&hue());
    assert_eq!(all.len(), 2, "only rows 1 and 5 do not add up");
    let (row, sum, off, mends) = &all[1];
    assert_eq!((row.as_str(), *sum, *off), ("5", 4205, Off::Under(10)));
    assert!(
        mends
            .iter()
            .any(|mend| (mend.printed, mend.corrected) == (99, 109))
    );
    assert!(
        mends
            .iter()
            .all(|mend| mend.share_fits_printed && !mend.share_fits_corrected),
        "the printed shares speak for missing answers"
    );
    let sentence = check(&hue())
        .iter()
        .map(ToString::to_string)
        .find(|sentence| sentence.contains("fewer than"))
        .unwrap();
    assert!(sentence.starts_with(
        "row 5 adds up to 4205, 10 fewer than the 4215 questionnaires: answers left out"
    ));
    assert!(sentence.contains("or 109 for 99"));
}

#[test]
fn shares_are_cut_off_not_rounded_and_none_is_wrong_otherwise() {
    let mut cut = Vec::new();
    for finding in check(&hue()) {
        if let Finding::Share {
            at,
            printed,
            exact,
            flaw,
        } = finding
        {
            let Flaw::Truncated { rounded } = flaw else {
                panic!("{at}: {printed} is no share of its count");
            };
            cut.push((
                at.row + "/" + &at.level.to_string(),
                printed.to_string(),
                exact.to_string(),
                rounded.to_string(),
            ));
        }
    }
    let expected = [
        ("1/1", "50.6", "50.6999", "50.7"),
        ("1/2", "3.55", "3.5587", "3.56"),
        ("2/0", "47.04", "47.0463", "47.05"),
        ("2/1", "50.4", "50.4864", "50.5"),
        ("2/2", "2.46", "2.4674", "2.47"),
        ("4/0", "47.23", "47.2361", "47.24"),
        ("5/0", "43.29", "43.2977", "43.30"),
        ("5/1", "54.11", "54.1163", "54.12"),
        ("5/2", "2.34", "2.3488", "2.35"),
    ];
    assert_eq!(
        cut,
        expected.map(|(at, printed, exact, rounded)| {
            (at.into(), printed.into(), exact.into(), rounded.into())
        })
    );
}

#[test]
fn precision_is_uneven_and_printed_shares_do_not_add_up() {
    let findings = check(&hue());
    assert!(findings.contains(&Finding::UnevenPrecision {
        most: 2,
        fewer: vec![place("1", 1), place("2", 1), place("3", 2)],
    }));
    let sums: Vec<_> = findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::ShareSum { row, sum } => Some((row.as_str(), sum.to_string())),
            _ => None,
        })
        .collect();
    let expected = [
        ("1", "103.09"),
        ("2", "99.90"),
        ("3", "99.99"),
        ("4", "99.99"),
        ("5", "99.74"),
    ];
    assert_eq!(sums, expected.map(|(row, sum)| (row, sum.to_owned())));
}

#[test]
fn rows_4_and_5_are_no_satisfaction() {
    let rows: Vec<_> = check(&hue())
        .into_iter()
        .filter_map(|finding| match finding {
            Finding::NotSatisfaction { row } => Some(row),
            _ => None,
        })
        .collect();
    assert_eq!(rows, ["4", "5"]);
}

#[test]
fn the_headline_cannot_be_reproduced() {
    let findings = check(&hue());
    let Some(Finding::HeadlineLost {
        printed,
        tried,
        all_rows,
        nearest,
    }) = findings.last()
    else {
        panic!("{:?}", findings.last());
    };
    assert_eq!(printed.to_string(), "97.95");
    assert_eq!(*tried, 31 * 11, "every subset of rows in every way");
    let value = |base| {
        let reading = all_rows.iter().find(|reading| reading.base == base);
        reading.unwrap().value.to_string()
    };
    assert_eq!(value(Base::Returned(Counts::Printed)), "98.04");
    assert_eq!(value(Base::Shares), "97.99");
    assert_eq!(value(Base::RowSum(Counts::OverMended)), "98.08");
    assert_eq!(value(Base::RowSum(Counts::Printed)), "97.46");
    let nearest = nearest.as_ref().unwrap();
    assert_eq!(
        (nearest.base, nearest.value.to_string()),
        (Base::Shares, "97.99".to_owned())
    );
}

#[test]
fn a_headline_that_follows_is_found_with_its_way() {
    let mut table = hue();
    table.headline.as_mut().unwrap().share = "98.03".parse().unwrap(); // 98.0356 cut off
    assert!(matches!(
        check(&table).last(),
        Some(Finding::HeadlineFound { reading })
            if reading.base == Base::Returned(Counts::Printed) && reading.rows.len() == 5
    ));
    table.headline.as_mut().unwrap().share = "97.89".parse().unwrap(); // row 4 alone
    assert!(matches!(
        check(&table).last(),
        Some(Finding::HeadlineFound { reading }) if reading.rows == ["4"]
    ));
}

#[test]
fn a_sound_table_has_no_faults() {
    let table: PublishedTable = serde_json::from_value(serde_json::json!({
        "title": "t", "source": "s", "handed-out": 5, "returned": 4,
        "rows": [{"id": "1", "text": "x", "kind": "satisfaction", "levels": [
            {"text": "a", "count": 3, "share": "75.0", "satisfied": true},
            {"text": "b", "count": 1, "share": "25.0"},
        ]}],
        "headline": {"text": "h", "share": "75.0"},
    }))
    .unwrap();
    let findings = check(&table);
    assert!(
        findings.iter().all(|finding| !finding.is_fault()),
        "{findings:?}"
    );
}

#[test]
fn odd_tables_are_answered() {
    let empty = Row {
        id: "1".into(),
        text: String::new(),
        kind: ScaleKind::Satisfaction,
        levels: Vec::new(),
    };
    for (returned, rows) in [(0, 0), (0, 1), (4215, 13), (u64::MAX, 2)] {
        let mut table = hue();
        table.returned = returned;
        table.rows = vec![empty.clone(); rows];
        check(&table);
        if let Some(row) = table.rows.first_mut() {
            row.levels = hue().rows[0].levels.clone();
            row.levels[0].count = u64::MAX;
        }
        check(&table);
    }
}

//! Hides groups of too few people, and enough beside them that no subtraction brings them back.

use std::collections::HashMap;

use super::{Place, Row};

/// Suppresses rows of fewer than `threshold` respondents. Then, along each axis: where the hidden rows of a line could
/// be found by subtracting the shown ones from the line's total (one hidden row, or several that together are too few)
/// the smallest shown row is hidden too, until nothing changes.
pub(super) fn apply(rows: &mut [Row], threshold: u64) {
    for row in rows.iter_mut() {
        row.suppressed = row.figure.respondents < threshold;
    }
    let lines = lines(rows);
    // Hiding a row on one axis may leave it alone on another. Each round hides at least one, so this ends.
    loop {
        let mut changed = false;
        for line in &lines {
            changed |= close(rows, line, threshold);
        }
        if !changed {
            return;
        }
    }
}

/// Rows that differ on one axis alone, for each axis: what adds up to a total that can be asked for.
fn lines(rows: &[Row]) -> Vec<Vec<usize>> {
    let axes = rows.first().map_or(0, |row| row.place.len());
    let mut all = Vec::new();
    for axis in 0..axes {
        let mut lines: HashMap<Vec<&Place>, Vec<usize>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let others = row
                .place
                .iter()
                .enumerate()
                .filter(|(own, _)| *own != axis)
                .map(|(_, place)| place)
                .collect();
            lines.entry(others).or_default().push(at);
        }
        all.extend(lines.into_values().filter(|line| line.len() > 1));
    }
    all
}

/// Hides the smallest shown row of a line if its hidden rows could be found; true if it did.
fn close(rows: &mut [Row], line: &[usize], threshold: u64) -> bool {
    let members = || line.iter().filter_map(|at| Some((*at, rows.get(*at)?)));
    let hidden: Vec<u64> = members()
        .filter(|(_, row)| row.suppressed)
        .map(|(_, row)| row.figure.respondents)
        .collect();
    let safe = hidden.len() != 1 && hidden.iter().sum::<u64>() >= threshold;
    if hidden.is_empty() || safe {
        return false;
    }
    let smallest = members()
        .filter(|(_, row)| !row.suppressed)
        .min_by_key(|(_, row)| row.figure.respondents)
        .map(|(at, _)| at);
    match smallest.and_then(|at| rows.get_mut(at)) {
        Some(row) => {
            row.suppressed = true;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use survey::method::Figure;

    use super::*;

    fn row(place: &[&str], respondents: u64) -> Row {
        Row {
            place: place
                .iter()
                .map(|value| Place::Value(Some((*value).to_owned())))
                .collect(),
            figure: Figure {
                respondents,
                ..Figure::default()
            },
            sums: None,
            responses: respondents,
            flagged: 0,
            closed: None,
            suppressed: false,
        }
    }

    fn hidden(mut rows: Vec<Row>) -> Vec<u64> {
        apply(&mut rows, 5);
        rows.iter()
            .filter(|row| row.suppressed)
            .map(|row| row.figure.respondents)
            .collect()
    }

    #[test]
    fn one_small_group_takes_the_next_smallest_with_it() {
        let rows = [30, 4, 9, 20].map(|n| row(&[&n.to_string()], n));
        assert_eq!(hidden(rows.to_vec()), [4, 9]);
    }

    #[test]
    fn small_groups_that_hide_each_other_take_nothing_with_them() {
        let rows = [30, 4, 3, 20].map(|n| row(&[&n.to_string()], n));
        assert_eq!(hidden(rows.to_vec()), [4, 3]);
    }

    #[test]
    fn small_groups_that_are_too_few_together_take_one_more() {
        let rows = [30, 1, 2, 20].map(|n| row(&[&n.to_string()], n));
        assert_eq!(hidden(rows.to_vec()), [1, 2, 20]);
    }

    #[test]
    fn enough_people_are_shown_and_a_lone_group_is_hidden_alone() {
        assert_eq!(hidden(vec![row(&["a"], 5), row(&["b"], 9)]), [0; 0]);
        assert_eq!(hidden(vec![row(&[], 4)]), [4]);
        assert_eq!(hidden(Vec::new()), [0; 0]);
    }

    proptest! {
        /// In any table, no line lets a hidden part of fewer than the threshold be found by subtraction, unless the
        /// whole line is hidden.
        #[test]
        fn no_subtraction_finds_few_people(counts in prop::collection::vec(prop::option::of(0..12u64), 12)) {
            let mut rows: Vec<Row> = counts
                .iter()
                .enumerate()
                .filter_map(|(at, count)| count.map(|count| row(&[&(at / 4).to_string(), &(at % 4).to_string()], count)))
                .collect();
            apply(&mut rows, 5);
            prop_assert!(rows.iter().all(|row| row.suppressed || row.figure.respondents >= 5));
            for line in lines(&rows) {
                let of_line: Vec<&Row> = line.iter().map(|at| &rows[*at]).collect();
                let concealed: Vec<u64> = of_line
                    .iter()
                    .filter(|row| row.suppressed)
                    .map(|row| row.figure.respondents)
                    .collect();
                if !concealed.is_empty() && concealed.len() < of_line.len() {
                    prop_assert!(concealed.len() > 1 && concealed.iter().sum::<u64>() >= 5);
                }
            }
        }
    }
}

//! Hides groups of too few people, and enough beside them that no subtraction brings them back.

use std::collections::HashMap;

use super::row::{Place, Row};

/// Suppresses rows of fewer than `threshold` respondents. Then, along each axis: where the hidden rows of a line could
/// be found by subtracting the shown ones from the line's total (one hidden row, or several that together are too few)
/// the smallest shown row is hidden too, until nothing changes.
///
/// The figure without flagged responses is hidden where the flagged ones or the others are fewer, since beside the figure of
/// all it tells how the flagged ones rated; and along each axis alike, among rows of which some are flagged: the others have
/// one figure.
pub(crate) fn apply(rows: &mut [Row], threshold: u64) {
    let lines = lines(rows);
    let all: Vec<u64> = rows.iter().map(|row| row.figure.respondents).collect();
    let mut hidden: Vec<bool> = all.iter().map(|people| *people < threshold).collect();
    settle(&all, &mut hidden, &lines, threshold, |_| true);
    for (row, hidden) in rows.iter_mut().zip(&hidden) {
        row.suppressed = *hidden;
    }
    if rows.iter().all(|row| row.flagged == 0) {
        return;
    }
    let [flagged, others] =
        [0, 1].map(|at| -> Vec<u64> { rows.iter().map(|row| row.people[at]).collect() });
    for ((hidden, flagged), others) in hidden.iter_mut().zip(&flagged).zip(&others) {
        *hidden |= *others < threshold || (1..threshold).contains(flagged);
    }
    let has_flagged = |at: usize| flagged.get(at).is_some_and(|people| *people > 0);
    // Nobody is found where nobody is left.
    let leaves_others =
        |at: usize| has_flagged(at) && others.get(at).is_some_and(|people| *people > 0);
    // What one of them hides may lay the other open. Each round hides at least one, so this ends.
    while settle(&flagged, &mut hidden, &lines, threshold, has_flagged)
        | settle(&others, &mut hidden, &lines, threshold, leaves_others)
    {}
    for (row, hidden) in rows.iter_mut().zip(hidden) {
        row.rest_hidden = hidden;
    }
}

/// Hides more rows until no line lets people be found by subtraction; rows that do not count are safe and protect
/// nobody. True if it hid any.
fn settle(
    people: &[u64],
    hidden: &mut [bool],
    lines: &[Vec<usize>],
    threshold: u64,
    counts: impl Fn(usize) -> bool + Copy,
) -> bool {
    let mut any = false;
    // Hiding a row on one axis may leave it alone on another. Each round hides at least one, so this ends.
    loop {
        let mut changed = false;
        for line in lines {
            changed |= close(people, hidden, line, threshold, counts);
        }
        if !changed {
            return any;
        }
        any = true;
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
fn close(
    people: &[u64],
    hidden: &mut [bool],
    line: &[usize],
    threshold: u64,
    counts: impl Fn(usize) -> bool + Copy,
) -> bool {
    let members = |concealed: bool| -> Vec<(usize, u64)> {
        let known = line
            .iter()
            .filter_map(|at| Some((*at, *people.get(*at)?, *hidden.get(*at)?)));
        known
            .filter(|(at, _, hidden)| *hidden == concealed && counts(*at))
            .map(|(at, people, _)| (at, people))
            .collect()
    };
    let concealed = members(true);
    let safe = concealed.len() != 1
        && concealed.iter().map(|(_, people)| people).sum::<u64>() >= threshold;
    if concealed.is_empty() || safe {
        return false;
    }
    let smallest = members(false).into_iter().min_by_key(|(_, people)| *people);
    match smallest.and_then(|(at, _)| hidden.get_mut(at)) {
        Some(hidden) => {
            *hidden = true;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use survey::method::Figure;

    use super::super::Of;
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
            of: Of::Process,
            sums: None,
            responses: respondents,
            flagged: 0,
            raised: Vec::new(),
            rest: None,
            people: [0, respondents],
            closed: None,
            suppressed: false,
            rest_hidden: false,
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

    /// Which rows hide the figure without flagged responses; of each row the flagged and the other respondents.
    fn rest_hidden(people: &[[u64; 2]]) -> Vec<bool> {
        let mut rows: Vec<Row> = (0..)
            .zip(people)
            .map(|(at, people): (usize, _)| Row {
                flagged: people[0],
                people: *people,
                ..row(&[&at.to_string()], people[0] + people[1])
            })
            .collect();
        apply(&mut rows, 5);
        rows.iter().map(|row| row.rest_hidden).collect()
    }

    #[test]
    fn two_figures_never_tell_how_a_few_flagged_people_rated() {
        assert_eq!(rest_hidden(&[[5, 30]]), [false]);
        assert_eq!(rest_hidden(&[[4, 30]]), [true]);
        assert_eq!(rest_hidden(&[[30, 4]]), [true]);
        assert_eq!(rest_hidden(&[[0, 30]]), [false]);
        // Alone hidden, it would follow from the total; where nobody is flagged there is nothing to find.
        assert_eq!(
            rest_hidden(&[[4, 30], [9, 30], [7, 30], [0, 30]]),
            [true, false, true, false]
        );
        assert_eq!(
            rest_hidden(&[[4, 30], [3, 30], [7, 30]]),
            [true, true, false]
        );
    }

    proptest! {
        #[test]
        fn no_subtraction_finds_few_flagged_people(people in prop::collection::vec([0..12u64, 0..30u64], 1..12)) {
            let hidden = rest_hidden(&people);
            for (at, name) in ["flagged", "others"].into_iter().enumerate() {
                let count = |concealed: bool| -> Vec<u64> {
                    let pairs = people.iter().zip(&hidden).filter(|(people, hidden)| **hidden == concealed && people[0] > 0 && people[at] > 0);
                    pairs.map(|(people, _)| people[at]).collect()
                };
                let (shown, concealed) = (count(false), count(true));
                prop_assert!(shown.iter().all(|people| *people >= 5), "{name}");
                if !concealed.is_empty() && !shown.is_empty() {
                    prop_assert!(concealed.len() > 1 && concealed.iter().sum::<u64>() >= 5, "{name}");
                }
            }
        }

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

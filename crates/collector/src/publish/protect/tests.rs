//! Tables of random data are protected, and then attacked in ways that the protection does not use: by fractions.

use proptest::prelude::*;

use super::*;

/// Rows of whole numbers as fractions, reduced: which combinations follow, without primes or chance.
struct Fractions(Vec<Vec<(i128, i128)>>);

impl Fractions {
    fn reduced(&self, mut vector: Vec<(i128, i128)>) -> Vec<(i128, i128)> {
        for row in &self.0 {
            let Some(at) = row.iter().position(|entry| entry.0 != 0) else {
                continue;
            };
            let (top, bottom) = vector[at];
            if top == 0 {
                continue;
            }
            // The row's first entry is 1, and no later row has any there.
            for (value, entry) in vector.iter_mut().zip(row) {
                *value = less(*value, (top * entry.0, bottom * entry.1));
            }
        }
        vector
    }

    fn insert(&mut self, columns: &[u32], of: usize) {
        let left = self.reduced(ones(columns, of));
        if let Some(at) = left.iter().position(|entry| entry.0 != 0) {
            let (top, bottom) = left[at];
            let row = left
                .into_iter()
                .map(|entry| shortened((entry.0 * bottom, entry.1 * top)))
                .collect();
            self.0.push(row);
        }
    }

    fn follows(&self, columns: &[u32], of: usize) -> bool {
        let left = self.reduced(ones(columns, of));
        left.iter().all(|entry| entry.0 == 0)
    }
}

fn ones(columns: &[u32], of: usize) -> Vec<(i128, i128)> {
    let mut vector = vec![(0, 1); of];
    for column in columns {
        vector[*column as usize] = (1, 1);
    }
    vector
}

fn shortened((top, bottom): (i128, i128)) -> (i128, i128) {
    let (mut one, mut other) = (top.abs(), bottom.abs());
    while other != 0 {
        (one, other) = (other, one % other);
    }
    let sign = bottom.signum();
    let by = one.max(1) * sign;
    (top / by, bottom / by)
}

fn less(one: (i128, i128), other: (i128, i128)) -> (i128, i128) {
    shortened((one.0 * other.1 - other.0 * one.1, one.1 * other.1))
}

/// People by two dimensions: the inner cells, both margins and the whole, as one system.
fn two_ways(people: &[[u64; 4]], threshold: u64) -> (Vec<Figure>, System) {
    let mut system = System::default();
    let mut places = [Vec::new(), Vec::new()];
    for (row, line) in (0..).zip(people) {
        for (column, people) in (0..).zip(line) {
            if *people > 0 {
                places[0].push(row);
                places[1].push(column);
                system.people.push(*people);
            }
        }
    }
    let mut figures = Vec::new();
    let all: Vec<u32> = (0..system.people.len() as u32).collect();
    let mut add = |columns: Vec<u32>, last: bool, system: &mut System| -> u32 {
        let people = columns.iter().map(|at| system.people[*at as usize]).sum();
        let figure = figures.len() as u32;
        figures.push(Figure {
            people,
            hidden: people < threshold,
            last,
            ..Figure::default()
        });
        system.equations.push(Equation {
            figure,
            columns: columns.into(),
            people,
            kind: 0,
        });
        figure
    };
    add(all.clone(), true, &mut system);
    for dimension in &places {
        let mut line = Vec::new();
        for value in 0..4 {
            let columns: Vec<u32> = all
                .iter()
                .copied()
                .filter(|at| dimension[*at as usize] == value)
                .collect();
            if !columns.is_empty() {
                let figure = add(columns.clone(), false, &mut system);
                let people = columns.iter().map(|at| system.people[*at as usize]).sum();
                line.push(Part {
                    figure,
                    columns: columns.into(),
                    people,
                });
            }
        }
        system.lines.push(line);
    }
    for column in all {
        add(vec![column], false, &mut system);
    }
    let places = Places {
        values: places.into(),
        people: system.people.clone(),
    };
    system.secrets = places.groups(threshold);
    (figures, system)
}

fn open(figures: &[Figure], system: &System) -> Vec<Vec<u32>> {
    let columns = system.people.len();
    let mut known = Fractions(Vec::new());
    for equation in &system.equations {
        if !figures[equation.figure as usize].hidden {
            known.insert(&equation.columns, columns);
        }
    }
    let follows = |group: &&Group| known.follows(group, columns);
    let open = system.secrets.iter().filter(follows);
    open.map(|group| group.to_vec()).collect()
}

#[test]
fn a_small_cell_cannot_be_found_from_both_margins() {
    let people = [[3, 20, 20, 20], [20, 20, 20, 20], [20, 20, 20, 20]];
    let (mut figures, system) = two_ways(&people, 5);
    assert_eq!(open(&figures, &system), [[0]], "else this proves nothing");
    protect(&mut figures, std::slice::from_ref(&system), 5);
    assert_eq!(open(&figures, &system), [[0; 0]; 0]);
    // It and a few beside it.
    let hidden = figures.iter().filter(|figure| figure.hidden).count();
    assert!((4..=6).contains(&hidden), "{hidden}");
    assert!(!figures[0].hidden, "the whole");
}

#[test]
fn what_is_safe_is_left_alone() {
    let (mut figures, system) = two_ways(&[[5, 6, 7, 8], [9, 10, 11, 12]], 5);
    protect(&mut figures, &[system], 5);
    assert!(figures.iter().all(|figure| !figure.hidden));
}

#[test]
fn a_figure_goes_with_the_one_that_it_stands_under() {
    let figure = |hidden, under| Figure {
        people: 9,
        hidden,
        under,
        last: false,
    };
    let mut figures = [
        figure(false, vec![1]),
        figure(false, vec![2]),
        figure(true, vec![]),
    ];
    protect(&mut figures, &[], 5);
    assert!(figures.iter().all(|figure| figure.hidden));
}

#[test]
fn two_columns_that_only_come_together_are_not_told_apart_by_weights() {
    // a + b + x, a − b in effect: (a + c), (b + c).
    let equation = |figure, columns: &[u32]| Equation {
        figure,
        columns: columns.into(),
        people: 9,
        kind: figure,
    };
    let system = System {
        people: vec![1, 1, 8],
        equations: vec![equation(0, &[0, 2]), equation(1, &[1, 2])],
        ..System::default()
    };
    let mut figures = vec![
        Figure {
            people: 9,
            ..Figure::default()
        };
        2
    ];
    protect(&mut figures, &[system], 5);
    assert!(figures.iter().any(|figure| figure.hidden));
}

proptest! {
    #[test]
    fn nothing_small_is_open_and_what_is_hidden_has_a_reason(
        people in prop::collection::vec(prop::array::uniform4(0..14u64), 1..5), threshold in 2..7u64
    ) {
        let (before, system) = two_ways(&people, threshold);
        let mut figures = before.clone();
        protect(&mut figures, std::slice::from_ref(&system), threshold);
        prop_assert_eq!(open(&figures, &system), Vec::<Vec<u32>>::new());
        let shown: Vec<&Equation> = system.equations.iter().filter(|one| !figures[one.figure as usize].hidden).collect();
        prop_assert!(shown.iter().all(|one| one.people >= threshold));
        // Nothing was hidden where nothing is small.
        if system.secrets.is_empty() {
            prop_assert_eq!(&figures, &before);
        }
        for line in &system.lines {
            let rest: Vec<&Part> = line.iter().filter(|part| figures[part.figure as usize].hidden).collect();
            let left: u64 = rest.iter().map(|part| part.people).sum();
            if !figures[0].hidden && !rest.is_empty() {
                prop_assert!(left >= threshold, "{left} left of a line");
            }
        }
    }
}

//! From the rows of several tables to equations over the smallest groups of people, and back with what must be hidden.
//!
//! Two systems are protected ([`protect`](super::protect)). The *people* are told apart by every dimension of the release and
//! by whether a rule flags them; figures of groups are sums over them. The *answers* are those of each unit to each item;
//! figures by item and factor are sums over them, and so is the figure of a group that pools items. A figure by item is shown
//! only where that of its group is, so what the answers tell about people is what the group's own figure tells: the two
//! systems need not know of each other.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use survey::cell::Cell;
use survey::method::{Scope, figure, items};

use super::protect::{self, Equation, Figure, Group, MOST, Part, Places, System};
use super::{Hidden, PublishError, TableName};
use crate::index::row::{Place, Row};
use crate::index::together::{Together, part};
use crate::index::{Axis, Question};
use crate::store::{Dimension, Examined};

/// A table with its rows.
pub(super) struct Table<'a> {
    pub name: TableName,
    pub question: Question<'a>,
    pub rows: Vec<Row>,
}

impl Table<'_> {
    /// Is it by factor or item?
    fn is_cut(&self) -> bool {
        self.name != self.name.of_groups()
    }

    fn scope(&self, row: &Row) -> Scope {
        let cut = self.question.axes.iter().zip(&row.place);
        cut.fold(Scope::Headline, |scope, (axis, place)| {
            match (axis, place) {
                (Axis::Factor, Place::Number(at)) => Scope::Factor(*at),
                (Axis::Item, Place::Number(at)) => Scope::Item(*at),
                _ => scope,
            }
        })
    }

    fn dimensions(&self) -> Vec<Dimension> {
        self.question.dimensions()
    }
}

/// Numbers of the figures of a row: of all, and without those that are flagged, where some are.
#[derive(Clone, Copy)]
struct Numbers {
    all: u32,
    rest: Option<u32>,
}

/// Two columns at most for each group: of flagged people, and of others.
const FLAGGED: u32 = 0;
const OTHERS: u32 = 1;

/// Hides in all tables together what would tell of fewer people than the threshold.
pub(super) fn protect(
    tables: &mut [Table<'_>],
    together: &Together,
    threshold: u64,
) -> Result<Vec<Hidden>, PublishError> {
    let mut figures = Vec::new();
    let numbers = number(tables, &mut figures);
    let mut systems = vec![people(tables, &numbers, together, threshold)?];
    if tables.iter().any(Table::is_cut) {
        systems.push(answers(tables, &numbers, together, threshold)?);
    }
    if systems.iter().any(|system| system.size() > MOST) {
        return Err(too_large(tables));
    }
    protect::protect(&mut figures, &systems, threshold);
    let is_hidden = |at: u32| figures.get(at as usize).is_none_or(|one| one.hidden);
    let mut told = Vec::new();
    for (table, numbers) in tables.iter_mut().zip(&numbers) {
        let mut hidden = Hidden {
            table: table.name,
            figures: table.rows.len() as u64,
            few: 0,
            beside: 0,
            without_flagged: 0,
        };
        for (row, numbers) in table.rows.iter_mut().zip(numbers) {
            row.suppressed = is_hidden(numbers.all);
            row.rest_hidden = numbers.rest.is_some_and(is_hidden);
            match row.suppressed {
                true if row.figure.respondents < threshold => hidden.few += 1,
                true => hidden.beside += 1,
                false => hidden.without_flagged += u64::from(row.rest_hidden),
            }
        }
        told.push(hidden);
    }
    Ok(told)
}

fn too_large(tables: &[Table<'_>]) -> PublishError {
    let others = tables.iter().filter(|table| table.name != TableName::WHOLE);
    let largest = others.max_by_key(|table| table.rows.len());
    let name = largest.map_or("", |table| table.name.name());
    PublishError::request(
        "tables",
        "too-large-to-protect",
        format!(
            "these tables are too large to be protected together; leave out {name}, the largest of them, or publish a month instead of a quarter"
        ),
    )
}

/// Gives every figure its number, hidden as its table alone wants it.
fn number(tables: &[Table<'_>], figures: &mut Vec<Figure>) -> Vec<Vec<Numbers>> {
    // Tables of groups stand before those of their parts.
    let mut groups: HashMap<(TableName, Vec<Place>), Numbers> = HashMap::new();
    let mut all = Vec::new();
    for table in tables {
        let mut of_table = Vec::new();
        for row in &table.rows {
            let values = row
                .place
                .iter()
                .filter(|place| matches!(place, Place::Value(_)));
            let group = (table.name.of_groups(), values.cloned().collect());
            let above = table
                .is_cut()
                .then(|| groups.get(&group))
                .flatten()
                .copied();
            let own = figures.len() as u32;
            figures.push(Figure {
                people: row.figure.respondents,
                hidden: row.suppressed,
                under: above.iter().map(|above| above.all).collect(),
                last: table.name == TableName::WHOLE,
            });
            let rest = row.rest.as_ref().map(|_| {
                let above = above.and_then(|above| above.rest);
                let number = figures.len() as u32;
                figures.push(Figure {
                    people: row.people[1],
                    hidden: row.rest_hidden,
                    under: [own].into_iter().chain(above).collect(),
                    last: false,
                });
                number
            });
            let numbers = Numbers { all: own, rest };
            if !table.is_cut() {
                groups.insert(group, numbers);
            }
            of_table.push(numbers);
        }
        all.push(of_table);
    }
    all
}

/// Columns of a row: of flagged people, and of others.
type Halves = [Vec<u32>; 2];

/// What the figures of a row are made of, and how many people that are.
struct Content<'a> {
    numbers: Numbers,
    row: &'a Row,
    kind: u32,
    halves: Halves,
}

impl Content<'_> {
    fn all(&self) -> Arc<[u32]> {
        let [flagged, others] = &self.halves;
        let mut all = [flagged.as_slice(), others].concat();
        all.sort_unstable();
        all.into()
    }

    fn half(&self, which: u32) -> Arc<[u32]> {
        self.halves
            .get(which as usize)
            .map_or_else(Vec::new, Clone::clone)
            .into()
    }

    fn equations(&self) -> impl Iterator<Item = Equation> {
        let equation = |figure, columns, people| Equation {
            figure,
            columns,
            people,
            kind: self.kind,
        };
        let all = equation(self.numbers.all, self.all(), self.row.figure.respondents);
        let rest = self
            .numbers
            .rest
            .map(|rest| equation(rest, self.half(OTHERS), self.row.people[1]));
        [all].into_iter().chain(rest)
    }

    /// As a part of a line of all people, of those without flagged ones, and of the flagged ones.
    fn parts(&self) -> [Option<Part>; 3] {
        let rest = self.numbers.rest.unwrap_or(self.numbers.all);
        let part = |figure, columns: Arc<[u32]>, people| {
            (!columns.is_empty()).then_some(Part {
                figure,
                columns,
                people,
            })
        };
        let [flagged, others] = self.row.people;
        [
            part(self.numbers.all, self.all(), self.row.figure.respondents),
            part(rest, self.half(OTHERS), others),
            part(rest, self.half(FLAGGED), flagged),
        ]
    }
}

/// Adds the figures of a table to a system: equations, and lines along each of `axes`.
fn add_table(system: &mut System, contents: &[Content<'_>], axes: &[usize]) {
    let nonempty = contents.iter().flat_map(Content::equations);
    system
        .equations
        .extend(nonempty.filter(|equation| !equation.columns.is_empty()));
    for axis in axes {
        let mut lines: HashMap<(u32, Vec<&Place>), [Vec<Part>; 3]> = HashMap::new();
        for content in contents {
            let others = content.row.place.iter().enumerate();
            let others = others.filter(|(at, _)| at != axis).map(|(_, place)| place);
            let line = lines.entry((content.kind, others.collect())).or_default();
            for (line, part) in line.iter_mut().zip(content.parts()) {
                line.extend(part);
            }
        }
        let mut sorted: Vec<_> = lines.into_iter().collect();
        sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
        system
            .lines
            .extend(sorted.into_iter().flat_map(|(_, line)| line));
    }
}

/// The system of people by every dimension of the release.
fn people(
    tables: &[Table<'_>],
    numbers: &[Vec<Numbers>],
    together: &Together,
    threshold: u64,
) -> Result<System, PublishError> {
    let Some(form) = tables
        .first()
        .map(|table| (table.question.form, table.question.method))
    else {
        return Ok(System::default());
    };
    let by = together.by();
    let mut system = System::default();
    let mut interned: Vec<HashMap<Option<&str>, u32>> = vec![HashMap::new(); by.len()];
    let mut values: Vec<Vec<u32>> = vec![Vec::new(); by.len() + 1];
    // By group of `together`: its columns.
    let mut columns: Vec<[Option<u32>; 2]> = Vec::new();
    for (key, examined) in together.cells() {
        let numbers: Vec<u32> = interned
            .iter_mut()
            .zip(key)
            .map(|(known, value)| intern(known, value.as_deref()))
            .collect();
        let mut own = [None, None];
        for (half, people) in halves(form, examined, Scope::Headline)? {
            if people > 0 {
                if let Some(own) = own.get_mut(half as usize) {
                    *own = Some(system.people.len() as u32);
                }
                system.people.push(people);
                for (list, value) in values.iter_mut().zip(numbers.iter().chain([&half])) {
                    list.push(*value);
                }
            }
        }
        columns.push(own);
    }
    for (table, numbers) in tables.iter().zip(numbers) {
        if table.is_cut() {
            continue;
        }
        let dimensions = table.dimensions();
        let at: HashMap<Vec<Option<String>>, usize> = table
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| (row.place.iter().map(Place::value).collect(), at))
            .collect();
        let mut halves: Vec<Halves> = vec![Halves::default(); table.rows.len()];
        for ((key, _), own) in together.cells().iter().zip(&columns) {
            let row = at.get(&part(key, by, &dimensions));
            if let Some(row) = row.and_then(|row| halves.get_mut(*row)) {
                for (half, column) in row.iter_mut().zip(own) {
                    half.extend(column);
                }
            }
        }
        let contents = contents(table, numbers, halves, |_| 0);
        let axes: Vec<usize> = (0..dimensions.len()).collect();
        add_table(&mut system, &contents, &axes);
    }
    let people = system.people.clone();
    system.secrets = Places { values, people }.groups(threshold);
    Ok(system)
}

/// The system of answers: of each unit, where a table has units and items, to each item.
fn answers(
    tables: &[Table<'_>],
    numbers: &[Vec<Numbers>],
    together: &Together,
    threshold: u64,
) -> Result<System, PublishError> {
    let Some((form, method)) = tables
        .first()
        .map(|table| (table.question.form, table.question.method))
    else {
        return Ok(System::default());
    };
    let mut by: Vec<Dimension> = Vec::new();
    let mut parted: HashSet<TableName> = HashSet::from([TableName::WHOLE]);
    for table in tables.iter().filter(|table| table.is_cut()) {
        by.extend(table.dimensions());
        parted.insert(table.name.of_groups());
    }
    by.sort_unstable();
    by.dedup();
    let mut groups = together.groups(&by);
    groups.sort_by(|(one, _), (other, _)| one.cmp(other));
    let is_of_answers = |table: &&Table<'_>| table.is_cut() || parted.contains(&table.name);
    let mut kinds: HashMap<Scope, u32> = HashMap::new();
    for table in tables.iter().filter(is_of_answers) {
        for row in &table.rows {
            intern(&mut kinds, table.scope(row));
        }
    }
    let mut scopes: Vec<(u32, Scope)> = kinds.iter().map(|(scope, kind)| (*kind, *scope)).collect();
    scopes.sort_unstable();
    let mut asked: Vec<usize> = scopes
        .iter()
        .flat_map(|(_, scope)| items(form, *scope))
        .collect();
    asked.sort_unstable();
    asked.dedup();

    let mut system = System::default();
    let mut columns: HashMap<(usize, u32, usize), u32> = HashMap::new();
    for (at, (_, examined)) in groups.iter().enumerate() {
        for item in &asked {
            for (half, people) in answered(examined, *item) {
                if people > 0 {
                    columns.insert((at, half, *item), system.people.len() as u32);
                    system.people.push(people);
                }
            }
        }
    }
    let of = |group: usize, half: u32, scope: Scope| -> Vec<u32> {
        let items = items(form, scope).into_iter();
        items
            .filter_map(|item| columns.get(&(group, half, item)).copied())
            .collect()
    };
    let sorted = |mut columns: Vec<u32>| {
        columns.sort_unstable();
        columns
    };
    for (table, numbers) in tables
        .iter()
        .zip(numbers)
        .filter(|(table, _)| is_of_answers(table))
    {
        let dimensions = table.dimensions();
        let halves = table.rows.iter().map(|row| {
            let values: Vec<_> = row
                .place
                .iter()
                .filter(|place| matches!(place, Place::Value(_)))
                .map(Place::value)
                .collect();
            let scope = table.scope(row);
            let own = groups
                .iter()
                .enumerate()
                .filter(|(_, (key, _))| part(key, &by, &dimensions) == values);
            let own: Vec<usize> = own.map(|(at, _)| at).collect();
            [FLAGGED, OTHERS]
                .map(|half| sorted(own.iter().flat_map(|at| of(*at, half, scope)).collect()))
        });
        let halves = halves.collect();
        let contents = contents(table, numbers, halves, |row| {
            kinds.get(&table.scope(row)).copied().unwrap_or(0)
        });
        let axes: Vec<usize> = (0..dimensions.len()).collect();
        add_table(&mut system, &contents, &axes);
    }
    for (_, scope) in scopes {
        let mut places = Places {
            values: vec![Vec::new(), Vec::new()],
            people: Vec::new(),
        };
        let mut own: Vec<(usize, u32)> = Vec::new();
        for (at, (_, examined)) in groups.iter().enumerate() {
            for (half, people) in halves((form, method), examined, scope)? {
                if people > 0 {
                    own.push((at, half));
                    places.people.push(people);
                    for (list, value) in places.values.iter_mut().zip([at as u32, half]) {
                        list.push(value);
                    }
                }
            }
        }
        let expanded = places.groups(threshold).into_iter().map(|group| -> Group {
            let places = group.iter().filter_map(|at| own.get(*at as usize));
            sorted(
                places
                    .flat_map(|(at, half)| of(*at, *half, scope))
                    .collect(),
            )
            .into()
        });
        system.secrets.extend(expanded);
    }
    Ok(system)
}

fn contents<'a>(
    table: &'a Table<'_>,
    numbers: &[Numbers],
    halves: Vec<Halves>,
    kind: impl Fn(&Row) -> u32,
) -> Vec<Content<'a>> {
    let rows = table.rows.iter().zip(numbers).zip(halves);
    rows.map(|((row, numbers), halves)| Content {
        numbers: *numbers,
        row,
        kind: kind(row),
        halves,
    })
    .collect()
}

/// Respondents of a scope in each half of a group.
fn halves(
    (form, method): (&survey::form::Form, survey::method::Method),
    examined: &Examined,
    scope: Scope,
) -> Result<[(u32, u64); 2], PublishError> {
    let respondents = |cell: &Cell| {
        figure(form, cell, method, scope)
            .map(|figure| figure.respondents)
            .map_err(|error| PublishError::request("method", "wrong-method", error.to_string()))
    };
    let flagged = examined.flagged.as_ref().map(respondents).transpose()?;
    Ok([
        (FLAGGED, flagged.unwrap_or(0)),
        (OTHERS, respondents(&examined.rest())?),
    ])
}

/// Valid answers to an item in each half of a group: one for each respondent.
fn answered(examined: &Examined, item: usize) -> [(u32, u64); 2] {
    let answers = |cell: &Cell| {
        let levels = cell.items.get(item).map_or(&[][..], |item| &item.levels);
        levels.iter().sum::<u64>()
    };
    [
        (FLAGGED, examined.flagged.as_ref().map_or(0, answers)),
        (OTHERS, answers(&examined.rest())),
    ]
}

/// The number of a value; a new one gets the next.
fn intern<T: Eq + Hash>(known: &mut HashMap<T, u32>, value: T) -> u32 {
    let next = known.len() as u32;
    *known.entry(value).or_insert(next)
}

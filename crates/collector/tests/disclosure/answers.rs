//! Figures by item and factor as sums over the answers of each unit to each item. The figure of a group pools the items of
//! the form's headline, so those figures are sums over the same answers.

use std::collections::BTreeMap;

use collector::store::{Dimension, Examined, GroupKey};
use serde_json::Value;
use survey::cell::Cell;
use survey::form::Form;
use survey::method::{Scope, items};

use crate::THRESHOLD;
use crate::attack::{Knowledge, Read, Set, small_cells};
use crate::people::{NOBODYS, asked, counted, dimensions, is_cut, key_of, respondents};
use crate::world::World;

/// What the tables by item and factor tell, with those of the groups that they take apart; `None` where there are none.
pub async fn knowledge(world: &World, release: &Value, tables: &[Value]) -> Option<Knowledge> {
    if !tables.iter().any(is_cut) {
        return None;
    }
    let (form, method) = asked(world, release);
    let by_unit = tables
        .iter()
        .any(|table| is_cut(table) && dimensions(table).contains(&"unit"));
    let by: &[Dimension] = if by_unit { &[Dimension::Unit] } else { &[] };
    let groups = counted(world, release, by).await;
    let mut scopes: Vec<Scope> = vec![Scope::Headline];
    let mut read = Vec::new();
    let mut columns: BTreeMap<(usize, &'static str, usize), usize> = BTreeMap::new();
    for (at, (_, examined)) in groups.iter().enumerate() {
        for item in 0..form.items.len() {
            for (flagged, answers) in answered(examined, item) {
                if answers > 0 {
                    let next = columns.len();
                    columns.insert((at, flagged, item), next);
                }
            }
        }
    }
    let set = |rows: &[usize], flagged: &[&'static str], scope: Scope| -> Set {
        let items = items(form, scope);
        let all = rows
            .iter()
            .flat_map(|at| flagged.iter().map(move |flagged| (*at, *flagged)));
        all.flat_map(|(at, flagged)| items.iter().map(move |item| (at, flagged, *item)))
            .filter_map(|place| columns.get(&place).copied())
            .collect()
    };
    for table in tables {
        let names = dimensions(table);
        let is_read = is_cut(table) || names.is_empty() || (by_unit && names == ["unit"]);
        for cell in table["cells"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|_| is_read)
        {
            let key = key_of(cell);
            let scope = scope(form, &key);
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
            if cell["suppressed"] == true {
                continue;
            }
            let rows: Vec<usize> = (0..groups.len())
                .filter(|at| {
                    key.get("unit")
                        .is_none_or(|unit| *unit == unit_of(&groups[*at].0))
                })
                .collect();
            let kind = scopes.iter().position(|one| *one == scope).unwrap();
            let mut push = |flagged: &[&'static str], people: u64| {
                read.push(Read {
                    name: format!("{:?} {flagged:?}", key.values()),
                    set: set(&rows, flagged, scope),
                    people,
                    kind,
                });
            };
            push(&["yes", "no"], cell["respondents"].as_u64().unwrap());
            if let Some(people) = cell["without_flagged"]["respondents"].as_u64() {
                push(&["no"], people);
            }
        }
    }
    let mut targets = Vec::new();
    for scope in scopes {
        let (mut places, mut people, mut sets) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (key, examined)) in groups.iter().enumerate() {
            for (flagged, count) in respondents(form, method, scope, examined) {
                if count > 0 {
                    places.push(BTreeMap::from([
                        ("unit".to_owned(), unit_of(key)),
                        ("flagged".to_owned(), flagged.to_owned()),
                    ]));
                    people.push(count);
                    sets.push(set(&[at], &[flagged], scope));
                }
            }
        }
        for mut target in small_cells(&places, &people, THRESHOLD) {
            target.set = target.set.iter().flat_map(|at| sets[*at].clone()).collect();
            target.name = format!("{scope:?} of {}", target.name);
            targets.push(target);
        }
    }
    Some(Knowledge {
        columns: columns.len(),
        read,
        lines: Vec::new(),
        targets,
    })
}

fn unit_of(key: &GroupKey) -> String {
    key.first().map_or_else(String::new, |unit| {
        unit.clone().unwrap_or_else(|| NOBODYS.to_owned())
    })
}

fn scope(form: &Form, key: &BTreeMap<String, String>) -> Scope {
    let item = key
        .get("item")
        .and_then(|id| form.items.iter().position(|item| item.id == *id));
    let factor = key
        .get("factor")
        .and_then(|id| form.factors.iter().position(|factor| factor.id == *id));
    match (item, factor) {
        (Some(item), _) => Scope::Item(item),
        (_, Some(factor)) => Scope::Factor(factor),
        _ => Scope::Headline,
    }
}

fn answered(examined: &Examined, item: usize) -> [(&'static str, u64); 2] {
    let of = |cell: &Cell| cell.items[item].levels.iter().sum::<u64>();
    let flagged = examined.flagged.as_ref().map_or(0, of);
    [("yes", flagged), ("no", of(&examined.all) - flagged)]
}

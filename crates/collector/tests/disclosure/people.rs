//! Figures of groups as sums over people, told apart by every dimension of a release and by whether they are flagged.

use std::collections::BTreeMap;

use collector::store::terms::Term;
use collector::store::{CellQuery, Dimension, Examined, FormKey, GroupKey};
use serde_json::Value;
use survey::cell::Cell;
use survey::form::Form;
use survey::method::{Method, Scope, figure};

use crate::THRESHOLD;
use crate::attack::{Knowledge, Line, Read, Set, small_cells};
use crate::world::World;

/// What an absent value is called.
pub const NOBODYS: &str = "–";
const FLAGGED: &str = "flagged";

/// The names of a table's dimensions.
pub fn dimensions(table: &Value) -> Vec<&str> {
    let by = table["by"].as_array().unwrap().iter();
    by.map(|by| by.as_str().unwrap()).collect()
}

pub fn is_cut(table: &Value) -> bool {
    dimensions(table)
        .iter()
        .any(|by| ["item", "factor"].contains(by))
}

/// The form and method of a release.
pub fn asked<'a>(world: &'a World, release: &Value) -> (&'a Form, Method) {
    let version = release["form_version"].as_u64().unwrap() as u16;
    let form = world
        .forms
        .get(release["form"].as_str().unwrap(), version)
        .unwrap();
    (
        form,
        Method::from_id(release["method"].as_str().unwrap()).unwrap(),
    )
}

/// The truth, which no reader has: the smallest groups.
pub async fn counted(
    world: &World,
    release: &Value,
    by: &[Dimension],
) -> Vec<(GroupKey, Examined)> {
    let (form, _) = asked(world, release);
    let day = |name: &str| release["period"][name].as_str().unwrap().parse().unwrap();
    let query = CellQuery {
        form: FormKey::of(form),
        from: day("from"),
        to: day("to"),
        by: by.to_vec(),
        filters: Vec::new(),
    };
    world.collector.store.examined(query).await.unwrap()
}

/// Respondents among the flagged and among the others.
pub fn respondents(
    form: &Form,
    method: Method,
    scope: Scope,
    examined: &Examined,
) -> [(&'static str, u64); 2] {
    let of = |cell: &Cell| figure(form, cell, method, scope).unwrap().respondents;
    let flagged = examined.flagged.as_ref().map_or(0, of);
    [("yes", flagged), ("no", of(&examined.all) - flagged)]
}

/// Places of the smallest groups by dimension, "flagged" among them, with their people.
struct Smallest {
    places: Vec<BTreeMap<String, String>>,
    people: Vec<u64>,
}

impl Smallest {
    /// The groups of a cell, and how many people that are; of those only that are flagged or not, if asked.
    fn of(&self, key: &BTreeMap<String, String>, flagged: Option<&str>) -> (Set, u64) {
        let is_in = |at: &usize| {
            let place = &self.places[*at];
            key.iter().all(|(name, value)| place[name] == *value)
                && flagged.is_none_or(|flagged| place[FLAGGED] == flagged)
        };
        let set: Set = (0..self.people.len()).filter(is_in).collect();
        let people = set.iter().map(|at| self.people[*at]).sum();
        (set, people)
    }
}

pub fn key_of(cell: &Value) -> BTreeMap<String, String> {
    let key = cell["key"].as_object().unwrap().iter();
    key.map(|(name, value)| (name.clone(), value.as_str().unwrap_or(NOBODYS).to_owned()))
        .collect()
}

/// What the tables of groups tell.
pub async fn knowledge(world: &World, release: &Value, tables: &[Value]) -> Knowledge {
    let (form, method) = asked(world, release);
    let groups = || tables.iter().filter(|table| !is_cut(table));
    let mut by: Vec<Dimension> = groups()
        .flat_map(dimensions)
        .map(|name| Dimension::of_name(name).unwrap())
        .collect();
    by.sort_unstable();
    by.dedup();
    let mut smallest = Smallest {
        places: Vec::new(),
        people: Vec::new(),
    };
    for (key, examined) in counted(world, release, &by).await {
        for (flagged, people) in respondents(form, method, Scope::Headline, &examined) {
            if people > 0 {
                let values = by.iter().zip(&key).map(|(by, value)| {
                    let value = value.clone().unwrap_or_else(|| NOBODYS.to_owned());
                    (by.name().to_owned(), value)
                });
                let flag = (FLAGGED.to_owned(), flagged.to_owned());
                smallest.places.push(values.chain([flag]).collect());
                smallest.people.push(people);
            }
        }
    }
    let mut knowledge = Knowledge {
        columns: smallest.people.len(),
        targets: small_cells(&smallest.places, &smallest.people, THRESHOLD),
        ..Knowledge::default()
    };
    for table in groups() {
        let cells = table["cells"].as_array().unwrap();
        for cell in cells.iter().filter(|cell| cell["suppressed"] == false) {
            let key = key_of(cell);
            let (set, people) = smallest.of(&key, None);
            assert_eq!(cell["respondents"], people, "{key:?}: the attack is wrong");
            let name = format!("{:?}", key.values());
            knowledge.read.push(Read {
                name: name.clone(),
                set,
                people,
                kind: 0,
            });
            if let Some(left) = cell["without_flagged"]["respondents"].as_u64() {
                let (set, people) = smallest.of(&key, Some("no"));
                assert_eq!(left, people, "{key:?}: the attack is wrong");
                knowledge.read.push(Read {
                    name: format!("{name} without flagged"),
                    set,
                    people,
                    kind: 0,
                });
            }
        }
        for along in dimensions(table) {
            knowledge.lines.extend(lines(&smallest, cells, along));
        }
    }
    knowledge
}

/// The lines of a table along one of its dimensions: of all people, of the flagged ones, and of the others.
fn lines(smallest: &Smallest, cells: &[Value], along: &str) -> Vec<Line> {
    let mut found: BTreeMap<String, Line> = BTreeMap::new();
    for cell in cells {
        let key = key_of(cell);
        let others: Vec<_> = key.iter().filter(|(name, _)| *name != along).collect();
        let is_hidden = cell["suppressed"].as_bool().unwrap();
        // Where nobody is flagged the figure of all is that of the others.
        let halves_hidden =
            is_hidden || (cell["flagged"].as_u64() > Some(0) && cell["without_flagged"].is_null());
        for flagged in [None, Some("yes"), Some("no")] {
            let (set, people) = smallest.of(&key, flagged);
            let hidden = if flagged.is_some() {
                halves_hidden
            } else {
                is_hidden
            };
            let name = format!("{others:?} along {along}, flagged {flagged:?}");
            let line = found.entry(name.clone()).or_insert(Line {
                name,
                rows: Vec::new(),
            });
            line.rows.push((set, people, hidden));
        }
    }
    found.into_values().collect()
}

//! Units and procedures of the demonstration: the data files, read into what the generator needs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::DemoError;
use super::random::Urn;
use crate::store::{Procedure, Unit};

const UNITS: &str = include_str!("../../demo/units.csv");
const FIELDS: &str = include_str!("../../demo/fields.csv");
const NAMES: &str = include_str!("../../demo/procedures.csv");

/// Who decides a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// The province; filed at its one-stop centre.
    Province = 1,
    /// A district.
    District = 2,
    /// A commune.
    Commune = 3,
    /// An agency of a central ministry; filed at the one-stop centre.
    Vertical = 4,
}

#[derive(Deserialize)]
struct UnitRow {
    code: String,
    name: String,
    kind: String,
    parent: Option<String>,
    valid_from: Option<jiff::civil::Date>,
    valid_to: Option<jiff::civil::Date>,
}

#[derive(Deserialize)]
struct FieldRow {
    field: String,
    working_days: usize,
    late_weight: usize,
    demand: u64,
    province: usize,
    district: usize,
    commune: usize,
    vertical: usize,
}

#[derive(Deserialize)]
struct NameRow {
    level: Level,
    field: String,
    name: String,
}

/// A procedure with what the generator makes of it.
pub(super) struct CatalogueEntry {
    pub procedure: Procedure,
    pub level: Level,
    /// Time limit; 0 is the same day.
    pub working_days: usize,
    /// How prone it is to be late.
    pub late_weight: usize,
    /// How much it is asked for, compared with the others of its level.
    demand: u64,
}

/// Every procedure, and the means to draw one that a unit of some level handles.
pub(super) struct Catalogue {
    pub entries: Vec<CatalogueEntry>,
    by_desk: BTreeMap<Desk, (Vec<usize>, Urn)>,
}

/// Where people file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Desk {
    /// The province's one-stop centre.
    Centre,
    /// A district's desk.
    District,
    /// A commune's desk.
    Commune,
}

/// All units of the data file.
pub(super) fn units() -> Result<Vec<Unit>, DemoError> {
    rows(UNITS).map(|rows: Vec<UnitRow>| {
        rows.into_iter()
            .map(|row| Unit {
                code: row.code,
                name: row.name,
                kind: row.kind,
                parent: row.parent,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
            })
            .collect()
    })
}

/// The desk of a unit; `None` for the province's own entry, where nobody files.
pub(super) fn desk(unit: &Unit) -> Option<Desk> {
    match unit.kind.as_str() {
        "one-stop" => Some(Desk::Centre),
        "city" | "town" | "district" => Some(Desk::District),
        "ward" | "township" | "commune" => Some(Desk::Commune),
        _ => None,
    }
}

impl Catalogue {
    pub(super) fn load() -> Result<Self, DemoError> {
        let fields: Vec<FieldRow> = rows(FIELDS)?;
        let names: Vec<NameRow> = rows(NAMES)?;
        let mut entries = Vec::new();
        for level in [
            Level::Province,
            Level::District,
            Level::Commune,
            Level::Vertical,
        ] {
            let mut left: BTreeMap<&str, usize> = fields
                .iter()
                .map(|field| (field.field.as_str(), field.procedures(level)))
                .collect();
            let mut listed = Vec::new();
            for row in names.iter().filter(|row| row.level == level) {
                if let Some(left) = left.get_mut(row.field.as_str()).filter(|left| **left > 0) {
                    *left -= 1;
                    listed.push((row.field.as_str(), Some(row.name.as_str())));
                }
            }
            for field in &fields {
                let count = left.get(field.field.as_str()).copied().unwrap_or(0);
                listed.extend((0..count).map(|_| (field.field.as_str(), None)));
            }
            let mut rank_in_field: BTreeMap<&str, u64> = BTreeMap::new();
            for (number, (name, title)) in (1_u32..).zip(listed) {
                let Some(field) = fields.iter().find(|field| field.field == name) else {
                    continue;
                };
                let rank = rank_in_field.entry(name).or_default();
                *rank += 1;
                entries.push(CatalogueEntry {
                    procedure: Procedure {
                        code: format!("9.{}{number:05}", level as u8),
                        name: title.map_or_else(
                            || format!("Thủ tục minh họa {number:04} ({name})"),
                            str::to_owned,
                        ),
                        field: name.to_owned(),
                    },
                    level,
                    working_days: field.working_days,
                    late_weight: field.late_weight,
                    // Zipf within the field: the first is asked for as often as the second twice and the third thrice.
                    demand: field.demand * 100_000 / *rank,
                });
            }
        }
        let by_desk = [
            (Desk::Centre, &[Level::Province, Level::Vertical][..]),
            (Desk::District, &[Level::District]),
            (Desk::Commune, &[Level::Commune]),
        ]
        .into_iter()
        .map(|(desk, levels)| {
            let handled: Vec<usize> = (0..entries.len())
                .filter(|&at| {
                    entries
                        .get(at)
                        .is_some_and(|entry| levels.contains(&entry.level))
                })
                .collect();
            let urn = Urn::new(
                handled
                    .iter()
                    .map(|&at| entries.get(at).map_or(0, |entry| entry.demand)),
            );
            (desk, (handled, urn))
        })
        .collect();
        Ok(Self { entries, by_desk })
    }

    /// The place of a procedure that somebody files at this desk.
    pub(super) fn draw(&self, desk: Desk, dice: &mut super::random::Dice) -> Option<usize> {
        let (handled, urn) = self.by_desk.get(&desk)?;
        handled.get(urn.draw(dice)).copied()
    }
}

impl FieldRow {
    fn procedures(&self, level: Level) -> usize {
        match level {
            Level::Province => self.province,
            Level::District => self.district,
            Level::Commune => self.commune,
            Level::Vertical => self.vertical,
        }
    }
}

fn rows<T: DeserializeOwned>(table: &str) -> Result<Vec<T>, DemoError> {
    csv::Reader::from_reader(table.as_bytes())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| DemoError::Data(error.to_string()))
}

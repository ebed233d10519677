//! Units over time: what a code meant on a day, and which unit stands in its place today.
//!
//! A code comes back with another meaning (`52` was Bình Định and is Gia Lai), so a unit is a row of the table of units and
//! not its code. Where a code had several meanings, its last one is called by the code alone and an earlier one by
//! `code@last-day`. Nothing is joined because of a code or a name: only a change that was imported joins.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::store::{Store, StoreError, Unit, UnitChange};

/// Under which unit something is counted when units have changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnitsAs {
    /// Under the unit that it was then.
    #[default]
    Was,
    /// Under the unit of today that took its place.
    Is,
}

impl UnitsAs {
    /// Both, with their names in requests and answers.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Was, "as-was"), (Self::Is, "as-is")];

    /// The name in requests and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Was => "as-was",
            Self::Is => "as-is",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(one, _)| *one)
    }
}

/// A dissolved unit that nothing of today stands for, so that it stays as it was.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct KeptAsWas {
    /// The unit, as in the keys of the cells.
    pub unit: String,
    /// The units that it was split into; empty when the tables name no successor.
    pub successors: Vec<String>,
}

/// A part of a period in which no unit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The codes that are asked for, as they stood then; all when `None`.
    pub units: Option<Vec<String>>,
}

/// A meaning of a code.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Option<Date>,
    to: Option<Date>,
}

/// What became of a unit on a day.
struct Turn {
    from: Date,
    successors: Vec<String>,
}

/// The tables of units and of their changes, for one way of counting.
pub struct Lineage {
    mode: UnitsAs,
    today: Date,
    /// By code, the one that began first first.
    spans: HashMap<String, Vec<Span>>,
    /// By code, the first first.
    turns: HashMap<String, Vec<Turn>>,
}

impl Lineage {
    /// Reads the tables; `None` where every code can be taken as it stands. Changes after `today` have not happened yet.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn load(
        store: &dyn Store,
        mode: UnitsAs,
        today: Date,
    ) -> Result<Option<Self>, StoreError> {
        let changes = match mode {
            UnitsAs::Was if !store.has_reused_unit_codes().await? => return Ok(None),
            UnitsAs::Was => Vec::new(),
            UnitsAs::Is => store.unit_changes().await?,
        };
        Ok(Some(Self::new(mode, today, &store.units().await?, changes)))
    }

    /// From the tables.
    pub fn new(mode: UnitsAs, today: Date, units: &[Unit], changes: Vec<UnitChange>) -> Self {
        let mut spans: HashMap<String, Vec<Span>> = HashMap::new();
        for unit in units {
            let (from, to) = (unit.valid_from, unit.valid_to);
            let own = spans.entry(unit.code.clone()).or_default();
            own.push(Span { from, to });
        }
        for own in spans.values_mut() {
            own.sort_by_key(|span| span.from);
        }
        let mut by_day: BTreeMap<(String, Date), Vec<String>> = BTreeMap::new();
        for change in changes {
            if mode == UnitsAs::Is && change.from <= today {
                let of = (change.unit, change.from);
                by_day.entry(of).or_default().push(change.successor);
            }
        }
        let mut turns: HashMap<String, Vec<Turn>> = HashMap::new();
        for ((unit, from), successors) in by_day {
            let turn = Turn { from, successors };
            turns.entry(unit).or_default().push(turn);
        }
        Self {
            mode,
            today,
            spans,
            turns,
        }
    }

    /// What something of this code and day is counted under.
    pub fn key(&self, code: &str, day: Date) -> String {
        let (code, day) = self.end(code, day);
        self.meaning(code, day)
    }

    /// The parts of the period in which every code keeps its key; `filter` holds keys.
    pub fn segments(&self, from: Date, to: Date, filter: Option<&[String]>) -> Vec<Segment> {
        let mut starts: BTreeSet<Date> = BTreeSet::from([from]);
        let spans = self.spans.values().filter(|own| own.len() > 1).flatten();
        let of_spans =
            spans.flat_map(|span| [span.from, span.to.and_then(|to| to.tomorrow().ok())]);
        let turns = self.turns.values().flatten().map(|turn| Some(turn.from));
        starts.extend(
            of_spans
                .chain(turns)
                .flatten()
                .filter(|start| from < *start && *start <= to),
        );
        let ends = starts
            .iter()
            .skip(1)
            .map(|next| next.yesterday().unwrap_or(*next))
            .chain([to]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| Segment {
                from: *start,
                to: end,
                units: filter.map(|keys| self.codes(keys, *start)),
            })
            .collect()
    }

    /// Why something of this code and day is counted under a unit that is no more; `None` when it is not.
    pub fn kept_as_was(&self, code: &str, day: Date) -> Option<KeptAsWas> {
        if self.mode == UnitsAs::Was {
            return None;
        }
        let (end, at) = self.end(code, day);
        let successors = self.next(end, at).map(|turn| turn.successors.clone());
        let is_over = || {
            let held = self
                .spans
                .get(end)?
                .iter()
                .rev()
                .find(|span| holds(span, at))?;
            held.to.filter(|to| *to < self.today)
        };
        if successors.is_none() && is_over().is_none() && !self.meaning(end, at).contains('@') {
            return None;
        }
        Some(KeptAsWas {
            unit: self.meaning(end, at),
            successors: successors.unwrap_or_default(),
        })
    }

    /// What has become of a unit after this day, first.
    fn next(&self, code: &str, day: Date) -> Option<&Turn> {
        self.turns.get(code)?.iter().find(|turn| turn.from > day)
    }

    /// The unit that stands in its place, and a day of it; days only rise, so this ends. A split has no single successor.
    fn end<'a>(&'a self, code: &'a str, day: Date) -> (&'a str, Date) {
        let mut place = (code, day);
        while let Some(turn) = self.next(place.0, place.1)
            && let [only] = turn.successors.as_slice()
        {
            place = (only, turn.from);
        }
        place
    }

    /// The code, and the last day of its meaning where it has got another one since.
    fn meaning(&self, code: &str, day: Date) -> String {
        let own = self.spans.get(code).map_or(&[][..], Vec::as_slice);
        let held = own.iter().rposition(|span| holds(span, day));
        let Some((span, next)) = held.and_then(|at| Some((own.get(at)?, own.get(at + 1)?))) else {
            return code.to_owned();
        };
        let before_next = || next.from.and_then(|from| from.yesterday().ok());
        match span.to.or_else(before_next) {
            Some(last) => format!("{code}@{last}"),
            None => code.to_owned(),
        }
    }

    /// The codes that had one of these keys on this day.
    fn codes(&self, keys: &[String], day: Date) -> Vec<String> {
        let successors = self.turns.values().flatten().flat_map(|t| &t.successors);
        let known: BTreeSet<&String> = self
            .spans
            .keys()
            .chain(self.turns.keys())
            .chain(successors)
            .chain(keys)
            .collect();
        known
            .into_iter()
            .filter(|code| !code.contains('@') && keys.contains(&self.key(code, day)))
            .cloned()
            .collect()
    }
}

fn holds(span: &Span, day: Date) -> bool {
    span.from.is_none_or(|from| from <= day) && span.to.is_none_or(|to| day <= to)
}

/// Keys of a unit and of all that stood below it, directly or not, on any day from `from` to `to` (open where absent). One
/// that stood elsewhere for a part of these days is among them.
pub fn under(units: &[Unit], top: &Unit, from: Option<Date>, to: Option<Date>) -> BTreeSet<String> {
    let mut below: HashMap<&str, Vec<&Unit>> = HashMap::new();
    for unit in units {
        if let Some(parent) = &unit.parent {
            below.entry(parent).or_default().push(unit);
        }
    }
    let mut keys = BTreeSet::new();
    let mut next = vec![(top, from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX))];
    while let Some((unit, from, to)) = next.pop() {
        // What stands below it does so for as long as it stands itself.
        let from = unit.valid_from.map_or(from, |first| from.max(first));
        let to = unit.valid_to.map_or(to, |last| to.min(last));
        if from <= to && keys.insert(key_of_unit(units, unit)) {
            let below = below.get(unit.code.as_str()).into_iter().flatten();
            next.extend(below.map(|unit| (*unit, from, to)));
        }
    }
    keys
}

/// The key of a unit: its code, with the last day where the code has had another meaning since.
pub fn key_of_unit(units: &[Unit], unit: &Unit) -> String {
    let last = units
        .iter()
        .filter(|other| other.code == unit.code)
        .map(|other| other.valid_from)
        .max();
    match unit.valid_to {
        Some(day) if last > Some(unit.valid_from) => format!("{}@{day}", unit.code),
        _ => unit.code.clone(),
    }
}

/// The unit of a key: the last meaning of a code, or the earlier one that ended on the key's day.
pub fn unit_of_key<'a>(units: &'a [Unit], key: &str) -> Option<&'a Unit> {
    match key.split_once('@') {
        Some((code, last)) => Unit::on(units, code, last.parse().ok()?),
        None => units
            .iter()
            .filter(|unit| unit.code == key)
            .max_by_key(|unit| unit.valid_from),
    }
}

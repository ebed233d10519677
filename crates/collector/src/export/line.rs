//! Lines of CSV and NDJSON.

use serde_json::{Map, Value, json};
use survey::answers::Packed;
use survey::form::{Form, Item, Role};

use crate::store::anonymous::Exported;
use crate::store::calendar::{month_name, month_number};
use crate::store::terms::Term;

/// Columns before the answers.
const FIRST: [&str; 14] = [
    "form",
    "form_version",
    "step",
    "unit",
    "field",
    "procedure",
    "touchpoint",
    "channel",
    "provenance",
    "timeliness",
    "month",
    "day",
    "partial",
    "flagged",
];
/// Column after them.
const REASONS: &str = "reasons";

/// Writes responses to one form.
#[derive(Clone, Copy)]
pub struct Lines<'a>(pub &'a Form);

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(u16),
    Truth(bool),
    /// Not told, not asked or not answered.
    Empty,
}

impl<'a> Lines<'a> {
    /// What the person told about themselves is left out: with the place it could tell who it was.
    fn items(self) -> impl Iterator<Item = (usize, &'a Item)> {
        let items = self.0.items.iter().enumerate();
        items.filter(|(_, item)| item.role != Role::Demographic)
    }

    /// The names of the columns; each answer has one of its own, `answer.ITEM`.
    pub fn columns(self) -> Vec<String> {
        FIRST
            .into_iter()
            .map(str::to_owned)
            .chain(self.items().map(|(_, item)| format!("answer.{}", item.id)))
            .chain([REASONS.to_owned()])
            .collect()
    }

    fn first(self, one: &Exported) -> [Cell; FIRST.len()] {
        let text =
            |text: Option<&str>| text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()));
        [
            Cell::Text(self.0.id.clone()),
            Cell::Number(self.0.version),
            Cell::Number(one.step.into()),
            text(one.unit.as_deref()),
            text(one.field.as_deref()),
            text(one.procedure.as_deref()),
            text(one.touchpoint.map(Term::name)),
            text(one.channel.map(Term::name)),
            text(one.provenance.map(Term::name)),
            text(one.timeliness.map(Term::name)),
            text(
                one.month
                    .map(|day| month_name(month_number(day)))
                    .as_deref(),
            ),
            text(one.day.map(|day| day.to_string()).as_deref()),
            Cell::Truth(one.partial),
            Cell::Truth(one.flagged),
        ]
    }

    fn answers(self, one: &Exported) -> impl Iterator<Item = (&'a Item, Cell)> {
        self.items().map(|(at, item)| {
            let answer = match one.answers.0.get(at) {
                None | Some(&(Packed::MISSING | Packed::NOT_ASKED)) => Cell::Empty,
                Some(&Packed::NOT_APPLICABLE) => Cell::Text("na".to_owned()),
                Some(&level) => Cell::Number(level.into()),
            };
            (item, answer)
        })
    }

    /// One cell for each of the columns.
    pub(super) fn cells(self, one: &Exported) -> Vec<Cell> {
        self.first(one)
            .into_iter()
            .chain(self.answers(one).map(|(_, cell)| cell))
            .chain([self.reasons(one)])
            .collect()
    }

    /// May this question be answered with "does not apply"?
    fn offers_na(self, item: &Item) -> bool {
        let scale = self.0.scale_of(item);
        scale.is_some_and(|scale| scale.not_applicable.is_some())
    }

    /// The columns of a format with types, each with an example of what it holds.
    pub(super) fn typed_columns(self) -> Vec<(String, Cell)> {
        let text = || Cell::Text(String::new());
        let kind = |name: &str| match name {
            "form_version" | "step" => Cell::Number(0),
            "partial" | "flagged" => Cell::Truth(false),
            _ => text(),
        };
        let mut columns: Vec<(String, Cell)> = FIRST
            .into_iter()
            .map(|name| (name.to_owned(), kind(name)))
            .collect();
        for (_, item) in self.items() {
            columns.push((format!("answer.{}", item.id), Cell::Number(0)));
            if self.offers_na(item) {
                columns.push((format!("answer.{}.na", item.id), Cell::Truth(false)));
            }
        }
        columns.push((REASONS.to_owned(), text()));
        columns
    }

    /// One cell for each of the typed columns.
    pub(super) fn typed_cells(self, one: &Exported) -> Vec<Cell> {
        let mut cells = Vec::from(self.first(one));
        for (item, cell) in self.answers(one) {
            let na = matches!(cell, Cell::Text(_));
            cells.push(if na { Cell::Empty } else { cell });
            if self.offers_na(item) {
                cells.push(Cell::Truth(na));
            }
        }
        cells.push(self.reasons(one));
        cells
    }

    fn reasons(self, one: &Exported) -> Cell {
        match one.reasons.as_slice() {
            [] => Cell::Empty,
            reasons => Cell::Text(reasons.join(" ")),
        }
    }

    /// The header of a CSV file, with the mark by which spreadsheets know UTF-8.
    ///
    /// # Errors
    ///
    /// None that plain data can cause.
    pub fn csv_header(self) -> Result<Vec<u8>, csv::Error> {
        let header = rows([self.columns()].into_iter())?;
        Ok([b"\xef\xbb\xbf", header.as_slice()].concat())
    }

    /// Lines of a CSV file.
    ///
    /// # Errors
    ///
    /// None that plain data can cause.
    pub fn csv(self, page: &[Exported]) -> Result<Vec<u8>, csv::Error> {
        rows(page.iter().map(|one| {
            let cells = self.cells(one).into_iter();
            let text = |cell| match cell {
                Cell::Text(text) => harmless(&text),
                Cell::Number(number) => number.to_string(),
                Cell::Truth(truth) => truth.to_string(),
                Cell::Empty => String::new(),
            };
            cells.map(text).collect()
        }))
    }

    /// One JSON object a line; what is not told is null, and answers that were not given are absent.
    pub fn ndjson(self, page: &[Exported]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for one in page {
            let value = |cell| match cell {
                Cell::Text(text) => Value::from(text),
                Cell::Number(number) => Value::from(number),
                Cell::Truth(truth) => Value::from(truth),
                Cell::Empty => Value::Null,
            };
            let mut object: Map<String, Value> = FIRST
                .into_iter()
                .zip(self.first(one))
                .map(|(name, cell)| (name.to_owned(), value(cell)))
                .collect();
            let given = self.answers(one).filter(|(_, cell)| *cell != Cell::Empty);
            let answers: Map<String, Value> = given
                .map(|(item, cell)| (item.id.clone(), value(cell)))
                .collect();
            object.insert("answers".to_owned(), answers.into());
            object.insert(REASONS.to_owned(), json!(one.reasons));
            bytes.extend(Value::from(object).to_string().into_bytes());
            bytes.push(b'\n');
        }
        bytes
    }
}

fn rows(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, csv::Error> {
    let mut bytes = Vec::new();
    {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        for row in rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
    }
    Ok(bytes)
}

/// A text that no spreadsheet takes for a formula: names come from files of others.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_never_formulas() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("@x"), "'@x");
        assert_eq!(harmless("Xã Bình"), "Xã Bình");
    }
}

//! A table of a page, from which the page, the CSV and the XLSX are all made: one number, three ways to carry it away.

use super::numbers::{decimal, whole};
use super::words::Language;

/// A table with its heading.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    /// Its name in links.
    pub(super) id: &'static str,
    pub(super) caption: String,
    pub(super) columns: Vec<String>,
    /// The first value of each is its heading.
    pub(super) rows: Vec<Line>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Where its heading leads.
    pub(super) link: Option<String>,
    pub(super) values: Vec<Value>,
}

/// What a place of a table holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// With so many decimals.
    Number(f64, u8),
    Count(u64),
    /// Nothing to say.
    Empty,
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn number(number: Option<f64>, decimals: u8) -> Self {
        number.map_or(Self::Empty, |number| Self::Number(number, decimals))
    }

    pub(super) fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Empty, Self::Count)
    }

    /// A coverage from 0 to 1, in per cent with all the decimals that it has.
    pub(super) fn coverage(share: Option<f64>) -> Self {
        Self::number(
            share.map(|share| (share * 10_000.0).round() / 100.0),
            COVERAGE_DECIMALS,
        )
    }

    pub(super) fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    /// As people read it.
    pub(super) fn shown(&self, lang: &Language) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number, decimals) => decimal(*lang, *number, *decimals),
            Self::Count(count) => whole(*lang, *count),
            Self::Empty => "–".to_owned(),
        }
    }
}

/// An index cell keeps a share to four decimals.
const COVERAGE_DECIMALS: u8 = 2;

/// What a page shows: blocks of chart and table, and the labels without which no number leaves the house.
pub(super) struct Sheet {
    pub(super) title: String,
    /// Method, form, version and period in a line.
    pub(super) label: String,
    /// The same with names, for files.
    pub(super) labels: Vec<(String, String)>,
    pub(super) blocks: Vec<Block>,
    /// How to read the figures.
    pub(super) about: Vec<String>,
}

/// A part of a page.
#[derive(Clone)]
pub(super) struct Block {
    pub(super) title: String,
    /// Labels of its own, where its figures are others than the page's.
    pub(super) labels: Option<Vec<(String, String)>>,
    /// What must be read before the figures.
    pub(super) notes: Vec<String>,
    pub(super) chart: Option<Chart>,
    pub(super) table: Table,
}

impl Sheet {
    /// What the figures of a block are, with names.
    pub(super) fn labels_of<'a>(&'a self, block: &'a Block) -> &'a [(String, String)] {
        block.labels.as_ref().unwrap_or(&self.labels)
    }

    /// The same in a line.
    pub(super) fn label_of(&self, block: &Block) -> String {
        match &block.labels {
            Some(labels) => in_line(labels),
            None => self.label.clone(),
        }
    }
}

/// Labels in a line.
pub(super) fn in_line(labels: &[(String, String)]) -> String {
    let parts: Vec<_> = labels
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    parts.join(" · ")
}

/// A drawing.
#[derive(Clone)]
pub(super) struct Chart {
    /// An SVG element of our own making, every text in it escaped.
    pub(super) svg: String,
    /// What the part of the page that it scrolls in is called.
    pub(super) name: String,
}

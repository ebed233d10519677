//! What a wall screen shows of a release: one figure in large letters, its questions, its way over the periods, and the
//! units, in as many pages as they need. Pure.

use std::sync::Arc;

use super::super::figures::{Section, Style};
use super::super::numbers::whole;
use super::super::sheet::Chart;
use super::super::words::fill;
use super::names::{Names, by_name};
use super::shelf::{self, Past};
use super::shown::wall;
use super::trend;
use crate::index::{IndexAnswer, IndexCell};
use crate::publish::{Release, TableName};

/// The screen of all units.
pub(super) const ALL: &str = "all";
/// Lines of questions below the figure, and questions on a page of their own: a screen that nobody touches cannot be
/// scrolled.
const MOST_LINES: usize = 7;
const MOST_ITEMS: usize = 8;
/// About so many letters of a question stand in a line.
const LINE: usize = 55;
/// Units on a page.
const MOST_UNITS: usize = 16;

/// A part of a wall screen; the first always has the figure.
pub(super) enum Leaf {
    /// The figure, with the first questions.
    Figure(Box<Figure>),
    /// More questions.
    Items(Vec<Bar>),
    /// Units.
    Units(Vec<Bar>),
}

/// The figure of the whole or of a unit.
#[derive(Default)]
pub(super) struct Figure {
    /// None where it is not shown; `nothing` says why.
    pub(super) value: Option<String>,
    pub(super) nothing: Option<String>,
    /// Ends of its interval.
    pub(super) between: Option<String>,
    /// Its bar, and the whisker on it.
    pub(super) bar: Option<Bar>,
    /// Numbers with their names.
    pub(super) facts: Vec<(String, String)>,
    pub(super) items: Vec<Bar>,
    pub(super) trend: Option<Chart>,
    /// The same in a sentence.
    pub(super) trend_said: Option<String>,
}

/// A value with its length in percent of the line.
#[derive(Clone)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) link: Option<String>,
    /// None where it is not shown.
    pub(super) value: Option<String>,
    pub(super) length: Option<String>,
    /// From, to, and the length between them.
    pub(super) whisker: Option<[String; 3]>,
}

/// All pages of the screen of a unit, or of all.
pub(super) fn leaves(
    release: &Release,
    names: &Names<'_>,
    past: &[Arc<Past>],
    unit: Option<&str>,
) -> Vec<Leaf> {
    let style = Style {
        lang: names.lang,
        form: names.form,
        method: release.head.method,
        threshold: release.head.threshold,
    };
    let words = &names.lang.words().wall;
    let units = table(release, "unit");
    let cell = match unit {
        None => shelf::whole(release).and_then(|table| table.cells.first()),
        Some(code) => units.and_then(|table| {
            let mut cells = table.cells.iter();
            cells.find(|cell| cell.key.get("unit") == Some(code))
        }),
    };
    let mut figure = figure(cell, &style);
    if figure.value.is_none() {
        figure.nothing = Some(match (unit, units, cell) {
            (Some(_), None, _) => words.no_units.clone(),
            (_, _, None) => words.none.clone(),
            (_, _, Some(cell)) if cell.suppressed => words.hidden.clone(),
            _ => names.lang.words().report.incomplete.clone(),
        });
    }
    let trend = trend::block(
        past,
        names.form,
        release.head.method,
        names.lang,
        |past| match unit {
            None => past.whole.as_ref(),
            Some(code) => past.unit(code),
        },
    );
    if let Some(block) = trend {
        figure.trend_said = block.notes.first().cloned();
        figure.trend = block.chart;
    }
    let mut items = items(release, &style, unit);
    let more = items.split_off(fitting(&items));
    figure.items = items;
    let mut leaves = vec![Leaf::Figure(Box::new(figure))];
    let chunks = more.chunks(evenly(more.len(), MOST_ITEMS));
    leaves.extend(chunks.map(|chunk| Leaf::Items(chunk.to_vec())));
    if let (None, Some(units)) = (unit, units) {
        let bars = bars(units, names, &style);
        let chunks = bars.chunks(evenly(bars.len(), MOST_UNITS));
        leaves.extend(chunks.map(|chunk| Leaf::Units(chunk.to_vec())));
    }
    leaves
}

/// How many of the questions stand below the figure: as many as fit, and one less where the last would stand alone on the next
/// page.
fn fitting(items: &[Bar]) -> usize {
    let mut lines = 0;
    let fits = items.iter().take_while(|item| {
        lines += item.name.chars().count().div_ceil(LINE);
        lines <= MOST_LINES
    });
    let fits = fits.count();
    if fits > 1 && fits + 1 == items.len() {
        fits - 1
    } else {
        fits
    }
}

/// How many stand on each page when `most` can, and no page is nearly empty.
fn evenly(all: usize, most: usize) -> usize {
    all.div_ceil(all.div_ceil(most).max(1)).max(1)
}

fn table<'a>(release: &'a Release, name: &str) -> Option<&'a IndexAnswer> {
    TableName::of_name(name).and_then(|name| release.table(name))
}

fn figure(cell: Option<&IndexCell>, style: &Style<'_>) -> Figure {
    let words = &style.lang.words().wall;
    let Some((cell, value)) = cell.and_then(|cell| Some((cell, cell.value?))) else {
        return Figure::default();
    };
    let count = |number: Option<u64>| number.map(|number| whole(style.lang, number));
    let facts = [
        (&words.rated, count(cell.respondents)),
        (&words.closed, count(cell.closed)),
        (&words.coverage, style.coverage(cell)),
    ];
    Figure {
        value: Some(style.value(value)),
        between: cell.interval.map(|ends| {
            let [low, high] = ends.map(|end| style.value(end));
            fill(&words.between, &[("low", &low), ("high", &high)])
        }),
        bar: Some(bar(String::new(), None, cell, style)),
        facts: facts
            .into_iter()
            .filter_map(|(name, value)| Some((name.clone(), value?)))
            .collect(),
        ..Figure::default()
    }
}

/// The questions of the whole or of a unit, where they were published.
fn items(release: &Release, style: &Style<'_>, unit: Option<&str>) -> Vec<Bar> {
    let (name, fits): (&str, &dyn Fn(&IndexCell) -> bool) = match unit {
        None => ("item", &|_| true),
        Some(code) => ("unit-item", &move |cell: &IndexCell| {
            cell.key.get("unit") == Some(code)
        }),
    };
    let Some(answer) = table(release, name) else {
        return Vec::new();
    };
    let cells: Vec<&IndexCell> = answer.cells.iter().filter(|cell| fits(cell)).collect();
    let Section { groups, .. } = style.items_of(&cells);
    let rows = groups.into_iter().flat_map(|group| group.rows);
    rows.map(|row| Bar {
        name: row.name,
        link: None,
        value: row.bar.is_some().then_some(row.value),
        length: row.bar.as_ref().map(|bar| bar.length.clone()),
        whisker: row.bar.and_then(|bar| bar.whisker),
    })
    .collect()
}

/// The units in the order of their names, which tells nothing about their ratings.
fn bars(answer: &IndexAnswer, names: &Names<'_>, style: &Style<'_>) -> Vec<Bar> {
    let mut named: Vec<(String, &IndexCell)> = answer
        .cells
        .iter()
        .map(|cell| (names.of("unit", cell.key.get("unit")), cell))
        .collect();
    named.sort_by_cached_key(|(name, _)| by_name(name));
    named
        .into_iter()
        .map(|(name, cell)| {
            let link = cell.key.get("unit").map(|code| wall(code, style.lang));
            bar(name, link, cell, style)
        })
        .collect()
}

fn bar(name: String, link: Option<String>, cell: &IndexCell, style: &Style<'_>) -> Bar {
    let drawn = style.bar(cell);
    Bar {
        name,
        link,
        value: cell.value.map(|value| style.value(value)),
        length: drawn.as_ref().map(|bar| bar.length.clone()),
        whisker: drawn.and_then(|bar| bar.whisker),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions(lengths: &[usize]) -> Vec<Bar> {
        let bars = lengths.iter().map(|length| Bar {
            name: "ệ".repeat(*length),
            link: None,
            value: None,
            length: None,
            whisker: None,
        });
        bars.collect()
    }

    #[test]
    fn no_more_questions_stand_below_the_figure_than_a_screen_has_room_for() {
        assert_eq!(fitting(&questions(&[40; 9])), 7);
        assert_eq!(fitting(&questions(&[100, 100, 100, 30, 30, 30])), 4);
        assert_eq!(fitting(&questions(&[40, 700, 40])), 1, "in their order");
        assert_eq!(fitting(&[]), 0);
    }

    #[test]
    fn nothing_stands_alone_on_the_next_page() {
        assert_eq!(fitting(&questions(&[100, 100, 100, 30, 30])), 3);
        assert_eq!(fitting(&questions(&[700, 40])), 0);
        assert_eq!(
            (evenly(17, 16), evenly(16, 16), evenly(33, 16)),
            (9, 16, 11)
        );
        assert_eq!(evenly(0, 16), 1, "chunks of nothing are none");
    }
}

//! From index cells to what the report shows: rows of words, bars and numbers. Pure.

use std::cmp::Ordering;

use survey::form::Form;
use survey::method::Method;

use super::numbers::{decimal, percent, whole};
use super::words::{Language, fill};
use crate::index::{IndexAnswer, IndexCell};

/// How many of the lowest and of the highest units are shown unless all are asked for.
const ENDS: usize = 15;
/// Decimals of a coverage.
const COVERAGE_DECIMALS: u8 = 1;

/// What the form above the report offers.
pub(super) struct Choices {
    pub(super) forms: Vec<Choice>,
    pub(super) methods: Vec<Choice>,
    pub(super) languages: Vec<Choice>,
    /// Up to which day figures are shown, in words.
    pub(super) shown_to: Vec<String>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) channels: Vec<Choice>,
    pub(super) provenances: Vec<Choice>,
    pub(super) units: Vec<Choice>,
    /// A unit with all below it, which the form does not show and must not lose.
    pub(super) within: Option<String>,
    /// What else the form does not show and must not lose.
    pub(super) kept: Vec<(&'static str, String)>,
}

/// One option of a select, or one link.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) chosen: bool,
}

/// The figure above all others.
pub(super) struct Headline {
    pub(super) title: String,
    /// Link to the report of all units, when this is the report of one.
    pub(super) back: Option<String>,
    /// None when there is nothing to tell; `note` says why.
    pub(super) value: Option<String>,
    pub(super) note: Option<String>,
    pub(super) interval: Option<String>,
    pub(super) facts: Vec<Fact>,
    /// Questionnaire, version, method and period.
    pub(super) label: String,
}

/// One number with its name.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) note: Option<String>,
}

/// A chart that is a table: each row carries its bar.
pub(super) struct Section {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) note: String,
    /// Heading of the first column.
    pub(super) column: String,
    /// Greatest value of the chart.
    pub(super) max: String,
    pub(super) ticks: Vec<Tick>,
    pub(super) groups: Vec<Group>,
    /// "7 units with fewer than 5 responses".
    pub(super) hidden: Option<String>,
    /// Link to more or fewer rows, with its text.
    pub(super) link: Option<(String, String)>,
}

impl Section {
    /// False when no row has a value or a reason to have none: an empty chart only asks questions.
    pub(super) fn tells_something(&self) -> bool {
        let mut rows = self.groups.iter().flat_map(|group| &group.rows);
        self.hidden.is_some() || rows.any(|row| row.bar.is_some() || row.suppressed)
    }
}

/// A mark of the chart's axis.
pub(super) struct Tick {
    /// Percent of the width.
    pub(super) at: String,
    pub(super) text: String,
}

/// Rows under one heading.
pub(super) struct Group {
    pub(super) title: Option<String>,
    pub(super) rows: Vec<Row>,
}

/// One bar with its numbers.
pub(super) struct Row {
    pub(super) name: String,
    /// Code that stands small beside the name.
    pub(super) code: Option<String>,
    pub(super) link: Option<String>,
    /// The value, or why there is none.
    pub(super) value: String,
    pub(super) suppressed: bool,
    pub(super) interval: Option<String>,
    pub(super) bar: Option<Bar>,
    pub(super) n: String,
    pub(super) coverage: String,
}

/// Where a bar and its whiskers end, in percent of the chart's width.
#[derive(Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) length: String,
    /// From, to, and the length between them.
    pub(super) whisker: Option<[String; 3]>,
}

/// What a group is called and where its link leads.
pub(super) struct Name {
    pub(super) text: String,
    pub(super) code: Option<String>,
    pub(super) link: Option<String>,
}

/// How the values of one answer are written.
pub(super) struct Style<'a> {
    pub(super) lang: Language,
    pub(super) form: &'a Form,
    pub(super) method: Method,
    pub(super) threshold: u64,
}

impl Style<'_> {
    pub(super) fn value(&self, value: f64) -> String {
        let decimals = self.form.index.decimals;
        match self.method {
            Method::Points18 => decimal(self.lang, value, decimals),
            _ => percent(self.lang, value, decimals),
        }
    }

    pub(super) fn bare(&self, value: f64) -> String {
        decimal(self.lang, value, self.form.index.decimals)
    }

    fn interval(&self, [low, high]: [f64; 2]) -> String {
        format!("{}–{}", self.bare(low), self.bare(high))
    }

    fn count(&self, number: Option<u64>) -> String {
        number.map_or_else(|| "–".to_owned(), |number| whole(self.lang, number))
    }

    fn too_few(&self) -> String {
        fill(
            &self.lang.words().report.too_few,
            &[("threshold", &whole(self.lang, self.threshold))],
        )
    }

    pub(super) fn coverage(&self, cell: &IndexCell) -> Option<String> {
        cell.coverage
            .map(|share| percent(self.lang, share * 100.0, COVERAGE_DECIMALS))
    }

    /// The headline of one cell with the number of its responses, which coverage divides and which may be more than those who
    /// answered what the figure is made of; `None` when nobody has answered.
    pub(super) fn headline(
        &self,
        title: String,
        back: Option<String>,
        label: String,
        cell: Option<(&IndexCell, Option<u64>)>,
    ) -> Headline {
        let words = &self.lang.words().report;
        let mut headline = Headline {
            title,
            back,
            value: None,
            note: None,
            interval: None,
            facts: Vec::new(),
            label,
        };
        let Some((cell, responses)) = cell else {
            headline.note = Some(words.none.clone());
            return headline;
        };
        if cell.suppressed {
            headline.note = Some(self.too_few());
            return headline;
        }
        headline.value = cell.value.map(|value| self.value(value));
        if headline.value.is_none() {
            headline.note = Some(words.incomplete.clone());
        }
        headline.interval = cell.interval.map(|[low, high]| {
            fill(
                &words.interval,
                &[("low", &self.bare(low)), ("high", &self.value(high))],
            )
        });
        let fact = |name: &str, value: String, note: Option<String>| Fact {
            name: name.to_owned(),
            value,
            note,
        };
        headline.facts = vec![
            fact(&words.respondents, self.count(cell.respondents), None),
            match (self.coverage(cell), cell.closed) {
                (Some(share), Some(closed)) => fact(
                    &words.coverage,
                    share,
                    Some(fill(
                        &words.coverage_of,
                        &[
                            ("rated", &self.count(responses)),
                            ("closed", &whole(self.lang, closed)),
                        ],
                    )),
                ),
                _ => fact(
                    &words.coverage,
                    "–".to_owned(),
                    Some(words.no_coverage.clone()),
                ),
            },
            fact(&words.n, self.count(cell.n), None),
            fact(&words.missing, self.count(cell.missing), None),
            fact(&words.not_applicable, self.count(cell.not_applicable), None),
            fact(
                &words.flagged,
                self.count(cell.flagged),
                Some(words.flagged_note.clone()),
            ),
            match cell.value_without_flagged() {
                Some(value) => fact(&words.without_flagged, self.value(value), None),
                None => fact(
                    &words.without_flagged,
                    "–".to_owned(),
                    cell.value.and(Some(words.without_flagged_note.clone())),
                ),
            },
        ];
        if let Some(band) = cell
            .grade
            .as_ref()
            .and_then(|grade| self.form.index.bands.iter().find(|band| band.id == *grade))
        {
            headline.facts.insert(
                0,
                fact(
                    &words.grade,
                    band.text.get(self.lang.tag()).to_owned(),
                    None,
                ),
            );
        }
        headline
    }

    /// The bar of a group on a chart from 0 to the greatest value that a group can reach.
    pub(super) fn bar(&self, cell: &IndexCell) -> Option<Bar> {
        Some(bar(cell.value?, cell.interval, self.max()))
    }

    /// The row of one cell on a chart from 0 to `max`.
    fn row(&self, name: Name, cell: &IndexCell, max: f64) -> Row {
        Row {
            name: name.text,
            code: name.code,
            link: name.link,
            value: match cell.value {
                _ if cell.suppressed => self.too_few(),
                Some(value) => self.value(value),
                None => "–".to_owned(),
            },
            suppressed: cell.suppressed,
            interval: cell.interval.map(|interval| self.interval(interval)),
            bar: cell.value.map(|value| bar(value, cell.interval, max)),
            n: self.count(cell.n),
            coverage: self.coverage(cell).unwrap_or_else(|| "–".to_owned()),
        }
    }

    fn ticks(&self, max: f64) -> Vec<Tick> {
        [0.0, 0.25, 0.5, 0.75, 1.0]
            .map(|share| {
                let value = max * share;
                let decimals = u8::from(value.fract() != 0.0);
                Tick {
                    at: svg_percent(share * 100.0),
                    text: decimal(self.lang, value, decimals),
                }
            })
            .into()
    }

    /// Units, lowest first, since the officer looks for bad service; of many only both ends, unless `all`. Units that
    /// are suppressed are counted, not listed among many.
    pub(super) fn units(
        &self,
        answer: &IndexAnswer,
        name: impl Fn(Option<&str>) -> Name,
        all: bool,
        more: String,
        fewer: String,
    ) -> Section {
        let words = &self.lang.words().report;
        let max = self.max();
        let (shown, hidden): (Vec<&IndexCell>, Vec<&IndexCell>) =
            answer.cells.iter().partition(|cell| !cell.suppressed);
        let shown = ranked(shown);
        let total = shown.len();
        let rows = |cells: &[&IndexCell]| -> Vec<Row> {
            cells
                .iter()
                .map(|cell| self.row(name(key(cell, "unit")), cell, max))
                .collect()
        };
        let count = |number: usize| whole(self.lang, number as u64);
        let cut = !all && total > 2 * ENDS;
        let groups = if cut {
            let titled = |title: &str, cells: &[&IndexCell]| Group {
                title: Some(fill(title, &[("count", &count(cells.len()))])),
                rows: rows(cells),
            };
            let (low, rest) = shown.split_at(ENDS);
            let (_, high) = rest.split_at(rest.len() - ENDS);
            vec![titled(&words.lowest, low), titled(&words.highest, high)]
        } else {
            vec![Group {
                title: None,
                rows: rows(&shown),
            }]
        };
        Section {
            id: "by-unit".to_owned(),
            title: words.by_unit.clone(),
            note: words.by_unit_note.clone(),
            column: words.unit.clone(),
            max: decimal(self.lang, max, 0),
            ticks: self.ticks(max),
            groups,
            hidden: (!hidden.is_empty()).then(|| {
                fill(
                    &words.too_few_units,
                    &[
                        ("count", &count(hidden.len())),
                        ("threshold", &whole(self.lang, self.threshold)),
                    ],
                )
            }),
            link: if cut {
                Some((more, fill(&words.show_all, &[("count", &count(total))])))
            } else if all && total > 2 * ENDS {
                Some((fewer, words.show_fewer.clone()))
            } else {
                None
            },
        }
    }

    /// Groups by one dimension, lowest first; headed by id, title, note and the name of the column.
    pub(super) fn groups(
        &self,
        answer: &IndexAnswer,
        dimension: &str,
        [id, title, note, column]: [&str; 4],
        name: impl Fn(Option<&str>) -> Name,
    ) -> Section {
        let max = self.max();
        let rows = ranked(answer.cells.iter().collect())
            .into_iter()
            .map(|cell| self.row(name(key(cell, dimension)), cell, max))
            .collect();
        Section {
            id: id.to_owned(),
            title: title.to_owned(),
            note: note.to_owned(),
            column: column.to_owned(),
            max: decimal(self.lang, max, 0),
            ticks: self.ticks(max),
            groups: vec![Group { title: None, rows }],
            hidden: None,
            link: None,
        }
    }

    /// Rated items in the order of the form, under their factors, in the official words.
    pub(super) fn items(&self, answer: &IndexAnswer) -> Section {
        self.items_of(&answer.cells.iter().collect::<Vec<_>>())
    }

    /// The same of some cells of an answer, at most one for each item.
    pub(super) fn items_of(&self, cells: &[&IndexCell]) -> Section {
        let words = &self.lang.words().report;
        let lang = self.lang.tag();
        let max = self.item_max();
        let mut groups: Vec<(Option<&str>, Group)> = Vec::new();
        for item in &self.form.items {
            let found = cells
                .iter()
                .find(|cell| key(cell, "item") == Some(&item.id));
            let Some(cell) = found else {
                continue;
            };
            let row = self.row(
                Name {
                    text: match &item.number {
                        Some(number) => format!("{number}. {}", item.text.get(lang)),
                        None => item.text.get(lang).to_owned(),
                    },
                    code: None,
                    link: None,
                },
                cell,
                max,
            );
            let factor = item.factor.as_deref();
            match groups.last_mut() {
                Some((last, group)) if *last == factor => group.rows.push(row),
                _ => groups.push((
                    factor,
                    Group {
                        title: self
                            .form
                            .factors
                            .iter()
                            .find(|known| Some(known.id.as_str()) == factor)
                            .map(|known| known.text.get(lang).to_owned()),
                        rows: vec![row],
                    },
                )),
            }
        }
        Section {
            id: "by-item".to_owned(),
            title: words.by_item.clone(),
            note: words.by_item_note.clone(),
            column: words.item.clone(),
            max: decimal(self.lang, max, 0),
            ticks: self.ticks(max),
            groups: groups.into_iter().map(|(_, group)| group).collect(),
            hidden: None,
            link: None,
        }
    }

    /// The greatest value that a group can reach.
    pub(super) fn max(&self) -> f64 {
        match self.method {
            Method::Points18 => self.most_points().map(f64::from).sum::<f64>().max(1.0),
            _ => 100.0,
        }
    }

    /// The greatest value that one item can reach.
    fn item_max(&self) -> f64 {
        match self.method {
            Method::Points18 => self.most_points().max().map_or(1.0, f64::from),
            _ => 100.0,
        }
    }

    /// The most points that each item of the headline can get.
    fn most_points(&self) -> impl Iterator<Item = u8> {
        let headline = self
            .form
            .items
            .iter()
            .filter(|item| self.form.is_headline(item));
        headline.filter_map(|item| {
            let scale = self.form.scale_of(item)?;
            scale.levels.iter().map(|level| level.value).max()
        })
    }
}

/// The value of a dimension of a cell's key.
fn key<'a>(cell: &'a IndexCell, dimension: &str) -> Option<&'a str> {
    cell.key.get(dimension)
}

/// Lowest first; groups without a value last.
fn ranked(mut cells: Vec<&IndexCell>) -> Vec<&IndexCell> {
    cells.sort_by(|a, b| match (a.value, b.value) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    cells
}

fn bar(value: f64, interval: Option<[f64; 2]>, max: f64) -> Bar {
    let at = |value: f64| svg_percent(value / max * 100.0);
    Bar {
        length: at(value),
        whisker: interval.map(|[low, high]| [at(low), at(high), at(high - low.max(0.0))]),
    }
}

/// A length in an SVG attribute, kept inside the chart.
fn svg_percent(share: f64) -> String {
    format!("{:.2}%", share.clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(unit: &str, value: Option<f64>) -> IndexCell {
        IndexCell {
            key: crate::index::CellKey::of([("unit", Some(unit.to_owned()))].into_iter()),
            value,
            n: Some(10),
            respondents: Some(10),
            satisfied: None,
            missing: Some(0),
            not_applicable: Some(0),
            interval: None,
            grade: None,
            closed: None,
            coverage: None,
            flagged: Some(0),
            without_flagged: None,
            interval_of: None,
            suppressed: value.is_none(),
        }
    }

    #[test]
    fn the_worst_stands_first_and_the_unknown_last() {
        let cells = [
            cell("c", None),
            cell("a", Some(90.0)),
            cell("b", Some(12.5)),
        ];
        let order: Vec<_> = ranked(cells.iter().collect())
            .into_iter()
            .filter_map(|cell| key(cell, "unit"))
            .collect();
        assert_eq!(order, ["b", "a", "c"]);
    }

    #[test]
    fn bars_stay_inside_the_chart() {
        assert_eq!(
            bar(9.0, Some([-1.0, 20.0]), 20.0),
            Bar {
                length: "45.00%".into(),
                whisker: Some(["0.00%".into(), "100.00%".into(), "100.00%".into()]),
            }
        );
    }
}

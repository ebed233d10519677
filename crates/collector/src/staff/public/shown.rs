//! From a release to what a page shows of it: sentences, charts and tables. Pure; the desk's preview is made by it, too.

use std::sync::Arc;

use super::super::figures::{Choice, Name, Section, Style};
use super::super::numbers::{day, whole};
use super::super::pages::Source;
use super::super::report::{about, source};
use super::super::report_sheet::{figure_columns, figures};
use super::super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::super::sheet_page::{self, Label};
use super::super::words::{Language, fill};
use super::names::{self, Names};
use super::shelf::{self, Past};
use super::trend;
use crate::index::{IndexAnswer, IndexCell};
use crate::publish::{Release, TableName};
use crate::store::calendar::business_day;
use crate::units::UnitsAs;

/// What is to be shown, and to whom.
pub(in crate::staff) struct Given<'a> {
    pub(in crate::staff) release: &'a Release,
    pub(in crate::staff) names: Names<'a>,
    /// What the public releases of the form say, this one among them.
    pub(in crate::staff) past: &'a [Arc<Past>],
    /// Every unit in the chart, not only the lowest and the highest?
    pub(in crate::staff) all: bool,
    /// Are there addresses to lead to? What is only being prepared has none.
    pub(in crate::staff) published: bool,
}

/// A release in words, charts and tables.
pub(in crate::staff) struct Shown {
    pub(in crate::staff) title: String,
    pub(in crate::staff) period: String,
    pub(in crate::staff) label: String,
    /// None where there is nothing to tell; `nothing` says why.
    pub(in crate::staff) value: Option<String>,
    pub(in crate::staff) nothing: Option<String>,
    pub(in crate::staff) grade: Option<String>,
    pub(in crate::staff) between: Option<String>,
    /// Who was asked and who answered.
    pub(in crate::staff) who: Vec<String>,
    /// What is said of responses that look odd.
    pub(in crate::staff) odd: Vec<String>,
    /// What is not shown, and why.
    pub(in crate::staff) hidden: String,
    pub(in crate::staff) frozen: String,
    pub(in crate::staff) parts: Vec<Part>,
    /// Tables too long for this page.
    pub(in crate::staff) long: Vec<Long>,
    pub(in crate::staff) trend: Option<Trend>,
    pub(in crate::staff) how: Vec<String>,
    pub(in crate::staff) source: Source,
    /// The same as tables, for files.
    pub(in crate::staff) sheet: Sheet,
}

/// A chart with its table.
pub(in crate::staff) struct Part {
    pub(in crate::staff) section: Section,
    pub(in crate::staff) table: Table,
    pub(in crate::staff) files: Option<Files>,
}

/// A table with a page of its own.
pub(in crate::staff) struct Long {
    pub(in crate::staff) name: String,
    pub(in crate::staff) rows: String,
    pub(in crate::staff) files: Option<Files>,
}

/// The figure over the periods.
pub(in crate::staff) struct Trend {
    pub(in crate::staff) block: Block,
    pub(in crate::staff) files: Vec<Choice>,
}

/// Where a table can be had.
pub(in crate::staff) struct Files {
    /// Its own page.
    pub(in crate::staff) page: String,
    pub(in crate::staff) links: Vec<Choice>,
    /// Its address at the API.
    pub(in crate::staff) api: String,
}

impl Given<'_> {
    fn lang(&self) -> Language {
        self.names.lang
    }

    /// The address of something of this release.
    fn link(&self, pairs: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("release", &self.release.head.id);
        query.extend_pairs(pairs);
        query.append_pair("lang", self.lang().tag());
        format!("/public?{}", query.finish())
    }

    fn files(&self, table: TableName) -> Option<Files> {
        self.published.then(|| Files {
            page: self.link(&[("table", table.name())]),
            links: self.downloads(table.name()),
            api: api(self.release, table),
        })
    }

    fn downloads(&self, table: &str) -> Vec<Choice> {
        sheet_page::file_links(self.lang(), |file| {
            self.link(&[("table", table), ("export", file)])
        })
    }
}

/// The address at which the API gives a table.
pub(super) fn api(release: &Release, table: TableName) -> String {
    let head = &release.head;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("form", &head.form)
        .append_pair("form_version", &head.form_version.to_string())
        .append_pair("method", head.method.id())
        .append_pair("from", &head.period.from().to_string())
        .append_pair("to", &head.period.to().to_string());
    if !table.by().is_empty() {
        query.append_pair("by", &table.by().join(","));
    }
    format!("/api/v1/index?{}", query.finish())
}

/// How many of the groups of all tables are not shown, and how many there are.
pub(in crate::staff) fn hidden(release: &Release) -> (usize, usize) {
    let cells = || release.tables.iter().flat_map(|table| &table.cells);
    let hidden = cells().filter(|cell| cell.suppressed).count();
    (hidden, cells().count())
}

/// Everything that a page shows of a release.
pub(in crate::staff) fn shown(given: &Given<'_>) -> Shown {
    let (release, names, lang) = (given.release, given.names, given.lang());
    let head = &release.head;
    let words = lang.words();
    let style = Style {
        lang,
        form: names.form,
        method: head.method,
        threshold: head.threshold,
    };
    let table = shelf::whole(release);
    let cell = table.and_then(|table| table.cells.first());
    let trend = trend::block(given.past, names.form, head.method, lang, |past| {
        past.whole.as_ref()
    });
    let mut how = table.map_or_else(Vec::new, |table| about(names.form, table, lang));
    if let Some(table) = table {
        let version = table.flag_rules.to_string();
        how.push(fill(&words.public.rules, &[("version", &version)]));
    }
    let sheet = sheet(given, trend.clone(), how.clone());
    let mut parts = Vec::new();
    let mut long = Vec::new();
    let tables = head.table_names.iter().zip(&release.tables);
    for (name, answer) in tables.filter(|(name, _)| **name != TableName::WHOLE) {
        let name = *name;
        match name.by() {
            [axis] => parts.push(Part {
                section: section(given, &style, axis, answer, name),
                table: table_of(&names, name, answer),
                files: given.files(name),
            }),
            _ => long.push(Long {
                name: names::table(lang, name),
                rows: fill(
                    &words.public.rows,
                    &[("count", &whole(lang, answer.cells.len() as u64))],
                ),
                files: given.files(name),
            }),
        }
    }
    let method = head.method.words().label.get(lang.tag());
    Shown {
        title: names.form.title.get(lang.tag()).to_owned(),
        period: names::of_period(lang, head.period),
        label: format!("{method} · {} {}", words.report.version, head.form_version),
        value: cell.and_then(|cell| Some(style.value(cell.value?))),
        nothing: nothing(cell, given, lang),
        grade: cell.and_then(|cell| grade(cell, &names)),
        between: cell.and_then(|cell| between(cell, &style)),
        who: cell.map_or_else(Vec::new, |cell| who(cell, &style)),
        odd: cell.map_or_else(Vec::new, |cell| odd(cell, &style)),
        hidden: hidden_in_words(release, lang),
        frozen: fill(
            &words.public.frozen,
            &[("day", &day(lang, business_day(head.made_at)))],
        ),
        parts,
        long,
        trend: trend.map(|block| Trend {
            files: if given.published {
                given.downloads(trend::ID)
            } else {
                Vec::new()
            },
            block,
        }),
        how,
        source: source(names.form, lang),
        sheet,
    }
}

fn nothing(cell: Option<&IndexCell>, given: &Given<'_>, lang: Language) -> Option<String> {
    let words = lang.words();
    match cell {
        None => Some(words.report.none.clone()),
        Some(cell) if cell.suppressed => {
            let threshold = given.release.head.threshold.to_string();
            Some(fill(
                &words.figures.suppressed,
                &[("threshold", &threshold)],
            ))
        }
        Some(cell) if cell.value.is_none() => Some(words.report.incomplete.clone()),
        Some(_) => None,
    }
}

fn grade(cell: &IndexCell, names: &Names<'_>) -> Option<String> {
    let grade = cell.grade.as_ref()?;
    let mut bands = names.form.index.bands.iter();
    let band = bands.find(|band| band.id == *grade)?;
    let words = &names.lang.words().report;
    Some(format!(
        "{}: {}",
        words.grade,
        band.text.get(names.lang.tag())
    ))
}

/// The interval in words.
pub(super) fn between(cell: &IndexCell, style: &Style<'_>) -> Option<String> {
    let words = &style.lang.words().public;
    cell.value?;
    Some(cell.interval.map_or_else(
        || words.no_interval.clone(),
        |ends| {
            let [low, high] = ends.map(|end| style.value(end));
            fill(&words.between, &[("low", &low), ("high", &high)])
        },
    ))
}

fn who(cell: &IndexCell, style: &Style<'_>) -> Vec<String> {
    let lang = style.lang;
    let words = &lang.words().public;
    let (Some(rated), Some(n), Some(missing)) = (cell.respondents, cell.n, cell.missing) else {
        return Vec::new();
    };
    let [rated, n, missing] = [rated, n, missing].map(|count| whole(lang, count));
    let asked = match (cell.closed, style.coverage(cell)) {
        (Some(closed), Some(coverage)) => {
            let closed = whole(lang, closed);
            let places = [
                ("closed", closed.as_str()),
                ("rated", &rated),
                ("coverage", &coverage),
            ];
            fill(&words.asked, &places)
        }
        _ => fill(&words.asked_unknown, &[("rated", &rated)]),
    };
    let mut told = vec![asked];
    if cell.value.is_some() {
        let places = [("n", n.as_str()), ("missing", &missing)];
        told.push(fill(&words.answers, &places));
    }
    told.push(words.silent.clone());
    told
}

fn odd(cell: &IndexCell, style: &Style<'_>) -> Vec<String> {
    let words = &style.lang.words().public;
    let count = match cell.flagged {
        None => return Vec::new(),
        Some(0) => return vec![words.odd_none.clone()],
        Some(count) => whole(style.lang, count),
    };
    vec![
        fill(&words.odd_some, &[("count", &count)]),
        cell.value_without_flagged().map_or_else(
            || words.odd_hidden.clone(),
            |value| fill(&words.odd_without, &[("value", &style.value(value))]),
        ),
    ]
}

fn hidden_in_words(release: &Release, lang: Language) -> String {
    let words = &lang.words().public;
    let (hidden, all) = hidden(release);
    let [count, all] = [hidden, all].map(|count| whole(lang, count as u64));
    let threshold = release.head.threshold.to_string();
    if hidden == 0 {
        return fill(&words.hidden_none, &[("threshold", &threshold)]);
    }
    fill(
        &words.hidden_some,
        &[("hidden", &count), ("all", &all), ("threshold", &threshold)],
    )
}

/// The chart of a table of one dimension.
fn section(
    given: &Given<'_>,
    style: &Style<'_>,
    axis: &str,
    answer: &IndexAnswer,
    table: TableName,
) -> Section {
    let (names, lang) = (given.names, given.lang());
    let words = lang.words();
    let title = names::table(lang, table);
    let column = names.column(axis);
    let name = |value: Option<&str>| Name {
        text: names.of(axis, value),
        code: value
            .filter(|_| matches!(axis, "unit" | "procedure"))
            .map(str::to_owned),
        link: value
            .filter(|_| axis == "unit" && given.published)
            .map(|code| wall(code, lang)),
    };
    let mut section = match axis {
        "unit" => {
            let more = given.link(&[("all", "1")]);
            let mut section = style.units(answer, name, given.all, more, given.link(&[]));
            if given.published {
                section.note.clone_from(&words.public.by_unit_note);
            } else {
                section.note.clone_from(&words.report.by_field_note);
                section.link = None;
            }
            section
        }
        "item" => style.items(answer),
        _ => {
            let id = format!("by-{axis}");
            let heading = [id.as_str(), &title, &words.figures.by_cut_note, &column];
            style.groups(answer, axis, heading, name)
        }
    };
    section.title = title;
    // A group may be hidden for the sake of another: that it has too few responses would not be true of it.
    let rows = section.groups.iter_mut().flat_map(|group| &mut group.rows);
    for row in rows.filter(|row| row.suppressed) {
        row.value.clone_from(&words.wall.not_shown);
    }
    section
}

/// The page of a unit, as a person reads it: it stays until it is asked for again.
pub(super) fn wall(code: &str, lang: Language) -> String {
    format!("{}?lang={}&stay=1", wall_path(code), lang.tag())
}

/// The address of the screen of a unit.
pub(super) fn wall_path(code: &str) -> String {
    let code: String = form_urlencoded::byte_serialize(code.as_bytes()).collect();
    // In a path a space is no plus.
    format!("/wall/{}", code.replace('+', "%20"))
}

/// A table of a release with everything that its cells tell.
pub(super) fn table_of(names: &Names<'_>, table: TableName, answer: &IndexAnswer) -> Table {
    let lang = names.lang;
    let caption = names::table(lang, table);
    let mut columns = Vec::new();
    for axis in table.by() {
        columns.extend([names.column(axis), lang.words().figures.code.clone()]);
    }
    if columns.is_empty() {
        columns.push(caption.clone());
    }
    columns.extend(figure_columns(lang));
    let rows = answer.cells.iter().map(|cell| {
        let mut values = Vec::new();
        for axis in table.by() {
            let value = cell.key.get(axis);
            values.push(Value::Text(names.of(axis, value)));
            values.push(Value::text(value.unwrap_or_default()));
        }
        if values.is_empty() {
            values.push(Value::Text(caption.clone()));
        }
        values.extend(figures(names.form, answer, cell, lang));
        Line { link: None, values }
    });
    let rows = rows.collect();
    Table {
        id: table.name(),
        caption,
        columns,
        rows,
    }
}

/// All tables of a release, and the trend, for files.
fn sheet(given: &Given<'_>, trend: Option<Block>, about: Vec<String>) -> Sheet {
    let (release, names, lang) = (given.release, given.names, given.lang());
    let tables = release.head.table_names.iter().zip(&release.tables);
    let blocks = tables.map(|(name, answer)| {
        let table = table_of(&names, *name, answer);
        Block {
            title: table.caption.clone(),
            labels: None,
            notes: Vec::new(),
            chart: None,
            table,
        }
    });
    let labels = labels(release, &names);
    Sheet {
        title: lang.words().public.title.clone(),
        label: in_line(&labels),
        labels,
        blocks: blocks.chain(trend).collect(),
        about,
    }
}

fn labels(release: &Release, names: &Names<'_>) -> Vec<(String, String)> {
    let (head, lang) = (&release.head, names.lang);
    let words = lang.words();
    let label = Label {
        method: head.method,
        version: Some(head.form_version),
        from: head.period.from(),
        to: head.period.to(),
        demo: shelf::whole(release).is_some_and(|table| table.demo),
        kinds: head.method.words().interval.get(lang.tag()).to_owned(),
    };
    let mut labels = sheet_page::form_labels(names.form, &label, UnitsAs::Was, lang);
    if let Some(weights) = sheet_page::factor_weights_in_words(names.form, lang) {
        labels.push((words.figures.factor_weights.clone(), weights));
    }
    if label.demo {
        labels.push((words.figures.note.clone(), words.demo.clone()));
    }
    labels
}

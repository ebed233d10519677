//! The tables of the report page as files.

use survey::form::Form;

use super::asked::Asked;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::{Language, fill};
use crate::index::{IndexAnswer, IndexCell, Of};

/// One answer of the index on its way to a table.
pub(super) struct Cut<'a> {
    pub(super) id: &'static str,
    pub(super) caption: &'a str,
    /// Heading of the first column.
    pub(super) column: &'a str,
    /// Name of the axis; none for the whole.
    pub(super) axis: Option<&'a str>,
    pub(super) answer: &'a IndexAnswer,
    /// What a value of the axis is called.
    pub(super) name: Box<dyn Fn(&str) -> String + 'a>,
}

/// The cuts as a sheet, in the order given.
pub(super) fn sheet(
    form: &Form,
    asked: &Asked,
    whole: &IndexAnswer,
    cuts: &[Cut<'_>],
    weighted: Option<Block>,
    about: Vec<String>,
) -> Sheet {
    let lang = asked.lang();
    let words = lang.words();
    let interval = whole.method.words().interval.get(lang.tag());
    let labels = sheet_page::labels(form, whole, asked, interval);
    Sheet {
        title: words.report.title.clone(),
        label: in_line(&labels),
        labels,
        blocks: cuts
            .iter()
            .map(|cut| Block {
                title: cut.caption.to_owned(),
                labels: None,
                notes: Vec::new(),
                chart: None,
                table: table(form, asked, cut),
            })
            .chain(weighted)
            .collect(),
        about,
    }
}

fn table(form: &Form, asked: &Asked, cut: &Cut<'_>) -> Table {
    let lang = asked.lang();
    let rows = cut.answer.cells.iter().map(|cell| {
        let key = cut.axis.and_then(|axis| cell.key.get(axis));
        let mut values = vec![
            Value::Text(key.map_or_else(
                || cut.axis.map_or(cut.caption, |_| "–").to_owned(),
                &cut.name,
            )),
            Value::text(key.unwrap_or_default()),
        ];
        values.extend(figures(form, cut.answer, cell, lang));
        Line { link: None, values }
    });
    let mut columns = vec![cut.column.to_owned(), lang.words().figures.code.clone()];
    columns.extend(figure_columns(lang));
    Table {
        id: cut.id,
        caption: cut.caption.to_owned(),
        columns,
        rows: rows.collect(),
    }
}

/// Headings of [`figures`].
pub(super) fn figure_columns(lang: Language) -> [String; 13] {
    let (report, figures) = (&lang.words().report, &lang.words().figures);
    [
        &report.value,
        &figures.low,
        &figures.high,
        &report.n_short,
        &report.respondents,
        &report.missing,
        &figures.closed,
        &figures.coverage,
        &report.flagged,
        &figures.note,
        &figures.without_flagged,
        &figures.interval_of,
        &report.not_applicable,
    ]
    .map(Clone::clone)
}

/// Everything that a cell tells, in one row of a table.
pub(super) fn figures(
    form: &Form,
    answer: &IndexAnswer,
    cell: &IndexCell,
    lang: Language,
) -> [Value; 13] {
    let words = &lang.words().figures;
    let decimals = form.index.decimals;
    let end = |at: usize| cell.interval.and_then(|ends| ends.get(at).copied());
    let note = if cell.suppressed {
        fill(
            &words.suppressed,
            &[("threshold", &answer.threshold.to_string())],
        )
    } else {
        String::new()
    };
    [
        Value::number(cell.value, decimals),
        Value::number(end(0), decimals),
        Value::number(end(1), decimals),
        Value::count(cell.n),
        Value::count(cell.respondents),
        Value::count(cell.missing),
        Value::count(cell.closed),
        Value::coverage(cell.coverage),
        Value::count(cell.flagged),
        Value::Text(note),
        Value::number(cell.value_without_flagged(), decimals),
        Value::text(match cell.interval_of {
            Some(Of::Closed) => &words.of_closed,
            Some(_) => &words.of_process,
            None => "",
        }),
        Value::count(cell.not_applicable),
    ]
}

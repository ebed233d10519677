//! The tables of the report page as files.

use survey::form::Form;

use super::asked::Asked;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::fill;
use crate::index::{IndexAnswer, Of};

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
    let words = asked.lang().words();
    let (report, figures) = (&words.report, &words.figures);
    let decimals = form.index.decimals;
    let hidden = fill(
        &figures.suppressed,
        &[("threshold", &cut.answer.threshold.to_string())],
    );
    let rows = cut.answer.cells.iter().map(|cell| {
        let key = cut.axis.and_then(|axis| cell.key.get(axis));
        let end = |at: usize| cell.interval.and_then(|ends| ends.get(at).copied());
        Line {
            link: None,
            values: vec![
                Value::Text(key.map_or_else(
                    || cut.axis.map_or(cut.caption, |_| "–").to_owned(),
                    &cut.name,
                )),
                Value::text(key.unwrap_or_default()),
                Value::number(cell.value, decimals),
                Value::number(end(0), decimals),
                Value::number(end(1), decimals),
                Value::count(cell.n),
                Value::count(cell.respondents),
                Value::count(cell.missing),
                Value::count(cell.closed),
                Value::coverage(cell.coverage),
                Value::count(cell.flagged),
                Value::text(if cell.suppressed { &hidden } else { "" }),
                Value::number(cell.value_without_flagged(), decimals),
                Value::text(match cell.interval_of {
                    Some(Of::Closed) => &figures.of_closed,
                    Some(Of::Process) => &figures.of_process,
                    None => "",
                }),
            ],
        }
    });
    Table {
        id: cut.id,
        caption: cut.caption.to_owned(),
        columns: [
            cut.column,
            &figures.code,
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
        ]
        .map(str::to_owned)
        .into(),
        rows: rows.collect(),
    }
}

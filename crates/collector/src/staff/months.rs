//! Months on a control chart as a part of a page.

use statistics::chart::Signal;
use statistics::estimate::Estimate;
use survey::form::Form;
use survey::method::Method;

use super::asked::Asked;
use super::plot::{Month, series};
use super::ranking::kinds;
use super::sheet::{Block, Line, Table, Value};
use super::sheet_page::{self, Label};
use super::words::fill;
use crate::index::IndexCell;
use crate::trend::{MonthPoint, MonthsAnswer};

/// The months of every version; none when there are none.
pub(super) fn block(
    months: &MonthsAnswer,
    estimates: &[Estimate],
    form: &Form,
    asked: &Asked,
) -> Option<Block> {
    let words = &asked.lang().words().figures;
    let answers = || months.versions.iter().map(|version| &version.index);
    let label = Label {
        method: Method::Top2,
        // Each month says its own.
        version: None,
        from: answers().map(|answer| answer.from).min()?,
        to: answers().map(|answer| answer.to).max()?,
        demo: answers().any(|answer| answer.demo),
        kinds: kinds(estimates.iter(), asked.lang()),
    };
    let mut dots = Vec::new();
    let mut rows = Vec::new();
    for version in &months.versions {
        let index = &version.index;
        for (cell, point) in index.cells.iter().zip(&version.points) {
            if let Some(point) = point {
                dots.push(Month {
                    name: cell.key.get("month").unwrap_or_default().to_owned(),
                    value: point.share,
                    interval: None,
                    limits: point.limits,
                    stands_out: !point.signals.is_empty(),
                    joined: point.joined,
                });
            }
            let labels = (index.form_version, index.threshold);
            rows.push(row(form, asked, labels, cell, point.as_ref()));
        }
    }
    if rows.is_empty() {
        return None;
    }
    let signals = dots.iter().filter(|dot| dot.stands_out).count();
    let summary = fill(
        &words.months_summary,
        &[
            ("months", &dots.len().to_string()),
            ("signals", &signals.to_string()),
        ],
    );
    Some(Block {
        title: words.months.clone(),
        labels: Some(sheet_page::labels_of(form, &label, asked)),
        notes: vec![summary.clone(), words.months_note.clone()],
        chart: series(&dots, 100.0, &words.months_chart, &summary),
        table: Table {
            id: "months",
            caption: words.months.clone(),
            columns: columns(asked),
            rows,
        },
    })
}

fn columns(asked: &Asked) -> Vec<String> {
    let words = asked.lang().words();
    let (report, figures) = (&words.report, &words.figures);
    [
        &figures.month,
        &report.version,
        &report.value,
        &figures.low,
        &figures.high,
        &figures.limit_low,
        &figures.limit_high,
        &report.n_short,
        &report.respondents,
        &report.missing,
        &figures.coverage,
        &figures.note,
    ]
    .map(Clone::clone)
    .into()
}

fn row(
    form: &Form,
    asked: &Asked,
    (version, threshold): (u16, u64),
    cell: &IndexCell,
    point: Option<&MonthPoint>,
) -> Line {
    let words = &asked.lang().words().figures;
    let decimals = form.index.decimals;
    let end = |ends: Option<[f64; 2]>, at: usize| ends.and_then(|ends| ends.get(at).copied());
    let limits = point.and_then(|point| point.limits);
    let note = match point {
        None if cell.suppressed => {
            fill(&words.suppressed, &[("threshold", &threshold.to_string())])
        }
        None => String::new(),
        Some(point) => {
            let told: Vec<&str> = point
                .signals
                .iter()
                .map(|signal| match signal {
                    Signal::Beyond => words.beyond.as_str(),
                    Signal::Run => words.run.as_str(),
                })
                .collect();
            told.join("; ")
        }
    };
    Line {
        link: None,
        values: vec![
            Value::text(cell.key.get("month").unwrap_or("–")),
            Value::Count(version.into()),
            Value::number(cell.value, decimals),
            Value::number(end(cell.interval, 0), decimals),
            Value::number(end(cell.interval, 1), decimals),
            Value::number(end(limits, 0), decimals),
            Value::number(end(limits, 1), decimals),
            Value::count(cell.n),
            Value::count(cell.respondents),
            Value::count(cell.missing),
            Value::coverage(cell.coverage),
            Value::Text(note),
        ],
    }
}

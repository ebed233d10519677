//! Months on a control chart. No line crosses a month that is not shown, nor a change of form version.

use statistics::chart::{Month as Calendar, Monthly, Point, Signal, chart};
use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::estimate;
use statistics::interval::Population;
use survey::form::Form;
use survey::method::Method;

use super::asked::{Asked, measured};
use super::plot::{Month, series};
use super::ranking::kinds;
use super::sheet::{Block, Line, Table, Value};
use super::sheet_page::{self, Label};
use super::words::fill;
use crate::http::{App, Problem};
use crate::index::IndexCell;

/// The months of every version of the form that has a satisfied share; none when no version has one.
pub(super) async fn block(app: &App, form: &Form, asked: &Asked) -> Result<Option<Block>, Problem> {
    let words = &asked.lang().words().figures;
    let mut asked_share = asked.clone();
    asked_share.method = Some(Method::Top2.id().to_owned());
    let mut cells: Vec<(u16, IndexCell)> = Vec::new();
    let mut months = Vec::new();
    let (mut estimates, mut answers) = (Vec::new(), Vec::new());
    let versions = app.forms.iter().filter(|one| one.id == form.id);
    for version in versions.filter(|one| one.index.methods.contains(&Method::Top2)) {
        let request = asked_share.request(version, &["month"], (None, None));
        let Some(found) = measured(app, request).await? else {
            continue;
        };
        for (cell, sums) in found.answer.cells.into_iter().zip(found.sums) {
            if let (Some(month), Some((satisfied, measure))) = (month(&cell), sums) {
                months.push(monthly(month, version.version, satisfied));
                let process = Population::Process;
                estimates.extend(estimate(&satisfied, measure, process, Confidence::P95));
            }
            cells.push((version.version, cell));
        }
        answers.push((found.answer.from, found.answer.to, found.answer.demo));
    }
    let (Some(from), Some(to)) = (
        answers.iter().map(|(from, _, _)| *from).min(),
        answers.iter().map(|(_, to, _)| *to).max(),
    ) else {
        return Ok(None);
    };
    if cells.is_empty() {
        return Ok(None);
    }
    let label = Label {
        method: Method::Top2,
        // Each month says its own.
        version: None,
        from,
        to,
        demo: answers.iter().any(|(_, _, demo)| *demo),
        kinds: kinds(estimates.iter(), asked.lang()),
    };
    let segments = chart(&months).unwrap_or_default();
    let mut points: Vec<(u16, &Point)> = Vec::new();
    let mut dots = Vec::new();
    for segment in &segments {
        for line in &segment.lines {
            for (at, point) in line.iter().enumerate() {
                points.push((segment.form_version, point));
                dots.push(Month {
                    name: point.month.to_string(),
                    value: point.share * 100.0,
                    limits: point.limits.map(|ends| ends.map(|end| end * 100.0)),
                    stands_out: !point.signals.is_empty(),
                    joined: at > 0,
                });
            }
        }
    }
    let signals = points
        .iter()
        .filter(|(_, point)| !point.signals.is_empty())
        .count();
    let summary = fill(
        &words.months_summary,
        &[
            ("months", &dots.len().to_string()),
            ("signals", &signals.to_string()),
        ],
    );
    let rows = cells
        .iter()
        .map(|(version, cell)| {
            let point = points
                .iter()
                .find(|(of, point)| of == version && month(cell) == Some(point.month))
                .map(|(_, point)| *point);
            row(form, asked, *version, cell, point, app.settings.threshold)
        })
        .collect();
    Ok(Some(Block {
        title: words.months.clone(),
        labels: Some(sheet_page::labels_of(form, &label, asked)),
        notes: vec![summary.clone(), words.months_note.clone()],
        chart: series(&dots, &words.months_chart, &summary),
        table: Table {
            id: "months",
            caption: words.months.clone(),
            columns: columns(asked),
            rows,
        },
    }))
}

fn monthly(month: Calendar, form_version: u16, satisfied: ClusterSums) -> Monthly {
    Monthly {
        month,
        form_version,
        satisfied,
    }
}

/// The month of a cell: `2026-07`.
fn month(cell: &IndexCell) -> Option<Calendar> {
    let (year, month) = cell.key.get("month")?.split_once('-')?;
    Calendar::new(year.parse().ok()?, month.parse().ok()?)
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
    version: u16,
    cell: &IndexCell,
    point: Option<&Point>,
    threshold: u64,
) -> Line {
    let words = &asked.lang().words().figures;
    let decimals = form.index.decimals;
    let end = |at: usize| cell.interval.and_then(|ends| ends.get(at).copied());
    let limit = |at: usize| point.and_then(|point| Some(point.limits?.get(at)? * 100.0));
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
            Value::number(end(0), decimals),
            Value::number(end(1), decimals),
            Value::number(limit(0), decimals),
            Value::number(limit(1), decimals),
            Value::count(cell.n),
            Value::count(cell.respondents),
            Value::count(cell.missing),
            Value::coverage(cell.coverage),
            Value::Text(note),
        ],
    }
}

//! One figure over the published periods. No line crosses a gap or a change of the form's version.

use std::sync::Arc;

use survey::form::Form;
use survey::method::Method;

use super::super::figures::Style;
use super::super::plot::{Month, series};
use super::super::sheet::{Block, Line, Table, Value};
use super::super::words::{Language, fill};
use super::names::period;
use super::shelf::Past;
use crate::index::IndexCell;

/// Name of the table in links.
pub(super) const ID: &str = "trend";

/// The figure that `cell` finds in each release, as chart and table; none where no period has one.
pub(super) fn block<'a>(
    past: &'a [Arc<Past>],
    form: &Form,
    method: Method,
    lang: Language,
    cell: impl Fn(&'a Past) -> Option<&'a IndexCell>,
) -> Option<Block> {
    let words = lang.words();
    let mut dots: Vec<Month> = Vec::new();
    let mut rows = Vec::new();
    let mut before: Option<&Past> = None;
    let mut shown = Vec::new();
    for one in past {
        let Some(cell) = cell(one) else {
            before = None;
            continue;
        };
        rows.push(row(one, cell, form, lang));
        let Some(value) = cell.value else {
            before = None;
            continue;
        };
        dots.push(Month {
            name: one.head.period.name(),
            value,
            interval: cell.interval,
            limits: None,
            stands_out: false,
            joined: before.is_some_and(|before| follows(before, one)),
        });
        shown.push(period(lang, one.head.period));
        before = Some(one);
    }
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
        return None;
    };
    let count = shown.len().to_string();
    let summary = match shown.len() {
        1 => words.public.trend_one.clone(),
        _ => fill(
            &words.public.trend_summary,
            &[("count", &count), ("first", first), ("last", last)],
        ),
    };
    let style = Style {
        lang,
        form,
        method,
        threshold: 0,
    };
    let chart = (shown.len() > 1)
        .then(|| series(&dots, style.max(), &words.public.trend_chart, &summary))
        .flatten();
    let mut notes = vec![summary];
    if chart.is_some() {
        notes.push(words.public.trend_note.clone());
    }
    Some(Block {
        title: words.public.trend.clone(),
        labels: None,
        notes,
        chart,
        table: Table {
            id: ID,
            caption: words.public.trend.clone(),
            columns: columns(lang),
            rows,
        },
    })
}

/// Does a line lead from the one to the other?
fn follows(before: &Past, one: &Past) -> bool {
    let next = before.head.period.to().tomorrow();
    next.is_ok_and(|next| next == one.head.period.from())
        && before.head.form_version == one.head.form_version
        && before.head.period.kind() == one.head.period.kind()
}

fn columns(lang: Language) -> Vec<String> {
    let (report, figures) = (&lang.words().report, &lang.words().figures);
    [
        &figures.period,
        &report.version,
        &report.value,
        &figures.low,
        &figures.high,
        &report.n_short,
        &report.respondents,
        &figures.closed,
        &figures.coverage,
        &figures.note,
    ]
    .map(Clone::clone)
    .into()
}

fn row(one: &Past, cell: &IndexCell, form: &Form, lang: Language) -> Line {
    let decimals = form.index.decimals;
    let end = |at: usize| cell.interval.and_then(|ends| ends.get(at).copied());
    let note = if cell.suppressed {
        let threshold = one.head.threshold.to_string();
        fill(
            &lang.words().figures.suppressed,
            &[("threshold", &threshold)],
        )
    } else {
        String::new()
    };
    Line {
        link: None,
        values: vec![
            Value::Text(period(lang, one.head.period)),
            Value::Count(one.head.form_version.into()),
            Value::number(cell.value, decimals),
            Value::number(end(0), decimals),
            Value::number(end(1), decimals),
            Value::count(cell.n),
            Value::count(cell.respondents),
            Value::count(cell.closed),
            Value::coverage(cell.coverage),
            Value::Text(note),
        ],
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::publish::{ReleaseHead, TableName};

    fn past(period: &str, form_version: u16) -> Past {
        Past {
            head: ReleaseHead {
                id: period.to_owned(),
                form: "f".to_owned(),
                form_version,
                method: Method::Top2,
                period: period.parse().expect("a period"),
                threshold: 5,
                made_at: Timestamp::UNIX_EPOCH,
                withdrawn_at: None,
                table_names: vec![TableName::WHOLE],
            },
            whole: None,
            units: None,
        }
    }

    #[test]
    fn a_line_leads_only_to_the_next_period_of_the_same_version_and_length() {
        let joined = |before: (&str, u16), one: (&str, u16)| {
            follows(&past(before.0, before.1), &past(one.0, one.1))
        };
        assert!(joined(("2025-12", 1), ("2026-01", 1)));
        assert!(joined(("2026-Q3", 2), ("2026-Q4", 2)));
        assert!(!joined(("2026-01", 1), ("2026-02", 2)), "another version");
        assert!(!joined(("2026-01", 1), ("2026-03", 1)), "a month between");
        assert!(!joined(("2026-Q1", 1), ("2026-04", 1)), "another length");
        assert!(!joined(("2026-02", 1), ("2026-01", 1)), "backwards");
    }
}

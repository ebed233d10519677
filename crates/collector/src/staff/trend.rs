//! `GET /staff/trend`: the change against the period before, months on a control chart, and kiosk against phone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use statistics::change::{Instrument, Period, change};
use statistics::confidence::Confidence;
use statistics::difference::Difference;
use statistics::estimate::{Estimate, estimate};
use statistics::interval::Population;
use statistics::methods::Technique;
use survey::form::Form;

use super::asked::{Asked, given, measured};
use super::desk::Officer;
use super::gap;
use super::months;
use super::numbers::day;
use super::ranking::kinds;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::fill;
use crate::http::{App, Problem};
use crate::index::Measured;

const PATH: &str = "/staff/trend";
/// The period when none is asked for: as many days up to the last rating.
const USUAL_DAYS: i64 = 90;

/// `GET /staff/trend`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let form = asked.form(&app).await?;
    let sheet = match &form {
        Some(form) => sheet(&app, form, &asked).await?,
        None => None,
    };
    sheet_page::answer(&app, &officer, &asked, PATH, form.as_deref(), sheet).await
}

async fn sheet(app: &App, form: &Form, asked: &Asked) -> Result<Option<Sheet>, Problem> {
    let Ok((from, to)) = asked.days() else {
        return Ok(None);
    };
    // A first answer tells where an open period ends.
    let Some(open) = measured(app, asked.request(form, &[], (from, to))).await? else {
        return Ok(None);
    };
    let to = open.answer.to;
    let usual = to.checked_sub((USUAL_DAYS - 1).days());
    let (Some((before_from, before_to)), Some(from)) = (
        from.or_else(|| usual.clone().ok())
            .and_then(|from| before(from, to)),
        from.or_else(|| usual.ok()),
    ) else {
        return Ok(None);
    };
    let (Some(now), Some(earlier)) = (
        measured(app, asked.request(form, &[], (Some(from), Some(to)))).await?,
        measured(
            app,
            asked.request(form, &[], (Some(before_from), Some(before_to))),
        )
        .await?,
    ) else {
        return Ok(None);
    };
    let lang = asked.lang();
    let words = lang.words();
    let kinds = kinds(
        [&now, &earlier]
            .into_iter()
            .filter_map(only)
            .collect::<Vec<_>>()
            .iter(),
        lang,
    );
    let labels = sheet_page::labels(form, &now.answer, asked, &kinds);
    let mut blocks = vec![change_block(form, &now, &earlier, asked)];
    blocks.extend(months::block(app, form, asked).await?);
    if given(&asked.channel).is_none() {
        blocks.extend(gap::block(app, form, asked, (Some(from), Some(to))).await?);
    }
    let mut about = vec![
        words.report.reference.clone(),
        now.answer.method.words().formula.get(lang.tag()).to_owned(),
    ];
    for technique in [
        Technique::Change,
        Technique::ControlChart,
        Technique::KioskPhoneGap,
    ] {
        let said = technique.words();
        about.extend(
            [&said.formula, &said.interval, &said.note].map(|text| text.get(lang.tag()).to_owned()),
        );
    }
    about.push(words.report.self_selected.clone());
    about.push(fill(
        &words.report.too_few_note,
        &[("threshold", &now.answer.threshold.to_string())],
    ));
    Ok(Some(Sheet {
        title: words.figures.trend.clone(),
        label: in_line(&labels),
        labels,
        blocks,
        about,
    }))
}

/// The period of equal length that ends the day before.
fn before(from: Date, to: Date) -> Option<(Date, Date)> {
    let days = i64::from(from.until(to).ok()?.get_days());
    let last = from.checked_sub(1.day()).ok()?;
    Some((last.checked_sub(days.days()).ok()?, last))
}

/// The estimate of an answer's only cell; none of a suppressed one.
fn only(measured: &Measured) -> Option<Estimate> {
    let (sums, measure) = measured.sums.first().copied().flatten()?;
    estimate(&sums, measure, Population::Process, Confidence::P95).ok()
}

fn change_block(form: &Form, now: &Measured, earlier: &Measured, asked: &Asked) -> Block {
    let lang = asked.lang();
    let words = lang.words();
    let period = |one: &Measured| {
        Some(Period {
            instrument: Instrument {
                form: one.answer.form.clone(),
                form_version: one.answer.form_version,
                method: one.answer.method,
            },
            estimate: only(one)?,
        })
    };
    let changed: Option<Difference> = period(now)
        .zip(period(earlier))
        .and_then(|(now, before)| change(&now, &before, Confidence::P95).ok());
    let days = now
        .answer
        .from
        .until(now.answer.to)
        .map_or(0, |span| span.get_days() + 1);
    let notes = vec![
        fill(
            &words.figures.change_days,
            &[
                ("from", &day(lang, now.answer.from)),
                ("to", &day(lang, now.answer.to)),
                ("days", &days.to_string()),
                ("before_from", &day(lang, earlier.answer.from)),
                ("before_to", &day(lang, earlier.answer.to)),
            ],
        ),
        changed.as_ref().map_or_else(
            || words.figures.no_change.clone(),
            |changed| changed.verdict.words().get(lang.tag()).to_owned(),
        ),
    ];
    let decimals = form.index.decimals;
    let mut rows = vec![
        row(&dated(&words.figures.now, now, asked), now, decimals),
        row(
            &dated(&words.figures.before, earlier, asked),
            earlier,
            decimals,
        ),
    ];
    if let Some(changed) = &changed {
        let [low, high] = changed.interval;
        let mut values = vec![Value::text(&words.figures.difference)];
        values.extend([changed.value, low, high].map(|end| Value::Number(end * 100.0, decimals)));
        values.extend([const { Value::Empty }; 4]);
        rows.push(Line { link: None, values });
    }
    Block {
        title: words.figures.change.clone(),
        labels: None,
        notes,
        chart: None,
        table: Table {
            id: "change",
            caption: words.figures.change.clone(),
            columns: [
                &words.figures.period,
                &words.report.value,
                &words.figures.low,
                &words.figures.high,
                &words.report.n_short,
                &words.report.respondents,
                &words.report.missing,
                &words.figures.coverage,
            ]
            .map(Clone::clone)
            .into(),
            rows,
        },
    }
}

/// A period by name and days: it is not the page's for both.
fn dated(name: &str, measured: &Measured, asked: &Asked) -> String {
    let said = |date| day(asked.lang(), date);
    format!(
        "{name}: {} – {}",
        said(measured.answer.from),
        said(measured.answer.to)
    )
}

fn row(name: &str, measured: &Measured, decimals: u8) -> Line {
    let cell = measured.answer.cells.first();
    let end = |at: usize| cell.and_then(|cell| cell.interval?.get(at).copied());
    Line {
        link: None,
        values: vec![
            Value::text(name),
            Value::number(cell.and_then(|cell| cell.value), decimals),
            Value::number(end(0), decimals),
            Value::number(end(1), decimals),
            Value::count(cell.and_then(|cell| cell.n)),
            Value::count(cell.and_then(|cell| cell.respondents)),
            Value::count(cell.and_then(|cell| cell.missing)),
            Value::coverage(cell.and_then(|cell| cell.coverage)),
        ],
    }
}

//! `GET /staff/trend`: the change against the period before, months on a control chart, and kiosk against phone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use statistics::methods::Technique;
use survey::form::Form;

use super::asked::{Asked, Days};
use super::desk::Officer;
use super::gap;
use super::months;
use super::numbers::day;
use super::pages::Overview;
use super::ranking::kinds;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::fill;
use crate::http::{App, Problem};
use crate::index::{IndexAnswer, IndexError, IndexRequest};
use crate::store::Unit;
use crate::trend::{ChangeAnswer, Trend, trend};

const PATH: &str = "/staff/trend";

/// `GET /staff/trend`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let form = asked.form(&app).await?;
    let found = match (&form, asked.days()) {
        (Some(form), Ok(days)) => found(&app, asked.request(form, &[], days)).await?,
        _ => None,
    };
    let sheet = match (&form, &found) {
        (Some(form), Some(found)) => {
            let units = asked.scope.units(app.store.as_ref()).await?;
            Some(sheet(form, found, &units, &asked))
        }
        _ => None,
    };
    sheet_page::answer(&app, &officer, &asked, PATH, form.as_deref(), sheet).await
}

/// In short, for the page of all figures; `None` when there is nothing to tell.
pub(super) async fn overview(
    app: &App,
    form: &Form,
    asked: &Asked,
    days: Days,
) -> Result<Option<Overview>, Problem> {
    let Some(found) = found(app, asked.request(form, &[], days)).await? else {
        return Ok(None);
    };
    let answer = &found.answer;
    let block = months::block(&answer.months, &found.monthly, form, asked);
    Ok(Some(Overview {
        change: change_in_words(&answer.change, asked),
        months: block.and_then(|block| {
            let label = in_line(block.labels.as_deref().unwrap_or_default());
            Some((block.chart?, label))
        }),
    }))
}

/// The figures, or `None` when the question was at fault.
async fn found(app: &App, request: IndexRequest) -> Result<Option<Trend>, Problem> {
    let threshold = app.settings.threshold;
    match trend(app.store.as_ref(), &app.forms, threshold, request).await {
        Ok(found) => Ok(Some(found)),
        Err(IndexError::Request { .. }) => Ok(None),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

fn sheet(form: &Form, found: &Trend, units: &[Unit], asked: &Asked) -> Sheet {
    let lang = asked.lang();
    let words = lang.words();
    let answer = &found.answer;
    let now = &answer.change.now;
    let kinds = kinds(found.compared.iter(), lang);
    let labels = sheet_page::labels(form, now, asked, &kinds);
    let mut blocks = vec![change_block(form, &answer.change, asked)];
    blocks.extend(months::block(&answer.months, &found.monthly, form, asked));
    let gaps = answer.gaps.as_ref();
    blocks.extend(gaps.map(|gaps| gap::block(gaps, units, form, asked)));
    let mut about = vec![
        words.report.reference.clone(),
        now.method.words().formula.get(lang.tag()).to_owned(),
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
        &[("threshold", &now.threshold.to_string())],
    ));
    Sheet {
        title: words.figures.trend.clone(),
        label: in_line(&labels),
        labels,
        blocks,
        about,
    }
}

/// Which days are compared, and what can be said of it.
fn change_in_words(change: &ChangeAnswer, asked: &Asked) -> Vec<String> {
    let lang = asked.lang();
    let words = lang.words();
    let (now, before) = (&change.now, &change.before);
    let days = now.from.until(now.to);
    let days = days.map_or(0, |span| span.get_days() + 1);
    vec![
        fill(
            &words.figures.change_days,
            &[
                ("from", &day(lang, now.from)),
                ("to", &day(lang, now.to)),
                ("days", &days.to_string()),
                ("before_from", &day(lang, before.from)),
                ("before_to", &day(lang, before.to)),
            ],
        ),
        change.difference.map_or_else(
            || words.figures.no_change.clone(),
            |changed| changed.verdict.words().get(lang.tag()).to_owned(),
        ),
    ]
}

fn change_block(form: &Form, change: &ChangeAnswer, asked: &Asked) -> Block {
    let words = asked.lang().words();
    let (now, before) = (&change.now, &change.before);
    let notes = change_in_words(change, asked);
    let decimals = form.index.decimals;
    let mut rows = vec![
        row(&dated(&words.figures.now, now, asked), now, decimals),
        row(
            &dated(&words.figures.before, before, asked),
            before,
            decimals,
        ),
    ];
    if change.difference.is_some() {
        let mut values = vec![Value::text(&words.figures.difference)];
        values.extend(gap::numbers(change.difference, decimals));
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
fn dated(name: &str, answer: &IndexAnswer, asked: &Asked) -> String {
    let said = |date| day(asked.lang(), date);
    format!("{name}: {} – {}", said(answer.from), said(answer.to))
}

fn row(name: &str, answer: &IndexAnswer, decimals: u8) -> Line {
    let cell = answer.cells.first();
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

//! `GET /staff/units`: units ranked, with what keeps a rank from being over-read: intervals, rank intervals and bands.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use statistics::estimate::Estimate;
use statistics::interval::IntervalKind;
use statistics::methods::Technique;
use survey::form::Form;
use survey::method::Method;

use super::asked::Asked;
use super::desk::Officer;
use super::plot::{Dot, intervals};
use super::report::unit_name;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::{IndexCell, IndexError, IndexRequest};
use crate::ranks::{Ranking, UnitRank, ranking};
use crate::store::Unit;

const PATH: &str = "/staff/units";

/// `GET /staff/units`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let form = asked.form(&app).await?;
    let ranked = match (&form, asked.days()) {
        (Some(form), Ok(days)) => ranked(&app, asked.request(form, &[], days)).await?,
        _ => None,
    };
    let sheet = match (&form, &ranked) {
        (Some(form), Some(ranked)) => Some(sheet(
            form,
            ranked,
            &asked.scope.units(app.store.as_ref()).await?,
            &asked,
        )),
        _ => None,
    };
    sheet_page::answer(&app, &officer, &asked, PATH, form.as_deref(), sheet).await
}

/// The units in order, or `None` when the question was at fault.
async fn ranked(app: &App, request: IndexRequest) -> Result<Option<Ranking>, Problem> {
    let threshold = app.settings.threshold;
    match ranking(app.store.as_ref(), &app.forms, threshold, request).await {
        Ok(ranking) => Ok(Some(ranking)),
        Err(IndexError::Request { .. }) => Ok(None),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

fn sheet(form: &Form, ranking: &Ranking, units: &[Unit], asked: &Asked) -> Sheet {
    let lang = asked.lang();
    let words = lang.words();
    let answer = &ranking.answer.index;
    let ranked = || answer.cells.iter().zip(&ranking.answer.ranks);
    let kinds = kinds(ranking.estimates.iter(), lang);
    let name = |cell: &IndexCell| match cell.key.get("unit") {
        Some(code) => unit_name(units, code).unwrap_or(code).to_owned(),
        None => words.report.no_unit.clone(),
    };
    let max = match answer.method {
        Method::Points18 => 18.0,
        _ => 100.0,
    };
    let dots: Vec<Dot> = ranked()
        .filter_map(|(cell, rank)| {
            Some(Dot {
                name: name(cell),
                value: cell.value?,
                interval: cell.interval,
                shaded: rank.is_some_and(|rank| rank.band.is_multiple_of(2)),
            })
        })
        .collect();
    let rows = ranked()
        .map(|(cell, rank)| row(cell, name(cell), *rank, form, answer.threshold, asked))
        .collect();
    let shown = answer.cells.iter().filter(|cell| cell.value.is_some());
    let summary = fill(
        &words.figures.ranking_summary,
        &[
            ("units", &shown.count().to_string()),
            ("bands", &ranking.answer.bands.to_string()),
            (
                "hidden",
                &answer
                    .cells
                    .iter()
                    .filter(|cell| cell.suppressed)
                    .count()
                    .to_string(),
            ),
        ],
    );
    let technique = Technique::RankInterval.words();
    let labels = sheet_page::labels(form, answer, asked, &kinds);
    Sheet {
        title: words.figures.ranking.clone(),
        label: in_line(&labels),
        labels,
        blocks: vec![Block {
            title: words.figures.ranking.clone(),
            labels: None,
            notes: [
                summary.clone(),
                words.figures.ranking_note.clone(),
                fill(&words.figures.interval_is, &[("kinds", &kinds)]),
            ]
            .into_iter()
            .chain(sheet_page::kept_as_was(&answer.kept_as_was, units, asked))
            .collect(),
            chart: intervals(&dots, [0.0, max], &words.figures.ranking_chart, &summary),
            table: Table {
                id: "units",
                caption: words.figures.ranking.clone(),
                columns: columns(lang),
                rows,
            },
        }],
        about: vec![
            words.report.reference.clone(),
            answer.method.words().formula.get(lang.tag()).to_owned(),
            technique.formula.get(lang.tag()).to_owned(),
            technique.interval.get(lang.tag()).to_owned(),
            technique.note.get(lang.tag()).to_owned(),
            words.report.self_selected.clone(),
            fill(
                &words.report.too_few_note,
                &[("threshold", &answer.threshold.to_string())],
            ),
        ],
    }
}

fn columns(lang: Language) -> Vec<String> {
    let words = lang.words();
    let (report, figures) = (&words.report, &words.figures);
    [
        &report.unit,
        &figures.code,
        &report.value,
        &figures.low,
        &figures.high,
        &report.n_short,
        &report.respondents,
        &report.missing,
        &figures.closed,
        &figures.coverage,
        &figures.band,
        &figures.ranks,
        &figures.note,
        &report.flagged,
        &figures.without_flagged,
        &report.not_applicable,
    ]
    .map(Clone::clone)
    .into()
}

fn row(
    cell: &IndexCell,
    name: String,
    rank: Option<UnitRank>,
    form: &Form,
    threshold: u64,
    asked: &Asked,
) -> Line {
    let words = asked.lang().words();
    let decimals = form.index.decimals;
    let code = cell.key.get("unit");
    let end = |at: usize| cell.interval.and_then(|ends| ends.get(at).copied());
    Line {
        link: code.map(|code| {
            asked.link("/staff", |asked| {
                asked.unit = Some(code.to_owned());
                asked.all = None;
            })
        }),
        values: vec![
            Value::Text(name),
            Value::text(code.unwrap_or_default()),
            Value::number(cell.value, decimals),
            Value::number(end(0), decimals),
            Value::number(end(1), decimals),
            Value::count(cell.n),
            Value::count(cell.respondents),
            Value::count(cell.missing),
            Value::count(cell.closed),
            Value::coverage(cell.coverage),
            Value::count(rank.map(|rank| rank.band)),
            rank.map_or(Value::Empty, |rank| {
                Value::Text(format!("{}–{}", rank.best, rank.worst))
            }),
            if cell.suppressed {
                Value::Text(fill(
                    &words.figures.suppressed,
                    &[("threshold", &threshold.to_string())],
                ))
            } else {
                Value::text("")
            },
            Value::count(cell.flagged),
            Value::number(cell.value_without_flagged(), decimals),
            Value::count(cell.not_applicable),
        ],
    }
}

/// Which intervals the figures have, in words.
pub(super) fn kinds<'a>(estimates: impl Iterator<Item = &'a Estimate>, lang: Language) -> String {
    let names: BTreeSet<&str> = estimates
        .filter_map(|estimate| Some(estimate.interval?.kind))
        .map(|kind| match kind {
            IntervalKind::Wilson => "wilson",
            IntervalKind::ClusterWilson => "cluster-wilson",
            IntervalKind::T => "t",
            IntervalKind::ClusterT => "cluster-t",
            IntervalKind::Census => "census",
        })
        .collect();
    let words = &lang.words().figures;
    let told: Vec<&str> = names
        .iter()
        .map(|name| words.kinds.get(*name).map_or(*name, String::as_str))
        .collect();
    if told.is_empty() {
        words.no_interval.clone()
    } else {
        told.join("; ")
    }
}

//! `GET /staff/qd766`: the three ratios of QĐ 766 beside `top2`, which is another figure.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey::form::Form;
use survey::qd766::Indicator;

use super::asked::{Asked, given};
use super::citizen_reports::unit_codes;
use super::desk::Officer;
use super::numbers::{day, whole};
use super::pages::{Qd766, render};
use super::print;
use super::report::unit_name;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::{DEMO_NOTE, IndexError};
use crate::qd766::{Qd766Answer, Qd766Cell, Request, answer};
use crate::store::Unit;

const PATH: &str = "/staff/qd766";

/// `GET /staff/qd766`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let lang = asked.lang();
    let form = asked.form(&app).await?;
    let units = asked.scope.units(app.store.as_ref()).await?;
    let answer = match (&form, asked.days()) {
        (Some(form), Ok((from, to))) => {
            let request = Request {
                form: Some(form.id.clone()),
                from,
                to,
                unit: given(&asked.unit).map(str::to_owned),
                within: asked.scope.codes().cloned(),
                shown_to: asked.shown_to,
            };
            let settings = &app.settings;
            match answer(
                &app.intake,
                settings.threshold,
                settings.qd766_points,
                request,
            )
            .await
            {
                Ok(answer) => Some(answer),
                Err(IndexError::Request { .. }) => None,
                Err(IndexError::Store(error)) => return Err(error.into()),
            }
        }
        _ => None,
    };
    let sheet = answer
        .zip(form.as_deref())
        .map(|(answer, form)| sheet(&answer, form, &units, &asked));
    if let Some(sheet) = &sheet
        && let Some(file) = sheet_page::file(&asked, sheet)?
    {
        return Ok(file);
    }
    let status = match &sheet {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let page = render(&Qd766 {
        lang,
        words: lang.words(),
        demo: app.store.note(DEMO_NOTE).await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        choices: asked.choices(&app, form.as_deref()),
        action: PATH,
        report: asked.link("/staff", |_| {}),
        units: asked.link("/staff/units", |_| {}),
        trend: asked.link("/staff/trend", |_| {}),
        prints: print::links(&asked),
        unit: given(&asked.unit).unwrap_or_default(),
        unit_codes: unit_codes(&units),
        exports: sheet
            .iter()
            .flat_map(|sheet| &sheet.blocks)
            .map(|block| sheet_page::links(&asked, PATH, block.table.id))
            .collect(),
        sheet,
    });
    Ok((status, page).into_response())
}

fn sheet(answer: &Qd766Answer, form: &Form, units: &[Unit], asked: &Asked) -> Sheet {
    let lang = asked.lang();
    let all = lang.words();
    let words = &all.qd766;
    let mut labels = vec![
        (
            all.report.form.clone(),
            form.title.get(lang.tag()).to_owned(),
        ),
        (all.report.from.clone(), day(lang, answer.from)),
        (all.report.to.clone(), day(lang, answer.to)),
    ];
    if let Some(unit) = given(&asked.unit) {
        labels.push((all.report.unit.clone(), unit.to_owned()));
    }
    labels.push((words.unverified.clone(), words.unverified_short.clone()));
    if answer.demo {
        labels.push((all.figures.note.clone(), all.demo.clone()));
    }
    let mut blocks = vec![ratios(answer, lang), beside(&answer.total, lang)];
    if given(&asked.unit).is_none() {
        blocks.push(by_unit(answer, units, asked));
    }
    let mut about: Vec<String> = Indicator::ALL
        .iter()
        .map(|one| {
            let told = one.words();
            format!(
                "{}: {}",
                told.label.get(lang.tag()),
                told.formula.get(lang.tag())
            )
        })
        .collect();
    about.extend([
        words.reading.clone(),
        words.period.clone(),
        fill(
            &words.suppressed_note,
            &[("threshold", &answer.threshold.to_string())],
        ),
        all.report.self_selected.clone(),
    ]);
    Sheet {
        title: words.title.clone(),
        label: in_line(&labels),
        labels,
        blocks,
        about,
    }
}

/// The three ratios as rows.
fn ratios(answer: &Qd766Answer, lang: Language) -> Block {
    let words = &lang.words().qd766;
    let cell = &answer.total;
    let points = |at: usize| cell.points.and_then(|points| points.get(at).copied());
    let rows = Indicator::ALL
        .iter()
        .zip(&cell.ratios)
        .enumerate()
        .map(|(at, (indicator, ratio))| Line {
            link: None,
            values: vec![
                Value::text(indicator.words().label.get(lang.tag())),
                Value::number(ratio.value, 2),
                Value::count(ratio.counted),
                Value::Count(ratio.of),
                Value::Count(ratio.pending),
                Value::number(points(at), 2),
                Value::Text(if ratio.not_known > 0 {
                    not_known(ratio.not_known, lang)
                } else if ratio.suppressed {
                    fill(
                        &lang.words().figures.suppressed,
                        &[("threshold", &answer.threshold.to_string())],
                    )
                } else {
                    String::new()
                }),
            ],
        })
        .collect();
    let split = match answer.split {
        Some(split) => fill(
            &words.split,
            &[("split", &split.map(|one| one.to_string()).join(" + "))],
        ),
        None => words.no_split.clone(),
    };
    Block {
        title: words.ratios.clone(),
        labels: None,
        notes: vec![words.silence.clone(), split],
        chart: None,
        table: Table {
            id: "ratios",
            caption: words.ratios.clone(),
            columns: [
                &words.ratio,
                &words.value,
                &words.counted,
                &words.of,
                &words.pending,
                &words.points,
                &lang.words().figures.note,
            ]
            .map(Clone::clone)
            .into(),
            rows,
        },
    }
}

/// Why the third ratio of so many dossiers has no value.
fn not_known(dossiers: u64, lang: Language) -> String {
    fill(
        &lang.words().qd766.not_known,
        &[("count", &whole(lang, dossiers))],
    )
}

/// `top2` of the same unit and days.
fn beside(cell: &Qd766Cell, lang: Language) -> Block {
    let words = &lang.words().qd766;
    let end = |at: usize| {
        let interval = cell.beside.as_ref().and_then(|beside| beside.interval);
        Value::number(interval.and_then(|ends| ends.get(at).copied()), 2)
    };
    let beside = cell.beside.as_ref();
    Block {
        title: words.beside.clone(),
        labels: None,
        notes: vec![words.beside_note.clone()],
        chart: None,
        table: Table {
            id: "top2",
            caption: words.beside.clone(),
            columns: [
                &words.ratio,
                &words.top2,
                &lang.words().figures.low,
                &lang.words().figures.high,
                &lang.words().report.n_short,
            ]
            .map(Clone::clone)
            .into(),
            rows: vec![Line {
                link: None,
                values: vec![
                    Value::text(survey::method::Method::Top2.words().label.get(lang.tag())),
                    Value::number(beside.and_then(|beside| beside.value), 2),
                    end(0),
                    end(1),
                    Value::count(beside.and_then(|beside| beside.n)),
                ],
            }],
        },
    }
}

fn by_unit(answer: &Qd766Answer, units: &[Unit], asked: &Asked) -> Block {
    let lang = asked.lang();
    let words = &lang.words().qd766;
    let rows = answer
        .units
        .iter()
        .map(|cell| {
            let code = cell.unit.as_deref().unwrap_or_default();
            let value =
                |at: usize| Value::number(cell.ratios.get(at).and_then(|ratio| ratio.value), 2);
            let beside = cell.beside.as_ref();
            Line {
                link: Some(asked.link(PATH, |asked| asked.unit = Some(code.to_owned()))),
                values: vec![
                    Value::text(unit_name(units, code).unwrap_or(code)),
                    value(0),
                    value(1),
                    value(2),
                    Value::count(cell.ratios.get(2).map(|ratio| ratio.of)),
                    Value::number(beside.and_then(|beside| beside.value), 2),
                    Value::count(beside.and_then(|beside| beside.n)),
                ],
            }
        })
        .collect();
    let unknown = answer.units.iter().filter_map(|cell| cell.ratios.get(2));
    let unknown: u64 = unknown.map(|ratio| ratio.not_known).sum();
    let notes = [words.beside_note.clone()]
        .into_iter()
        .chain((unknown > 0).then(|| not_known(unknown, lang)));
    Block {
        title: words.by_unit.clone(),
        labels: None,
        notes: notes.collect(),
        chart: None,
        table: Table {
            id: "units",
            caption: words.by_unit.clone(),
            columns: [
                &lang.words().report.unit,
                &words.first,
                &words.second,
                &words.third,
                &words.dossiers,
                &words.top2,
                &lang.words().report.n_short,
            ]
            .map(Clone::clone)
            .into(),
            rows,
        },
    }
}

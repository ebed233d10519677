//! `GET /staff/comments`: what citizens wrote and ticked, in groups that point at nobody.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use survey::form::Form;

use super::asked::{Asked, given};
use super::desk::Officer;
use super::figures::Choice;
use super::numbers::{day, month, whole};
use super::pages::{Comments, render};
use super::plot::{Dot, intervals};
use super::print;
use super::report::unit_name;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::fill;
use crate::comments::Narrowed;
use crate::comments::read::{Read, ReasonsAnswer, Request, read};
use crate::delay::Delay;
use crate::http::{App, Problem, Settings};
use crate::index::DEMO_NOTE;
use crate::store::{Deed, Procedure, Unit};

const PATH: &str = "/staff/comments";
/// Comments on a page.
const PAGE: usize = 50;

/// What this page is asked beside what all pages are.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Own {
    /// Only comments of people who ticked this reason.
    reason: Option<String>,
    /// From 1.
    page: Option<String>,
}

/// Comments of one unit in one month.
pub(super) struct Said {
    pub(super) heading: String,
    pub(super) unit: String,
    pub(super) texts: Vec<String>,
}

/// Where the pages of comments before and after are.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// `GET /staff/comments`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
    Query(own): Query<Own>,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let lang = asked.lang();
    let words = lang.words();
    let form = asked.form(&app).await?;
    let units = asked.scope.units(app.store.as_ref()).await?;
    let procedures = app.store.procedures().await?;
    let read = match (&form, asked.days()) {
        (Some(form), Ok(days)) => {
            let request = request(&asked, &own, days);
            read(app.store.as_ref(), &app.settings, form, request).await?
        }
        _ => None,
    };
    let demo = app.store.note(DEMO_NOTE).await?.is_some();
    let sheet = match (&read, &form) {
        (Some(read), Some(form)) => Some(sheet(form, read, &asked, &app.settings, demo)),
        _ => None,
    };
    let detail = told(&asked, &own);
    officer
        .did(
            &app,
            Deed::CommentsRead,
            given(&asked.unit).unwrap_or_default(),
            &detail,
        )
        .await?;
    if let Some(sheet) = &sheet
        && let Some(file) = sheet_page::file(&asked, sheet)?
    {
        return Ok(file);
    }
    let status = match &sheet {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let number = given(&own.page)
        .and_then(|page| page.parse::<usize>().ok())
        .unwrap_or(1)
        .clamp(1, 10_000);
    let (said, pages) = read.as_ref().map_or_else(
        || (Vec::new(), Pages::default()),
        |read| said(read, &units, &asked, &own, number),
    );
    let hidden = read.as_ref().filter(|read| read.shown.hidden > 0);
    let page = render(&Comments {
        lang,
        words,
        demo,
        user: &officer.user.name,
        csrf: &officer.csrf,
        choices: asked.choices(&app, form.as_deref()),
        action: PATH,
        report: asked.link("/staff", |_| {}),
        units: asked.link("/staff/units", |_| {}),
        trend: asked.link("/staff/trend", |_| {}),
        prints: print::links(&asked),
        offered: Offered::of(&units, &procedures, form.as_deref(), &asked, &own),
        exports: sheet
            .iter()
            .flat_map(|sheet| &sheet.blocks)
            .map(|block| sheet_page::links(&asked, PATH, block.table.id))
            .collect(),
        hidden: hidden.map(|read| {
            fill(
                &words.comments.hidden,
                &[
                    ("count", &whole(lang, read.shown.hidden)),
                    ("threshold", &app.settings.threshold.to_string()),
                ],
            )
        }),
        sheet,
        said,
        pages,
    });
    Ok((status, page).into_response())
}

/// What was asked, for the audit log.
fn told(asked: &Asked, own: &Own) -> String {
    let said: Vec<String> = [
        ("form", &asked.form),
        ("from", &asked.from),
        ("to", &asked.to),
        ("field", &asked.field),
        ("procedure", &asked.procedure),
        ("reason", &own.reason),
        ("page", &own.page),
        ("file", &asked.export),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("{name} {}", given(value)?)))
    .collect();
    said.join(", ")
}

/// What may be chosen, and what is.
pub(super) struct Offered {
    pub(super) units: Vec<(String, String)>,
    pub(super) unit: String,
    pub(super) fields: Vec<Choice>,
    pub(super) procedures: Vec<(String, String)>,
    pub(super) procedure: String,
    pub(super) reasons: Vec<Choice>,
}

impl Offered {
    fn of(
        units: &[Unit],
        procedures: &[Procedure],
        form: Option<&Form>,
        asked: &Asked,
        own: &Own,
    ) -> Self {
        let codes: BTreeSet<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
        let fields: BTreeSet<&str> = procedures.iter().map(|one| one.field.as_str()).collect();
        let reasons = form.and_then(|form| form.reasons.as_ref());
        let text = |value: &Option<String>| given(value).unwrap_or_default().to_owned();
        Self {
            units: codes
                .into_iter()
                .map(|code| {
                    let name = unit_name(units, code).unwrap_or(code);
                    (code.to_owned(), name.to_owned())
                })
                .collect(),
            unit: text(&asked.unit),
            fields: fields
                .into_iter()
                .map(|field| Choice {
                    value: field.to_owned(),
                    text: field.to_owned(),
                    chosen: given(&asked.field) == Some(field),
                })
                .collect(),
            procedures: procedures
                .iter()
                .map(|one| (one.code.clone(), one.name.clone()))
                .collect(),
            procedure: text(&asked.procedure),
            reasons: reasons
                .iter()
                .flat_map(|reasons| &reasons.options)
                .map(|one| Choice {
                    value: one.id.clone(),
                    text: one.text.get(asked.lang().tag()).to_owned(),
                    chosen: given(&own.reason) == Some(one.id.as_str()),
                })
                .collect(),
        }
    }
}

fn request(asked: &Asked, own: &Own, (from, to): (Option<Date>, Option<Date>)) -> Request {
    let text = |value: &Option<String>| given(value).map(str::to_owned);
    Request {
        from,
        to,
        unit: text(&asked.unit),
        within: asked.scope.codes().cloned(),
        narrowed: Narrowed {
            field: text(&asked.field),
            procedure: text(&asked.procedure),
            reason: text(&own.reason),
        },
        shown_to: asked.shown_to,
    }
}

/// One page of comments under their headings.
fn said(
    read: &Read,
    units: &[Unit],
    asked: &Asked,
    own: &Own,
    number: usize,
) -> (Vec<Said>, Pages) {
    let lang = asked.lang();
    let words = &lang.words().comments;
    let first = (number - 1) * PAGE;
    let mut at = 0;
    let mut said = Vec::new();
    for group in &read.shown.groups {
        let start = first.saturating_sub(at).min(group.comments.len());
        let end = (first + PAGE).saturating_sub(at).min(group.comments.len());
        at += group.comments.len();
        let texts = group.comments.get(start..end).unwrap_or_default();
        if !texts.is_empty() {
            said.push(Said {
                heading: fill(
                    &words.group,
                    &[
                        ("unit", unit_name(units, &group.unit).unwrap_or(&group.unit)),
                        ("month", &month(lang, group.month)),
                        ("count", &whole(lang, group.responses)),
                    ],
                ),
                unit: group.unit.to_string(),
                texts: texts.to_vec(),
            });
        }
    }
    let link = |number: usize| {
        let mut query = form_urlencoded::Serializer::new(asked.link(PATH, |_| {}));
        if let Some(reason) = given(&own.reason) {
            query.append_pair("reason", reason);
        }
        query.append_pair("page", &number.to_string());
        query.finish()
    };
    let pages = Pages {
        before: (number > 1).then(|| link(number - 1)),
        after: (at > first + PAGE).then(|| link(number + 1)),
    };
    (said, pages)
}

/// The reasons as chart and table.
fn sheet(form: &Form, read: &Read, asked: &Asked, settings: &Settings, demo: bool) -> Sheet {
    let lang = asked.lang();
    let words = &lang.words().comments;
    let report = &lang.words().report;
    let told = ReasonsAnswer::of(form, Some(read), asked.shown_to, settings.threshold, demo);
    let mut ticked: Vec<(String, u64, Option<f64>)> = told
        .reasons
        .into_iter()
        .map(|mut one| {
            let name = one.label.remove(lang.tag()).unwrap_or(one.reason);
            (name, one.count, one.share)
        })
        .collect();
    ticked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let most = ticked.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let summary = fill(
        &words.summary,
        &[
            ("count", &whole(lang, read.shown.responses)),
            ("from", &day(lang, read.from)),
            ("to", &day(lang, read.to)),
        ],
    );
    let mut labels = vec![
        (report.form.clone(), form.title.get(lang.tag()).to_owned()),
        (report.version.clone(), form.version.to_string()),
        (report.from.clone(), day(lang, read.from)),
        (report.to.clone(), day(lang, read.to)),
    ];
    for (name, value) in [
        (&report.unit, &asked.unit),
        (&report.field, &asked.field),
        (&lang.words().figures.procedure, &asked.procedure),
    ] {
        if let Some(value) = given(value) {
            labels.push((name.clone(), value.to_owned()));
        }
    }
    if demo {
        labels.push((lang.words().figures.note.clone(), lang.words().demo.clone()));
    }
    let dots: Vec<Dot> = ticked
        .iter()
        .map(|(name, count, _)| Dot {
            name: name.clone(),
            // Drawn: a pixel stands for more than what is lost beyond 2^53.
            value: *count as f64,
            interval: None,
            shaded: false,
        })
        .collect();
    // A multiple of four, so that each line of the chart stands for a whole number.
    let top = most.next_multiple_of(4).max(4) as f64;
    let chart = match most {
        0 => None,
        _ => intervals(&dots, [0.0, top], &words.chart, &summary),
    };
    let hours = settings.delay.hours().to_string();
    let held_back =
        (settings.delay != Delay::NONE).then(|| fill(&words.held_back, &[("hours", &hours)]));
    Sheet {
        title: words.title.clone(),
        label: in_line(&labels),
        labels,
        blocks: vec![Block {
            title: words.reasons.clone(),
            labels: None,
            notes: vec![summary, words.reasons_note.clone()],
            chart,
            table: Table {
                id: "reasons",
                caption: words.reasons.clone(),
                columns: vec![
                    words.reason.clone(),
                    words.ticked.clone(),
                    words.share.clone(),
                ],
                rows: ticked
                    .into_iter()
                    .map(|(name, count, share)| Line {
                        link: None,
                        values: vec![
                            Value::Text(name),
                            Value::Count(count),
                            Value::coverage(share),
                        ],
                    })
                    .collect(),
            },
        }],
        about: [fill(
            &words.grouped,
            &[("threshold", &settings.threshold.to_string())],
        )]
        .into_iter()
        .chain(held_back)
        .chain([words.cleaned.clone(), report.self_selected.clone()])
        .collect(),
    }
}

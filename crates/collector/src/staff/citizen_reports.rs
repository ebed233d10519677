//! `GET /staff/reports`: citizen reports, what is overdue, and how many were answered in time.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::asked::{Asked, given};
use super::desk::Officer;
use super::figures::Choice;
use super::numbers::{day, percent, whole};
use super::pages::{CitizenReports, render};
use super::print;
use super::report::unit_name;
use super::scope::Scope;
use super::sheet::{Block, Line, Sheet, Table, Value, in_line};
use super::sheet_page;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::DEMO_NOTE;
use crate::reports::counts::ReportCounts;
use crate::reports::{NewReport, Report, ReportFilter, State as Progress};
use crate::store::calendar::business_day;
use crate::store::terms::Term;
use crate::store::{Deed, StoreError, Unit};

const PATH: &str = "/staff/reports";
/// Rows on the page; files have all.
const ROWS: usize = 300;
/// Characters of a report's words in the table.
const BEGINNING: usize = 100;

/// What this page is asked beside what all pages are.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Own {
    /// Only in this state.
    state: Option<String>,
    /// Present: only what is or was overdue.
    overdue: Option<String>,
}

/// `GET /staff/reports`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
    Query(own): Query<Own>,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let lang = asked.lang();
    let words = lang.words();
    let now = Timestamp::now();
    let units = asked.scope.units(app.store.as_ref()).await?;
    let found = match asked.days() {
        Ok((from, to)) => {
            let mut all = app.store.reports(ReportFilter { from, to }).await?;
            all.retain(|report| asked.scope.sees(&report.report.standing.unit));
            if let Some(unit) = given(&asked.unit) {
                all.retain(|report| report.report.standing.unit == unit);
            }
            Some(all)
        }
        Err(_) => None,
    };
    let demo = app.store.note(DEMO_NOTE).await?.is_some();
    let mut sheet = found
        .as_ref()
        .map(|all| sheet(all, &units, &asked, &own, now, demo));
    if sheet.is_some() {
        // The table holds the beginnings of what citizens wrote.
        officer
            .did(
                &app,
                Deed::CommentsRead,
                given(&asked.unit).unwrap_or_default(),
                "citizen reports",
            )
            .await?;
    }
    if let Some(sheet) = &sheet
        && let Some(file) = sheet_page::file(&asked, sheet)?
    {
        return Ok(file);
    }
    let mut cut = None;
    if let Some(block) = sheet.as_mut().and_then(|sheet| sheet.blocks.first_mut())
        && block.table.rows.len() > ROWS
    {
        let all = whole(lang, block.table.rows.len() as u64);
        block.table.rows.truncate(ROWS);
        cut = Some(fill(
            &words.reports.cut,
            &[("shown", &ROWS.to_string()), ("all", &all)],
        ));
    }
    let status = match found {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let page = render(&CitizenReports {
        lang,
        words,
        demo,
        user: &officer.user.name,
        csrf: &officer.csrf,
        may_change: officer.may_change(),
        choices: asked.choices(&app, None),
        action: PATH,
        report: asked.link("/staff", |_| {}),
        units: asked.link("/staff/units", |_| {}),
        trend: asked.link("/staff/trend", |_| {}),
        prints: print::links(&asked),
        states: Progress::ALL
            .iter()
            .map(|(_, _, name)| Choice {
                value: (*name).to_owned(),
                text: words.reports.states.get(*name).cloned().unwrap_or_default(),
                chosen: given(&own.state) == Some(*name),
            })
            .collect(),
        overdue: given(&own.overdue).is_some(),
        unit: given(&asked.unit).unwrap_or_default(),
        unit_codes: unit_codes(&units),
        exports: sheet
            .iter()
            .flat_map(|sheet| &sheet.blocks)
            .map(|block| {
                let mut links = sheet_page::links(&asked, PATH, block.table.id);
                for link in &mut links {
                    link.value = narrowed(std::mem::take(&mut link.value), &own);
                }
                links
            })
            .collect(),
        sheet,
        cut,
    });
    Ok((status, page).into_response())
}

/// A link with this page's own filters.
fn narrowed(link: String, own: &Own) -> String {
    let mut query = form_urlencoded::Serializer::new(link);
    for (name, value) in [("state", &own.state), ("overdue", &own.overdue)] {
        if let Some(value) = given(value) {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

/// Codes and names of units, each code once.
pub(super) fn unit_codes(units: &[Unit]) -> Vec<(String, String)> {
    let codes: BTreeSet<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
    codes
        .into_iter()
        .map(|code| {
            let name = unit_name(units, code).unwrap_or(code);
            (code.to_owned(), name.to_owned())
        })
        .collect()
}

/// Where a report is read.
pub(super) fn link(id: i64, lang: Language) -> String {
    format!("{PATH}/one?id={id}&lang={}", lang.tag())
}

fn sheet(
    all: &[Report],
    units: &[Unit],
    asked: &Asked,
    own: &Own,
    now: Timestamp,
    demo: bool,
) -> Sheet {
    let lang = asked.lang();
    let words = &lang.words().reports;
    let mut labels = Vec::new();
    for (name, value) in [
        (&lang.words().report.from, &asked.from),
        (&lang.words().report.to, &asked.to),
        (&lang.words().report.unit, &asked.unit),
    ] {
        if let Some(value) = given(value) {
            labels.push((name.clone(), value.to_owned()));
        }
    }
    labels.push((words.until.clone(), day(lang, business_day(now))));
    if demo {
        labels.push((lang.words().figures.note.clone(), lang.words().demo.clone()));
    }
    let passes = |report: &&Report| {
        let standing = &report.report.standing;
        given(&own.state).is_none_or(|state| standing.state.name() == state)
            && (given(&own.overdue).is_none() || standing.is_overdue(now))
    };
    let rows = all
        .iter()
        .filter(passes)
        .map(|report| row(report, units, lang, now))
        .collect();
    Sheet {
        title: words.title.clone(),
        label: in_line(&labels),
        labels,
        blocks: vec![Block {
            title: words.list.clone(),
            labels: None,
            notes: vec![share(all, lang, now)],
            chart: None,
            table: Table {
                id: "reports",
                caption: words.list.clone(),
                columns: [
                    &words.number,
                    &words.text,
                    &words.state,
                    &words.received,
                    &words.due,
                    &words.answered,
                    &words.overdue,
                    &lang.words().report.unit,
                    &words.within,
                    &words.outcome,
                    &words.source,
                    &words.outside,
                ]
                .map(Clone::clone)
                .into(),
                rows,
            },
        }],
        about: vec![words.share_note.clone(), words.due_note.clone()],
    }
}

/// How many were answered in time, of those of which it can be said.
fn share(all: &[Report], lang: Language, now: Timestamp) -> String {
    let words = &lang.words().reports;
    // The sentence does not speak of those that were opened once more.
    let counts = ReportCounts::of(all, &BTreeSet::new(), now);
    let pending = whole(lang, counts.pending);
    match counts.share_on_time {
        Some(share) => fill(
            &words.on_time,
            &[
                ("share", &percent(lang, share, 1)),
                ("count", &whole(lang, counts.on_time)),
                ("all", &whole(lang, counts.decided)),
                ("pending", &pending),
            ],
        ),
        None => fill(&words.no_share, &[("pending", &pending)]),
    }
}

/// The text of a report, or that it was destroyed: none is opened here without words, and those of a feed have none.
pub(super) fn shown_text(kept: &NewReport, lang: Language) -> String {
    if kept.text.is_empty() && kept.outside_id.is_none() {
        return lang.words().retention.destroyed.clone();
    }
    kept.text.clone()
}

fn row(report: &Report, units: &[Unit], lang: Language, now: Timestamp) -> Line {
    let words = &lang.words().reports;
    let kept = &report.report;
    let standing = &kept.standing;
    let on = |moment: Timestamp| Value::Text(day(lang, business_day(moment)));
    let told = |words: &std::collections::BTreeMap<String, String>, name: &str| {
        Value::Text(words.get(name).cloned().unwrap_or_default())
    };
    let text = shown_text(kept, lang);
    let mut beginning: String = text.chars().take(BEGINNING).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    let yes = |yes: bool| Value::Text(if yes { &words.yes } else { &words.no }.clone());
    Line {
        link: Some(link(report.id, lang)),
        values: vec![
            Value::Text(report.id.to_string()),
            Value::Text(beginning.replace('\n', " ")),
            told(&words.states, standing.state.name()),
            on(kept.received_at),
            on(standing.due_at),
            standing.answered_at.map_or(Value::text(""), on),
            Value::Text(if standing.is_overdue(now) {
                words.overdue.clone()
            } else {
                String::new()
            }),
            Value::text(unit_name(units, &standing.unit).unwrap_or(&standing.unit)),
            yes(standing.within_competence),
            told(&words.outcomes, standing.outcome.name()),
            told(&words.sources, kept.source.name()),
            Value::text(kept.outside_id.as_deref().unwrap_or_default()),
        ],
    }
}

/// The units for a form, read once more: an officer may be slow.
pub(super) async fn known_units(
    app: &App,
    scope: &Scope,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(unit_codes(&scope.units(app.store.as_ref()).await?))
}

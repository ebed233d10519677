//! `/staff/reports/one`: a citizen report with its history, and what an officer may do to it.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::citizen_report_form::{bad_form, day_of, due_on, is_known, must_be_ours, must_read};
use super::citizen_reports::{known_units, link, shown_text};
use super::desk::Officer;
use super::figures::Choice;
use super::numbers::day;
use super::pages::{CitizenReport, render};
use super::report::unit_name;
use super::scope::Scope;
use super::spans::clock_time;
use super::words::Language;
use crate::http::{App, Problem};
use crate::index::DEMO_NOTE;
use crate::intake::scrub;
use crate::reports::{Action, Event, Misfit, Outcome, Report, State as Progress};
use crate::store::Deed;
use crate::store::calendar::business_day;
use crate::store::terms::Term;

/// Longest name of who has a report, in characters.
const LONGEST_NAME: usize = 100;
/// Longest note, in characters.
const LONGEST_NOTE: usize = 500;

/// Which report.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
    id: Option<String>,
}

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    id: i64,
    /// The last event that the officer has seen.
    #[serde(default)]
    version: i64,
    /// assign | answer | judge | reopen | change | undo
    #[serde(default)]
    action: String,
    #[serde(default)]
    assignee: String,
    #[serde(default)]
    answered_on: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    due_on: String,
    #[serde(default)]
    within: String,
    #[serde(default)]
    note: String,
}

/// A thing that was done, in words.
pub(super) struct Done {
    pub(super) when: String,
    pub(super) by: String,
    pub(super) what: String,
    pub(super) note: String,
}

/// What a page says of a report.
pub(super) struct Told {
    pub(super) id: i64,
    pub(super) version: i64,
    pub(super) text: String,
    pub(super) facts: Vec<(String, String)>,
    pub(super) answered: bool,
    pub(super) overdue: bool,
    pub(super) can_undo: bool,
    pub(super) unit: String,
    pub(super) due_on: String,
    pub(super) within: bool,
    pub(super) assignee: String,
    pub(super) today: String,
    pub(super) outcomes: Vec<Choice>,
    pub(super) history: Vec<Done>,
}

/// `GET /staff/reports/one`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = Language::of(asked.lang.as_deref().unwrap_or_default());
    must_read(&officer, lang)?;
    let id = asked.id.as_deref().and_then(|id| id.parse().ok());
    let Some((report, history)) = found(&app, &officer.scope, id.unwrap_or_default()).await? else {
        let message = lang.words().reports.unknown.clone();
        return Ok(officer.unknown(&app, lang, message).await);
    };
    officer
        .did(
            &app,
            Deed::CommentsRead,
            &report.report.standing.unit,
            &format!("citizen report {}", report.id),
        )
        .await?;
    shown(&app, &officer, lang, &report, &history, None).await
}

/// `POST /staff/reports/one`
pub(super) async fn act(
    State(app): State<Arc<App>>,
    parts: Parts,
    officer: Officer,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(fields) = form.map_err(|rejected| bad_form(&rejected))?;
    let lang = Language::of(&fields.lang);
    must_be_ours(&parts, &officer, &fields.csrf)?;
    must_read(&officer, lang)?;
    let Some((report, history)) = found(&app, &officer.scope, fields.id).await? else {
        let message = lang.words().reports.unknown.clone();
        return Ok(officer.unknown(&app, lang, message).await);
    };
    let now = Timestamp::now();
    let refused = async |field: &'static str, status| {
        let page = shown(&app, &officer, lang, &report, &history, Some(field)).await?;
        Ok((status, page).into_response())
    };
    if report.version != fields.version {
        return refused("changed", StatusCode::CONFLICT).await;
    }
    let note = fields.note.trim();
    if note.chars().count() > LONGEST_NOTE {
        return refused("note", StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let action = match fields.action(&app, &officer.scope, &report, now).await? {
        Ok(action) => action,
        Err(field) => return refused(field, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let (step, standing) = match action.apply(&history) {
        Ok(done) => done,
        Err(Misfit::Answered) => return refused("answered", StatusCode::CONFLICT).await,
        Err(Misfit::NotAnswered) => return refused("not-answered", StatusCode::CONFLICT).await,
        Err(Misfit::NothingToUndo) => return refused("undo", StatusCode::CONFLICT).await,
    };
    let event = Event {
        at: now,
        by: officer.user.name.clone(),
        step,
        note: scrub::comment(note),
        standing,
    };
    if !app
        .store
        .step_report(report.id, report.version, event)
        .await?
    {
        return refused("changed", StatusCode::CONFLICT).await;
    }
    Ok(Redirect::to(&link(report.id, lang)).into_response())
}

impl Fields {
    /// What is to be done, or the field that is wrong.
    async fn action(
        &self,
        app: &App,
        scope: &Scope,
        report: &Report,
        now: Timestamp,
    ) -> Result<Result<Action, &'static str>, Problem> {
        let received_at = report.report.received_at;
        let outcome = Outcome::of_name(&self.outcome);
        Ok(match self.action.as_str() {
            "assign" => {
                let to = self.assignee.trim();
                let fits = (1..=LONGEST_NAME).contains(&to.chars().count())
                    && !to.chars().any(char::is_control);
                fits.then(|| Action::Assign(to.to_owned()))
                    .ok_or("assignee")
            }
            "answer" => match (day_of(&self.answered_on, now), outcome) {
                (Some(at), Some(outcome)) if business_day(at) >= business_day(received_at) => {
                    Ok(Action::Answer(at.max(received_at), outcome))
                }
                (_, None) => Err("outcome"),
                _ => Err("answered_on"),
            },
            "judge" => outcome.map(Action::Judge).ok_or("outcome"),
            "reopen" => Ok(Action::Reopen),
            "undo" => Ok(Action::Undo),
            "change" => {
                let unit = self.unit.trim();
                match due_on(&self.due_on, received_at) {
                    _ if !is_known(app, scope, unit).await? => Err("unit"),
                    None => Err("due_on"),
                    Some(due_at) => Ok(Action::Change {
                        unit: unit.to_owned(),
                        due_at,
                        within_competence: !self.within.is_empty(),
                    }),
                }
            }
            _ => Err("action"),
        })
    }
}

/// A report of a unit that is seen; one of another is unknown.
async fn found(app: &App, scope: &Scope, id: i64) -> Result<Option<(Report, Vec<Event>)>, Problem> {
    let report = app.store.report(id).await?;
    Ok(report.filter(|(report, _)| scope.sees(&report.report.standing.unit)))
}

async fn shown(
    app: &App,
    officer: &Officer,
    lang: Language,
    report: &Report,
    history: &[Event],
    wrong: Option<&'static str>,
) -> Result<Response, Problem> {
    let words = lang.words();
    let now = Timestamp::now();
    let kept = &report.report;
    let standing = &kept.standing;
    let told = |words: &std::collections::BTreeMap<String, String>, name: &str| {
        words.get(name).cloned().unwrap_or_default()
    };
    let on = |moment| day(lang, business_day(moment));
    let units = officer.scope.units(app.store.as_ref()).await?;
    let unit = unit_name(&units, &standing.unit).unwrap_or(&standing.unit);
    let r = &words.reports;
    let mut facts = vec![
        (r.state.clone(), told(&r.states, standing.state.name())),
        (words.report.unit.clone(), unit.to_owned()),
        (r.received.clone(), on(kept.received_at)),
        (r.due.clone(), on(standing.due_at)),
        (r.source.clone(), told(&r.sources, kept.source.name())),
        (
            r.within.clone(),
            if standing.within_competence {
                &r.yes
            } else {
                &r.no
            }
            .clone(),
        ),
    ];
    if let Some(assignee) = &standing.assignee {
        facts.push((r.assignee.clone(), assignee.clone()));
    }
    if let Some(at) = standing.answered_at {
        facts.push((r.answered.clone(), on(at)));
        facts.push((
            r.outcome.clone(),
            told(&r.outcomes, standing.outcome.name()),
        ));
    }
    if kept.dossier.is_some() {
        facts.push((r.dossier.clone(), r.dossier_linked.clone()));
    }
    if let Some(id) = &kept.outside_id {
        facts.push((r.outside.clone(), id.clone()));
    }
    let page = render(&CitizenReport {
        lang,
        words,
        demo: app.store.note(DEMO_NOTE).await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        may_change: officer.may_change(),
        unit_codes: known_units(app, &officer.scope).await?,
        wrong: wrong.map(|field| (field, told(&r.faults, field))),
        told: Told {
            id: report.id,
            version: report.version,
            text: shown_text(kept, lang),
            facts,
            answered: standing.state == Progress::Answered,
            overdue: standing.is_overdue(now),
            can_undo: history.last().is_some_and(Event::can_be_undone) && history.len() > 1,
            unit: standing.unit.clone(),
            due_on: business_day(standing.due_at).to_string(),
            within: standing.within_competence,
            assignee: standing.assignee.clone().unwrap_or_default(),
            today: business_day(now).to_string(),
            outcomes: Outcome::ALL
                .iter()
                .map(|(outcome, _, name)| Choice {
                    value: (*name).to_owned(),
                    text: told(&r.outcomes, name),
                    chosen: standing.outcome == *outcome,
                })
                .collect(),
            history: history
                .iter()
                .rev()
                .map(|event| Done {
                    when: format!("{} {}", on(event.at), clock_time(event.at)),
                    by: event.by.clone(),
                    what: told(&r.steps, event.step.name()),
                    note: event.note.clone().unwrap_or_default(),
                })
                .collect(),
        },
    });
    Ok(page)
}

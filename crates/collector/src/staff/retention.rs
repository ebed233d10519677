//! `/staff/retention`: what will be destroyed when, what was, and how to put it off. For administrators.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use super::asked::Asked;
use super::citizen_report_form::{bad_form, must_be_ours};
use super::desk::Officer;
use super::numbers::{day, whole};
use super::pages::{Retention, RetentionRule, render};
use super::sheet::{Block, Line, Sheet, Table, Value};
use super::sheet_page;
use super::spans::moment;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::DEMO_NOTE;
use crate::retention::{
    Hold, LONGEST_REASON, Matter, Obstacle, Planned, Rule, State as Kept, USUAL_MONTHS,
};
use crate::store::calendar::business_day;
use crate::store::terms::Term;
use crate::store::{Deed, Entry, RetentionChange};

const PATH: &str = "/staff/retention";
/// How far the list of what will be destroyed reaches, in days.
const AHEAD: i64 = 366;

/// What the forms send.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    /// hold | release | clock
    #[serde(default)]
    action: String,
    #[serde(default)]
    matter: String,
    #[serde(default)]
    reason: String,
}

/// `GET /staff/retention`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    if !officer.administers() {
        let message = lang.words().retention.not_allowed.clone();
        return Ok(officer.refused(&app, lang, message).await);
    }
    filled(&app, &officer, &asked, None).await
}

/// `POST /staff/retention`
pub(super) async fn act(
    State(app): State<Arc<App>>,
    parts: Parts,
    officer: Officer,
    mut asked: Asked,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(fields) = form.map_err(|rejected| bad_form(&rejected))?;
    let lang = Language::of(&fields.lang);
    asked.lang = Some(lang.tag().to_owned());
    must_be_ours(&parts, &officer, &fields.csrf)?;
    let words = &lang.words().retention;
    if !officer.administers() {
        let message = words.not_allowed.clone();
        return Ok(officer.refused(&app, lang, message).await);
    }
    let who = &officer.user.name;
    let (change, entry) = match (fields.action.as_str(), Matter::of_name(&fields.matter)) {
        ("clock", _) => {
            let today = business_day(Timestamp::now()).to_string();
            let entry = Entry::now(who, Deed::RetentionClock, "right", &today);
            (RetentionChange::ClockIsRight, entry)
        }
        ("release", Some(matter)) => {
            let entry = Entry::now(who, Deed::RetentionRelease, matter.name(), "");
            (RetentionChange::Release(matter), entry)
        }
        ("hold", Some(matter)) => {
            let reason = fields.reason.trim();
            if !(1..=LONGEST_REASON).contains(&reason.chars().count()) {
                let message = fill(&words.bad_reason, &[("most", &LONGEST_REASON.to_string())]);
                let wrong = (matter.name().to_owned(), message);
                let page = filled(&app, &officer, &asked, Some(wrong)).await?;
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
            }
            let hold = Hold {
                by: who.clone(),
                reason: reason.to_owned(),
                at: Timestamp::now(),
            };
            let entry = Entry::now(who, Deed::RetentionHold, matter.name(), reason);
            (RetentionChange::Hold(matter, hold), entry)
        }
        _ => {
            let names = Matter::names().join(", ");
            let mend = format!(
                "send action hold or release with matter, one of: {names}; or action clock"
            );
            return Err(Problem::bad_request("bad-form", mend).field("action"));
        }
    };
    app.store.change_retention(change, entry).await?;
    Ok(Redirect::to(&format!("{PATH}?lang={}", lang.tag())).into_response())
}

async fn filled(
    app: &App,
    officer: &Officer,
    asked: &Asked,
    wrong: Option<(String, String)>,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    let kept = app.store.retention().await?;
    let today = business_day(Timestamp::now());
    let plan = kept.plan(today);
    let sheet = sheet(&kept, &plan, today, lang);
    if let Some(file) = sheet_page::file(asked, &sheet)? {
        return Ok(file);
    }
    let words = lang.words();
    Ok(render(&Retention {
        lang,
        words,
        demo: app.store.note(DEMO_NOTE).await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        notes: notes(&kept, lang),
        clock: kept.clock.doubt_from.map(|from| {
            let last = kept.clock.last.unwrap_or(today);
            let places = [("from", day(lang, from)), ("last", day(lang, last))];
            let places = places.each_ref().map(|(name, day)| (*name, day.as_str()));
            let today = day(lang, today);
            (
                fill(&words.retention.clock, &places),
                fill(&words.retention.clock_right, &[("today", &today)]),
            )
        }),
        rules: kept
            .rules
            .iter()
            .map(|rule| RetentionRule {
                matter: rule.matter.name(),
                name: named(rule.matter, lang),
                held: rule.hold.is_some(),
            })
            .collect(),
        wrong,
        exports: sheet
            .blocks
            .iter()
            .map(|block| sheet_page::links(asked, PATH, block.table.id))
            .collect(),
        sheet,
    }))
}

fn notes(kept: &Kept, lang: Language) -> Vec<String> {
    let words = &lang.words().retention;
    let days = kept.notice_days.to_string();
    let backups = match kept.old_backups() {
        Some(at) => fill(&words.backups, &[("when", &moment(at, lang))]),
        None => words.no_backups.clone(),
    };
    vec![
        words.warning.clone(),
        words.figures.clone(),
        words.keys.clone(),
        fill(&words.how, &[("days", &days)]),
        backups,
        fill(&words.own, &[("usual", &USUAL_MONTHS.to_string())]),
    ]
}

fn sheet(kept: &Kept, plan: &[Planned], today: Date, lang: Language) -> Sheet {
    let words = &lang.words().retention;
    let horizon = today.saturating_add(AHEAD.days());
    let coming = plan.iter().filter(|planned| planned.earliest <= horizon);
    Sheet {
        title: words.title.clone(),
        label: day(lang, today),
        labels: Vec::new(),
        blocks: vec![
            block(
                "rules",
                &words.rules,
                None,
                &[&words.matter, &words.kept, &words.next, &words.state],
                kept.rules
                    .iter()
                    .map(|rule| told(rule, plan, lang))
                    .collect(),
            ),
            block(
                "plan",
                &words.plan,
                Some(&words.plan_note),
                &[
                    &words.matter,
                    &words.month,
                    &words.count,
                    &words.due,
                    &words.announced,
                    &words.earliest,
                    &words.why,
                ],
                coming.map(|planned| planned_line(planned, lang)).collect(),
            ),
            block(
                "done",
                &words.done,
                Some(&words.done_note),
                &[
                    &words.when,
                    &words.matter,
                    &words.month,
                    &words.count,
                    &words.by,
                    &words.state,
                ],
                kept.runs
                    .iter()
                    .map(|run| {
                        let state = if run.finished {
                            &words.finished
                        } else {
                            &words.unfinished
                        };
                        vec![
                            Value::Text(moment(run.at, lang)),
                            Value::Text(named(run.matter, lang)),
                            Value::Text(run.matter.period_name(run.month)),
                            Value::Count(run.count),
                            Value::text(run.by.as_str()),
                            Value::text(state.as_str()),
                        ]
                    })
                    .collect(),
            ),
        ],
        about: Vec::new(),
    }
}

fn block(
    id: &'static str,
    title: &str,
    note: Option<&String>,
    columns: &[&String],
    rows: Vec<Vec<Value>>,
) -> Block {
    Block {
        title: title.to_owned(),
        labels: None,
        notes: note.into_iter().cloned().collect(),
        chart: None,
        table: Table {
            id,
            caption: title.to_owned(),
            columns: columns.iter().map(|name| (*name).clone()).collect(),
            rows: rows
                .into_iter()
                .map(|values| Line { link: None, values })
                .collect(),
        },
    }
}

fn told(rule: &Rule, plan: &[Planned], lang: Language) -> Vec<Value> {
    let words = &lang.words().retention;
    let kept = if rule.months == 0 {
        words.ever.clone()
    } else {
        let since = words.since.get(rule.matter.name());
        let places = [
            ("months", rule.months.to_string()),
            ("since", since.cloned().unwrap_or_default()),
        ];
        fill(
            &words.months,
            &places.each_ref().map(|(name, text)| (*name, text.as_str())),
        )
    };
    let next = plan
        .iter()
        .find(|planned| planned.amount.matter == rule.matter);
    let next = next.map_or_else(
        || words.nothing.clone(),
        |next| {
            let of = rule.matter.period_name(next.amount.month);
            let places = [
                ("day", day(lang, next.earliest)),
                ("count", whole(lang, next.amount.count)),
                ("month", of.clone()),
                ("year", of),
            ];
            let text = match rule.matter {
                Matter::Comments | Matter::Reports => &words.next_is,
                Matter::Keys => &words.next_key,
            };
            fill(
                text,
                &places.each_ref().map(|(name, text)| (*name, text.as_str())),
            )
        },
    );
    let state = rule.hold.as_ref().map_or_else(
        || words.runs_on.clone(),
        |hold| {
            let when = moment(hold.at, lang);
            // The reason last: what is written there is filled in and not read again.
            let places = [
                ("when", when.as_str()),
                ("by", &hold.by),
                ("reason", &hold.reason),
            ];
            fill(&words.held, &places)
        },
    );
    let values = [named(rule.matter, lang), kept, next, state];
    values.map(Value::Text).into()
}

fn planned_line(planned: &Planned, lang: Language) -> Vec<Value> {
    let words = &lang.words().retention;
    let why = match planned.obstacle {
        Some(Obstacle::NotDue) => "due",
        Some(Obstacle::Held) => "held",
        Some(Obstacle::Clock) => "clock",
        Some(Obstacle::Notice) => "notice",
        None => "none",
    };
    vec![
        Value::Text(named(planned.amount.matter, lang)),
        Value::Text(planned.amount.matter.period_name(planned.amount.month)),
        Value::Count(planned.amount.count),
        Value::Text(day(lang, planned.due)),
        planned
            .announced
            .map_or(Value::Empty, |announced| Value::Text(day(lang, announced))),
        Value::Text(day(lang, planned.earliest)),
        Value::text(words.obstacles.get(why).cloned().unwrap_or_default()),
    ]
}

fn named(matter: Matter, lang: Language) -> String {
    let name = matter.name();
    let words = &lang.words().retention.matters;
    words.get(name).map_or(name, String::as_str).to_owned()
}

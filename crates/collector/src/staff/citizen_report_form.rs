//! `/staff/reports/new`: an officer opens a citizen report, from a comment or by hand.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use survey::dossier::DossierCode;

use super::citizen_reports::{known_units, link};
use super::desk::Officer;
use super::figures::Choice;
use super::origin;
use super::pages::{CitizenReportForm, render};
use super::scope::Scope;
use super::words::{self, Language};
use crate::http::{App, Problem};
use crate::index::DEMO_NOTE;
use crate::intake::scrub;
use crate::reports::due::end_of;
use crate::reports::{NewReport, Source, Standing};
use crate::store::calendar::{ZONE, business_day};
use crate::store::terms::Term;

/// Longest text, in characters.
pub(super) const LONGEST: usize = 2000;
/// Bytes of the form: each letter takes up to nine on the way.
pub(super) const MAX_FORM: usize = 64 * 1024;

/// What the form sends, and what it is filled with.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    pub(super) source: String,
    #[serde(default)]
    pub(super) received_on: String,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) due_on: String,
    /// Empty: not within competence.
    #[serde(default)]
    pub(super) within: String,
    #[serde(default)]
    pub(super) dossier: String,
    #[serde(default)]
    pub(super) text: String,
    /// `draft`: show the form filled with what a comment says; else it is kept.
    #[serde(default)]
    action: String,
}

/// `GET /staff/reports/new`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    Query(choice): Query<words::Choice>,
) -> Result<Response, Problem> {
    let lang = choice.language();
    must_read(&officer, lang)?;
    if !officer.may_change() {
        let message = lang.words().refused.no_change.clone();
        return Ok(officer.refused(&app, lang, message).await);
    }
    let fields = Fields {
        source: Source::Hotline.name().to_owned(),
        ..Fields::default()
    };
    filled(&app, &officer, lang, fields.today(), None).await
}

/// `POST /staff/reports/new`
pub(super) async fn save(
    State(app): State<Arc<App>>,
    parts: Parts,
    officer: Officer,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(fields) = form.map_err(|rejected| bad_form(&rejected))?;
    let lang = Language::of(&fields.lang);
    must_be_ours(&parts, &officer, &fields.csrf)?;
    must_read(&officer, lang)?;
    if fields.action == "draft" {
        return filled(&app, &officer, lang, fields.today(), None).await;
    }
    let now = Timestamp::now();
    match fields.report(&app, &officer.scope, now).await? {
        Ok(report) => {
            let id = app
                .store
                .open_report(report, &officer.user.name, now)
                .await?;
            Ok(Redirect::to(&link(id, lang)).into_response())
        }
        Err(field) => {
            let page = filled(&app, &officer, lang, fields, Some(field)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

impl Fields {
    /// Received today, within competence.
    fn today(self) -> Self {
        Self {
            received_on: business_day(Timestamp::now()).to_string(),
            within: "1".to_owned(),
            ..self
        }
    }

    /// The report, or the field that is wrong.
    async fn report(
        &self,
        app: &App,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<Result<NewReport, &'static str>, Problem> {
        let Some(source) = Source::of_name(&self.source) else {
            return Ok(Err("source"));
        };
        let Some(received_at) = day_of(&self.received_on, now) else {
            return Ok(Err("received_on"));
        };
        let unit = self.unit.trim();
        if !is_known(app, scope, unit).await? {
            return Ok(Err("unit"));
        }
        let due_at = match self.due_on.trim() {
            "" => app.settings.due.due(received_at),
            day => due_on(day, received_at),
        };
        let Some(due_at) = due_at else {
            return Ok(Err("due_on"));
        };
        let dossier = match self.dossier.trim() {
            "" => None,
            code => match DossierCode::parse(code) {
                Ok(code) => app.intake.report_pseudonym(&code).await?,
                Err(_) => return Ok(Err("dossier")),
            },
        };
        let Some(text) = cleaned(&self.text) else {
            return Ok(Err("text"));
        };
        Ok(Ok(NewReport {
            outside_id: None,
            source,
            text,
            dossier,
            received_at,
            standing: Standing::new(unit.to_owned(), due_at, !self.within.is_empty()),
        }))
    }
}

/// A text that may be kept; `None` when it is empty or too long.
fn cleaned(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let fits = text.chars().count() <= LONGEST;
    fits.then(|| scrub::comment(&text)).flatten()
}

/// A unit of the register; every code, where there is no register.
pub(super) async fn is_known(app: &App, scope: &Scope, unit: &str) -> Result<bool, Problem> {
    let units = app.store.units().await?;
    let known = scope.sees(unit) && (units.is_empty() || units.iter().any(|one| one.code == unit));
    Ok(known && !unit.is_empty() && unit.chars().count() <= 64)
}

/// A moment of this day: its first, or now when it is today. `None` for what is no day, or one to come.
pub(super) fn day_of(text: &str, now: Timestamp) -> Option<Timestamp> {
    let day: Date = text.trim().parse().ok()?;
    let today = business_day(now);
    if day == today {
        return Some(now);
    }
    (day < today && day.year() >= 2000)
        .then(|| ZONE.to_timestamp(day.to_datetime(Time::midnight())).ok())
        .flatten()
}

/// The end of this day; `None` for what is no day, or one before the report came.
pub(super) fn due_on(text: &str, received_at: Timestamp) -> Option<Timestamp> {
    let day: Date = text.trim().parse().ok()?;
    (day >= business_day(received_at) && day.year() <= 2100)
        .then(|| end_of(day))
        .flatten()
}

pub(super) fn bad_form(rejected: &FormRejection) -> Problem {
    Problem::new(
        rejected.status(),
        "bad-form",
        "send the form of the page of the citizen report",
    )
}

/// 403 unless the form is one of this session's own pages.
pub(super) fn must_be_ours(parts: &Parts, officer: &Officer, csrf: &str) -> Result<(), Problem> {
    let ours = origin::is_ours(&parts.headers)
        && bool::from(csrf.as_bytes().ct_eq(officer.csrf.as_bytes()));
    if ours {
        return Ok(());
    }
    Err(Problem::forbidden(
        "foreign-form",
        "the form did not come from this session's page; open the page again and retry",
    ))
}

pub(super) fn must_read(officer: &Officer, lang: Language) -> Result<(), Problem> {
    if officer.may_read() {
        return Ok(());
    }
    let words = lang.words();
    Err(Problem::forbidden(
        "wrong-role",
        words.login.not_allowed.clone(),
    ))
}

async fn filled(
    app: &App,
    officer: &Officer,
    lang: Language,
    fields: Fields,
    wrong: Option<&'static str>,
) -> Result<Response, Problem> {
    let words = lang.words();
    Ok(render(&CitizenReportForm {
        lang,
        words,
        demo: app.store.note(DEMO_NOTE).await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        sources: Source::ALL
            .iter()
            .map(|(_, _, name)| Choice {
                value: (*name).to_owned(),
                text: words
                    .reports
                    .sources
                    .get(*name)
                    .cloned()
                    .unwrap_or_default(),
                chosen: fields.source == *name,
            })
            .collect(),
        unit_codes: known_units(app, &officer.scope).await?,
        days: app.settings.due.days,
        longest: LONGEST,
        wrong: wrong.map(|field| {
            (
                field,
                words.reports.faults.get(field).cloned().unwrap_or_default(),
            )
        }),
        fields,
    }))
}

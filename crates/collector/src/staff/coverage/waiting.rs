//! Whom nobody asked: the beginning of the list, and the form that invites them. For administrators alone, as at the API.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use survey::form::Form as Questionnaire;

use super::filled;
use crate::coverage::{
    self, CoverageRequest, DrawTold, Invited, MAX_INVITED, Unasked, UnaskedError, UnaskedRequest,
};
use crate::http::{App, Problem};
use crate::index::IndexError;
use crate::intake::invite::DAYS;
use crate::staff::asked::{Asked, given};
use crate::staff::citizen_report_form::{bad_form, must_be_ours};
use crate::staff::desk::Officer;
use crate::staff::export::Export;
use crate::staff::numbers::{day, whole};
use crate::staff::report::unit_name;
use crate::staff::sheet::{Block, Line, Sheet, Table, Value};
use crate::staff::words::{Language, fill};
use crate::store::calendar::business_day;
use crate::store::{Deed, Unit};
use crate::units::UnitsAs;

/// So many of the list are shown.
const SHOWN: usize = 100;

/// What an administrator reads of those whom nobody asked.
pub(super) struct Waiting {
    /// How many there are, in words.
    pub(super) told: String,
    /// None when nobody is left.
    pub(super) list: Option<List>,
}

/// The beginning of the list, with what its form says and sends.
pub(super) struct List {
    pub(super) table: Table,
    pub(super) note: String,
    pub(super) check: String,
    /// Links would lead to this collector.
    pub(super) has_address: bool,
    /// The choice, and where the list begins, as the form sends them.
    pub(super) sent: Vec<(&'static str, String)>,
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::staff) struct Fields {
    csrf: String,
    lang: String,
    form: String,
    from: String,
    to: String,
    unit: String,
    within: String,
    field: String,
    procedure: String,
    units: String,
    /// The dossier that the list began with.
    first: String,
    /// Present: the box is ticked.
    sure: Option<String>,
}

/// Whom nobody asked of this choice.
pub(super) async fn of(
    app: &App,
    form: &Questionnaire,
    units: &[Unit],
    asked: &Asked,
) -> Result<Waiting, Problem> {
    let lang = asked.lang();
    let words = &lang.words().coverage;
    let nobody = || Waiting {
        told: words.waiting_none.clone(),
        list: None,
    };
    let Some(of) = choice(form, asked) else {
        return Ok(nobody());
    };
    let count = coverage::count(&app.intake, of.clone()).await?;
    let request = UnaskedRequest {
        of,
        limit: SHOWN,
        ..UnaskedRequest::default()
    };
    let dossiers = match count {
        // To find that there is nobody, all would be looked up.
        0 => Vec::new(),
        _ => coverage::list(&app.intake, request).await?.dossiers,
    };
    let Some(first) = dossiers.first() else {
        return Ok(nobody());
    };
    let told = whole(lang, count);
    let at_once = whole(lang, count.min(MAX_INVITED as u64));
    let (days, most) = (DAYS.to_string(), MAX_INVITED.to_string());
    Ok(Waiting {
        told: fill(&words.waiting_count, &[("count", &told)]),
        list: Some(List {
            table: table(&dossiers, &told, units, lang),
            note: fill(&words.invite_note, &[("days", &days), ("most", &most)]),
            check: fill(&words.invite_check, &[("count", &at_once)]),
            has_address: app.settings.has_public_url,
            sent: sent(form, asked, &first.dossier),
        }),
    })
}

/// The dossiers that are meant: up to this moment, and under the unit of their day, as the list names it.
///
/// None where there can be none.
fn choice(form: &Questionnaire, asked: &Asked) -> Option<CoverageRequest> {
    let mut of = asked.coverage(form, &[], asked.days().ok()?);
    (of.shown_to, of.units) = (None, UnitsAs::Was);
    Some(of)
}

/// What the form sends beside what its reader gives.
fn sent(form: &Questionnaire, asked: &Asked, first: &str) -> Vec<(&'static str, String)> {
    let lang = asked.lang().tag();
    let form = format!("{}:{}", form.id, form.version);
    let mut sent = vec![
        ("lang", lang.to_owned()),
        ("form", form),
        ("first", first.to_owned()),
    ];
    for (name, value) in [
        ("from", &asked.from),
        ("to", &asked.to),
        ("unit", &asked.unit),
        ("within", &asked.within),
        ("field", &asked.field),
        ("procedure", &asked.procedure),
        ("units", &asked.units),
    ] {
        sent.extend(given(value).map(|value| (name, value.to_owned())));
    }
    sent
}

fn table(dossiers: &[Unasked], count: &str, units: &[Unit], lang: Language) -> Table {
    let words = lang.words();
    let own = &words.coverage;
    let shown = whole(lang, dossiers.len() as u64);
    let rows = dossiers.iter().map(|one| {
        let finished = one.finished_at.map(business_day);
        let named = |day_of: Date| unit_name_on(units, &one.unit, day_of);
        Line {
            link: None,
            values: vec![
                Value::text(one.dossier.as_str()),
                Value::text(finished.and_then(named).unwrap_or(&one.unit)),
                Value::text(one.unit.as_str()),
                Value::text(one.procedure.as_str()),
                Value::Text(finished.map_or_else(String::new, |date| day(lang, date))),
            ],
        }
    });
    Table {
        id: "unasked",
        caption: fill(&own.list, &[("shown", &shown), ("count", count)]),
        columns: [
            &own.dossier,
            &words.report.unit,
            &words.figures.code,
            &words.figures.procedure,
            &own.finished,
        ]
        .map(Clone::clone)
        .into(),
        rows: rows.collect(),
    }
}

/// What the unit was called on that day.
fn unit_name_on<'a>(units: &'a [Unit], code: &str, day: Date) -> Option<&'a str> {
    let then = Unit::on(units, code, day).map(|unit| unit.name.as_str());
    then.or_else(|| unit_name(units, code))
}

/// `POST /staff/coverage`: invites the first of the list and answers with their links.
pub(in crate::staff) async fn act(
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
    let words = lang.words();
    if !officer.administers() {
        let message = words.coverage.not_allowed.clone();
        return Ok(officer.refused(&app, lang, message).await);
    }
    let is_sure = fields.sure.is_some();
    let first = fields.first;
    asked.form = Some(fields.form);
    (asked.from, asked.to) = (Some(fields.from), Some(fields.to));
    (asked.unit, asked.units) = (Some(fields.unit), Some(fields.units));
    (asked.field, asked.procedure) = (Some(fields.field), Some(fields.procedure));
    asked.within = Some(fields.within);
    asked.narrow(app.store.as_ref()).await?;
    if !app.settings.has_public_url {
        // The page tells it where the button would be.
        return refused(&app, &officer, &asked, None).await;
    }
    if !is_sure {
        let message = words.publish.must_confirm.clone();
        return refused(&app, &officer, &asked, Some(message)).await;
    }
    match invited(&app, &officer, &asked, &first).await? {
        Ok(invited) => links(&app, &invited, lang),
        Err(message) => refused(&app, &officer, &asked, Some(message)).await,
    }
}

/// The page as it is now, with why nobody was invited.
async fn refused(
    app: &App,
    officer: &Officer,
    asked: &Asked,
    message: Option<String>,
) -> Result<Response, Problem> {
    let page = filled(app, officer, asked, message).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Invites them, which is written down together with it, or says in words why not.
async fn invited(
    app: &App,
    officer: &Officer,
    asked: &Asked,
    first: &str,
) -> Result<Result<Invited, String>, Problem> {
    let words = &asked.lang().words().coverage;
    let form = asked.form(app).await?;
    let Some((form, of)) = form.and_then(|form| {
        let of = choice(&form, asked)?;
        Some((form, of))
    }) else {
        return Ok(Err(words.bad_choice.clone()));
    };
    let request = UnaskedRequest {
        of,
        ..UnaskedRequest::default()
    };
    let mut detail = form.id.clone();
    for part in [&asked.from, &asked.to, &asked.field, &asked.procedure] {
        if let Some(part) = given(part) {
            detail.push_str(", ");
            detail.push_str(part);
        }
    }
    let of_units = given(&asked.unit).or(given(&asked.within));
    let about = of_units.unwrap_or_default();
    let entry = |count: usize, _: Option<&DrawTold>| {
        let detail = format!("{count}, {detail}");
        (count > 0).then(|| officer.entry(Deed::InvitesGive, about, &detail))
    };
    match coverage::invite(&app.intake, request, DAYS, Some(first), entry).await {
        Ok(invited) => Ok(Ok(invited)),
        Err(UnaskedError::Changed) => Ok(Err(words.changed.clone())),
        Err(UnaskedError::Index(IndexError::Request { .. })) => Ok(Err(words.bad_choice.clone())),
        Err(error) => Err(error.into()),
    }
}

/// Each dossier with its link, as a file for a spreadsheet.
fn links(app: &App, invited: &Invited, lang: Language) -> Result<Response, Problem> {
    let words = lang.words();
    let own = &words.coverage;
    let rows = invited.given.iter().map(|(dossier, given)| {
        let (link, until, note) = match given {
            Ok(given) => (
                app.settings.link(&given.token),
                day(lang, business_day(given.expires_at)),
                String::new(),
            ),
            Err(_) => (String::new(), String::new(), own.refused.clone()),
        };
        let texts = [dossier.clone(), link, until, note];
        Line {
            link: None,
            values: texts.map(Value::Text).into(),
        }
    });
    let block = Block {
        title: own.invite.clone(),
        labels: None,
        notes: Vec::new(),
        chart: None,
        table: Table {
            id: "invites",
            caption: own.invite.clone(),
            columns: [&own.dossier, &own.link, &own.until, &words.figures.note]
                .map(Clone::clone)
                .into(),
            rows: rows.collect(),
        },
    };
    let sheet = Sheet {
        title: own.invite.clone(),
        label: String::new(),
        labels: Vec::new(),
        blocks: vec![block],
        about: Vec::new(),
    };
    Export::CsvComma.file(&sheet, None)
}

//! The one-stop evaluation: nine indicators, total and grade.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use survey::form::Form;

use super::index::{asked, only};
use super::index_parameters::{CUTS, FILTERS, FLAGGED, Filters, UnitsName, WithFlagged};
use crate::evaluation::{self, EvaluationAnswer, PREFIX, Request, Typed};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::store::Role;

/// Of what, and when, and what is typed.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct OfEvaluation {
    /// Id of a form that is made of nine indicators; the last of these when absent.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: Option<String>,
    /// Form version; the newest when absent.
    #[param(minimum = 1, maximum = 65535)]
    form_version: Option<u16>,
    /// First business day; the first with a rating when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day; the last with a rating when absent. Days after `shown_to` of the answer's index are left out.
    #[param(format = Date)]
    to: Option<String>,
    /// as-was: ratings and dossiers count under the unit of their day, an earlier meaning of a code as `code@last-day`; as-is: under
    /// the unit of today that took its place. as-was when absent.
    #[param(inline)]
    units: Option<UnitsName>,
    /// Only this unit and all that stood below it on any day of the period (below it today when units=as-is). Instead of the
    /// filter by unit.
    within: Option<String>,
    /// Points of indicator 1 of the shipped form, 0 to 2; what the register of dossiers proposes when absent. They are kept nowhere. An
    /// indicator of another form that the records judge is `records.` and the id of its item.
    #[param(
        rename = "records.total-time",
        pattern = r"^([01]([.,][0-9]{1,9})?|2([.,]0{1,9})?)$"
    )]
    total_time: Option<String>,
    /// Points of indicator 2 of the shipped form, 0 to 2; not known when absent, since the register does not know the times of each
    /// agency.
    #[param(
        rename = "records.agency-time",
        pattern = r"^([01]([.,][0-9]{1,9})?|2([.,]0{1,9})?)$"
    )]
    agency_time: Option<String>,
}

/// Names of [`OfEvaluation`]; the last stands for those of every item.
const OWN: [&str; 7] = [
    "form",
    "form_version",
    "from",
    "to",
    "units",
    "within",
    "records.ITEM",
];

/// The one-stop evaluation: nine indicators, total and grade
///
/// As on the printed report of the staff pages. Citizens judge seven indicators, the mean points of their answers; suppressed where too
/// few have answered. The records judge two: their points are typed in the question, else proposed from the register of dossiers
/// where it knows them (not verified), else unknown. While one is missing there is neither a total nor a grade. The shares of the levels of
/// satisfaction stand beside; the two are never one.
#[utoipa::path(
    get,
    path = "/api/v1/evaluation",
    tag = "index",
    operation_id = "getEvaluation",
    security(("key" = [])),
    params(OfEvaluation, WithFlagged, Filters),
    responses(
        (status = 200, description = "indicators, total and grade", body = EvaluationAnswer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<EvaluationAnswer>, Problem> {
    caller.require(&[Role::Analyst, Role::Admin])?;
    let (typed, mut pairs): (Vec<_>, Vec<_>) = pairs
        .into_iter()
        .partition(|(name, _)| name.starts_with(PREFIX));
    // An evaluation is of all indicators.
    let filters: Vec<&str> = FILTERS
        .into_iter()
        .filter(|name| !CUTS.contains(name))
        .collect();
    only(&pairs, &[&OWN, &FLAGGED], &filters)?;
    if !pairs.iter().any(|(name, _)| name == "form")
        && let Some(form) = evaluation::usual_form(&app.forms)
    {
        pairs.push(("form".to_owned(), form.id.clone()));
    }
    let (of, _) = asked(&app, pairs).await?;
    let form = evaluation::form(&app.forms, &of)?;
    let typed = read(form, &typed)?;
    let (store, threshold) = (app.store.as_ref(), app.settings.threshold);
    let request = Request { of, typed };
    let answer = evaluation::answer(store, &app.forms, threshold, request).await?;
    Ok(Json(answer))
}

/// Reads what was typed; refuses the first that cannot be taken.
fn read(form: &Form, pairs: &[(String, String)]) -> Result<Typed, Problem> {
    let mut names = BTreeSet::new();
    for (name, _) in pairs {
        if !names.insert(name) {
            let told = format!("give {name} once");
            return Err(Problem::bad_request("repeated-parameter", told).field(name.clone()));
        }
    }
    let typed = Typed::read(form, &evaluation::entered(pairs));
    if let Some(item) = typed.unknown.first() {
        let known: Vec<String> = evaluation::typable(form)
            .map(|(_, item)| format!("{PREFIX}{}", item.id))
            .collect();
        let told = format!(
            "points are given only for indicators that the records of form {} judge: {}",
            form.id,
            known.join(", ")
        );
        let field = format!("{PREFIX}{item}");
        return Err(Problem::bad_request("unknown-parameter", told).field(field));
    }
    if let Some(wrong) = typed.wrong.first() {
        let told = format!(
            "the points of indicator {} must be a number from 0 to {} with at most nine decimals, such as 1.5; correct them, or leave them out",
            wrong.number, wrong.most
        );
        let field = format!("{PREFIX}{}", wrong.item);
        return Err(Problem::bad_request("wrong-points", told).field(field));
    }
    Ok(typed)
}

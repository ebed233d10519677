//! Whom nobody asked.

#![allow(
    unused_qualifications,
    reason = "the derive of IntoParams writes longer paths than it must"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::days::day;
use super::index_parameters::UnitsName;
use crate::coverage::draw::{Draw, Take};
use crate::coverage::{self, CoverageAnswer, CoverageRequest, FILTERS, Unasked, UnaskedRequest};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::store::Role;
use crate::within;

/// Dossiers on a page unless said otherwise, and at most.
const PAGE: usize = 100;
const MAX_PAGE: usize = 1000;

/// What coverage may be asked by.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct Parameters {
    /// Form id; the usual form when absent.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: Option<String>,
    /// receipt, supplement, refusal or result: that moment alone; result or refusal when absent.
    touchpoint: Option<String>,
    /// First business day of finishing; the first there is when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day of finishing; the last there is when absent. Days after `shown_to` of the answer are left out.
    #[param(format = Date)]
    to: Option<String>,
    /// unit, field, procedure, filing_channel, month, timeliness, authority (who handled it, where that is another than the
    /// receiving unit), outcome (granted, refused, withdrawn); separated by commas.
    by: Option<String>,
    /// as-was: dossiers count under the unit of the day on which they were finished; as-is: under the unit of today that
    /// took its place. as-was when absent.
    #[param(inline)]
    units: Option<UnitsName>,
    /// Only this unit and all that stood below it on any day of the period (below it today when units=as-is). Instead of the
    /// filter by unit.
    within: Option<String>,
    /// Only these receiving units, as in the keys of the cells; repeated or separated by commas.
    unit: Option<String>,
    /// Only these fields of procedures.
    field: Option<String>,
    /// Only these procedures.
    procedure: Option<String>,
    /// Only these ways of filing.
    filing_channel: Option<String>,
    /// Only those handled by these authorities.
    authority: Option<String>,
    /// Only those that ended so.
    outcome: Option<String>,
}

/// What the list may be asked by.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the derive alone")]
pub(super) struct ListParameters {
    /// Form id; the usual form when absent.
    #[param(pattern = "^[a-z0-9-]{1,40}$")]
    form: Option<String>,
    /// receipt, supplement, refusal or result: that moment alone; result or refusal when absent.
    touchpoint: Option<String>,
    /// First business day of finishing; the first there is when absent.
    #[param(format = Date)]
    from: Option<String>,
    /// Last business day of finishing; the last there is when absent.
    #[param(format = Date)]
    to: Option<String>,
    /// Only this unit and all that stood below it on any day of the period. Instead of the filter by unit.
    within: Option<String>,
    /// Only these receiving units; repeated or separated by commas.
    unit: Option<String>,
    /// Only these fields of procedures.
    field: Option<String>,
    /// Only these procedures.
    procedure: Option<String>,
    /// Only these ways of filing.
    filing_channel: Option<String>,
    /// Only those handled by these authorities.
    authority: Option<String>,
    /// Only those that ended so.
    outcome: Option<String>,
    /// Seed of a draw: only dossiers that it draws; with `number` or `share`.
    seed: Option<String>,
    /// Draw so many of all finished dossiers of period and filter.
    #[param(minimum = 1)]
    number: Option<usize>,
    /// Draw about this share of them, above 0 and at most 1.
    share: Option<f64>,
    /// Dossiers on a page, 1 to 1000; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A query string taken apart.
struct Asked {
    single: BTreeMap<String, String>,
    request: CoverageRequest,
}

impl Asked {
    /// `own` names the parameters of this route beside those that say what is covered.
    fn of(pairs: Vec<(String, String)>, own: &[&str]) -> Result<Self, Problem> {
        let mut single = BTreeMap::new();
        let mut request = CoverageRequest::default();
        for (name, value) in pairs {
            let values = || value.split(',').map(|part| part.trim().to_owned());
            match name.as_str() {
                "by" if own.contains(&"by") => request.by.extend(values()),
                filter if FILTERS.contains(&filter) => {
                    request.filters.entry(name).or_default().extend(values());
                }
                one if own.contains(&one)
                    || ["form", "touchpoint", "from", "to"].contains(&one) =>
                {
                    if single.insert(name.clone(), value).is_some() {
                        return Err(wrong(
                            &name,
                            "repeated-parameter",
                            format!("give {name} once"),
                        ));
                    }
                }
                _ => {
                    let told = format!(
                        "{name:?} is no parameter here; use form, touchpoint, from, to, {}, {}",
                        FILTERS.join(", "),
                        own.join(", ")
                    );
                    return Err(wrong(&name, "unknown-parameter", told));
                }
            }
        }
        request.form = single.remove("form");
        request.touchpoint = single.remove("touchpoint");
        request.from = day("from", single.remove("from"))?;
        request.to = day("to", single.remove("to"))?;
        Ok(Self { single, request })
    }

    /// Filters by the units below the one that is asked for.
    async fn narrow(&mut self, app: &App) -> Result<(), Problem> {
        let within = self.single.remove("within");
        let request = &mut self.request;
        let (units, days) = (request.units, (request.from, request.to));
        let filters = &mut request.filters;
        Ok(within::narrow(app.store.as_ref(), within.as_deref(), units, days, filters).await?)
    }

    fn number<T: std::str::FromStr>(&mut self, name: &str) -> Result<Option<T>, Problem> {
        self.single
            .remove(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    wrong(
                        name,
                        "wrong-number",
                        format!("{text:?} is no number for {name}"),
                    )
                })
            })
            .transpose()
    }
}

fn wrong(field: &str, code: &'static str, told: impl Into<String>) -> Problem {
    Problem::bad_request(code, told).field(field)
}

/// A draw from its three parts; none without a seed.
pub(super) fn draw(
    seed: Option<String>,
    number: Option<usize>,
    share: Option<f64>,
) -> Result<Option<Draw>, Problem> {
    let take = match (&seed, number, share) {
        (None, None, None) => return Ok(None),
        (Some(_), Some(number), None) => Take::Number(number),
        (Some(_), None, Some(share)) => Take::Share(share),
        _ => {
            return Err(wrong(
                "seed",
                "wrong-draw",
                "a draw needs a seed and either number or share",
            ));
        }
    };
    Draw::new(&seed.unwrap_or_default(), take)
        .map(Some)
        .map_err(|(field, told)| wrong(field, "wrong-draw", told))
}

type Pairs = Query<Vec<(String, String)>>;

/// Tells how many were asked
///
/// Dossiers finished in the period, how many of their citizens were invited and how many rated; by unit, field,
/// procedure, way of filing, month of finishing, timeliness, handling authority and outcome. Silence is shown: a group that nobody rated is there, too.
#[utoipa::path(
    get,
    path = "/api/v1/coverage",
    tag = "dossiers",
    operation_id = "getCoverage",
    security(("key" = [])),
    params(Parameters),
    responses(
        (status = 200, description = "counts and shares", body = CoverageAnswer),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(pairs): Pairs,
) -> Result<Json<CoverageAnswer>, Problem> {
    caller.require(&[Role::OneStop, Role::Analyst, Role::Admin])?;
    let mut asked = Asked::of(pairs, &["by", "units", "within"])?;
    asked.request.units = super::index::units(asked.single.remove("units"))?;
    asked.narrow(&app).await?;
    asked.request.shown_to = app.shown_to();
    let answer = coverage::answer(&app.intake, app.settings.threshold, asked.request).await?;
    Ok(Json(answer))
}

/// Dossiers that nobody was asked about.
#[derive(Serialize, ToSchema)]
pub(super) struct UnaskedList {
    dossiers: Vec<Unasked>,
    /// Give it as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// How many finished dossiers the draw has picked, those that were asked already among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    drawn: Option<u64>,
    /// Of how many finished dossiers it has picked.
    #[serde(skip_serializing_if = "Option::is_none")]
    drawn_of: Option<u64>,
}

/// Lists finished dossiers that nobody was asked about
///
/// Neither invited nor rated up to this moment, so that nobody is asked twice. Codes of dossiers are personal data: this needs a key of the one-stop software or the
/// administrator. `POST /api/v1/invites` with `unasked` invites them. A draw that is looked at is written down.
#[utoipa::path(
    get,
    path = "/api/v1/coverage/unasked",
    tag = "dossiers",
    operation_id = "getUnasked",
    security(("key" = [])),
    params(ListParameters),
    responses(
        (status = 200, description = "a page of the list", body = UnaskedList),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn unasked(
    caller: Caller,
    State(app): State<Arc<App>>,
    Query(pairs): Pairs,
) -> Result<Json<UnaskedList>, Problem> {
    caller.require(&[Role::OneStop, Role::Admin])?;
    let own = ["within", "seed", "number", "share", "limit", "after"];
    let mut asked = Asked::of(pairs, &own)?;
    asked.narrow(&app).await?;
    let limit = asked.number("limit")?.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(wrong("limit", "out-of-range", format!("1 to {MAX_PAGE}")));
    }
    let (number, share) = (asked.number("number")?, asked.number("share")?);
    let draw = draw(asked.single.remove("seed"), number, share)?;
    let after = asked
        .single
        .remove("after")
        .map(|text| text.parse())
        .transpose()
        .map_err(|()| {
            wrong(
                "after",
                "wrong-cursor",
                "give `next` of the page before as it is",
            )
        })?;
    let is_first = after.is_none();
    let request = UnaskedRequest {
        of: asked.request,
        draw,
        after,
        limit,
    };
    let page = coverage::list(&app.intake, request).await?;
    if let Some(draw) = page.draw.as_ref().filter(|_| is_first) {
        let who = format!("key:{}", caller.0.name);
        app.store.audit(draw.looked_at(&who)).await?;
    }
    Ok(Json(UnaskedList {
        dossiers: page.dossiers,
        next: page.next.map(|next| next.to_string()),
        drawn: page.drawn.map(|(drawn, _)| drawn),
        drawn_of: page.drawn.map(|(_, of)| of),
    }))
}

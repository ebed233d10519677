//! What the ratings add up to.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::days::day;
use super::index_parameters::{Asked, Cuts, FILTERS, Filters, OfIndex, WithFlagged};
use super::releases;
use crate::http::App;
use crate::http::caller::{Anybody, Caller};
use crate::http::problem::{Everywhere, NeedsKey, Problem};
use crate::index::{self, Flagged, IndexAnswer, IndexError, IndexRequest, Of};
use crate::store::Role;
use crate::units::UnitsAs;
use crate::weighted::{self, Weighting};
use crate::within;

impl From<IndexError> for Problem {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Request {
                field,
                code,
                message,
            } => Self::bad_request(code, message).field(field),
            IndexError::Store(error) => error.into(),
        }
    }
}

/// Who asks for figures.
pub(super) enum Reader {
    /// Whoever has the key of an analyst or administrator: asks for anything.
    Analyst,
    /// Anybody else: for what is published.
    Public,
}

impl<S: Send + Sync> FromRequestParts<S> for Reader
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            Anybody::from_request_parts(parts, state).await?;
            return Ok(Self::Public);
        }
        let Caller(key) = Caller::from_request_parts(parts, state).await?;
        Ok(match key.role {
            Role::Analyst | Role::Admin => Self::Analyst,
            _ => Self::Public,
        })
    }
}

/// The question in the query string.
pub(super) struct Question(IndexRequest, Weights);

/// Weighted figures, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weights(Option<Weighting>);

impl Weights {
    /// `none`, and every way of making them.
    pub(super) fn names() -> [&'static str; 3] {
        let [raked, post_stratified] = Weighting::ALL.map(Weighting::name);
        ["none", raked, post_stratified]
    }

    fn of_name(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self(None)),
            name => Weighting::of_name(name).map(|weighting| Self(Some(weighting))),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Question
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::bad_request("bad-query", "the query is not well-formed"))?;
        let (request, weights) = asked(&Arc::<App>::from_ref(state), pairs).await?;
        // Weights look at each finished dossier: not for everybody to ask for.
        if weights.0.is_some() {
            let caller = Caller::from_request_parts(parts, state).await?;
            caller.require(&[Role::Analyst, Role::Admin])?;
        }
        Ok(Self(request, weights))
    }
}

/// The question of these parameters, up to the last day that may be shown.
pub(super) async fn asked(
    app: &App,
    pairs: Vec<(String, String)>,
) -> Result<(IndexRequest, Weights), Problem> {
    let within = pairs.iter().find(|(name, _)| name == "within");
    let within = within.map(|(_, key)| key.clone());
    let (mut request, weights) = question(pairs)?;
    request.shown_to = app.shown_to();
    let (units, days) = (request.units, (request.from, request.to));
    let filters = &mut request.filters;
    within::narrow(app.store.as_ref(), within.as_deref(), units, days, filters).await?;
    Ok((request, weights))
}

/// Reads the parameters; lists may be repeated or separated by commas.
fn question(pairs: Vec<(String, String)>) -> Result<(IndexRequest, Weights), Problem> {
    let mut single: BTreeMap<String, String> = BTreeMap::new();
    let mut by = Vec::new();
    let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        match name.as_str() {
            "by" => by.extend(listed(&name, &value)?),
            "form" | "form_version" | "method" | "from" | "to" | "flagged" | "interval_of"
            | "weights" | "units" | "within" => {
                if single.insert(name.clone(), value).is_some() {
                    return Err(Problem::bad_request(
                        "repeated-parameter",
                        format!("give {name} once"),
                    )
                    .field(name));
                }
            }
            filter if FILTERS.contains(&filter) => {
                let values = listed(&name, &value)?;
                filters.entry(name).or_default().extend(values);
            }
            _ => {
                return Err(Problem::bad_request(
                    "unknown-parameter",
                    format!(
                        "{name:?} is no parameter here; use form, form_version, method, from, to, units, within, by, flagged, interval_of, weights or a filter: {}",
                        FILTERS.join(", ")
                    ),
                )
                .field(name));
            }
        }
    }
    let form = single
        .remove("form")
        .filter(|form| !form.is_empty())
        .ok_or_else(|| {
            Problem::bad_request(
                "required",
                "name a form; GET /api/v1/forms lists those there are",
            )
            .field("form")
        })?;
    let form_version = single
        .remove("form_version")
        .map(|text| {
            text.parse()
                .ok()
                .filter(|version| *version > 0)
                .ok_or_else(|| {
                    Problem::bad_request("wrong-version", "give a whole number from 1 to 65535")
                        .field("form_version")
                })
        })
        .transpose()?;
    let flagged = choice(
        single.remove("flagged"),
        "flagged",
        Flagged::of_name,
        [Flagged::Include, Flagged::Exclude].map(Flagged::name),
    )?;
    let of = choice(
        single.remove("interval_of"),
        "interval_of",
        Of::of_name,
        [Of::Closed, Of::Process].map(Of::name),
    )?;
    let units = units(single.remove("units"))?;
    let weights = choice(
        single.remove("weights"),
        "weights",
        Weights::of_name,
        Weights::names(),
    )?;
    let request = IndexRequest {
        form,
        form_version,
        from: day("from", single.remove("from"))?,
        to: day("to", single.remove("to"))?,
        method: single.remove("method"),
        by,
        filters,
        units,
        flagged,
        of,
        // The collector's own business, not the caller's: [`asked`] fills it in.
        shown_to: None,
    };
    Ok((request, weights))
}

/// Refuses what a route that asks the index for more than one thing does not take.
pub(super) fn only(
    pairs: &[(String, String)],
    own: &[&[&str]],
    filters: &[&str],
) -> Result<(), Problem> {
    let own = own.concat();
    let taken = |name: &str| own.contains(&name) || filters.contains(&name);
    let Some((name, _)) = pairs.iter().find(|(name, _)| !taken(name)) else {
        return Ok(());
    };
    let told = format!(
        "{name:?} is no parameter here; use {} or a filter: {}",
        own.join(", "),
        filters.join(", ")
    );
    Err(Problem::bad_request("unknown-parameter", told).field(name.clone()))
}

/// How units that have changed since are counted.
pub(super) fn units(asked: Option<String>) -> Result<UnitsAs, Problem> {
    let Some(asked) = asked else {
        return Ok(UnitsAs::default());
    };
    UnitsAs::of_name(&asked).ok_or_else(|| {
        let names = UnitsAs::ALL.map(|(_, name)| name).join(" or ");
        Problem::bad_request("unknown-value", format!("{asked:?} is not {names}")).field("units")
    })
}

/// One of these words, or the usual one when absent.
fn choice<T: Default, const N: usize>(
    given: Option<String>,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
    words: [&str; N],
) -> Result<T, Problem> {
    let Some(text) = given else {
        return Ok(T::default());
    };
    read(&text).ok_or_else(|| {
        Problem::bad_request(
            "unknown-value",
            format!("choose among: {}", words.join(", ")),
        )
        .field(name)
    })
}

/// The values of a list parameter.
fn listed(name: &str, value: &str) -> Result<Vec<String>, Problem> {
    value
        .split(',')
        .map(|part| match part.trim() {
            "" => Err(Problem::bad_request(
                "empty-value",
                format!("{name} has an empty value; leave the parameter out or give a value"),
            )
            .field(name)),
            part => Ok(part.to_owned()),
        })
        .collect()
}

/// The index
///
/// Every figure carries its method, form version, denominator, interval and coverage; groups of too few respondents
/// are suppressed, and days are left out until some time after their end (`shown_to`). Without the key of an analyst or
/// administrator, only tables of releases are answered, as they were published: with their first and last day, or the newest
/// without days. Lists may be given as repeated parameters or separated by commas.
#[utoipa::path(
    get,
    path = "/api/v1/index",
    tag = "index",
    operation_id = "getIndex",
    security((), ("key" = [])),
    params(Asked, WithFlagged, OfIndex, Filters, Cuts),
    responses(
        (status = 200, description = "the figures; those of a release with an entity tag", body = IndexAnswer),
        (status = 304, description = "the client holds the same bytes of a release"),
        NeedsKey,
        Everywhere
    )
)]
pub(super) async fn get(
    reader: Reader,
    Question(request, weights): Question,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if matches!(reader, Reader::Public) {
        // What could not be answered at all is told as that.
        index::Question::of(&app.forms, &request)?;
        return releases::answer(&releases::published(&app, &request).await?, &headers);
    }
    let threshold = app.settings.threshold;
    let weighted = match weights.0 {
        Some(weighting) => {
            Some(weighted::answer(&app.intake, threshold, &request, weighting).await?)
        }
        None => None,
    };
    let answer = index::answer(app.store.as_ref(), &app.forms, threshold, request).await?;
    Ok(Json(IndexAnswer { weighted, ..answer }).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Result<(IndexRequest, Weights), Problem> {
        question(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn lists_may_be_repeated_or_separated_by_commas() {
        let repeated = asked(&[("form", "f"), ("by", "unit"), ("by", "item"), ("unit", "A")]);
        let commas = asked(&[("form", "f"), ("by", "unit,item"), ("unit", "A")]);
        assert_eq!(repeated.unwrap(), commas.unwrap());
    }

    #[test]
    fn weights_are_none_unless_a_way_of_making_them_is_named() {
        let read = |name| {
            let asked = asked(&[("form", "f"), ("weights", name)]);
            asked.map(|(_, weights)| weights)
        };
        assert_eq!(asked(&[("form", "f")]).unwrap().1, Weights(None));
        for (name, named) in [
            ("none", None),
            ("raked", Some(Weighting::Raked)),
            ("post-stratified", Some(Weighting::PostStratified)),
        ] {
            assert_eq!(read(name).unwrap(), Weights(named), "{name}");
        }
        assert_eq!(Weights::names(), ["none", "raked", "post-stratified"]);
        // A method that makes no weights is no way of making them.
        for wrong in ["", "Raked", "raked/1", "finite-population"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_are_calendar_days_and_nothing_else() {
        assert!(asked(&[("form", "f"), ("from", "2026-02-28")]).is_ok());
        for wrong in [
            "2026-02-29",
            "2026-2-28",
            "20260228",
            "",
            "2026-02-28T00:00",
        ] {
            assert!(asked(&[("form", "f"), ("from", wrong)]).is_err(), "{wrong}");
        }
    }
}

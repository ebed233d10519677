//! What a page of figures was asked, and links to the same with one thing changed. All pages share it, so that filters
//! are kept from page to page.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use survey::form::Form;
use survey::method::Method;

use super::desk::Officer;
use super::figures::{Choice, Choices};
use super::numbers::day;
use super::scope::Scope;
use super::words::{Language, fill};
use crate::coverage::CoverageRequest;
use crate::http::{App, Problem};
use crate::index::{self, IndexError, IndexRequest, Measured, Of};
use crate::store::terms::Term;
use crate::store::{CellQuery, Dimension, FormKey, Provenance, Store, StoreError};
use crate::units::UnitsAs;
use crate::within;
use survey::response::Channel;

/// The query of a page; empty fields of the form count as absent. Made from a request with the scope of whoever asks and
/// the days that may be shown, and in no other way.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asked {
    /// `id` or `id:version`.
    pub(super) form: Option<String>,
    pub(super) method: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) unit: Option<String>,
    /// A unit with all below it, when no one unit is asked for.
    pub(super) within: Option<String>,
    pub(super) field: Option<String>,
    pub(super) procedure: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) provenance: Option<String>,
    /// `as-was` or `as-is`.
    pub(super) units: Option<String>,
    /// Present: every unit, not only the lowest and the highest.
    pub(super) all: Option<String>,
    /// `raked`: with the weighted figure.
    pub(super) weights: Option<String>,
    pub(super) lang: Option<String>,
    /// `csv`, `csv-comma` or `xlsx`: a file instead of the page.
    pub(super) export: Option<String>,
    /// Which table of the page a CSV file holds; the first when absent.
    pub(super) table: Option<String>,
    /// What whoever asks may see, narrowed to what stands below `within`.
    #[serde(skip)]
    pub(super) scope: Scope,
    /// What whoever asks may see at all.
    #[serde(skip)]
    whole: Scope,
    /// The last business day whose ratings may be shown; none: every day.
    #[serde(skip)]
    pub(super) shown_to: Option<Date>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked
where
    Arc<App>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let scope = match parts.extensions.get::<Scope>() {
            Some(scope) => scope.clone(),
            None => Officer::from_request_parts(parts, state).await?.scope,
        };
        let Query(mut asked) =
            Query::<Self>::try_from_uri(&parts.uri).map_err(IntoResponse::into_response)?;
        let app = Arc::<App>::from_ref(state);
        asked.whole = scope;
        asked.shown_to = app.shown_to();
        asked
            .narrow(app.store.as_ref())
            .await
            .map_err(|error| Problem::from(error).into_response())?;
        Ok(asked)
    }
}

impl Asked {
    /// Narrows what may be seen to what stands below `within`; anew whenever that, the days or the way of counting units change.
    pub(super) async fn narrow(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        self.scope = match given(&self.within) {
            None => self.whole.clone(),
            Some(top) => {
                let units = store.units().await?;
                // Days that cannot be read have no figures whatever the units.
                let days = self.days().unwrap_or_default();
                let keys = within::keys(&units, top, self.units_as(), days);
                self.whole.within(&units, top, keys.unwrap_or_default())
            }
        };
        Ok(())
    }

    pub(super) fn lang(&self) -> Language {
        Language::of(given(&self.lang).unwrap_or_default())
    }

    /// A page with this choice, with one thing changed. The way of showing is not taken along.
    pub(super) fn link(&self, page: &str, change: impl FnOnce(&mut Self)) -> String {
        let mut asked = self.clone();
        (asked.export, asked.table) = (None, None);
        change(&mut asked);
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("form", &asked.form),
            ("method", &asked.method),
            ("from", &asked.from),
            ("to", &asked.to),
            ("unit", &asked.unit),
            ("within", &asked.within),
            ("field", &asked.field),
            ("procedure", &asked.procedure),
            ("channel", &asked.channel),
            ("provenance", &asked.provenance),
            ("units", &asked.units),
            ("all", &asked.all),
            ("weights", &asked.weights),
            ("lang", &asked.lang),
            ("export", &asked.export),
            ("table", &asked.table),
        ] {
            if let Some(value) = given(value) {
                query.append_pair(name, value);
            }
        }
        format!("{page}?{}", query.finish())
    }

    /// First and last day; an error when either cannot be read.
    pub(super) fn days(&self) -> Result<(Option<Date>, Option<Date>), jiff::Error> {
        Ok((date(&self.from)?, date(&self.to)?))
    }

    fn filters(&self) -> BTreeMap<String, Vec<String>> {
        [
            ("unit", &self.unit),
            ("field", &self.field),
            ("procedure", &self.procedure),
            ("channel", &self.channel),
            ("provenance", &self.provenance),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), vec![given(value)?.to_owned()])))
        .chain(self.within())
        .collect()
    }

    /// The filter that keeps an account in its branch, unless one unit of it is asked for.
    fn within(&self) -> Option<(String, Vec<String>)> {
        let codes = self.scope.codes().filter(|_| given(&self.unit).is_none())?;
        Some(("unit".to_owned(), codes.iter().cloned().collect()))
    }

    /// What all that is asked for is called, when no one unit is.
    pub(super) fn all_units(&self) -> String {
        self.called(&self.scope)
    }

    /// What all that whoever asks may see is called, with its link; none when nothing less is asked for.
    pub(super) fn whole(&self, page: &str) -> Option<(String, String)> {
        given(&self.within)?;
        let link = self.link(page, |asked| {
            (asked.unit, asked.within, asked.field, asked.procedure) = (None, None, None, None);
        });
        Some((self.called(&self.whole), link))
    }

    fn called(&self, scope: &Scope) -> String {
        let words = self.lang().words();
        match scope.name() {
            Some(name) => fill(&words.refused.own_branch, &[("top", name)]),
            None => words.report.all_units.clone(),
        }
    }

    /// The question to the index, cut by these dimensions, with intervals that may be compared.
    pub(super) fn request(&self, form: &Form, by: &[&str], days: Days) -> IndexRequest {
        IndexRequest {
            form: form.id.clone(),
            form_version: Some(form.version),
            method: self.method(form).map(|method| method.id().to_owned()),
            from: days.0,
            to: days.1,
            by: by.iter().map(|&name| name.to_owned()).collect(),
            filters: self.filters(),
            units: self.units_as(),
            of: Of::Process,
            shown_to: self.shown_to,
            ..IndexRequest::default()
        }
    }

    /// The question of how many of these finished dossiers were asked.
    pub(super) fn coverage(&self, form: &Form, by: &[&str], days: Days) -> CoverageRequest {
        let mut filters = self.filters();
        // Who was not asked has no way and no right to rate.
        filters.retain(|name, _| !matches!(name.as_str(), "channel" | "provenance"));
        CoverageRequest {
            form: Some(form.id.clone()),
            from: days.0,
            to: days.1,
            by: by.iter().map(|&name| name.to_owned()).collect(),
            filters,
            units: self.units_as(),
            shown_to: self.shown_to,
            ..CoverageRequest::default()
        }
    }

    /// How units that have changed since are counted.
    pub(super) fn units_as(&self) -> UnitsAs {
        given(&self.units)
            .and_then(UnitsAs::of_name)
            .unwrap_or_default()
    }

    /// The method asked for if the form has it (the form may just have been changed), else the form's first.
    pub(super) fn method(&self, form: &Form) -> Option<Method> {
        let methods = &form.index.methods;
        given(&self.method)
            .and_then(Method::from_id)
            .filter(|method| methods.contains(method))
            .or_else(|| methods.first().copied())
    }

    /// The form asked for, else the one with the most ratings.
    pub(super) async fn form(&self, app: &App) -> Result<Option<Arc<Form>>, StoreError> {
        if let Some(asked) = given(&self.form) {
            return Ok(match asked.split_once(':') {
                Some((id, version)) => version
                    .parse()
                    .ok()
                    .and_then(|version| app.forms.get(id, version)),
                None => app.forms.newest(asked),
            }
            .cloned());
        }
        let mut most: Option<(u64, &Arc<Form>)> = None;
        for form in app.forms.iter() {
            let ratings = ratings(app, form, self).await?;
            if most.is_none_or(|(best, _)| ratings > best) {
                most = Some((ratings, form));
            }
        }
        Ok(most.map(|(_, form)| Arc::clone(form)))
    }

    /// Up to which day figures are shown, and why not those that were asked for; nothing where no day is held back.
    pub(super) fn shown_to_told(&self, app: &App) -> Vec<String> {
        let Some(last) = self.shown_to else {
            return Vec::new();
        };
        let lang = self.lang();
        let words = &lang.words().figures;
        let hours = app.settings.delay.hours().to_string();
        let mut told = vec![fill(
            &words.shown_to,
            &[("day", &day(lang, last)), ("hours", &hours)],
        )];
        if let Ok((Some(from), _)) = self.days()
            && last < from
        {
            told.insert(0, words.held_back.clone());
        }
        told
    }

    /// What the form above a page offers.
    pub(super) fn choices(&self, app: &App, form: Option<&Form>) -> Choices {
        let lang = self.lang();
        let words = lang.words();
        let method = form.and_then(|form| self.method(form));
        let kept = [
            ("unit", &self.unit),
            ("field", &self.field),
            ("procedure", &self.procedure),
            ("weights", &self.weights),
        ];
        Choices {
            forms: app
                .forms
                .iter()
                .map(|one| Choice {
                    value: format!("{}:{}", one.id, one.version),
                    text: format!(
                        "{} ({} {})",
                        one.title.get(lang.tag()),
                        words.report.version,
                        one.version
                    ),
                    chosen: form
                        .is_some_and(|form| form.id == one.id && form.version == one.version),
                })
                .collect(),
            methods: form
                .map(|form| form.index.methods.as_slice())
                .unwrap_or_default()
                .iter()
                .map(|one| Choice {
                    value: one.id().to_owned(),
                    text: one.words().label.get(lang.tag()).to_owned(),
                    chosen: method == Some(*one),
                })
                .collect(),
            languages: Language::ALL
                .map(|one| Choice {
                    value: one.tag().to_owned(),
                    text: one.name().to_owned(),
                    chosen: one == lang,
                })
                .into(),
            channels: terms::<Channel>(&words.figures.channels, &self.channel),
            provenances: terms::<Provenance>(&words.figures.provenances, &self.provenance),
            units: UnitsAs::ALL
                .map(|(one, name)| Choice {
                    value: name.to_owned(),
                    text: words
                        .figures
                        .units_as
                        .get(name)
                        .cloned()
                        .unwrap_or_default(),
                    chosen: one == self.units_as(),
                })
                .into(),
            shown_to: self.shown_to_told(app),
            from: given(&self.from).unwrap_or_default().to_owned(),
            to: given(&self.to).unwrap_or_default().to_owned(),
            within: given(&self.within).map(str::to_owned),
            kept: kept
                .into_iter()
                .filter_map(|(name, value)| Some((name, given(value)?.to_owned())))
                .collect(),
        }
    }
}

/// First and last day; open where absent.
pub(super) type Days = (Option<Date>, Option<Date>);

/// The words of a closed set as options.
fn terms<T: Term>(words: &BTreeMap<String, String>, asked: &Option<String>) -> Vec<Choice> {
    T::names()
        .into_iter()
        .map(|name| Choice {
            value: name.to_owned(),
            text: words.get(name).map_or(name, String::as_str).to_owned(),
            chosen: given(asked) == Some(name),
        })
        .collect()
}

/// The figures with their sums, or `None` when the question was at fault.
pub(super) async fn measured(
    app: &App,
    request: IndexRequest,
) -> Result<Option<Measured>, Problem> {
    let threshold = app.settings.threshold;
    fitting(index::measured(app.store.as_ref(), &app.forms, threshold, request).await)
}

/// What was answered, or `None` when the question was at fault.
pub(super) fn fitting<T>(answer: Result<T, IndexError>) -> Result<Option<T>, Problem> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(IndexError::Request { .. }) => Ok(None),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

/// A field of the query that is not empty.
pub(super) fn given(value: &Option<String>) -> Option<&str> {
    value
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn date(value: &Option<String>) -> Result<Option<Date>, jiff::Error> {
    given(value).map(str::parse).transpose()
}

/// How many ratings of this form may be shown.
async fn ratings(app: &App, form: &Form, asked: &Asked) -> Result<u64, StoreError> {
    let key = FormKey {
        id: form.id.clone(),
        version: form.version,
    };
    let Some((from, to)) = app.store.span(&key, asked.shown_to).await? else {
        return Ok(0);
    };
    let query = CellQuery {
        form: key,
        from,
        to,
        by: Vec::new(),
        filters: asked
            .scope
            .codes()
            .map(|codes| (Dimension::Unit, codes.iter().cloned().collect()))
            .into_iter()
            .collect(),
    };
    let cells = app.store.cells(query).await?;
    Ok(cells.iter().map(|(_, cell)| cell.responses).sum())
}

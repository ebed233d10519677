//! `GET /staff`: the index at a glance, for all units or for one.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use survey::form::{Confidence, Form};
use survey::method::Method;

use super::desk::Officer;
use super::figures::{Choice, Choices, Name, Section, Style};
use super::numbers::day;
use super::pages::{Body, Report, Source, render};
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::{self, IndexAnswer, IndexError, IndexRequest};
use crate::store::{CellQuery, FormKey, StoreError, Unit};

/// What the page was asked; empty fields of the form count as absent.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// `id` or `id:version`.
    form: Option<String>,
    method: Option<String>,
    from: Option<String>,
    to: Option<String>,
    unit: Option<String>,
    /// Present: every unit, not only the lowest and the highest.
    all: Option<String>,
    lang: Option<String>,
}

impl Asked {
    /// The same page with one thing changed.
    fn link(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut asked = self.clone();
        change(&mut asked);
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("form", &asked.form),
            ("method", &asked.method),
            ("from", &asked.from),
            ("to", &asked.to),
            ("unit", &asked.unit),
            ("all", &asked.all),
            ("lang", &asked.lang),
        ] {
            if let Some(value) = given(value) {
                query.append_pair(name, value);
            }
        }
        format!("/staff?{}", query.finish())
    }
}

fn given(value: &Option<String>) -> Option<&str> {
    value
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// `GET /staff`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = Language::of(given(&asked.lang).unwrap_or_default());
    let words = lang.words();
    if !officer.may_read() {
        return Err(Problem::forbidden(
            "wrong-role",
            words.login.not_allowed.clone(),
        ));
    }
    let form = chosen_form(&app, given(&asked.form)).await?;
    let body = match &form {
        Some(form) => body(&app, form, &asked, lang).await?,
        None => None,
    };
    let found = body.is_some();
    let page = render(&Report {
        lang,
        words,
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        choices: choices(&app, form.as_deref(), &asked, lang),
        body,
    });
    Ok(if found {
        page
    } else {
        (StatusCode::NOT_FOUND, page).into_response()
    })
}

/// The form asked for, else the one with the most ratings.
async fn chosen_form(app: &App, asked: Option<&str>) -> Result<Option<Arc<Form>>, StoreError> {
    if let Some(asked) = asked {
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
        let ratings = ratings(app, form).await?;
        if most.is_none_or(|(best, _)| ratings > best) {
            most = Some((ratings, form));
        }
    }
    Ok(most.map(|(_, form)| Arc::clone(form)))
}

/// How many ratings of this form count.
async fn ratings(app: &App, form: &Form) -> Result<u64, StoreError> {
    let key = FormKey {
        id: form.id.clone(),
        version: form.version,
    };
    let Some((from, to)) = app.store.span(&key).await? else {
        return Ok(0);
    };
    let query = CellQuery {
        form: key,
        from,
        to,
        by: Vec::new(),
        filters: Vec::new(),
    };
    let cells = app.store.cells(query).await?;
    Ok(cells.iter().map(|(_, cell)| cell.responses).sum())
}

fn choices(app: &App, form: Option<&Form>, asked: &Asked, lang: Language) -> Choices {
    let words = lang.words();
    let method = form.and_then(|form| chosen_method(form, asked));
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
                chosen: form.is_some_and(|form| form.id == one.id && form.version == one.version),
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
        from: given(&asked.from).unwrap_or_default().to_owned(),
        to: given(&asked.to).unwrap_or_default().to_owned(),
        unit: given(&asked.unit).map(str::to_owned),
    }
}

/// The method asked for if the form has it (the form may just have been changed), else the form's first.
fn chosen_method(form: &Form, asked: &Asked) -> Option<Method> {
    let methods = &form.index.methods;
    given(&asked.method)
        .and_then(Method::from_id)
        .filter(|method| methods.contains(method))
        .or_else(|| methods.first().copied())
}

/// The figures, or `None` when the choice has no answer.
async fn body(
    app: &App,
    form: &Form,
    asked: &Asked,
    lang: Language,
) -> Result<Option<Body>, Problem> {
    let (Ok(from), Ok(to)) = (date(&asked.from), date(&asked.to)) else {
        return Ok(None);
    };
    let unit = given(&asked.unit);
    let request = |by: &[&str]| IndexRequest {
        form: form.id.clone(),
        form_version: Some(form.version),
        method: chosen_method(form, asked).map(|method| method.id().to_owned()),
        from,
        to,
        by: by.iter().map(|&name| name.to_owned()).collect(),
        filters: unit
            .map(|unit| ("unit".to_owned(), vec![unit.to_owned()]))
            .into_iter()
            .collect(),
    };
    let cut = if unit.is_some() { "field" } else { "unit" };
    let Some(whole) = figures(app, request(&[])).await? else {
        return Ok(None);
    };
    let (Some(groups), Some(items)) = (
        figures(app, request(&[cut])).await?,
        figures(app, request(&["item"])).await?,
    ) else {
        return Ok(None);
    };
    let units = app.store.units().await?;
    let style = Style {
        lang,
        form,
        method: whole.method,
        threshold: whole.threshold,
    };
    let words = &lang.words().report;
    let by_group = if unit.is_some() {
        style.fields(&groups)
    } else {
        style.units(
            &groups,
            |code| unit_row(&units, code, asked, lang),
            given(&asked.all).is_some(),
            asked.link(|asked| asked.all = Some("1".to_owned())),
            asked.link(|asked| asked.all = None),
        )
    };
    let mut sections = vec![by_group, style.items(&items)];
    sections.retain(Section::tells_something);
    Ok(Some(Body {
        headline: style.headline(
            unit.map_or_else(
                || words.all_units.clone(),
                |code| unit_name(&units, code).unwrap_or(code).to_owned(),
            ),
            unit.map(|_| asked.link(|asked| asked.unit = None)),
            label(form, &whole, lang),
            whole.cells.first(),
        ),
        sections,
        about: about(&whole, lang),
        source: source(form, lang),
    }))
}

/// The index, or `None` when the question was at fault.
async fn figures(app: &App, request: IndexRequest) -> Result<Option<IndexAnswer>, Problem> {
    let threshold = app.settings.threshold;
    match index::answer(app.store.as_ref(), &app.forms, threshold, request).await {
        Ok(answer) => Ok(Some(answer)),
        Err(IndexError::Request { .. }) => Ok(None),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

fn date(value: &Option<String>) -> Result<Option<Date>, jiff::Error> {
    given(value).map(str::parse).transpose()
}

/// The name that a code has had since last.
pub(super) fn unit_name<'a>(units: &'a [Unit], code: &str) -> Option<&'a str> {
    units
        .iter()
        .filter(|unit| unit.code == code)
        .max_by_key(|unit| unit.valid_from)
        .map(|unit| unit.name.as_str())
}

fn unit_row(units: &[Unit], code: Option<&str>, asked: &Asked, lang: Language) -> Name {
    match code {
        None => Name {
            text: lang.words().report.no_unit.clone(),
            code: None,
            link: None,
        },
        Some(code) => {
            let name = unit_name(units, code);
            Name {
                text: name.unwrap_or(code).to_owned(),
                code: name.map(|_| code.to_owned()),
                link: Some(asked.link(|asked| {
                    asked.unit = Some(code.to_owned());
                    asked.all = None;
                })),
            }
        }
    }
}

/// Method, questionnaire, version and period: no number stands without them.
fn label(form: &Form, answer: &IndexAnswer, lang: Language) -> String {
    let words = lang.words();
    let method = answer.method.words().label.get(lang.tag());
    format!(
        "{method} · {}, {} {} · {} – {}",
        form.title.get(lang.tag()),
        words.report.version,
        form.version,
        day(lang, answer.from),
        day(lang, answer.to)
    )
}

/// How far the figures may be trusted.
fn about(answer: &IndexAnswer, lang: Language) -> Vec<String> {
    let words = &lang.words().report;
    let method = answer.method.words();
    vec![
        words.reference.clone(),
        method.note.get(lang.tag()).to_owned(),
        format!("{}: {}", words.method, method.formula.get(lang.tag())),
        method.interval.get(lang.tag()).to_owned(),
        words.self_selected.clone(),
        fill(
            &words.too_few_note,
            &[("threshold", &answer.threshold.to_string())],
        ),
    ]
}

/// Where the questions come from, as the form file tells it.
fn source(form: &Form, lang: Language) -> Source {
    let confidence = match form.source.confidence {
        Confidence::Verified => "verified",
        Confidence::FromPublicCode => "from-public-code",
        Confidence::Unverified => "unverified",
        Confidence::Own => "own",
    };
    Source {
        basis: form.source.basis.get(lang.tag()).to_owned(),
        confidence: lang
            .words()
            .report
            .confidence
            .get(confidence)
            .cloned()
            .unwrap_or_default(),
        unverified: form
            .source
            .unverified
            .iter()
            .map(|open| open.get(lang.tag()).to_owned())
            .collect(),
    }
}

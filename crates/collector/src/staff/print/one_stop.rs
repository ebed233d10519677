//! `GET /staff/print/one-stop`: the nine indicators with their points of 18 and the grade, and the three levels of
//! satisfaction, laid out as the table that one-stop units hand in. What stands there is computed by [`crate::evaluation`].

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey::form::Form;
use survey::method::Method;

use super::{Choosing, PrintWords, labels, unverified};
use crate::evaluation::{
    self, EvaluationAnswer, EvaluationIndicator, EvaluationSatisfaction, PREFIX, PointsSource,
    Request, Typed, is_evaluation,
};
use crate::http::{App, Problem};
use crate::index::IndexAnswer;
use crate::staff::asked::{Asked, fitting, given, measured};
use crate::staff::desk::Officer;
use crate::staff::numbers::{day, decimal, whole};
use crate::staff::pages::render;
use crate::staff::sheet_page;
use crate::staff::words::{Language, Words, fill};
use crate::store::StoreError;

pub(super) const PATH: &str = "/staff/print/one-stop";

#[derive(Template)]
#[template(path = "print_one_stop.html")]
struct Page<'a> {
    lang: Language,
    words: &'a Words,
    print: &'a PrintWords,
    demo: bool,
    user: &'a str,
    csrf: &'a str,
    action: &'static str,
    choosing: Choosing,
    /// Indicators that the records judge: name of the field, label, what was entered, hint.
    records: Vec<[String; 4]>,
    /// What was entered and is no number of points.
    wrong: Vec<String>,
    /// None when the choice has no answer.
    body: Option<Body>,
}

struct Body {
    labels: Vec<(String, String)>,
    rows: Vec<Row>,
    most: String,
    total: String,
    grade: String,
    /// Why there is no total.
    lacking: Option<String>,
    hidden: Option<String>,
    bands: Vec<String>,
    /// How total and grade are computed.
    formula: &'static str,
    /// The register proposes points.
    is_proposed: bool,
    unverified: Vec<String>,
    half: Option<Half>,
}

/// One indicator as printed; the points on review are left to the pen.
struct Row {
    number: String,
    text: String,
    most: String,
    points: String,
    note: String,
}

/// The second half.
struct Half {
    label: String,
    /// Name, count and share of each level.
    levels: Vec<[String; 3]>,
    answers: String,
    sum: String,
    /// Instead of levels.
    nothing: Option<String>,
}

/// `GET /staff/print/one-stop`
pub(in crate::staff) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    mut asked: Asked,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let lang = asked.lang();
    let words = PrintWords::of(lang);
    let form = form(&app, &asked).await?;
    asked.method = Some(Method::Points18.id().to_owned());
    let entered = evaluation::entered(&pairs);
    let mut wrong = Vec::new();
    let mut records = Vec::new();
    let mut body = None;
    if let Some(form) = &form {
        for (at, item) in evaluation::typable(form) {
            let hint = if evaluation::is_proposed(item) {
                &words.proposed_hint
            } else {
                &words.records_hint
            };
            let most = evaluation::highest(form, item).to_string();
            let number = evaluation::number(at, item);
            let typed = entered.get(item.id.as_str()).copied();
            records.push([
                format!("{PREFIX}{}", item.id),
                format!("{number}. {}", item.text.get(lang.tag())),
                typed.unwrap_or_default().to_owned(),
                fill(hint, &[("max", &most)]),
            ]);
        }
        let typed = Typed::read(form, &entered);
        let told = typed.wrong.iter().map(|wrong| {
            let most = wrong.most.to_string();
            let places = [("number", wrong.number.as_str()), ("max", &most)];
            fill(&words.wrong_points, &places)
        });
        wrong.extend(told);
        body = self::body(&app, form, &asked, typed).await?;
    }
    let status = match &body {
        None => StatusCode::NOT_FOUND,
        Some(_) if wrong.is_empty() => StatusCode::OK,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    let page = render(&Page {
        lang,
        words: lang.words(),
        print: words,
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        action: PATH,
        choosing: Choosing::of(&app, &asked),
        records,
        wrong,
        body,
    });
    Ok((status, page).into_response())
}

/// The form asked for if it is made of points, else the newest that is.
async fn form(app: &App, asked: &Asked) -> Result<Option<Arc<Form>>, StoreError> {
    let named = match given(&asked.form) {
        Some(_) => asked.form(app).await?.filter(|form| is_evaluation(form)),
        None => None,
    };
    Ok(named.or_else(|| evaluation::usual_form(&app.forms).cloned()))
}

async fn body(
    app: &App,
    form: &Form,
    asked: &Asked,
    typed: Typed,
) -> Result<Option<Body>, Problem> {
    let Ok(days) = asked.days() else {
        return Ok(None);
    };
    let request = Request {
        of: asked.request(form, &[], days),
        typed,
    };
    let (store, threshold) = (app.store.as_ref(), app.settings.threshold);
    let (Some(whole_form), Some(told)) = (
        measured(app, asked.request(form, &[], days)).await?,
        fitting(evaluation::answer(store, &app.forms, threshold, request).await)?,
    ) else {
        return Ok(None);
    };
    let lang = asked.lang();
    let words = PrintWords::of(lang);
    let grade = told.grade.as_ref().and_then(|grade| {
        let band = form.index.bands.iter().find(|band| band.id == *grade)?;
        Some(band.text.get(lang.tag()).to_owned())
    });
    let is_hidden = told.index.cells.iter().any(|cell| cell.suppressed);
    let total = told.total;
    let mut open = unverified(form, asked);
    open.push(words.layout.clone());
    Ok(Some(Body {
        labels: labels(
            app,
            form,
            asked,
            &whole_form.answer,
            &lang.words().figures.no_interval,
        )
        .await?,
        rows: rows(form, &told, lang),
        most: told.most.to_string(),
        total: total.map_or_else(
            || words.no_total.clone(),
            |total| decimal(lang, total, form.index.decimals),
        ),
        grade: grade.unwrap_or_else(|| words.no_grade.clone()),
        lacking: (!told.lacking.is_empty())
            .then(|| fill(&words.lacking, &[("numbers", &told.lacking.join(", "))])),
        hidden: is_hidden.then(|| hidden_note(&told.index, words)),
        bands: bands(form, lang, told.most),
        formula: Method::Points18.words().formula.get(lang.tag()),
        is_proposed: told.indicators.iter().any(|one| one.proposal.is_some()),
        unverified: open,
        half: told
            .satisfaction
            .and_then(|half| self::half(app, half, lang)),
    }))
}

fn rows(form: &Form, told: &EvaluationAnswer, lang: Language) -> Vec<Row> {
    let decimals = form.index.decimals;
    let dash = || "–".to_owned();
    let row = |one: &EvaluationIndicator| Row {
        number: one.number.clone(),
        text: one.text.get(lang.tag()).to_owned(),
        most: one.most.to_string(),
        points: one
            .points
            .map_or_else(dash, |points| decimal(lang, points, decimals)),
        note: note(one, missing(&told.index, &one.item), decimals, lang),
    };
    told.indicators.iter().map(row).collect()
}

/// How many were asked an item and did not answer.
fn missing(index: &IndexAnswer, item: &str) -> Option<u64> {
    let mut cells = index.cells.iter();
    cells
        .find(|cell| cell.key.get("item") == Some(item))?
        .missing
}

/// What the points of an indicator are made of.
fn note(one: &EvaluationIndicator, missing: Option<u64>, decimals: u8, lang: Language) -> String {
    let words = PrintWords::of(lang);
    let count = |count: Option<u64>| count.map_or("–".to_owned(), |count| whole(lang, count));
    let [points, of] = [one.numerator, one.denominator].map(count);
    match (one.source, &one.proposal) {
        (PointsSource::People, _) if one.suppressed => words.note_hidden.clone(),
        (PointsSource::People, _) if one.points.is_none() => words.note_nobody.clone(),
        (PointsSource::People, _) => {
            let missing = count(missing);
            let places = [
                ("points", points.as_str()),
                ("answers", &of),
                ("missing", &missing),
            ];
            fill(&words.note_people, &places)
        }
        (PointsSource::Proposed, Some(proposal)) => {
            let [before, on, after, without] = [
                proposal.before_due,
                proposal.on_due,
                proposal.after_due,
                proposal.without_due,
            ]
            .map(|dossiers| whole(lang, dossiers));
            let places = [
                ("points", points.as_str()),
                ("dossiers", &of),
                ("before", &before),
                ("on", &on),
                ("after", &after),
                ("without", &without),
            ];
            fill(&words.note_proposed, &places)
        }
        (PointsSource::Typed, Some(proposal)) => {
            let value = decimal(lang, proposal.points, decimals);
            let [points, of] =
                [proposal.numerator, proposal.denominator].map(|count| whole(lang, count));
            let places = [
                ("value", value.as_str()),
                ("points", &points),
                ("dossiers", &of),
            ];
            fill(&words.note_typed_beside, &places)
        }
        (PointsSource::Typed, None) => words.note_typed.clone(),
        (PointsSource::Proposed | PointsSource::Unknown, _) => words.note_unknown.clone(),
    }
}

fn hidden_note(index: &IndexAnswer, words: &PrintWords) -> String {
    let threshold = index.threshold.to_string();
    fill(&words.hidden, &[("threshold", &threshold)])
}

/// Each grade with its bounds in words.
fn bands(form: &Form, lang: Language, most: u64) -> Vec<String> {
    let words = PrintWords::of(lang);
    let told = form.index.bands.iter().map(|band| {
        let pattern = match (band.below, band.from) {
            (None, _) => &words.band_top,
            (Some(_), 0) => &words.band_last,
            (Some(_), _) => &words.band,
        };
        fill(
            pattern,
            &[
                ("grade", band.text.get(lang.tag())),
                ("from", &band.from.to_string()),
                ("below", &band.below.unwrap_or_default().to_string()),
                ("most", &most.to_string()),
            ],
        )
    });
    told.collect()
}

/// The second half as printed; none when its form is not known.
fn half(app: &App, told: EvaluationSatisfaction, lang: Language) -> Option<Half> {
    let words = PrintWords::of(lang);
    let index = &told.index;
    let form = app.forms.get(&index.form, index.form_version)?;
    let share = |share: f64| decimal(lang, share, form.index.decimals);
    let count = |count: u64| whole(lang, count);
    let levels: Vec<_> = told
        .levels
        .iter()
        .map(|level| {
            [
                level.text.get(lang.tag()).to_owned(),
                count(level.count),
                share(level.share),
            ]
        })
        .collect();
    let nothing = if told.suppressed {
        Some(hidden_note(index, words))
    } else {
        levels.is_empty().then(|| words.no_answers.clone())
    };
    Some(Half {
        label: format!(
            "{}, {} {} · {} – {} · {}: {}",
            form.title.get(lang.tag()),
            lang.words().report.version,
            form.version,
            day(lang, index.from),
            day(lang, index.to),
            words.missing,
            told.missing.map_or_else(|| "–".to_owned(), count)
        ),
        levels,
        answers: told.answers.map_or_else(String::new, count),
        sum: told.sum.map_or_else(String::new, share),
        nothing,
    })
}

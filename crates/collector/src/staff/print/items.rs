//! `GET /staff/print/items`: factors and items with value, n and interval, laid out as the tables of SIPAS reports are,
//! and plainly not one of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey::form::{Form, Instrument};
use survey::method::Method;

use super::{Choosing, PrintWords, labels, unverified};
use crate::http::{App, Problem};
use crate::index::IndexCell;
use crate::staff::asked::{Asked, given, measured};
use crate::staff::desk::Officer;
use crate::staff::numbers::{decimal, whole};
use crate::staff::pages::render;
use crate::staff::sheet_page;
use crate::staff::words::{Language, Words, fill};
use crate::store::StoreError;

pub(super) const PATH: &str = "/staff/print/items";

#[derive(Template)]
#[template(path = "print_items.html")]
struct Page<'a> {
    lang: Language,
    words: &'a Words,
    print: &'a PrintWords,
    demo: bool,
    user: &'a str,
    csrf: &'a str,
    action: &'static str,
    choosing: Choosing,
    /// None when the choice has no answer.
    body: Option<Body>,
}

struct Body {
    labels: Vec<(String, String)>,
    rows: Vec<Row>,
    hidden: Option<String>,
    about: Vec<String>,
    unverified: Vec<String>,
}

/// One line of the table.
struct Row {
    /// A factor or the whole form, not a question.
    heading: bool,
    number: String,
    text: String,
    value: String,
    interval: String,
    n: String,
    missing: String,
}

/// `GET /staff/print/items`
pub(in crate::staff) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    mut asked: Asked,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    let lang = asked.lang();
    let form = form(&app, &asked).await?;
    let body = match &form {
        Some(form) => {
            // Points are no per cent; their indicators are the other layout's.
            if asked.method(form) == Some(Method::Points18) {
                asked.method = Some(Method::Mean100.id().to_owned());
            }
            body(&app, form, &asked).await?
        }
        None => None,
    };
    let status = if body.is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    let page = render(&Page {
        lang,
        words: lang.words(),
        print: PrintWords::of(lang),
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        action: PATH,
        choosing: Choosing::of(&app, &asked),
        body,
    });
    Ok((status, page).into_response())
}

/// The form asked for, else the newest with the questions of SIPAS.
async fn form(app: &App, asked: &Asked) -> Result<Option<Arc<Form>>, StoreError> {
    if given(&asked.form).is_some() {
        return asked.form(app).await;
    }
    let of_sipas = |form: &&Arc<Form>| form.instrument == Instrument::Sipas;
    Ok(app.forms.iter().filter(of_sipas).last().cloned())
}

async fn body(app: &App, form: &Form, asked: &Asked) -> Result<Option<Body>, Problem> {
    let Ok(days) = asked.days() else {
        return Ok(None);
    };
    let (Some(all), Some(items)) = (
        measured(app, asked.request(form, &[], days)).await?,
        measured(app, asked.request(form, &["item"], days)).await?,
    ) else {
        return Ok(None);
    };
    // A form without factors has no such cut.
    let factors = measured(app, asked.request(form, &["factor"], days)).await?;
    let lang = asked.lang();
    let words = PrintWords::of(lang);
    let of = |cells: &[IndexCell], axis: &str, id: &str| {
        let found = cells.iter().find(|cell| cell.key.get(axis) == Some(id));
        found.cloned()
    };
    let factor_cells = factors.map(|found| found.answer.cells).unwrap_or_default();
    // The order of the printed form: number, words, is it a heading, cell.
    let mut lines = vec![(
        "",
        words.whole.as_str(),
        true,
        all.answer.cells.first().cloned(),
    )];
    let of_factor = |factor: Option<&str>| {
        let asked = form
            .items
            .iter()
            .filter(move |item| item.factor.as_deref() == factor);
        // Only ratings that the method fits have a cell.
        let told = asked.filter_map(|item| {
            let cell = of(&items.answer.cells, "item", &item.id)?;
            let number = item.number.as_deref().unwrap_or_default();
            Some((number, item.text.get(lang.tag()), false, Some(cell)))
        });
        told.collect::<Vec<_>>()
    };
    lines.extend(of_factor(None));
    for factor in &form.factors {
        let cell = of(&factor_cells, "factor", &factor.id);
        lines.push(("", factor.text.get(lang.tag()), true, cell));
        lines.extend(of_factor(Some(&factor.id)));
    }
    let hidden = lines
        .iter()
        .any(|(.., cell)| cell.as_ref().is_some_and(|cell| cell.suppressed));
    let rows = lines
        .into_iter()
        .map(|(number, text, heading, cell)| {
            row(
                lang,
                form.index.decimals,
                number,
                text,
                heading,
                cell.as_ref(),
            )
        })
        .collect();
    let threshold = all.answer.threshold.to_string();
    let method = all.answer.method.words();
    Ok(Some(Body {
        labels: labels(
            app,
            form,
            asked,
            &all.answer,
            method.interval.get(lang.tag()),
        )
        .await?,
        rows,
        hidden: hidden.then(|| fill(&words.hidden, &[("threshold", &threshold)])),
        about: vec![
            method.formula.get(lang.tag()).to_owned(),
            lang.words().report.self_selected.clone(),
        ],
        unverified: unverified(form, asked),
    }))
}

fn row(
    lang: Language,
    decimals: u8,
    number: &str,
    text: &str,
    heading: bool,
    cell: Option<&IndexCell>,
) -> Row {
    let dash = || "–".to_owned();
    let count = |count: Option<u64>| count.map_or_else(dash, |count| whole(lang, count));
    let value = cell.and_then(|cell| cell.value);
    let interval = cell.and_then(|cell| cell.interval);
    Row {
        heading,
        number: number.to_owned(),
        text: text.to_owned(),
        value: value.map_or_else(dash, |value| decimal(lang, value, decimals)),
        interval: interval.map_or_else(dash, |[low, high]| {
            format!(
                "{} – {}",
                decimal(lang, low, decimals),
                decimal(lang, high, decimals)
            )
        }),
        n: count(cell.and_then(|cell| cell.n)),
        missing: count(cell.and_then(|cell| cell.missing)),
    }
}

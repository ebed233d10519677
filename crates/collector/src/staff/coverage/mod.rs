//! `/staff/coverage`: of how many finished dossiers the citizens were invited and have rated; for administrators also whom
//! nobody asked, and the one action that invites them.

mod figures;
mod waiting;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::asked::{Asked, given};
use super::citizen_reports::unit_codes;
use super::desk::Officer;
use super::figures::{Choice, Choices};
use super::pages::render;
use super::print;
use super::sheet::Sheet;
use super::sheet_page;
use super::words::{Language, Words};
use crate::http::{App, Problem};
use crate::index::DEMO_NOTE;

use waiting::Waiting;
pub(super) use waiting::act;

const PATH: &str = "/staff/coverage";

#[derive(Template)]
#[template(path = "coverage.html")]
struct Page<'a> {
    lang: Language,
    words: &'a Words,
    demo: bool,
    user: &'a str,
    csrf: &'a str,
    choices: Choices,
    /// The page's own address, and those of its neighbours with the same choice.
    action: &'static str,
    report: String,
    units: String,
    trend: String,
    /// Links to printed reports.
    prints: Vec<Choice>,
    unit: &'a str,
    unit_codes: Vec<(String, String)>,
    /// What the choice is narrowed to and the form above the page does not offer.
    narrowed: Vec<(&'static str, &'a str)>,
    /// The same page for everything that the account sees, when it is narrowed.
    back: Option<String>,
    /// Why nobody was invited a moment ago.
    wrong: Option<String>,
    /// None for those who may not invite.
    waiting: Option<Waiting>,
    /// Links to files, for each block.
    exports: Vec<Vec<Choice>>,
    /// None when the choice has no answer.
    sheet: Option<Sheet>,
}

/// `GET /staff/coverage`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    sheet_page::admit(&officer, &asked)?;
    filled(&app, &officer, &asked, None).await
}

/// The page, or the file of it that is asked for.
async fn filled(
    app: &App,
    officer: &Officer,
    asked: &Asked,
    wrong: Option<String>,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    let form = asked.form(app).await?;
    let units = asked.scope.units(app.store.as_ref()).await?;
    let sheet = match (&form, asked.days()) {
        (Some(form), Ok(days)) => figures::sheet(app, form, &units, asked, days).await?,
        _ => None,
    };
    if let Some(sheet) = &sheet
        && let Some(file) = sheet_page::file(asked, sheet)?
    {
        return Ok(file);
    }
    let waiting = match (&form, &sheet) {
        (Some(form), Some(_)) if officer.administers() => {
            Some(waiting::of(app, form, &units, asked).await?)
        }
        _ => None,
    };
    let status = match &sheet {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let narrowed: Vec<_> = [("field", &asked.field), ("procedure", &asked.procedure)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, given(value)?)))
        .collect();
    let of_units = given(&asked.unit).or(given(&asked.within));
    let is_narrowed = of_units.is_some() || !narrowed.is_empty();
    let page = render(&Page {
        lang,
        words: lang.words(),
        demo: app.store.note(DEMO_NOTE).await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        choices: asked.choices(app, form.as_deref()),
        action: PATH,
        report: asked.link("/staff", |_| {}),
        units: asked.link("/staff/units", |_| {}),
        trend: asked.link("/staff/trend", |_| {}),
        prints: print::links(asked),
        unit: given(&asked.unit).unwrap_or_default(),
        unit_codes: unit_codes(&units),
        narrowed,
        back: is_narrowed.then(|| {
            asked.link(PATH, |asked| {
                (asked.unit, asked.within, asked.field, asked.procedure) = (None, None, None, None);
            })
        }),
        wrong,
        waiting,
        exports: sheet
            .iter()
            .flat_map(|sheet| &sheet.blocks)
            .map(|block| sheet_page::links(asked, PATH, block.table.id))
            .collect(),
        sheet,
    });
    Ok((status, page).into_response())
}

//! `/staff/print/…`: reports of a unit and a period on A4, to be printed or kept as PDF by the browser.

pub(super) mod items;
pub(super) mod one_stop;
mod words;

use axum::http::{HeaderName, header};
use survey::form::Form;

use super::asked::{Asked, given};
use super::figures::Choice;
use super::numbers::{percent, whole};
use super::report::unit_name;
use super::sheet_page;
use super::words::fill;
use crate::http::{App, Problem};
use crate::index::IndexAnswer;

pub(super) use words::PrintWords;

/// Decimals of a coverage.
const COVERAGE_DECIMALS: u8 = 2;

/// Links to the reports of what is chosen.
pub(super) fn links(asked: &Asked) -> Vec<Choice> {
    let words = PrintWords::of(asked.lang());
    let link = |path, text: &String, change: fn(&mut Asked)| Choice {
        value: asked.link(path, change),
        text: text.clone(),
        chosen: false,
    };
    vec![
        // Both halves have forms and methods of their own.
        link(one_stop::PATH, &words.link_one_stop, |asked| {
            (asked.form, asked.method, asked.all) = (None, None, None);
        }),
        link(items::PATH, &words.link_items, |asked| asked.all = None),
    ]
}

/// What is chosen above a report; it is not printed.
pub(super) struct Choosing {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) unit: String,
    /// Up to which day figures are shown, in words.
    pub(super) shown_to: Vec<String>,
    /// What the form does not show and must not lose.
    pub(super) kept: Vec<(&'static str, String)>,
}

impl Choosing {
    fn of(app: &App, asked: &Asked) -> Self {
        let text = |value: &Option<String>| given(value).unwrap_or_default().to_owned();
        let kept = [
            ("form", &asked.form),
            ("method", &asked.method),
            ("within", &asked.within),
            ("field", &asked.field),
            ("procedure", &asked.procedure),
            ("channel", &asked.channel),
            ("provenance", &asked.provenance),
            ("lang", &asked.lang),
        ];
        Self {
            from: text(&asked.from),
            to: text(&asked.to),
            unit: text(&asked.unit),
            shown_to: asked.shown_to_told(app),
            kept: kept
                .into_iter()
                .filter_map(|(name, value)| Some((name, given(value)?.to_owned())))
                .collect(),
        }
    }
}

/// What the figures below are, by name: unit, form, version, method, period, interval, filters, coverage.
async fn labels(
    app: &App,
    form: &Form,
    asked: &Asked,
    answer: &IndexAnswer,
    kinds: &str,
) -> Result<Vec<(String, String)>, Problem> {
    let lang = asked.lang();
    let words = PrintWords::of(lang);
    let unit = match given(&asked.unit) {
        None => asked.all_units(),
        Some(code) => {
            let units = asked.scope.units(app.store.as_ref()).await?;
            unit_name(&units, code).unwrap_or(code).to_owned()
        }
    };
    let mut labels = vec![(words.unit.clone(), unit)];
    labels.extend(sheet_page::labels(form, answer, asked, kinds));
    let cell = answer.cells.first();
    let coverage = cell.and_then(|cell| cell.coverage.zip(cell.closed));
    labels.push((
        words.coverage.clone(),
        coverage.map_or_else(
            || words.coverage_none.clone(),
            |(coverage, closed)| {
                fill(
                    &words.coverage_value,
                    &[
                        (
                            "coverage",
                            &percent(lang, coverage * 100.0, COVERAGE_DECIMALS),
                        ),
                        ("closed", &whole(lang, closed)),
                    ],
                )
            },
        ),
    ));
    Ok(labels)
}

/// The form's list of what is not confirmed.
fn unverified(form: &Form, asked: &Asked) -> Vec<String> {
    let lang = asked.lang();
    let open = form.source.unverified.iter();
    open.map(|open| open.get(lang.tag()).to_owned()).collect()
}

/// The style sheet of the printed reports.
pub(super) async fn style() -> ([(HeaderName, &'static str); 2], &'static str) {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        include_str!("../../../../../style/staff-print.css"),
    )
}

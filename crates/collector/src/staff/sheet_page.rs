//! What pages of charts and tables have in common: who may read, the labels, the page itself and its files.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use survey::form::Form;
use survey::method::{Method, factor_weights};

use super::asked::{Asked, given};
use super::desk::Officer;
use super::export::Export;
use super::figures::Choice;
use super::numbers::day;
use super::pages::{Figures, render};
use super::print;
use super::report::unit_name;
use super::sheet::Sheet;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::IndexAnswer;
use crate::store::Unit;
use crate::units::{KeptAsWas, UnitsAs};

/// Officers of other roles get a plain refusal.
pub(super) fn admit(officer: &Officer, asked: &Asked) -> Result<(), Problem> {
    if officer.may_read() {
        return Ok(());
    }
    let words = asked.lang().words();
    Err(Problem::forbidden(
        "wrong-role",
        words.login.not_allowed.clone(),
    ))
}

/// The sheet as a page, or as the file asked for.
pub(super) async fn answer(
    app: &App,
    officer: &Officer,
    asked: &Asked,
    path: &'static str,
    form: Option<&Form>,
    sheet: Option<Sheet>,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    let words = lang.words();
    if let Some(sheet) = &sheet
        && let Some(file) = file(asked, sheet)?
    {
        return Ok(file);
    }
    let status = if sheet.is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    let exports = sheet
        .iter()
        .flat_map(|sheet| &sheet.blocks)
        .map(|block| links(asked, path, block.table.id))
        .collect();
    let page = render(&Figures {
        lang,
        words,
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        choices: asked.choices(app, form),
        action: path,
        report: asked.link("/staff", |_| {}),
        units: asked.link("/staff/units", |_| {}),
        trend: asked.link("/staff/trend", |_| {}),
        prints: print::links(asked),
        exports,
        sheet,
    });
    Ok((status, page).into_response())
}

/// The file asked for, if one is.
pub(super) fn file(asked: &Asked, sheet: &Sheet) -> Result<Option<Response>, Problem> {
    let Some(export) = given(&asked.export) else {
        return Ok(None);
    };
    Export::asked(export)?
        .file(sheet, given(&asked.table))
        .map(Some)
}

/// Links to the files of a table.
pub(super) fn links(asked: &Asked, path: &str, table: &str) -> Vec<Choice> {
    file_links(asked.lang(), |file| {
        asked.link(path, |asked| {
            asked.export = Some(file.to_owned());
            asked.table = Some(table.to_owned());
        })
    })
}

/// Links to the files of a table, each made from the kind of file.
pub(super) fn file_links(lang: Language, link: impl Fn(&str) -> String) -> Vec<Choice> {
    let words = &lang.words().figures.exports;
    Export::ALL
        .map(|one| Choice {
            value: link(one.name()),
            text: words.get(one.name()).cloned().unwrap_or_default(),
            chosen: false,
        })
        .into()
}

/// The labels of an answer, by name.
pub(super) fn labels(
    form: &Form,
    answer: &IndexAnswer,
    asked: &Asked,
    kinds: &str,
) -> Vec<(String, String)> {
    let label = Label {
        method: answer.method,
        version: Some(form.version),
        from: answer.from,
        to: answer.to,
        demo: answer.demo,
        kinds: kinds.to_owned(),
    };
    labels_of(form, &label, asked)
}

/// How an answer takes units that have changed, in words.
pub(super) fn units_as(answer: &IndexAnswer, lang: Language) -> String {
    units_named(&answer.units, lang)
}

/// How units that have changed are counted, by its name, in words.
pub(super) fn units_named(name: &str, lang: Language) -> String {
    let words = &lang.words().figures;
    words.units_as.get(name).cloned().unwrap_or_default()
}

/// Says of units that stayed what they were why they did.
///
/// Of the successors only those are named that whoever asks may see; `units` are those of its scope.
pub(super) fn kept_as_was(kept: &[KeptAsWas], units: &[Unit], asked: &Asked) -> Vec<String> {
    let lang = asked.lang();
    let words = &lang.words().figures;
    let named = |key: &str| match unit_name(units, key) {
        Some(name) => format!("{name} ({key})"),
        None => key.to_owned(),
    };
    let (split, over): (Vec<&KeptAsWas>, Vec<&KeptAsWas>) =
        kept.iter().partition(|kept| !kept.successors.is_empty());
    let mut told: Vec<String> = split
        .into_iter()
        .map(|kept| {
            let may_name = |key: &&String| asked.scope.is_all() || unit_name(units, key).is_some();
            let seen = kept.successors.iter().filter(may_name);
            let mut successors: Vec<String> = seen.map(|key| named(key)).collect();
            if successors.len() < kept.successors.len() {
                successors.push("…".to_owned());
            }
            let (unit, successors) = (named(&kept.unit), successors.join(", "));
            let places = [("unit", unit.as_str()), ("successors", &successors)];
            fill(&words.unit_split, &places)
        })
        .collect();
    if !over.is_empty() {
        let units: Vec<String> = over.iter().map(|kept| named(&kept.unit)).collect();
        let (count, units) = (over.len().to_string(), units.join(", "));
        let places = [("count", count.as_str()), ("units", &units)];
        told.push(fill(&words.units_over, &places));
    }
    told
}

/// How much each factor counts in figures of the whole; none where every answer counts the same.
pub(super) fn factor_weights_in_words(form: &Form, lang: Language) -> Option<String> {
    let weights = factor_weights(form);
    let told: Vec<String> = weights
        .into_iter()
        .filter_map(|(at, weight)| {
            let factor = form.factors.get(at)?;
            Some(format!("{} {weight}", factor.text.get(lang.tag())))
        })
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// What figures are.
pub(super) struct Label {
    pub(super) method: Method,
    /// None where each row says its own.
    pub(super) version: Option<u16>,
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) demo: bool,
    /// Which intervals they have, in words.
    pub(super) kinds: String,
}

/// The labels of figures, by name.
pub(super) fn labels_of(form: &Form, label: &Label, asked: &Asked) -> Vec<(String, String)> {
    let lang = asked.lang();
    let words = lang.words();
    let mut labels = form_labels(form, label, asked.units_as(), lang);
    if given(&asked.unit).is_none() && !asked.scope.is_all() {
        labels.push((words.report.unit.clone(), asked.all_units()));
    }
    if let Some(weights) = factor_weights_in_words(form, lang) {
        labels.push((words.figures.factor_weights.clone(), weights));
    }
    for (name, value) in [
        (&words.report.unit, &asked.unit),
        (&words.report.field, &asked.field),
        (&words.figures.procedure, &asked.procedure),
        (&words.figures.channel, &asked.channel),
        (&words.figures.provenance, &asked.provenance),
    ] {
        if let Some(value) = given(value) {
            labels.push((name.clone(), value.to_owned()));
        }
    }
    if label.demo {
        labels.push((words.figures.note.clone(), words.demo.clone()));
    }
    labels
}

/// What figures are, whatever they are narrowed to: form, version, method, period, interval, units over time.
pub(super) fn form_labels(
    form: &Form,
    label: &Label,
    units: UnitsAs,
    lang: Language,
) -> Vec<(String, String)> {
    let words = lang.words();
    let mut labels = vec![(
        words.report.form.clone(),
        form.title.get(lang.tag()).to_owned(),
    )];
    if let Some(version) = label.version {
        labels.push((words.report.version.clone(), version.to_string()));
    }
    labels.extend([
        (
            words.report.method.clone(),
            format!(
                "{} ({}/{})",
                label.method.words().label.get(lang.tag()),
                label.method.id(),
                label.method.version()
            ),
        ),
        (words.report.from.clone(), day(lang, label.from)),
        (words.report.to.clone(), day(lang, label.to)),
        (words.figures.interval_kind.clone(), label.kinds.clone()),
        (
            words.figures.units_over_time.clone(),
            units_named(units.name(), lang),
        ),
    ]);
    labels
}

//! `GET /staff`: the index at a glance, for all units or for one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use statistics::methods::Technique;
use survey::form::{Confidence, Form};
use survey::method::factor_weights;

use super::asked::{Asked, Days, given, measured};
use super::desk::Officer;
use super::figures::{Choice, Name, Section, Style};
use super::numbers::day;
use super::pages::{Body, Report, Source, WeightedPart, render};
use super::print;
use super::report_sheet::{self, Cut};
use super::sheet_page;
use super::trend;
use super::weighted_part;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::{IndexAnswer, IndexError, IndexRequest, Measured, Of};
use crate::store::calendar::business_day;
use crate::store::{Procedure, Unit};
use crate::units::{key_of_unit, unit_of_key};
use crate::weighted::{self, Weighting};
use crate::within;

const PATH: &str = "/staff";

/// `GET /staff`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    let words = lang.words();
    if !officer.may_read() {
        return Err(Problem::forbidden(
            "wrong-role",
            words.login.not_allowed.clone(),
        ));
    }
    let form = asked.form(&app).await?;
    let body = match &form {
        Some(form) => body(&app, form, &asked, lang).await?,
        None => None,
    };
    if let Some(body) = &body
        && let Some(file) = sheet_page::file(&asked, &body.sheet)?
    {
        return Ok(file);
    }
    let found = body.is_some();
    let page = render(&Report {
        lang,
        words,
        demo: app.store.note("demo").await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        choices: asked.choices(&app, form.as_deref()),
        action: PATH,
        report: asked.link(PATH, |_| {}),
        units: asked.link("/staff/units", |_| {}),
        trend: asked.link("/staff/trend", |_| {}),
        prints: print::links(&asked),
        crumbs: crumbs(&app, &asked).await?,
        with_below: with_below(&app, &asked).await?,
        body,
    });
    Ok(if found {
        page
    } else {
        (StatusCode::NOT_FOUND, page).into_response()
    })
}

/// The figures, or `None` when the choice has no answer.
async fn body(
    app: &App,
    form: &Form,
    asked: &Asked,
    lang: Language,
) -> Result<Option<Body>, Problem> {
    let Ok(days) = asked.days() else {
        return Ok(None);
    };
    let unit = given(&asked.unit);
    let field = given(&asked.field);
    let procedure = given(&asked.procedure);
    // One step down from what is chosen.
    let cut = match (unit, field, procedure) {
        (.., Some(_)) => None,
        (_, Some(_), None) => Some("procedure"),
        (Some(_), None, None) => Some("field"),
        (None, None, None) => Some("unit"),
    };
    // Intervals of the dossiers of the period: what stands here is read by itself, not ranked.
    let request = |by: &[&str]| IndexRequest {
        of: Of::Closed,
        ..asked.request(form, by, days)
    };
    let figures = async |by: &[&str]| -> Result<Option<IndexAnswer>, Problem> {
        let found = measured(app, request(by)).await?;
        Ok(found.map(|found| found.answer))
    };
    let Some(Measured {
        answer: whole,
        responses,
        ..
    }) = measured(app, request(&[])).await?
    else {
        return Ok(None);
    };
    let (Some(items), Some(channels), Some(provenances)) = (
        figures(&["item"]).await?,
        figures(&["channel"]).await?,
        figures(&["provenance"]).await?,
    ) else {
        return Ok(None);
    };
    let groups = match cut {
        Some(cut) => figures(&[cut]).await?,
        None => None,
    };
    let units = asked.scope.units(app.store.as_ref()).await?;
    let style = Style {
        lang,
        form,
        method: whole.method,
        threshold: whole.threshold,
    };
    let words = &lang.words().report;
    let more = &lang.words().figures;
    let procedures = app.store.procedures().await?;
    let weighted = weighted(app, form, asked, days, &units).await?;
    // A file has the tables alone.
    let trend = match given(&asked.export) {
        None => trend::overview(app, form, asked, days).await?,
        Some(_) => None,
    };
    let mut sections = Vec::new();
    match (cut, &groups) {
        (Some("unit"), Some(groups)) => sections.push(style.units(
            groups,
            |code| unit_row(&units, code, asked, lang),
            given(&asked.all).is_some(),
            asked.link(PATH, |asked| asked.all = Some("1".to_owned())),
            asked.link(PATH, |asked| asked.all = None),
        )),
        (Some("field"), Some(groups)) => {
            sections.push(style.groups(
                groups,
                "field",
                [
                    "by-field",
                    &words.by_field,
                    &words.by_field_note,
                    &words.field,
                ],
                |field| Name {
                    text: field.unwrap_or(&words.no_field).to_owned(),
                    code: None,
                    link: field.map(|field| {
                        asked.link(PATH, |asked| asked.field = Some(field.to_owned()))
                    }),
                },
            ))
        }
        (Some(_), Some(groups)) => {
            sections.push(style.groups(
                groups,
                "procedure",
                [
                    "by-procedure",
                    &more.by_procedure,
                    &more.by_procedure_note,
                    &more.procedure,
                ],
                |code| Name {
                    text: code.map_or_else(
                        || more.no_procedure.clone(),
                        |code| procedure_name(&procedures, code).to_owned(),
                    ),
                    code: code.map(str::to_owned),
                    link: code.map(|code| {
                        asked.link(PATH, |asked| asked.procedure = Some(code.to_owned()))
                    }),
                },
            ));
        }
        _ => {}
    }
    sections.push(style.items(&items));
    for (answer, axis, told, heading) in [
        (
            &channels,
            "channel",
            &more.channels,
            [
                "by-channel",
                &more.by_channel,
                &more.by_cut_note,
                &more.channel,
            ],
        ),
        (
            &provenances,
            "provenance",
            &more.provenances,
            [
                "by-provenance",
                &more.by_provenance,
                &more.by_cut_note,
                &more.provenance,
            ],
        ),
    ] {
        sections.push(style.groups(answer, axis, heading, |value| {
            Name {
                text: value
                    .and_then(|value| told.get(value))
                    .map_or("–", String::as_str)
                    .to_owned(),
                code: None,
                link: None,
            }
        }));
    }
    let plain = |id, caption, column, axis, answer| Cut {
        id,
        caption,
        column,
        axis,
        answer,
        name: Box::new(str::to_owned),
    };
    let title = &lang.words().report.title;
    let mut cuts = vec![plain("whole", title, title, None, &whole)];
    if let (Some(cut), Some(groups)) = (cut, &groups) {
        cuts.push(match cut {
            "unit" => Cut {
                name: Box::new(|code| unit_name(&units, code).unwrap_or(code).to_owned()),
                ..plain("units", &words.by_unit, &words.unit, Some(cut), groups)
            },
            "field" => plain("fields", &words.by_field, &words.field, Some(cut), groups),
            _ => Cut {
                name: Box::new(|code| procedure_name(&procedures, code).to_owned()),
                ..plain(
                    "procedures",
                    &more.by_procedure,
                    &more.procedure,
                    Some(cut),
                    groups,
                )
            },
        });
    }
    cuts.push(Cut {
        name: Box::new(|id| {
            let item = form.items.iter().find(|item| item.id == id);
            item.map_or(id, |item| item.text.get(lang.tag())).to_owned()
        }),
        ..plain("items", &words.by_item, &words.item, Some("item"), &items)
    });
    for (id, caption, column, axis, answer, told) in [
        (
            "channels",
            &more.by_channel,
            &more.channel,
            "channel",
            &channels,
            &more.channels,
        ),
        (
            "provenances",
            &more.by_provenance,
            &more.provenance,
            "provenance",
            &provenances,
            &more.provenances,
        ),
    ] {
        cuts.push(Cut {
            name: Box::new(|value| told.get(value).map_or(value, String::as_str).to_owned()),
            ..plain(id, caption, column, Some(axis), answer)
        });
    }
    let mut notes = about(form, &whole, lang);
    notes.extend(
        groups
            .iter()
            .flat_map(|groups| sheet_page::kept_as_was(&groups.kept_as_was, &units, asked)),
    );
    let carried = match &weighted {
        WeightedPart::Block(block) => Some(block.clone()),
        WeightedPart::Link(_) | WeightedPart::Cannot => None,
    };
    let sheet = report_sheet::sheet(form, asked, &whole, &cuts, carried, notes.clone());
    let files = sheet
        .blocks
        .iter()
        .map(|block| {
            (
                block.title.clone(),
                sheet_page::links(asked, PATH, block.table.id),
            )
        })
        .collect();
    sections.retain(Section::tells_something);
    Ok(Some(Body {
        headline: style.headline(
            unit.map_or_else(
                || asked.all_units(),
                |code| unit_name(&units, code).unwrap_or(code).to_owned(),
            ),
            unit.map(|_| {
                asked.link(PATH, |asked| {
                    (asked.unit, asked.field, asked.procedure) = (None, None, None);
                })
            }),
            label(form, &whole, lang),
            whole
                .cells
                .first()
                .map(|cell| (cell, responses.first().copied().flatten())),
        ),
        trend,
        weighted,
        sections,
        about: notes,
        source: source(form, lang),
        sheet,
        files,
    }))
}

/// The weighted figure when it is asked for: it needs a look at each finished dossier of the period.
async fn weighted(
    app: &App,
    form: &Form,
    asked: &Asked,
    days: Days,
    units: &[Unit],
) -> Result<WeightedPart, Problem> {
    if given(&asked.weights) != Some("raked") {
        return Ok(WeightedPart::Link(asked.link(PATH, |asked| {
            asked.weights = Some("raked".to_owned());
        })));
    }
    let threshold = app.settings.threshold;
    let request = asked.request(form, &[], days);
    match weighted::answer(&app.intake, threshold, &request, Weighting::Raked).await {
        Ok(found) => Ok(WeightedPart::Block(weighted_part::block(
            &found, form, threshold, units, asked,
        ))),
        Err(IndexError::Request { .. }) => Ok(WeightedPart::Cannot),
        Err(IndexError::Store(error)) => Err(error.into()),
    }
}

/// The page of the chosen unit with all that stand below it; none when nothing does.
async fn with_below(app: &App, asked: &Asked) -> Result<Option<String>, Problem> {
    let Some(unit) = given(&asked.unit) else {
        return Ok(None);
    };
    let units = asked.scope.units(app.store.as_ref()).await?;
    let days = asked.days().unwrap_or_default();
    let keys = within::keys(&units, unit, asked.units_as(), days);
    Ok(keys
        .filter(|keys| keys.len() > 1)
        .map(|_| asked.link(PATH, |asked| asked.within = asked.unit.take())))
}

/// The way down from all units, each step with its link.
async fn crumbs(app: &App, asked: &Asked) -> Result<Vec<Choice>, Problem> {
    let mut steps = Vec::new();
    if let Some(unit) = given(&asked.unit) {
        let units = asked.scope.units(app.store.as_ref()).await?;
        steps.extend(above(&units, unit, asked));
        steps.push((
            unit_name(&units, unit).unwrap_or(unit).to_owned(),
            asked.link(PATH, |asked| (asked.field, asked.procedure) = (None, None)),
        ));
    }
    if let Some(field) = given(&asked.field) {
        let link = asked.link(PATH, |asked| asked.procedure = None);
        steps.push((field.to_owned(), link));
    }
    if let Some(code) = given(&asked.procedure) {
        let procedures = app.store.procedures().await?;
        let name = procedure_name(&procedures, code).to_owned();
        steps.push((name, asked.link(PATH, |_| {})));
    }
    if !steps.is_empty() || given(&asked.within).is_some() {
        let all = asked.link(PATH, |asked| {
            (asked.unit, asked.field, asked.procedure) = (None, None, None);
        });
        steps.insert(0, (asked.all_units(), all));
    }
    if let Some(whole) = asked.whole(PATH) {
        steps.insert(0, whole);
    }
    let last = steps.len().saturating_sub(1);
    Ok(steps
        .into_iter()
        .enumerate()
        .map(|(at, (text, value))| Choice {
            value,
            text,
            chosen: at == last,
        })
        .collect())
}

/// The units above this one on the last day of the period, the highest first, each with all that stood below it; none that
/// whoever asks may not see, nor the one that all is narrowed to.
fn above(units: &[Unit], key: &str, asked: &Asked) -> Vec<(String, String)> {
    let Some(unit) = unit_of_key(units, key) else {
        return Vec::new();
    };
    let asked_to = asked.days().ok().and_then(|(_, to)| to);
    let day = asked_to.unwrap_or_else(|| business_day(Timestamp::now()));
    let day = unit.valid_to.map_or(day, |last| day.min(last));
    let line = Unit::line_on(units, &unit.code, day);
    let above = line.into_iter().skip(1).filter_map(|unit| {
        let key = key_of_unit(units, unit);
        if given(&asked.within) == Some(key.as_str()) {
            return None;
        }
        let link = asked.link(PATH, |asked| {
            (asked.unit, asked.field, asked.procedure) = (None, None, None);
            asked.within = Some(key);
        });
        Some((unit.name.clone(), link))
    });
    above.rev().collect()
}

/// The name of a procedure, else its code.
fn procedure_name<'a>(procedures: &'a [Procedure], code: &'a str) -> &'a str {
    procedures
        .iter()
        .find(|procedure| procedure.code == code)
        .map_or(code, |procedure| &procedure.name)
}

/// The name that a code has had since last, or that of an earlier meaning by its key.
pub(super) fn unit_name<'a>(units: &'a [Unit], key: &str) -> Option<&'a str> {
    unit_of_key(units, key).map(|unit| unit.name.as_str())
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
                link: Some(asked.link(PATH, |asked| {
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
    let weights = sheet_page::factor_weights_in_words(form, lang)
        .map_or_else(String::new, |told| {
            format!(" · {}: {told}", words.figures.factor_weights)
        });
    format!(
        "{method} · {}, {} {} · {} – {} · {}{weights}",
        form.title.get(lang.tag()),
        words.report.version,
        form.version,
        day(lang, answer.from),
        day(lang, answer.to),
        sheet_page::units_as(answer, lang)
    )
}

/// How far the figures may be trusted.
pub(super) fn about(form: &Form, answer: &IndexAnswer, lang: Language) -> Vec<String> {
    let words = &lang.words().report;
    let figures = &lang.words().figures;
    let method = answer.method.words();
    let of = answer.cells.first().and_then(|cell| cell.interval_of);
    let mut lines = vec![
        words.reference.clone(),
        method.note.get(lang.tag()).to_owned(),
        format!("{}: {}", words.method, method.formula.get(lang.tag())),
        method.interval.get(lang.tag()).to_owned(),
        words.self_selected.clone(),
        fill(
            &words.too_few_note,
            &[("threshold", &answer.threshold.to_string())],
        ),
    ];
    if !factor_weights(form).is_empty() {
        lines.push(figures.factor_weights_note.clone());
    }
    match of {
        Some(Of::Closed) => {
            let technique = Technique::FinitePopulation.words();
            lines.extend([
                figures.of_closed_note.clone(),
                technique.formula.get(lang.tag()).to_owned(),
                technique.note.get(lang.tag()).to_owned(),
            ]);
        }
        Some(_) => lines.push(figures.of_process_note.clone()),
        None => {}
    }
    lines
}

/// Where the questions come from, as the form file tells it.
pub(super) fn source(form: &Form, lang: Language) -> Source {
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

//! `GET /wall/{unit}`: the published figures in large letters, for the screen in the hall and in the operations centre.
//!
//! A screen that nobody touches fetches itself again and turns its pages by `<meta http-equiv="refresh">`, since there are no
//! scripts; a person who reads it can stop that (`stay=1`), and links from other pages lead there.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::super::asked::given;
use super::super::report::unit_name;
use super::super::words::{Language, Words, fill};
use super::answer::cached;
use super::names::{Names, by_name, period};
use super::shelf::{self, Found};
use super::shown::{wall, wall_path};
use super::wall_view::{ALL, Leaf, leaves};
use crate::http::{Anybody, App, Problem};
use crate::index::DEMO_NOTE;
use crate::publish;
use crate::store::Unit;

/// A screen of one page fetches itself again after so many seconds.
const REFRESH: u32 = 300;
/// A page of several is turned after so many seconds: sixteen names and figures are read in less.
const TURN: u32 = 30;

/// The query of a screen.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Id of a form: its newest release, instead of the newest of all.
    form: Option<String>,
    /// Which of several pages, from 1 on.
    page: Option<String>,
    /// Present: the page stays.
    stay: Option<String>,
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "wall.html")]
struct Wall<'a> {
    lang: Language,
    words: &'a Words,
    demo: bool,
    name: String,
    /// Form, method and period; none while nothing is published.
    label: Option<[String; 3]>,
    /// Seconds and address of the next page; none when it stays.
    next: Option<(u32, String)>,
    turning: String,
    /// Pages before and after, when there are several.
    turns: Option<[String; 2]>,
    /// Stops the turning, or lets it go on.
    stop: (String, &'a str),
    /// The page with everything.
    details: String,
    leaf: Option<Leaf>,
    units_note: String,
}

#[derive(Template)]
#[template(path = "wall_unknown.html")]
struct Unknown<'a> {
    lang: Language,
    words: &'a Words,
    demo: bool,
    told: String,
    /// Addresses and names.
    units: Vec<(String, String)>,
}

/// `GET /wall/{unit}`
pub(super) async fn page(
    _: Anybody,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    unit: Result<Path<String>, PathRejection>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = Language::of(given(&asked.lang).unwrap_or_default());
    let words = lang.words();
    let store = app.store.as_ref();
    // A name that is no text is no unit's.
    let unit = unit.map(|Path(unit)| unit).unwrap_or_default();
    let code = (unit != ALL).then_some(unit.as_str());
    let units = store.units().await?;
    let demo = store.note(DEMO_NOTE).await?.is_some();
    let heads = publish::releases(store, false).await?;
    let found = shelf::find(&app, &heads, None, given(&asked.form)).await?;
    let release = match found {
        Found::One(release) => Some(release),
        Found::Empty | Found::Unknown => None,
    };
    let form = release
        .as_ref()
        .and_then(|release| app.forms.get(&release.head.form, release.head.form_version));
    let mut pages = Vec::new();
    let mut label = None;
    let mut units_note = String::new();
    let mut known = code.is_none_or(|code| unit_name(&units, code).is_some());
    if let (Some(release), Some(form)) = (&release, form) {
        let names = Names {
            lang,
            form,
            units: &units,
            procedures: &[],
        };
        let past = shelf::history(&app, &heads, &release.head).await?;
        known |= code.is_some_and(|code| past.iter().any(|past| past.unit(code).is_some()));
        pages = leaves(release, &names, &past, code);
        label = Some([
            release.head.method.words().label.get(lang.tag()).to_owned(),
            fill(
                &words.wall.of_period,
                &[("period", &period(lang, release.head.period))],
            ),
            form.title.get(lang.tag()).to_owned(),
        ]);
        let threshold = release.head.threshold.to_string();
        units_note = fill(&words.wall.units_note, &[("threshold", &threshold)]);
    }
    if !known {
        let page = unknown(lang, demo, &unit, &units);
        return Ok(cached(StatusCode::NOT_FOUND, &page, &headers));
    }
    let count = pages.len().max(1);
    let at = given(&asked.page).and_then(|page| page.parse::<usize>().ok());
    let at = at.unwrap_or(1).clamp(1, count);
    let leaf = (!pages.is_empty()).then(|| pages.swap_remove(at - 1));
    let link = |page: usize, stay: bool| address(&unit, &asked, lang, page, stay);
    let stay = given(&asked.stay).is_some();
    let seconds = if count > 1 { TURN } else { REFRESH };
    let (after, before) = (at % count + 1, (at + count - 2) % count + 1);
    let page = Wall {
        lang,
        words,
        demo,
        name: code.map_or_else(
            || words.wall.all.clone(),
            |code| unit_name(&units, code).unwrap_or(code).to_owned(),
        ),
        label,
        next: (!stay).then(|| (seconds, link(after, false))),
        turning: turning(words, stay, (at, count)),
        turns: (count > 1).then(|| [link(before, stay), link(after, stay)]),
        stop: if stay {
            (link(at, false), words.wall.go.as_str())
        } else {
            (link(at, true), words.wall.stay.as_str())
        },
        details: details(
            release.as_deref().map(|release| release.head.id.as_str()),
            lang,
        ),
        leaf,
        units_note,
    };
    Ok(cached(StatusCode::OK, &page, &headers))
}

/// A page of a screen, in the same language and of the same form.
fn address(unit: &str, asked: &Asked, lang: Language, page: usize, stay: bool) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("lang", lang.tag());
    if let Some(form) = given(&asked.form) {
        query.append_pair("form", form);
    }
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    if stay {
        query.append_pair("stay", "1");
    }
    format!("{}?{}", wall_path(unit), query.finish())
}

fn details(release: Option<&str>, lang: Language) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(id) = release {
        query.append_pair("release", id);
    }
    query.append_pair("lang", lang.tag());
    format!("/public?{}", query.finish())
}

/// What is said of the turning of pages.
fn turning(words: &Words, stay: bool, (at, count): (usize, usize)) -> String {
    let (at, pages, seconds) = (at.to_string(), count.to_string(), TURN.to_string());
    let places = [
        ("page", at.as_str()),
        ("pages", &pages),
        ("seconds", &seconds),
    ];
    let words = &words.wall;
    match (stay, count) {
        (true, 1) => words.no_refresh.clone(),
        (false, 1) => words.refresh.clone(),
        (true, _) => fill(&words.still, &places),
        (false, _) => fill(&words.turn, &places),
    }
}

/// Instead of the screen of a unit that there is not: which there are.
fn unknown<'a>(lang: Language, demo: bool, unit: &str, units: &[Unit]) -> Unknown<'a> {
    let words = lang.words();
    let mut listed: Vec<(String, String)> = units
        .iter()
        .map(|unit| {
            (
                wall(&unit.code, lang),
                format!("{} ({})", unit.name, unit.code),
            )
        })
        .collect();
    listed.sort_by_cached_key(|(_, name)| by_name(name));
    listed.dedup();
    listed.insert(0, (wall(ALL, lang), words.wall.all.clone()));
    Unknown {
        lang,
        words,
        demo,
        // What was asked for last: it is filled in and not read again.
        told: fill(&words.wall.unknown, &[("unit", unit)]),
        units: listed,
    }
}

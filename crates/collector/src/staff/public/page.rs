//! `GET /public`: the newest release, an earlier one, one of its tables, or a file of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::super::asked::given;
use super::super::export::Export;
use super::super::figures::Choice;
use super::super::sheet::Sheet;
use super::super::words::{Language, Words};
use super::answer::cached;
use super::names::{Names, title};
use super::shelf::{self, Found};
use super::shown::{Given, Shown, shown};
use crate::http::{Anybody, App, Problem};
use crate::index::DEMO_NOTE;
use crate::publish::{self, Release, ReleaseHead, TableName};

/// The query of the page; what is empty counts as absent.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Id of a release; the newest when absent.
    release: Option<String>,
    /// Id of a form: its newest release.
    form: Option<String>,
    /// A table of the release, alone.
    table: Option<String>,
    /// `csv`, `csv-comma` or `xlsx`: a file instead of the page.
    export: Option<String>,
    /// Present: every unit in the chart.
    all: Option<String>,
    lang: Option<String>,
}

impl Asked {
    fn lang(&self) -> Language {
        Language::of(given(&self.lang).unwrap_or_default())
    }

    /// This page in each language.
    fn languages(&self) -> Vec<Choice> {
        let link = |lang: Language| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            for (name, value) in [
                ("release", &self.release),
                ("form", &self.form),
                ("table", &self.table),
                ("all", &self.all),
            ] {
                if let Some(value) = given(value) {
                    query.append_pair(name, value);
                }
            }
            query.append_pair("lang", lang.tag());
            format!("/public?{}", query.finish())
        };
        Language::ALL
            .map(|one| Choice {
                value: link(one),
                text: one.tag().to_owned(),
                chosen: one == self.lang(),
            })
            .into()
    }
}

/// The releases that there are, by form.
struct Group {
    form: String,
    releases: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "public.html")]
struct Page<'a> {
    lang: Language,
    words: &'a Words,
    demo: bool,
    languages: Vec<Choice>,
    shown: Shown,
    groups: Vec<Group>,
    /// Address of the release at the API.
    api: String,
    /// Address of the wall screen of all units.
    wall: String,
}

#[derive(Template)]
#[template(path = "public_table.html")]
struct TablePage<'a> {
    lang: Language,
    words: &'a Words,
    demo: bool,
    languages: Vec<Choice>,
    back: String,
    period: String,
    form: String,
    sheet: Sheet,
    /// Links to files, for each block.
    exports: Vec<Vec<Choice>>,
    api: String,
}

#[derive(Template)]
#[template(path = "public_nothing.html")]
struct NothingPage<'a> {
    lang: Language,
    words: &'a Words,
    demo: bool,
    languages: Vec<Choice>,
    title: &'a str,
    text: &'a str,
    /// What else to say.
    more: Option<&'a str>,
    groups: Vec<Group>,
}

/// `GET /public`
pub(super) async fn page(
    _: Anybody,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let store = app.store.as_ref();
    let heads = publish::releases(store, false).await?;
    let release = match shelf::find(&app, &heads, given(&asked.release), given(&asked.form)).await?
    {
        Found::One(release) => release,
        Found::Empty => {
            let words = &asked.lang().words().public;
            let told = [&words.empty_title, &words.empty].map(String::as_str);
            let more = Some(words.empty_staff.as_str());
            return nothing(&app, &headers, &asked, &heads, (StatusCode::OK, told, more)).await;
        }
        Found::Unknown => return unknown(&app, &headers, &asked, &heads).await,
    };
    let Some(form) = app.forms.get(&release.head.form, release.head.form_version) else {
        return unknown(&app, &headers, &asked, &heads).await;
    };
    let lang = asked.lang();
    let words = lang.words();
    let past = shelf::history(&app, &heads, &release.head).await?;
    let (units, procedures) = (store.units().await?, store.procedures().await?);
    let shown = shown(&Given {
        release: &release,
        names: Names {
            lang,
            form,
            units: &units,
            procedures: &procedures,
        },
        past: &past,
        all: given(&asked.all).is_some(),
        published: true,
    });
    if let Some(export) = given(&asked.export) {
        return Export::asked(export)?.file(&shown.sheet, given(&asked.table));
    }
    let demo = store.note(DEMO_NOTE).await?.is_some();
    let languages = asked.languages();
    if let Some(table) = given(&asked.table) {
        let name = TableName::of_name(table).filter(|name| release.table(*name).is_some());
        let Some(name) = name else {
            return unknown(&app, &headers, &asked, &heads).await;
        };
        let page = alone(&release, name, shown, lang, demo, languages);
        return Ok(cached(StatusCode::OK, &page, &headers));
    }
    let page = Page {
        lang,
        words,
        demo,
        languages,
        groups: groups(&app, &heads, lang, Some(&release.head.id)),
        api: format!("/api/v1/releases/{}", release.head.id),
        wall: format!("/wall/all?lang={}&stay=1", lang.tag()),
        shown,
    };
    Ok(cached(StatusCode::OK, &page, &headers))
}

/// One table of a release, however long.
fn alone<'a>(
    release: &Release,
    name: TableName,
    mut shown: Shown,
    lang: Language,
    demo: bool,
    languages: Vec<Choice>,
) -> TablePage<'a> {
    shown
        .sheet
        .blocks
        .retain(|block| block.table.id == name.name());
    let id = &release.head.id;
    let link = |pairs: &[(&str, &str)]| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("release", id);
        query.extend_pairs(pairs);
        query.append_pair("lang", lang.tag());
        format!("/public?{}", query.finish())
    };
    let files = super::super::sheet_page::file_links(lang, |file| {
        link(&[("table", name.name()), ("export", file)])
    });
    TablePage {
        lang,
        words: lang.words(),
        demo,
        languages,
        back: link(&[]),
        period: shown.period,
        form: shown.title,
        exports: vec![files],
        sheet: shown.sheet,
        api: super::shown::api(release, name),
    }
}

async fn unknown(
    app: &App,
    headers: &HeaderMap,
    asked: &Asked,
    heads: &[ReleaseHead],
) -> Result<Response, Problem> {
    let words = &asked.lang().words().public;
    let told = [&words.unknown_title, &words.unknown].map(String::as_str);
    nothing(
        app,
        headers,
        asked,
        heads,
        (StatusCode::NOT_FOUND, told, None),
    )
    .await
}

async fn nothing(
    app: &App,
    headers: &HeaderMap,
    asked: &Asked,
    heads: &[ReleaseHead],
    (status, [title, text], more): (StatusCode, [&str; 2], Option<&str>),
) -> Result<Response, Problem> {
    let lang = asked.lang();
    let page = NothingPage {
        lang,
        words: lang.words(),
        demo: app.store.note(DEMO_NOTE).await?.is_some(),
        languages: Asked {
            lang: asked.lang.clone(),
            ..Asked::default()
        }
        .languages(),
        title,
        text,
        more,
        groups: groups(app, heads, lang, None),
    };
    Ok(cached(status, &page, headers))
}

/// Links to all releases, those of one form together; the one that is shown is marked, and its form comes first.
fn groups(app: &App, heads: &[ReleaseHead], lang: Language, id: Option<&str>) -> Vec<Group> {
    let mut forms: BTreeMap<&str, Vec<Choice>> = BTreeMap::new();
    for head in heads {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("release", &head.id)
            .append_pair("lang", lang.tag());
        forms.entry(&head.form).or_default().push(Choice {
            value: format!("/public?{}", query.finish()),
            text: title(lang, head),
            chosen: id == Some(head.id.as_str()),
        });
    }
    let named = forms.into_iter().map(|(form, releases)| Group {
        form: app.forms.newest(form).map_or_else(
            || form.to_owned(),
            |known| known.title.get(lang.tag()).to_owned(),
        ),
        releases,
    });
    let mut groups: Vec<Group> = named.collect();
    groups.sort_by_key(|group| !group.releases.iter().any(|one| one.chosen));
    groups
}

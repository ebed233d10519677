//! `GET /staff/audit`: who did what, for administrators.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::asked::{Asked, given};
use super::desk::Officer;
use super::figures::Choice;
use super::pages::{Audit, render};
use super::sheet::{Block, Line, Sheet, Table, Value};
use super::sheet_page;
use super::spans::moment;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::DEMO_NOTE;
use crate::store::terms::Term;
use crate::store::{AuditFilter, Deed, Entry};

const PATH: &str = "/staff/audit";
/// Entries on a page, and at most in a file.
const PAGE: u32 = 100;
const FILE: u32 = 50_000;

/// What this page is asked beside what all pages are.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Own {
    who: Option<String>,
    what: Option<String>,
    /// Only those before the one with this number.
    before: Option<String>,
}

impl Own {
    fn link(&self, link: String, before: Option<i64>) -> String {
        let mut query = form_urlencoded::Serializer::new(link);
        for (name, value) in [("who", &self.who), ("what", &self.what)] {
            if let Some(value) = given(value) {
                query.append_pair(name, value);
            }
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        query.finish()
    }
}

/// `GET /staff/audit`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
    Query(own): Query<Own>,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    let words = lang.words();
    if !officer.administers() {
        let message = words.audit.not_allowed.clone();
        return Ok(officer.refused(&app, lang, message).await);
    }
    let is_file = given(&asked.export).is_some();
    let before = given(&own.before).and_then(|number| number.parse().ok());
    let what = given(&own.what)
        .map(|name| {
            Deed::of_name(name).ok_or_else(|| {
                let kinds = Deed::names().join(", ");
                Problem::bad_request("unknown-kind", format!("ask for one of: {kinds}"))
                    .field("what")
            })
        })
        .transpose()?;
    let most = if is_file { FILE } else { PAGE };
    let mut entries = app
        .store
        .audited(AuditFilter {
            who: given(&own.who).map(str::to_owned),
            what,
            before: if is_file { None } else { before },
            // One more tells whether there are more.
            most: most + 1,
        })
        .await?;
    let is_cut = entries.len() > most as usize;
    entries.truncate(most as usize);
    let sheet = sheet(&entries, lang, is_file && is_cut);
    if let Some(file) = sheet_page::file(&asked, &sheet)? {
        return Ok(file);
    }
    let last = entries.last().map(|(number, _)| *number);
    let mut exports = sheet_page::links(&asked, PATH, "audit");
    for link in &mut exports {
        link.value = own.link(std::mem::take(&mut link.value), None);
    }
    let here = || asked.link(PATH, |_| {});
    Ok(render(&Audit {
        lang,
        words,
        demo: app.store.note(DEMO_NOTE).await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        who: given(&own.who).unwrap_or_default(),
        kinds: Deed::ALL
            .iter()
            .map(|(deed, _, name)| Choice {
                value: (*name).to_owned(),
                text: told(*deed, lang),
                chosen: what == Some(*deed),
            })
            .collect(),
        languages: asked.choices(&app, None).languages,
        older: last
            .filter(|_| is_cut)
            .map(|last| own.link(here(), Some(last))),
        newest: before.map(|_| own.link(here(), None)),
        exports: vec![exports],
        sheet,
    }))
}

fn told(deed: Deed, lang: Language) -> String {
    let name = deed.name();
    let words = &lang.words().audit.deeds;
    words.get(name).map_or(name, String::as_str).to_owned()
}

fn sheet(entries: &[(i64, Entry)], lang: Language, is_cut: bool) -> Sheet {
    let words = &lang.words().audit;
    let mut notes = vec![words.note.clone(), words.command_line.clone()];
    let most = fill(&words.most, &[("most", &FILE.to_string())]);
    if is_cut {
        notes.push(most.clone());
    }
    let rows = entries.iter().map(|(_, entry)| row(entry, lang)).collect();
    Sheet {
        title: words.title.clone(),
        label: most,
        labels: Vec::new(),
        blocks: vec![Block {
            title: words.title.clone(),
            labels: None,
            notes,
            chart: None,
            table: Table {
                id: "audit",
                caption: words.title.clone(),
                columns: [
                    &words.moment,
                    &words.who,
                    &words.what,
                    &words.about,
                    &words.detail,
                ]
                .map(Clone::clone)
                .into(),
                rows,
            },
        }],
        about: Vec::new(),
    }
}

fn row(entry: &Entry, lang: Language) -> Line {
    let who = match entry.who.as_str() {
        "" => lang.words().audit.unknown_person.as_str(),
        who => who,
    };
    Line {
        link: None,
        values: vec![
            Value::Text(moment(entry.at, lang)),
            Value::text(who),
            Value::Text(told(entry.what, lang)),
            Value::text(entry.about.as_str()),
            Value::text(entry.detail.as_str()),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_for_people_in_each_language() {
        for lang in Language::ALL {
            let told: Vec<&str> = lang
                .words()
                .audit
                .deeds
                .keys()
                .map(String::as_str)
                .collect();
            let mut kinds = Deed::names();
            kinds.sort_unstable();
            assert_eq!(told, kinds);
        }
    }
}

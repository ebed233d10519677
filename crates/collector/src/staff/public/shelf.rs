//! Which releases there are, which is shown, and what earlier ones said.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::http::{App, Problem};
use crate::index::{IndexAnswer, IndexCell};
use crate::publish::{self, Release, ReleaseHead, TableName};

/// How many periods a trend reaches back.
const MOST_PERIODS: usize = 24;
/// How many releases are remembered.
const MOST_KEPT: usize = 256;
/// The table whose figures have a trend of their own.
const UNITS: &str = "unit";

/// What a trend needs of releases, remembered: releases are never made anew, and reading two years of them takes longer than
/// filling a page.
#[derive(Default)]
pub(crate) struct Shelf {
    kept: Mutex<HashMap<String, Arc<Past>>>,
}

/// What a release says of the whole and of each unit.
pub(in crate::staff) struct Past {
    pub(super) head: ReleaseHead,
    pub(super) whole: Option<IndexCell>,
    pub(super) units: Option<IndexAnswer>,
}

impl Past {
    /// From a release that was read.
    pub(in crate::staff) fn of(release: &Release) -> Self {
        let units = TableName::of_name(UNITS).and_then(|units| release.table(units));
        Self {
            head: release.head.clone(),
            whole: whole(release)
                .and_then(|table| table.cells.first())
                .cloned(),
            units: units.cloned(),
        }
    }

    /// The first day of its period.
    pub(in crate::staff) fn from(&self) -> Date {
        self.head.period.from()
    }

    /// The figure of a unit, where its release has one.
    pub(super) fn unit(&self, code: &str) -> Option<&IndexCell> {
        let cells = &self.units.as_ref()?.cells;
        cells.iter().find(|cell| cell.key.get(UNITS) == Some(code))
    }
}

impl Shelf {
    fn get(&self, id: &str, made_at: Timestamp) -> Option<Arc<Past>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let past = kept.get(id)?;
        (past.head.made_at == made_at).then(|| Arc::clone(past))
    }

    fn put(&self, past: &Arc<Past>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(past.head.id.clone(), Arc::clone(past));
    }
}

/// The table of the whole.
pub(super) fn whole(release: &Release) -> Option<&IndexAnswer> {
    release.table(TableName::WHOLE)
}

/// The release that a page was asked for.
pub(super) enum Found {
    /// This one.
    One(Box<Release>),
    /// None, and there are none at all.
    Empty,
    /// None of this name.
    Unknown,
}

/// The release of this id, or the newest of this form, or the newest of all; `heads` are the public ones, newest first.
pub(super) async fn find(
    app: &App,
    heads: &[ReleaseHead],
    id: Option<&str>,
    form: Option<&str>,
) -> Result<Found, Problem> {
    let store = app.store.as_ref();
    let fitting: Vec<&ReleaseHead> = heads
        .iter()
        .filter(|head| id.is_none_or(|id| head.id == id))
        .filter(|head| form.is_none_or(|form| head.form == form))
        // A form that is no longer there has no words for its figures.
        .filter(|head| app.forms.get(&head.form, head.form_version).is_some())
        .collect();
    let Some(newest) = fitting.first().map(|head| head.period.to()) else {
        return Ok(if heads.is_empty() && id.is_none() {
            Found::Empty
        } else {
            Found::Unknown
        });
    };
    // Of several forms of the newest period, the one that most people answered.
    let mut most: Option<(u64, Release)> = None;
    for head in fitting {
        if head.period.to() != newest {
            break;
        }
        let Some(release) = publish::release(store, &head.id).await? else {
            continue;
        };
        let cell = whole(&release).and_then(|table| table.cells.first());
        let people = cell.and_then(|cell| cell.respondents).unwrap_or(0);
        if most.as_ref().is_none_or(|(best, _)| people > *best) {
            most = Some((people, release));
        }
    }
    Ok(most.map_or(Found::Unknown, |(_, release)| Found::One(Box::new(release))))
}

/// What the public releases of the form of this one say, by its method: the earliest first, at most two years of months.
pub(in crate::staff) async fn history(
    app: &App,
    heads: &[ReleaseHead],
    of: &ReleaseHead,
) -> Result<Vec<Arc<Past>>, Problem> {
    let mut past = Vec::new();
    let fitting: Vec<&ReleaseHead> = heads
        .iter()
        .filter(|head| head.form == of.form && head.method == of.method)
        .take(MOST_PERIODS)
        .collect();
    for head in fitting {
        if let Some(known) = app.shelf.get(&head.id, head.made_at) {
            past.push(known);
            continue;
        }
        if let Some(release) = publish::release(app.store.as_ref(), &head.id).await? {
            let known = Arc::new(Past::of(&release));
            app.shelf.put(&known);
            past.push(known);
        }
    }
    past.reverse();
    Ok(past)
}

//! What the authority publishes: releases, each made once of a month or a quarter that is over, and never changed.
//!
//! Whoever may ask for any days and any table finds small groups by subtracting one answer from another. So the public is
//! given frozen releases alone: their tables are chosen before they are made, counted in one snapshot and protected together
//! ([`protect`]), and no two releases of a form share a day. `docs/disclosure.md` tells what that proves and what it does not.

mod assembly;
mod menu;
mod order;
mod period;
mod protect;
mod tables;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use survey::method::Method;

pub use self::menu::{MENU, TableName};
pub use self::order::Order;
pub use self::period::{Period, PeriodKind};
use crate::delay::Delay;
use crate::forms::FormBook;
use crate::index::{IndexAnswer, IndexError};
use crate::store::{Deed, Entry, Store, StoreError};

/// Tables that were published together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Release {
    /// What is said of it in a list.
    #[serde(flatten)]
    pub head: ReleaseHead,
    /// The tables, in the order of the menu; the whole first.
    pub tables: Vec<IndexAnswer>,
}

/// A release without its figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReleaseHead {
    /// Its name in addresses, made of form, version and period: `one-stop-quick-1-2026-10`.
    pub id: String,
    /// Form id.
    pub form: String,
    /// Form version.
    pub form_version: u16,
    /// Method id.
    #[schema(value_type = String)]
    pub method: Method,
    /// Its days.
    #[schema(value_type = period::Told)]
    pub period: Period,
    /// Groups of fewer respondents than this cannot be found in it.
    pub threshold: u64,
    /// When it was made; its figures are those of that moment.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// Since when nobody without a key is shown it; null while it is public.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub withdrawn_at: Option<Timestamp>,
    /// Names of its tables, in order.
    #[schema(value_type = Vec<String>)]
    pub table_names: Vec<TableName>,
}

impl Release {
    /// The table of this name.
    pub fn table(&self, name: TableName) -> Option<&IndexAnswer> {
        let names = self.head.table_names.iter();
        let (_, table) = names.zip(&self.tables).find(|(one, _)| **one == name)?;
        Some(table)
    }
}

/// What a release would be, with what is hidden in it and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The release as it would be stored.
    pub release: Release,
    /// Of each table, in order.
    pub hidden: Vec<Hidden>,
}

/// How much of a table is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The table.
    pub table: TableName,
    /// Its figures, shown and hidden.
    pub figures: u64,
    /// Hidden since they are of fewer respondents than the threshold.
    pub few: u64,
    /// Hidden although they are of enough respondents, since a smaller group could be found with them.
    pub beside: u64,
    /// Figures without flagged responses that are hidden beside a figure that is shown.
    pub without_flagged: u64,
}

/// What the makers of releases are given by the settings and the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Groups of fewer respondents must not be found.
    pub threshold: u64,
    /// How long after the end of its last day a period may be published at the earliest.
    pub delay: Delay,
    /// Now.
    pub now: Timestamp,
}

/// Why something could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The order is at fault: (field, code, sentence).
    #[error("{field}: {message}")]
    Request {
        /// Field at fault: form, form_version, method, period, tables, seal or id.
        field: &'static str,
        /// Machine code.
        code: &'static str,
        /// The rule and the mend.
        message: String,
    },
    /// The question that a table asks is at fault.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PublishError {
    fn request(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Request {
            field,
            code,
            message: message.into(),
        }
    }
}

/// Computes and protects a release; nothing is stored.
///
/// # Errors
///
/// [`PublishError::Request`] names what is wrong with the order: a form, method or table that there is not, a period that
/// is not over or shares days with a release that was made, or tables that are too large to be protected together.
pub async fn preview(
    store: &dyn Store,
    forms: &FormBook,
    terms: &Terms,
    order: &Order,
) -> Result<Preview, PublishError> {
    order::check(store, forms, terms, order).await?;
    tables::make(store, forms, terms, order).await
}

/// Computes, protects and stores a release, with an entry of the audit log that names `who`. With the [seal](Preview::seal) of
/// a preview only if it would still be the same: ratings may have come since somebody looked at it.
///
/// # Errors
///
/// As [`preview`], and [`PublishError::Request`] when the figures are no longer those of the seal.
pub async fn make(
    store: &dyn Store,
    forms: &FormBook,
    terms: &Terms,
    order: &Order,
    (who, seal): (&str, Option<&str>),
) -> Result<Preview, PublishError> {
    let made = preview(store, forms, terms, order).await?;
    if let Some(seal) = seal
        && seal != made.seal()?
    {
        return Err(PublishError::request(
            "seal",
            "figures-changed",
            "the figures are no longer those of the preview; look at them again",
        ));
    }
    let entry = Entry::now(
        who,
        Deed::ReleaseMake,
        &made.release.head.id,
        &made.in_words(),
    );
    match store.add_release(made.release.clone(), entry).await? {
        None => Ok(made),
        Some(earlier) => Err(order::overlaps(order, &earlier)),
    }
}

/// Releases, the newest period first; the withdrawn ones too, if asked for.
///
/// # Errors
///
/// The store's.
pub async fn releases(
    store: &dyn Store,
    with_withdrawn: bool,
) -> Result<Vec<ReleaseHead>, StoreError> {
    let mut all = store.releases().await?;
    all.retain(|head| with_withdrawn || head.withdrawn_at.is_none());
    all.sort_by(|one, other| (other.period.to(), &one.id).cmp(&(one.period.to(), &other.id)));
    Ok(all)
}

/// The release of this id, be it withdrawn; none when there is no such.
///
/// # Errors
///
/// The store's.
pub async fn release(store: &dyn Store, id: &str) -> Result<Option<Release>, StoreError> {
    store.release(id).await
}

/// Takes a release from the public's sight. What was read meanwhile cannot be taken back.
///
/// # Errors
///
/// [`PublishError::Request`] when there is no such release, or it is withdrawn already.
pub async fn withdraw(store: &dyn Store, id: &str, who: &str) -> Result<(), PublishError> {
    let entry = Entry::now(who, Deed::ReleaseWithdraw, id, "");
    let at = Some(entry.at);
    change(
        store,
        id,
        at,
        entry,
        ("already-withdrawn", "it is withdrawn already"),
    )
    .await
}

/// Shows a withdrawn release again, as it was.
///
/// # Errors
///
/// [`PublishError::Request`] when there is no such release, or it is public.
pub async fn restore(store: &dyn Store, id: &str, who: &str) -> Result<(), PublishError> {
    let entry = Entry::now(who, Deed::ReleaseRestore, id, "");
    change(
        store,
        id,
        None,
        entry,
        ("not-withdrawn", "it is public already"),
    )
    .await
}

async fn change(
    store: &dyn Store,
    id: &str,
    withdrawn_at: Option<Timestamp>,
    entry: Entry,
    (code, done): (&'static str, &str),
) -> Result<(), PublishError> {
    if store.withdraw_release(id, withdrawn_at, entry).await? {
        return Ok(());
    }
    let known = store.releases().await?.iter().any(|head| head.id == id);
    Err(if known {
        PublishError::request("id", code, done)
    } else {
        PublishError::request(
            "id",
            "unknown-release",
            "there is no such release; `hai-long publish list` and GET /api/v1/releases name those there are",
        )
    })
}

impl Preview {
    /// A name of everything that would be published, but for the moment: equal only for equal figures.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn seal(&self) -> Result<String, StoreError> {
        let mut release = self.release.clone();
        release.head.made_at = Timestamp::UNIX_EPOCH;
        let written = serde_json::to_vec(&release)
            .map_err(|error| StoreError::Engine(format!("a release cannot be written: {error}")))?;
        Ok(HEXLOWER.encode(&Sha256::digest(written)))
    }

    /// In one line, for the audit log.
    fn in_words(&self) -> String {
        let head = &self.release.head;
        let names: Vec<&str> = head.table_names.iter().map(|name| name.name()).collect();
        let sum = |count: fn(&Hidden) -> u64| self.hidden.iter().map(count).sum::<u64>();
        format!(
            "method {}, threshold {}, tables {}, {} of {} figures hidden",
            head.method.id(),
            head.threshold,
            names.join(" "),
            sum(|hidden| hidden.few + hidden.beside),
            sum(|hidden| hidden.figures),
        )
    }
}

//! Whose turn it is to send, when the outbox is open in several pages.

use super::db::{Database, StorageError};
use crate::browser::{self, Asked, Lock};

/// Name of the lock.
const LOCK: &str = "hl-sender";

/// The turn of this page.
pub enum Turn {
    /// By the browser's lock, which ends with this value.
    Lock(#[expect(dead_code, reason = "held, never read")] Lock),
    /// By a row in the database: see [`super::lease`].
    Lease,
}

impl Turn {
    /// Takes the turn for the run `boot` of a page; `None` when another page has it.
    ///
    /// `elsewhere` is the collector that is sent to, if it did not serve the page.
    pub async fn take(
        db: &Database,
        boot: &str,
        elsewhere: Option<&str>,
    ) -> Result<Option<Self>, StorageError> {
        let name = [LOCK, elsewhere.unwrap_or_default()].concat();
        match browser::lock(&name).await {
            Asked::Held(lock) => Ok(Some(Self::Lock(lock))),
            Asked::Taken => Ok(None),
            Asked::Unknown => Ok(db.lease(boot).await?.then_some(Self::Lease)),
        }
    }

    /// Keeps the turn for another request; `false` when it was lost.
    pub async fn keep(&self, db: &Database, boot: &str) -> Result<bool, StorageError> {
        match self {
            Self::Lock(_) => Ok(true),
            Self::Lease => db.lease(boot).await,
        }
    }

    /// Gives the turn to the next page.
    pub async fn end(self, db: &Database) {
        if matches!(self, Self::Lease) {
            // A row that stays runs out by itself.
            let _ = db.end_lease().await;
        }
    }
}

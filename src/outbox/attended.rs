//! What an attendant may know of the outbox, and carry away.

use super::{Clock, Inner, Outbox, Status, now, rescue};
use crate::browser;
use crate::outbox::StorageError;

impl Outbox {
    /// The state of the outbox.
    pub async fn status(&self) -> Result<Status, StorageError> {
        let inner = &self.0;
        let held = inner.held();
        let tally = inner.db.tally(held.as_deref()).await?;
        Ok(Status {
            waiting: tally.waiting,
            parked: tally.parked,
            sent: tally.sent,
            gave_way: tally.gave_way,
            last_contact: tally.contact,
            oldest: tally.oldest,
            refused: inner.refused.get(),
            storage: inner.storage().await,
            clock: self.clock(),
            alarms: inner.pulse.alarms(),
        })
    }

    /// What is known of the device's clock.
    pub fn clock(&self) -> Clock {
        self.0.skew.borrow().at(now())
    }

    /// The collector's code for each response that it refused.
    pub async fn refusals(&self) -> Result<Vec<String>, StorageError> {
        let parked = self.0.db.parked().await?;
        Ok(parked.into_iter().map(|parked| parked.code).collect())
    }

    /// Everything on the device as one rescue file (JSON), for a person to carry to the collector:
    /// `{"format":"hai-long-rescue","version":1,"device","exported_at","responses":[…],"parked":[{"response","code"}]}`.
    pub async fn export(&self) -> Result<String, StorageError> {
        let waiting = self.0.db.oldest(u32::MAX).await?;
        let waiting: Vec<String> = waiting.into_iter().map(|record| record.body).collect();
        let parked = self.0.db.parked().await?;
        let device = self.0.device.borrow().clone();
        Ok(rescue::write(
            &device,
            &browser::rfc3339_now(),
            &waiting,
            &parked,
        ))
    }
}

impl Inner {
    /// The response that is just being given.
    pub(super) fn held(&self) -> Option<String> {
        let visit = self.visit.borrow();
        visit.held(browser::monotonic_ms()).map(str::to_owned)
    }
}

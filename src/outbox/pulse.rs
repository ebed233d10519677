//! Tells the collector from time to time how this device is, and learns the time from it.

use std::rc::{Rc, Weak};

use survey::heartbeat::{Heartbeat, Storage};
use wasm_bindgen_futures::spawn_local;

use super::{Inner, now};
use crate::browser;
use crate::collector::Failure;

/// Milliseconds between two heartbeats.
pub const BEAT_MS: u32 = 300_000;

/// Sends a heartbeat, unless the outbox has been dropped or one is under way. One that fails is not repeated: the next
/// tells as much.
pub fn beat_soon(inner: &Weak<Inner>) {
    let Some(inner) = inner.upgrade() else { return };
    if !inner.beating.replace(true) {
        spawn_local(async move {
            inner.beat().await;
            inner.beating.set(false);
        });
    }
}

impl Inner {
    async fn beat(self: &Rc<Self>) -> Option<()> {
        let state = self.heartbeat().await?;
        let body = serde_json::to_string(&state).ok()?;
        let answer = self.client.heartbeat(body).await;
        if let Err(Failure::Refused) = answer {
            self.refused.set(true);
        }
        let greeting = answer.ok()?;
        self.refused.set(false);
        if let Some(offset_ms) = browser::offset_of(&greeting.server_time) {
            self.skew.borrow_mut().compared(offset_ms, now());
        }
        // Without room for it the panel tells an earlier contact; nothing else hangs on it.
        let _ = self.db.contact(&greeting.server_time).await;
        self.alarms.replace(greeting.alarms);
        Some(())
    }

    /// The state of this device; `None` while its storage does not work, which the screen tells as soon as it matters.
    async fn heartbeat(&self) -> Option<Heartbeat> {
        if self.install.borrow().is_none() {
            let (install, strict) = self.db.started().await.ok()?;
            self.strict.set(strict);
            self.install.replace(Some(install));
        }
        let held = self.held();
        let tally = self.db.tally(held.as_deref()).await.ok()?;
        let storage = self.storage().await;
        let install = self.install.borrow().clone()?;
        Some(Heartbeat {
            install_id: install.install_id,
            boots: install.boots,
            boot: self.boot.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            waiting: tally.waiting,
            parked: tally.parked,
            sent: tally.sent,
            storage,
            device_time: browser::rfc3339_now(),
        })
    }

    pub(super) async fn storage(&self) -> Storage {
        let (used, quota) = browser::estimate().await;
        Storage {
            persisted: browser::persisted().await,
            strict: self.strict.get(),
            used,
            quota,
        }
    }
}

//! Tells the collector from time to time how this device is, and learns the time from it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Interval;
use gloo_timers::future::TimeoutFuture;
use survey::heartbeat::{Heartbeat, Storage};
use wasm_bindgen_futures::spawn_local;

use super::db::Install;
use super::{Inner, Outbox, now};
use crate::browser::{self, Listener, Phase};
use crate::collector::Failure;

/// Milliseconds until the first heartbeat.
const FIRST_MS: u32 = 3_000;
/// Milliseconds between two heartbeats.
const BEAT_MS: u32 = 300_000;

/// What the heartbeats know; empty until they are started.
#[derive(Default)]
pub struct Pulse {
    install: RefCell<Option<Install>>,
    alarms: RefCell<Vec<String>>,
    beating: Cell<bool>,
    held: RefCell<Option<(Interval, Listener)>>,
}

impl Pulse {
    /// What the collector said is wrong when it last answered.
    pub fn alarms(&self) -> Vec<String> {
        self.alarms.borrow().clone()
    }
}

impl Outbox {
    /// Tells the collector how this device is, soon, when the network comes back, and every five minutes.
    pub fn beat(&self) {
        let inner = Rc::downgrade(&self.0);
        let (again, online) = (inner.clone(), inner.clone());
        let interval = Interval::new(BEAT_MS, move || beat_soon(&again));
        let window = browser::window();
        let online = Listener::new(&window, "online", Phase::Bubble, move |_| {
            beat_soon(&online);
        });
        self.0.pulse.held.replace(Some((interval, online)));
        spawn_local(async move {
            // The start is counted at once, however short the run; the line is left to the first touch.
            if let Some(inner) = inner.upgrade() {
                inner.pulse.beating.set(true);
                inner.started().await;
                inner.pulse.beating.set(false);
            }
            TimeoutFuture::new(FIRST_MS).await;
            beat_soon(&inner);
        });
    }
}

/// Sends a heartbeat, unless the outbox has been dropped or one is under way. One that fails is not repeated: the next
/// tells as much.
fn beat_soon(inner: &Weak<Inner>) {
    let Some(inner) = inner.upgrade() else { return };
    if !inner.pulse.beating.replace(true) {
        spawn_local(async move {
            inner.beat().await;
            inner.pulse.beating.set(false);
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
        self.pulse.alarms.replace(greeting.alarms);
        Some(())
    }

    /// Counts the start of this run, once; `None` while its storage does not work.
    async fn started(&self) -> Option<()> {
        if self.pulse.install.borrow().is_none() {
            let (install, strict) = self.db.started().await.ok()?;
            self.strict.set(strict);
            self.pulse.install.replace(Some(install));
        }
        Some(())
    }

    /// The state of this device; `None` while its storage does not work, which the screen tells as soon as it matters.
    async fn heartbeat(&self) -> Option<Heartbeat> {
        self.started().await?;
        let held = self.held();
        let tally = self.db.tally(held.as_deref()).await.ok()?;
        let storage = self.storage().await;
        let install = self.pulse.install.borrow().clone()?;
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

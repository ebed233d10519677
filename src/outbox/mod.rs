//! Where finished ratings wait until the collector has them. Knows nothing of screens.
//!
//! A rating is [kept](Outbox::keep) durably before anybody is thanked, and leaves only when the collector has said
//! `stored` or `duplicate`; one that it rejects is parked, never dropped. Sending repeats for ever: on writing, when the
//! page starts, when the network comes back, and every minute, with a growing, jittered delay after failures.

mod db;
mod pace;
mod record;
mod rescue;
mod skew;
mod status;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use survey::heartbeat::Storage;
use survey::response::{Response, Status as Fate};
use wasm_bindgen_futures::spawn_local;

use crate::browser::{self, Listener, Phase};
use crate::collector::{Client, Failure};
use db::Database;
pub use db::StorageError;
use pace::{Cause, HEARTBEAT_MS, Pace};
use record::{Record, Stamp, batch};
pub use skew::{Clock, ClockState};
pub use status::Status;

/// Most responses in one request: on a slow line a small batch gets through where a large one times out.
const BATCH: u32 = 20;

/// The outbox of this device; cheap to clone.
#[derive(Clone)]
pub struct Outbox(Rc<Inner>);

/// What became of a try to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Nothing waits any more.
    All,
    /// Something still waits.
    NotYet,
}

struct Inner {
    db: Database,
    client: Client,
    boot: String,
    device: RefCell<String>,
    clock_offset_ms: Cell<Option<i64>>,
    pace: RefCell<Pace>,
    sending: Cell<bool>,
    again: Cell<bool>,
    timer: RefCell<Option<Timeout>>,
    online: RefCell<Option<Listener>>,
}

impl Outbox {
    /// Opens the outbox and starts sending what waits in it.
    pub async fn open(client: Client) -> Result<Self, StorageError> {
        let outbox = Self(Rc::new(Inner {
            db: Database::open().await?,
            client,
            boot: browser::new_id().to_string(),
            device: RefCell::default(),
            clock_offset_ms: Cell::new(None),
            pace: RefCell::default(),
            sending: Cell::new(false),
            again: Cell::new(false),
            timer: RefCell::new(None),
            online: RefCell::new(None),
        }));
        let inner = Rc::downgrade(&outbox.0);
        let online = Listener::new(&browser::window(), "online", Phase::Bubble, move |_| {
            try_soon(&inner, Cause::Woken);
        });
        outbox.0.online.replace(Some(online));
        try_soon(&Rc::downgrade(&outbox.0), Cause::Woken);
        Ok(outbox)
    }

    /// Tells the name of the device and how far its clock is off, for the responses to come.
    pub fn introduce(&self, device: &str, clock_offset_ms: Option<i64>) {
        device.clone_into(&mut self.0.device.borrow_mut());
        if clock_offset_ms.is_some() {
            self.0.clock_offset_ms.set(clock_offset_ms);
        }
    }

    /// Keeps a response; returns only when it is on the disk of the device.
    pub async fn keep(&self, response: Response) -> Result<(), StorageError> {
        let inner = &self.0;
        inner
            .db
            .keep(|seq| {
                let stamp = Stamp {
                    device: inner.device.borrow().clone(),
                    boot: inner.boot.clone(),
                    seq,
                    clock_offset_ms: inner.clock_offset_ms.get(),
                };
                stamp.record(response)
            })
            .await
    }

    /// The state of the outbox, for the attendant.
    pub async fn status(&self) -> Result<Status, StorageError> {
        let waiting = self.0.db.oldest(u32::MAX).await?;
        Ok(Status {
            waiting: waiting.len() as u64,
            parked: self.0.db.parked().await?.len() as u64,
            sent: 0,
            gave_way: 0,
            last_contact: None,
            oldest: None,
            refused: false,
            storage: Storage {
                persisted: false,
                strict: true,
                used: None,
                quota: None,
            },
            clock: skew::Skew::default().at(skew::Now {
                wall: js_sys::Date::now(),
                monotonic: browser::monotonic_ms(),
            }),
            alarms: Vec::new(),
        })
    }

    /// Everything on the device as one rescue file (JSON), for a person to carry to the collector.
    pub async fn export(&self) -> Result<String, StorageError> {
        let waiting: Vec<String> = self
            .0
            .db
            .oldest(u32::MAX)
            .await?
            .into_iter()
            .map(|record| record.body)
            .collect();
        let parked = self.0.db.parked().await?;
        let device = self.0.device.borrow().clone();
        Ok(rescue::write(
            &device,
            &browser::rfc3339_now(),
            &waiting,
            &parked,
        ))
    }

    /// Sends what waits, now.
    pub async fn send(&self) -> Sent {
        self.0.send(Cause::Written).await
    }
}

/// Starts a try, unless the outbox has been dropped.
fn try_soon(inner: &Weak<Inner>, cause: Cause) {
    if let Some(inner) = inner.upgrade() {
        spawn_local(async move {
            inner.send(cause).await;
        });
    }
}

impl Inner {
    async fn send(self: &Rc<Self>, cause: Cause) -> Sent {
        if cause == Cause::Woken {
            self.pace.borrow_mut().woken();
        }
        if self.sending.get() {
            self.again.set(true); // one request in flight: the running try looks again before it ends
            return Sent::NotYet;
        }
        if !self.pace.borrow().may_try(browser::monotonic_ms()) {
            return Sent::NotYet; // the timer that was set with the hold is still running
        }
        self.sending.set(true);
        let mut outcome = self.empty().await;
        while outcome.is_ok() && self.again.take() {
            outcome = self.empty().await;
        }
        self.again.set(false);
        self.sending.set(false);
        let delay = match outcome {
            Ok(()) => HEARTBEAT_MS,
            Err(retry_after) => self.pace.borrow_mut().failed(
                browser::monotonic_ms(),
                retry_after,
                browser::chance(),
            ),
        };
        let inner = Rc::downgrade(self);
        let timer = Timeout::new(delay, move || try_soon(&inner, Cause::Timer));
        self.timer.replace(Some(timer));
        if outcome.is_ok() {
            Sent::All
        } else {
            Sent::NotYet
        }
    }

    /// Sends batch after batch until nothing waits; on failure gives the collector's `Retry-After`, if any.
    async fn empty(&self) -> Result<(), Option<u32>> {
        let mut most = BATCH;
        loop {
            // A store that cannot be read now is tried again like a line that is down.
            let records = self.db.oldest(most).await.map_err(|_| None)?;
            if records.is_empty() {
                return Ok(());
            }
            match self.client.hand_over(batch(&records)).await {
                Ok(receipts) => {
                    let taken = self.settle(&records, receipts).await.map_err(|_| None)?;
                    if taken == 0 {
                        return Err(None); // a collector that says nothing of what we sent must not be asked in a circle
                    }
                    self.pace.borrow_mut().succeeded();
                    most = BATCH;
                }
                // The request itself is at fault. Alone, each response shows whether it is the cause.
                Err(Failure::Status {
                    status: 400 | 413 | 422,
                    ..
                }) if records.len() > 1 => most = 1,
                Err(Failure::Status {
                    status: status @ (400 | 413 | 422),
                    ..
                }) => {
                    let reason = ["http-", &status.to_string()].concat();
                    for record in &records {
                        self.db.park(&record.id, &reason).await.map_err(|_| None)?;
                    }
                }
                Err(Failure::Status { retry_after, .. }) => return Err(retry_after),
                Err(Failure::Unreachable | Failure::Refused | Failure::Unreadable) => {
                    return Err(None);
                }
            }
        }
    }

    /// Does with each record what its receipt says; how many have left the outbox.
    async fn settle(
        &self,
        records: &[Record],
        receipts: survey::response::Receipts,
    ) -> Result<usize, StorageError> {
        let mut taken = Vec::new();
        let mut parked = 0;
        for receipt in receipts.results {
            let id = receipt.id.to_string();
            if !records.iter().any(|record| record.id == id) {
                continue;
            }
            match receipt.status {
                Fate::Stored | Fate::Duplicate => taken.push(id),
                Fate::Rejected => {
                    let reason = receipt.code.as_deref().unwrap_or("rejected");
                    self.db.park(&id, reason).await?;
                    parked += 1;
                }
            }
        }
        self.db.remove(&taken).await?;
        Ok(taken.len() + parked)
    }
}

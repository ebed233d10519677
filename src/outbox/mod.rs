//! Where ratings wait until the collector has them. Knows nothing of screens.
//!
//! A response is [saved](Outbox::save) with each answer, and [kept](Outbox::keep) durably before anybody is thanked. It
//! leaves only when the collector has said `stored` or `duplicate` about the very revision that lies here; one that it
//! rejects is parked, never dropped. Sending repeats for ever: on writing, when the page starts or comes to the front,
//! when the network comes back, and every minute; after failures with a growing, jittered delay of at most 20 s. One page
//! sends at a time.
//!
//! When the disk is full, the oldest unfinished ratings give way to one whose person is to be thanked. A rating whose
//! person was thanked never does: rather, the next person is told that the rating could not be kept.
//!
//! What decides is pure and stands apart from the browser: what is sent ([`portion`]) and when ([`pace`], [`visit`]),
//! what a receipt does ([`fate`]), what gives way ([`room`]), whose turn it is ([`lease`]), whether the clock may be
//! believed ([`skew`]).

#[cfg(feature = "kiosk")]
mod attended;
mod db;
mod fate;
mod lease;
mod pace;
mod portion;
#[cfg(feature = "kiosk")]
mod pulse;
mod record;
#[cfg(feature = "kiosk")]
mod rescue;
mod room;
mod sender;
mod skew;
#[cfg(feature = "kiosk")]
mod status;
mod turn;
mod visit;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use survey::response::Response;
use uuid::Uuid;
use wasm_bindgen_futures::spawn_local;

use crate::browser::{self, Listener, Phase};
use crate::collector::Client;
use db::Database;
pub use db::StorageError;
use pace::{Cause, Pace};
use record::Stamp;
use sender::try_soon;
pub use skew::{Clock, ClockState};
use skew::{Now, Skew};
#[cfg(feature = "kiosk")]
pub use status::Status;
use visit::Visit;

/// How many times the room of the response to be saved is made when the disk is full, so that the next ones fit, too.
const ROOM: usize = 8;
/// Most records that are looked at to make room.
const SPARE: u32 = 100;

/// The outbox of this device; cheap to clone.
#[derive(Clone)]
pub struct Outbox(Rc<Inner>);

/// What became of a try to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Nothing waits any more, but for a response whose visit is still open.
    All,
    /// Something still waits.
    NotYet,
}

struct Inner {
    db: Database,
    client: Client,
    boot: String,
    device: RefCell<String>,
    visit: RefCell<Visit>,
    skew: RefCell<Skew>,
    pace: RefCell<Pace>,
    /// The collector refused the key of the device.
    refused: Cell<bool>,
    /// The browser says that the last write was strictly durable.
    strict: Cell<bool>,
    /// The browser was asked not to evict the data.
    persisting: Cell<bool>,
    /// The database is wanted by a newer release, or gone: the page is to be loaded again once nobody is there.
    retiring: Cell<bool>,
    sending: Cell<bool>,
    again: Cell<bool>,
    #[cfg(feature = "kiosk")]
    pulse: pulse::Pulse,
    timer: RefCell<Option<Timeout>>,
    callers: RefCell<Option<Callers>>,
}

/// What calls the outbox, as long as it lives.
struct Callers {
    _listeners: [Listener; 2],
}

impl Outbox {
    /// Opens the outbox and starts sending what waits in it.
    pub async fn open(client: Client) -> Result<Self, StorageError> {
        let outbox = Self(Rc::new(Inner {
            db: Database::open(client.elsewhere()).await?,
            client,
            boot: browser::new_id().to_string(),
            device: RefCell::default(),
            visit: RefCell::default(),
            skew: RefCell::default(),
            pace: RefCell::default(),
            refused: Cell::new(false),
            strict: Cell::new(true),
            persisting: Cell::new(false),
            retiring: Cell::new(false),
            sending: Cell::new(false),
            again: Cell::new(false),
            #[cfg(feature = "kiosk")]
            pulse: pulse::Pulse::default(),
            timer: RefCell::default(),
            callers: RefCell::default(),
        }));
        let inner = Rc::downgrade(&outbox.0);
        outbox.0.db.on_retire({
            let inner = inner.clone();
            move || {
                if let Some(inner) = inner.upgrade() {
                    inner.retiring.set(true);
                    inner.retire_if_idle();
                }
            }
        });
        outbox.0.callers.replace(Some(Callers::of(&inner)));
        try_soon(&inner, Cause::Woken);
        Ok(outbox)
    }

    /// Tells the name of the device and how far its clock is off, for the responses to come.
    pub fn introduce(&self, device: &str, clock_offset_ms: Option<i64>) {
        device.clone_into(&mut self.0.device.borrow_mut());
        if let Some(offset_ms) = clock_offset_ms {
            self.0.skew.borrow_mut().compared(offset_ms, now());
        }
    }

    /// Somebody has begun: the page is not loaded again under their hands, and what they have not finished is not sent
    /// for five minutes.
    pub fn begin_visit(&self) {
        self.0.visit.borrow_mut().begin();
    }

    /// Nobody is there any more: what they have left may be sent.
    pub fn end_visit(&self) {
        self.0.visit.borrow_mut().end();
        self.0.retire_if_idle();
    }

    /// What is being answered may be sent although the visit is still open.
    pub fn release(&self) {
        self.0.visit.borrow_mut().release();
    }

    /// Saves the answers so far of somebody who is still there, in place of what was saved before; returns only when
    /// they are on the disk. Nobody may be thanked for it: it may give way when the disk is full.
    pub async fn save(&self, response: Response) -> Result<(), StorageError> {
        self.0.save(response, false).await
    }

    /// Keeps a response for good, after which the person may be thanked; returns only when it is on the disk.
    pub async fn keep(&self, response: Response) -> Result<(), StorageError> {
        let kept = self.0.save(response, true).await;
        self.0.visit.borrow_mut().release();
        kept
    }

    /// Takes back what was saved of a response whose person starts over. One that is on its way, or was kept, stays.
    pub async fn withdraw(&self, id: Uuid) -> Result<(), StorageError> {
        self.0.db.withdraw(&id.to_string()).await
    }

    /// Sends what waits, now.
    pub async fn send(&self) -> Sent {
        self.0.send(Cause::Written).await
    }
}

impl Callers {
    fn of(inner: &Weak<Inner>) -> Self {
        let window = browser::window();
        let online = inner.clone();
        let shown = inner.clone();
        Self {
            _listeners: [
                Listener::new(&window, "online", Phase::Bubble, move |_| {
                    try_soon(&online, Cause::Woken);
                }),
                // Fired at the document, it is heard on its way up.
                Listener::new(&window, "visibilitychange", Phase::Bubble, move |_| {
                    try_soon(&shown, Cause::Woken);
                }),
            ],
        }
    }
}

impl Inner {
    async fn save(self: &Rc<Self>, response: Response, promised: bool) -> Result<(), StorageError> {
        let id = response.id.to_string();
        let revision = self.visit.borrow_mut().revise(&id, browser::monotonic_ms());
        let clock_offset_ms = self.skew.borrow().at(now()).offset_ms;
        let mut room_made = false;
        loop {
            let mut bytes = 0;
            let saved = self.db.save(|next| {
                let stamp = Stamp {
                    device: self.device.borrow().clone(),
                    boot: self.boot.clone(),
                    seq: self.visit.borrow_mut().number(&id, next),
                    revision,
                    clock_offset_ms,
                };
                let record = stamp.record(response.clone(), promised)?;
                bytes = record.body.len();
                Ok(record)
            });
            match saved.await {
                Ok(strict) => {
                    self.strict.set(strict);
                    self.ask_to_persist();
                    return Ok(());
                }
                // Once only: a browser that frees the room later (Chrome does) must not cost every unfinished rating.
                Err(StorageError::Full) if promised && !room_made => {
                    room_made = true;
                    let spare = self.db.spare(SPARE).await?;
                    let ids = room::gives_way(&spare, &id, bytes * ROOM);
                    if ids.is_empty() {
                        return Err(StorageError::Full);
                    }
                    self.db.give_way(&ids).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Once in a run, after the first answer: browsers grant it by how much a page is used, and Firefox asks the person.
    fn ask_to_persist(&self) {
        // On somebody else's page it is not ours to ask a person for anything.
        if self.client.elsewhere().is_none() && !self.persisting.replace(true) {
            spawn_local(async {
                // The next heartbeat tells what came of it.
                browser::persist().await;
            });
        }
    }

    /// Makes way for a newer release by loading the page again, unless somebody is in a visit.
    fn retire_if_idle(&self) {
        if self.retiring.get() && !self.visit.borrow().is_open() {
            self.db.close();
            // Somebody else's page is not ours to load again.
            if self.client.elsewhere().is_some() {
                return;
            }
            // If the browser refuses, saving fails and the attendant is told.
            let _ = browser::window().location().reload();
        }
    }
}

/// The two clocks of the device.
fn now() -> Now {
    Now {
        wall: browser::wall_ms(),
        monotonic: browser::monotonic_ms(),
    }
}

//! The outbox's database in the browser: IndexedDB `hai-long`.
//!
//! | store | key | value |
//! |---|---|---|
//! | `responses` | `id` | `{id, format, body, created, revision, seq, spare?}`: waiting to be sent; read by the index `seq`. `spare` is there only on what may give way when the disk is full |
//! | `parked` | `id` | the same with `code` and `faults`: the collector will never take it as it is; kept for a person to look at |
//! | `counters` | name | `seq` the number of the last response, `sent`, `gave-way` |
//! | `meta` | name | `install` `{install_id, boots, first_seen}`, `contact` the collector's time at the last contact, `lease` `{owner, until}` |
//!
//! Version 2 added `meta` and the indexes. Rows of format 1 get their `seq`, and parked ones keep their `reason`.

#[cfg(feature = "kiosk")]
mod attended;
mod outcome;
mod rows;

use std::cell::{Cell, RefCell};

use js_sys::{Array, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbObjectStoreParameters, IdbOpenDbRequest,
    IdbTransaction,
};

use super::fate::{Fate, Verdict};
use super::lease::Lease;
use super::record::Record;
use crate::browser::{self, Listener, Phase};
#[cfg(feature = "kiosk")]
pub use attended::Install;
use outcome::{Outcome, Transaction, result};
use rows::{SEQ, SPARE, number, set, set_number, text};

const NAME: &str = "hai-long";
/// Raised when a store is added; stores are only ever added.
const VERSION: u32 = 2;
const RESPONSES: &str = "responses";
const PARKED: &str = "parked";
const COUNTERS: &str = "counters";
const META: &str = "meta";
const SENT: &str = "sent";
const GAVE_WAY: &str = "gave-way";
const LEASE: &str = "lease";

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` with the third argument of `transaction`, which `web-sys` counts among its unstable APIs although
    /// every browser has it (Chrome 83, Firefox 126, Safari 15); an older one ignores it.
    type DurableDatabase;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction_with_options(
        this: &DurableDatabase,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}

/// The device did not keep, or did not find again, what it was told to keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The browser has no IndexedDB or refuses it.
    #[error("the browser offers no durable storage")]
    Missing,
    /// The database could not be opened.
    #[error("the database cannot be opened")]
    NotOpened,
    /// The disk, or the browser's share of it, is full.
    #[error("the disk is full")]
    Full,
    /// A transaction was not carried out: storage evicted, browser shutting down.
    #[error("the database did not carry out a transaction")]
    NotDone,
    /// A response could not be written as JSON.
    #[error("the response cannot be written")]
    NotWritten,
}

impl From<JsValue> for StorageError {
    fn from(_: JsValue) -> Self {
        Self::NotDone
    }
}

/// The open database; closed when dropped.
pub struct Database {
    db: IdbDatabase,
    /// Records that gave way and are not in the counter yet.
    gave_way: Cell<u64>,
    retiring: RefCell<Vec<Listener>>,
}

impl Database {
    /// Opens the database, and makes or completes its stores. While a page of an older release has it open, this waits:
    /// nothing is ever deleted to get on. One that a newer release has extended serves as it is.
    ///
    /// `elsewhere` is the collector that the records are for, if it did not serve the page: each has a database of its
    /// own.
    pub async fn open(elsewhere: Option<&str>) -> Result<Self, StorageError> {
        let name = match elsewhere {
            Some(collector) => [NAME, " ", collector].concat(),
            None => NAME.to_owned(),
        };
        let factory = browser::window()
            .indexed_db()
            .ok()
            .flatten()
            .ok_or(StorageError::Missing)?;
        let request = factory
            .open_with_u32(&name, VERSION)
            .map_err(|_| StorageError::NotOpened)?;
        let db = match opened(&request).await {
            Ok(db) => db,
            Err(_) if newer(&request) => open_as_it_is(&factory, &name)
                .await
                .map_err(|_| StorageError::NotOpened)?,
            Err(_) => return Err(StorageError::NotOpened),
        };
        Ok(Self {
            db,
            gave_way: Cell::new(0),
            retiring: RefCell::default(),
        })
    }

    /// Calls `retire` when a newer release waits for this connection to close, or the browser has closed it.
    pub fn on_retire(&self, retire: impl Fn() + Clone + 'static) {
        let listeners = ["versionchange", "close"].map(|event| {
            let retire = retire.clone();
            Listener::new(&self.db, event, Phase::Bubble, move |_| retire())
        });
        self.retiring.replace(listeners.into());
    }

    /// Lets a newer release have the database.
    pub fn close(&self) {
        self.db.close();
    }

    /// Saves the record that `make` makes of the device's next number, in place of an earlier revision of it; returns
    /// only when it is on the disk: whether the browser says that it waited for the disk itself.
    pub async fn save(
        &self,
        make: impl FnOnce(u64) -> Result<Record, serde_json::Error>,
    ) -> Result<bool, StorageError> {
        let transaction = self.write(&[RESPONSES, COUNTERS])?;
        let counters = transaction.store(COUNTERS)?;
        let last = counter(&counters, SEQ).await?;
        // Asked for in here, where no other save is between its count and its end.
        let gave_way = self.gave_way.get();
        if gave_way > 0 {
            add(&counters, GAVE_WAY, gave_way).await?;
        }
        let record = make(last + 1).map_err(|_| StorageError::NotWritten)?;
        let responses = transaction.store(RESPONSES)?;
        let before = result(&responses.get(&record.id.as_str().into())?).await?;
        // A save that had to wait for room may come after a later one.
        if before.is_undefined() || rows::revision(&before) < record.revision {
            put_counter(&counters, SEQ, last.max(record.seq))?;
            responses.put(&rows::row(&record)?.into())?;
        }
        let strict = transaction.done().await?;
        self.gave_way
            .set(self.gave_way.get().saturating_sub(gave_way));
        Ok(strict)
    }

    /// The waiting records with the lowest numbers, at most `most`.
    pub async fn oldest(&self, most: u32) -> Result<Vec<Record>, StorageError> {
        self.records(SEQ, most).await
    }

    /// The oldest of those that may give way, at most `most`.
    pub async fn spare(&self, most: u32) -> Result<Vec<Record>, StorageError> {
        self.records(SPARE, most).await
    }

    async fn records(&self, index: &str, most: u32) -> Result<Vec<Record>, StorageError> {
        let store = self.read(&[RESPONSES])?.object_store(RESPONSES)?;
        let index = store.index(index)?;
        let all = index.get_all_with_key_and_limit(&JsValue::UNDEFINED, most)?;
        let all = Array::from(&result(&all).await?);
        Ok(all.iter().filter_map(|row| rows::record(&row)).collect())
    }

    /// Does what the collector said, with each record that is still the revision it spoke of.
    pub async fn settle(&self, verdicts: Vec<Verdict>) -> Result<(), StorageError> {
        let transaction = self.write(&[RESPONSES, PARKED, COUNTERS])?;
        let responses = transaction.store(RESPONSES)?;
        let parked = transaction.store(PARKED)?;
        let mut gone = 0;
        for verdict in verdicts {
            let id = JsValue::from(&verdict.id);
            let row = result(&responses.get(&id)?).await?;
            if row.is_undefined() {
                continue;
            }
            match verdict.for_stored(rows::revision(&row)) {
                Fate::Stays => {}
                Fate::Gone => {
                    responses.delete(&id)?;
                    gone += 1;
                }
                Fate::Parked(reason) => {
                    set(&row, "code", &reason.code)?;
                    set(&row, "faults", &reason.faults)?;
                    parked.put(&row)?;
                    responses.delete(&id)?;
                }
            }
        }
        if gone > 0 {
            add(&transaction.store(COUNTERS)?, SENT, gone).await?;
        }
        transaction.done().await.map(|_| ())
    }

    /// Takes out records that may give way. They are counted with the next record that is saved: on a full disk, what
    /// writes as much as a counter is refused together with what it deletes.
    pub async fn give_way(&self, ids: &[String]) -> Result<(), StorageError> {
        let transaction = self.write(&[RESPONSES])?;
        let responses = transaction.store(RESPONSES)?;
        for id in ids {
            responses.delete(&id.into())?;
        }
        transaction.done().await?;
        self.gave_way.set(self.gave_way.get() + ids.len() as u64);
        Ok(())
    }

    /// Takes out a record whose answers the person has taken back, unless it was promised meanwhile.
    pub async fn withdraw(&self, id: &str) -> Result<(), StorageError> {
        let transaction = self.write(&[RESPONSES])?;
        let responses = transaction.store(RESPONSES)?;
        let row = result(&responses.get(&id.into())?).await?;
        if number(&row, SPARE).is_some() {
            responses.delete(&id.into())?;
        }
        transaction.done().await.map(|_| ())
    }

    /// Takes the turn to send for `owner`; `false` when another page has it.
    pub async fn lease(&self, owner: &str) -> Result<bool, StorageError> {
        let transaction = self.write(&[META])?;
        let meta = transaction.store(META)?;
        let row = result(&meta.get(&LEASE.into())?).await?;
        let held = text(&row, "owner")
            .zip(number(&row, "until"))
            .map(|(owner, until)| Lease { owner, until });
        let Some(lease) = Lease::take(held.as_ref(), owner, browser::wall_ms()) else {
            return Ok(false);
        };
        let row = Object::new();
        set(&row, "owner", &lease.owner)?;
        set_number(&row, "until", lease.until)?;
        meta.put_with_key(&row, &LEASE.into())?;
        transaction.done().await.map(|_| true)
    }

    /// Gives the turn back.
    pub async fn end_lease(&self) -> Result<(), StorageError> {
        let transaction = self.write(&[META])?;
        transaction.store(META)?.delete(&LEASE.into())?;
        transaction.done().await.map(|_| ())
    }

    fn read(&self, stores: &[&str]) -> Result<IdbTransaction, StorageError> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        Ok(self.db.transaction_with_str_sequence(&names)?)
    }

    /// A transaction that is done only when the data is on the disk: Chrome and Firefox otherwise report it done when
    /// the operating system has it, and a power cut may take it back.
    fn write(&self, stores: &[&str]) -> Result<Transaction, StorageError> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        set(&options, "durability", "strict")?;
        let db: &DurableDatabase = self.db.unchecked_ref();
        let inner = db.transaction_with_options(&names, "readwrite", &options)?;
        // A request that fails aborts its transaction.
        let done = Outcome::of(&inner, "complete", "abort");
        Ok(Transaction { inner, done })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.close();
    }
}

async fn opened(request: &IdbOpenDbRequest) -> Result<IdbDatabase, StorageError> {
    let upgrade = request.clone();
    let _upgrade = Listener::new(request, "upgradeneeded", Phase::Bubble, move |_| {
        let request = upgrade.clone();
        spawn_local(async move {
            // Stores or rows that cannot be brought up to date leave the database as it was: the request fails, and
            // the attendant is told.
            if complete(&request).await.is_err()
                && let Some(transaction) = request.transaction()
            {
                let _ = transaction.abort();
            }
        });
    });
    Outcome::of(request, "success", "error").happened().await?;
    Ok(request.result()?.unchecked_into())
}

/// Was the request refused because a newer release has the database?
fn newer(request: &IdbOpenDbRequest) -> bool {
    matches!(request.error(), Ok(Some(error)) if error.name() == "VersionError")
}

async fn open_as_it_is(factory: &IdbFactory, name: &str) -> Result<IdbDatabase, StorageError> {
    opened(&factory.open(name)?).await
}

/// Adds what a database of an earlier version, or a new one, lacks.
async fn complete(request: &IdbOpenDbRequest) -> Result<(), StorageError> {
    let db: IdbDatabase = request.result()?.unchecked_into();
    let transaction = request.transaction().ok_or(StorageError::NotOpened)?;
    let has = |name: &str| db.object_store_names().contains(name);
    let by_id = IdbObjectStoreParameters::new();
    by_id.set_key_path(&"id".into());
    let responses = if has(RESPONSES) {
        transaction.object_store(RESPONSES)?
    } else {
        db.create_object_store_with_optional_parameters(RESPONSES, &by_id)?
    };
    for index in [SEQ, SPARE] {
        if !responses.index_names().contains(index) {
            responses.create_index_with_str(index, index)?;
        }
    }
    if !has(PARKED) {
        db.create_object_store_with_optional_parameters(PARKED, &by_id)?;
    }
    for plain in [COUNTERS, META] {
        if !has(plain) {
            db.create_object_store(plain)?;
        }
    }
    for row in Array::from(&result(&responses.get_all()?).await?).iter() {
        if number(&row, SEQ).is_none() {
            rows::number_row(&row)?;
            responses.put(&row)?;
        }
    }
    Ok(())
}

async fn counter(counters: &IdbObjectStore, name: &str) -> Result<u64, StorageError> {
    let value = result(&counters.get(&name.into())?).await?;
    Ok(value.as_f64().unwrap_or(0.0) as u64)
}

fn put_counter(counters: &IdbObjectStore, name: &str, value: u64) -> Result<(), StorageError> {
    counters.put_with_key(&(value as f64).into(), &name.into())?;
    Ok(())
}

async fn add(counters: &IdbObjectStore, name: &str, more: u64) -> Result<(), StorageError> {
    let value = counter(counters, name).await?;
    put_counter(counters, name, value + more)
}

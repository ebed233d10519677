//! The outbox's database in the browser: IndexedDB `hai-long`.
//!
//! | store | key | value |
//! |---|---|---|
//! | `responses` | `id` | `{id, format, body, created}`: waiting to be sent |
//! | `parked` | `id` | the same and `reason`: the collector will never take it as it is; kept for a person to look at |
//! | `counters` | `"seq"` | the number of the last response of this device |

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    EventTarget, IdbDatabase, IdbObjectStore, IdbObjectStoreParameters, IdbOpenDbRequest,
    IdbRequest, IdbTransaction,
};

use super::record::{FORMAT, Record};
use super::rescue::Parked;
use crate::browser::{self, Listener, Phase};

const NAME: &str = "hai-long";
/// Raised when a store is added; stores are only ever added.
const VERSION: u32 = 1;
const RESPONSES: &str = "responses";
const PARKED: &str = "parked";
const COUNTERS: &str = "counters";
const SEQ: &str = "seq";

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` with the third argument of `transaction`, which `web-sys` counts among its unstable APIs although
    /// every browser has it (Chrome 83, Firefox 126, Safari 15).
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
    /// A transaction was not carried out: disk full, storage evicted, browser shutting down.
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
    // A newer release in another tab waits for this connection to close before it may add stores.
    _newer: Listener,
}

impl Database {
    /// Opens the database, and makes its stores on a new device.
    pub async fn open() -> Result<Self, StorageError> {
        let factory = browser::window()
            .indexed_db()
            .ok()
            .flatten()
            .ok_or(StorageError::Missing)?;
        let request = factory
            .open_with_u32(NAME, VERSION)
            .map_err(|_| StorageError::NotOpened)?;
        let upgrade = request.clone();
        let _upgrade = Listener::new(&request, "upgradeneeded", Phase::Bubble, move |_| {
            // A store that cannot be made fails the first transaction that needs it, which tells the attendant.
            let _ = make_stores(&upgrade);
        });
        let db: IdbDatabase = Outcome::of(&request, "success", &["error", "blocked"])
            .happened()
            .await
            .and_then(|()| Ok(request.result()?))
            .map_err(|_| StorageError::NotOpened)?
            .unchecked_into();
        let closing = db.clone();
        let newer = Listener::new(&db, "versionchange", Phase::Bubble, move |_| {
            closing.close()
        });
        Ok(Self { db, _newer: newer })
    }

    /// Keeps a response durably under the device's next number; returns only when it is on the disk.
    pub async fn keep(
        &self,
        make: impl FnOnce(u64) -> Result<Record, serde_json::Error>,
    ) -> Result<(), StorageError> {
        let (transaction, done) = self.write(&[RESPONSES, COUNTERS])?;
        let counters = transaction.object_store(COUNTERS)?;
        let last = result(&counters.get(&SEQ.into())?).await?;
        let seq = last.as_f64().unwrap_or(0.0) + 1.0;
        let record = make(seq as u64).map_err(|_| StorageError::NotWritten)?;
        counters.put_with_key(&seq.into(), &SEQ.into())?;
        let row = Object::new();
        set(&row, "id", &record.id)?;
        Reflect::set(&row, &"format".into(), &FORMAT.into())?;
        set(&row, "body", &record.body)?;
        set(&row, "created", &browser::rfc3339_now())?;
        transaction.object_store(RESPONSES)?.put(&row)?;
        done.happened().await
    }

    /// The oldest waiting responses, at most `most`.
    pub async fn oldest(&self, most: u32) -> Result<Vec<Record>, StorageError> {
        let store = self
            .db
            .transaction_with_str(RESPONSES)?
            .object_store(RESPONSES)?;
        let rows = result(&store.get_all_with_key_and_limit(&JsValue::UNDEFINED, most)?).await?;
        Ok(Array::from(&rows)
            .iter()
            .filter_map(|row| {
                Some(Record {
                    id: get(&row, "id")?,
                    body: get(&row, "body")?,
                })
            })
            .collect())
    }

    /// Every response that the collector refused.
    pub async fn parked(&self) -> Result<Vec<Parked>, StorageError> {
        let store = self.db.transaction_with_str(PARKED)?.object_store(PARKED)?;
        let rows = result(&store.get_all()?).await?;
        Ok(Array::from(&rows)
            .iter()
            .filter_map(|row| {
                Some(Parked {
                    body: get(&row, "body")?,
                    code: get(&row, "reason")?,
                })
            })
            .collect())
    }

    /// Takes out responses that the collector has.
    pub async fn remove(&self, ids: &[String]) -> Result<(), StorageError> {
        if ids.is_empty() {
            return Ok(());
        }
        let (transaction, done) = self.write(&[RESPONSES])?;
        let responses = transaction.object_store(RESPONSES)?;
        for id in ids {
            responses.delete(&id.into())?;
        }
        done.happened().await
    }

    /// Moves a response that the collector will never take out of the way, with the collector's reason.
    pub async fn park(&self, id: &str, reason: &str) -> Result<(), StorageError> {
        let (transaction, done) = self.write(&[RESPONSES, PARKED])?;
        let responses = transaction.object_store(RESPONSES)?;
        let row = result(&responses.get(&id.into())?).await?;
        if row.is_object() {
            set(&row, "reason", reason)?;
            transaction.object_store(PARKED)?.put(&row)?;
            responses.delete(&id.into())?;
        }
        done.happened().await
    }

    /// A transaction that is done only when the data is on the disk: Chrome and Firefox otherwise report it done when
    /// the operating system has it, and a power cut may take it back.
    fn write(&self, stores: &[&str]) -> Result<(IdbTransaction, Outcome), StorageError> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        set(&options, "durability", "strict")?;
        let db: &DurableDatabase = self.db.unchecked_ref();
        let transaction = db.transaction_with_options(&names, "readwrite", &options)?;
        let done = Outcome::of(&transaction, "complete", &["abort", "error"]);
        Ok((transaction, done))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.db.close();
    }
}

fn make_stores(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    let db: IdbDatabase = request.result()?.unchecked_into();
    let by_id = IdbObjectStoreParameters::new();
    by_id.set_key_path(&"id".into());
    db.create_object_store_with_optional_parameters(RESPONSES, &by_id)?;
    db.create_object_store_with_optional_parameters(PARKED, &by_id)?;
    let _: IdbObjectStore = db.create_object_store(COUNTERS)?;
    Ok(())
}

/// What becomes of a request or a transaction; listens from the moment it is made.
struct Outcome {
    promise: Promise,
    _listeners: Vec<Listener>,
}

impl Outcome {
    fn of(target: &EventTarget, good: &'static str, bad: &[&'static str]) -> Self {
        let mut listeners = Vec::new();
        let promise = Promise::new(&mut |resolve, reject| {
            listeners.push(Listener::new(target, good, Phase::Bubble, move |_| {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }));
            for event in bad {
                let reject = reject.clone();
                listeners.push(Listener::new(target, event, Phase::Bubble, move |_| {
                    let _ = reject.call0(&JsValue::UNDEFINED);
                }));
            }
        });
        Self {
            promise,
            _listeners: listeners,
        }
    }

    async fn happened(self) -> Result<(), StorageError> {
        JsFuture::from(self.promise.clone()).await?;
        Ok(())
    }
}

async fn result(request: &IdbRequest) -> Result<JsValue, StorageError> {
    Outcome::of(request, "success", &["error"])
        .happened()
        .await?;
    Ok(request.result()?)
}

fn set(row: &JsValue, name: &str, text: &str) -> Result<(), JsValue> {
    Reflect::set(row, &name.into(), &text.into()).map(|_| ())
}

fn get(row: &JsValue, name: &str) -> Option<String> {
    Reflect::get(row, &name.into()).ok()?.as_string()
}

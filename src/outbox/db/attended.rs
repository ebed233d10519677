//! What the database knows of its device, for the heartbeat and the attendant.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use super::outcome::result;
use super::rows::{SEQ, number, set, set_number, text};
use super::{COUNTERS, Database, GAVE_WAY, META, PARKED, RESPONSES, SENT, StorageError, counter};
use crate::browser;
use crate::outbox::rescue::Parked;

const INSTALL: &str = "install";
const CONTACT: &str = "contact";

/// The canary: tells when the storage of a device was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// Made once with the storage.
    pub install_id: String,
    /// How often the page was started on it, from 1.
    pub boots: u64,
}

/// What lies in the stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Waiting records, without the one named.
    pub waiting: u64,
    /// Parked records.
    pub parked: u64,
    /// Records that the collector acknowledged.
    pub sent: u64,
    /// Records that gave way.
    pub gave_way: u64,
    /// When the first waiting record was saved.
    pub oldest: Option<String>,
    /// The collector's time at the last contact.
    pub contact: Option<String>,
}

impl Database {
    /// Every response that the collector refused.
    pub async fn parked(&self) -> Result<Vec<Parked>, StorageError> {
        let store = self.read(&[PARKED])?.object_store(PARKED)?;
        let all = Array::from(&result(&store.get_all()?).await?);
        let parked = all.iter().filter_map(|row| {
            Some(Parked {
                body: text(&row, "body")?,
                // Format 1 called it the reason.
                code: text(&row, "code")
                    .or_else(|| text(&row, "reason"))
                    .unwrap_or_default(),
            })
        });
        Ok(parked.collect())
    }

    /// Notes that the page was started, and makes the canary on a new storage; whether that was strictly durable.
    pub async fn started(&self) -> Result<(Install, bool), StorageError> {
        let transaction = self.write(&[META])?;
        let meta = transaction.store(META)?;
        let row = result(&meta.get(&INSTALL.into())?).await?;
        let row = if row.is_object() {
            row
        } else {
            let row = Object::new();
            set(&row, "install_id", &browser::new_id().to_string())?;
            set(&row, "first_seen", &browser::rfc3339_now())?;
            row.into()
        };
        let boots = number(&row, "boots").unwrap_or(0.0) + 1.0;
        set_number(&row, "boots", boots)?;
        meta.put_with_key(&row, &INSTALL.into())?;
        let strict = transaction.done().await?;
        let install = Install {
            install_id: text(&row, "install_id").ok_or(StorageError::NotDone)?,
            boots: boots as u64,
        };
        Ok((install, strict))
    }

    /// Notes the collector's time at a contact.
    pub async fn contact(&self, server_time: &str) -> Result<(), StorageError> {
        let transaction = self.write(&[META])?;
        let meta = transaction.store(META)?;
        meta.put_with_key(&server_time.into(), &CONTACT.into())?;
        transaction.done().await.map(|_| ())
    }

    /// What lies in the stores, without the waiting record named.
    pub async fn tally(&self, without: Option<&str>) -> Result<Tally, StorageError> {
        let transaction = self.read(&[RESPONSES, PARKED, COUNTERS, META])?;
        let responses = transaction.object_store(RESPONSES)?;
        let count = result(&responses.count()?).await?.as_f64().unwrap_or(0.0) as u64;
        let first = responses.index(SEQ)?;
        let first = result(&first.get_all_with_key_and_limit(&JsValue::UNDEFINED, 2)?).await?;
        let oldest = Array::from(&first)
            .iter()
            .find(|row| without.is_none() || text(row, "id").as_deref() != without)
            .and_then(|row| text(&row, "created"));
        let left_out = match without {
            None => 0,
            Some(id) => result(&responses.count_with_key(&id.into())?)
                .await?
                .as_f64()
                .unwrap_or(0.0) as u64,
        };
        let parked = result(&transaction.object_store(PARKED)?.count()?).await?;
        let counters = transaction.object_store(COUNTERS)?;
        let meta = transaction.object_store(META)?;
        Ok(Tally {
            waiting: count.saturating_sub(left_out),
            parked: parked.as_f64().unwrap_or(0.0) as u64,
            sent: counter(&counters, SENT).await?,
            gave_way: counter(&counters, GAVE_WAY).await? + self.gave_way.get(),
            oldest,
            contact: result(&meta.get(&CONTACT.into())?).await?.as_string(),
        })
    }
}

//! Waiting for what becomes of a request or a transaction.

use std::pin::Pin;

use js_sys::{Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{EventTarget, IdbObjectStore, IdbRequest, IdbTransaction};

use super::StorageError;
use crate::browser::{Listener, Phase};

/// What becomes of a request or a transaction; listens from the moment it is made.
pub struct Outcome {
    promise: Promise,
    _listeners: [Listener; 2],
}

impl Outcome {
    /// Of a target that fires one of these events in the end.
    pub fn of(target: &EventTarget, good: &'static str, bad: &'static str) -> Self {
        let mut listeners = None;
        let promise = Promise::new(&mut |resolve, reject| {
            listeners = Some([(good, resolve), (bad, reject)].map(|(event, settle)| {
                Listener::new(target, event, Phase::Bubble, move |_| {
                    let _ = settle.call0(&JsValue::UNDEFINED);
                })
            }));
        });
        Self {
            promise,
            // `Promise::new` calls its function at once.
            _listeners: listeners.unwrap_or_else(|| {
                [good, bad].map(|event| Listener::new(target, event, Phase::Bubble, |_| ()))
            }),
        }
    }

    /// Waits for the good event.
    pub async fn happened(self) -> Result<(), JsValue> {
        JsFuture::from(self.promise.clone()).await.map(|_| ())
    }
}

/// The result of a request; asked for in the turn in which the request is made, before which its event cannot come.
///
/// Boxed: it is awaited in three dozen places, and each would hold, poll and drop a copy of it.
pub fn result(
    request: &IdbRequest,
) -> Pin<Box<dyn Future<Output = Result<JsValue, StorageError>>>> {
    let (request, outcome) = (request.clone(), Outcome::of(request, "success", "error"));
    Box::pin(async move {
        outcome.happened().await?;
        Ok(request.result()?)
    })
}

/// A transaction under way.
pub struct Transaction {
    pub(super) inner: IdbTransaction,
    pub(super) done: Outcome,
}

impl Transaction {
    /// One of the stores it was made for.
    pub fn store(&self, name: &str) -> Result<IdbObjectStore, StorageError> {
        Ok(self.inner.object_store(name)?)
    }

    /// Waits until everything in it is on the disk; whether the browser says that it waited for the disk itself.
    pub async fn done(self) -> Result<bool, StorageError> {
        if self.done.happened().await.is_err() {
            let full = self
                .inner
                .error()
                .is_some_and(|error| error.name() == "QuotaExceededError");
            return Err(if full {
                StorageError::Full
            } else {
                StorageError::NotDone
            });
        }
        let durability = Reflect::get(&self.inner, &"durability".into())?;
        Ok(durability.as_string().as_deref() == Some("strict"))
    }
}

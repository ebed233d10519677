//! What the browser says of its storage. Only pages served over HTTPS, or from the machine itself, are told.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

fn manager() -> Option<StorageManager> {
    // Asked for by name: the typed call would fail on a page that is not told.
    let navigator = super::window().navigator();
    Reflect::get(&navigator, &"storage".into())
        .ok()
        .filter(JsValue::is_object)
        .map(JsCast::unchecked_into)
}

/// Asks the browser never to evict the page's data; `true` if it promised. May wait for a person to answer.
pub async fn persist() -> bool {
    answer(StorageManager::persist).await
}

/// Has the browser promised not to evict the page's data?
pub async fn persisted() -> bool {
    answer(StorageManager::persisted).await
}

async fn answer(ask: fn(&StorageManager) -> Result<js_sys::Promise, JsValue>) -> bool {
    let Some(Ok(promise)) = manager().map(|manager| ask(&manager)) else {
        return false;
    };
    JsFuture::from(promise)
        .await
        .is_ok_and(|answer| answer.is_truthy())
}

/// Bytes used and bytes allowed, as far as the browser tells.
pub async fn estimate() -> (Option<u64>, Option<u64>) {
    let Some(Ok(promise)) = manager().map(|manager| manager.estimate()) else {
        return (None, None);
    };
    let Ok(estimate) = JsFuture::from(promise).await else {
        return (None, None);
    };
    let estimate: StorageEstimate = estimate.unchecked_into();
    let bytes = |number: f64| number as u64;
    (
        estimate.get_usage().map(bytes),
        estimate.get_quota().map(bytes),
    )
}

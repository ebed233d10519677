//! Work that nobody waits for.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::window;

/// Waits until the browser has nothing else to do; not at all in one that cannot tell.
pub async fn idle() {
    let idle = Promise::new(&mut |go, _| {
        if window().request_idle_callback(&go).is_err() {
            // Fails only for what is no function.
            let _ = go.call0(&JsValue::NULL);
        }
    });
    // Never broken.
    let _ = JsFuture::from(idle).await;
}

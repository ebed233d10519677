//! A lock that only one page of the origin holds at a time.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// `LockManager`, which `web-sys` counts among its unstable APIs although every browser has it on pages served over
    /// HTTPS (Chrome 69, Firefox 96, Safari 15.4).
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        holding: &JsValue,
    ) -> Result<Promise, JsValue>;
}

/// A held lock; given back when dropped, and by the browser when the page dies.
pub struct Lock(Function);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// What came of asking for a lock.
pub enum Asked {
    /// This page has it.
    Held(Lock),
    /// Another page has it.
    Taken,
    /// The browser gives none to this page.
    Unknown,
}

/// Asks for the lock of this name, without waiting for it.
pub async fn lock(name: &str) -> Asked {
    let manager = Reflect::get(&super::window().navigator(), &"locks".into());
    let Some(manager) = manager.ok().filter(JsValue::is_object) else {
        return Asked::Unknown;
    };
    let manager: LockManager = manager.unchecked_into();
    let options = Object::new();
    // Fails only for what is no object.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let answer = Promise::new(&mut |tell, fail| {
        // The lock is held until the promise that the callback returns is settled.
        let holding = Closure::once_into_js(move |lock: JsValue| {
            if lock.is_null() {
                let _ = tell.call1(&JsValue::UNDEFINED, &JsValue::NULL);
                return JsValue::UNDEFINED;
            }
            Promise::new(&mut |release, _| {
                let _ = tell.call1(&JsValue::UNDEFINED, &release);
            })
            .into()
        });
        match manager.request(name, &options, &holding) {
            Ok(asked) => spawn_local(async move {
                if let Err(error) = JsFuture::from(asked).await {
                    let _ = fail.call1(&JsValue::UNDEFINED, &error);
                }
            }),
            Err(error) => {
                let _ = fail.call1(&JsValue::UNDEFINED, &error);
            }
        }
    });
    match JsFuture::from(answer).await {
        Ok(release) => release
            .dyn_into()
            .map_or(Asked::Taken, |release| Asked::Held(Lock(release))),
        Err(_) => Asked::Unknown,
    }
}

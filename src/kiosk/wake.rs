//! Keeps the screen lit while the kiosk runs, where the browser can (Chrome 84, Firefox 126). The system's own power plan has
//! the last word.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::browser::{self, Listener, Phase};

/// Asks for it now, and again whenever the page is seen again: a page that is hidden loses it.
pub(super) fn keep_awake() -> Option<Listener> {
    ask();
    let document = browser::window().document()?;
    Some(Listener::new(
        &document,
        "visibilitychange",
        Phase::Bubble,
        |_| ask(),
    ))
}

fn ask() {
    let hidden = browser::window()
        .document()
        .is_none_or(|document| document.hidden());
    if !hidden && let Some(asked) = request() {
        spawn_local(async move {
            // A browser that saves its battery says no; the power plan decides then.
            let _ = JsFuture::from(asked).await;
        });
    }
}

/// `navigator.wakeLock.request("screen")`; `None` where there is no such thing.
fn request() -> Option<Promise> {
    let lock = Reflect::get(&browser::window().navigator(), &"wakeLock".into()).ok()?;
    let request: Function = Reflect::get(&lock, &"request".into())
        .ok()?
        .dyn_into()
        .ok()?;
    request.call1(&lock, &"screen".into()).ok()?.dyn_into().ok()
}

//! Small texts that outlive the page.

use web_sys::Storage;

fn storage() -> Option<Storage> {
    super::window().local_storage().ok().flatten()
}

/// The text kept under `key`, if there is one and the browser lets us see it.
pub fn recall(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps a text; `false` if the browser refuses.
pub fn remember(key: &str, text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

/// Lets go of the text kept under `key`.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        // Refused only where nothing can be kept either.
        let _ = storage.remove_item(key);
    }
}

//! The device key: brought once in the address `/kiosk#key=…`, or got for a code, then kept on the device.

use wasm_bindgen::JsValue;

use super::setup::Setup;
use crate::browser;
use crate::panel;

const KEPT: &str = "hl-device-key";

/// The key of this device. A key in the address is kept and taken out of the address, so that it is neither seen nor
/// copied with it.
pub(super) fn key() -> Option<String> {
    let window = browser::window();
    let fragment = window.location().hash().unwrap_or_default();
    if let Some(key) = key_in(&fragment) {
        keep(key);
        if let Ok(history) = window.history() {
            let path = window.location().pathname().unwrap_or_default();
            // If the browser refuses, the key stays visible in an address bar that a kiosk does not show.
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
        }
        return Some(key.to_owned());
    }
    browser::recall(KEPT)
}

/// Keeps a new key of this device.
pub(super) fn keep(key: &str) {
    if browser::recall(KEPT).as_deref() != Some(key) {
        // Perhaps another device: what is remembered is not of this one.
        Setup::forget();
    }
    browser::remember(KEPT, key);
    // Who holds the key may choose the attendant's PIN anew.
    panel::forget_pin();
}

/// The key in a fragment like `#key=…`.
fn key_in(fragment: &str) -> Option<&str> {
    fragment
        .trim_start_matches('#')
        .split('&')
        .find_map(|part| part.strip_prefix("key="))
        .filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::key_in;

    #[test]
    fn the_key_is_found_wherever_it_stands_in_the_fragment() {
        assert_eq!(key_in("#key=hl_dev_1"), Some("hl_dev_1"));
        assert_eq!(key_in("#a=b&key=hl_dev_1"), Some("hl_dev_1"));
        for none in ["", "#", "#key=", "#monkey=1"] {
            assert_eq!(key_in(none), None, "{none}");
        }
    }
}

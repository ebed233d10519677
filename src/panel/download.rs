//! Hands a text to the browser as a file to save.

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::browser;

/// How long the browser may take to begin saving, in milliseconds; the text stays in memory for so long.
const KEPT_MS: u32 = 60_000;

/// Saves `text` under `name` where the browser puts downloads; an error if it refuses.
pub fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = browser::window().document().ok_or(JsValue::UNDEFINED)?;
    let link: HtmlAnchorElement = document
        .create_element("a")?
        .dyn_into()
        .map_err(JsValue::from)?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Timeout::new(KEPT_MS, move || {
        // Fails for no address that was made above.
        let _ = Url::revoke_object_url(&address);
    })
    .forget();
    Ok(())
}

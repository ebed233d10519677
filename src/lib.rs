//! The rating widget: a Leptos component compiled to WebAssembly, and the doors that show it.
//!
//! * [`rating`] is the survey: [`rating::SatisfactionSurvey`] asks one question a screen and hands over a response.
//! * [`phone`] is the frame around it behind a citizen's link, [`portal`] the frame in somebody else's page, `kiosk` the
//!   frame on a touchscreen in the one-stop hall.
//! * [`first`] takes over from the static first screen that stands in a page before the code is there.
//! * [`outbox`] keeps finished responses on the device until the collector has them; it knows nothing of screens.
//! * `panel` is what an attendant sees of a kiosk, behind a PIN.
//! * [`view`] makes elements from data; [`collector`] is the HTTP contract, [`words`] are the texts, [`browser`] owns
//!   listeners, clocks and chance.
//!
//! The crate is built three times: with the feature `kiosk` for the kiosk, without any for the phone, which is not to pay
//! for keypad, scanner, panel and service worker, and with the feature `portal` for the element `<hai-long-survey>`.

pub mod browser;
pub mod collector;
pub mod first;
mod json;
pub mod keeping;
#[cfg(feature = "kiosk")]
mod keys;
#[cfg(feature = "kiosk")]
pub mod kiosk;
mod languages;
pub mod outbox;
#[cfg(feature = "kiosk")]
pub mod panel;
pub mod phone;
pub mod portal;
pub mod rating;
mod stage;
pub mod view;
pub mod words;

/// Takes over the page that loaded the module; on somebody else's page nothing is ours until [`portal::mount`] says so.
#[cfg(all(target_arch = "wasm32", not(feature = "portal")))]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    #[cfg(feature = "kiosk")]
    wasm_bindgen_futures::spawn_local(kiosk::run());
    #[cfg(not(feature = "kiosk"))]
    wasm_bindgen_futures::spawn_local(phone::run());
}

//! The rating widget: a Leptos component compiled to WebAssembly, and the doors that show it.
//!
//! * [`rating`] is the survey: [`rating::SatisfactionSurvey`] asks one question a screen and hands over a response.
//! * [`kiosk`] is the frame around it on a touchscreen in the one-stop hall.
//! * [`outbox`] keeps finished responses on the device until the collector has them; it knows nothing of screens.
//! * [`panel`] is what an attendant sees of the device, behind a PIN.
//! * [`collector`] is the HTTP contract, [`words`] are the texts, [`browser`] owns listeners, clocks and chance.

pub mod browser;
pub mod collector;
pub mod kiosk;
pub mod outbox;
pub mod panel;
pub mod rating;
pub mod words;

/// Takes over the page that loaded the module.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    wasm_bindgen_futures::spawn_local(kiosk::run());
}

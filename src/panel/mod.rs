//! The attendant's panel: what waits on this device and in what state it is, behind a PIN. Nothing in it is about a
//! citizen; it shows counts and states, and lets the ratings that wait be sent now or carried away as a file.

mod download;
mod facts;
mod pin;
mod pin_screen;
mod state_screen;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use crate::outbox::Outbox;
use crate::view::{El, act_with, el};
use crate::words::Words;
use crate::{browser, json};
pub use facts::Page;
pub use pin::Tries;
use pin::{Gate, Sealed};
use pin_screen::pin_screen;
use state_screen::state_screen;

/// Where the sealed PIN lies in the browser's storage.
const PIN: &str = "hl-panel-pin";

/// Takes the PIN of this device away; the next attendant is asked to choose one.
pub fn forget_pin() {
    browser::forget(PIN);
}

/// The PIN, then the panel.
pub struct Panel {
    /// What it speaks.
    pub words: Arc<Words>,
    /// What it tells of.
    pub outbox: Outbox,
    /// Name of the device, where it is known.
    pub device: Option<String>,
    /// What the page knows of itself, asked again each time that the panel looks.
    pub page: Callback<(), Page>,
    /// Wrong PINs so far; outlives the panel.
    pub tries: Rc<RefCell<Tries>>,
    /// The attendant is done.
    pub on_close: Callback<()>,
}

impl Panel {
    /// The panel as an element.
    pub fn shown(self) -> El {
        let Self {
            words,
            outbox,
            device,
            page,
            tries,
            on_close,
        } = self;
        let sealed = browser::recall(PIN).and_then(|text| json::read::<Sealed>(&text));
        let gate = Gate::new(sealed, tries, browser::new_id().to_string());
        let gate = StoredValue::new_local(gate);
        let outbox = StoredValue::new_local(outbox);
        let opened = RwSignal::new(false);
        el("div").class("hl-survey").child_live(move || {
            Some(if opened.get() {
                let outbox = outbox.get_value();
                state_screen(&words, outbox, device.clone(), page, on_close)
            } else {
                let on_opened = act_with(move |chosen: Option<Sealed>| {
                    let text = chosen.and_then(|sealed| serde_json::to_string(&sealed).ok());
                    if let Some(text) = text {
                        // Without room for it, the PIN is asked to be chosen again next time.
                        browser::remember(PIN, &text);
                    }
                    opened.set(true);
                });
                pin_screen(&words, gate, on_opened, on_close)
            })
        })
    }
}

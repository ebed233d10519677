//! Listens to a scanner that acts as a keyboard, for as long as a screen that wants codes is shown.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::scanner::{Burst, Heard, dossier_code};
use crate::browser::{self, Listener, Phase};

/// After this many milliseconds without another key, a digit was typed by a person.
const LONE_MS: u32 = 70;

/// What came from the scanner or the keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A scan that can be a dossier code.
    Code(String),
    /// A scan that cannot.
    Unread,
    /// A digit typed on a keyboard.
    Digit(char),
    /// The key that takes the last digit back.
    Delete,
}

/// Hears keys in the whole document before anything else does, by the place of the key, so that no Vietnamese input
/// method can change them; ends when dropped.
pub(crate) struct Wedge {
    _keys: Listener,
}

impl Wedge {
    /// Calls `hear` for each scan and each lone digit.
    pub fn listen(hear: impl Fn(Input) + 'static) -> Option<Self> {
        let document = browser::window().document()?;
        let hear = Rc::new(hear);
        let burst = Rc::new(RefCell::new(Burst::default()));
        let lone: RefCell<Option<Timeout>> = RefCell::new(None);
        let keys = Listener::new(&document, "keydown", Phase::Capture, move |event| {
            let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            if key.ctrl_key() || key.alt_key() || key.meta_key() {
                return;
            }
            let heard = burst.borrow_mut().key(&key.code(), browser::monotonic_ms());
            match heard {
                Heard::NotOurs => return,
                Heard::Gathered => {
                    let (burst, hear) = (burst.clone(), hear.clone());
                    lone.replace(Some(Timeout::new(LONE_MS, move || {
                        let digit = burst.borrow_mut().lone_digit(browser::monotonic_ms());
                        if let Some(digit) = digit {
                            hear(Input::Digit(digit));
                        }
                    })));
                }
                Heard::Delete => hear(Input::Delete),
                Heard::Scan(text) => hear(dossier_code(&text).map_or(Input::Unread, Input::Code)),
            }
            event.prevent_default();
            event.stop_propagation();
        });
        Some(Self { _keys: keys })
    }
}

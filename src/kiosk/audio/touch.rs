//! What a touch means while the screen is read: the first on something speaks it, the second does it. With keys, what has
//! the focus is spoken, and Space or Enter does it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::reader;
use crate::browser::{self, Listener, Phase};

/// What can be done on a screen.
const CONTROLS: &str = "button, label";
/// What does at once what it says: how it is read, another language (whoever needs it does not understand this one), and
/// that somebody is still there.
const AT_ONCE: &str = ".hl-audio button, [data-lang], dialog [data-action=stay]";
/// Where several touches in a row are meant, each is heard.
const KEY: &str = ".hl-key";
/// On what was touched once.
const SELECTED: &str = "data-selected";
/// A hand that shakes touches twice, and has not heard yet what it touched.
const AGAIN_MS: f64 = 500.0;

/// Hears touches until it is dropped.
pub struct Touch {
    speak: Box<dyn Fn(String)>,
    by_pointer: Cell<bool>,
    selected: RefCell<Option<Selected>>,
    heard: RefCell<Vec<Listener>>,
}

/// An event, and what is done at it.
type Hearer = (&'static str, fn(&Touch, &Event));

struct Selected {
    control: Element,
    at: f64,
}

impl Touch {
    /// Has `speak` say what is touched or has the focus.
    pub fn listen(speak: impl Fn(String) + 'static) -> Rc<Self> {
        let touch = Rc::new(Self {
            speak: Box::new(speak),
            by_pointer: Cell::new(false),
            selected: RefCell::new(None),
            heard: RefCell::default(),
        });
        let hearers: [Hearer; 4] = [
            ("pointerdown", |touch, _| touch.by_pointer.set(true)),
            ("keydown", |touch, _| touch.by_pointer.set(false)),
            ("focusin", Self::focused),
            ("click", Self::clicked),
        ];
        let heard = browser::window()
            .document()
            .into_iter()
            .flat_map(|document| {
                hearers.map(|(event, hear)| {
                    let touch: Weak<Self> = Rc::downgrade(&touch);
                    Listener::new(&document, event, Phase::Capture, move |event| {
                        if let Some(touch) = touch.upgrade() {
                            hear(&touch, &event);
                        }
                    })
                })
            });
        touch.heard.replace(heard.collect());
        touch
    }

    /// Another screen: nothing on it was touched yet.
    pub fn forget(&self) {
        if let Some(Selected { control, .. }) = self.selected.take() {
            let _ = control.remove_attribute(SELECTED);
        }
    }

    /// A touch focuses what it touches, too, and says itself what it means.
    fn focused(&self, event: &Event) {
        if self.by_pointer.get() {
            return;
        }
        if let Some(control) = control(event) {
            (self.speak)(reader::name(&control));
        }
    }

    fn clicked(&self, event: &Event) {
        let Some(control) = control(event) else {
            return;
        };
        let at_once = control.closest(AT_ONCE).is_ok_and(|found| found.is_some());
        if at_once || !self.by_pointer.get() {
            return;
        }
        let now = browser::monotonic_ms();
        let touched_at = self
            .selected
            .borrow()
            .as_ref()
            .filter(|selected| selected.control == control)
            .map(|selected| selected.at);
        if touched_at.is_some_and(|at| now - at >= AGAIN_MS) {
            if control.matches(KEY).unwrap_or(false) {
                (self.speak)(reader::name(&control));
            }
            return;
        }
        event.prevent_default();
        event.stop_immediate_propagation();
        if touched_at.is_none() {
            self.forget();
            // Refused only for a name that is none.
            let _ = control.set_attribute(SELECTED, "");
            (self.speak)(reader::name(&control));
            self.selected.replace(Some(Selected { control, at: now }));
        }
    }
}

impl Drop for Touch {
    fn drop(&mut self) {
        self.forget();
    }
}

fn control(event: &Event) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(CONTROLS).ok().flatten()
}

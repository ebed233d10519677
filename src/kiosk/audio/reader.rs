//! What is to be read of the screen, and when it has changed.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, MutationObserver, MutationObserverInit};

use crate::browser;

/// What is read of any screen, in the order in which it stands there: heading, then options.
const PARTS: &str = "h1, h2, p.hl-heading, .hl-hint, .hl-notice p, .hl-confirm, .hl-fault, .hl-tile__label, .hl-chip__label";
/// Where a dialog asks, its countdown is left out: it would speak over itself.
const DIALOG: &str = "h2, .hl-button";
/// On a keypad's screen the way without it is an option, too.
const KEYPAD: &str = ", [data-action=no-dossier]";
/// On screens without tiles the buttons are the options; a language is named in itself alone.
const BUTTONS: &str = ", .hl-button:not(.hl-languages *)";

/// The words of a tile or a chip.
const LABEL: &str = ".hl-tile__label, .hl-chip__label";

/// Reads the screen until it is dropped.
pub struct Reader {
    observer: MutationObserver,
    _told: Closure<dyn FnMut(Array)>,
    last: RefCell<Last>,
}

#[derive(Default)]
struct Last {
    screen: Option<Element>,
    fault: String,
}

/// What a look found.
pub enum Seen {
    /// Nothing that is not known.
    Same,
    /// Another screen, with these texts.
    Screen(Vec<String>),
    /// The same screen, which now tells that something is wrong.
    Fault(String),
}

impl Reader {
    /// Calls `changed` after each change of the page; nothing where that cannot be watched.
    pub fn watch(mut changed: impl FnMut() + 'static) -> Option<Self> {
        let told = Closure::<dyn FnMut(Array)>::new(move |_| changed());
        let observer = MutationObserver::new(told.as_ref().unchecked_ref()).ok()?;
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        options.set_character_data(true);
        options.set_attribute_filter(&Array::of1(&"open".into()));
        observer
            .observe_with_options(document()?.body()?.as_ref(), &options)
            .ok()?;
        let last = Last {
            screen: screen(),
            fault: screen().map(|screen| fault(&screen)).unwrap_or_default(),
        };
        Some(Self {
            observer,
            _told: told,
            last: RefCell::new(last),
        })
    }

    /// Looks what has changed since the last look.
    pub fn look(&self) -> Seen {
        let mut last = self.last.borrow_mut();
        let now = screen();
        let fault = now.as_ref().map(fault).unwrap_or_default();
        let told = std::mem::replace(&mut last.fault, fault.clone());
        if now != last.screen {
            last.screen = now;
            return Seen::Screen(texts());
        }
        if fault != told && !fault.is_empty() {
            return Seen::Fault(fault);
        }
        Seen::Same
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// What is to be read of the screen that is shown.
pub fn texts() -> Vec<String> {
    let Some(screen) = screen() else {
        return Vec::new();
    };
    let found = if screen.tag_name() == "DIALOG" {
        screen.query_selector_all(DIALOG)
    } else {
        let more = match screen.get_attribute("data-screen").as_deref() {
            Some("question" | "reasons") => "",
            Some("dossier") => KEYPAD,
            _ => BUTTONS,
        };
        screen.query_selector_all(&[PARTS, more].concat())
    };
    // Refused only for what is no selector.
    let Ok(found) = found else { return Vec::new() };
    (0..found.length())
        .filter_map(|at| found.get(at)?.text_content())
        .filter(|text| !text.trim().is_empty())
        .collect()
}

/// What a button or a tile says.
pub fn name(control: &Element) -> String {
    let label = control.query_selector(LABEL).ok().flatten();
    label
        .as_ref()
        .unwrap_or(control)
        .text_content()
        .unwrap_or_default()
}

/// The language of the screen.
pub fn lang() -> String {
    let screen = document().and_then(|document| document.query_selector("main[lang]").ok()?);
    screen
        .and_then(|screen| screen.get_attribute("lang"))
        .unwrap_or_default()
}

fn screen() -> Option<Element> {
    let document = document()?;
    ["dialog[open]", ".hl-screen"]
        .iter()
        .find_map(|shown| document.query_selector(shown).ok()?)
}

fn fault(screen: &Element) -> String {
    let fault = screen.query_selector(".hl-fault").ok().flatten();
    fault
        .and_then(|fault| fault.text_content())
        .unwrap_or_default()
}

fn document() -> Option<Document> {
    browser::window().document()
}

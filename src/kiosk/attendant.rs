//! The door of the attendant's panel: opens it over the attract screen or over a notice of trouble, and gives the screen
//! back afterwards.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::attract::frame;
use super::idle::Patience;
use super::idle_dialog::idle_dialog;
use super::upgrade::Newer;
use super::worker::Worker;
use crate::browser;
use crate::outbox::Outbox;
use crate::panel::{Page, Panel, Tries};
use crate::rating::button;
use crate::stage::Stage;
use crate::view::{El, act, el};
use crate::words::Words;

/// Where the build writes its name into the page.
const BUILD: &str = "meta[name=hai-long-build]";

/// What the panel needs, held for the life of the page.
pub(super) struct Attendant {
    stage: Rc<Stage>,
    worker: Rc<Worker>,
    outbox: Outbox,
    tries: Rc<RefCell<Tries>>,
    open: Cell<bool>,
}

impl Attendant {
    /// For the device with this outbox.
    pub fn new(stage: Rc<Stage>, worker: Rc<Worker>, outbox: Outbox) -> Rc<Self> {
        Rc::new(Self {
            stage,
            worker,
            outbox,
            tries: Rc::default(),
            open: Cell::new(false),
        })
    }

    /// The outbox of the device.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Is the panel shown now?
    pub fn is_open(&self) -> bool {
        self.open.get()
    }

    /// Asks for the PIN and shows the panel; `closed` shows what comes after it.
    pub fn enter(
        self: &Rc<Self>,
        words: Arc<Words>,
        device: Option<String>,
        closed: impl Fn() + 'static,
    ) {
        self.open.set(true);
        self.worker.serving(true);
        let (attendant, closed) = (self.clone(), Box::new(closed));
        self.stage
            .show(move || attended(attendant, words, device, closed));
    }

    fn page(&self) -> Page {
        let build = browser::window()
            .document()
            .and_then(|document| document.query_selector(BUILD).ok().flatten())
            .and_then(|meta| meta.get_attribute("content"));
        Page {
            build: build.unwrap_or_default(),
            starts_offline: self.worker.starts_offline(),
            newer_waits: self.worker.newer() != Newer::None,
        }
    }
}

fn attended(
    attendant: Rc<Attendant>,
    words: Arc<Words>,
    device: Option<String>,
    closed: Box<dyn Fn()>,
) -> El {
    let (outbox, tries) = (attendant.outbox.clone(), attendant.tries.clone());
    let held = StoredValue::new_local((attendant, closed));
    let page = Callback::new(move |()| held.with_value(|(attendant, _)| attendant.page()));
    let on_close = act(move || {
        held.with_value(|(attendant, closed)| {
            attendant.open.set(false);
            attendant.worker.serving(false);
            closed();
        });
    });
    let panel = Panel {
        words: words.clone(),
        outbox,
        device,
        page,
        tries,
        on_close,
    };
    let watched = Signal::stored(true);
    frame(&words).child(panel.shown()).child(idle_dialog(
        &words,
        || Patience::PANEL,
        watched,
        on_close,
    ))
}

/// The button for the staff, with its purpose in words.
pub(super) fn staff_button(words: &Words, on_enter: Callback<()>) -> El {
    el("div").class("hl-staff").child(button(
        "hl-button hl-button--staff",
        "staff",
        words.say("staff"),
        move || on_enter.run(()),
    ))
}

//! The element of the page that the kiosk fills, one screen component at a time.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

use crate::browser::{self, Listener, Phase};

/// Id of the element in `index.html`; what it holds before is the first paint.
const ELEMENT: &str = "hai-long";

/// The kiosk's element with what is mounted in it.
pub(super) struct Stage {
    element: HtmlElement,
    /// The unmount handle of the screen; dropping it frees everything the screen held.
    mounted: RefCell<Option<Box<dyn Any>>>,
    _no_menu: Listener,
}

impl Stage {
    /// Takes the element of the page; `None` when the page has none.
    pub fn take_over() -> Option<Self> {
        let document = browser::window().document()?;
        let element = document
            .get_element_by_id(ELEMENT)?
            .dyn_into::<HtmlElement>()
            .ok()?;
        // A long press must not open the browser's menu on a screen that nobody attends.
        let no_menu = Listener::new(&document, "contextmenu", Phase::Capture, |event| {
            event.prevent_default();
        });
        Some(Self {
            element,
            mounted: RefCell::new(None),
            _no_menu: no_menu,
        })
    }

    /// Unmounts what is shown and mounts a fresh component in its place. It happens after the event that asked for it,
    /// so that no handler is freed while it runs.
    pub fn show<V: IntoView + 'static>(self: &Rc<Self>, make: impl FnOnce() -> V + 'static) {
        // One kind of closure, so that the mounting code is in the module once and not once for each screen.
        self.swap(Box::new(move || make().into_any()));
    }

    fn swap(self: &Rc<Self>, make: Box<dyn FnOnce() -> AnyView>) {
        let stage = self.clone();
        spawn_local(async move {
            stage.mounted.take();
            stage.element.set_text_content(None);
            let handle = mount_to(stage.element.clone(), make);
            stage.mounted.replace(Some(Box::new(handle)));
        });
    }
}

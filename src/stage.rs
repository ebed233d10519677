//! The element of the page that a door fills, one screen at a time.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

use crate::view::El;
use crate::{browser, first};

/// Id of the element in `index.html`; what it holds before is the first paint.
const ELEMENT: &str = "hai-long";

/// The element with what is mounted in it.
pub struct Stage {
    element: HtmlElement,
    /// The unmount handle of the screen; dropping it frees everything the screen held.
    mounted: RefCell<Option<Box<dyn Any>>>,
}

impl Stage {
    /// Takes the element of the page; `None` when the page has none.
    pub fn take_over() -> Option<Self> {
        let document = browser::window().document()?;
        let element = document
            .get_element_by_id(ELEMENT)?
            .dyn_into::<HtmlElement>()
            .ok()?;
        Some(Self {
            element,
            mounted: RefCell::new(None),
        })
    }

    /// This element, on a page of somebody else's.
    pub fn within(element: HtmlElement) -> Self {
        Self {
            element,
            mounted: RefCell::new(None),
        }
    }

    /// The element.
    pub fn element(&self) -> &HtmlElement {
        &self.element
    }

    /// Does the element hold a live screen, and no longer the static one?
    pub fn is_live(&self) -> bool {
        self.mounted.borrow().is_some()
    }

    /// Unmounts what is shown and mounts a fresh component in its place. It happens after the event that asked for it,
    /// so that no handler is freed while it runs; in place of the static screen, as [`first`] says.
    pub fn show(self: &Rc<Self>, make: impl FnOnce() -> El + 'static) {
        self.show_soon(Box::new(make));
    }

    fn show_soon(self: &Rc<Self>, make: Box<dyn FnOnce() -> El>) {
        let stage = self.clone();
        spawn_local(async move {
            if stage.is_live() {
                stage.show_now(make);
            } else {
                first::take_over(&stage, make).await;
            }
        });
    }

    /// The same at once; not to be called by what is shown.
    pub(crate) fn show_now(&self, make: Box<dyn FnOnce() -> El>) {
        self.mounted.take();
        self.element.set_text_content(None);
        let handle = mount_to(self.element.clone(), make);
        self.mounted.replace(Some(Box::new(handle)));
        // For those who wait for it from outside.
        let _ = self.element.set_attribute("data-live", "");
    }
}

//! Elements in the page, and what keeps them alive.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::reactive::effect::RenderEffect;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, Element, Node};

use super::{Child, El, Follow, Text, Value};
use crate::browser::{self, Listener, Phase};

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element with all that it holds; taken out of the page, with its listeners and effects, when dropped.
pub struct Mounted {
    element: Element,
    _held: Vec<Held>,
}

/// What ends with an element.
enum Held {
    Child(#[expect(dead_code, reason = "held, never read")] Mounted),
    Listener(#[expect(dead_code, reason = "held, never read")] Listener),
    Effect(#[expect(dead_code, reason = "held, never read")] RenderEffect<()>),
}

impl Mounted {
    /// The element itself.
    pub fn element(&self) -> &Element {
        &self.element
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.element.remove();
    }
}

impl El {
    /// Makes the element with all its children. `None` only outside a page.
    pub(super) fn mounted(self) -> Option<Mounted> {
        let document = browser::window().document()?;
        self.made(&document)
    }

    fn made(self, document: &Document) -> Option<Mounted> {
        let parts = *self.0;
        let element = if parts.in_svg() {
            document.create_element_ns(Some(SVG), parts.tag)
        } else {
            document.create_element(parts.tag)
        };
        // Refused only for what is no tag, which no view names.
        let element = element.ok()?;
        let mut held = Vec::new();
        for (name, value) in parts.attributes {
            match value {
                Value::Fixed(value) => set(&element, name, Some(value)),
                Value::Live(value) => {
                    let element = element.clone();
                    held.push(effect(Box::new(move || set(&element, name, value()))));
                }
            }
        }
        for (event, hear) in parts.listeners {
            held.push(Held::Listener(Listener::boxed(
                &element,
                event,
                Phase::Bubble,
                hear,
            )));
        }
        for child in parts.children {
            match child {
                Child::Element(child) => {
                    if let Some(child) = child.made(document) {
                        append(&element, &child.element);
                        held.push(Held::Child(child));
                    }
                }
                Child::Text(text) => append(&element, &document.create_text_node(&text)),
                Child::LiveText(text) => {
                    let node = document.create_text_node("");
                    append(&element, &node);
                    held.push(effect(Box::new(move || node.set_data(&text()))));
                }
                Child::Live(make) => held.push(live(document, &element, make)),
            }
        }
        for act in parts.effects {
            let element = element.clone();
            held.push(effect(Box::new(move || act(&element))));
        }
        if let Some(shown) = parts.shown {
            let element = element.clone();
            // When this turn ends, the whole screen stands in the page.
            spawn_local(async move { shown(element) });
        }
        Some(Mounted {
            element,
            _held: held,
        })
    }
}

/// Runs `act` now and after each change of a signal that it reads. Boxed, so that effects are one type.
fn effect(act: Box<dyn Fn()>) -> Held {
    Held::Effect(RenderEffect::new(move |_| act()))
}

/// A place among the children of `parent` that is filled anew whenever a signal changes that `make` reads.
fn live(document: &Document, parent: &Element, make: Follow<Option<El>>) -> Held {
    let place = document.create_text_node("");
    append(parent, &place);
    let (document, parent) = (document.clone(), parent.clone());
    let shown = Rc::new(RefCell::new(None::<Mounted>));
    effect(Box::new(move || {
        // The old one goes first: two of them must never be found in the page at once.
        shown.take();
        let made = make().and_then(|child| child.made(&document));
        if let Some(made) = &made {
            // Refused only if something else has emptied the parent, and then there is nothing to show.
            let _ = parent.insert_before(&made.element, Some(&place));
        }
        shown.replace(made);
    }))
}

fn append(parent: &Element, child: &Node) {
    // Refused only for a node that holds its parent, which a tree cannot.
    let _ = parent.append_child(child);
}

fn set(element: &Element, name: &str, value: Option<Text>) {
    // Refused only for what is no name of an attribute, which no view names.
    let _ = match value {
        Some(value) => element.set_attribute(name, &value),
        None => element.remove_attribute(name),
    };
}

/// The element as one of HTML's, to be focused and the like.
pub fn html_element(element: &Element) -> Option<&web_sys::HtmlElement> {
    element.dyn_ref()
}

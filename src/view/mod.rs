//! Views as data: an element is a value with attributes, listeners and children, of which some follow signals.
//!
//! Leptos' `view!` makes a type of its own for every element, and compiles for each type how it is built, rebuilt and
//! written as HTML: two thirds of the module (docs/DESIGN.md). An [`El`] is one type; its building stands in the module
//! once. It is a Leptos view like any other: a component returns it, `view!` takes it, and Leptos' signals drive it.
//!
//! The same value becomes nodes of a page ([`dom`]) and, at build time, the static first screen ([`html`]).

mod dom;
mod html;
mod leptos_view;

use std::borrow::Cow;

use leptos::prelude::Callback;
use web_sys::{Element, Event};

pub use dom::{Mounted, html_element};

/// Text that the program holds, or that was made.
type Text = Cow<'static, str>;
/// Calculates something again whenever a signal that it reads changes.
type Follow<T> = Box<dyn Fn() -> T + Send>;

/// Called for each event.
type Hear = Box<dyn FnMut(Event) + Send>;
/// Does something to an element, again whenever a signal that it reads changes.
type Act = Box<dyn Fn(&Element) + Send>;

/// An element of a page, not yet in it.
#[must_use = "an element is shown only when it is mounted"]
pub struct El(Box<Parts>);

/// What an element consists of; boxed, because an element is handed on with each word that is said about it.
struct Parts {
    tag: &'static str,
    attributes: Vec<(&'static str, Value)>,
    listeners: Vec<(&'static str, Hear)>,
    effects: Vec<Act>,
    children: Vec<Child>,
    shown: Option<Box<dyn FnOnce(Element) + Send>>,
}

/// The value of an attribute; the attribute is left out where there is none.
enum Value {
    Fixed(Text),
    Live(Follow<Option<Text>>),
}

enum Child {
    Element(El),
    Text(String),
    LiveText(Follow<String>),
    Live(Follow<Option<El>>),
}

/// Something that is done when asked.
pub fn act(act: impl Fn() + Send + Sync + 'static) -> Callback<()> {
    act_with(move |()| act())
}

/// Something that is done with what comes. Boxed, so that the callbacks of one kind are one type.
pub fn act_with<T: 'static>(act: impl Fn(T) + Send + Sync + 'static) -> Callback<T> {
    boxed(Box::new(act))
}

#[inline(never)]
fn boxed<T: 'static>(act: Box<dyn Fn(T) + Send + Sync>) -> Callback<T> {
    Callback::new(act)
}

/// An element with this tag; those of SVG are made in its namespace.
#[inline(never)]
pub fn el(tag: &'static str) -> El {
    El(Box::new(Parts {
        tag,
        attributes: Vec::new(),
        listeners: Vec::new(),
        effects: Vec::new(),
        children: Vec::new(),
        shown: None,
    }))
}

impl El {
    /// An attribute; an empty text for one that is only there or not.
    #[inline(never)]
    pub fn attr(self, name: &'static str, value: &'static str) -> Self {
        self.with_attribute(name, Value::Fixed(Cow::Borrowed(value)))
    }

    /// An attribute with a text that was made.
    #[inline(never)]
    pub fn attr_of(self, name: &'static str, value: String) -> Self {
        self.with_attribute(name, Value::Fixed(Cow::Owned(value)))
    }

    /// An attribute that follows signals, and is there only with a value.
    pub fn attr_live(
        self,
        name: &'static str,
        value: impl Fn() -> Option<Text> + Send + 'static,
    ) -> Self {
        self.with_attribute(name, Value::Live(Box::new(value)))
    }

    /// The `class` attribute.
    #[inline(never)]
    pub fn class(self, classes: &'static str) -> Self {
        self.attr("class", classes)
    }

    /// Calls `hear` for each `event` on this element, as long as it is shown.
    pub fn on(self, event: &'static str, hear: impl FnMut(Event) + Send + 'static) -> Self {
        self.with_listener(event, Box::new(hear))
    }

    /// Does something to the element now, and again whenever a signal that it reads changes.
    pub fn follow(mut self, act: impl Fn(&Element) + Send + 'static) -> Self {
        self.0.effects.push(Box::new(act));
        self
    }

    /// Calls `act` once the element stands in the page.
    pub fn when_shown(mut self, act: impl FnOnce(Element) + Send + 'static) -> Self {
        self.0.shown = Some(Box::new(act));
        self
    }

    /// A child.
    #[inline(never)]
    pub fn child(self, child: El) -> Self {
        self.with_child(Child::Element(child))
    }

    /// A child that is there or not.
    #[inline(never)]
    pub fn child_if(self, child: Option<El>) -> Self {
        match child {
            Some(child) => self.child(child),
            None => self,
        }
    }

    /// Children, in order.
    pub fn children(self, children: impl IntoIterator<Item = El>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// A child that is made anew, or left out, whenever a signal changes that `make` reads.
    pub fn child_live(self, make: impl Fn() -> Option<El> + Send + 'static) -> Self {
        self.with_child(Child::Live(Box::new(make)))
    }

    /// Text.
    #[inline(never)]
    pub fn text(self, text: String) -> Self {
        self.with_child(Child::Text(text))
    }

    /// Text that follows signals.
    pub fn text_live(self, text: impl Fn() -> String + Send + 'static) -> Self {
        self.with_child(Child::LiveText(Box::new(text)))
    }

    // Not inlined: views are made of hundreds of these.
    #[inline(never)]
    fn with_attribute(mut self, name: &'static str, value: Value) -> Self {
        self.0.attributes.push((name, value));
        self
    }

    #[inline(never)]
    fn with_listener(mut self, event: &'static str, hear: Hear) -> Self {
        self.0.listeners.push((event, hear));
        self
    }

    #[inline(never)]
    fn with_child(mut self, child: Child) -> Self {
        self.0.children.push(child);
        self
    }
}

impl Parts {
    fn in_svg(&self) -> bool {
        matches!(self.tag, "svg" | "circle" | "path")
    }
}

//! The first screen is in the page before the code is: the build writes it from the same elements, as static HTML. This
//! module takes it over, so that what a person did meanwhile counts as if the code had been there.
//!
//! A choice needs no code to be kept: the radio button of the static screen holds it. Which button was pressed is kept by
//! the loader (`src/loader/loader.js`), which also tells when no finger is on the screen: a tap whose beginning and end
//! fell on two different elements would be no tap.

#[cfg(feature = "first-screens")]
mod screens;

use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlElement};

use crate::browser;
use crate::stage::Stage;
use crate::view::El;
#[cfg(feature = "first-screens")]
pub use screens::Screens;

/// Where the loader keeps what it knows.
const LOADER: &str = "hlFirst";
/// Where the loader of an element in somebody else's page keeps the selector of the button that was pressed.
const TAP: &str = "data-tap";

/// What was done on the static screen, as selectors of the controls.
#[derive(Debug, Default)]
struct Early {
    /// The level that was chosen.
    chosen: Option<String>,
    /// The button that was pressed after that.
    pressed: Option<String>,
    /// What has the focus.
    focused: Option<String>,
}

/// Shows the first live screen in the place of the static one, as soon as no finger is down, and does again on it what
/// was done on that.
pub(crate) async fn take_over(stage: &Rc<Stage>, make: Box<dyn FnOnce() -> El>) {
    calm().await;
    let early = Early::read(stage.element());
    stage.show_now(make);
    let stage = stage.clone();
    // After the new screen has taken the focus.
    spawn_local(async move { early.repeat(stage.element()) });
}

impl Early {
    fn read(screen: &Element) -> Self {
        let chosen = screen.query_selector("input:checked").ok().flatten();
        let pressed = loader()
            .and_then(|loader| Reflect::get(&loader, &"tap".into()).ok())
            .and_then(|tap| tap.as_string())
            .or_else(|| screen.get_attribute(TAP));
        let focused = screen.query_selector(":focus").ok().flatten();
        Self {
            chosen: chosen.as_ref().and_then(selector),
            pressed,
            focused: focused.as_ref().and_then(selector),
        }
    }

    fn repeat(self, screen: &Element) {
        let found = |selector: Option<String>| {
            screen
                .query_selector(&selector?)
                .ok()
                .flatten()?
                .dyn_into::<HtmlElement>()
                .ok()
        };
        if let Some(control) = found(self.focused) {
            let _ = control.focus();
        }
        for used in [self.chosen, self.pressed] {
            if let Some(control) = found(used) {
                control.click();
            }
        }
    }
}

/// Finds the same control on a screen made from the same elements.
fn selector(control: &Element) -> Option<String> {
    let mark = |name: &str| {
        let value = control.get_attribute(name)?;
        Some(["[", name, "=\"", &value, "\"]"].concat())
    };
    mark("data-action")
        .or_else(|| mark("data-lang"))
        .or_else(|| mark("value"))
}

fn loader() -> Option<JsValue> {
    Reflect::get(&browser::window(), &LOADER.into())
        .ok()
        .filter(JsValue::is_object)
}

/// Waits until no finger is on the screen; not at all where the page has no loader.
async fn calm() {
    let asked = loader().and_then(|loader| {
        let ask: Function = Reflect::get(&loader, &"calm".into())
            .ok()?
            .dyn_into()
            .ok()?;
        ask.call0(&loader).ok()?.dyn_into::<Promise>().ok()
    });
    if let Some(asked) = asked {
        // The loader's promise is never broken.
        let _ = JsFuture::from(asked).await;
    }
}

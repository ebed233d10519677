//! How the kiosk shows itself to one person: larger letters, strong contrast, everything lower. Each wish is a mark on the
//! page's root element that the sheets go by, so nothing is drawn anew and a question in the middle stays as it is.

use leptos::prelude::*;
use web_sys::Element;

use crate::browser;
use crate::view::{El, el};
use crate::words::Words;

/// What a person may wish: a mark on the root element, the action of its button, the key of its words.
struct Wish(&'static str, &'static str, &'static str);

const LARGE: &str = "data-large";
const WISHES: [Wish; 3] = [
    Wish(LARGE, "large", "display.large"),
    Wish("data-contrast", "contrast", "display.contrast"),
    Wish("data-low", "low", "display.low"),
];

/// A hand that shakes presses twice, and does not mean to take its wish back.
const AGAIN_MS: f64 = 500.0;

/// A button for each wish; pressed again, it takes the wish back.
pub(super) fn wishes(words: &Words) -> El {
    let buttons = WISHES.map(|Wish(mark, action, key)| {
        let wished = RwSignal::new(false);
        let pressed_at = StoredValue::new(f64::NEG_INFINITY);
        el("button")
            .class("hl-button hl-button--wish")
            .attr("type", "button")
            .attr("data-action", action)
            .attr_live("aria-pressed", move || {
                Some(if wished.get() { "true" } else { "false" }.into())
            })
            // What was wished on the screen before.
            .when_shown(move |_| {
                wished.try_set(is_wished(mark));
            })
            .on("click", move |_| {
                let now = browser::monotonic_ms();
                if now - pressed_at.get_value() < AGAIN_MS {
                    return;
                }
                pressed_at.set_value(now);
                wish(mark, !wished.get_untracked());
                wished.set(is_wished(mark));
            })
            .text(words.say(key))
    });
    el("div")
        .class("hl-wishes")
        .attr("role", "group")
        .attr_of("aria-label", words.say("display"))
        .children(buttons)
}

/// Has somebody wished anything?
pub(super) fn any() -> bool {
    WISHES.iter().any(|Wish(mark, ..)| is_wished(mark))
}

/// Are the letters larger? Then reading takes longer, too.
pub(super) fn is_large() -> bool {
    is_wished(LARGE)
}

/// Shows itself to the next person as it does to anybody.
pub(super) fn forget() {
    for Wish(mark, ..) in WISHES {
        wish(mark, false);
    }
}

fn root() -> Option<Element> {
    browser::window().document()?.document_element()
}

fn is_wished(mark: &str) -> bool {
    root().is_some_and(|root| root.has_attribute(mark))
}

fn wish(mark: &str, on: bool) {
    if let Some(root) = root() {
        // Fails only for a name that is none.
        let _ = root.toggle_attribute_with_force(mark, on);
    }
}

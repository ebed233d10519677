//! How the kiosk shows itself to one person: larger letters, strong contrast, everything lower. Each wish is a mark on the
//! page's root element that the sheets go by, so nothing is drawn anew and a question in the middle stays as it is.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::browser;
use crate::view::{El, el};
use crate::words::Words;

/// What a person may wish: a mark on the root element, the action of its button, the key of its words.
struct Wish(&'static str, &'static str, &'static str);

const LARGE: &str = "data-large";
/// Somebody helps: said of the rating, since it is not given alone.
const ASSISTED: &str = "data-assisted";
const WISHES: [Wish; 4] = [
    Wish(LARGE, "large", "display.large"),
    Wish("data-contrast", "contrast", "display.contrast"),
    Wish("data-low", "low", "display.low"),
    Wish(ASSISTED, "assisted", "display.assisted"),
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

/// Does somebody help this person?
pub(super) fn is_assisted() -> bool {
    is_wished(ASSISTED)
}

/// Makes millimetres true on a screen with this diagonal; without one the sheets count 100 pixels an inch.
pub(super) fn calibrate(inches: Option<f64>) {
    let Some(root) = root().and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let style = root.style();
    let pixels = browser::window().screen().ok().and_then(|screen| {
        let side = |pixels: Result<i32, _>| pixels.ok().map(f64::from);
        Some(side(screen.width())?.hypot(side(screen.height())?))
    });
    // Both fail only for a name that is none.
    let _ = match inches
        .zip(pixels)
        .and_then(|(inches, pixels)| millimetre(inches, pixels))
    {
        // In whole micrometres' worth of pixels: writing a fraction takes 20 kB of code.
        Some(mm) => {
            let thousandths = ((mm * 1000.0) as u32).to_string();
            style.set_property("--hl-mm", &["calc(", &thousandths, "px / 1000)"].concat())
        }
        None => style.remove_property("--hl-mm").map(drop),
    };
}

/// Pixels of a millimetre, for a diagonal in inches and in pixels; `None` when no screen is like that.
fn millimetre(inches: f64, pixels: f64) -> Option<f64> {
    let mm = pixels / (inches * 25.4);
    // 30 to 400 pixels an inch: a wall of video panels, a telephone.
    (1.2..=16.0).contains(&mm).then_some(mm)
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

#[cfg(test)]
mod tests {
    use super::millimetre;

    #[test]
    fn a_millimetre_follows_from_the_diagonal_and_from_nonsense_follows_nothing() {
        // 15.6 inches of 1366 x 768: 100 pixels an inch.
        let mm = millimetre(15.6, 1366_f64.hypot(768.0)).unwrap();
        assert!((mm * 25.4 - 100.45).abs() < 0.01);
        assert_eq!(millimetre(15.6, 0.0), None);
        assert_eq!(millimetre(0.0, 1567.0), None);
        assert_eq!(millimetre(5.0, 8_800.0), None);
    }
}

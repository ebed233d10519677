//! Ten digits to tap and a key that takes the last one back.

use crate::rating::button;
use crate::view::{El, el};
use crate::words::Words;

/// Keys in the order of a telephone, which people know from their hands; the last row is completed by the delete key.
const DIGITS: [char; 10] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/// The keypad.
pub fn keys(
    words: &Words,
    press: impl Fn(char) + Copy + Send + 'static,
    delete: impl Fn() + Send + 'static,
) -> El {
    el("div")
        .class("hl-keys")
        .attr("role", "group")
        .attr_of("aria-label", words.say("dossier.keys"))
        .children(DIGITS.into_iter().map(|digit| {
            el("button")
                .class("hl-key")
                .attr("type", "button")
                .attr_of("data-digit", digit.to_string())
                .on("click", move |_| press(digit))
                .text(digit.to_string())
        }))
        .child(button(
            "hl-key hl-key--wide",
            "delete",
            words.say("dossier.delete"),
            delete,
        ))
}

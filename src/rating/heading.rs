//! The heading of a screen, which takes the focus so that a screen reader reads the new screen.

use crate::view::{El, el, html_element};

/// A heading with this text.
pub fn heading(text: String) -> El {
    focused(el("h1").class("hl-heading")).text(text)
}

/// The larger heading of a screen with little else on it.
pub fn large_heading(text: String) -> El {
    focused(el("h1").class("hl-heading hl-heading--large")).text(text)
}

/// Marks a part of somebody else's page that nobody has touched yet: the focus is not ours to take.
const QUIET: &str = "[data-quiet]";

/// Has a heading take the focus when it is shown.
pub fn focused(heading: El) -> El {
    heading.attr("tabindex", "-1").when_shown(|heading| {
        let quiet = matches!(heading.closest(QUIET), Ok(Some(_)));
        if let Some(heading) = html_element(&heading).filter(|_| !quiet) {
            let _ = heading.focus();
        }
    })
}

//! Says what is wrong and what to do about it.

use std::sync::Arc;

use leptos::prelude::*;

use super::actions::button;
use crate::view::{El, el};
use crate::words::Words;

/// A trouble and its mend, in each of the languages given, the most important first. `key` is the key of the trouble,
/// `<key>.mend` of what to do; `on_leave` shows a button that leaves the notice.
pub fn notice(words: &[Arc<Words>], key: &'static str, on_leave: Option<Callback<()>>) -> El {
    let mend = [key, ".mend"].concat();
    let end = words.first().map(|words| words.say("end"));
    el("section")
        .class("hl-screen hl-screen--calm")
        .attr("data-screen", "error")
        .attr("data-error", key)
        .attr("role", "alert")
        .children(words.iter().map(|words| {
            el("div")
                .class("hl-notice")
                .attr_of("lang", words.lang().to_owned())
                .child(el("h1").class("hl-heading").text(words.say(key)))
                .child(el("p").text(words.say(&mend)))
        }))
        .child_if(on_leave.map(|on_leave| {
            button("hl-button", "end", end.unwrap_or_default(), move || {
                on_leave.run(());
            })
        }))
}

//! The panel itself: the state of the device line by line, and what an attendant can do about it.

use std::sync::Arc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::download;
use super::facts::{Fact, Page, facts};
use crate::browser;
use crate::outbox::{Outbox, Sent};
use crate::rating::{TapGuard, button, heading};
use crate::view::{El, el};
use crate::words::Words;

/// How often the state is read while the panel is open, in milliseconds.
const LOOK_MS: u32 = 2_000;

pub(super) fn state_screen(
    words: &Arc<Words>,
    outbox: Outbox,
    device: Option<String>,
    page: Callback<(), Page>,
    on_close: Callback<()>,
) -> El {
    let guard = TapGuard::new();
    guard.arm();
    let lines = RwSignal::new(Vec::<Fact>::new());
    let told = RwSignal::new(None::<&'static str>);
    let busy = RwSignal::new(false);
    let said = StoredValue::new(words.clone());
    let outbox = StoredValue::new_local(outbox);

    let look = move || {
        let Some((outbox, words)) = outbox.try_get_value().zip(said.try_get_value()) else {
            return;
        };
        spawn_local(async move {
            let found = read(&outbox, &words, &page).await;
            // Nobody reads it any more when the panel was closed meanwhile.
            let _ = match found {
                Some(found) => lines.try_set(found).map(drop),
                None => told.try_set(Some("error.storage")).map(drop),
            };
        });
    };
    look();
    let _looking = StoredValue::new_local(Interval::new(LOOK_MS, look));

    let send = move || {
        let outbox = outbox.get_value();
        busy.set(true);
        told.set(None);
        spawn_local(async move {
            let key = match outbox.send().await {
                Sent::All => "panel.all-sent",
                Sent::NotYet => "panel.not-sent",
            };
            busy.try_set(false);
            told.try_set(Some(key));
            look();
        });
    };
    let name = device.clone().unwrap_or_default();
    let export = move || {
        let (outbox, file) = (
            outbox.get_value(),
            file_name(&name, &browser::rfc3339_now()),
        );
        told.set(None);
        spawn_local(async move {
            let saved = match outbox.export().await {
                Ok(text) => download::save(&file, &text).is_ok(),
                Err(_) => false,
            };
            told.try_set(Some(if saved {
                "panel.exported"
            } else {
                "panel.not-exported"
            }));
        });
    };
    // Refused only while the page is being left anyway.
    let reload = move || drop(browser::window().location().reload());
    let rows = move || {
        let rows = lines.get().into_iter().map(|fact| {
            let name = said.with_value(|words| words.say(fact.key));
            el("div")
                .class("hl-fact")
                .attr("data-fact", fact.key)
                .attr_live("data-wrong", move || fact.wrong.then(|| "".into()))
                .child(el("dt").class("hl-fact__name").text(name))
                .child(el("dd").class("hl-fact__value").text(fact.value))
        });
        Some(el("dl").class("hl-facts").children(rows))
    };
    let send = button(
        "hl-button hl-button--main",
        "send",
        words.say("panel.send"),
        send,
    )
    .attr_live("disabled", move || busy.get().then_some("".into()));
    let say = |key| words.say(key);
    el("section")
        .class("hl-screen hl-screen--panel")
        .attr("data-screen", "panel")
        .attr_live("data-guard", guard.attribute())
        .child(heading(match device {
            Some(device) => words.fill("panel.of", &[("device", &device)]),
            None => words.say("panel"),
        }))
        .child_live(rows)
        .child(
            el("p")
                .class("hl-panel__told")
                .attr("role", "status")
                .text_live(move || {
                    told.get()
                        .map_or_else(String::new, |key| said.with_value(|words| words.say(key)))
                }),
        )
        .child(
            el("div")
                .class("hl-actions hl-actions--panel")
                .child(send)
                .child(button("hl-button", "export", say("panel.export"), export))
                .child(button("hl-button", "reload", say("panel.reload"), reload))
                .child(button(
                    "hl-button",
                    "close",
                    say("panel.close"),
                    move || {
                        on_close.run(());
                    },
                )),
        )
}

/// The lines as they are now; `None` if the outbox cannot be read.
async fn read(outbox: &Outbox, words: &Words, page: &Callback<(), Page>) -> Option<Vec<Fact>> {
    let status = outbox.status().await.ok()?;
    let parked = outbox.refusals().await.ok()?;
    let page = page.try_run(())?;
    Some(facts(words, &status, &parked, &page, |time| {
        browser::told_time(time, words.lang())
    }))
}

/// `hai-long-DEVICE-TIME.json`, with nothing in it that a file system refuses.
fn file_name(device: &str, now: &str) -> String {
    let safe = |text: &str| -> String {
        text.chars()
            .map(|c| {
                if c.is_alphanumeric() || c == '-' {
                    c
                } else {
                    '-'
                }
            })
            .collect()
    };
    ["hai-long-", &safe(device), "-", &safe(now), ".json"].concat()
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn the_file_has_a_name_that_every_system_takes() {
        assert_eq!(
            file_name("Quầy 1/2: \"A\"", "2026-08-04T02:00:00.000Z"),
            "hai-long-Quầy-1-2---A--2026-08-04T02-00-00-000Z.json"
        );
    }
}

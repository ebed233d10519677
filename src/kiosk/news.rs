//! Hears from the collector what is new for this kiosk: the dossier that the one-stop software has just finished, or that
//! the kiosk is set up anew. On a line that stays open where there can be one, else by asking every few seconds.

use std::rc::Weak;

use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::Kiosk;
use super::events::{Event, Events};
use crate::collector::Shown;
use crate::json;

/// A line without a sign of life for so long is given up, in milliseconds; the collector gives one every 15 s.
const SILENCE_MS: u32 = 40_000;
/// Milliseconds between two questions where no line stays open.
const ASK_MS: u32 = 5_000;
/// How often is asked before a line is tried again.
const ASKS: u32 = 24;

/// Hears for as long as the kiosk lives.
pub(super) fn hear(kiosk: Weak<Kiosk>) {
    spawn_local(async move {
        while on_the_line(&kiosk).await.is_some() && by_asking(&kiosk).await.is_some() {}
    });
}

/// Until the line ends; `None` when the kiosk is gone.
async fn on_the_line(kiosk: &Weak<Kiosk>) -> Option<()> {
    let client = kiosk.upgrade()?.client.clone();
    let Ok(answer) = client.events().await else {
        return Some(());
    };
    let Some(reader) = answer.body().and_then(|body| reader_of(&body)) else {
        return Some(());
    };
    let mut events = Events::default();
    loop {
        let silent = reader.clone();
        // What was read so far ends the stream; a refusal means that it has ended already.
        let watch = Timeout::new(SILENCE_MS, move || drop(silent.cancel()));
        let chunk = JsFuture::from(reader.read()).await;
        watch.cancel();
        let Some(bytes) = chunk.ok().and_then(|chunk| bytes_of(&chunk)) else {
            return Some(());
        };
        let kiosk = kiosk.upgrade()?;
        for event in events.feed(&bytes) {
            match event {
                Event::Presented(data) => {
                    if let Some(shown) = json::read::<Shown>(&data) {
                        kiosk.presented(shown.presented);
                    }
                }
                Event::Settings => kiosk.ask_again(),
            }
        }
    }
}

/// For two minutes; `None` when the kiosk is gone.
async fn by_asking(kiosk: &Weak<Kiosk>) -> Option<()> {
    for _ in 0..ASKS {
        TimeoutFuture::new(ASK_MS).await;
        let client = kiosk.upgrade()?.client.clone();
        if let Ok(shown) = client.presented().await {
            kiosk.upgrade()?.presented(shown.presented);
        }
    }
    Some(())
}

fn reader_of(body: &ReadableStream) -> Option<ReadableStreamDefaultReader> {
    body.get_reader().dyn_into().ok()
}

/// The bytes of a chunk; `None` at the end.
fn bytes_of(chunk: &JsValue) -> Option<Vec<u8>> {
    let value = Reflect::get(chunk, &"value".into()).ok()?;
    value
        .dyn_into::<Uint8Array>()
        .ok()
        .map(|bytes| bytes.to_vec())
}

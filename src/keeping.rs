//! Between a survey and the outbox: carries over what is answered, and back what became of it.

use std::rc::Rc;
use std::sync::Arc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use survey::response::Response;
use wasm_bindgen_futures::spawn_local;

use crate::browser::{self, Listener, Phase};
use crate::outbox::{Outbox, Sent};
use crate::rating::{Delivery, Outcome};

/// Milliseconds after which a person is told that the rating waits on the device, if it has not been sent by then.
const SEND_PATIENCE_MS: u32 = 2_000;

/// What one visit has given and how it is kept; a handle.
#[derive(Clone, Copy)]
pub struct Keeping {
    outbox: StoredValue<Rc<Outbox>, LocalStorage>,
    unsaved: StoredValue<Option<Response>>,
    delivery: RwSignal<Delivery>,
}

impl Keeping {
    /// For the visit whose component calls this.
    pub fn new(outbox: Outbox) -> Self {
        Self {
            outbox: StoredValue::new_local(Rc::new(outbox)),
            unsaved: StoredValue::new(None),
            delivery: RwSignal::new(Delivery::Pending),
        }
    }

    /// What became of the finished response.
    pub fn delivery(self) -> Outcome {
        Arc::new(move || self.delivery.get())
    }

    /// The answers that could not be saved yet.
    pub fn take_unsaved(self) -> Option<Response> {
        self.unsaved.try_update_value(Option::take).flatten()
    }

    /// Saves the answers so far, or takes them back if the person has started over. A device that cannot save them is
    /// told of at the end of the visit, which tries once more.
    pub fn answered(self, response: Response) {
        let outbox = self.outbox.get_value();
        let unsaved = self.unsaved;
        if response.answers.is_empty() {
            unsaved.set_value(None);
            spawn_local(async move {
                // If it cannot be taken back, the next answer replaces it.
                let _ = outbox.withdraw(response.id).await;
            });
            return;
        }
        unsaved.set_value(Some(response.clone()));
        spawn_local(async move {
            if outbox.save(response.clone()).await.is_ok() {
                // The visit may be over.
                let _ = unsaved.try_update_value(|unsaved| {
                    unsaved.take_if(|latest| *latest == response);
                });
            }
        });
    }

    /// Keeps the finished response and tells how that went: first whether it is safe, then whether it has to wait.
    pub fn finished(self, response: Response) {
        self.unsaved.set_value(None);
        let outbox = self.outbox.get_value();
        // The person may leave before the line has answered.
        let tell = move |delivery| {
            let _ = self.delivery.try_set(delivery);
        };
        spawn_local(async move {
            if outbox.keep(response).await.is_err() {
                tell(Delivery::Failed);
                return;
            }
            tell(Delivery::Saved { queued: false });
            let patience = Timeout::new(SEND_PATIENCE_MS, move || {
                tell(Delivery::Saved { queued: true });
            });
            let queued = outbox.send().await == Sent::NotYet;
            patience.cancel();
            tell(Delivery::Saved { queued });
        });
    }
}

/// A person who leaves the page is not expected back: what they have answered is sent, as long as what this gives is held.
pub fn leaving(outbox: &Outbox) -> Option<Listener> {
    let document = browser::window().document()?;
    let (outbox, asked) = (outbox.clone(), document.clone());
    Some(Listener::new(
        &document,
        "visibilitychange",
        Phase::Bubble,
        move |_| {
            if asked.hidden() {
                let outbox = outbox.clone();
                spawn_local(async move {
                    outbox.release();
                    outbox.send().await;
                });
            }
        },
    ))
}

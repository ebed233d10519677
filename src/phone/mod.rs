//! The phone: the page behind the link on a citizen's receipt or in a message. One dossier, one right to rate, no login.
//!
//! The page brings the first question as static HTML and what the link opens as JSON ([`door`]). Nothing of the person
//! stays on the device but a rating that has not been sent yet.

mod door;
mod frame;

use std::rc::Rc;
use std::sync::Arc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use survey::response::Channel;
use wasm_bindgen_futures::spawn_local;

use crate::collector::Client;
use crate::keeping::{Keeping, leaving};
use crate::outbox::Outbox;
use crate::rating::{Callbacks, Survey, notice};
use crate::stage::Stage;
use crate::view::{El, act, act_with, el};
use crate::words::{self, Language, Words};
use door::{Door, Trouble};
pub use frame::Frame;

/// Milliseconds between two tries to learn what the link opens.
const RETRY_MS: u32 = 10_000;

/// One citizen's page.
struct Phone {
    stage: Rc<Stage>,
    outbox: Outbox,
    door: Door,
    languages: Vec<Language>,
}

/// Takes over the page and asks what its link opens.
pub async fn run() {
    let Some(stage) = Stage::take_over() else {
        return; // a page without our element is not ours
    };
    let stage = Rc::new(stage);
    let client = Client::of_citizen();
    let Ok(outbox) = Outbox::open(client.clone()).await else {
        tell(&stage, Trouble::Storage);
        return std::future::pending().await; // what is told stands as long as the stage is held
    };
    let _leaving = leaving(&outbox);
    let door = loop {
        match Door::open(&client).await {
            Ok(door) => break door,
            Err(trouble) => {
                tell(&stage, trouble);
                if !trouble.may_pass() {
                    return std::future::pending().await; // what waits in the outbox is sent
                }
            }
        }
        TimeoutFuture::new(RETRY_MS).await;
    };
    outbox.begin_visit();
    let languages = words::list().await;
    let phone = Rc::new(Phone {
        stage,
        outbox,
        door,
        languages,
    });
    let words = Arc::new(Words::vietnamese());
    let shown = phone.clone();
    phone.stage.show(move || shown.survey(words));
    std::future::pending().await
}

fn tell(stage: &Rc<Stage>, trouble: Trouble) {
    stage.show(move || {
        let words = [Arc::new(Words::vietnamese())];
        el("main")
            .class("hl-phone")
            .child(notice(&words, trouble.key(), None))
    });
}

impl Phone {
    /// The survey in this language.
    #[inline(never)]
    fn survey(self: &Rc<Self>, words: Arc<Words>) -> El {
        let keeping = Keeping::new(self.outbox.clone());
        let at_start = RwSignal::new(true);
        let phone = StoredValue::new_local(self.clone());
        let speak = act_with(move |lang| phone.with_value(|phone| phone.speak(lang)));
        let said = words.clone();
        let leave = act(move || {
            let said = said.clone();
            phone.with_value(|phone| phone.farewell(keeping, said));
        });
        let Door {
            token,
            invite,
            form,
        } = &self.door;
        let survey = Survey {
            form: form.clone(),
            words: words.clone(),
            scale_order: invite.scale_order,
            two_step: false,
            touchpoint: invite.touchpoint,
            channel: Channel::Phone,
            dossier: None,
            invite: Some(token.clone()),
            enabled: Vec::new(),
            guarded: self.stage.is_live(),
        };
        let callbacks = Callbacks {
            on_answer: act_with(move |response| keeping.answered(response)),
            on_finished: act_with(move |response| keeping.finished(response)),
            on_step: Some(act_with(move |_| at_start.set(false))),
            on_back: None,
            on_leave: leave,
        };
        let frame = Frame {
            unit: invite.unit_name.clone(),
            procedure: invite.procedure_name.clone(),
            demo: invite.demo,
            languages: self.languages.clone(),
        };
        frame.around(
            &words,
            survey.shown(keeping.delivery(), callbacks),
            move || at_start.get(),
            speak,
        )
    }

    /// Asks in another language, from the beginning.
    fn speak(self: &Rc<Self>, lang: String) {
        let phone = self.clone();
        spawn_local(async move {
            // Words that cannot be had leave the screen as it is: it can still be read.
            if let Some(words) = words::of(&lang).await {
                let words = Arc::new(words);
                let shown = phone.clone();
                phone.stage.show(move || shown.survey(words));
            }
        });
    }

    /// The last screen, once what was answered is on the disk.
    fn farewell(self: &Rc<Self>, keeping: Keeping, words: Arc<Words>) {
        let phone = self.clone();
        let unsaved = keeping.take_unsaved();
        spawn_local(async move {
            let lost = match unsaved {
                Some(response) => phone.outbox.save(response).await.is_err(),
                None => false,
            };
            phone.outbox.end_visit();
            if lost {
                tell(&phone.stage, Trouble::Storage);
                return;
            }
            phone.stage.show(move || frame::farewell(&words));
            phone.outbox.send().await;
        });
    }
}

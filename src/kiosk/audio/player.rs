//! Plays prompts one after the other on one media element, which a person's first press has unlocked.
//!
//! A sound comes as a whole and is played from memory: a media element that asks for a file itself wants parts of it,
//! which some browsers do not take from a service worker's cache.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_net::http::Request;
use js_sys::Array;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, HtmlAudioElement, Url};

use super::pack::Said;
use super::root;
use super::speech::Speech;
use crate::browser::{Listener, Phase};

/// How fast it may be; the pitch of the voice stays.
const PACES: [f64; STEPS] = [0.8, 1.0, 1.3];
/// How loud it may be.
const LOUDNESSES: [f64; STEPS] = [0.3, 0.65, 1.0];
/// Steps of either.
pub const STEPS: usize = 3;
/// The step that stands at first.
pub const USUAL: usize = 1;
/// On the root element: the key of the prompt that is heard. For those who wait for it from outside.
const SPEAKING: &str = "data-speaking";
const TYPE: &str = "audio/ogg; codecs=opus";

/// The player.
pub struct Player {
    element: HtmlAudioElement,
    queue: RefCell<VecDeque<Said>>,
    /// Counts what was begun, so that a sound that comes late is not played.
    turn: Cell<u32>,
    paused: Cell<bool>,
    /// Has a sound begun, so that its end is worth hearing? The end of one that was cut short may come when the next is
    /// still on its way, and would take that one's turn.
    begun: Cell<bool>,
    /// Address of the sound in memory.
    url: RefCell<Option<String>>,
    speech: RefCell<Option<Speech>>,
    heard: RefCell<Vec<Listener>>,
}

impl Player {
    /// A player with nothing to say; `None` where there is no sound.
    pub fn new() -> Option<Rc<Self>> {
        let player = Rc::new(Self {
            element: HtmlAudioElement::new().ok()?,
            queue: RefCell::default(),
            turn: Cell::new(0),
            paused: Cell::new(false),
            begun: Cell::new(false),
            url: RefCell::new(None),
            speech: RefCell::new(None),
            heard: RefCell::default(),
        });
        // What cannot be played further is skipped.
        let heard = ["ended", "error"].map(|event| {
            let ended = Rc::downgrade(&player);
            Listener::new(&player.element, event, Phase::Bubble, move |_| {
                if let Some(player) = ended.upgrade()
                    && player.begun.get()
                {
                    player.next(player.turn.get());
                }
            })
        });
        player.heard.replace(heard.into());
        Some(player)
    }

    /// Says nothing more; gives the turn for what is to be said instead.
    pub fn stop(&self) -> u32 {
        self.turn.set(self.turn.get().wrapping_add(1));
        self.queue.borrow_mut().clear();
        self.speech.take();
        // Fails only for an element that cannot play, and then it is silent.
        let _ = self.element.pause();
        self.release();
        tell(None);
        self.turn.get()
    }

    /// Says these, one after the other, unless something else was begun since the turn was given.
    pub fn play(self: &Rc<Self>, turn: u32, said: VecDeque<Said>) {
        if self.turn.get() == turn {
            self.queue.replace(said);
            self.next(turn);
        }
    }

    /// Holds what is said, or goes on with it.
    pub fn set_paused(&self, paused: bool) {
        self.paused.set(paused);
        if let Some(speech) = &*self.speech.borrow() {
            speech.set_paused(paused);
        }
        if self.url.borrow().is_none() {
            return;
        }
        if paused {
            let _ = self.element.pause();
        } else if let Ok(playing) = self.element.play() {
            spawn_local(async move {
                // Refused only where `next` would be, too.
                let _ = JsFuture::from(playing).await;
            });
        }
    }

    /// How fast, as a step.
    pub fn set_pace(&self, step: usize) {
        let pace = PACES.get(step).copied().unwrap_or(1.0);
        // Each new sound begins at the default.
        self.element.set_default_playback_rate(pace);
        self.element.set_playback_rate(pace);
    }

    /// How loud, as a step.
    pub fn set_loudness(&self, step: usize) {
        self.element
            .set_volume(LOUDNESSES.get(step).copied().unwrap_or(1.0));
    }

    fn next(self: &Rc<Self>, turn: u32) {
        self.release();
        self.speech.take();
        let Some(said) = self.queue.borrow_mut().pop_front() else {
            tell(None);
            return;
        };
        let player = self.clone();
        spawn_local(async move {
            let begun = match &said {
                Said::Prompt(prompt) => match sound(&prompt.address()).await {
                    Some(url) if player.turn.get() == turn => player.sound(url).await,
                    Some(url) => {
                        let _ = Url::revoke_object_url(&url);
                        return;
                    }
                    None => false,
                },
                Said::Speech { text, lang } => player.speak(text, lang, turn),
            };
            if player.turn.get() != turn {
                return;
            }
            match said {
                Said::Prompt(prompt) if begun => {
                    player.begun.set(true);
                    tell(Some(&prompt.key));
                }
                _ if begun => {}
                // Missing, or of a kind that this browser cannot play: the next one.
                _ => player.next(turn),
            }
        });
    }

    /// Plays a sound in memory; false when it cannot be played.
    async fn sound(&self, url: String) -> bool {
        self.element.set_src(&url);
        self.url.replace(Some(url));
        if self.paused.get() {
            return true;
        }
        let begun = match self.element.play() {
            Ok(playing) => JsFuture::from(playing).await.is_ok(),
            Err(_) => false,
        };
        // Held before it was heard: it goes on from there.
        begun || self.paused.get()
    }

    fn speak(self: &Rc<Self>, text: &str, lang: &str, turn: u32) -> bool {
        let player = Rc::downgrade(self);
        let speech = Speech::begin(
            text,
            lang,
            (self.element.default_playback_rate(), self.element.volume()),
            move || {
                if let Some(player) = player.upgrade()
                    && player.turn.get() == turn
                {
                    player.next(turn);
                }
            },
        );
        let begun = speech.is_some();
        self.speech.replace(speech);
        begun
    }

    fn release(&self) {
        self.begun.set(false);
        if let Some(url) = self.url.take() {
            let _ = Url::revoke_object_url(&url);
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The address of a sound in memory; `None` when it cannot be had.
async fn sound(address: &str) -> Option<String> {
    let answer = Request::get(address).send().await.ok()?;
    if !answer.ok() {
        return None;
    }
    let buffer = JsFuture::from(web_sys::Response::from(answer).array_buffer().ok()?)
        .await
        .ok()?;
    let options = BlobPropertyBag::new();
    options.set_type(TYPE);
    let blob =
        Blob::new_with_buffer_source_sequence_and_options(&Array::of1(&buffer), &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

fn tell(key: Option<&str>) {
    if let Some(root) = root() {
        // Refused only for a name that is none.
        let _ = match key {
            Some(key) => root.set_attribute(SPEAKING, key),
            None => root.remove_attribute(SPEAKING),
        };
    }
}

//! The kiosk read aloud. Once a person has switched it on, every screen is read when it is shown, the first touch on
//! something speaks it and the second one does it; at the end of the visit it is off again.
//!
//! * [`reader`] tells what is to be read of a screen, [`touch`] what a touch means;
//! * [`pack`] finds the prompt for a text, [`player`] plays prompts one after the other;
//! * [`speech`] stands in where a pack lacks a text and the device has a voice of its own.
//!
//! Everything goes by what stands on the screen, so no screen knows that it is read.

mod controls;
mod pack;
mod player;
mod reader;
mod speech;
mod touch;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use crate::browser;
use crate::words::Language;
pub(super) use controls::controls;
pub use controls::listen_button;
use pack::Pack;
use player::Player;
use reader::Reader;
use touch::Touch;

/// On the root element while the screens are read.
const MARK: &str = "data-audio";
/// On the root element: the language whose prompts the device has fetched. For those who wait for it from outside.
const KEPT: &str = "data-audio-kept";
/// Said first.
const INTRODUCTION: [&str; 2] = ["audio.touch", "audio.note"];

/// What is read, how fast and how loud.
pub(super) struct Audio {
    me: Weak<Self>,
    languages: Vec<Language>,
    state: Cell<State>,
    /// What the buttons on the screen go by. Made with each screen: a signal that outlives the screens keeps something of
    /// every subscriber that is gone (reactive_graph), 600 bytes a visit.
    shown: Cell<Option<RwSignal<State>>>,
    /// It was on in this visit.
    used: Cell<bool>,
    pack: RefCell<Option<Rc<Pack>>>,
    /// Languages whose prompts have been fetched since the page began.
    kept: RefCell<Vec<String>>,
    /// What works while it is on.
    working: RefCell<Option<Working>>,
}

/// How it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    on: bool,
    /// Nothing was shown yet since it was switched on.
    fresh: bool,
    paused: bool,
    pace: usize,
    loudness: usize,
}

impl State {
    /// As anybody finds it.
    const OFF: Self = Self {
        on: false,
        fresh: false,
        paused: false,
        pace: player::USUAL,
        loudness: player::USUAL,
    };
}

struct Working {
    player: Rc<Player>,
    reader: Reader,
    touch: Rc<Touch>,
}

impl Audio {
    /// Switched off, with the packs of these languages.
    pub fn new(languages: &[Language]) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            languages: languages.to_vec(),
            state: Cell::new(State::OFF),
            shown: Cell::new(None),
            used: Cell::new(false),
            pack: RefCell::new(None),
            kept: RefCell::default(),
            working: RefCell::new(None),
        })
    }

    /// How it stands, for the buttons of the screen whose component calls this.
    fn shown(&self) -> RwSignal<State> {
        let shown = RwSignal::new(self.state.get());
        self.shown.set(Some(shown));
        shown
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.get();
        change(&mut state);
        if state != self.state.replace(state)
            && let Some(shown) = self.shown.get()
        {
            // The screen may be gone.
            let _ = shown.try_set(state);
        }
    }

    /// Was anything read in this visit?
    pub fn was_used(&self) -> bool {
        self.used.get()
    }

    /// A visit begins; what was tried before it does not count.
    pub fn begin_visit(&self) {
        self.used.set(is_on());
    }

    /// Reads from now on, beginning with how it works (`introduction`). The prompts of words and of the form whose keys
    /// begin like `form` are fetched meanwhile, for the time when there is no network.
    fn switch_on(self: &Rc<Self>, introduction: Vec<String>, form: String) {
        let Some(player) = Player::new() else {
            return;
        };
        player.set_pace(self.state.get().pace);
        player.set_loudness(self.state.get().loudness);
        let (seeing, touched) = (self.me.clone(), self.me.clone());
        let reader = Reader::watch(move || {
            if let Some(audio) = seeing.upgrade() {
                audio.look();
            }
        });
        let Some(reader) = reader else { return };
        let touch = Touch::listen(move |text| {
            if let Some(audio) = touched.upgrade() {
                audio.say(vec![text]);
            }
        });
        let mut texts = introduction;
        texts.extend(reader::texts());
        self.working.replace(Some(Working {
            player,
            reader,
            touch,
        }));
        self.used.set(true);
        mark(true);
        self.change(|state| {
            state.on = true;
            state.fresh = true;
        });
        self.say(texts);
        self.keep(form);
    }

    /// Reads nothing more, and is as anybody finds it.
    pub fn off(&self) {
        let working = self.working.take();
        if let Some(working) = working {
            working.player.stop();
        }
        mark(false);
        self.used.set(false);
        self.change(|state| *state = State::OFF);
    }

    /// Something has changed on the screen.
    fn look(&self) {
        let seen = self
            .working
            .borrow()
            .as_ref()
            .map(|working| working.reader.look());
        match seen {
            Some(reader::Seen::Screen(texts)) => {
                if let Some(working) = &*self.working.borrow() {
                    working.touch.forget();
                }
                self.change(|state| state.fresh = false);
                self.say(texts);
            }
            Some(reader::Seen::Fault(text)) => self.say(vec![text]),
            Some(reader::Seen::Same) | None => {}
        }
    }

    /// Reads the screen once more.
    fn repeat(&self) {
        self.say(reader::texts());
    }

    /// Stops what is said, and says these texts, one after the other.
    fn say(&self, texts: Vec<String>) {
        let Some(player) = self.player() else {
            return;
        };
        self.set_paused(false);
        let turn = player.stop();
        let Some(audio) = self.me.upgrade() else {
            return;
        };
        spawn_local(async move {
            let lang = reader::lang();
            let pack = audio.pack_of(&lang).await;
            let said = texts.iter().flat_map(|text| pack.prompts_of(text));
            player.play(turn, said.collect());
        });
    }

    fn set_paused(&self, paused: bool) {
        self.with_player(|player| player.set_paused(paused));
        self.change(|state| state.paused = paused);
    }

    fn with_player(&self, act: impl FnOnce(&Player)) {
        if let Some(player) = self.player() {
            act(&player);
        }
    }

    fn player(&self) -> Option<Rc<Player>> {
        Some(self.working.borrow().as_ref()?.player.clone())
    }

    /// The pack of a language; an empty one where there is none, or it cannot be had.
    async fn pack_of(&self, lang: &str) -> Rc<Pack> {
        let held = self.pack.borrow().clone();
        if let Some(pack) = held.filter(|pack| pack.lang() == lang) {
            return pack;
        }
        let address = self
            .languages
            .iter()
            .find(|language| language.lang == lang)
            .and_then(|language| language.audio.clone());
        let (pack, whole) = Pack::fetch(lang, address.as_deref()).await;
        let pack = Rc::new(pack);
        if whole {
            self.pack.replace(Some(pack.clone()));
        }
        pack
    }

    /// Fetches every prompt that this kiosk may need, once; the service worker keeps them.
    fn keep(self: &Rc<Self>, form: String) {
        let audio = self.clone();
        spawn_local(async move {
            let lang = reader::lang();
            if audio.kept.borrow().contains(&lang) {
                return;
            }
            let pack = audio.pack_of(&lang).await;
            if pack.keep(&form).await {
                audio.kept.borrow_mut().push(lang.clone());
                if let Some(root) = root() {
                    // Refused only for a name that is none.
                    let _ = root.set_attribute(KEPT, &lang);
                }
            }
        });
    }
}

/// Are the screens read?
pub(super) fn is_on() -> bool {
    root().is_some_and(|root| root.has_attribute(MARK))
}

fn mark(on: bool) {
    if let Some(root) = root() {
        // Refused only for a name that is none.
        let _ = root.toggle_attribute_with_force(MARK, on);
    }
}

fn root() -> Option<Element> {
    browser::window().document()?.document_element()
}

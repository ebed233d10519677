//! The languages of the kiosk: their words and letters are fetched as soon as the page has nothing else to do, so that
//! whoever chooses one later does not wait on a slow line, and gets it without any.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use wasm_bindgen_futures::spawn_local;

use super::letters::Letters;
use crate::browser;
use crate::words::{self, Language, Words};

/// What is said, and in which letters.
pub(super) struct Speech {
    languages: Vec<Language>,
    known: RefCell<Vec<Arc<Words>>>,
    letters: Letters,
    /// Is everything here, or on its way?
    ahead: Cell<bool>,
}

impl Speech {
    /// With the languages that are served; Vietnamese is there.
    pub async fn listed() -> Rc<Self> {
        Rc::new(Self {
            languages: words::list().await,
            known: RefCell::new(vec![Arc::new(Words::vietnamese())]),
            letters: Letters::listed(),
            ahead: Cell::new(false),
        })
    }

    /// The languages to choose from.
    pub fn languages(&self) -> Vec<Language> {
        self.languages.clone()
    }

    /// The words of a language, with what it is written in; `None` when either cannot be had.
    pub async fn of(&self, lang: &str) -> Option<Arc<Words>> {
        let words = self.words(lang).await?;
        self.letters.fetch(Some(lang)).await.then_some(words)
    }

    /// The words of every language that can be had, Vietnamese first: an attendant may read any of them.
    pub async fn every(self: &Rc<Self>) -> Vec<Arc<Words>> {
        self.fetch_ahead();
        for language in &self.languages {
            self.words(&language.lang).await;
        }
        self.put_on_letters();
        self.known.borrow().clone()
    }

    /// Fetches what is not here yet, when the page is idle. What cannot be had then is asked for the next time.
    pub fn fetch_ahead(self: &Rc<Self>) {
        if self.ahead.replace(true) {
            return;
        }
        let speech = self.clone();
        spawn_local(async move {
            browser::idle().await;
            let mut all = speech.letters.fetch(None).await;
            for language in &speech.languages {
                all &= speech.of(&language.lang).await.is_some();
            }
            speech.ahead.set(all);
        });
    }

    /// Asks again for words that an administrator may have mended since: for whoever speaks the language next.
    pub fn ask_again(self: &Rc<Self>, lang: String) {
        let speech = self.clone();
        spawn_local(async move {
            if let Some(words) = words::of(&lang).await {
                speech.keep(Arc::new(words));
            }
        });
    }

    /// Writes the next screen in the letters that have come; not to be called while somebody reads.
    pub fn put_on_letters(&self) {
        self.letters.put_on();
    }

    async fn words(&self, lang: &str) -> Option<Arc<Words>> {
        let known = self
            .known
            .borrow()
            .iter()
            .find(|words| words.lang() == lang)
            .cloned();
        match known {
            Some(words) => Some(words),
            None => {
                let words = Arc::new(words::of(lang).await?);
                self.keep(words.clone());
                Some(words)
            }
        }
    }

    fn keep(&self, words: Arc<Words>) {
        let mut known = self.known.borrow_mut();
        match known.iter_mut().find(|known| known.lang() == words.lang()) {
            Some(old) => *old = words,
            None => known.push(words),
        }
    }
}

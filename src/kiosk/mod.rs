//! The kiosk: a full screen in the one-stop hall that nobody attends. Attract screen, dossier, survey, thanks, attract.
//!
//! Every visit is a fresh component that is unmounted at its end, so nothing of one person meets the next, and a machine
//! that runs for months does not grow: swapping views inside one component left 14 KB behind per visit.

mod attendant;
mod attract;
mod audio;
mod confirm;
mod display;
mod dossier;
mod enrol_screen;
mod enrolment;
mod events;
mod idle;
mod idle_dialog;
mod keypad;
mod letters;
mod news;
mod recent;
mod scanner;
mod setup;
mod speech;
mod tell;
mod upgrade;
mod visit;
mod wake;
mod wedge;
mod worker;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use gloo_timers::future::TimeoutFuture;
use survey::response::Response;
use wasm_bindgen_futures::spawn_local;

use crate::browser::{self, Listener, Phase};
use crate::collector::{Client, Presented};
use crate::outbox::Outbox;
use crate::stage::Stage;
use crate::words::Words;
use attendant::Attendant;
pub use attract::Attract;
use attract::attract;
use audio::Audio;
pub use audio::listen_button;
use setup::{Setup, Trouble};
use speech::Speech;
use tell::tell;
use visit::visit;
pub(crate) use wedge::{Input, Wedge};
use worker::Worker;

/// Milliseconds between two tries to start when the collector cannot be reached.
const RETRY_MS: u32 = 10_000;
/// Milliseconds after which the attract screen asks the collector again what this device is to ask.
const REFRESH_MS: f64 = 600_000.0;
/// Milliseconds after the start until what can wait is asked for: the first touch has the line for itself.
const LATER_MS: u32 = 3_000;
/// For how long a dossier that came while somebody was served is still shown afterwards, in milliseconds: as long as the
/// collector offers it.
const OFFERED_MS: f64 = 120_000.0;
/// Milliseconds between two looks whether the attendant has closed the panel.
const CLOSED_MS: u32 = 1_000;

/// The kiosk while it runs; held by the screen that is mounted.
struct Kiosk {
    stage: Rc<Stage>,
    worker: Rc<Worker>,
    attendant: Rc<Attendant>,
    client: Client,
    outbox: Outbox,
    setup: RefCell<Setup>,
    set_up_at: Cell<f64>,
    speech: Rc<Speech>,
    audio: Rc<Audio>,
    words: RefCell<Arc<Words>>,
    /// Counts the screens that were shown.
    screen: Cell<u32>,
    /// Is the attract screen shown?
    free: Cell<bool>,
    /// The number of the last dossier that was presented.
    presented: Cell<f64>,
    /// A dossier that was presented while somebody was served, and when.
    offered: RefCell<Option<(String, f64)>>,
}

/// Takes over the page and runs the kiosk in it for as long as the page lives.
pub async fn run() {
    let Some(stage) = Stage::take_over() else {
        return; // a page without our element is not ours
    };
    let stage = Rc::new(stage);
    let _no_menu = no_menu();
    let _awake = wake::keep_awake();
    let worker = Worker::start();
    let speech = Speech::listed().await;
    // Made once, with the outbox: what waits is sent from the first moment, whatever else is in the way.
    let mut attendant = None;
    loop {
        let start = Kiosk::start(&stage, &worker, &speech, &mut attendant);
        let trouble = match start.await {
            Ok(kiosk) => {
                kiosk.attract();
                let later = Rc::downgrade(&kiosk);
                spawn_local(async move {
                    TimeoutFuture::new(LATER_MS).await;
                    if let Some(kiosk) = later.upgrade() {
                        kiosk.refresh();
                        kiosk.speech.fetch_ahead();
                    }
                    news::hear(later);
                });
                // Held here, for the life of the page, besides by the screens that come and go.
                return pending(kiosk).await;
            }
            Err(trouble) => trouble,
        };
        let said = speech.every().await;
        tell(&stage, attendant.clone(), said, trouble);
        if !trouble.may_pass() {
            return pending((stage, worker)).await;
        }
        TimeoutFuture::new(RETRY_MS).await;
        while attendant
            .as_ref()
            .is_some_and(|attendant| attendant.is_open())
        {
            TimeoutFuture::new(CLOSED_MS).await;
        }
    }
}

/// A long press must not open the browser's menu on a screen that nobody attends.
fn no_menu() -> Option<Listener> {
    let document = browser::window().document()?;
    Some(Listener::new(
        &document,
        "contextmenu",
        Phase::Capture,
        |event| event.prevent_default(),
    ))
}

/// Holds something until the page is closed.
async fn pending<T>(held: T) {
    std::future::pending::<()>().await;
    drop(held);
}

impl Kiosk {
    /// Starts it, or says why not; the `attendant` is made as soon as there is an outbox, and used again by later tries.
    async fn start(
        stage: &Rc<Stage>,
        worker: &Rc<Worker>,
        speech: &Rc<Speech>,
        attendant: &mut Option<Rc<Attendant>>,
    ) -> Result<Rc<Self>, Trouble> {
        let key = enrolment::key().ok_or(Trouble::NotEnrolled)?;
        let client = Client::of_device(&key);
        let attendant = match attendant {
            Some(attendant) => attendant.clone(),
            None => {
                let outbox = Outbox::open(client.clone())
                    .await
                    .map_err(|_| Trouble::Storage)?;
                outbox.beat();
                worker.heed(outbox.clone());
                attendant
                    .insert(Attendant::new(stage.clone(), worker.clone(), outbox))
                    .clone()
            }
        };
        let outbox = attendant.outbox().clone();
        // What is remembered serves at once, however bad the line is; what is new comes a little later.
        let (setup, set_up_at) = match Setup::remembered() {
            Some(setup) => (setup, f64::NEG_INFINITY),
            None => (Setup::load(&client).await?, browser::monotonic_ms()),
        };
        outbox.introduce(&setup.device.name, setup.clock_offset_ms());
        Ok(Rc::new(Self {
            stage: stage.clone(),
            worker: worker.clone(),
            attendant,
            client,
            outbox,
            setup: RefCell::new(setup),
            set_up_at: Cell::new(set_up_at),
            audio: Audio::new(&speech.languages()),
            speech: speech.clone(),
            words: RefCell::new(Arc::new(Words::vietnamese())),
            screen: Cell::new(0),
            free: Cell::new(false),
            presented: Cell::new(0.0),
            offered: RefCell::new(None),
        }))
    }

    /// Shows the attract screen in the language chosen last.
    fn attract(self: &Rc<Self>) {
        if let Some((dossier, at)) = self.offered.take()
            && browser::monotonic_ms() - at < OFFERED_MS
        {
            self.visit(Some(dossier));
            return;
        }
        if self.set_up_at.get().is_finite() {
            self.refresh();
        }
        display::calibrate(self.setup.borrow().device.chosen.screen_inches);
        self.worker.serving(false);
        self.another_screen();
        self.free.set(true);
        let kiosk = self.clone();
        self.stage.show(move || attract(kiosk));
        if self.set_up_at.get().is_finite() {
            self.speech.fetch_ahead();
        }
    }

    fn another_screen(&self) {
        self.screen.set(self.screen.get().wrapping_add(1));
        self.speech.put_on_letters();
    }

    /// Starts a fresh visit, with a dossier if its code was scanned.
    fn visit(self: &Rc<Self>, scanned: Option<String>) {
        self.free.set(false);
        self.worker.serving(true);
        self.outbox.begin_visit();
        self.audio.begin_visit();
        self.another_screen();
        let kiosk = self.clone();
        self.stage.show(move || visit(kiosk, scanned));
    }

    /// Opens the attendant's panel.
    fn attend(self: &Rc<Self>) {
        self.free.set(false);
        self.audio.off();
        self.another_screen();
        let words = self.words.borrow().clone();
        let device = self.setup.borrow().device.name.clone();
        let kiosk = self.clone();
        self.attendant
            .enter(words, Some(device), move || kiosk.attract());
    }

    /// Ends the visit: what was answered but not kept yet is kept, then the next person finds the attract screen in
    /// Vietnamese.
    fn end_visit(self: &Rc<Self>, unsaved: Option<Response>) {
        self.audio.off();
        let kiosk = self.clone();
        spawn_local(async move {
            let mut lost = None;
            if let Some(response) = unsaved
                && kiosk.outbox.save(response.clone()).await.is_err()
            {
                lost = Some(response);
            }
            kiosk.outbox.end_visit();
            if let Some(response) = lost {
                let said = kiosk.speech.every().await;
                let attendant = Some(kiosk.attendant.clone());
                tell(&kiosk.stage, attendant, said, Trouble::Storage);
                kiosk.save_when_it_can(response).await;
            }
            kiosk.forget();
            kiosk.attract();
            kiosk.outbox.send().await;
        });
    }

    /// Nothing of what a person chose for the screen meets the next one.
    fn forget(&self) {
        self.audio.off();
        display::forget();
        self.words.replace(Arc::new(Words::vietnamese()));
    }

    /// Somebody has chosen a language, the sound or how the screen looks, and has gone without a visit.
    fn left_alone(self: &Rc<Self>) {
        if display::any()
            || audio::is_on()
            || self.words.borrow().lang() != survey::text::Lang::DEFAULT
        {
            self.forget();
            self.attract();
        }
    }

    /// Tries to save an answer until there is room for it: until then nobody else is asked.
    async fn save_when_it_can(&self, response: Response) {
        loop {
            TimeoutFuture::new(RETRY_MS).await;
            while self.attendant.is_open() {
                TimeoutFuture::new(CLOSED_MS).await;
            }
            if self.outbox.save(response.clone()).await.is_ok() {
                return;
            }
        }
    }

    /// Speaks another language from now until the end of the next visit.
    fn speak(self: &Rc<Self>, lang: String) {
        let kiosk = self.clone();
        let screen = self.screen.get();
        spawn_local(async move {
            // Words or letters that cannot be had leave the screen as it is: it can still be read. Those that come when
            // somebody has begun a visit are too late for it.
            if let Some(words) = kiosk.speech.of(&lang).await
                && kiosk.screen.get() == screen
            {
                kiosk.words.replace(words);
                kiosk.attract();
                kiosk.speech.ask_again(lang);
            }
        });
    }

    /// The one-stop software shows this dossier here, or nothing any more. Whoever is being served is not disturbed.
    fn presented(self: &Rc<Self>, shown: Option<Presented>) {
        let Some(shown) = shown else {
            self.offered.take();
            return;
        };
        if shown.number <= self.presented.get() {
            return;
        }
        self.presented.set(shown.number);
        if self.free.get() {
            self.visit(Some(shown.dossier));
        } else {
            let now = browser::monotonic_ms();
            self.offered.replace(Some((shown.dossier, now)));
        }
    }

    /// Asks the collector again what to ask, at once.
    fn ask_again(self: &Rc<Self>) {
        self.set_up_at.set(f64::NEG_INFINITY);
        self.refresh();
    }

    /// Asks the collector again what to ask, now and then, while nobody is in a visit.
    fn refresh(self: &Rc<Self>) {
        let now = browser::monotonic_ms();
        if now - self.set_up_at.get() < REFRESH_MS {
            return;
        }
        self.set_up_at.set(now);
        let kiosk = self.clone();
        spawn_local(async move {
            match Setup::load(&kiosk.client).await {
                Ok(setup) => {
                    kiosk
                        .outbox
                        .introduce(&setup.device.name, setup.clock_offset_ms());
                    let new = kiosk.setup.replace(setup).device.chosen
                        != kiosk.setup.borrow().device.chosen;
                    if new && kiosk.free.get() {
                        kiosk.attract();
                    }
                }
                // Nobody is thanked for what the collector will not take.
                Err(Trouble::Refused) if kiosk.free.get() => {
                    kiosk.free.set(false);
                    let said = kiosk.speech.every().await;
                    let attendant = Some(kiosk.attendant.clone());
                    tell(&kiosk.stage, attendant, said, Trouble::Refused);
                }
                Err(_) => {}
            }
        });
    }
}

//! The kiosk: a full screen in the one-stop hall that nobody attends. Attract screen, dossier, survey, thanks, attract.
//!
//! Every visit is a fresh component that is unmounted at its end, so nothing of one person meets the next, and a machine
//! that runs for months does not grow: swapping views inside one component left 14 KB behind per visit.

mod attendant;
mod attract;
mod confirm;
mod display;
mod dossier;
mod enrolment;
mod idle;
mod idle_dialog;
mod keypad;
mod scanner;
mod setup;
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
use crate::collector::Client;
use crate::outbox::Outbox;
use crate::stage::Stage;
use crate::words::{self, Language, Words};
use attendant::Attendant;
pub use attract::Attract;
use attract::attract;
use setup::{Setup, Trouble};
use tell::{every_language, tell};
use visit::visit;
pub(crate) use wedge::{Input, Wedge};
use worker::Worker;

/// Milliseconds between two tries to start when the collector cannot be reached.
const RETRY_MS: u32 = 10_000;
/// Milliseconds after which the attract screen asks the collector again what this device is to ask.
const REFRESH_MS: f64 = 600_000.0;
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
    languages: Vec<Language>,
    words: RefCell<Arc<Words>>,
    /// Counts the screens that were shown.
    screen: Cell<u32>,
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
    let languages = words::list().await;
    // Made once, with the outbox: what waits is sent from the first moment, whatever else is in the way.
    let mut attendant = None;
    loop {
        let start = Kiosk::start(&stage, &worker, &languages, &mut attendant);
        let trouble = match start.await {
            Ok(kiosk) => {
                kiosk.attract();
                // Held here, for the life of the page, besides by the screens that come and go.
                return pending(kiosk).await;
            }
            Err(trouble) => trouble,
        };
        let said = every_language(&languages).await;
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
        languages: &[Language],
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
        let setup = Setup::load(&client).await?;
        outbox.introduce(&setup.device.name, setup.clock_offset_ms());
        Ok(Rc::new(Self {
            stage: stage.clone(),
            worker: worker.clone(),
            attendant,
            client,
            outbox,
            setup: RefCell::new(setup),
            set_up_at: Cell::new(browser::monotonic_ms()),
            languages: languages.to_vec(),
            words: RefCell::new(Arc::new(Words::vietnamese())),
            screen: Cell::new(0),
        }))
    }

    /// Shows the attract screen in the language chosen last.
    fn attract(self: &Rc<Self>) {
        self.refresh();
        self.worker.serving(false);
        self.another_screen();
        let kiosk = self.clone();
        self.stage.show(move || attract(kiosk));
    }

    fn another_screen(&self) {
        self.screen.set(self.screen.get().wrapping_add(1));
    }

    /// Starts a fresh visit, with a dossier if its code was scanned.
    fn visit(self: &Rc<Self>, scanned: Option<String>) {
        self.worker.serving(true);
        self.outbox.begin_visit();
        self.another_screen();
        let kiosk = self.clone();
        self.stage.show(move || visit(kiosk, scanned));
    }

    /// Opens the attendant's panel.
    fn attend(self: &Rc<Self>) {
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
                let said = every_language(&kiosk.languages).await;
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
        display::forget();
        self.words.replace(Arc::new(Words::vietnamese()));
    }

    /// Somebody has chosen a language or how the screen looks, and has gone without a visit.
    fn left_alone(self: &Rc<Self>) {
        if display::any() || self.words.borrow().lang() != survey::text::Lang::DEFAULT {
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
            // Words that cannot be had leave the screen as it is: it can still be read. Words that come when somebody has
            // begun a visit are too late for it.
            if let Some(words) = words::of(&lang).await
                && kiosk.screen.get() == screen
            {
                kiosk.words.replace(Arc::new(words));
                kiosk.attract();
            }
        });
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
            if let Ok(setup) = Setup::load(&kiosk.client).await {
                kiosk
                    .outbox
                    .introduce(&setup.device.name, setup.clock_offset_ms());
                kiosk.setup.replace(setup);
            }
        });
    }
}

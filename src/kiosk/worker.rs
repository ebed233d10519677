//! The service worker's side of the page: registers `/sw.js` for this page alone, asks now and then for a new version,
//! and lets it take over when nobody is served.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Interval;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    RegistrationOptions, ServiceWorkerContainer, ServiceWorkerRegistration,
    ServiceWorkerUpdateViaCache,
};

use super::LATER_MS;
use super::upgrade::{Newer, Step, Upgrade};
use crate::browser::{self, Listener, Phase};
use crate::outbox::Outbox;

const SCRIPT: &str = "/sw.js";
/// Only the kiosk: the pages of the staff are never answered by a worker.
const SCOPE: &str = "/kiosk";
/// How often the moment for a new version is looked for, in milliseconds.
const LOOK_MS: u32 = 5_000;
/// How often the collector is asked for a new version, in milliseconds.
const ASK_MS: u32 = 3_600_000;

/// How long a page runs before it is loaded again in a quiet moment, in milliseconds: a day.
const WORN_MS: f64 = 86_400_000.0;
/// From how many bytes of the module's memory on it is loaded again; a visit needs a few megabytes.
const WORN_BYTES: u32 = 64 << 20;

/// The service worker of the kiosk page; without one (no HTTPS, an old browser) every answer is "no".
pub(super) struct Worker {
    container: Option<ServiceWorkerContainer>,
    registration: RefCell<Option<ServiceWorkerRegistration>>,
    upgrade: RefCell<Upgrade>,
    outbox: RefCell<Option<Outbox>>,
    took_over: Rc<Cell<bool>>,
    held: RefCell<Option<(Listener, [Interval; 2])>>,
}

impl Worker {
    /// Registers the worker, and from then on looks after new versions until dropped.
    pub fn start() -> Rc<Self> {
        let worker = Rc::new(Self {
            container: container(),
            registration: RefCell::new(None),
            upgrade: RefCell::default(),
            outbox: RefCell::new(None),
            took_over: Rc::default(),
            held: RefCell::new(None),
        });
        worker.serving(false);
        let Some(container) = worker.container.clone() else {
            return worker;
        };
        // The first worker takes the page over, too; that page is of its own version.
        let first = Cell::new(container.controller().is_none());
        let took_over = worker.took_over.clone();
        let changed = Listener::new(&container, "controllerchange", Phase::Bubble, move |_| {
            if !first.take() {
                took_over.set(true);
            }
        });
        let (looking, asking) = (Rc::downgrade(&worker), Rc::downgrade(&worker));
        let intervals = [
            Interval::new(LOOK_MS, move || look(&looking)),
            Interval::new(ASK_MS, move || ask(&asking)),
        ];
        worker.held.replace(Some((changed, intervals)));
        let registering = Rc::downgrade(&worker);
        let known = container.controller().is_some();
        spawn_local(async move {
            // The browser looks for a new version then, which is nothing that the first touch should share the line with. The
            // first start waits for nothing: the sooner it can start offline, the better.
            if known {
                TimeoutFuture::new(LATER_MS).await;
            }
            let options = RegistrationOptions::new();
            options.set_scope(SCOPE);
            options.set_update_via_cache(ServiceWorkerUpdateViaCache::None);
            // Refused: the page works as long as there is a network, and the attendant's panel says so.
            if let Ok(registration) =
                JsFuture::from(container.register_with_options(SCRIPT, &options)).await
                && let Some(worker) = registering.upgrade()
            {
                worker.registration.replace(registration.dyn_into().ok());
            }
        });
        worker
    }

    /// Tells whether somebody is served from now on.
    pub fn serving(&self, somebody: bool) {
        self.upgrade
            .borrow_mut()
            .serving(somebody, browser::monotonic_ms());
    }

    /// Has a new version wait for this outbox to be empty.
    pub fn heed(&self, outbox: Outbox) {
        self.outbox.replace(Some(outbox));
    }

    /// Will the page start without a network?
    pub fn starts_offline(&self) -> bool {
        self.registration
            .borrow()
            .as_ref()
            .is_some_and(|registration| registration.active().is_some())
    }

    /// What a new version has done so far.
    pub fn newer(&self) -> Newer {
        if self.took_over.get() {
            return Newer::TookOver;
        }
        match &*self.registration.borrow() {
            Some(registration) if registration.waiting().is_some() => Newer::Ready,
            _ => Newer::None,
        }
    }

    /// The same, or that the page is worn: only where it will start again without a network.
    fn newer_or_worn(&self) -> Newer {
        match self.newer() {
            Newer::None if self.starts_offline() && is_worn() => Newer::Worn,
            newer => newer,
        }
    }

    async fn waiting(&self) -> u64 {
        let outbox = self.outbox.borrow().clone();
        match outbox {
            Some(outbox) => outbox.status().await.map_or(0, |status| status.waiting),
            None => 0,
        }
    }

    fn activate(&self) {
        let message = Object::new();
        let waiting = self
            .registration
            .borrow()
            .as_ref()
            .and_then(ServiceWorkerRegistration::waiting);
        if let (Some(waiting), Ok(_)) = (
            waiting,
            Reflect::set(&message, &"type".into(), &"activate".into()),
        ) {
            // Fails only for a worker that is gone; the next look finds the one that replaced it.
            let _ = waiting.post_message(&message);
        }
    }
}

/// Has the page run for a day, or grown beyond what it ever needs? The memory of a module only grows.
fn is_worn() -> bool {
    let bytes = wasm_bindgen::memory()
        .dyn_into::<js_sys::WebAssembly::Memory>()
        .ok()
        .and_then(|memory| memory.buffer().dyn_into::<js_sys::ArrayBuffer>().ok())
        .map_or(0, |buffer| buffer.byte_length());
    browser::monotonic_ms() > WORN_MS || bytes > WORN_BYTES
}

fn look(worker: &Weak<Worker>) {
    let Some(worker) = worker.upgrade() else {
        return;
    };
    let newer = worker.newer_or_worn();
    if newer == Newer::None {
        let now = browser::monotonic_ms();
        worker.upgrade.borrow_mut().step(newer, 0, now);
        return;
    }
    spawn_local(async move {
        let waiting = worker.waiting().await;
        let now = browser::monotonic_ms();
        let step = worker.upgrade.borrow_mut().step(newer, waiting, now);
        match step {
            Step::Wait => {}
            Step::Activate => worker.activate(),
            // Refused only while the page is being left anyway.
            Step::Reload => drop(browser::window().location().reload()),
        }
    });
}

fn ask(worker: &Weak<Worker>) {
    let registration = worker
        .upgrade()
        .and_then(|worker| worker.registration.borrow().clone());
    if let Some(Ok(asked)) = registration.map(|registration| registration.update()) {
        spawn_local(async move {
            // No network: asked again in an hour, and at the next start.
            let _ = JsFuture::from(asked).await;
        });
    }
}

/// `navigator.serviceWorker`, which browsers leave out where the page did not come over HTTPS.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator: JsValue = browser::window().navigator().into();
    Reflect::get(&navigator, &"serviceWorker".into())
        .ok()?
        .dyn_into()
        .ok()
}

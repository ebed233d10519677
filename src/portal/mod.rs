//! The portal: the survey in an element of somebody else's page. `src/portal/element.js` is the class of the element, which
//! only JavaScript can declare; it calls [`mount`] and [`unmount`], and is told what happens.
//!
//! Nothing outside the element is touched. What a citizen has given is kept in the outbox of the page's origin, one for each
//! collector, and sent by whichever element is open.

mod wish;

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use gloo_timers::future::TimeoutFuture;
use js_sys::Function;
use leptos::prelude::*;
use survey::form::Form;
use survey::response::Response;
use wasm_bindgen::JsValue;
#[cfg(feature = "portal")]
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement};

use crate::browser::Listener;
use crate::collector::{Client, Failure, Invite};
use crate::json;
use crate::keeping::{Keeping, leaving};
use crate::outbox::Outbox;
use crate::rating::{Callbacks, Delivery, Step, Survey, large_heading, notice};
use crate::stage::Stage;
use crate::view::{El, act, act_with, el};
use crate::words::{self, Words};
pub use wish::Wish;

/// The form that is asked where none is named; the loader of the element carries its first question.
pub const USUAL_FORM: &str = "one-stop-quick";
/// Milliseconds between two tries to learn what is to be asked.
const RETRY_MS: u32 = 10_000;

thread_local! {
    /// The elements that are in the page.
    static MOUNTED: RefCell<Vec<(u32, Rc<Portal>)>> = const { RefCell::new(Vec::new()) };
}

/// One element while it is in the page.
struct Portal {
    stage: Rc<Stage>,
    tell: Function,
    keeping: RefCell<Option<(Outbox, Keeping)>>,
    /// Sends what was answered when the page is left.
    leaving: RefCell<Option<Listener>>,
    /// A finished response that the page around has held back.
    held: RefCell<Option<Response>>,
}

/// Why nobody can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The site's key or the page's origin is not known to the collector.
    Site,
    /// The invite was used, is over or was never given out.
    Link,
    /// There is no such form.
    Form,
    /// No line, no collector.
    Unreachable,
    /// The browser keeps nothing.
    Storage,
}

impl Trouble {
    /// What the page around is told.
    fn code(self) -> &'static str {
        match self {
            Self::Site => "site-refused",
            Self::Link => "invite-over",
            Self::Form => "form-unknown",
            Self::Unreachable => "unreachable",
            Self::Storage => "no-storage",
        }
    }

    /// Key of the words for the citizen.
    fn key(self) -> &'static str {
        match self {
            Self::Link => "error.link",
            Self::Site | Self::Form | Self::Unreachable => "error.unreachable-phone",
            Self::Storage => "error.storage-phone",
        }
    }

    fn of(failure: &Failure, missing: Self) -> Self {
        match failure {
            Failure::Status {
                status: 404 | 410, ..
            } => missing,
            Failure::Refused => Self::Site,
            _ => Self::Unreachable,
        }
    }
}

/// What is asked.
struct Asked {
    form: Arc<Form>,
    words: Arc<Words>,
}

/// Shows the survey in this element of a page: `number` names it from now on, `wish` is a [`Wish`] as JSON, and `tell` is
/// called with the name of each event and its detail as JSON text or null; what it returns counts for `hl-submit` alone,
/// where `false` holds the response back until [`submit`].
#[cfg_attr(feature = "portal", wasm_bindgen)]
pub fn mount(number: u32, element: HtmlElement, wish: &str, tell: Function) {
    let portal = Rc::new(Portal {
        stage: Rc::new(Stage::within(element)),
        tell,
        keeping: RefCell::default(),
        leaving: RefCell::default(),
        held: RefCell::default(),
    });
    MOUNTED.with_borrow_mut(|all| all.push((number, portal.clone())));
    match json::read::<Wish>(wish) {
        Some(wish) => {
            let portal = Rc::downgrade(&portal);
            spawn_local(async move { ask(&portal, wish).await });
        }
        None => portal.trouble(Trouble::Form),
    }
}

/// Takes the survey out of the page, with all that it holds. What was answered is saved and sent.
#[cfg_attr(feature = "portal", wasm_bindgen)]
pub fn unmount(number: u32) {
    let removed = MOUNTED.with_borrow_mut(|all| {
        let at = all.iter().position(|(known, _)| *known == number)?;
        Some(all.swap_remove(at).1)
    });
    let Some(portal) = removed else {
        return;
    };
    let Some((outbox, keeping)) = portal.keeping.take() else {
        return;
    };
    let unsaved = keeping.take_unsaved();
    let held = portal.held.take();
    spawn_local(async move {
        for response in unsaved.into_iter().chain(held) {
            // Nobody was thanked for it.
            let _ = outbox.save(response).await;
        }
        outbox.end_visit();
        outbox.send().await;
    });
}

/// Keeps and sends the response that the page around has held back; `false` when there is none.
#[cfg_attr(feature = "portal", wasm_bindgen)]
pub fn submit(number: u32) -> bool {
    let portal = MOUNTED.with_borrow(|all| {
        let known = all.iter().find(|(known, _)| *known == number);
        known.map(|(_, portal)| portal.clone())
    });
    let held = portal.as_ref().and_then(|portal| portal.held.take());
    match (portal, held) {
        (Some(portal), Some(response)) => {
            if let Some((_, keeping)) = &*portal.keeping.borrow() {
                keeping.finished(response);
            }
            true
        }
        _ => false,
    }
}

/// Asks, as soon as it is known what and in which words; tries again while the line is down.
async fn ask(portal: &Weak<Portal>, wish: Wish) {
    let client = Client::of_portal(&wish.endpoint, wish.site.clone());
    let Ok(outbox) = Outbox::open(client.clone()).await else {
        if let Some(portal) = portal.upgrade() {
            portal.trouble(Trouble::Storage);
        }
        return;
    };
    let mut wish = wish;
    let asked = loop {
        let found = asked(&client, &mut wish).await;
        let Some(portal) = portal.upgrade() else {
            return;
        };
        match found {
            Ok(asked) => break asked,
            Err(trouble) => {
                portal.trouble(trouble);
                if trouble != Trouble::Unreachable {
                    return;
                }
            }
        }
        drop(portal);
        TimeoutFuture::new(RETRY_MS).await;
    };
    if let Some(shown) = portal.upgrade() {
        outbox.begin_visit();
        let portal = portal.clone();
        shown
            .stage
            .show(move || survey(portal, outbox, &wish, &asked));
    }
}

/// The form and the words; an invite decides what the wish leaves to it.
async fn asked(client: &Client, wish: &mut Wish) -> Result<Asked, Trouble> {
    if let Some(token) = &wish.invite {
        let text = client.invite(token).await;
        let text = text.map_err(|failure| Trouble::of(&failure, Trouble::Link))?;
        let invite: Invite = json::read(&text).ok_or(Trouble::Unreachable)?;
        wish.touchpoint = invite.touchpoint;
        wish.scale_order = invite.scale_order.or(wish.scale_order);
        wish.carried
            .take_if(|form| form.id != invite.form || form.version != invite.form_version);
        if wish.carried.is_none() {
            let text = client.form(&invite.form, invite.form_version).await;
            wish.carried = read(text)?;
        }
    }
    let form = match wish.carried.clone() {
        Some(form) => form,
        None => read(client.newest_form(&wish.form).await)?.ok_or(Trouble::Unreachable)?,
    };
    // Words that cannot be had are said in Vietnamese.
    let words = words::from(&wish.words, &wish.lang).await;
    Ok(Asked {
        form: Arc::new(form),
        words: Arc::new(words.unwrap_or_else(Words::vietnamese)),
    })
}

/// The newest version of this form; `None` when it cannot be had.
pub async fn form(client: &Client, id: &str) -> Option<Form> {
    read(client.newest_form(id).await).ok().flatten()
}

fn read(text: Result<String, Failure>) -> Result<Option<Form>, Trouble> {
    text.map(|text| json::read(&text))
        .map_err(|failure| Trouble::of(&failure, Trouble::Form))
}

/// The first question of a form as it stands before the code is there.
#[cfg(feature = "first-screens")]
pub fn first(form: Form) -> El {
    let words = Arc::new(Words::vietnamese());
    let survey = Survey {
        form: Arc::new(form),
        words: words.clone(),
        scale_order: None,
        two_step: false,
        touchpoint: survey::response::Touchpoint::Result,
        channel: survey::response::Channel::Portal,
        dossier: None,
        invite: None,
        enabled: Vec::new(),
        guarded: false,
    };
    base(&words).child(survey.first())
}

/// The survey, told step by step to the page around.
fn survey(portal: Weak<Portal>, outbox: Outbox, wish: &Wish, asked: &Asked) -> El {
    let Some(here) = portal.upgrade() else {
        return el("div");
    };
    let keeping = Keeping::new(outbox.clone());
    here.leaving.replace(leaving(&outbox));
    here.keeping.replace(Some((outbox, keeping)));
    let guarded = here.stage.is_live();
    drop(here);
    let portal = StoredValue::new_local(portal);
    let tell = move |event: &str, detail: Option<String>| {
        portal
            .with_value(Weak::upgrade)
            .is_none_or(|portal| portal.told(event, detail))
    };
    let words = asked.words.clone();
    let survey = Survey {
        form: asked.form.clone(),
        words: words.clone(),
        scale_order: wish.scale_order,
        two_step: false,
        touchpoint: wish.touchpoint,
        channel: wish.channel,
        dossier: wish.dossier.clone().filter(|_| wish.invite.is_none()),
        invite: wish.invite.clone(),
        enabled: Vec::new(),
        guarded,
    };
    let rated = StoredValue::new(String::new());
    let told_last = StoredValue::new(String::new());
    let said = words.clone();
    let callbacks = Callbacks {
        on_answer: act_with(move |response: Response| {
            keeping.answered(response);
            tell("hl-change", None);
        }),
        on_finished: act_with(move |response: Response| {
            rated.set_value(response.id.to_string());
            if tell("hl-submit", Some(quoted("id", &response.id.to_string()))) {
                keeping.finished(response);
            } else if let Some(portal) = portal.with_value(Weak::upgrade) {
                portal.held.replace(Some(response));
            }
        }),
        on_step: Some(act_with(move |step: Step| {
            tell("hl-step", Some(quoted("step", &named(&step))));
        })),
        on_back: None,
        on_leave: act(move || {
            if let Some(portal) = portal.with_value(Weak::upgrade) {
                portal.farewell(&said);
            }
        }),
    };
    let delivery = keeping.delivery();
    let outcome = delivery.clone();
    // Told when the rating is safe, and again when it has to wait.
    let follow_outcome = move |_: &Element| match outcome() {
        Delivery::Pending => {}
        // Safe is said once, and that it has to wait, or has gone after all, only when that is new.
        Delivery::Saved { queued } => {
            let detail = [
                "{\"id\":\"",
                &rated.get_value(),
                "\",\"queued\":",
                &queued.to_string(),
                "}",
            ]
            .concat();
            if told_last.get_value() != detail {
                told_last.set_value(detail.clone());
                tell("hl-saved", Some(detail));
            }
        }
        Delivery::Failed => {
            tell("hl-error", Some(quoted("code", "not-saved")));
        }
    };
    tell("hl-ready", None);
    base(&words)
        .follow(follow_outcome)
        .child(survey.shown(delivery, callbacks))
}

/// What stands around everything that is shown.
fn base(words: &Words) -> El {
    el("div")
        .class("hl-portal")
        .attr("part", "base")
        .attr_of("lang", words.lang().to_owned())
}

/// `{"name":"value"}`; for values without characters that JSON would have to hide.
fn quoted(name: &str, value: &str) -> String {
    ["{\"", name, "\":\"", value, "\"}"].concat()
}

/// What the page around calls a step.
fn named(step: &Step) -> String {
    match step {
        Step::Item(id) => id.clone(),
        Step::Reasons => "reasons".to_owned(),
        Step::Done => "done".to_owned(),
    }
}

impl Portal {
    /// Tells the page around; `false` when it does not want what usually follows.
    fn told(&self, event: &str, detail: Option<String>) -> bool {
        let detail = detail.map_or(JsValue::NULL, JsValue::from);
        let answer = self.tell.call2(&JsValue::NULL, &event.into(), &detail);
        // A listener of the page that throws is the page's affair.
        answer.map_or(true, |answer| answer != JsValue::FALSE)
    }

    fn trouble(self: &Rc<Self>, trouble: Trouble) {
        // The element may have another way to ask, and then says nothing of this.
        if !self.told("hl-error", Some(quoted("code", trouble.code()))) {
            return;
        }
        self.stage.show(move || {
            let words = Arc::new(Words::vietnamese());
            base(&words).child(notice(std::slice::from_ref(&words), trouble.key(), None))
        });
    }

    /// The last screen. A response that was ended without an answer is none.
    fn farewell(self: &Rc<Self>, words: &Arc<Words>) {
        let words = words.clone();
        self.leaving.take();
        if let Some((outbox, keeping)) = self.keeping.take() {
            let unsaved = keeping.take_unsaved();
            spawn_local(async move {
                if let Some(response) = unsaved {
                    // Nobody was thanked for it.
                    let _ = outbox.save(response).await;
                }
                outbox.end_visit();
                outbox.send().await;
            });
        }
        self.stage.show(move || {
            let screen = el("section")
                .class("hl-screen hl-screen--calm")
                .attr("data-screen", "farewell")
                .child(large_heading(words.say("portal.farewell")));
            base(&words).child(screen)
        });
    }
}

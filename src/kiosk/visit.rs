//! One person's visit: dossier, survey, thanks. Made fresh and thrown away whole.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use survey::response::{Channel, Presentation, Response, Touchpoint};

use super::Kiosk;
use super::attract::{demo_note, frame, top};
use super::audio::{self, controls};
use super::confirm::{self, confirm};
use super::display;
use super::dossier::{self, dossier_screen};
use super::idle::Patience;
use super::idle_dialog::idle_dialog;
use super::recent::{Receipt, recent};
use crate::browser;
use crate::keeping::Keeping;
use crate::outbox::{Clock, ClockState};
use crate::rating::{Callbacks, Delivery, Survey};
use crate::view::{El, act, act_with};

/// How long the thanks stand, in milliseconds (ux: 6 to 8 s); twice as long for those who read slowly.
const THANKS_MS: u32 = 7_000;

/// Where the visit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Dossier,
    Confirm(String),
    Survey(Option<String>),
}

/// How long quiet is borne, as the screen is shown now.
pub(super) fn patience(idle_s: Option<u16>) -> Patience {
    Patience::of_visit(idle_s, display::is_large() || audio::is_on())
}

/// How long the thanks stand, as the screen is shown now.
fn thanks_ms() -> u32 {
    if display::is_large() {
        2 * THANKS_MS
    } else {
        THANKS_MS
    }
}

/// The days that are offered for the date of receipt; none while the clock is known to be wrong by an unknown span.
fn recent_days(clock: &Clock) -> Vec<Receipt> {
    match (clock.state, clock.offset_ms) {
        (ClockState::Wrong, None) => Vec::new(),
        (_, offset_ms) => {
            let now_ms = browser::wall_ms() + offset_ms.unwrap_or(0) as f64;
            recent(now_ms, browser::day_of)
        }
    }
}

pub(super) fn visit(kiosk: Rc<Kiosk>, scanned: Option<String>) -> El {
    let words = kiosk.words.borrow().clone();
    let setup = kiosk.setup.borrow().clone();
    let (demo, idle_s) = (setup.device.demo, setup.device.chosen.idle_s);
    let chosen = setup.device.chosen.clone();
    let listen = controls(&words, &kiosk);
    let kiosk = StoredValue::new_local(kiosk);
    let part = RwSignal::new(scanned.map_or(Part::Dossier, Part::Confirm));
    let keeping = kiosk.with_value(|kiosk| Keeping::new(kiosk.outbox.clone()));
    let leave = act(move || {
        let response = keeping.take_unsaved();
        kiosk.with_value(|kiosk| kiosk.end_visit(response));
    });

    // What was read aloud, and that somebody helped, is told with the answers: people answer otherwise then.
    let told_how = move |mut response: Response| {
        response.assisted = display::is_assisted();
        response.audio = kiosk.with_value(|kiosk| kiosk.audio.was_used());
        response
    };

    // The thanks close by themselves.
    let delivery = keeping.delivery();
    let told = delivery.clone();
    let is_kept = Signal::derive(move || matches!(told(), Delivery::Saved { .. }));
    let closing = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |_| {
        if is_kept.get() && closing.with_value(Option::is_none) {
            closing.set_value(Some(Timeout::new(thanks_ms(), move || leave.run(()))));
        }
    });
    let watched = Signal::derive(move || !is_kept.get());

    let said = words.clone();
    frame(&words)
        .child_if(demo.then(|| demo_note(&words)))
        .child(top(&words, listen))
        .child_live(move || {
            Some(match part.get() {
                Part::Dossier => dossier_screen(
                    &said,
                    setup.device.code_prefix.clone(),
                    kiosk.with_value(|kiosk| recent_days(&kiosk.outbox.clock())),
                    dossier::Leads {
                        on_code: act_with(move |code| part.set(Part::Confirm(code))),
                        on_none: act(move || part.set(Part::Survey(None))),
                        on_leave: leave,
                    },
                ),
                Part::Confirm(code) => {
                    let rated = code.clone();
                    let client = kiosk.with_value(|kiosk| kiosk.client.clone());
                    confirm(
                        &said,
                        &code,
                        client,
                        confirm::Leads {
                            on_yes: act(move || {
                                part.set(Part::Survey(Some(rated.clone())));
                            }),
                            on_no: act(move || part.set(Part::Dossier)),
                            on_leave: leave,
                        },
                    )
                }
                Part::Survey(dossier) => {
                    let survey = Survey {
                        form: setup.form.clone(),
                        words: said.clone(),
                        scale_order: chosen.scale_order,
                        two_step: chosen.presentation == Some(Presentation::TwoStep),
                        touchpoint: chosen.touchpoint.unwrap_or(Touchpoint::Result),
                        channel: Channel::Kiosk,
                        dossier,
                        invite: None,
                        enabled: Vec::new(),
                        guarded: true,
                    };
                    survey.shown(
                        delivery.clone(),
                        Callbacks {
                            on_answer: act_with(move |response| {
                                keeping.answered(told_how(response));
                            }),
                            on_finished: act_with(move |response| {
                                keeping.finished(told_how(response));
                            }),
                            on_step: None,
                            on_back: Some(act(move || part.set(Part::Dossier))),
                            on_leave: leave,
                        },
                    )
                }
            })
        })
        .child(idle_dialog(
            &words,
            move || patience(idle_s),
            watched,
            leave,
        ))
}

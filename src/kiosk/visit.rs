//! One person's visit: dossier, survey, thanks. Made fresh and thrown away whole.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use survey::response::{Channel, Response, Touchpoint};

use super::Kiosk;
use super::confirm::Confirm;
use super::dossier::DossierScreen;
use super::idle::Patience;
use super::idle_dialog::IdleDialog;
use crate::rating::{Delivery, SatisfactionSurvey};

/// How long the thanks stand, in milliseconds (ux: 6 to 8 s).
const THANKS_MS: u32 = 7_000;

/// Where the visit stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Dossier,
    Confirm(String),
    Survey(Option<String>),
}

#[component]
pub(super) fn Visit(kiosk: Rc<Kiosk>, scanned: Option<String>) -> impl IntoView {
    let words = kiosk.words.borrow().clone();
    let setup = kiosk.setup.borrow().clone();
    let demo = setup.device.demo;
    let kiosk = StoredValue::new_local(kiosk);
    let part = RwSignal::new(scanned.map_or(Part::Dossier, Part::Confirm));
    let delivery = ArcRwSignal::new(Delivery::Pending);
    let unsaved = StoredValue::new(None::<Response>);

    let leave = Callback::new(move |()| {
        let response = unsaved.try_update_value(Option::take).flatten();
        kiosk.with_value(|kiosk| kiosk.end_visit(response));
    });
    let on_answer = Callback::new(move |response: Response| {
        if response.answers.is_empty() {
            unsaved.set_value(None);
            kiosk.with_value(|kiosk| kiosk.withdraw(&response));
        } else {
            unsaved.set_value(Some(response.clone()));
            kiosk.with_value(|kiosk| kiosk.save(response, unsaved));
        }
    });
    let on_finished = Callback::new({
        let delivery = delivery.clone();
        move |response: Response| {
            unsaved.set_value(None);
            kiosk.with_value(|kiosk| kiosk.keep(response, delivery.clone()));
        }
    });

    // The thanks close by themselves.
    let closing = StoredValue::new_local(None::<Timeout>);
    let delivered = Signal::from(delivery);
    Effect::new(move |_| {
        if matches!(delivered.get(), Delivery::Saved { .. }) && closing.with_value(Option::is_none)
        {
            closing.set_value(Some(Timeout::new(THANKS_MS, move || leave.run(()))));
        }
    });
    let watched = Signal::derive(move || !matches!(delivered.get(), Delivery::Saved { .. }));

    let spoken = words.lang().to_owned();
    let said = StoredValue::new(words.clone());
    let setup = StoredValue::new(setup);
    view! {
        <main class="hl-kiosk" lang=spoken>
            {demo.then(|| view! { <p class="hl-demo">{words.say("demo")}</p> })}
            {move || {
                let words = said.get_value();
                let setup = setup.get_value();
                match part.get() {
                    Part::Dossier => view! {
                        <DossierScreen
                            words
                            prefix=setup.device.code_prefix
                            on_code=Callback::new(move |code| part.set(Part::Confirm(code)))
                            on_none=Callback::new(move |()| part.set(Part::Survey(None)))
                            on_leave=leave
                        />
                    }
                    .into_any(),
                    Part::Confirm(code) => view! {
                        <Confirm
                            words
                            code=code.clone()
                            on_yes=Callback::new(move |()| part.set(Part::Survey(Some(code.clone()))))
                            on_no=Callback::new(move |()| part.set(Part::Dossier))
                            on_leave=leave
                        />
                    }
                    .into_any(),
                    Part::Survey(dossier) => view! {
                        <SatisfactionSurvey
                            form=setup.form
                            words
                            scale_order=setup.device.scale_order
                            touchpoint=setup.device.touchpoint.unwrap_or(Touchpoint::Result)
                            channel=Channel::Kiosk
                            dossier
                            delivery=delivered
                            on_answer
                            on_finished
                            on_back=Callback::new(move |()| part.set(Part::Dossier))
                            on_leave=leave
                        />
                    }
                    .into_any(),
                }
            }}
            <IdleDialog words patience=Patience::VISIT watched on_gone=leave/>
        </main>
    }
}

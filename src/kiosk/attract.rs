//! The screen between two visits: one sentence, one button.

use std::rc::Rc;

use leptos::prelude::*;

use super::Kiosk;
use super::attendant::StaffButton;
use super::wedge::{Input, Wedge};
use crate::rating::TapGuard;

#[component]
pub(super) fn Attract(kiosk: Rc<Kiosk>) -> impl IntoView {
    let words = kiosk.words.borrow().clone();
    let (unit, demo) = {
        let setup = kiosk.setup.borrow();
        (setup.device.unit_name.clone(), setup.device.demo)
    };
    let spoken = words.lang().to_owned();
    let languages = kiosk.languages.clone();
    let kiosk = StoredValue::new_local(kiosk);
    let guard = TapGuard::new();
    guard.arm();
    // A receipt held under the scanner starts the visit; a scan that is no code is asked for again on the next screen.
    let wedge = Wedge::listen(move |input| {
        if let Input::Code(code) = input {
            kiosk.with_value(|kiosk| kiosk.visit(Some(code)));
        }
    });
    let _wedge = StoredValue::new_local(wedge);
    view! {
        <main class="hl-kiosk" lang=spoken.clone() data-guard=guard.attribute()>
            {demo.then(|| view! { <p class="hl-demo">{words.say("demo")}</p> })}
            <section class="hl-screen hl-screen--attract" data-screen="attract">
                <p class="hl-unit">{unit}</p>
                <h1 class="hl-heading hl-heading--large">{words.say("attract.invite")}</h1>
                <p class="hl-hint">{words.say("attract.note")}</p>
                <button
                    class="hl-button hl-button--main hl-button--start"
                    type="button"
                    data-action="start"
                    on:click=move |_| kiosk.with_value(|kiosk| kiosk.visit(None))
                >
                    {words.say("attract.start")}
                </button>
                {(languages.len() > 1)
                    .then(|| {
                        view! {
                            <div class="hl-languages" role="group" aria-label=words.say("attract.languages")>
                                {languages
                                    .into_iter()
                                    .map(|language| {
                                        let lang = language.lang.clone();
                                        view! {
                                            <button
                                                class="hl-button"
                                                type="button"
                                                lang=language.lang.clone()
                                                data-lang=language.lang.clone()
                                                aria-pressed=(language.lang == spoken).to_string()
                                                on:click=move |_| {
                                                    kiosk.with_value(|kiosk| kiosk.speak(lang.clone()));
                                                }
                                            >
                                                {language.name}
                                            </button>
                                        }
                                    })
                                    .collect_view()}
                            </div>
                        }
                    })}
            </section>
            <StaffButton
                words
                on_enter=Callback::new(move |()| kiosk.with_value(|kiosk| kiosk.attend()))
            />
        </main>
    }
}

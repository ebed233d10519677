//! The reasons behind a low rating: boxes to tick, none of them needed.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::actions::Actions;
use super::question::focus_when_shown;
use super::run::Run;
use crate::words::Words;

#[component]
pub(super) fn ReasonsScreen(run: Run, words: Arc<Words>) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    focus_when_shown(heading);
    let lang = words.lang();
    let (question, options) = run.peek(|journey| {
        let offered = journey.form().reasons.as_ref();
        let question = offered.map(|reasons| reasons.text.get(lang).to_owned());
        let options: Vec<(String, String)> = offered
            .into_iter()
            .flat_map(|reasons| &reasons.options)
            .map(|option| (option.id.clone(), option.text.get(lang).to_owned()))
            .collect();
        (question, options)
    });
    view! {
        <section class="hl-screen" data-screen="reasons">
            <fieldset class="hl-question">
                <legend class="hl-question__legend">
                    <h1 class="hl-heading" tabindex="-1" node_ref=heading>{question}</h1>
                </legend>
                <div class="hl-chips">
                    {options
                        .into_iter()
                        .map(|(id, text)| {
                            let (read, tick) = (id.clone(), id.clone());
                            view! {
                                <label class="hl-chip">
                                    <input
                                        class="hl-chip__box"
                                        type="checkbox"
                                        value=id
                                        prop:checked=move || {
                                            run.read(|journey| journey.reasons().contains(&read))
                                        }
                                        on:change=move |event| run.tick(&tick, event_target_checked(&event))
                                    />
                                    <span class="hl-chip__label">{text}</span>
                                </label>
                            }
                        })
                        .collect_view()}
                </div>
            </fieldset>
            <Actions
                on_back=Callback::new(move |()| run.go_back())
                on_restart=Callback::new(move |()| run.restart())
                on_end=Callback::new(move |()| run.end())
                next=words.say("continue")
                on_next=Callback::new(move |()| run.go_on())
                words
            />
        </section>
    }
}

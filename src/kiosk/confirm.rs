//! Asks whether the dossier is the right one by its last digits alone: a passer-by must not read the code.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::rating::{TapGuard, focus_when_shown};
use crate::words::Words;

/// How many characters of the code are shown.
const SHOWN: usize = 4;

#[component]
pub(super) fn Confirm(
    words: Arc<Words>,
    code: String,
    on_yes: Callback<()>,
    on_no: Callback<()>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    focus_when_shown(heading);
    let guard = TapGuard::new();
    guard.arm();
    view! {
        <section class="hl-screen" data-screen="confirm" data-guard=guard.attribute()>
            <h1 class="hl-heading" tabindex="-1" node_ref=heading>{words.say("confirm.ask")}</h1>
            <p class="hl-confirm">
                {words.say("confirm.digits")} " " <strong class="hl-confirm__digits">{last(&code)}</strong>
            </p>
            <div class="hl-actions">
                <button class="hl-button" type="button" data-action="back" on:click=move |_| on_no.run(())>
                    {words.say("confirm.no")}
                </button>
                <button class="hl-button" type="button" data-action="end" on:click=move |_| on_leave.run(())>
                    {words.say("end")}
                </button>
                <button
                    class="hl-button hl-button--next hl-button--main"
                    type="button"
                    data-action="next"
                    on:click=move |_| on_yes.run(())
                >
                    {words.say("confirm.yes")}
                </button>
            </div>
        </section>
    }
}

fn last(code: &str) -> String {
    let skip = code.chars().count().saturating_sub(SHOWN);
    code.chars().skip(skip).collect()
}

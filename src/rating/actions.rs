//! The row of buttons that every screen ends with, always in the same places.

use std::sync::Arc;

use leptos::prelude::*;

use crate::words::Words;

/// Back, start over, end, and on.
#[component]
pub fn Actions(
    /// What the buttons say.
    words: Arc<Words>,
    /// To the screen before.
    on_back: Callback<()>,
    /// To the beginning, with nothing answered.
    on_restart: Callback<()>,
    /// No more questions.
    on_end: Callback<()>,
    /// What the button that leads on says.
    #[prop(into)]
    next: Signal<String>,
    /// Whether leading on is what most people will want now; the button stays quiet until then, so that it does not
    /// draw people past a question.
    #[prop(optional, into)]
    ready: Option<Signal<bool>>,
    /// To the next screen.
    on_next: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="hl-actions">
            <button class="hl-button" type="button" data-action="back" on:click=move |_| on_back.run(())>
                {words.say("back")}
            </button>
            <button class="hl-button" type="button" data-action="restart" on:click=move |_| on_restart.run(())>
                {words.say("restart")}
            </button>
            <button class="hl-button" type="button" data-action="end" on:click=move |_| on_end.run(())>
                {words.say("end")}
            </button>
            <button
                class="hl-button hl-button--next"
                class:hl-button--main=move || ready.is_none_or(|ready| ready.get())
                type="button"
                data-action="next"
                on:click=move |_| on_next.run(())
            >
                {next}
            </button>
        </div>
    }
}

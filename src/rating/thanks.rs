//! The end: thanks when the response is durable, the truth when it is not.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use super::Delivery;
use super::notice::Notice;
use super::question::focus_when_shown;
use crate::words::Words;

#[component]
pub(super) fn Thanks(
    words: Arc<Words>,
    delivery: Signal<Delivery>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let queued = Memo::new(move |_| delivery.get() == Delivery::Saved { queued: true });
    // Another note under the thanks must not draw the screen, and move the focus, again.
    let kind = Memo::new(move |_| match delivery.get() {
        Delivery::Saved { .. } => Delivery::Saved { queued: false },
        other => other,
    });
    move || {
        let words = words.clone();
        match kind.get() {
            Delivery::Pending => view! {
                <section class="hl-screen hl-screen--calm" data-screen="saving">
                    <p class="hl-heading">{words.say("saving")}</p>
                </section>
            }
            .into_any(),
            Delivery::Saved { .. } => view! { <Saved words queued on_leave/> }.into_any(),
            Delivery::Failed => view! {
                <Notice words=vec![words] key="error.not-saved" on_leave=Some(on_leave)/>
            }
            .into_any(),
        }
    }
}

#[component]
fn Saved(words: Arc<Words>, queued: Memo<bool>, on_leave: Callback<()>) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    focus_when_shown(heading);
    let note = words.say("thanks.queued");
    view! {
        <section class="hl-screen hl-screen--calm" data-screen="thanks">
            <h1 class="hl-heading hl-heading--large" tabindex="-1" node_ref=heading>{words.say("thanks")}</h1>
            <p class="hl-hint" role="status">{move || queued.get().then(|| note.clone())}</p>
            <button class="hl-button" type="button" data-action="end" on:click=move |_| on_leave.run(())>
                {words.say("end")}
            </button>
        </section>
    }
}

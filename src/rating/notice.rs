//! Says what is wrong and what to do about it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::words::Words;

/// A trouble and its mend, in each of the languages given.
#[component]
pub fn Notice(
    /// Languages, the most important first.
    words: Vec<Arc<Words>>,
    /// Key of the trouble; `<key>.mend` is what to do.
    key: &'static str,
    /// Shows a button that leaves the notice.
    #[prop(optional_no_strip)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let mend = [key, ".mend"].concat();
    let end = words.first().map(|words| words.say("end"));
    view! {
        <section class="hl-screen hl-screen--calm" data-screen="error" data-error=key role="alert">
            {words
                .iter()
                .map(|words| {
                    view! {
                        <div class="hl-notice" lang=words.lang().to_owned()>
                            <h1 class="hl-heading">{words.say(key)}</h1>
                            <p>{words.say(&mend)}</p>
                        </div>
                    }
                })
                .collect_view()}
            {on_leave
                .map(|on_leave| {
                    view! {
                        <button class="hl-button" type="button" data-action="end" on:click=move |_| on_leave.run(())>
                            {end}
                        </button>
                    }
                })}
        </section>
    }
}

//! A Leptos app that asks for a rating of one dossier. `trunk serve` in this folder, with a collector at [`COLLECTOR`] that
//! has a site for `http://127.0.0.1:8081`:
//!
//! ```sh
//! hai-long site create --name example --origins http://127.0.0.1:8081 --unit UNIT
//! ```
//!
//! The app decides what stands around the survey; the survey asks; the outbox keeps what was answered and sends it.

use std::sync::Arc;

use hai_long::collector::Client;
use hai_long::keeping::Keeping;
use hai_long::outbox::Outbox;
use hai_long::portal;
use hai_long::rating::SatisfactionSurvey;
use hai_long::words::Words;
use leptos::mount::mount_to_body;
use leptos::prelude::*;
use survey::form::Form;
use survey::response::Channel;
use wasm_bindgen_futures::spawn_local;

/// Where the collector is, and the key of this app's site there.
const COLLECTOR: &str = "http://127.0.0.1:8080";
const SITE: Option<&str> = option_env!("HAI_LONG_SITE");

fn main() {
    spawn_local(async {
        let client = Client::of_portal(COLLECTOR, SITE.map(str::to_owned));
        let form = portal::form(&client, portal::USUAL_FORM).await;
        let outbox = Outbox::open(client).await;
        // What is mounted stays for the life of the page.
        match (form, outbox) {
            (Some(form), Ok(outbox)) => mount_to_body(move || view! { <Page form outbox /> }),
            _ => mount_to_body(|| view! { <p>"Chưa kết nối được."</p> }),
        }
    });
}

/// The page: a heading of its own, the survey, and what comes after it.
#[component]
fn Page(
    /// The questionnaire.
    form: Form,
    /// Where ratings wait until the collector has them.
    outbox: Outbox,
) -> impl IntoView {
    let (form, words) = (Arc::new(form), Arc::new(Words::vietnamese()));
    let keeping = Keeping::new(outbox);
    let outcome = keeping.delivery();
    let delivery = Signal::derive(move || outcome());
    let done = RwSignal::new(false);
    view! {
        <h1>"Hồ sơ của Ông/Bà"</h1>
        <Show
            when=move || !done.get()
            fallback=|| view! { <p>"Cảm ơn Ông/Bà."</p> }
        >
            <SatisfactionSurvey
                form=form.clone()
                words=words.clone()
                channel=Channel::Portal
                dossier=Some("H57.132-260804-0583".to_owned())
                delivery
                on_answer=Callback::new(move |response| keeping.answered(response))
                on_finished=Callback::new(move |response| keeping.finished(response))
                on_leave=Callback::new(move |()| done.set(true))
            />
        </Show>
    }
}

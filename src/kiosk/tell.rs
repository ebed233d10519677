//! Tells the attendant why nobody can be served.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::attendant::{Attendant, StaffButton};
use super::setup::Trouble;
use super::stage::Stage;
use crate::rating::Notice;
use crate::words::{self, Language, Words};

/// Shows what is wrong, with the attendant's panel behind it: ratings wait on the device in times of trouble, too.
pub(super) fn tell(
    stage: &Rc<Stage>,
    attendant: Option<Rc<Attendant>>,
    said: Vec<Arc<Words>>,
    trouble: Trouble,
) {
    let again = stage.clone();
    stage.show(move || {
        let staff = attendant.map(|attendant| {
            let words = Arc::new(Words::vietnamese());
            let held = StoredValue::new_local((again, attendant, said.clone()));
            let spoken = words.clone();
            let on_enter = Callback::new(move |()| {
                let (stage, attendant, said) = held.get_value();
                attendant.clone().enter(spoken.clone(), None, move || {
                    tell(&stage, Some(attendant.clone()), said.clone(), trouble);
                });
            });
            view! { <StaffButton words on_enter/> }
        });
        view! {
            <main class="hl-kiosk">
                <Notice words=said key=trouble.key()/>
                {staff}
            </main>
        }
    });
}

/// The words of every language that is served, Vietnamese first: an attendant may read any of them.
pub(super) async fn every_language(languages: &[Language]) -> Vec<Arc<Words>> {
    let mut all = vec![Arc::new(Words::vietnamese())];
    for language in languages {
        if language.lang != all[0].lang() {
            all.extend(words::fetch(&language.lang).await.map(Arc::new));
        }
    }
    all
}

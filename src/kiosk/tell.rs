//! Tells the attendant why nobody can be served.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::attendant::{Attendant, staff_button};
use super::enrol_screen::enrol_screen;
use super::setup::Trouble;
use crate::rating::notice;
use crate::stage::Stage;
use crate::view::{act, el};
use crate::words::Words;

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
            let on_enter = act(move || {
                let (stage, attendant, said) = held.get_value();
                attendant.clone().enter(spoken.clone(), None, move || {
                    tell(&stage, Some(attendant.clone()), said.clone(), trouble);
                });
            });
            staff_button(&words, on_enter)
        });
        el("main")
            .class("hl-kiosk")
            .child(if trouble.needs_a_key() {
                enrol_screen(&said, trouble)
            } else {
                notice(&said, trouble.key(), None)
            })
            .child_if(staff)
    });
}

//! Half a second without taps after each screen change: the second half of a double tap must not answer the next
//! question.

use std::borrow::Cow;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

const GUARD_MS: u32 = 500;

/// While armed, the element with [`TapGuard::attribute`] as its `data-guard` lets no pointer through (see the style).
/// Keys pass: nobody presses a key twice by touching too long.
#[derive(Clone, Copy)]
pub struct TapGuard {
    armed: RwSignal<bool>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
}

impl TapGuard {
    /// A guard that lets taps through until it is armed.
    pub fn new() -> Self {
        Self {
            armed: RwSignal::new(false),
            timer: StoredValue::new_local(None),
        }
    }

    /// Starts the half second, again if it is running.
    pub fn arm(self) {
        self.armed.set(true);
        let armed = self.armed;
        self.timer
            .set_value(Some(Timeout::new(GUARD_MS, move || armed.set(false))));
    }

    /// The value of `data-guard`: present while armed.
    pub fn attribute(self) -> impl Fn() -> Option<Cow<'static, str>> + Copy + Send + 'static {
        move || self.armed.get().then_some(Cow::Borrowed("on"))
    }
}

impl Default for TapGuard {
    fn default() -> Self {
        Self::new()
    }
}

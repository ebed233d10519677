//! The browser's abilities that the widget uses, each owned by a value and given back when it is dropped.

mod chance;
mod clock;
#[cfg(feature = "kiosk")]
mod idle;
mod listener;
mod local;
mod lock;
mod storage;

pub use chance::{chance, new_id};
#[cfg(feature = "kiosk")]
pub use clock::{Day, day_of};
pub use clock::{monotonic_ms, offset_of, rfc3339_now, told_time, wall_ms};
#[cfg(feature = "kiosk")]
pub use idle::idle;
pub use listener::{Listener, Phase};
pub use local::{forget, recall, remember};
pub use lock::{Asked, Lock, lock};
pub use storage::{estimate, persist, persisted};

/// The window, which a page's script always has.
pub fn window() -> web_sys::Window {
    leptos::prelude::window()
}

/// The text in the element of the page with this id, if there is one.
pub fn text_of(id: &str) -> Option<String> {
    window().document()?.get_element_by_id(id)?.text_content()
}

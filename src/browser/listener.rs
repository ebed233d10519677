//! Event listeners that end with their owner.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// When a listener hears an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before the element it is meant for.
    Capture,
    /// At the element, or on its way up.
    Bubble,
}

/// Hears one kind of event from one target until it is dropped.
#[must_use = "a listener hears nothing once it is dropped"]
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    phase: Phase,
    hear: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `hear` for each `event` of `target`.
    pub fn new(
        target: &EventTarget,
        event: &'static str,
        phase: Phase,
        hear: impl FnMut(Event) + 'static,
    ) -> Self {
        Self::boxed(target, event, phase, Box::new(hear))
    }

    /// The same for what is boxed already.
    pub fn boxed(
        target: &EventTarget,
        event: &'static str,
        phase: Phase,
        hear: Box<dyn FnMut(Event)>,
    ) -> Self {
        let hear = Closure::wrap(hear);
        // Fails only for a target that is no target, which the type rules out.
        let _ = target.add_event_listener_with_callback_and_bool(
            event,
            hear.as_ref().unchecked_ref(),
            phase == Phase::Capture,
        );
        Self {
            target: target.clone(),
            event,
            phase,
            hear,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback_and_bool(
            self.event,
            self.hear.as_ref().unchecked_ref(),
            self.phase == Phase::Capture,
        );
    }
}

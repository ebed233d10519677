//! A text that no prompt says, by a voice of the device (Web Speech). Only a voice that works without a network: what
//! stands on a citizen's screen is told to nobody's server.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{SpeechSynthesis, SpeechSynthesisUtterance, SpeechSynthesisVoice};

use crate::browser::{self, Listener, Phase};

/// What is being spoken; silent when dropped.
pub struct Speech {
    engine: SpeechSynthesis,
    _ended: [Listener; 2],
}

impl Speech {
    /// Speaks, at this pace and loudness; `None` where there is no such voice. Calls `ended` when it is through.
    pub fn begin(
        text: &str,
        lang: &str,
        (pace, loudness): (f64, f64),
        ended: impl Fn() + Clone + 'static,
    ) -> Option<Self> {
        // Missing altogether in some browsers.
        let engine: SpeechSynthesis = Reflect::get(&browser::window(), &"speechSynthesis".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let voice = engine
            .get_voices()
            .iter()
            .filter_map(|voice| voice.dyn_into::<SpeechSynthesisVoice>().ok())
            .find(|voice| voice.local_service() && speaks(&voice.lang(), lang))?;
        let utterance = SpeechSynthesisUtterance::new_with_text(text).ok()?;
        utterance.set_voice(Some(&voice));
        utterance.set_lang(&voice.lang());
        utterance.set_rate(pace as f32);
        utterance.set_volume(loudness as f32);
        let ended = ["end", "error"].map(|event| {
            let ended = ended.clone();
            Listener::new(&utterance, event, Phase::Bubble, move |_| ended())
        });
        engine.speak(&utterance);
        Some(Self {
            engine,
            _ended: ended,
        })
    }

    /// Holds it, or goes on.
    pub fn set_paused(&self, paused: bool) {
        if paused {
            self.engine.pause();
        } else {
            self.engine.resume();
        }
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        self.engine.cancel();
    }
}

/// Is a voice of the language `vi-VN`, or `vi_VN` as some systems write it, one of `vi`?
fn speaks(voice: &str, lang: &str) -> bool {
    let primary = voice.split(['-', '_']).next().unwrap_or_default();
    primary.eq_ignore_ascii_case(lang)
}

#[cfg(test)]
mod tests {
    use super::speaks;

    #[test]
    fn a_voice_speaks_its_language_in_any_region() {
        assert!(speaks("vi-VN", "vi") && speaks("vi_VN", "vi") && speaks("VI", "vi"));
        assert!(!speaks("en-US", "vi") && !speaks("vie", "vi") && !speaks("", "vi"));
    }
}

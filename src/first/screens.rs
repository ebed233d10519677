//! The static first screens, from the same elements as the live ones.

use std::fmt;
use std::sync::Arc;

use leptos::prelude::*;
use serde_json::{Value, json};
use survey::form::{Form, load, shipped};
use survey::response::{Channel, Touchpoint};

use crate::kiosk::{Attract, listen_button};
use crate::phone::Frame;
use crate::portal::{self, USUAL_FORM};
use crate::rating::Survey;
use crate::view::{act_with, el};
use crate::words::{Language, Words};

/// The screens as the build wants them; its `Display` is JSON.
///
/// `portal` is the first question of the usual form as a tree, with the form.
pub struct Screens(Value);

impl Screens {
    /// The kiosk's attract screen, and the first question of every shipped form and of `own` ones (JSON texts), in
    /// Vietnamese.
    pub fn of(languages: &[Language], own: &[String]) -> Result<Self, String> {
        let owner = Owner::new();
        owner.with(|| {
            let words = Words::vietnamese();
            let attract = Attract {
                unit: None,
                demo: false,
                languages: languages.to_vec(),
            };
            let kiosk = attract.screen(&words, listen_button(&words), || (), act_with(|_| ()));
            let kiosk = kiosk.child(hidden_demo_note(&words)).html();
            let own = own
                .iter()
                .map(|text| ("a form of the authority", text.as_str()));
            let phone: Result<Vec<Value>, String> = shipped()
                .iter()
                .copied()
                .chain(own)
                .map(|(file, text)| {
                    let form = load(text, file).map_err(|faults| format!("{faults:?}"))?;
                    first_question(form, languages)
                })
                .collect();
            let usual = shipped()
                .iter()
                .filter_map(|(file, text)| load(text, file).ok())
                .find(|form| form.id == USUAL_FORM)
                .ok_or("the usual form is not shipped")?;
            let portal = json!({ "form": usual, "tree": portal::first(usual).tree() });
            Ok(Self(
                json!({ "kiosk": kiosk, "phone": phone?, "portal": portal }),
            ))
        })
    }
}

impl fmt::Display for Screens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn first_question(form: Form, languages: &[Language]) -> Result<Value, String> {
    let (id, version) = (form.id.clone(), form.version);
    let json = serde_json::to_string(&form).map_err(|fault| fault.to_string())?;
    let words = Arc::new(Words::vietnamese());
    let survey = Survey {
        form: Arc::new(form),
        words: words.clone(),
        scale_order: None,
        two_step: false,
        touchpoint: Touchpoint::Result,
        channel: Channel::Phone,
        dossier: None,
        invite: None,
        enabled: Vec::new(),
        guarded: false,
    };
    let frame = Frame {
        languages: languages.to_vec(),
        ..Frame::default()
    };
    let frame = frame.around(&words, survey.first(), || true, act_with(|_| ()));
    let html = frame.child(hidden_demo_note(&words)).html();
    Ok(json!({ "form": id, "version": version, "html": html, "json": json }))
}

/// Shown by `src/loader/fill.js` where the data are made up.
fn hidden_demo_note(words: &Words) -> crate::view::El {
    el("p")
        .class("hl-demo")
        .attr("data-demo", "")
        .attr("hidden", "")
        .text(words.say("demo"))
}

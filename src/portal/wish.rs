//! What the element asks for, by its attributes.

use survey::form::Form;
use survey::response::{Channel, ScaleOrder, Touchpoint};

#[cfg(not(target_arch = "wasm32"))]
use serde::Deserialize;

/// What the element asks for: its attributes, and what its loader carries.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(target_arch = "wasm32"), derive(Deserialize))]
#[cfg_attr(not(target_arch = "wasm32"), serde(default))]
pub struct Wish {
    /// `https://host` of the collector.
    pub endpoint: String,
    /// Key of the portal's site.
    pub site: Option<String>,
    /// Id of the form.
    pub form: String,
    /// The form itself, where the loader carries it.
    pub carried: Option<Form>,
    /// The dossier that is rated.
    pub dossier: Option<String>,
    /// The right to rate that the person brought; it decides about form, moment and order.
    pub invite: Option<String>,
    /// The moment of the procedure.
    pub touchpoint: Touchpoint,
    /// The door that is told to the collector.
    pub channel: Channel,
    /// Language of the words.
    pub lang: String,
    /// Folder of the words of other languages.
    pub words: String,
    /// Order of the levels.
    pub scale_order: Option<ScaleOrder>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            site: None,
            form: String::new(),
            carried: None,
            dossier: None,
            invite: None,
            touchpoint: Touchpoint::Result,
            channel: Channel::Portal,
            lang: survey::text::Lang::DEFAULT.to_owned(),
            words: String::new(),
            scale_order: None,
        }
    }
}

#[cfg(target_arch = "wasm32")]
impl survey::read::Read for Wish {
    fn read(node: &impl survey::read::Node) -> Option<Self> {
        let usual = Self::default();
        Some(Self {
            endpoint: node.get("endpoint")?,
            site: node.get("site"),
            form: node.get("form")?,
            carried: node.get("carried"),
            dossier: node.get("dossier"),
            invite: node.get("invite"),
            touchpoint: node.get("touchpoint").unwrap_or(usual.touchpoint),
            channel: match node.get::<String>("channel").as_deref() {
                Some("phone") => Channel::Phone,
                _ => usual.channel,
            },
            lang: node.get("lang").unwrap_or(usual.lang),
            words: node.get("words")?,
            scale_order: node.get("scale_order"),
        })
    }
}

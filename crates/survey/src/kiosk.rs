//! How a kiosk is set up beyond its unit and its form: set at the collector, kept by the device.

use serde::{Deserialize, Serialize};

#[cfg(feature = "server")]
use crate::response::Fault;
use crate::response::{Presentation, ScaleOrder, Touchpoint};

/// What the authority has chosen for a kiosk. What is not chosen is as the form and the product have it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct KioskSettings {
    /// The moment of the procedure at which people stand there; the handing over of the result if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touchpoint: Option<Touchpoint>,
    /// Order of the levels, unless the form prescribes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_order: Option<ScaleOrder>,
    /// How levels with faces are asked: `faces` (all at once) if absent, or `two-step`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presentation: Option<Presentation>,
    /// Tags of the languages to choose from, in this order; all that are served if empty. Vietnamese is always there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Seconds of quiet, 20 to 180, after which the kiosk asks whether somebody is there; 45 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_s: Option<u16>,
    /// Diagonal of the screen in inches, 5 to 100, from which sizes in millimetres follow; 100 pixels an inch if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen_inches: Option<f64>,
}

#[cfg(feature = "server")]
impl KioskSettings {
    /// Most languages that a screen has room for.
    pub const MOST_LANGUAGES: usize = 12;
    /// Longest language tag, in bytes.
    const LONGEST_TAG: usize = 16;

    /// The first thing that is wrong.
    pub fn fault(&self) -> Option<Fault> {
        let bad = |field, message| Some(Fault::new(field, "bad-value", message));
        if self.presentation == Some(Presentation::Words) {
            return bad(
                "presentation",
                "write \"faces\" or \"two-step\"; words alone are for paper".to_owned(),
            );
        }
        if let Some(idle_s) = self.idle_s
            && !(20..=180).contains(&idle_s)
        {
            return bad("idle_s", "write 20 to 180 seconds".to_owned());
        }
        if let Some(inches) = self.screen_inches
            && !(5.0..=100.0).contains(&inches)
        {
            return bad("screen_inches", "write 5 to 100 inches".to_owned());
        }
        if self.languages.len() > Self::MOST_LANGUAGES {
            return bad(
                "languages",
                format!("name at most {} languages", Self::MOST_LANGUAGES),
            );
        }
        for (at, tag) in self.languages.iter().enumerate() {
            let well_formed = (2..=Self::LONGEST_TAG).contains(&tag.len())
                && tag
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if !well_formed {
                return bad(
                    "languages",
                    format!("{tag:?} is no language tag; write such as vi, en, km"),
                );
            }
            if self.languages[..at].contains(tag) {
                return bad(
                    "languages",
                    format!("{tag:?} stands there twice; name it once"),
                );
            }
        }
        None
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn nothing_chosen_is_an_empty_object() {
        let none = KioskSettings::default();
        assert_eq!(serde_json::to_string(&none).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<KioskSettings>("{}").unwrap(), none);
        assert_eq!(none.fault(), None);
    }

    #[test]
    fn what_a_screen_cannot_be_is_refused_by_its_field() {
        for (text, field) in [
            (r#"{"idle_s":19}"#, "idle_s"),
            (r#"{"idle_s":181}"#, "idle_s"),
            (r#"{"screen_inches":4.9}"#, "screen_inches"),
            (r#"{"screen_inches":1000}"#, "screen_inches"),
            (r#"{"presentation":"words"}"#, "presentation"),
            (r#"{"languages":["vi","vi"]}"#, "languages"),
            (r#"{"languages":["tiếng"]}"#, "languages"),
            (r#"{"languages":["v"]}"#, "languages"),
        ] {
            let settings: KioskSettings = serde_json::from_str(text).unwrap();
            assert_eq!(
                settings.fault().map(|fault| fault.field),
                Some(field.to_owned()),
                "{text}"
            );
        }
        let good = r#"{"idle_s":20,"screen_inches":21.5,"presentation":"two-step","languages":["vi","en","km"]}"#;
        assert_eq!(
            serde_json::from_str::<KioskSettings>(good).unwrap().fault(),
            None
        );
    }
}

//! Changes of a kiosk's settings as they are written by people: at the command line and on the staff page.

use serde_json::{Map, Value};
use survey::kiosk::KioskSettings;
use survey::response::Fault;

/// What takes a choice back.
pub const DEFAULT: &str = "default";

/// One field with what was written for it.
pub type Written<'a> = (&'static str, &'a str);

/// The settings with these fields changed; an empty text or `default` takes a choice back. Languages are separated by commas.
///
/// # Errors
/// The first field that is wrong, and how to mend it.
pub fn changed(settings: &KioskSettings, written: &[Written<'_>]) -> Result<KioskSettings, Fault> {
    let mut fields = match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    for (field, text) in written {
        let text = text.trim();
        if text.is_empty() || text == DEFAULT {
            fields.remove(*field);
        } else {
            fields.insert((*field).to_owned(), value(field, text)?);
            // Read one by one, so that a fault has the name of its field.
            read(&fields, field)?;
        }
    }
    let settings = read(&fields, "settings")?;
    match settings.fault() {
        Some(fault) => Err(fault),
        None => Ok(settings),
    }
}

fn value(field: &str, text: &str) -> Result<Value, Fault> {
    let bad = |message: &str| Fault::new(field, "bad-value", message);
    Ok(match field {
        "languages" => text.split(',').map(str::trim).collect(),
        "idle_s" => text
            .parse::<u16>()
            .map_err(|_| bad("write a whole number of seconds, 20 to 180"))?
            .into(),
        "screen_inches" => {
            let inches = text.replace(',', ".").parse::<f64>();
            let inches = inches.ok().and_then(serde_json::Number::from_f64);
            Value::Number(inches.ok_or_else(|| bad("write the diagonal in inches, such as 15.6"))?)
        }
        _ => text.into(),
    })
}

fn read(fields: &Map<String, Value>, field: &str) -> Result<KioskSettings, Fault> {
    serde_json::from_value(Value::Object(fields.clone()))
        .map_err(|error| Fault::new(field, "bad-value", error.to_string()))
}

#[cfg(test)]
mod tests {
    use survey::response::{Presentation, ScaleOrder, Touchpoint};

    use super::*;

    #[test]
    fn what_is_written_is_set_and_the_rest_stays() {
        let before = KioskSettings {
            idle_s: Some(60),
            touchpoint: Some(Touchpoint::Receipt),
            ..KioskSettings::default()
        };
        let written = [
            ("languages", " vi, km ,en"),
            ("screen_inches", "15,6"),
            ("presentation", "two-step"),
            ("scale_order", "descending"),
            ("touchpoint", ""),
        ];
        let after = changed(&before, &written).unwrap();
        assert_eq!(
            after,
            KioskSettings {
                touchpoint: None,
                scale_order: Some(ScaleOrder::Descending),
                presentation: Some(Presentation::TwoStep),
                languages: vec!["vi".into(), "km".into(), "en".into()],
                idle_s: Some(60),
                screen_inches: Some(15.6),
            }
        );
        let back = changed(&after, &[("idle_s", DEFAULT), ("languages", DEFAULT)]).unwrap();
        assert_eq!((back.idle_s, back.languages.len()), (None, 0));
    }

    #[test]
    fn a_fault_names_its_field() {
        for (field, text) in [
            ("idle_s", "soon"),
            ("idle_s", "-5"),
            ("idle_s", "999"),
            ("screen_inches", "NaN"),
            ("screen_inches", "huge"),
            ("touchpoint", "lunch"),
            ("scale_order", "random"),
            ("presentation", "stars"),
            ("languages", "vi,,en"),
        ] {
            let fault = changed(&KioskSettings::default(), &[(field, text)]).unwrap_err();
            assert_eq!(fault.field, field, "{text}");
        }
    }
}

//! An authority's own rules of flags, and its holidays.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use collector::store::calendar::day_number;
use jiff::civil::{Date, date};
use statistics::flag::Rules;

use crate::settings::Common;

/// The rules that the settings name, with the holidays that they name; none where the shipped ones hold as they are.
pub fn rules(common: &Common) -> Result<Option<Arc<Rules>>> {
    let own = common
        .flag_rules
        .as_deref()
        .map(|path| {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("the flag rules {} cannot be read", path.display()))?;
            read(&text).with_context(|| format!("the flag rules {} are faulty", path.display()))
        })
        .transpose()?;
    if own.is_none() && common.holidays.is_empty() {
        return Ok(None);
    }
    let rules = own.unwrap_or_else(|| Rules::shipped().clone());
    Ok(Some(Arc::new(Rules {
        holidays: numbered(&common.holidays),
        ..rules
    })))
}

/// Days as the rules count them.
fn numbered(days: &BTreeSet<Date>) -> BTreeSet<i64> {
    let first = day_number(date(1970, 1, 1));
    let days = days.iter();
    days.map(|&day| i64::from(day_number(day)) - i64::from(first))
        .collect()
}

/// Reads and checks rules; an error names the field.
fn read(text: &str) -> Result<Rules> {
    // For the place of a fault of shape; the other checks name rule and field themselves.
    let json = &mut serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize::<_, Rules>(json)
        .map_err(|error| anyhow::anyhow!("{}: {}", error.path(), error.inner()))?;
    Ok(Rules::load(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970_on() {
        let days = [date(1969, 12, 31), date(1970, 1, 1), date(2026, 9, 2)];
        assert_eq!(numbered(&days.into()), [-1, 0, 20_698].into());
    }

    #[test]
    fn a_fault_is_told_with_its_field() {
        let said = |text: &str| format!("{:#}", read(text).unwrap_err());
        let rule = |test: &str| {
            format!(
                r#"{{"version": 3, "utc-offset-minutes": 420, "rules": [{{"id": "a", "test": {test},
                "label": {{"vi": "A", "en": "A"}}, "explanation": {{"vi": "A", "en": "A"}}, "innocent": {{"vi": "A", "en": "A"}}}}]}}"#
            )
        };
        let sound = rule(r#"{"kind": "burst", "responses": 5, "within-seconds": 60}"#);
        assert_eq!(read(&sound).unwrap().version, 3);
        let lacking = said(&rule(r#"{"kind": "burst", "responses": 5}"#));
        assert!(
            lacking.contains("rules[0].test") && lacking.contains("within-seconds"),
            "{lacking}"
        );
        let odd = said(&rule(
            r#"{"kind": "burst", "responses": 1, "within-seconds": 60}"#,
        ));
        assert_eq!(odd, "rule a: responses: one is no series; write 2 or more");
        assert!(said(r#"{"version": "x"}"#).starts_with("version: "));
    }
}

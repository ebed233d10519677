//! What is asked of the officers' pages: every page that there is, with and without choices, and its files.

use collector::staff::PAGES;

use super::data::{field, procedure_code, unit_code};

/// A page's answer goes into the goal if it is this; others (a page that needs more than a choice) are told apart.
pub const GOAL_MS: f64 = 300.0;

/// Choices of the form above every page, by name.
fn choices() -> Vec<(&'static str, String)> {
    let unit = unit_code(3);
    let days = "from=2026-04-01&to=2026-06-30";
    vec![
        ("no choice", String::new()),
        ("a quarter", days.to_owned()),
        (
            "days inside months",
            "from=2026-02-11&to=2026-08-20".to_owned(),
        ),
        ("one unit", format!("unit={unit}")),
        (
            "unit, field, quarter",
            format!("unit={unit}&field={}&{days}", encoded(&field(5))),
        ),
        (
            "unit, procedure",
            format!("unit={unit}&procedure={}", procedure_code(5)),
        ),
        ("from kiosks", "channel=kiosk".to_owned()),
        ("known dossiers", "provenance=dossier".to_owned()),
        ("all units", "all=1".to_owned()),
        ("units as they are today", "units=as-is".to_owned()),
        ("weighted to the dossiers", "weights=raked".to_owned()),
    ]
}

/// A question to the collector.
pub struct Question {
    /// What it is, in words.
    pub name: String,
    /// Path and query.
    pub path: String,
}

/// Every page with every choice, then its files without a choice.
pub fn staff() -> Vec<Question> {
    let mut questions = Vec::new();
    for page in PAGES {
        let path = format!("/staff{page}");
        let asked = |name: &str, query: &str| Question {
            name: format!("{path}: {name}"),
            path: match query {
                "" => path.clone(),
                query => format!("{path}?{query}"),
            },
        };
        questions.extend(choices().iter().map(|(name, query)| asked(name, query)));
        for export in ["csv", "csv-comma", "xlsx"] {
            questions.push(asked(export, &format!("export={export}")));
        }
    }
    questions
}

/// Coverage over the API.
pub fn coverage() -> Vec<Question> {
    let quarter = "from=2026-04-01&to=2026-06-30";
    [
        ("the whole", String::new()),
        ("by unit", "by=unit".to_owned()),
        (
            "by unit, as they are today",
            "by=unit&units=as-is".to_owned(),
        ),
        (
            "by field, filing channel",
            "by=field,filing_channel".to_owned(),
        ),
        (
            "by unit, procedure, month, timeliness",
            "by=unit,procedure,month,timeliness".to_owned(),
        ),
        ("a quarter by unit", format!("by=unit&{quarter}")),
        (
            "one unit by procedure",
            format!("by=procedure&unit={}", unit_code(3)),
        ),
    ]
    .map(|(name, query)| Question {
        name: format!("/api/v1/coverage: {name}"),
        path: format!("/api/v1/coverage?{query}"),
    })
    .into()
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

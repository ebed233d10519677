//! What is asked: every page of the officers that there is, with and without choices, and its files; what everybody sees; and
//! the same figures over the API.

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

/// What the public is given, what an officer sees of it before, and pages that need more than a choice.
pub fn published() -> Vec<Question> {
    let preview = TABLES.split(',').fold(
        "/staff/publish?form=one-stop-quick:1&period=2026-Q3".to_owned(),
        |path, table| path + "&tables=" + table,
    );
    let unit = unit_code(3);
    [
        ("/public", "/public".to_owned()),
        (
            "/public: a quarter",
            "/public?release=one-stop-quick-1-2026-Q1".to_owned(),
        ),
        ("/public: all units", "/public?all=1".to_owned()),
        ("/public: xlsx", "/public?export=xlsx".to_owned()),
        ("/wall/all", "/wall/all".to_owned()),
        ("/wall/{unit}", format!("/wall/{unit}")),
        ("/api/v1/releases", "/api/v1/releases".to_owned()),
        (
            "/api/v1/index: a table of a release",
            "/api/v1/index?form=one-stop-quick&by=unit".to_owned(),
        ),
        ("/staff/publish: preview of a quarter", preview),
        ("/staff/reports/one", "/staff/reports/one?id=1".to_owned()),
        (
            "/staff/print/items: nine indicators",
            "/staff/print/items?form=one-stop-nine".to_owned(),
        ),
        (
            "/staff/comments: nine months",
            "/staff/comments?from=2026-01-01".to_owned(),
        ),
    ]
    .map(|(name, path)| Question {
        name: name.to_owned(),
        path,
    })
    .into()
}

/// Tables of each release.
pub const TABLES: &str = "unit,field,channel,item,unit-item";
/// Quarters that are published; the one after them is previewed.
pub const QUARTERS: [&str; 2] = ["2026-Q1", "2026-Q2"];

/// Figures over the API, with a key.
pub fn api() -> Vec<Question> {
    let quarter = "from=2026-04-01&to=2026-06-30";
    let form = "form=one-stop-quick";
    let unit = unit_code(3);
    [
        ("coverage: the whole", "coverage".to_owned()),
        ("coverage: by unit", "coverage?by=unit".to_owned()),
        (
            "coverage: by unit, as they are today",
            "coverage?by=unit&units=as-is".to_owned(),
        ),
        (
            "coverage: by field, filing channel",
            "coverage?by=field,filing_channel".to_owned(),
        ),
        (
            "coverage: by unit, procedure, month, timeliness",
            "coverage?by=unit,procedure,month,timeliness".to_owned(),
        ),
        (
            "coverage: a quarter by unit",
            format!("coverage?by=unit&{quarter}"),
        ),
        (
            "coverage: one unit by procedure",
            format!("coverage?by=procedure&unit={unit}"),
        ),
        ("index: by unit", format!("index?{form}&by=unit")),
        (
            "index: a quarter by unit, field",
            format!("index?{form}&by=unit,field&{quarter}"),
        ),
        ("index: weighted", format!("index?{form}&weights=raked")),
        ("ranks", format!("ranks?{form}")),
        ("trend", format!("trend?{form}")),
        ("flags", format!("flags?{form}")),
        ("reasons", format!("reasons?{form}")),
        ("reasons: a year", format!("reasons?{form}&from=2026-01-01")),
        ("reports", "reports".to_owned()),
        ("qd766: a quarter", format!("qd766?{quarter}")),
        ("evaluation", "evaluation".to_owned()),
        (
            "evaluation: a quarter of one unit",
            format!("evaluation?unit={unit}&{quarter}"),
        ),
    ]
    .map(|(name, path)| Question {
        name: format!("/api/v1/{name}"),
        path: format!("/api/v1/{path}"),
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

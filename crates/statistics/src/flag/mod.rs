//! Which responses look odd, and why: rules as data, a pure function, an explanation for people.
//!
//! A flag is a reason to look, never proof, and never a reason to drop a response: figures are given with and without
//! flagged ones. What each rule looks for, its thresholds and its words stand in `rules/flags.json`; what would explain
//! it innocently stands beside it, so that nobody is accused by a number.

mod detect;
mod rules;

use std::collections::BTreeMap;

use survey::answers::Packed;
use survey::response::Channel;

pub use rules::{OfficeHours, Rule, Rules, RulesError, Test, TimeOfDay};

/// What is known of the dossier that a response names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dossier {
    /// It names none, as paper forms and walk-in ratings do.
    NotNamed,
    /// The collector has no such dossier.
    Unknown,
    /// The dossier is not finished, although the response was given with its result.
    Unfinished,
    /// All is well.
    Known,
}

/// What the rules look at of one response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its place in the log; no other response of the same call has it.
    pub row: u64,
    /// When it was given: seconds since 1970 in UTC, by the clock that is trusted more.
    pub at: i64,
    /// The device that sent it, by a number of the caller's, where it is an enrolled one. A citizen's phone is none.
    pub device: Option<u64>,
    /// The counter or unit that it is about, by a number of the caller's.
    pub counter: u64,
    /// Through which door it came.
    pub channel: Channel,
    /// From the first touch to the last, in milliseconds, where it was measured.
    pub elapsed_ms: Option<u64>,
    /// Its answers: one byte an item.
    pub answers: Packed,
    /// What is known of its dossier.
    pub dossier: Dossier,
    /// The table of units has its unit.
    pub known_unit: bool,
    /// It named another unit than the one it was placed at.
    pub other_unit: bool,
    /// Given with help.
    pub assisted: bool,
    /// By how much the device's clock was ahead, in milliseconds, where it is known.
    pub clock_offset_ms: Option<i64>,
}

impl Facts {
    /// The levels that were given, in the order of the items.
    fn levels(&self) -> impl Iterator<Item = u8> {
        self.answers
            .0
            .iter()
            .copied()
            .filter(|&byte| byte <= Packed::MAX_LEVEL)
    }
}

/// One flag on one response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised<'a> {
    /// The response: [`Facts::row`].
    pub row: u64,
    /// The rule.
    pub rule: &'a Rule,
    /// What was found, by the names in the braces of the rule's explanation.
    pub found: BTreeMap<&'static str, i64>,
}

impl Raised<'_> {
    /// Why, in a sentence: in `lang`, else in Vietnamese.
    pub fn explain(&self, lang: &str) -> String {
        let text = self.rule.explanation.get(lang).to_owned();
        self.found.iter().fold(text, |text, (name, number)| {
            text.replace(&format!("{{{name}}}"), &number.to_string())
        })
    }
}

/// Every flag that the rules raise on these responses, by row and then in the order of the rules.
///
/// Responses may be given in any order. Rules about series (bursts, identical answers, straight lines in a row, many counters) see only what is
/// given, so give all of a day and a device, and some of the day before. A response carries each rule at most once.
pub fn flags<'a>(rules: &'a Rules, responses: &[Facts]) -> Vec<Raised<'a>> {
    let devices = detect::by_device(responses);
    let mut raised: Vec<_> = rules
        .rules
        .iter()
        .enumerate()
        .flat_map(|(at, rule)| {
            let found = detect::find(&rule.test, rules, responses, &devices);
            found
                .into_iter()
                .map(move |(row, found)| (row, at, Raised { row, rule, found }))
        })
        .collect();
    raised.sort_by_key(|&(row, at, _)| (row, at));
    raised.into_iter().map(|(_, _, raised)| raised).collect()
}

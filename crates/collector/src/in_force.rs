//! The rules that figures are made by, as they stand in the settings and in the forms. They are no data of the store, so a
//! change of them would leave no trace: each start of the server notes them and writes down what differs from the start before.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use statistics::flag::Rules;

use crate::delay::Delay;
use crate::forms::FormBook;
use crate::reports::due::DueRule;
use crate::store::{Deed, Entry};

/// Days in one entry of the log: with more, its end would be cut off.
const DAYS_AN_ENTRY: usize = 20;
/// Hexadecimal digits of a digest: 128 bits, so that nobody makes two files that pass for one.
const DIGEST: usize = 32;

/// Rules as they stand, in the words that the log tells them by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InForce {
    /// By the name of the setting.
    settings: BTreeMap<String, String>,
    /// By id and version.
    forms: BTreeMap<String, String>,
    holidays: BTreeSet<Date>,
}

impl InForce {
    /// Rules of these settings and files.
    ///
    /// # Errors
    ///
    /// When a form or the rules of flags cannot be written as JSON, to make their digest.
    pub fn of(
        threshold: u64,
        delay: Delay,
        due: &DueRule,
        qd766_points: Option<[f64; 3]>,
        flags: &Rules,
        forms: &FormBook,
    ) -> Result<Self, serde_json::Error> {
        let split = qd766_points.map_or_else(
            || "not set".to_owned(),
            |points| points.map(|one| one.to_string()).join(", "),
        );
        let flags = format!("version {}, digest {}", flags.version, digest(flags)?);
        let settings = [
            ("threshold", threshold.to_string()),
            ("report-delay-hours", delay.hours().to_string()),
            ("report-days", due.days.to_string()),
            ("qd766-points", split),
            ("flag-rules", flags),
        ];
        let forms = forms.iter().map(|form| {
            let name = format!("{} {}", form.id, form.version);
            Ok((name, format!("digest {}", digest(&**form)?)))
        });
        Ok(Self {
            settings: settings.map(|(name, told)| (name.to_owned(), told)).into(),
            forms: forms.collect::<Result<_, serde_json::Error>>()?,
            holidays: due.holidays.clone(),
        })
    }

    /// What is to be written down when these rules take the place of `before`: an entry for each thing that differs.
    ///
    /// The first start writes one entry that tells the rules in short: without it, nobody could tell a log in which nothing
    /// was changed from one of a time when changes were not written down.
    pub fn since(&self, before: Option<&Self>, who: &str, at: Timestamp) -> Vec<Entry> {
        let entry =
            |about: &str, detail: &str| Entry::at(at, who, Deed::RulesChange, about, detail);
        let Some(before) = before else {
            return vec![entry("all", &self.in_short())];
        };
        let mut entries = Vec::new();
        for (about, told) in differences(&before.settings, &self.settings) {
            entries.push(entry(about, &told));
        }
        for (form, told) in differences(&before.forms, &self.forms) {
            entries.push(entry(&format!("form {form}"), &told));
        }
        for (what, these, others) in [
            ("added", &self.holidays, &before.holidays),
            ("removed", &before.holidays, &self.holidays),
        ] {
            let days: Vec<String> = these.difference(others).map(Date::to_string).collect();
            for days in days.chunks(DAYS_AN_ENTRY) {
                entries.push(entry("holidays", &format!("{what}: {}", days.join(", "))));
            }
        }
        entries
    }

    fn in_short(&self) -> String {
        let settings = self.settings.iter();
        let settings: Vec<String> = settings
            .map(|(name, told)| format!("{name} {told}"))
            .collect();
        format!(
            "changes are written down from now on; {}; holidays: {}; forms: {}",
            settings.join("; "),
            self.holidays.len(),
            self.forms.len()
        )
    }
}

/// What is new, gone or otherwise than before, by name.
fn differences<'a>(
    before: &'a BTreeMap<String, String>,
    now: &'a BTreeMap<String, String>,
) -> Vec<(&'a str, String)> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differences = names.into_iter().filter_map(|name| {
        let told = match (before.get(name), now.get(name)) {
            (Some(old), Some(new)) if old == new => return None,
            (Some(old), Some(new)) => format!("was {old}; is {new}"),
            (Some(old), None) => format!("gone; was {old}"),
            (None, new) => format!("new: {}", new.map_or("", String::as_str)),
        };
        Some((name.as_str(), told))
    });
    differences.collect()
}

/// Tells one text of rules from another, by all that this program reads of it.
fn digest(rules: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut digest = HEXLOWER.encode(&Sha256::digest(serde_json::to_vec(rules)?));
    digest.truncate(DIGEST);
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn rules(
        threshold: u64,
        split: Option<[f64; 3]>,
        holidays: &[Date],
        forms: &[&str],
    ) -> InForce {
        let due = DueRule {
            holidays: holidays.iter().copied().collect(),
            ..DueRule::default()
        };
        let forms = forms
            .iter()
            .map(|text| survey::form::load(text, "a form").unwrap())
            .collect();
        let delay = Delay::default();
        InForce::of(threshold, delay, &due, split, Rules::shipped(), &forms).unwrap()
    }

    fn told(now: &InForce, before: Option<&InForce>) -> Vec<(String, String)> {
        let entries = now.since(before, "cli:lan", Timestamp::UNIX_EPOCH);
        entries
            .into_iter()
            .map(|entry| {
                assert_eq!(
                    (entry.what, entry.who.as_str()),
                    (Deed::RulesChange, "cli:lan")
                );
                (entry.about, entry.detail)
            })
            .collect()
    }

    #[test]
    fn each_thing_that_differs_is_told_with_old_and_new() {
        let tet = [day("2026-02-16"), day("2026-02-17")];
        let before = rules(5, None, &tet, &[]);
        assert_eq!(told(&before, Some(&before)), []);
        let now = rules(3, Some([6.0, 6.5, 5.5]), &tet[1..], &[]);
        let pair = |about: &str, detail: &str| (about.to_owned(), detail.to_owned());
        assert_eq!(
            told(&now, Some(&before)),
            [
                pair("qd766-points", "was not set; is 6, 6.5, 5.5"),
                pair("threshold", "was 5; is 3"),
                pair("holidays", "removed: 2026-02-16"),
            ]
        );
    }

    #[test]
    fn the_first_start_tells_all_of_it_in_short_and_whole() {
        let every_day = |month| (1..=28).map(move |day| Date::constant(2026, month, day));
        let holidays: Vec<Date> = (1..=12).flat_map(every_day).collect();
        let thirds = [16.0 / 3.0, 16.0 / 3.0, 22.0 / 3.0];
        let (_, form) = survey::form::shipped()[0];
        let now = rules(u64::MAX, Some(thirds), &holidays, &[form]);
        let [(_, detail)] = told(&now, None).try_into().unwrap();
        assert!(
            detail.contains("report-days 10; report-delay-hours 24"),
            "{detail}"
        );
        assert!(detail.ends_with("holidays: 336; forms: 1"), "{detail}");
    }

    #[test]
    fn no_entry_is_cut_however_many_days_are_set() {
        let holidays: Vec<Date> = (1..=50)
            .map(|number| crate::store::calendar::day_of_number(20_000 + number).unwrap())
            .collect();
        let told = told(
            &rules(5, None, &holidays, &[]),
            Some(&rules(5, None, &[], &[])),
        );
        assert_eq!(told.len(), 3);
        let days: usize = told
            .iter()
            .map(|(_, detail)| detail.matches(", ").count() + 1)
            .sum();
        assert_eq!(days, 50);
    }

    #[test]
    fn a_form_is_told_when_it_comes_when_a_word_of_it_changes_and_when_it_goes() {
        let (_, text) = survey::form::shipped()[0];
        let form = survey::form::load(text, "a form").unwrap();
        let title = form.title.get("vi").to_owned();
        let mended = text.replacen(&title, "Phiếu khác", 1);
        let about = format!("form {} {}", form.id, form.version);
        let [none, one, other] =
            [&[][..], &[text], &[&mended]].map(|forms| rules(5, None, &[], forms));
        for (now, before, begin) in [
            (&one, &none, "new: "),
            (&other, &one, "was "),
            (&none, &one, "gone; "),
        ] {
            let [(told, detail)] = told(now, Some(before)).try_into().unwrap();
            assert_eq!(told, about);
            assert!(detail.starts_with(begin), "{detail}");
        }
    }

    #[test]
    fn what_was_noted_is_read_back_as_it_was() {
        let (_, form) = survey::form::shipped()[0];
        let rules = rules(5, None, &[day("2026-09-02")], &[form]);
        let noted = serde_json::to_string(&rules).unwrap();
        assert_eq!(serde_json::from_str::<InForce>(&noted).unwrap(), rules);
    }
}

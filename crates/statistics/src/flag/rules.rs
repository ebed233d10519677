//! Rules as data: `rules/flags.json`, or an authority's own file of the same shape.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use survey::text::Text;

/// The rules of one authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rules {
    /// Raised with every change, and kept beside what was flagged.
    pub version: u16,
    /// Minutes that local time is ahead of UTC; 420 in Việt Nam.
    pub utc_offset_minutes: i32,
    /// Days on which every hall is closed whatever its hours are, counted from 1 January 1970. They change every year and
    /// other things depend on them, so they are the caller's and not of the file.
    #[serde(skip)]
    pub holidays: BTreeSet<i64>,
    /// In the order in which they are shown.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Its name in answers of the API: lower-case letters, digits and hyphens.
    pub id: String,
    /// What it looks for.
    pub test: Test,
    /// Its name for people.
    pub label: Text,
    /// A sentence for one flagged response; `{braces}` hold what was found.
    pub explanation: Text,
    /// What would explain it innocently.
    pub innocent: Text,
}

/// What a rule looks for, with its thresholds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Test {
    /// At least so many responses of one device within a time.
    Burst {
        /// At least 2.
        responses: usize,
        /// From the first to the last.
        within_seconds: i64,
    },
    /// Less time a given answer than anybody needs.
    ImpossibleSpeed {
        /// Milliseconds an answer.
        ms_per_answer: u64,
    },
    /// The same level for every question of a long form; what one such rating of a short form does not tell, a
    /// [run](Test::StraightLineRun) of them does.
    StraightLining {
        /// Fewer answers say nothing; at least 2.
        answers: usize,
    },
    /// Everything answered and everything at the same level, many times in a row on one device within a local day.
    StraightLineRun {
        /// In a row; at least 2.
        responses: usize,
        /// Shorter answers say nothing; at least 2.
        answers: usize,
    },
    /// At a kiosk while its hall is closed, in local time; on [holidays](Rules::holidays) it always is.
    AfterHours {
        /// When it is open.
        open: OfficeHours,
    },
    /// One device for so many counters within a time.
    ManyCounters {
        /// At least 2.
        counters: usize,
        /// From the first response to the last.
        within_seconds: i64,
    },
    /// The collector has no such dossier.
    UnknownDossier,
    /// Rated as finished, and not finished.
    UnfinishedDossier,
    /// The unit is not in the table of units.
    UnknownUnit,
    /// It named another unit than the one it was placed at.
    OtherUnit,
    /// Given with help.
    Assisted,
    /// The device's clock is off.
    ClockSkew {
        /// By more than this many seconds, either way.
        seconds: u64,
    },
    /// The same answers, not all of one level, several times in a row on one device.
    IdenticalAnswers {
        /// In a row; at least 2.
        responses: usize,
        /// Shorter answers are alike by chance; at least 2.
        answers: usize,
    },
}

/// When a hall is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OfficeHours {
    /// From this time of day.
    pub from: TimeOfDay,
    /// Until this, not included.
    pub until: TimeOfDay,
    /// Days of the week, 1 Monday to 7 Sunday.
    pub days: BTreeSet<u8>,
}

/// A time of day to the minute: `"06:30"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Minutes since midnight, less than 1,440.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = || {
            let (hour, minute) = text.split_once(':')?;
            let two = |digits: &str| {
                let sound = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
                sound.then(|| digits.parse::<u16>().ok()).flatten()
            };
            let (hour, minute) = (two(hour)?, two(minute)?);
            (hour < 24 && minute < 60).then_some(Self(hour * 60 + minute))
        };
        read().ok_or_else(|| format!("\"{text}\" is no time of day; write it as 06:30"))
    }
}

impl From<TimeOfDay> for String {
    fn from(TimeOfDay(minutes): TimeOfDay) -> Self {
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Why a file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is no JSON of the right shape.
    #[error("the rules cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// More rules than a response can carry flags.
    #[error("rules: there are {0}; write at most {max}", max = Rules::MAX)]
    Many(usize),
    /// Two rules of one name, or a name with other signs.
    #[error("rule id \"{0}\" is used twice or has other signs than a-z, 0-9 and -")]
    Id(String),
    /// A threshold that flags everything or nothing.
    #[error("rule {rule}: {fault}")]
    Threshold {
        /// The rule.
        rule: String,
        /// What is wrong and what would be right.
        fault: &'static str,
    },
    /// Words are missing, or an explanation names in braces what the test does not find.
    #[error("rule {rule}: {fault}")]
    Words {
        /// The rule.
        rule: String,
        /// What is wrong and what would be right.
        fault: String,
    },
}

static SHIPPED: LazyLock<Rules> = LazyLock::new(|| {
    Rules::load(include_str!("../../rules/flags.json"))
        .expect("rules/flags.json is part of the program and read by its tests")
});

impl Rules {
    /// The most rules that a file may have.
    pub const MAX: usize = 64;

    /// The rules that come with the program.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads and checks a file of rules.
    ///
    /// # Errors
    ///
    /// [`RulesError`] names the first thing that is wrong.
    pub fn load(json: &str) -> Result<Self, RulesError> {
        let rules: Self = serde_json::from_str(json)?;
        if rules.rules.len() > Self::MAX {
            return Err(RulesError::Many(rules.rules.len()));
        }
        let mut ids = BTreeSet::new();
        for rule in &rules.rules {
            let sign =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            let named = !rule.id.is_empty() && rule.id.bytes().all(sign);
            if !named || !ids.insert(&rule.id) {
                return Err(RulesError::Id(rule.id.clone()));
            }
            if let Some(fault) = rule.test.fault() {
                return Err(RulesError::Threshold {
                    rule: rule.id.clone(),
                    fault,
                });
            }
            if let Some(fault) = rule.wordless() {
                return Err(RulesError::Words {
                    rule: rule.id.clone(),
                    fault,
                });
            }
        }
        Ok(rules)
    }
}

impl Rule {
    /// What it looks for, in a sentence with its thresholds: in `lang`, else in Vietnamese.
    pub fn describe(&self, lang: &str) -> String {
        let text = self.explanation.get(lang).to_owned();
        self.test
            .thresholds()
            .into_iter()
            .fold(text, |text, (name, threshold)| {
                text.replace(&format!("{{{name}}}"), &threshold)
            })
    }

    /// What is wrong with its words.
    fn wordless(&self) -> Option<String> {
        for (name, text) in [
            ("label", &self.label),
            ("explanation", &self.explanation),
            ("innocent", &self.innocent),
        ] {
            for lang in ["vi", "en"] {
                if text.exact(lang).is_none_or(|text| text.trim().is_empty()) {
                    return Some(format!("{name} has no words in {lang}; write them"));
                }
            }
        }
        let finds = self.test.finds();
        for (lang, text) in self.explanation.iter() {
            for part in text.split('{').skip(1) {
                let name = part.split_once('}').map_or(part, |(name, _)| name);
                if !finds.contains(&name) {
                    let known = finds.join(", ");
                    return Some(format!(
                        "the explanation in {lang} names {{{name}}}; its test finds: {known}"
                    ));
                }
            }
        }
        None
    }
}

impl Test {
    /// What it puts into the braces of an explanation.
    pub fn finds(&self) -> &'static [&'static str] {
        match self {
            Self::Burst { .. } => &["responses", "seconds"],
            Self::ImpossibleSpeed { .. } => &["answers", "ms"],
            Self::StraightLining { .. } => &["answers", "level"],
            Self::StraightLineRun { .. } => &["responses", "answers", "level"],
            Self::ManyCounters { .. } => &["counters", "seconds"],
            Self::ClockSkew { .. } => &["seconds"],
            Self::IdenticalAnswers { .. } => &["responses", "answers"],
            Self::AfterHours { .. }
            | Self::UnknownDossier
            | Self::UnfinishedDossier
            | Self::UnknownUnit
            | Self::OtherUnit
            | Self::Assisted => &[],
        }
    }

    /// For each name in the braces of an explanation, from where on it is odd.
    fn thresholds(&self) -> Vec<(&'static str, String)> {
        let least = |count: &usize| format!("≥ {count}");
        match self {
            Self::Burst {
                responses,
                within_seconds,
            } => vec![
                ("responses", least(responses)),
                ("seconds", format!("≤ {within_seconds}")),
            ],
            Self::ManyCounters {
                counters,
                within_seconds,
            } => vec![
                ("counters", least(counters)),
                ("seconds", format!("≤ {within_seconds}")),
            ],
            Self::ImpossibleSpeed { ms_per_answer } => vec![
                ("answers", "n".to_owned()),
                ("ms", format!("< n × {ms_per_answer}")),
            ],
            Self::StraightLining { answers } => {
                vec![("answers", least(answers)), ("level", "x".to_owned())]
            }
            Self::StraightLineRun { responses, answers } => vec![
                ("responses", least(responses)),
                ("answers", least(answers)),
                ("level", "x".to_owned()),
            ],
            Self::ClockSkew { seconds } => vec![("seconds", format!("> {seconds}"))],
            Self::IdenticalAnswers { responses, answers } => {
                vec![("responses", least(responses)), ("answers", least(answers))]
            }
            Self::AfterHours { .. }
            | Self::UnknownDossier
            | Self::UnfinishedDossier
            | Self::UnknownUnit
            | Self::OtherUnit
            | Self::Assisted => Vec::new(),
        }
    }

    fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Burst {
                responses,
                within_seconds,
            } => {
                if *responses < 2 {
                    Some("responses: one is no series; write 2 or more")
                } else {
                    (*within_seconds < 1).then_some("within-seconds: write 1 or more")
                }
            }
            Self::ManyCounters {
                counters,
                within_seconds,
            } => {
                if *counters < 2 {
                    Some("counters: every device has one; write 2 or more")
                } else {
                    (*within_seconds < 1).then_some("within-seconds: write 1 or more")
                }
            }
            Self::IdenticalAnswers { responses, answers }
            | Self::StraightLineRun { responses, answers } => {
                (*responses < 2 || *answers < 2).then_some("responses and answers: write 2 or more")
            }
            Self::StraightLining { answers } => {
                (*answers < 2).then_some("answers: one is always of one level; write 2 or more")
            }
            Self::ImpossibleSpeed { ms_per_answer } => (*ms_per_answer == 0)
                .then_some("ms-per-answer: nothing is faster than 0 ms; write 1 or more"),
            Self::AfterHours { open } => {
                if open.from >= open.until {
                    Some("open: the hall must open (from) before it closes (until)")
                } else if open.days.is_empty() || open.days.iter().any(|day| !(1..=7).contains(day))
                {
                    Some("open.days: write some of 1 (Monday) to 7 (Sunday)")
                } else {
                    None
                }
            }
            Self::UnknownDossier
            | Self::UnfinishedDossier
            | Self::UnknownUnit
            | Self::OtherUnit
            | Self::Assisted
            | Self::ClockSkew { .. } => None,
        }
    }
}

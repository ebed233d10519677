//! The words of the pages: data in `words/*.json`, one file a language, the same keys in each.

mod audit;
mod comments;
mod coverage;
mod figures;
mod flags;
mod oidc;
mod public;
mod publish;
mod qd766;
mod reports;
mod retention;
mod wall;
mod weights;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub(crate) use audit::AuditWords;
pub(crate) use comments::CommentsWords;
pub(crate) use coverage::CoverageWords;
pub(crate) use figures::FiguresWords;
pub(crate) use flags::FlagsWords;
pub(crate) use oidc::OidcWords;
pub(crate) use public::PublicWords;
pub(crate) use publish::PublishWords;
pub(crate) use qd766::Qd766Words;
pub(crate) use reports::ReportsWords;
pub(crate) use retention::RetentionWords;
pub(crate) use wall::WallWords;
pub(crate) use weights::WeightsWords;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// The language asked for in a query, Vietnamese when none or an unknown one is.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Choice {
    /// Language tag.
    pub(crate) lang: Option<String>,
}

impl Choice {
    pub(crate) fn language(&self) -> Language {
        Language::of(self.lang.as_deref().unwrap_or_default())
    }
}

impl Language {
    /// Every language, in the order of the chooser.
    pub(crate) const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The language with this tag, else Vietnamese.
    pub(crate) fn of(tag: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|language| language.tag() == tag)
            .unwrap_or_default()
    }

    /// The value of the `lang` attribute.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// What the language calls itself.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Vi => "Tiếng Việt",
            Self::En => "English",
        }
    }

    /// The words of the pages.
    pub(crate) fn words(self) -> &'static Words {
        static VI: LazyLock<Words> = LazyLock::new(|| parse(include_str!("words/vi.json")));
        static EN: LazyLock<Words> = LazyLock::new(|| parse(include_str!("words/en.json")));
        match self {
            Self::Vi => &VI,
            Self::En => &EN,
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the files are compiled in and a test reads both"
)]
fn parse(json: &str) -> Words {
    serde_json::from_str(json).expect("words that are compiled in have every key")
}

/// Puts values into a text's `{name}` places.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

/// Everything that the pages say; the field's name says where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) product: String,
    pub(crate) skip: String,
    pub(crate) demo: String,
    pub(crate) language: String,
    pub(crate) landing: LandingWords,
    pub(crate) not_built: NotBuiltWords,
    pub(crate) link_used: LinkOver,
    pub(crate) link_expired: LinkOver,
    pub(crate) link_unknown: LinkOver,
    pub(crate) link_plain: String,
    pub(crate) slip: SlipWords,
    pub(crate) login: LoginWords,
    pub(crate) oidc: OidcWords,
    pub(crate) logout: String,
    pub(crate) signed_in: String,
    pub(crate) report: ReportWords,
    pub(crate) figures: FiguresWords,
    pub(crate) comments: CommentsWords,
    pub(crate) reports: ReportsWords,
    pub(crate) qd766: Qd766Words,
    pub(crate) flags: FlagsWords,
    pub(crate) coverage: CoverageWords,
    pub(crate) weights: WeightsWords,
    pub(crate) device_form: DeviceFormWords,
    pub(crate) refused: RefusedWords,
    pub(crate) audit: AuditWords,
    pub(crate) retention: RetentionWords,
    pub(crate) public: PublicWords,
    pub(crate) publish: PublishWords,
    pub(crate) wall: WallWords,
    pub(crate) devices: DeviceWords,
    pub(crate) time: TimeWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LandingWords {
    pub(crate) title: String,
    pub(crate) intro: String,
    pub(crate) kiosk: String,
    pub(crate) kiosk_note: String,
    pub(crate) public: String,
    pub(crate) public_note: String,
    pub(crate) staff: String,
    pub(crate) staff_note: String,
    pub(crate) api: String,
    pub(crate) api_note: String,
}

/// Why an account does not get what it asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusedWords {
    pub(crate) title: String,
    pub(crate) unknown: String,
    pub(crate) other_unit: String,
    pub(crate) no_change: String,
    pub(crate) no_branch: String,
    pub(crate) own_branch: String,
}

/// Why a citizen's link opens nothing, and what to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkOver {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// What is printed beside a citizen's QR code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlipWords {
    pub(crate) title: String,
    pub(crate) invite: String,
    pub(crate) how: String,
    pub(crate) code: String,
    pub(crate) digits: String,
    pub(crate) until: String,
    pub(crate) private: String,
    pub(crate) number: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotBuiltWords {
    pub(crate) title: String,
    pub(crate) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginWords {
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) submit: String,
    pub(crate) wrong: String,
    pub(crate) too_many: String,
    pub(crate) foreign: String,
    pub(crate) not_allowed: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportWords {
    pub(crate) title: String,
    pub(crate) choose: String,
    pub(crate) form: String,
    pub(crate) version: String,
    pub(crate) method: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) show: String,
    pub(crate) all_units: String,
    pub(crate) back_to_all: String,
    pub(crate) with_below: String,
    pub(crate) interval: String,
    pub(crate) n: String,
    pub(crate) n_short: String,
    pub(crate) respondents: String,
    pub(crate) missing: String,
    pub(crate) not_applicable: String,
    pub(crate) coverage: String,
    pub(crate) coverage_of: String,
    pub(crate) no_coverage: String,
    pub(crate) flagged: String,
    pub(crate) flagged_note: String,
    pub(crate) without_flagged: String,
    pub(crate) without_flagged_note: String,
    pub(crate) grade: String,
    pub(crate) value: String,
    pub(crate) chart: String,
    pub(crate) whisker: String,
    pub(crate) by_unit: String,
    pub(crate) by_unit_note: String,
    pub(crate) by_item: String,
    pub(crate) by_item_note: String,
    pub(crate) by_field: String,
    pub(crate) by_field_note: String,
    pub(crate) unit: String,
    pub(crate) item: String,
    pub(crate) field: String,
    pub(crate) no_unit: String,
    pub(crate) no_field: String,
    pub(crate) lowest: String,
    pub(crate) highest: String,
    pub(crate) show_all: String,
    pub(crate) show_fewer: String,
    pub(crate) too_few: String,
    pub(crate) too_few_note: String,
    pub(crate) too_few_units: String,
    pub(crate) none: String,
    pub(crate) incomplete: String,
    pub(crate) unknown_choice: String,
    pub(crate) about: String,
    pub(crate) reference: String,
    pub(crate) self_selected: String,
    pub(crate) source: String,
    pub(crate) unverified: String,
    /// By confidence of a form's wording.
    pub(crate) confidence: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceWords {
    pub(crate) title: String,
    pub(crate) back: String,
    pub(crate) well: String,
    pub(crate) unwell: String,
    pub(crate) none: String,
    pub(crate) device: String,
    pub(crate) contact: String,
    pub(crate) never: String,
    pub(crate) waiting: String,
    pub(crate) parked: String,
    pub(crate) sent: String,
    pub(crate) storage: String,
    pub(crate) kept: String,
    pub(crate) evictable: String,
    pub(crate) used: String,
    pub(crate) allowed: String,
    pub(crate) clock: String,
    pub(crate) clock_right: String,
    pub(crate) clock_fast: String,
    pub(crate) clock_slow: String,
    pub(crate) version: String,
    pub(crate) no_alarm: String,
    pub(crate) urgent: String,
    pub(crate) notice: String,
    /// By code of the alarm.
    pub(crate) alarms: BTreeMap<String, AlarmWords>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceFormWords {
    pub(crate) enrol: String,
    pub(crate) unknown: String,
    pub(crate) not_allowed: String,
    pub(crate) name: String,
    pub(crate) name_note: String,
    pub(crate) unit: String,
    pub(crate) unit_note: String,
    pub(crate) form: String,
    pub(crate) touchpoint: String,
    pub(crate) touchpoint_default: String,
    pub(crate) touchpoint_receipt: String,
    pub(crate) touchpoint_supplement: String,
    pub(crate) touchpoint_refusal: String,
    pub(crate) touchpoint_result: String,
    pub(crate) languages: String,
    pub(crate) languages_note: String,
    pub(crate) presentation: String,
    pub(crate) presentation_default: String,
    pub(crate) presentation_two_step: String,
    pub(crate) scale_order: String,
    pub(crate) scale_order_default: String,
    pub(crate) scale_order_ascending: String,
    pub(crate) scale_order_descending: String,
    pub(crate) idle_s: String,
    pub(crate) idle_s_note: String,
    pub(crate) screen_inches: String,
    pub(crate) screen_inches_note: String,
    pub(crate) save: String,
    pub(crate) get_code: String,
    pub(crate) new_code: String,
    pub(crate) new_code_note: String,
    pub(crate) code: String,
    pub(crate) code_note: String,
    /// By the field that is wrong.
    pub(crate) faults: BTreeMap<String, String>,
}

/// An alarm in plain words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlarmWords {
    pub(crate) what: String,
    pub(crate) remedy: String,
}

/// How long something took or takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeWords {
    pub(crate) now: String,
    pub(crate) ago: String,
    pub(crate) minute: String,
    pub(crate) minutes: String,
    pub(crate) hour: String,
    pub(crate) hours: String,
    pub(crate) day: String,
    pub(crate) days: String,
    pub(crate) year: String,
    pub(crate) years: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pulse::Alarm;
    use crate::reports::{Outcome, Source, State, Step};
    use crate::store::terms::Term;

    #[test]
    fn every_language_has_every_word() {
        let keys =
            |language: Language| -> Vec<_> { language.words().report.confidence.keys().collect() };
        assert_eq!(keys(Language::Vi), keys(Language::En));
        for language in Language::ALL {
            let mut told: Vec<_> = language.words().devices.alarms.keys().collect();
            told.sort_unstable();
            let mut codes = Alarm::ALL.map(Alarm::code);
            codes.sort_unstable();
            assert_eq!(told, codes);
            let reports = &language.words().reports;
            for (told, names) in [
                (&reports.states, State::names()),
                (&reports.outcomes, Outcome::names()),
                (&reports.sources, Source::names()),
                (&reports.steps, Step::names()),
            ] {
                assert!(names.iter().all(|name| told.contains_key(*name)));
                assert_eq!(told.len(), names.len());
            }
        }
        let faults =
            |language: Language| -> Vec<_> { language.words().reports.faults.keys().collect() };
        assert_eq!(faults(Language::Vi), faults(Language::En));
    }

    #[test]
    fn places_in_both_languages_are_the_same() {
        let places = |json: &str| -> Vec<String> {
            json.lines()
                .map(|line| {
                    line.split('{')
                        .skip(1)
                        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned()))
                        .collect::<Vec<_>>()
                        .join(",")
                })
                .collect()
        };
        assert_eq!(
            places(include_str!("words/vi.json")),
            places(include_str!("words/en.json"))
        );
    }

    #[test]
    fn an_unknown_language_is_vietnamese() {
        assert_eq!(Language::of("fr"), Language::Vi);
        assert_eq!(Language::of("en"), Language::En);
    }
}

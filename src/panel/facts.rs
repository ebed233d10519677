//! What the panel says of the device, in words. Pure: states in, lines out.

use std::collections::BTreeMap;

use crate::outbox::{ClockState, Status};
use crate::words::Words;

/// What the page knows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Name of the build that runs; empty if the page was not built by the project's own build.
    pub build: String,
    /// Does it start without a network?
    pub starts_offline: bool,
    /// Has a newer version come that waits for its turn?
    pub newer_waits: bool,
}

/// One line of the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about, as the key of its words; also its mark for style and tests.
    pub key: &'static str,
    /// What there is to say.
    pub value: String,
    /// Somebody should do something about it.
    pub wrong: bool,
}

/// The lines of the panel, what matters most first; `time` tells an RFC 3339 time as people read it, `parked` are the
/// collector's codes for what it refused.
pub fn facts(
    words: &Words,
    status: &Status,
    parked: &[String],
    page: &Page,
    time: impl Fn(&str) -> String,
) -> Vec<Fact> {
    let fact = |key, value, wrong| Fact { key, value, wrong };
    let mut all = Vec::new();
    if status.refused {
        all.push(fact("panel.key", words.say("panel.key-refused"), true));
    }
    // The other alarms are seen in the lines below.
    if status.alarms.iter().any(|alarm| alarm == "storage-lost") {
        all.push(fact("panel.alarm", words.say("panel.storage-lost"), true));
    }
    all.push(fact(
        "panel.waiting",
        match &status.oldest {
            Some(oldest) if status.waiting > 0 => words.fill(
                "panel.waiting-since",
                &[
                    ("count", &status.waiting.to_string()),
                    ("time", &time(oldest)),
                ],
            ),
            _ => status.waiting.to_string(),
        },
        false,
    ));
    all.push(fact("panel.sent", status.sent.to_string(), false));
    all.push(fact(
        "panel.parked",
        refusals(words, status.parked, parked),
        status.parked > 0,
    ));
    if status.gave_way > 0 {
        all.push(fact("panel.gave-way", status.gave_way.to_string(), true));
    }
    all.push(fact(
        "panel.contact",
        status
            .last_contact
            .as_deref()
            .map_or_else(|| words.say("panel.never"), time),
        status.last_contact.is_none(),
    ));
    let storage = &status.storage;
    let lasting = if storage.persisted {
        "panel.persisted"
    } else {
        "panel.not-persisted"
    };
    let strict = if storage.strict {
        "panel.strict"
    } else {
        "panel.not-strict"
    };
    let mut parts = vec![words.say(lasting), words.say(strict)];
    if let (Some(used), Some(quota)) = (storage.used, storage.quota) {
        parts.push(words.fill(
            "panel.used",
            &[("used", &size(used)), ("quota", &size(quota))],
        ));
    }
    let kept = storage.persisted && storage.strict;
    all.push(fact("panel.storage", parts.join(" "), !kept));
    all.push(clock(words, status));
    let offline = if page.starts_offline {
        "panel.offline-yes"
    } else {
        "panel.offline-no"
    };
    all.push(fact(
        "panel.offline",
        words.say(offline),
        !page.starts_offline,
    ));
    let mut version = [env!("CARGO_PKG_VERSION"), " ", &page.build].concat();
    if page.newer_waits {
        version = [&version, ". ", &words.say("panel.newer")].concat();
    }
    all.push(fact("panel.version", version, false));
    all
}

fn clock(words: &Words, status: &Status) -> Fact {
    let clock = &status.clock;
    let minutes = clock
        .offset_ms
        .map(|offset| offset.unsigned_abs().div_ceil(60_000).to_string());
    let value = match (clock.state, &minutes) {
        (ClockState::Right, _) => words.say("panel.clock-right"),
        (ClockState::Unknown, _) => words.say("panel.clock-unknown"),
        (ClockState::Wrong, None) => words.say("panel.clock-wrong"),
        (ClockState::Wrong, Some(minutes)) => {
            // The offset is the collector's clock minus the device's.
            let key = if clock.offset_ms > Some(0) {
                "panel.clock-slow"
            } else {
                "panel.clock-fast"
            };
            words.fill(key, &[("minutes", minutes)])
        }
    };
    Fact {
        key: "panel.clock",
        value,
        wrong: clock.state == ClockState::Wrong,
    }
}

/// How many ratings were refused and why: equal reasons once, each with the collector's code for the administrator.
fn refusals(words: &Words, parked: u64, codes: &[String]) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for code in codes {
        *counts.entry(code).or_default() += 1;
    }
    let mut parts = vec![parked.to_string()];
    parts.extend(counts.iter().map(|(code, count)| {
        let key = match *code {
            "id-reused" => "parked.id-reused",
            "unknown-form" | "unknown-form-version" => "parked.unknown-form",
            "http-413" | "too-long" => "parked.too-long",
            _ => "parked.other",
        };
        words.fill(
            "parked",
            &[
                ("count", &count.to_string()),
                ("reason", &words.say(key)),
                ("code", code),
            ],
        )
    }));
    parts.join(". ")
}

/// Bytes in whole megabytes, at least one.
fn size(bytes: u64) -> String {
    bytes.div_ceil(1_000_000).max(1).to_string()
}

#[cfg(test)]
mod tests {
    use survey::heartbeat::Storage;

    use super::*;
    use crate::outbox::Clock;

    fn status() -> Status {
        Status {
            waiting: 0,
            parked: 0,
            sent: 12,
            gave_way: 0,
            last_contact: Some("2026-08-04T02:00:00Z".to_owned()),
            oldest: None,
            refused: false,
            storage: Storage {
                persisted: true,
                strict: true,
                used: Some(1_200_000),
                quota: Some(600_000_000),
            },
            clock: Clock {
                offset_ms: Some(-2_000),
                state: ClockState::Right,
            },
            alarms: Vec::new(),
        }
    }

    fn page() -> Page {
        Page {
            build: "0123456789abcdef".to_owned(),
            starts_offline: true,
            newer_waits: false,
        }
    }

    fn said(status: &Status, parked: &[&str]) -> Vec<Fact> {
        let words = Words::read("en", include_str!("../words/en.json")).expect("words");
        let parked: Vec<String> = parked.iter().map(|code| (*code).to_owned()).collect();
        facts(&words, status, &parked, &page(), |time| format!("<{time}>"))
    }

    fn line<'a>(facts: &'a [Fact], key: &str) -> &'a Fact {
        facts
            .iter()
            .find(|fact| fact.key == key)
            .unwrap_or_else(|| panic!("no {key}"))
    }

    #[test]
    fn a_device_that_is_well_alarms_nobody() {
        let facts = said(&status(), &[]);
        let wrong: Vec<_> = facts.iter().filter(|fact| fact.wrong).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(line(&facts, "panel.sent").value, "12");
        assert_eq!(
            line(&facts, "panel.contact").value,
            "<2026-08-04T02:00:00Z>"
        );
    }

    #[test]
    fn each_trouble_is_marked_on_its_own_line() {
        let well = status();
        let troubles: [(&str, Status); 7] = [
            (
                "panel.key",
                Status {
                    refused: true,
                    ..well.clone()
                },
            ),
            (
                "panel.alarm",
                Status {
                    alarms: vec!["storage-lost".to_owned()],
                    ..well.clone()
                },
            ),
            (
                "panel.parked",
                Status {
                    parked: 1,
                    ..well.clone()
                },
            ),
            (
                "panel.gave-way",
                Status {
                    gave_way: 2,
                    ..well.clone()
                },
            ),
            (
                "panel.contact",
                Status {
                    last_contact: None,
                    ..well.clone()
                },
            ),
            (
                "panel.storage",
                Status {
                    storage: Storage {
                        persisted: false,
                        ..well.storage
                    },
                    ..well.clone()
                },
            ),
            (
                "panel.clock",
                Status {
                    clock: Clock {
                        offset_ms: None,
                        state: ClockState::Wrong,
                    },
                    ..well
                },
            ),
        ];
        for (key, status) in troubles {
            let facts = said(&status, &[]);
            let wrong: Vec<_> = facts
                .iter()
                .filter(|fact| fact.wrong)
                .map(|fact| fact.key)
                .collect();
            assert_eq!(wrong, [key]);
        }
    }

    #[test]
    fn a_clock_that_is_behind_the_collectors_is_slow() {
        let off = |offset_ms| {
            let clock = Clock {
                offset_ms: Some(offset_ms),
                state: ClockState::Wrong,
            };
            line(&said(&Status { clock, ..status() }, &[]), "panel.clock")
                .value
                .clone()
        };
        assert!(off(720_000).contains("12 minutes slow"), "{}", off(720_000));
        assert!(
            off(-720_000).contains("12 minutes fast"),
            "{}",
            off(-720_000)
        );
    }

    #[test]
    fn refusals_are_counted_by_reason_with_the_code_for_the_administrator() {
        let refused = Status {
            parked: 3,
            ..status()
        };
        let facts = said(&refused, &["bad-unit", "id-reused", "bad-unit"]);
        let value = &line(&facts, "panel.parked").value;
        assert!(value.starts_with("3. 2 "), "{value}");
        assert!(
            value.contains("bad-unit") && value.contains("id-reused"),
            "{value}"
        );
    }
}

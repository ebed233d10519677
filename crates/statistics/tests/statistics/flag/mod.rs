//! Flags: each rule finds what it says and nothing else, in any order, with an explanation in both languages.

mod properties;
mod rules;

use statistics::flag::{Dossier, Facts, Rules, flags};
use survey::answers::Packed;
use survey::response::Channel;

/// Wednesday 5 August 2026, 10:00 in Việt Nam.
const MORNING: i64 = 1_785_898_800;

/// No rows.
const NONE: [u64; 0] = [];

/// An ordinary response.
fn facts(row: u64) -> Facts {
    Facts {
        row,
        at: MORNING + row as i64 * 400,
        device: Some(1),
        counter: 132,
        channel: Channel::Kiosk,
        elapsed_ms: Some(30_000),
        answers: Packed(vec![5, 4, 5, 4, (row % 5) as u8 + 1, 5, 4, 3]),
        dossier: Dossier::Known,
        known_unit: true,
        other_unit: false,
        assisted: false,
        clock_offset_ms: Some(-120),
    }
}

/// Rows by the id of the rule that flags them.
fn raised(responses: &[Facts]) -> Vec<(u64, String)> {
    let flags = flags(Rules::shipped(), responses);
    flags
        .into_iter()
        .map(|flag| (flag.row, flag.rule.id.clone()))
        .collect()
}

/// Rows flagged by one rule.
fn rows(responses: &[Facts], rule: &str) -> Vec<u64> {
    raised(responses)
        .into_iter()
        .filter(|(_, id)| id == rule)
        .map(|(row, _)| row)
        .collect()
}

fn explain(responses: &[Facts], rule: &str, lang: &str) -> String {
    let flags = flags(Rules::shipped(), responses);
    flags
        .iter()
        .find(|flag| flag.rule.id == rule)
        .unwrap()
        .explain(lang)
}

#[test]
fn an_ordinary_day_raises_nothing() {
    let day: Vec<_> = (0..60).map(facts).collect();
    assert_eq!(raised(&day), []);
}

#[test]
fn eight_in_three_minutes_on_one_device_are_a_burst() {
    let burst = |count: u64, seconds: i64| -> Vec<_> {
        (0..count)
            .map(|row| Facts {
                at: MORNING + row as i64 * seconds / (count as i64 - 1),
                ..facts(row)
            })
            .collect()
    };
    let mut day = burst(8, 180);
    day.push(Facts {
        at: MORNING + 4_000,
        ..facts(100)
    });
    assert_eq!(rows(&day, "burst"), (0..8).collect::<Vec<_>>());
    assert_eq!(
        explain(&day, "burst", "en"),
        "8 ratings on one device within 180 seconds."
    );
    assert_eq!(
        explain(&day, "burst", "vi"),
        "8 đánh giá trên cùng một máy trong 180 giây."
    );
    assert_eq!(rows(&burst(7, 10), "burst"), NONE);
    assert_eq!(rows(&burst(8, 190), "burst"), NONE);
    let two_devices: Vec<_> = burst(8, 100)
        .into_iter()
        .map(|facts| Facts {
            device: Some(facts.row % 2),
            ..facts
        })
        .collect();
    assert_eq!(rows(&two_devices, "burst"), NONE);
    let phones: Vec<_> = burst(8, 100)
        .into_iter()
        .map(|facts| Facts {
            device: None,
            channel: Channel::Phone,
            ..facts
        })
        .collect();
    assert_eq!(raised(&phones), [], "phones of eight people are no device");
}

#[test]
fn a_burst_is_told_by_the_greatest_stretch_that_a_response_is_in() {
    // Every 20 seconds, then two stragglers: ten within 180 s around each of the first twelve, two around the last.
    let at = |row: u64| MORNING + row as i64 * if row < 12 { 20 } else { 32 };
    let day: Vec<_> = (0..14)
        .map(|row| Facts {
            at: at(row),
            ..facts(row)
        })
        .collect();
    let flags = flags(Rules::shipped(), &day);
    let found: Vec<_> = flags.iter().map(|flag| flag.found["responses"]).collect();
    assert_eq!(found, [10; 12]);
}

#[test]
fn nobody_answers_eight_questions_in_five_seconds() {
    let with = |elapsed_ms| {
        [Facts {
            elapsed_ms,
            ..facts(1)
        }]
    };
    assert_eq!(rows(&with(Some(5_599)), "impossible-speed"), [1]);
    assert_eq!(rows(&with(Some(5_600)), "impossible-speed"), NONE);
    assert_eq!(rows(&with(None), "impossible-speed"), NONE);
    assert_eq!(
        explain(&with(Some(900)), "impossible-speed", "en"),
        "8 answers in 900 milliseconds."
    );
    let nothing_given = Facts {
        elapsed_ms: Some(0),
        answers: Packed(vec![Packed::MISSING; 8]),
        ..facts(1)
    };
    assert_eq!(rows(&[nothing_given], "impossible-speed"), NONE);
}

#[test]
fn one_level_for_a_long_form_is_a_straight_line() {
    let with = |answers| {
        [Facts {
            answers: Packed(answers),
            ..facts(1)
        }]
    };
    assert_eq!(rows(&with(vec![5; 8]), "straight-lining"), [1]);
    assert_eq!(
        explain(&with(vec![5; 9]), "straight-lining", "en"),
        "All 9 answers are level 5."
    );
    assert_eq!(
        rows(&with(vec![5; 7]), "straight-lining"),
        NONE,
        "a short form says nothing"
    );
    assert_eq!(
        rows(&with([vec![5; 7], vec![4]].concat()), "straight-lining"),
        NONE
    );
    let gaps = [
        vec![5; 8],
        vec![Packed::MISSING, Packed::NOT_APPLICABLE, Packed::NOT_ASKED],
    ]
    .concat();
    assert_eq!(
        rows(&with(gaps), "straight-lining"),
        [1],
        "what was not given is no level"
    );
}

/// Quick forms, five minutes apart, all at the best level unless `change` says otherwise.
fn best(count: u64, change: impl Fn(&mut Facts)) -> Vec<Facts> {
    let one = |row: u64| {
        let mut facts = Facts {
            at: MORNING + row as i64 * 300,
            answers: Packed(vec![5; 5]),
            ..facts(row)
        };
        change(&mut facts);
        facts
    };
    (0..count).map(one).collect()
}

#[test]
fn straight_lines_of_a_short_form_are_odd_when_fifteen_stand_in_a_row() {
    let run = best(16, |_| {});
    assert_eq!(rows(&run, "straight-line-run"), (0..16).collect::<Vec<_>>());
    assert_eq!(
        explain(&run, "straight-line-run", "en"),
        "16 ratings in a row on one device in one day, each with all 5 answers at level 5."
    );
    assert_eq!(
        explain(&run, "straight-line-run", "vi"),
        "16 phiếu liên tiếp trên cùng một máy trong một ngày, phiếu nào cũng chọn mức 5 cho cả 5 câu."
    );
    assert_eq!(raised(&best(14, |_| {})), [], "content people are alike");
    assert_eq!(
        raised(&best(16, |facts| facts.device = None)),
        [],
        "phones of sixteen people are no device"
    );
}

#[test]
fn a_run_of_straight_lines_ends_where_something_else_stands_or_the_day_ends() {
    let broken = |answers: &[u8]| {
        let day = best(15, |facts| {
            if facts.row == 7 {
                facts.answers = Packed(answers.to_vec());
            }
        });
        rows(&day, "straight-line-run").len()
    };
    assert_eq!(broken(&[5; 5]), 15);
    assert_eq!(broken(&[5, 5, 4, 5, 5]), 0, "another level");
    assert_eq!(broken(&[4; 5]), 0, "a straight line of another level");
    assert_eq!(broken(&[5, Packed::MISSING, 5, 5, 5]), 0, "one left out");
    assert_eq!(
        broken(&[5, 5, 5, 5, Packed::NOT_APPLICABLE]),
        0,
        "one that does not apply"
    );
    let short = best(15, |facts| facts.answers = Packed(vec![5; 4]));
    assert_eq!(raised(&short), [], "four answers are alike by chance");
    let more = best(15, |facts| {
        facts.answers.0.push(Packed::NOT_ASKED);
    });
    assert_eq!(
        rows(&more, "straight-line-run").len(),
        15,
        "what was not asked was not left out"
    );
    // From 22:45 on, so that seven are given the next day.
    let night = best(22, |facts| facts.at += 13 * 3_600 - 900);
    assert_eq!(
        rows(&night, "straight-line-run"),
        (0..15).collect::<Vec<_>>()
    );
}

#[test]
fn the_hall_is_closed_at_night_and_on_sundays_by_local_time() {
    let at = |seconds: i64, channel| {
        [Facts {
            at: MORNING + seconds,
            channel,
            ..facts(1)
        }]
    };
    let hour = 3_600;
    for (seconds, closed) in [
        (0, false),
        (-3 * hour - 1_800, false), // 06:30
        (-3 * hour - 1_801, true),
        (8 * hour + 1_799, false), // 18:29:59
        (8 * hour + 1_800, true),
        (3 * 24 * hour, false), // Saturday
        (4 * 24 * hour, true),  // Sunday
        (5 * 24 * hour, false), // Monday
    ] {
        assert_eq!(
            !rows(&at(seconds, Channel::Kiosk), "after-hours").is_empty(),
            closed,
            "{seconds}"
        );
        assert_eq!(
            rows(&at(seconds, Channel::Phone), "after-hours"),
            NONE,
            "a phone is never closed"
        );
    }
}

#[test]
fn the_hall_is_closed_on_holidays_from_midnight_to_midnight() {
    let rules = Rules {
        holidays: [MORNING.div_euclid(86_400)].into(),
        ..Rules::shipped().clone()
    };
    let closed = |seconds: i64, channel| {
        let one = Facts {
            at: MORNING + seconds,
            channel,
            ..facts(1)
        };
        !flags(&rules, &[one]).is_empty()
    };
    assert!(closed(0, Channel::Kiosk));
    assert!(!closed(0, Channel::Phone), "a phone is never closed");
    let day = 86_400;
    assert!(!closed(-day, Channel::Kiosk) && !closed(day, Channel::Kiosk));
    // 06:30 to 18:29 of the holiday in Việt Nam, which begins at 17:00 of the day before in UTC.
    assert!(
        closed(-3 * 3_600 - 1_800, Channel::Kiosk) && closed(8 * 3_600 + 1_740, Channel::Kiosk)
    );
}

#[test]
fn one_device_for_three_counters_in_ten_minutes() {
    let day = |gap: i64| -> Vec<_> {
        (0..4)
            .map(|row| Facts {
                at: MORNING + row as i64 * gap,
                counter: row % 3,
                ..facts(row)
            })
            .collect()
    };
    assert_eq!(rows(&day(150), "many-counters"), [0, 1, 2, 3]);
    assert_eq!(
        explain(&day(150), "many-counters", "en"),
        "One device rated 3 counters or units within 300 seconds."
    );
    assert_eq!(rows(&day(301), "many-counters"), NONE);
}

#[test]
fn what_the_register_and_the_device_say() {
    let day = [
        Facts {
            dossier: Dossier::Unknown,
            ..facts(1)
        },
        Facts {
            dossier: Dossier::Unfinished,
            ..facts(2)
        },
        Facts {
            assisted: true,
            ..facts(3)
        },
        Facts {
            clock_offset_ms: Some(-301_000),
            ..facts(4)
        },
        Facts {
            clock_offset_ms: Some(300_000),
            ..facts(5)
        },
        Facts {
            dossier: Dossier::NotNamed,
            clock_offset_ms: None,
            ..facts(6)
        },
        Facts {
            known_unit: false,
            ..facts(7)
        },
        Facts {
            other_unit: true,
            ..facts(8)
        },
    ];
    let expected = [
        (1, "unknown-dossier"),
        (2, "unfinished-dossier"),
        (3, "assisted"),
        (4, "clock-skew"),
        (7, "unknown-unit"),
        (8, "other-unit"),
    ];
    assert_eq!(raised(&day), expected.map(|(row, id)| (row, id.to_owned())));
    assert_eq!(
        explain(&day, "clock-skew", "en"),
        "The device's clock was off by 301 seconds."
    );
}

#[test]
fn the_same_answers_four_times_in_a_row_but_not_when_all_say_best() {
    let day = |answers: Vec<u8>, other: u64| -> Vec<_> {
        (0..4)
            .map(|row| match row == other {
                true => facts(row),
                false => Facts {
                    answers: Packed(answers.clone()),
                    ..facts(row)
                },
            })
            .collect()
    };
    let mixed = vec![5, 4, 5, 3, 5];
    assert_eq!(
        rows(&day(mixed.clone(), 9), "identical-answers"),
        [0, 1, 2, 3]
    );
    assert_eq!(
        rows(&day(mixed, 2), "identical-answers"),
        NONE,
        "another in between"
    );
    assert_eq!(
        rows(&day(vec![5; 5], 9), "identical-answers"),
        NONE,
        "content people are alike"
    );
    assert_eq!(
        rows(&day(vec![5, 4, 5, 3], 9), "identical-answers"),
        NONE,
        "four answers are alike by chance"
    );
}

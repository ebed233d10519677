//! What holds of flags on any morning.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::flag::{Facts, Rules, flags};
use survey::answers::Packed;

use super::{MORNING, facts, rows};

/// Responses of a busy morning on two devices, some odd.
fn morning() -> impl Strategy<Value = Vec<Facts>> {
    let one = (
        0i64..2_000,
        0u64..3,
        0u64..4,
        vec(1u8..=3, 5..9),
        any::<bool>(),
        -400_000i64..400_000,
        0u64..9_000,
    );
    vec(one, 0..40).prop_map(|all| {
        let numbered = all.into_iter().zip(0..);
        numbered
            .map(
                |((at, device, counter, answers, assisted, offset, elapsed), row)| Facts {
                    at: MORNING + at,
                    device: (device > 0).then_some(device),
                    counter,
                    answers: Packed(answers),
                    assisted,
                    clock_offset_ms: Some(offset),
                    elapsed_ms: Some(elapsed),
                    ..facts(row)
                },
            )
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_in_which_responses_are_given_does_not_matter(day in morning().prop_shuffle()) {
        let there = flags(Rules::shipped(), &day);
        let mut sorted = day.clone();
        sorted.sort_by_key(|facts| facts.row);
        prop_assert_eq!(there, flags(Rules::shipped(), &sorted));
    }

    #[test]
    fn a_response_carries_a_rule_once_and_its_explanation_is_whole(day in morning()) {
        let raised = flags(Rules::shipped(), &day);
        let pairs: BTreeSet<_> = raised.iter().map(|flag| (flag.row, &flag.rule.id)).collect();
        prop_assert_eq!(pairs.len(), raised.len());
        for flag in &raised {
            prop_assert!(day.iter().any(|facts| facts.row == flag.row));
            for lang in ["vi", "en"] {
                let text = flag.explain(lang);
                prop_assert!(!text.contains(['{', '}']), "{}", text);
            }
        }
    }

    #[test]
    fn what_other_devices_do_changes_nothing(day in morning()) {
        let alone: Vec<_> = day.iter().filter(|facts| facts.device == Some(1)).cloned().collect();
        let rows: BTreeSet<_> = alone.iter().map(|facts| facts.row).collect();
        let all: Vec<_> = flags(Rules::shipped(), &day).into_iter().filter(|flag| rows.contains(&flag.row)).collect();
        prop_assert_eq!(all, flags(Rules::shipped(), &alone));
    }

    #[test]
    fn a_burst_stays_one_when_more_is_sent(day in morning(), more in morning()) {
        let burst = |responses: &[Facts]| rows(responses, "burst").into_iter().collect::<BTreeSet<_>>();
        let mut all = day.clone();
        all.extend(more.into_iter().map(|facts| Facts { row: facts.row + 1_000, ..facts }));
        prop_assert!(burst(&day).is_subset(&burst(&all)));
    }

    #[test]
    fn every_response_of_a_burst_is_in_a_stretch_of_enough(day in morning()) {
        // The definition, the slow way.
        let expected: Vec<_> = day.iter().filter(|facts| facts.device.is_some() && day.iter().any(|first| {
            let stretch = |other: &&Facts| other.device == facts.device && (first.at..=first.at + 180).contains(&other.at);
            stretch(facts) && first.device == facts.device && day.iter().filter(stretch).count() >= 8
        })).map(|facts| facts.row).collect();
        prop_assert_eq!(rows(&day, "burst"), expected);
    }

    #[test]
    fn straight_lines_are_flagged_where_fifteen_stand_in_a_row(runs in vec((prop::option::of(4u8..=5), 1usize..25), 0..6)) {
        let levels: Vec<_> = runs.into_iter().flat_map(|(level, length)| vec![level; length]).collect();
        let day: Vec<_> = (0..).zip(&levels).map(|(row, level)| Facts {
            at: MORNING + row as i64 * 60,
            answers: Packed(level.map_or(vec![5, 4, 5, 5, 5], |level| vec![level; 5])),
            ..facts(row)
        }).collect();
        let runs = day.chunk_by(|one, next| one.answers == next.answers);
        let expected: Vec<_> = runs
            .filter(|run| run.len() >= 15 && levels[run[0].row as usize].is_some())
            .flatten()
            .map(|facts| facts.row)
            .collect();
        prop_assert_eq!(rows(&day, "straight-line-run"), expected);
    }

    #[test]
    fn every_response_of_many_counters_is_in_a_stretch_with_enough(day in morning()) {
        let expected: Vec<_> = day.iter().filter(|facts| facts.device.is_some() && day.iter().any(|first| {
            let stretch = |other: &Facts| other.device == facts.device && (first.at..=first.at + 600).contains(&other.at);
            let counters: BTreeSet<_> = day.iter().filter(|other| stretch(other)).map(|other| &other.counter).collect();
            stretch(facts) && first.device == facts.device && counters.len() >= 3
        })).map(|facts| facts.row).collect();
        prop_assert_eq!(rows(&day, "many-counters"), expected);
    }
}

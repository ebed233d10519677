use proptest::prelude::*;

use super::*;
use crate::store::calendar::{day_number, day_of_number, month_of_name};

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

fn state(month: &str, months: u16) -> State {
    State {
        rules: vec![Rule {
            matter: Matter::Comments,
            months,
            hold: None,
        }],
        notice_days: 14,
        clock: Clock::default(),
        newest: None,
        notices: Vec::new(),
        amounts: vec![Amount {
            matter: Matter::Comments,
            month: month_of_name(month).expect("a month"),
            count: 3,
        }],
        runs: Vec::new(),
    }
}

fn announced(mut state: State, on: &str, witnessed: u16) -> State {
    state.notices = vec![Notice {
        matter: Matter::Comments,
        month: state.amounts[0].month,
        announced: day(on),
        witnessed,
    }];
    state
}

#[test]
fn whole_months_are_kept_after_the_month_of_receipt() {
    let planned = state("2024-01", 24).plan(day("2024-06-01"));
    assert_eq!(planned[0].due, day("2026-02-01"));
    assert_eq!(planned[0].obstacle, Some(Obstacle::NotDue));
    assert_eq!(state("2024-01", 0).plan(day("2099-01-01")), []);
}

#[test]
fn it_is_announced_so_early_that_it_goes_on_the_day_and_late_ones_wait() {
    let kept = state("2024-01", 24);
    assert_eq!(kept.to_announce(day("2026-01-17")), []);
    assert_eq!(kept.to_announce(day("2026-01-18")).len(), 1);
    let late = kept.plan(day("2026-05-01"));
    assert_eq!(late[0].earliest, day("2026-05-15"));
    assert_eq!(late[0].obstacle, Some(Obstacle::Notice));
    let stood = |witnessed| {
        announced(kept.clone(), "2026-05-01", witnessed).plan(day("2026-05-15"))[0].obstacle
    };
    assert_eq!(stood(13), Some(Obstacle::Notice));
    assert_eq!(stood(14), None);
}

#[test]
fn a_hold_and_a_doubted_clock_stand_against_it() {
    let mut kept = announced(state("2024-01", 24), "2026-01-18", 14);
    let obstacle = |kept: &State| kept.plan(day("2026-02-01"))[0].obstacle;
    assert_eq!(obstacle(&kept), None);
    kept.clock.doubt_from = Some(day("2026-01-01"));
    assert_eq!(obstacle(&kept), Some(Obstacle::Clock));
    kept.rules[0].hold = Some(Hold {
        by: "lan".into(),
        reason: "inspection".into(),
        at: Timestamp::UNIX_EPOCH,
    });
    assert_eq!(obstacle(&kept), Some(Obstacle::Held));
}

#[test]
fn a_leap_is_doubted_until_the_clock_is_back() {
    let clock = Clock {
        last: Some(day("2026-03-01")),
        doubt_from: None,
    };
    let (leapt, tick) = clock.tick(day("2036-03-01"), None);
    assert_eq!((tick, leapt.doubt_from), (Tick::Leap, clock.last));
    let (later, tick) = leapt.tick(day("2036-03-02"), None);
    assert_eq!((tick, later.doubt_from), (Tick::Later, clock.last));
    let (half, tick) = later.tick(day("2030-01-01"), None);
    assert_eq!((tick, half.doubt_from), (Tick::Back, clock.last));
    let (back, tick) = half.tick(day("2026-03-03"), None);
    assert_eq!((tick, back.doubt_from), (Tick::Back, None));
}

#[test]
fn the_first_check_holds_the_clock_against_the_newest_rating() {
    let first = |today: &str| Clock::default().tick(day(today), Some(day("2026-03-01")));
    assert_eq!(first("2026-03-20").1, Tick::Later);
    assert_eq!(first("2036-03-01").1, Tick::Leap);
    assert_eq!(first("2026-02-01").1, Tick::Later);
}

#[test]
fn a_month_ends_at_midnight_in_viet_nam() {
    let (from, before) = span(month_of_name("2024-12").expect("a month")).expect("moments");
    assert_eq!(from.to_string(), "2024-11-30T17:00:00Z");
    assert_eq!(before.to_string(), "2024-12-31T17:00:00Z");
    assert_eq!(span(i32::MAX), None);
}

/// What the store does with a check, in memory.
fn check(state: &mut State, today: Date) -> bool {
    let (clock, tick) = state.clock.tick(today, state.newest);
    state.clock = clock;
    match tick {
        Tick::Back | Tick::Leap => state.notices.clear(),
        Tick::Later => state.notices.iter_mut().for_each(|one| one.witnessed += 1),
        Tick::Same => {}
    }
    for (matter, month) in state.to_announce(today) {
        state.notices.push(Notice {
            matter,
            month,
            announced: today,
            witnessed: 0,
        });
    }
    state.plan(today).iter().any(|one| one.obstacle.is_none())
}

proptest! {
    /// However a clock jumps, nothing goes before checks on as many days as the notice has, and while a leap is not
    /// confirmed nothing goes that was not over before it.
    #[test]
    fn no_clock_brings_a_destruction_about_before_its_notice(jumps in prop::collection::vec(-4000_i32..4000, 1..60)) {
        let start = day("2026-03-01");
        let mut kept = state("2026-01", 24);
        kept.newest = Some(start);
        let mut now = day_number(start);
        for (at, jump) in jumps.iter().enumerate() {
            now = (now + jump).clamp(0, 40_000);
            let goes = check(&mut kept, day_of_number(now).expect("a day"));
            prop_assert!(!goes || at >= 14);
        }
    }

    /// A clock that goes wrong by more than a month goes wrong for as long as it likes.
    #[test]
    fn after_a_leap_nothing_goes_until_somebody_confirms_the_date(leap in 32_i32..20_000, days in 15_i32..200) {
        let start = day_number(day("2026-03-01"));
        let mut kept = state("2025-12", 1);
        check(&mut kept, day("2026-01-20"));
        kept.clock.last = day_of_number(start);
        let at = |number| day_of_number(number).expect("a day");
        for passed in 0..days {
            prop_assert!(!check(&mut kept, at(start + leap + passed)));
        }
        kept.clock.doubt_from = None;
        prop_assert!(check(&mut kept, at(start + leap + days)));
    }

    /// A server that runs every day destroys on the first day after the rule, announced or not before.
    #[test]
    fn with_a_clock_that_is_right_it_goes_when_its_time_is_over(start in 0_i32..60) {
        let mut kept = state("2024-01", 24);
        let due = day_number(day("2026-02-01"));
        let first = due - start;
        let goes = (first..).find(|now| check(&mut kept, day_of_number(*now).expect("a day")));
        prop_assert_eq!(goes, Some(due.max(first + 14)));
    }
}

#[test]
fn the_key_of_a_year_goes_so_many_months_after_the_end_of_the_year() {
    let mut kept = state("2026-12", 60);
    kept.rules[0].matter = Matter::Keys;
    kept.amounts[0].matter = Matter::Keys;
    let planned = kept.plan(day("2030-01-01"));
    assert_eq!(planned[0].due, day("2032-01-01"));
    let month = planned[0].amount.month;
    assert_eq!(Matter::Keys.period_name(month), "2026");
    assert_eq!(Matter::Comments.period_name(month), "2026-12");
    assert_eq!(
        (year_of_month(month), year_of_month(month + 1)),
        (Some(2026), None)
    );
    assert_eq!(year_of_month(i32::MAX), None);
    // Nobody has said otherwise.
    assert_eq!(Matter::Keys.usual_months(), 0);
}

//! A small run of `examples/simulate`: the intervals cover what they claim where their assumptions hold, weighting
//! mends unequal silence, the gap between channels finds desks that press, and rules about series kiosks that are fed.

#[path = "../examples/simulate/stream.rs"]
mod stream;
#[path = "../examples/simulate/tally.rs"]
#[allow(dead_code, reason = "the example prints more than is held to here")]
mod tally;
#[path = "../examples/simulate/world.rs"]
mod world;

use tally::{Tally, simulate};
use world::Silence;

const PROVINCES: u32 = 300;

fn run(silence: Silence, dossiers: u32) -> Tally {
    simulate(PROVINCES, dossiers, silence, 20_260_701).expect("provinces can be weighed")
}

/// Within three standard errors of 95 %, so that intervals which cover 95 % pass all but about one in 300 seeds,
/// and those that cover 88 % or less fail 19 of 20.
fn covers(count: u32) -> bool {
    let error = (0.95 * 0.05 / f64::from(PROVINCES)).sqrt();
    (f64::from(count) / f64::from(PROVINCES) - 0.95).abs() <= 3.0 * error
}

#[test]
fn intervals_cover_what_they_claim_where_silence_is_equal() {
    let tally = run(Silence::Equal, 6_000);
    for (name, count) in [
        ("cluster-robust", tally.robust),
        ("with finite-population correction", tally.finite),
        ("raked", tally.weighted),
    ] {
        assert!(covers(count), "{name}: {}", tally.share(count));
    }
    // One province in twenty may have a false alarm: 15 of 300, and three standard errors of that.
    assert!(
        tally.pressure[1] <= 26,
        "{} units marked in vain",
        tally.pressure[1]
    );
    let naive = tally.share(tally.naive);
    assert!(naive < 0.88, "pooled answers as if independent: {naive}");
}

#[test]
fn weighting_mends_unequal_silence_between_kinds_of_dossiers() {
    let tally = run(Silence::Unequal, 6_000);
    assert!(tally.share(tally.finite) < 0.05, "unweighted is far off");
    assert!(covers(tally.weighted), "{}", tally.share(tally.weighted));
    let [unweighted, weighted] = tally.error();
    assert!(weighted < unweighted / 3.0, "{weighted} and {unweighted}");
    assert!(tally.share(tally.nearer) > 0.95);
}

#[test]
fn the_gap_between_channels_finds_desks_that_press_and_weighting_does_not_mend_them() {
    let tally = run(Silence::Pressed, 12_000);
    // Some 200 kiosk and 80 phone ratings a unit; the tests of all units together keep false alarms rare.
    let [hit, in_vain, missed, _] = tally.pressure.map(f64::from);
    let [precision, recall] = [in_vain, missed].map(|other| hit / (hit + other));
    assert!(precision > 0.9 && recall > 0.7, "{precision:?} {recall:?}");
    assert!(
        tally.share(tally.weighted) < 0.8,
        "who is pressed does not tell"
    );
}

#[test]
fn the_burst_rule_finds_most_of_what_is_fed_to_a_kiosk_and_few_families() {
    let [hit, in_vain, missed, _] = stream::found("burst", 20, 766).map(f64::from);
    let [precision, recall] = [in_vain, missed].map(|other| hit / (hit + other));
    assert!(precision > 0.8 && recall > 0.6, "{precision} {recall}");
}

#[test]
fn a_run_of_straight_lines_finds_what_is_fed_at_any_pace_and_few_who_are_content() {
    let [hit, in_vain, missed, quiet] = stream::found("straight-line-run", 20, 766).map(f64::from);
    let [precision, recall] = [in_vain, missed].map(|other| hit / (hit + other));
    assert!(precision > 0.5 && recall > 0.45, "{precision} {recall}");
    assert!(in_vain / (in_vain + quiet) < 0.01, "{in_vain} and {quiet}");
}

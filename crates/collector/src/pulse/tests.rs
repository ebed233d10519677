use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use survey::heartbeat::{Heartbeat, Storage};

use super::{Alarm, Beat, Device, MAX_LOSSES, Pulse};

/// When the tests' devices were enrolled.
fn start() -> Timestamp {
    "2026-07-01T01:00:00Z".parse().expect("a time")
}

fn at(minutes: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minutes)
}

/// A heartbeat with which nothing is wrong: run number `boots` on the storage `install`, after some minutes.
fn beat(install: &str, boots: u64, minutes: i64) -> Beat {
    Beat {
        heartbeat: Heartbeat {
            install_id: install.into(),
            boots,
            boot: format!("{install}-{boots}"),
            version: "1.0.0".into(),
            waiting: 0,
            parked: 0,
            sent: 0,
            storage: Storage {
                persisted: true,
                strict: true,
                used: None,
                quota: None,
            },
            device_time: at(minutes).to_string(),
        },
        received_at: at(minutes),
        clock_skew_ms: 0,
    }
}

fn after(beats: impl IntoIterator<Item = Beat>) -> Pulse {
    beats
        .into_iter()
        .fold(None, |last, beat| Some(Pulse::after(last, beat)))
        .expect("a heartbeat")
}

fn device(pulse: Option<Pulse>) -> Device {
    Device {
        name: "hall-1".into(),
        unit: None,
        enrolled_at: start(),
        pulse,
    }
}

/// The alarms of a device whose only heartbeat was changed by the test.
fn alarms_of(change: impl FnOnce(&mut Beat)) -> Vec<Alarm> {
    let mut one = beat("a", 1, 0);
    change(&mut one);
    after([one]).alarms(at(0))
}

#[test]
fn a_new_device_with_good_storage_has_no_alarm() {
    assert_eq!(alarms_of(|_| {}), []);
    assert_eq!(device(Some(after([beat("a", 1, 0)]))).alarms(at(1)), []);
}

#[test]
fn a_changed_install_id_is_told_for_thirty_days() {
    let pulse = after([beat("a", 7, 0), beat("b", 1, 1), beat("b", 2, 2)]);
    assert_eq!(pulse.previous_install.as_deref(), Some("a"));
    assert_eq!(pulse.install_changed_at, Some(at(1)));
    let days = |days: i64| at(1 + days * 24 * 60);
    assert_eq!(pulse.alarms(days(30)), [Alarm::StorageLost]);
    assert_eq!(pulse.alarms(days(31)), []);
    let later = Pulse::after(Some(pulse), beat("b", 3, 32 * 24 * 60));
    assert!(later.losses.is_empty(), "what is over is not kept");
}

#[test]
fn a_disk_that_is_frozen_to_an_image_is_seen_although_its_install_id_stays() {
    let mut again = beat("a", 6, 2);
    again.heartbeat.boot = "another-run".into();
    let pulse = after([beat("a", 6, 1), again]);
    assert_eq!(pulse.alarms(at(2)), [Alarm::StorageLost]);
    assert_eq!(pulse.previous_install, None);
    let back = after([beat("a", 6, 1), beat("a", 3, 2)]);
    assert_eq!(back.alarms(at(2)), [Alarm::StorageLost]);
}

#[test]
fn two_tabs_and_repeated_heartbeats_lose_nothing() {
    let tabs = [(1, 0), (2, 1), (1, 2), (2, 3), (2, 3), (3, 4), (2, 5)];
    let pulse = after(tabs.map(|(boots, minutes)| beat("a", boots, minutes)));
    assert_eq!(pulse.losses, []);
}

#[test]
fn each_state_has_its_alarm() {
    let only = |change: fn(&mut Beat), alarm| assert_eq!(alarms_of(change), [alarm]);
    only(
        |one| one.heartbeat.storage.persisted = false,
        Alarm::NotPersisted,
    );
    only(|one| one.heartbeat.storage.strict = false, Alarm::NotStrict);
    only(|one| one.heartbeat.parked = 1, Alarm::Parked);
    only(
        |one| one.heartbeat.storage.quota = Some(49_999_999),
        Alarm::TinyQuota,
    );
    only(|one| one.clock_skew_ms = 300_001, Alarm::ClockWrong);
    only(|one| one.clock_skew_ms = -300_001, Alarm::ClockWrong);
    only(|one| one.clock_skew_ms = i64::MIN, Alarm::ClockWrong);
    assert_eq!(
        alarms_of(|one| {
            one.heartbeat.storage.quota = Some(50_000_000);
            one.heartbeat.waiting = 9;
            one.clock_skew_ms = -300_000;
        }),
        []
    );
}

#[test]
fn a_clock_of_before_2025_is_wrong_even_if_the_collector_has_it_too() {
    assert_eq!(
        alarms_of(|one| one.received_at = Timestamp::UNIX_EPOCH),
        [Alarm::ClockWrong]
    );
}

#[test]
fn a_silent_device_is_told_to_the_officers_and_the_worse_when_ratings_wait_on_it() {
    let mut one = beat("a", 1, 0);
    one.heartbeat.waiting = 3;
    let device = device(Some(after([one])));
    assert_eq!(device.alarms(at(15)), []);
    assert_eq!(device.alarms(at(16)), [Alarm::Silent]);
    assert_eq!(device.alarms(at(60)), [Alarm::Silent]);
    assert_eq!(device.alarms(at(61)), [Alarm::WaitingLong, Alarm::Silent]);
}

#[test]
fn a_device_that_never_spoke_is_silent_once_it_had_time_to() {
    assert_eq!(device(None).alarms(at(15)), []);
    assert_eq!(device(None).alarms(at(16)), [Alarm::Silent]);
}

#[test]
fn alarms_are_listed_from_the_worst_on() {
    let mut all = Alarm::ALL;
    all.sort_unstable();
    assert_eq!(all, Alarm::ALL);
    let urgent = Alarm::ALL.map(Alarm::is_urgent);
    assert!(urgent.is_sorted_by_key(|urgent| !urgent));
}

proptest! {
    #[test]
    fn a_storage_that_only_grows_is_never_lost(starts in proptest::collection::vec(0_u64..3, 1..60)) {
        let mut boots = 1;
        let beats = starts.into_iter().enumerate().map(|(minute, more)| {
            boots += more;
            beat("a", boots, i64::try_from(minute).expect("few"))
        });
        prop_assert_eq!(after(beats).losses, []);
    }

    #[test]
    fn every_change_of_the_install_id_is_counted_and_memory_is_bounded(
        installs in proptest::collection::vec(0_u8..3, 1..300)
    ) {
        let changes = installs.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let beats = installs.iter().zip(0..).map(|(install, minute)| beat(&install.to_string(), 1, minute));
        let pulse = after(beats);
        prop_assert_eq!(pulse.times_lost(at(300)), changes.min(MAX_LOSSES));
        prop_assert!(pulse.losses.is_sorted());
    }
}

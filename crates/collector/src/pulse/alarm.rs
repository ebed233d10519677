//! What about a device needs a person.

use jiff::{SignedDuration, Timestamp};

use super::{Device, Pulse};

/// How long a loss of storage is told of.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A device that has said nothing for longer is silent.
pub const QUIET: SignedDuration = SignedDuration::from_mins(15);
/// How long ratings may wait on a device that has said nothing.
const LONG_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// How far a device's clock may be off, in milliseconds.
pub const MAX_SKEW_MS: i64 = 5 * 60 * 1000;
/// A clock before 2025-01-01T00:00:00Z has lost its battery, whatever the collector's own clock says.
const FIRST_MS: i64 = 1_735_689_600_000;
/// Browsers allow a page gigabytes, and in private mode a fraction of the memory: less than 50 MB is a sign of that.
const TINY_QUOTA: u64 = 50_000_000;

/// Something about a device that needs a person; the worst is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alarm {
    /// Its storage was lost, or set back to an earlier state, within [`REMEMBERED`].
    StorageLost,
    /// It holds ratings and was last heard more than an hour ago.
    WaitingLong,
    /// It was last heard more than [`QUIET`] ago.
    Silent,
    /// The browser allows it so little storage that it is probably in private mode.
    TinyQuota,
    /// It keeps ratings that the collector refused.
    Parked,
    /// Its clock is off by more than [`MAX_SKEW_MS`], or before 2025.
    ClockWrong,
    /// The browser may evict its storage.
    NotPersisted,
    /// A power cut may take the last rating.
    NotStrict,
}

impl Alarm {
    /// Every alarm, the worst first.
    pub const ALL: [Self; 8] = [
        Self::StorageLost,
        Self::WaitingLong,
        Self::Silent,
        Self::TinyQuota,
        Self::Parked,
        Self::ClockWrong,
        Self::NotPersisted,
        Self::NotStrict,
    ];

    /// Its machine code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StorageLost => "storage-lost",
            Self::WaitingLong => "waiting-long",
            Self::Silent => "silent",
            Self::TinyQuota => "tiny-quota",
            Self::Parked => "parked",
            Self::ClockWrong => "clock-wrong",
            Self::NotPersisted => "not-persisted",
            Self::NotStrict => "not-strict",
        }
    }

    /// Are ratings being lost or held up now? The others can wait for the next visit of a technician.
    pub const fn is_urgent(self) -> bool {
        matches!(
            self,
            Self::StorageLost | Self::WaitingLong | Self::Silent | Self::TinyQuota
        )
    }
}

impl Pulse {
    /// What the device itself is told: what its last heartbeat shows, the worst first.
    pub fn alarms(&self, now: Timestamp) -> Vec<Alarm> {
        let heartbeat = &self.beat.heartbeat;
        let storage = heartbeat.storage;
        [
            (Alarm::StorageLost, self.times_lost(now) > 0),
            (
                Alarm::TinyQuota,
                storage.quota.is_some_and(|quota| quota < TINY_QUOTA),
            ),
            (Alarm::Parked, heartbeat.parked > 0),
            (Alarm::ClockWrong, self.has_wrong_clock()),
            (Alarm::NotPersisted, !storage.persisted),
            (Alarm::NotStrict, !storage.strict),
        ]
        .into_iter()
        .filter_map(|(alarm, raised)| raised.then_some(alarm))
        .collect()
    }

    /// How often the storage was lost within [`REMEMBERED`]; [`super::MAX_LOSSES`] stands for that or more.
    pub fn times_lost(&self, now: Timestamp) -> usize {
        self.losses
            .iter()
            .filter(|at| is_remembered(**at, now))
            .count()
    }

    fn has_wrong_clock(&self) -> bool {
        let skew = self.beat.clock_skew_ms;
        let device = self.beat.received_at.as_millisecond().saturating_add(skew);
        skew.unsigned_abs() > MAX_SKEW_MS.unsigned_abs() || device < FIRST_MS
    }
}

impl Device {
    /// What the officers are told, the worst first: also what shows only in what the device does not say.
    pub fn alarms(&self, now: Timestamp) -> Vec<Alarm> {
        let heard = self
            .pulse
            .as_ref()
            .map_or(self.enrolled_at, |pulse| pulse.beat.received_at);
        let quiet = now.duration_since(heard);
        let mut alarms = Vec::new();
        if let Some(pulse) = &self.pulse {
            alarms = pulse.alarms(now);
            if pulse.beat.heartbeat.waiting > 0 && quiet > LONG_WAIT {
                alarms.push(Alarm::WaitingLong);
            }
        }
        if quiet > QUIET {
            alarms.push(Alarm::Silent);
        }
        alarms.sort_unstable();
        alarms
    }
}

pub(super) fn is_remembered(loss: Timestamp, now: Timestamp) -> bool {
    now.duration_since(loss) <= REMEMBERED
}

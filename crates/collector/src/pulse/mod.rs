//! How the devices are doing: what a heartbeat says in the light of those before it, and what of it is an alarm.
//! Pure: the store keeps a [`Pulse`], the clock is handed in.

mod alarm;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use survey::heartbeat::Heartbeat;

pub use alarm::{Alarm, MAX_SKEW_MS, QUIET, REMEMBERED};

/// Losses of storage that are remembered of one device: two browsers that share one key would else fill the store.
pub const MAX_LOSSES: usize = 100;

/// A heartbeat as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// What the device told.
    pub heartbeat: Heartbeat,
    /// When the collector received it.
    pub received_at: Timestamp,
    /// Device clock minus collector clock, in milliseconds.
    pub clock_skew_ms: i64,
}

/// What is known of a device that has sent heartbeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// The last heartbeat.
    pub beat: Beat,
    /// The run before the present one: a late heartbeat of another tab is no loss.
    pub previous_boot: Option<String>,
    /// The install id before the present one.
    pub previous_install: Option<String>,
    /// When the install id changed last.
    pub install_changed_at: Option<Timestamp>,
    /// When the storage was lost in the last [`REMEMBERED`] days, oldest first; the newest [`MAX_LOSSES`].
    pub losses: Vec<Timestamp>,
}

/// An enrolled device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Name of its key.
    pub name: String,
    /// Code of the unit in whose hall it stands, when it is set up.
    pub unit: Option<String>,
    /// When its key was made.
    pub enrolled_at: Timestamp,
    /// None until its first heartbeat.
    pub pulse: Option<Pulse>,
}

impl Pulse {
    /// What is known after this heartbeat; `last` is what was known before.
    pub fn after(last: Option<Self>, beat: Beat) -> Self {
        let Some(last) = last else {
            return Self {
                beat,
                previous_boot: None,
                previous_install: None,
                install_changed_at: None,
                losses: Vec::new(),
            };
        };
        let now = beat.received_at;
        let reinstalled = last.beat.heartbeat.install_id != beat.heartbeat.install_id;
        let restarted = last.beat.heartbeat.boot != beat.heartbeat.boot;
        let rolled_back = last.is_ahead_of(&beat.heartbeat);
        let mut losses = last.losses;
        losses.retain(|at| alarm::is_remembered(*at, now));
        if reinstalled || rolled_back {
            losses.push(now);
        }
        let surplus = losses.len().saturating_sub(MAX_LOSSES);
        losses.drain(..surplus);
        Self {
            previous_boot: if restarted {
                Some(last.beat.heartbeat.boot)
            } else {
                last.previous_boot
            },
            previous_install: if reinstalled {
                Some(last.beat.heartbeat.install_id)
            } else {
                last.previous_install
            },
            install_changed_at: if reinstalled {
                Some(now)
            } else {
                last.install_changed_at
            },
            losses,
            beat,
        }
    }

    /// Was the same storage set back to an earlier state? Then a new run has a number that a run had already: a disk
    /// that is frozen to an image counts to the same number after each start.
    fn is_ahead_of(&self, heartbeat: &Heartbeat) -> bool {
        let last = &self.beat.heartbeat;
        last.install_id == heartbeat.install_id
            && last.boot != heartbeat.boot
            && self.previous_boot.as_ref() != Some(&heartbeat.boot)
            && heartbeat.boots <= last.boots
    }
}

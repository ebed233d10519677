//! How far the device's clock is off. Pure.
//!
//! Nothing is ordered by the device's clock; its distance from the collector's is told with each response, as long as
//! it is known.

/// Milliseconds by which a clock may be off before people are told: five minutes.
const TOLERATED_MS: i64 = 300_000;
/// Milliseconds by which the two clocks of a device may part before one of them is taken to have jumped or slept.
const PARTED_MS: f64 = 60_000.0;
/// 2025-01-01T00:00:00Z in milliseconds: no device that runs this shows an earlier time and is right.
const EARLIEST_MS: f64 = 1_735_689_600_000.0;

/// What is known of the device's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Collector's clock minus the device's, in milliseconds; `None` before the first contact of this run, and after the
    /// clock was set until the next.
    pub offset_ms: Option<i64>,
    /// May it be trusted?
    pub state: ClockState,
}

/// May the device's clock be trusted?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// Within five minutes of the collector's.
    Right,
    /// Not compared with the collector's yet.
    Unknown,
    /// More than five minutes off, or before 2025: the attendant should set it.
    Wrong,
}

/// The two clocks of the device at one moment, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// The one that people set, since 1970.
    pub wall: f64,
    /// The one that only goes forward.
    pub monotonic: f64,
}

/// The last comparison with the collector's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Skew(Option<(i64, Now)>);

impl Skew {
    /// The collector told its time: its clock minus the device's is `offset_ms`.
    pub fn compared(&mut self, offset_ms: i64, now: Now) {
        self.0 = Some((offset_ms, now));
    }

    /// What is known at `now`. A comparison counts only while both clocks of the device have gone on alike since.
    pub fn at(&self, now: Now) -> Clock {
        let offset_ms = self.0.and_then(|(offset_ms, then)| {
            let parted = (now.wall - then.wall) - (now.monotonic - then.monotonic);
            (parted.abs() <= PARTED_MS).then_some(offset_ms)
        });
        let state = match offset_ms {
            _ if now.wall < EARLIEST_MS => ClockState::Wrong,
            None => ClockState::Unknown,
            Some(offset_ms) if offset_ms.saturating_abs() > TOLERATED_MS => ClockState::Wrong,
            Some(_) => ClockState::Right,
        };
        Clock { offset_ms, state }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TODAY: f64 = 1_785_000_000_000.0;

    fn at(wall: f64, monotonic: f64) -> Now {
        Now { wall, monotonic }
    }

    #[test]
    fn a_clock_is_judged_by_the_collectors_and_a_dead_battery_without_it() {
        let mut skew = Skew::default();
        assert_eq!(skew.at(at(TODAY, 0.0)).state, ClockState::Unknown);
        assert_eq!(skew.at(at(0.0, 0.0)).state, ClockState::Wrong);
        skew.compared(-2_000, at(TODAY, 0.0));
        assert_eq!(skew.at(at(TODAY + 9e8, 9e8)).state, ClockState::Right);
        skew.compared(300_001, at(TODAY, 0.0));
        assert_eq!(skew.at(at(TODAY, 0.0)).state, ClockState::Wrong);
        let decade_ahead = TODAY + 3.2e11;
        skew.compared(-320_000_000_000, at(decade_ahead, 0.0));
        assert_eq!(skew.at(at(decade_ahead, 5.0)).state, ClockState::Wrong);
    }

    proptest! {
        /// An offset is told only while it holds: after the clock has been set by more than a minute it is unknown, and
        /// known again with the next comparison.
        #[test]
        fn an_offset_from_before_the_clock_was_set_is_not_told(
            offset in any::<i64>(), wall in -1e13..1e13f64, run in 0.0..1e10f64, set in -1e13..1e13f64,
        ) {
            let mut skew = Skew::default();
            skew.compared(offset, at(wall, 0.0));
            let later = at(wall + run + set, run);
            let told = skew.at(later).offset_ms;
            // Half a minute of room for what the numbers cannot tell apart.
            if set.abs() < 30_000.0 {
                prop_assert_eq!(told, Some(offset));
            } else if set.abs() > 90_000.0 {
                prop_assert_eq!(told, None);
            }
            skew.compared(7, later);
            prop_assert_eq!(skew.at(later).offset_ms, Some(7));
        }
    }
}

//! When to try to send again. Pure: times and chance in, delays out.

/// Milliseconds between two looks at the outbox when all is well.
pub const LOOK_MS: u32 = 60_000;
/// Milliseconds after which the turn to send is asked for again while another page has it.
pub const TURN_MS: u32 = 5_000;
const FIRST_MS: u32 = 2_000;
/// Most milliseconds between two tries while the line is down: one that comes back for half a minute, and of which nobody
/// tells the browser, is not missed. A collector that has too much to do says so itself, by `Retry-After`.
const LONGEST_MS: u32 = 20_000;
const LONGEST_RETRY_AFTER_S: u32 = 3_600;

/// Why a try is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Something new lies in the outbox.
    Written,
    /// The page started, or the network came back.
    Woken,
    /// The time set by [`Pace::failed`] is over, or it is time to look again.
    Timer,
}

/// How the tries went so far.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    failures: u32,
    held_until: f64,
}

impl Pace {
    /// May a try be made at `now` (milliseconds)? Only the collector's own `Retry-After` holds back a try that has a
    /// fresh cause.
    pub fn may_try(&self, now: f64) -> bool {
        now >= self.held_until
    }

    /// The collector took something: the next failure starts from the shortest delay.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.held_until = 0.0;
    }

    /// A fresh cause to hope: the delay starts over, a `Retry-After` still holds.
    pub fn woken(&mut self) {
        self.failures = 0;
    }

    /// A try failed at `now`; how many milliseconds to wait. `retry_after` is the collector's wish in seconds, `chance`
    /// is drawn from 0 to 1 and spreads machines that lost the same line.
    pub fn failed(&mut self, now: f64, retry_after: Option<u32>, chance: f64) -> u32 {
        let whole = FIRST_MS
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        let jittered = whole / 2 + (f64::from(whole / 2) * chance.clamp(0.0, 1.0)) as u32;
        let wished = retry_after.map_or(0, |s| s.min(LONGEST_RETRY_AFTER_S) * 1_000);
        if wished > 0 {
            self.held_until = now + f64::from(wished);
        }
        jittered.max(wished)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn delays_double_from_two_seconds_to_twenty_and_start_over_after_success() {
        let mut pace = Pace::default();
        let delays: Vec<u32> = (0..6).map(|_| pace.failed(0.0, None, 1.0)).collect();
        assert_eq!(delays, [2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
        pace.succeeded();
        assert_eq!(pace.failed(0.0, None, 1.0), 2_000);
    }

    #[test]
    fn the_collectors_wish_is_kept_even_when_something_new_is_written() {
        let mut pace = Pace::default();
        assert_eq!(pace.failed(1_000.0, Some(30), 0.5), 30_000);
        pace.woken();
        assert!(!pace.may_try(30_999.0));
        assert!(pace.may_try(31_000.0));
    }

    proptest! {
        /// However long the line is down and whatever the collector wishes, the next try is never given up and never
        /// sooner than a second.
        #[test]
        fn there_is_always_a_next_try(tries in prop::collection::vec((prop::option::of(any::<u32>()), any::<f64>()), 1..200)) {
            let mut pace = Pace::default();
            let mut now = 0.0;
            for (retry_after, chance) in tries {
                let delay = pace.failed(now, retry_after, chance);
                prop_assert!((FIRST_MS / 2..=LONGEST_RETRY_AFTER_S * 1_000).contains(&delay));
                now += f64::from(delay);
                prop_assert!(pace.may_try(now));
            }
        }
    }
}

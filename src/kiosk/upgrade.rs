//! When does a new version take over from the one that runs? Pure: facts and times in, steps out.
//!
//! It never does while somebody is served, and first of all while nothing waits to be sent. A record that waits says in
//! which format it was written and is sent by every later version, so an outbox that cannot be emptied delays a new
//! version, which may be its mend, but does not keep it out.

/// How long nobody must have been served, in milliseconds.
const CALM_MS: f64 = 10_000.0;
/// How long a new version waits at most for an empty outbox, in milliseconds.
const PATIENCE_MS: f64 = 3_600_000.0;

/// How long nobody must have been there before a page that is worn is loaded again, in milliseconds.
const REST_MS: f64 = 300_000.0;

/// Watches for the moment at which the page may be exchanged.
#[derive(Clone, Debug, Default)]
pub struct Upgrade {
    free_since: Option<f64>,
    ready_since: Option<f64>,
}

/// What a new version has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newer {
    /// There is none.
    None,
    /// There is none, but the page has run for so long, or holds so much memory, that it is better loaded again.
    Worn,
    /// It is on the device and waits for its turn.
    Ready,
    /// It has taken over; the page that is shown is still of the version before.
    TookOver,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Wait,
    /// Let the new version take over.
    Activate,
    /// Load the page again.
    Reload,
}

impl Upgrade {
    /// Somebody is served from `now` on, or nobody any more.
    pub fn serving(&mut self, somebody: bool, now: f64) {
        if somebody {
            self.free_since = None;
        } else {
            self.free_since.get_or_insert(now);
        }
    }

    /// The step at `now` (milliseconds of the same clock), with so many ratings waiting to be sent.
    pub fn step(&mut self, newer: Newer, waiting: u64, now: f64) -> Step {
        if newer == Newer::None {
            self.ready_since = None;
            return Step::Wait;
        }
        let ready_since = *self.ready_since.get_or_insert(now);
        let worn = newer == Newer::Worn;
        let quiet = if worn { REST_MS } else { CALM_MS };
        let calm = self.free_since.is_some_and(|since| now - since >= quiet);
        // A worn page is no reason to leave before everything is sent.
        if !calm || (waiting > 0 && (worn || now - ready_since < PATIENCE_MS)) {
            return Step::Wait;
        }
        if newer == Newer::Ready {
            Step::Activate
        } else {
            Step::Reload
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_new_version_takes_over_when_nobody_is_served_and_nothing_waits() {
        let mut upgrade = Upgrade::default();
        upgrade.serving(false, 0.0);
        assert_eq!(upgrade.step(Newer::None, 0, 60_000.0), Step::Wait);
        assert_eq!(upgrade.step(Newer::Ready, 0, 60_000.0), Step::Activate);
        assert_eq!(upgrade.step(Newer::TookOver, 0, 60_500.0), Step::Reload);
    }

    #[test]
    fn a_visit_that_has_just_ended_is_followed_by_ten_calm_seconds() {
        let mut upgrade = Upgrade::default();
        upgrade.serving(true, 0.0);
        upgrade.serving(false, 50_000.0);
        upgrade.serving(false, 58_000.0); // said again: the time runs from the first
        assert_eq!(upgrade.step(Newer::Ready, 0, 59_999.0), Step::Wait);
        assert_eq!(upgrade.step(Newer::Ready, 0, 60_000.0), Step::Activate);
    }

    #[test]
    fn an_outbox_that_is_never_empty_keeps_it_out_for_an_hour() {
        let mut upgrade = Upgrade::default();
        upgrade.serving(false, 0.0);
        assert_eq!(upgrade.step(Newer::Ready, 3, 20_000.0), Step::Wait);
        assert_eq!(upgrade.step(Newer::Ready, 3, 3_619_999.0), Step::Wait);
        assert_eq!(upgrade.step(Newer::Ready, 3, 3_620_000.0), Step::Activate);
    }

    proptest! {
        /// Whatever happens in whatever order, nothing is exchanged under the hands of a person.
        #[test]
        fn nobody_who_is_served_loses_the_page(
            events in prop::collection::vec((any::<bool>(), 0..3u8, 0..5u64, 0.0f64..4_000_000.0), 1..100)
        ) {
            let mut upgrade = Upgrade::default();
            let mut now = 0.0;
            for (somebody, newer, waiting, later) in events {
                upgrade.serving(somebody, now);
                now += later;
                let newer = [Newer::None, Newer::Ready, Newer::TookOver][usize::from(newer)];
                let step = upgrade.step(newer, waiting, now);
                if somebody || newer == Newer::None {
                    prop_assert_eq!(step, Step::Wait);
                }
            }
        }
    }

    #[test]
    fn a_worn_page_is_loaded_again_only_when_nobody_is_there_and_all_is_sent() {
        let mut upgrade = Upgrade::default();
        upgrade.serving(false, 0.0);
        assert_eq!(upgrade.step(Newer::Worn, 0, REST_MS - 1.0), Step::Wait);
        assert_eq!(upgrade.step(Newer::Worn, 1, 10.0 * PATIENCE_MS), Step::Wait);
        assert_eq!(
            upgrade.step(Newer::Worn, 0, 10.0 * PATIENCE_MS),
            Step::Reload
        );
        upgrade.serving(true, 11.0 * PATIENCE_MS);
        assert_eq!(upgrade.step(Newer::Worn, 0, 12.0 * PATIENCE_MS), Step::Wait);
    }
}

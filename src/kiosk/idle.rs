//! When has somebody walked away? Pure: times in, verdicts out (WCAG 2.2, 2.2.1: warn, and at least 20 s to answer).

/// How long quiet is borne, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    quiet: f64,
    answer: f64,
}

impl Patience {
    /// For a citizen: asks after 45 s without a touch, and waits 30 s for the answer.
    pub const VISIT: Self = Self {
        quiet: 45_000.0,
        answer: 30_000.0,
    };
    /// For the attendant's panel, which must not stay open: gone after a minute, the last 30 s of it with a warning.
    pub const PANEL: Self = Self {
        quiet: 30_000.0,
        answer: 30_000.0,
    };
}

/// Watches the time since the last touch, key or scan.
#[derive(Clone, Debug)]
pub struct IdleWatch {
    patience: Patience,
    last_at: f64,
}

/// What the quiet means at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Somebody is there.
    Active,
    /// Ask whether somebody is there; this many whole seconds are left for an answer.
    Asking(u32),
    /// Nobody answered.
    Gone,
}

impl IdleWatch {
    /// Watches from `now` on.
    pub fn new(patience: Patience, now: f64) -> Self {
        Self {
            patience,
            last_at: now,
        }
    }

    /// Somebody touched something.
    pub fn touched(&mut self, now: f64) {
        self.last_at = now;
    }

    /// The verdict at `now`, in milliseconds of the same clock.
    pub fn at(&self, now: f64) -> Idle {
        let quiet = now - self.last_at;
        if quiet < self.patience.quiet {
            return Idle::Active;
        }
        let left = self.patience.quiet + self.patience.answer - quiet;
        if left <= 0.0 {
            Idle::Gone
        } else {
            Idle::Asking((left / 1000.0).ceil() as u32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_after_45_s_and_gives_30_s_to_answer() {
        let watch = IdleWatch::new(Patience::VISIT, 1_000.0);
        assert_eq!(watch.at(45_999.0), Idle::Active);
        assert_eq!(watch.at(46_000.0), Idle::Asking(30));
        assert_eq!(watch.at(75_500.0), Idle::Asking(1));
        assert_eq!(watch.at(76_000.0), Idle::Gone);
    }

    #[test]
    fn the_panel_closes_after_a_minute() {
        let watch = IdleWatch::new(Patience::PANEL, 0.0);
        assert_eq!(watch.at(59_999.0), Idle::Asking(1));
        assert_eq!(watch.at(60_000.0), Idle::Gone);
    }

    #[test]
    fn a_touch_gives_the_whole_time_again_as_often_as_it_comes() {
        let mut watch = IdleWatch::new(Patience::VISIT, 0.0);
        for round in 1..=20 {
            let now = f64::from(round) * 70_000.0;
            assert_ne!(watch.at(now), Idle::Gone);
            watch.touched(now);
            assert_eq!(watch.at(now), Idle::Active);
        }
    }
}

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
    /// For a citizen who takes in slowly, by large letters or by ear: asks after twice as long.
    pub const SLOW_VISIT: Self = Self {
        quiet: 90_000.0,
        answer: 30_000.0,
    };
    /// For the attendant's panel, which must not stay open: gone after a minute, the last 30 s of it with a warning.
    pub const PANEL: Self = Self {
        quiet: 30_000.0,
        answer: 30_000.0,
    };
}

impl Patience {
    /// From the last touch until nobody is taken to be there, in milliseconds.
    pub fn in_all_ms(self) -> u32 {
        (self.quiet + self.answer) as u32
    }
}

/// Watches the time since the last touch, key or scan.
#[derive(Clone, Debug)]
pub struct IdleWatch {
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
    pub fn new(now: f64) -> Self {
        Self { last_at: now }
    }

    /// Somebody touched something.
    pub fn touched(&mut self, now: f64) {
        self.last_at = now;
    }

    /// The verdict at `now`, in milliseconds of the same clock.
    pub fn at(&self, now: f64, patience: Patience) -> Idle {
        let quiet = now - self.last_at;
        if quiet < patience.quiet {
            return Idle::Active;
        }
        let left = patience.quiet + patience.answer - quiet;
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
        let watch = IdleWatch::new(1_000.0);
        let at = |now| watch.at(now, Patience::VISIT);
        assert_eq!(at(45_999.0), Idle::Active);
        assert_eq!(at(46_000.0), Idle::Asking(30));
        assert_eq!(at(75_500.0), Idle::Asking(1));
        assert_eq!(at(76_000.0), Idle::Gone);
    }

    #[test]
    fn who_reads_large_letters_is_asked_after_twice_as_long_and_has_as_long_to_answer() {
        let watch = IdleWatch::new(0.0);
        let at = |now| watch.at(now, Patience::SLOW_VISIT);
        assert_eq!(at(89_999.0), Idle::Active);
        assert_eq!(at(90_000.0), Idle::Asking(30));
        assert_eq!(at(120_000.0), Idle::Gone);
    }

    #[test]
    fn the_panel_closes_after_a_minute() {
        let watch = IdleWatch::new(0.0);
        assert_eq!(watch.at(59_999.0, Patience::PANEL), Idle::Asking(1));
        assert_eq!(watch.at(60_000.0, Patience::PANEL), Idle::Gone);
    }

    #[test]
    fn a_touch_gives_the_whole_time_again_as_often_as_it_comes() {
        let mut watch = IdleWatch::new(0.0);
        for round in 1..=20 {
            let now = f64::from(round) * 70_000.0;
            assert_ne!(watch.at(now, Patience::VISIT), Idle::Gone);
            watch.touched(now);
            assert_eq!(watch.at(now, Patience::VISIT), Idle::Active);
        }
    }
}

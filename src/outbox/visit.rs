//! The visit that is open on this screen, and the revisions of its response. Pure.
//!
//! A response is saved with each answer. Its unfinished revisions are not sent while the person is still there, so that
//! the line is not burdened; this is known only to the page that shows the visit, so that after a crash nothing is held.

/// Milliseconds after which an unfinished response is sent although its visit is still open.
const HELD_MS: f64 = 300_000.0;

/// The visit on this screen, if there is one, and the response saved last.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    open: bool,
    last: Option<Saved>,
}

#[derive(Clone, Debug)]
struct Saved {
    id: String,
    since: f64,
    revision: u32,
    seq: Option<u64>,
    held: bool,
}

impl Visit {
    /// Somebody has begun.
    pub fn begin(&mut self) {
        self.open = true;
    }

    /// Nobody is there any more: nothing is held.
    pub fn end(&mut self) {
        self.open = false;
        self.release();
    }

    /// Is somebody there?
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The response may be sent although its visit is still open.
    pub fn release(&mut self) {
        if let Some(last) = &mut self.last {
            last.held = false;
        }
    }

    /// The next revision of the response `id`, saved at `now` (milliseconds of a clock that only goes forward); from 0.
    pub fn revise(&mut self, id: &str, now: f64) -> u32 {
        match &mut self.last {
            Some(last) if last.id == id => {
                last.revision = last.revision.saturating_add(1);
                last.revision
            }
            _ => {
                self.last = Some(Saved {
                    id: id.to_owned(),
                    since: now,
                    revision: 0,
                    seq: None,
                    held: self.open,
                });
                0
            }
        }
    }

    /// The number of the response `id` on this device: the one it has had from its first revision, or the `next`.
    pub fn number(&mut self, id: &str, next: u64) -> u64 {
        match &mut self.last {
            Some(last) if last.id == id => *last.seq.get_or_insert(next),
            _ => next,
        }
    }

    /// The response that is not to be sent at `now`.
    pub fn held(&self, now: f64) -> Option<&str> {
        let last = self.last.as_ref()?;
        (last.held && now - last.since < HELD_MS).then_some(&last.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Act {
        Begin,
        End,
        Release,
        Save(u8),
        Pass(f64),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            2 => Just(Act::Begin),
            1 => Just(Act::End),
            1 => Just(Act::Release),
            5 => (0u8..3).prop_map(Act::Save),
            2 => (0.0..400_000.0f64).prop_map(Act::Pass),
        ]
    }

    proptest! {
        /// Whatever happens on the screen: revisions of a response rise by one under one number, and a response is held
        /// only while its visit is open, and for five minutes at most.
        #[test]
        fn revisions_rise_and_nothing_is_held_for_ever(acts in prop::collection::vec(act(), 0..60)) {
            let mut visit = Visit::default();
            let (mut now, mut next) = (0.0, 1);
            let mut last: Option<(String, u32, u64)> = None;
            for act in acts {
                match act {
                    Act::Begin => visit.begin(),
                    Act::End => {
                        visit.end();
                        prop_assert_eq!(visit.held(now), None);
                    }
                    Act::Release => {
                        visit.release();
                        prop_assert_eq!(visit.held(now), None);
                    }
                    Act::Save(id) => {
                        let id = id.to_string();
                        let revision = visit.revise(&id, now);
                        let seq = visit.number(&id, next);
                        match &last {
                            Some((before, number, old)) if *before == id => {
                                prop_assert_eq!((revision, seq), (number + 1, *old));
                            }
                            _ => {
                                prop_assert_eq!((revision, seq), (0, next));
                                prop_assert_eq!(visit.held(now).is_some(), visit.is_open());
                            }
                        }
                        next = next.max(seq + 1);
                        last = Some((id, revision, seq));
                    }
                    Act::Pass(ms) => now += ms,
                }
                if let Some(held) = visit.held(now) {
                    prop_assert!(visit.is_open());
                    prop_assert_eq!(Some(held), last.as_ref().map(|(id, ..)| id.as_str()));
                    prop_assert_eq!(visit.held(now + HELD_MS), None);
                }
            }
        }
    }
}

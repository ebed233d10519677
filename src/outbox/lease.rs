//! Whose turn it is to send where the browser has no locks (they need HTTPS): a row that says who sends, and until when.
//! Pure. Two senders at once would be a waste and no harm: the collector counts an id once.

/// Milliseconds for which a turn is taken; longer than a request may last.
const TURN_MS: f64 = 60_000.0;

/// Who sends, and until when.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// Id of the run of the page.
    pub owner: String,
    /// Milliseconds since 1970 by the device's clock, which all its pages share.
    pub until: f64,
}

impl Lease {
    /// The turn of `owner` from `now`, if it may be had. An end further away than a turn lasts was written before the
    /// clock was set back, and counts no more.
    pub fn take(held: Option<&Self>, owner: &str, now: f64) -> Option<Self> {
        let free = held.is_none_or(|lease| {
            lease.owner == owner || !(now..=now + TURN_MS).contains(&lease.until)
        });
        free.then(|| Self {
            owner: owner.to_owned(),
            until: now + TURN_MS,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// While one page has its turn no other gets one; after it, or after the clock was set, the next does.
        #[test]
        fn a_turn_is_exclusive_and_ends(now in -1e13..1e13f64, passed in 0.0..200_000.0f64, set in prop_oneof![Just(0.0), Just(-1e12), Just(1e12)]) {
            let first = Lease::take(None, "a", now).expect("nobody has it");
            let later = now + passed + set;
            let second = Lease::take(Some(&first), "b", later);
            prop_assert_eq!(second.is_none(), set == 0.0 && later <= first.until);
            prop_assert!(Lease::take(Some(&first), "a", later).is_some());
        }
    }
}

//! The provider's public keys: fetched when they are needed, kept for a while, and fetched anew for a key that is not among
//! them, but not as often as somebody invents one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;

/// Most keys that are looked at; providers have two to five.
const MOST: usize = 50;

/// Keys as the provider publishes them. Those of kinds that we do not know are left out: others of the same set may do.
#[derive(Debug)]
pub struct KeySet(pub Vec<Jwk>);

/// A key set as it is written.
#[derive(Deserialize)]
pub struct Published {
    keys: Vec<serde_json::Value>,
}

impl From<Published> for KeySet {
    fn from(published: Published) -> Self {
        Self(
            published
                .keys
                .into_iter()
                .take(MOST)
                .filter_map(|key| serde_json::from_value(key).ok())
                .collect(),
        )
    }
}

/// Something of the provider's that is kept for a while.
pub struct Kept<T> {
    value: Option<(Arc<T>, Instant)>,
    failed_at: Option<Instant>,
    /// When it was last fetched although it was fresh.
    renewed_at: Option<Instant>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            value: None,
            failed_at: None,
            renewed_at: None,
        }
    }
}

impl<T> Kept<T> {
    /// The value, if it is not older than `life`.
    pub fn fresh(&self, life: Duration, now: Instant) -> Option<Arc<T>> {
        let (value, at) = self.value.as_ref()?;
        (now.duration_since(*at) < life).then(|| Arc::clone(value))
    }

    /// May the provider be asked? Not within `rest` of a failure: pages would all wait for the same thing.
    pub fn may_ask(&self, rest: Duration, now: Instant) -> bool {
        self.failed_at
            .is_none_or(|at| now.duration_since(at) >= rest)
    }

    /// May a value that is fresh be fetched anew? Once in `gap`; the caller fetches then.
    pub fn may_renew(&mut self, gap: Duration, now: Instant) -> bool {
        let may = self
            .renewed_at
            .is_none_or(|at| now.duration_since(at) >= gap);
        if may {
            self.renewed_at = Some(now);
        }
        may
    }

    /// Keeps what was fetched, or that it could not be.
    pub fn keep<E>(&mut self, fetched: Result<T, E>, now: Instant) -> Result<Arc<T>, E> {
        match fetched {
            Ok(value) => {
                let value = Arc::new(value);
                self.value = Some((Arc::clone(&value), now));
                self.failed_at = None;
                Ok(value)
            }
            Err(error) => {
                self.failed_at = Some(now);
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_value_is_kept_for_its_life_and_a_failure_gives_a_rest() {
        let begin = Instant::now();
        let mut kept = Kept::default();
        assert!(kept.fresh(MINUTE, begin).is_none() && kept.may_ask(MINUTE, begin));
        assert_eq!(kept.keep(Err::<u8, _>("down"), begin), Err("down"));
        assert!(!kept.may_ask(MINUTE, begin + MINUTE / 2));
        assert!(kept.may_ask(MINUTE, begin + MINUTE));
        assert_eq!(*kept.keep(Ok::<_, ()>(7), begin + MINUTE).unwrap(), 7);
        assert!(kept.may_ask(MINUTE, begin + MINUTE));
        assert_eq!(*kept.fresh(MINUTE, begin + MINUTE * 3 / 2).unwrap(), 7);
        assert!(kept.fresh(MINUTE, begin + MINUTE * 2).is_none());
    }

    #[test]
    fn invented_keys_make_nobody_fetch_more_than_once_a_minute() {
        let begin = Instant::now();
        let mut kept = Kept::<u8>::default();
        assert!(kept.may_renew(MINUTE, begin));
        assert!(!kept.may_renew(MINUTE, begin + MINUTE / 2));
        assert!(!kept.may_renew(MINUTE, begin + MINUTE - Duration::from_nanos(1)));
        assert!(kept.may_renew(MINUTE, begin + MINUTE));
        assert!(!kept.may_renew(MINUTE, begin + MINUTE));
    }

    #[test]
    fn a_key_of_an_unknown_kind_does_not_hide_the_others() {
        let published: Published = serde_json::from_str(
            r#"{"keys": [{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, {"kty": "EC"}, 7,
                {"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "a"}]}"#,
        )
        .unwrap();
        let KeySet(keys) = published.into();
        let names: Vec<_> = keys
            .iter()
            .filter_map(|key| key.common.key_id.as_deref())
            .collect();
        assert_eq!(names, ["a"]);
    }
}
